//! One case for every shape that a runtime or the service gives an error.

use super::*;
use crate::log::Text;

fn error(payload: &str) -> Option<InvocationError> {
    let text = format!(
        r#"{{"version":"1.0","requestContext":{{"requestId":"r","condition":"RetriesExhausted"}},"responsePayload":{payload}}}"#
    );
    InvocationRecord::read(&Text::from(text)).expect("a record").error()
}

fn read(payload: &str) -> InvocationError {
    error(payload).expect("an error")
}

/// File, line, function and code of a frame, with `-` for what is absent.
fn shown(error: &InvocationError) -> Vec<String> {
    let or_dash = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".into());
    error
        .frames
        .iter()
        .map(|frame| {
            let line = frame.line.map_or("-".into(), |line| line.to_string());
            format!("{} {line} {} {}", or_dash(&frame.file), or_dash(&frame.function), or_dash(&frame.code))
        })
        .collect()
}

fn head(error: &InvocationError) -> (Option<&str>, Option<&str>) {
    (error.error_type.as_deref(), error.message.as_deref())
}

#[test]
fn python() {
    let error = read(
        r#"{"errorMessage":"I'm supposed to fail here","errorType":"RuntimeError","requestId":"","stackTrace":[
            "  File \"/var/task/a.py\", line 9, in lambda_handler\n    check(event)\n",
            "  File \"/var/task/b.py\", line 12, in check\n    raise RuntimeError(\n    ~~~~^^^^\n",
            "  File \"/var/task/c.py\" Line 3\n    def x(\n",
            "  File \"<frozen importlib._bootstrap>\", line 30, in <module>\n"]}"#,
    );
    assert_eq!(head(&error), (Some("RuntimeError"), Some("I'm supposed to fail here")));
    assert_eq!(
        shown(&error),
        [
            "/var/task/a.py 9 lambda_handler check(event)",
            "/var/task/b.py 12 check raise RuntimeError(",
            "/var/task/c.py 3 - def x(",
            "<frozen importlib._bootstrap> 30 <module> -",
        ]
    );
    assert_eq!(error.frames[0].file_name(), Some("a.py"));
    let old = read(
        r#"{"errorMessage":"x","stackTrace":[["/var/task/a.py",9,"handler","check()"],["/var/task/b.py",1,"check","raise x"]]}"#,
    );
    assert_eq!(shown(&old), ["/var/task/a.py 9 handler check()", "/var/task/b.py 1 check raise x"]);
}

