//! A name for failures that are the same failure.

mod mask;

use std::fmt;

use super::{InvocationError, InvocationRecord, Outcome, Owner, StackFrame};

/// A name for a failure, the same in every run, build and machine.
///
/// Failures share it when error type, message without its variable parts, innermost frame of the user's own code (file and
/// function, not the line, which moves with every release) and function are the same; without an error, condition and status count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Fingerprint(u64);

impl Fingerprint {
    /// Its sixteen hexadecimal digits.
    #[must_use]
    pub fn digits(self) -> [u8; 16] {
        std::array::from_fn(|at| b"0123456789abcdef"[(self.0 >> (60 - 4 * at)) as usize & 0xf])
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&String::from_utf8_lossy(&self.digits()))
    }
}

/// The fingerprint of a failure that has this error; `None` for a success.
pub(super) fn of(record: &InvocationRecord, error: Option<&InvocationError>) -> Option<Fingerprint> {
    (record.outcome() == Outcome::Failure).then(|| {
        let mut hash = Fnv::new();
        hash.part(record.function().map(super::FunctionArn::name));
        match error {
            Some(error) => hash.error(error, record.request_id()),
            None => hash.condition(record),
        }
        Fingerprint(hash.0)
    })
}

impl InvocationError {
    /// The message without what varies from one failure to the next, as it counts for the fingerprint: the request id, numbers,
    /// ids, addresses and quoted values become `#`.
    #[must_use]
    pub fn masked_message(&self, request_id: Option<&str>) -> Option<String> {
        self.message.as_deref().map(|message| mask::masked(message, request_id))
    }

    /// The error with its message like that.
    #[must_use]
    pub fn masked(self, request_id: Option<&str>) -> Self {
        Self { message: self.masked_message(request_id), ..self }
    }
}

/// The innermost frame of the user's own code: which line of a library raised changes with the library. Without one, the
/// innermost.
fn own_frame(error: &InvocationError) -> Option<&StackFrame> {
    let own = error.frames.iter().rfind(|frame| frame.owner() == Owner::Own);
    own.or(error.frames.last())
}

/// FNV-1a of 64 bits: its values are fixed, unlike those of the standard library's hashers.
struct Fnv(u64);

impl Fnv {
    fn new() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }

    fn error(&mut self, error: &InvocationError, request_id: Option<&str>) {
        let raising = own_frame(error);
        self.part(error.error_type.as_deref());
        self.masked(error.message.as_deref(), request_id);
        self.part(raising.and_then(StackFrame::file_name));
        self.part(raising.and_then(|frame| frame.function.as_deref()));
    }

    /// Adds a message as if it were masked.
    fn masked(&mut self, message: Option<&str>, request_id: Option<&str>) {
        match message {
            Some(message) => {
                mask::each_piece(message, request_id, |piece| self.bytes(piece.as_bytes()));
                self.end();
            }
            None => self.part(None),
        }
    }

    fn condition(&mut self, record: &InvocationRecord) {
        self.part(Some(record.condition().as_str()));
        self.part(record.status_code().map(|status| status.to_string()).as_deref());
    }

    /// Adds a part, so that neither an absent one nor a shifted border gives the same value.
    fn part(&mut self, part: Option<&str>) {
        self.bytes(part.unwrap_or("\u{0}").as_bytes());
        self.end();
    }

    fn end(&mut self) {
        self.bytes(&[0xff]);
    }

    fn bytes(&mut self, bytes: &[u8]) {
        for &byte in bytes {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Text;

    fn fingerprint(arn: &str, condition: &str, rest: &str) -> Option<String> {
        let text = format!(
            r#"{{"version":"1.0","requestContext":{{"requestId":"r","functionArn":"{arn}","condition":"{condition}"}}{rest}}}"#
        );
        Some(InvocationRecord::read(&Text::from(text)).expect("a record").fingerprint()?.to_string())
    }

    fn error(error_type: &str, message: &str, file: &str, line: u32, function: &str) -> Option<String> {
        let rest = format!(
            r#","responsePayload":{{"errorType":"{error_type}","errorMessage":"{message}","stackTrace":["  File \"/var/task/{file}\", line {line}, in {function}\n"]}}"#
        );
        fingerprint("arn:aws:lambda:eu-central-1:1:function:orders:live", "RetriesExhausted", &rest)
    }

    #[test]
    fn values_are_fixed() {
        assert_eq!(Fingerprint(0x2a).to_string(), "000000000000002a");
        let mut hash = Fnv::new();
        hash.bytes(b"foobar");
        assert_eq!(hash.0, 0x8594_4171_f739_67e8);
        assert_eq!(error("ValueError", "no stock", "a.py", 1, "f").as_deref(), Some("5ec68b46cbc27a69"));
    }

    #[test]
    fn what_varies_between_runs_does_not_count() {
        let one = error("ValueError", "order 17 of 'ann' failed", "a.py", 1, "f");
        assert_eq!(one, error("ValueError", "order 4711 of 'bob' failed", "a.py", 99, "f"));
        assert_eq!(one, error("ValueError", "order 17 of 'ann' failed", "lib/a.py", 1, "f"));
    }

    /// A failure that was raised in a function of a library.
    type Response<'a> = &'a dyn Fn(&str) -> Option<String>;

    fn with_stack(response: &str) -> Option<String> {
        let arn = "arn:aws:lambda:eu-central-1:1:function:orders:live";
        fingerprint(arn, "RetriesExhausted", &format!(r#","responsePayload":{response}"#))
    }

    /// The same failure of the user's own code through two versions of a library, in every runtime's form; the values
    /// are fixed, so that people who name a failure by them go on understanding each other.
    #[test]
    fn frames_of_libraries_do_not_count() {
        let python = |inner: &str| {
            with_stack(&format!(
                r#"{{"errorType":"E","errorMessage":"m","stackTrace":["  File \"/var/task/app.py\", line 3, in handler\n    call()\n","  File \"/var/task/site-packages/lib/{inner}.py\", line 9, in {inner}\n    raise E()\n"]}}"#
            ))
        };
        let node = |inner: &str| {
            with_stack(&format!(
                r#"{{"errorType":"E","errorMessage":"m","trace":["E: m","    at {inner} (/var/task/node_modules/lib/{inner}.js:1:2)","    at render (/var/task/index.js:3:4)","    at Runtime.handler (file:///var/runtime/index.mjs:5:6)"]}}"#
            ))
        };
        let java = |inner: &str| {
            with_stack(&format!(
                r#"{{"errorType":"E","errorMessage":"m","stackTrace":["org.apache.{inner}.Lib.{inner}(Lib.java:1)","shop.Orders.handleRequest(Orders.java:7)","java.base/java.lang.reflect.Method.invoke(Unknown Source)"]}}"#
            ))
        };
        let dotnet = |inner: &str| {
            with_stack(&format!(
                r#"{{"errorType":"E","errorMessage":"m","stackTrace":["at Newtonsoft.Json.{inner}(String s)","at Shop.Orders.Handle(String s) in /src/Orders.cs:line 7"]}}"#
            ))
        };
        let ruby = |inner: &str| {
            with_stack(&format!(
                r#"{{"errorType":"E","errorMessage":"m","stackTrace":["/var/task/vendor/bundle/gems/lib/{inner}.rb:1:in `{inner}'","/var/task/app.rb:3:in `handler'"]}}"#
            ))
        };
        let go = |inner: &str| {
            with_stack(&format!(
                r#"{{"errorType":"E","errorMessage":"m","stackTrace":[{{"path":"github.com/lib/pkg/mod/{inner}.go","line":1,"label":"{inner}"}},{{"path":"github.com/shop/orders/main.go","line":3,"label":"handle"}}]}}"#
            ))
        };
        let forms: [(&str, Response<'_>); 6] =
            [("python", &python), ("node", &node), ("java", &java), ("dotnet", &dotnet), ("ruby", &ruby), ("go", &go)];
        for (runtime, form) in forms {
            assert_eq!(form("one"), form("two"), "{runtime}");
        }
        let fixed = forms.map(|(_, form)| form("one").unwrap_or_default());
        let expected = [
            "3efb6e3235b6aae3",
            "d9c7cced5e3cb37e",
            "ad0916d3d5a473ec",
            "66269bddcae55d3d",
            "9d23d9a0015bd8ce",
            "7a519f6624869bd8",
        ];
        assert_eq!(fixed, expected);
    }

    #[test]
    fn what_tells_failures_apart_counts() {
        let one = error("ValueError", "no stock", "a.py", 1, "f");
        for other in [
            error("KeyError", "no stock", "a.py", 1, "f"),
            error("ValueError", "no money", "a.py", 1, "f"),
            error("ValueError", "no stock", "b.py", 1, "f"),
            error("ValueError", "no stock", "a.py", 1, "g"),
        ] {
            assert_ne!(one, other);
        }
    }

    #[test]
    fn without_an_error_condition_and_status_count() {
        let arn = "arn:aws:lambda:eu-central-1:1:function:orders";
        let aged = fingerprint(arn, "EventAgeExceeded", r#","responseContext":{"statusCode":429}"#);
        assert_eq!(
            aged,
            fingerprint(&format!("{arn}:$LATEST"), "EventAgeExceeded", r#","responseContext":{"statusCode":429}"#)
        );
        assert_ne!(aged, fingerprint(arn, "EventAgeExceeded", ""));
        assert_ne!(aged, fingerprint(arn, "RetriesExhausted", r#","responseContext":{"statusCode":429}"#));
        assert_ne!(
            aged,
            fingerprint(&arn.replace("orders", "x"), "EventAgeExceeded", r#","responseContext":{"statusCode":429}"#)
        );
    }

    #[test]
    fn a_success_has_none() {
        assert_eq!(fingerprint("f", "Success", ""), None);
    }
}