#[test]
fn nodejs() {
    let error = read(
        r#"{"errorType":"TypeError","errorMessage":"bad\nthing","trace":["TypeError: bad","thing",
            "    at render (/var/task/index.js:14:27)","    at new Order (file:///var/task/order.mjs:4:21)",
            "    at file:///var/task/index.mjs:7:1","    at Object.<anonymous> (/var/task/x.js:1:2)",
            "    at async Promise.all (index 0)","    at new Promise (<anonymous>)","    at async Runtime.handler (/var/task/h.js:31:10)",
            "    at process.processTicksAndRejections (node:internal/process/task_queues:105:5)"]}"#,
    );
    assert_eq!(head(&error), (Some("TypeError"), Some("bad\nthing")));
    assert_eq!(
        shown(&error),
        [
            "node:internal/process/task_queues 105 process.processTicksAndRejections -",
            "/var/task/h.js 31 Runtime.handler -",
            "- - new Promise -",
            "- - Promise.all (index 0) -",
            "/var/task/x.js 1 Object.<anonymous> -",
            "/var/task/index.mjs 7 - -",
            "/var/task/order.mjs 4 new Order -",
            "/var/task/index.js 14 render -",
        ]
    );
    let thrown = read(r#"{"errorType":"string","errorMessage":"boom","trace":[]}"#);
    assert_eq!((head(&thrown), thrown.frames.len()), ((Some("string"), Some("boom")), 0));
    let no_frames = read(r#"{"errorType":"Error","errorMessage":"boom","trace":["Error: boom"]}"#);
    assert_eq!(shown(&no_frames), [""; 0]);
    let old = read(r#"{"errorMessage":"x","stackTrace":["exports.handler (/var/task/index.js:2:9)"]}"#);
    assert_eq!(shown(&old), ["/var/task/index.js 2 exports.handler -"]);
}

#[test]
fn java() {
    let error = read(
        r#"{"errorMessage":"order rejected","errorType":"com.example.OrderException","stackTrace":["com.example.Handler.lambda$main$0(Handler.java:31)",
            "java.base/jdk.internal.reflect.DirectMethodHandleAccessor.invoke(Unknown Source)","app//com.example.Main.main(Main.java)",
            "com.example.H$$Lambda/0x00007f.apply(Unknown Source)"],
            "cause":{"errorMessage":"connection refused","errorType":"java.net.ConnectException",
            "stackTrace":["java.base/sun.nio.ch.Net.pollConnect(Native Method)"],"cause":{"errorMessage":"deep","stackTrace":null}}}"#,
    );
    assert_eq!(head(&error), (Some("com.example.OrderException"), Some("order rejected")));
    assert_eq!(
        shown(&error),
        [
            "- - com.example.H$$Lambda/0x00007f.apply -",
            "Main.java - com.example.Main.main -",
            "- - jdk.internal.reflect.DirectMethodHandleAccessor.invoke -",
            "Handler.java 31 com.example.Handler.lambda$main$0 -",
        ]
    );
    let cause = error.cause.expect("a cause");
    assert_eq!(head(&cause), (Some("java.net.ConnectException"), Some("connection refused")));
    assert_eq!(shown(&cause), ["- - sun.nio.ch.Net.pollConnect -"]);
    let deepest = cause.cause.expect("a cause");
    assert_eq!((head(&deepest), deepest.frames.len(), &deepest.cause), ((None, Some("deep")), 0, &None));
    let printed =
        read(r#"{"errorMessage":"x","stackTrace":"java.lang.X: x\n\tat a.B.c(B.java:1)\n\tat a.D.e(D.java:2)\n"}"#);
    assert_eq!(shown(&printed), ["D.java 2 a.D.e -", "B.java 1 a.B.c -"]);
}

#[test]
fn dotnet() {
    let error = read(
        r#"{"errorType":"AggregateException","errorMessage":"One or more","stackTrace":["at Orders.Function.<>c.<Handler>b__0_0(String id) in /src/F.cs:line 42",
            "at lambda_method(Closure , Stream , Stream )","   at Orders.F.Run() in C:\\src\\F.cs:line 7","--- End of stack trace ---"],
            "cause":null,"causes":[{"errorType":"TimeoutException","errorMessage":"late"},{"errorType":"Other"}]}"#,
    );
    assert_eq!(
        shown(&error),
        [
            "- - --- End of stack trace --- -",
            "C:\\src\\F.cs 7 Orders.F.Run -",
            "- - lambda_method -",
            "/src/F.cs 42 Orders.Function.<>c.<Handler>b__0_0 -",
        ]
    );
    assert_eq!(error.frames[1].file_name(), Some("F.cs"));
    let cause = error.cause.expect("a cause");
    assert_eq!(head(&cause), (Some("TimeoutException"), Some("late")));
}

#[test]
fn ruby() {
    let error = read(
        r#"{"errorMessage":"no","errorType":"Function<RuntimeError>","stackTrace":["/var/task/f.rb:3:in 'Object#check'",
            "/var/task/f.rb:9:in `block in handler'","/var/runtime/lib/x.rb:12","<internal:kernel>:187:in 'loop'"]}"#,
    );
    assert_eq!(head(&error), (Some("Function<RuntimeError>"), Some("no")));
    assert_eq!(
        shown(&error),
        [
            "<internal:kernel> 187 loop -",
            "/var/runtime/lib/x.rb 12 - -",
            "/var/task/f.rb 9 block in handler -",
            "/var/task/f.rb 3 Object#check -",
        ]
    );
}

#[test]
fn go() {
    let error = read(
        r#"{"errorMessage":"nil map","errorType":"plainError","stackTrace":[{"path":"github.com/a/b@v1/x.go","line":9,"label":"check"},
            {"path":"main.go","line":31,"label":"main.handler"}]}"#,
    );
    assert_eq!(shown(&error), ["main.go 31 main.handler -", "github.com/a/b@v1/x.go 9 check -"]);
    let plain = read(r#"{"errorMessage":"no stock","errorType":"errorString"}"#);
    assert_eq!((head(&plain), plain.frames.len()), ((Some("errorString"), Some("no stock")), 0));
}

#[test]
fn rust() {
    let error =
        read(r#"{"errorType":"alloc::boxed::Box<dyn core::error::Error + core::marker::Send>","errorMessage":"no"}"#);
    assert_eq!(head(&error), (Some("alloc::boxed::Box<dyn core::error::Error + core::marker::Send>"), Some("no")));
}

#[test]
fn the_service() {
    for (payload, error_type) in [
        (
            r#"{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: r Error: Task timed out after 2.00 seconds"}"#,
            "Sandbox.Timedout",
        ),
        (r#"{"errorMessage":"2019-11-14T20:13:37.000Z r Task timed out after 1.00 seconds"}"#, "Sandbox.Timedout"),
        (
            r#"{"errorType":"Runtime.ExitError","errorMessage":"RequestId: r Error: Runtime exited with error: signal: killed"}"#,
            "Runtime.ExitError",
        ),
        (r#"{"errorMessage":"RequestId: r Process exited before completing request"}"#, "Runtime.ExitError"),
        (
            r#"{"errorType":"Function.ResponseSizeTooLarge","errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}"#,
            "Function.ResponseSizeTooLarge",
        ),
        (
            r#"{"errorMessage":"Response payload size exceeded maximum allowed payload size (6291556 bytes)."}"#,
            "Function.ResponseSizeTooLarge",
        ),
        (
            r#"{"errorType":"Runtime.ImportModuleError","errorMessage":"Unable to import module 'app'","requestId":"","stackTrace":[]}"#,
            "Runtime.ImportModuleError",
        ),
    ] {
        assert_eq!(read(payload).error_type.as_deref(), Some(error_type), "{payload}");
    }
}

#[test]
fn other_shapes() {
    for (payload, error_type, message) in [
        ("\"just text\"", None, Some("just text")),
        ("12.0", None, Some("12.0")),
        ("[1,\n2]", None, Some("[1,2]")),
        ("{\"error\": \"x\"}", None, Some("{\"error\": \"x\"}")),
        ("{}", None, Some("{}")),
        (r#"{"errorType":"X","errorMessage":null}"#, Some("X"), None),
        (r#"{"errorType":7,"errorMessage":{"a": 1}}"#, Some("7"), Some("{\"a\": 1}")),
        (r#"{"errorMessage":"{\"code\":1}"}"#, None, Some("{\"code\":1}")),
    ] {
        assert_eq!(head(&read(payload)), (error_type, message), "{payload}");
    }
    assert_eq!(error("null"), None);
    let odd =
        read(r##"{"errorMessage":"x","stackTrace":["#0 /var/task/x.php(12): f()", 7, null, ""],"cause":"because"}"##);
    assert_eq!(shown(&odd), ["- - 7 -", "- - #0 /var/task/x.php(12): f() -"]);
    assert_eq!(odd.cause.map(|cause| cause.message), Some(Some("because".into())));
}

#[test]
fn causes_end_somewhere() {
    let nested = format!("{}{}{}", r#"{"errorMessage":"x","cause":"#.repeat(5000), "1", "}".repeat(5000));
    let mut depth = 0;
    let mut error = error(&nested);
    while let Some(inner) = error {
        depth += 1;
        error = inner.cause.map(|cause| *cause);
    }
    assert_eq!(depth, 17);
}

#[test]
fn a_success_has_no_error() {
    let text = r#"{"version":"1.0","requestContext":{"requestId":"r","condition":"Success"},"responsePayload":{"errorMessage":"x"}}"#;
    assert_eq!(InvocationRecord::read(&Text::from(text)).expect("a record").error(), None);
}
