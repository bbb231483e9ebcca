//! Every place in one log event that a record is found in, and every one that it is not.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

use super::*;

const RECORD: &str = r#"{"version":"1.0","requestContext":{"requestId":"r1","functionArn":"f","condition":"Success"},"requestPayload":{"a":"b\"\\c"}}"#;
const OTHER: &str = r#"{"version":"1.0","requestContext":{"requestId":"r2","condition":"RetriesExhausted"},"x":1.0}"#;

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string")
}

/// `records` by text and envelope, and the reasons of what is unreadable.
fn search_all(message: &str) -> (Vec<(String, String)>, Vec<Reason>) {
    let (mut records, mut reasons) = (Vec::new(), Vec::new());
    search(message, 0, &mut |piece| match piece {
        Piece::Record { text, envelope, .. } => {
            let names: Vec<_> = envelope.iter().map(|layer| layer.as_str()).collect();
            records.push((text.to_owned(), names.join(" ")));
        }
        Piece::Unreadable(reason) => reasons.push(reason),
    });
    (records, reasons)
}

fn assert_found(message: &str, expected: &[(&str, &str)]) {
    let (records, reasons) = search_all(message);
    let records: Vec<_> = records.iter().map(|(text, envelope)| (text.as_str(), envelope.as_str())).collect();
    assert_eq!(records, expected, "{message}");
    assert_eq!(reasons, [], "{message}");
}

fn assert_unreadable(message: &str, reason: Reason) {
    let (records, reasons) = search_all(message);
    assert_eq!(records, [], "{message}");
    assert_eq!(reasons, [reason], "{message}");
}

#[test]
fn bare_or_in_text() {
    for prefix in [
        "",
        " ",
        "\u{feff}",
        "2026-11-20T10:15:44Z\tid\tINFO\t",
        "[INFO]\tevent=",
        "{id} said \"hi\" {\"a\": 1} ",
        "it's 5\" wide {",
        "{\"open\" ",
        "[",
        "{{{\"",
        "'\u{0}",
    ] {
        for suffix in ["", "\n", " rest", "}", "\"", " {\"b\":2}", "]", "START RequestId: x"] {
            assert_found(&format!("{prefix}{RECORD}{suffix}"), &[(RECORD, "")]);
        }
    }
}

#[test]
fn several_in_one_event() {
    assert_found(&format!("{RECORD}{OTHER}"), &[(RECORD, ""), (OTHER, "")]);
    assert_found(&format!("a {RECORD} b {OTHER} c"), &[(RECORD, ""), (OTHER, "")]);
    assert_found(&format!("[{RECORD}, {OTHER}]"), &[(RECORD, ""), (OTHER, "")]);
}

#[test]
fn pretty_printed() {
    let pretty = json::pretty(RECORD);
    assert_found(&format!("received: {pretty}\n"), &[(&pretty, "")]);
}

#[test]
fn in_a_log_format() {
    for key in ["message", "event", "detail", "body", "msg", "Records", "Message"] {
        assert_found(
            &format!("{{\"level\":\"INFO\",\"requestId\":\"x\",\"{key}\":{RECORD},\"b\":1}}"),
            &[(RECORD, "log")],
        );
        assert_found(&format!("{{\"{key}\":{}}}", quoted(RECORD)), &[(RECORD, "log")]);
        assert_found(
            &format!("{{\"{key}\":{}}}", quoted(&format!("got {RECORD} {OTHER}"))),
            &[(RECORD, "log"), (OTHER, "log")],
        );
    }
    assert_found(&format!("{{\"fields\":{{\"message\":{}}}}}", quoted(RECORD)), &[(RECORD, "log")]);
    assert_found(&format!("{{\"message\":[\"a\",{RECORD}]}}"), &[(RECORD, "log")]);
}

#[test]
fn in_string_layers() {
    let mut text = RECORD.to_owned();
    for _ in 0..6 {
        text = quoted(&text);
        assert_found(&text, &[(RECORD, "")]);
        assert_found(&format!("got {text} and {OTHER}"), &[(RECORD, ""), (OTHER, "")]);
    }
    let pretty = json::pretty(RECORD);
    assert_found(&quoted(&format!("see {pretty}")), &[(&pretty, "")]);
    let bare = quoted(RECORD);
    assert_found(&format!("event={} {OTHER}", &bare[1..bare.len() - 1]), &[(RECORD, ""), (OTHER, "")]);
}

#[test]
fn in_messages() {
    let sns = |text: &str| format!(r#"{{"Type":"Notification","TopicArn":"t","Message":{}}}"#, quoted(text));
    let sns_event = |text: &str| format!(r#"{{"Records":[{{"EventSource":"aws:sns","Sns":{}}}]}}"#, sns(text));
    let sqs = |texts: &[&str]| {
        let messages: Vec<_> = texts
            .iter()
            .map(|text| format!(r#"{{"messageId":"m","body":{},"eventSource":"aws:sqs"}}"#, quoted(text)))
            .collect();
        format!(r#"{{"Records": [{}]}}"#, messages.join(", "))
    };
    let bus = |source: &str, detail: &str| {
        format!(
            r#"{{"version":"0","detail-type":"Lambda Function Invocation Result - Failure","source":"{source}","detail":{detail}}}"#
        )
    };
    assert_found(&sns_event(RECORD), &[(RECORD, "sns")]);
    assert_found(&format!(r#"{{"Records":[{{"Sns":{{"Message":{}}}}}]}}"#, quoted(RECORD)), &[(RECORD, "sns")]);
    assert_found(&sns(RECORD), &[(RECORD, "sns")]);
    assert_found(&sqs(&[RECORD, OTHER, RECORD]), &[(RECORD, "sqs"), (OTHER, "sqs"), (RECORD, "sqs")]);
    assert_found(&sqs(&[&sns(RECORD), &sns(OTHER)]), &[(RECORD, "sqs sns"), (OTHER, "sqs sns")]);
    assert_found(&bus("lambda", RECORD), &[(RECORD, "eventbridge")]);
    assert_found(&bus("aws.lambda", RECORD), &[(RECORD, "eventbridge")]);
    assert_found(&sqs(&[&bus("lambda", RECORD)]), &[(RECORD, "sqs eventbridge")]);
    assert_found(&sns_event(&bus("lambda", RECORD)), &[(RECORD, "sns eventbridge")]);
    assert_found(&format!("{{\"message\":{}}}", sqs(&[RECORD])), &[(RECORD, "log sqs")]);
    assert_found(
        &format!("{{\"event\":{{\"message\":{}}}}}", quoted(&bus("lambda", RECORD))),
        &[(RECORD, "log eventbridge")],
    );
    assert_found(&format!("got {}", sqs(&[RECORD])), &[(RECORD, "sqs")]);
}

#[test]
fn the_outermost_is_the_record() {
    let receiver = format!(
        r#"{{"version":"1.0","requestContext":{{"requestId":"r3","condition":"RetriesExhausted"}},"requestPayload":{RECORD},"x":{}}}"#,
        quoted(RECORD)
    );
    assert_found(&receiver, &[(&receiver, "")]);
    assert_found(&quoted(&receiver), &[(&receiver, "")]);
    let cut = &receiver[..receiver.len() - 1];
    assert_unreadable(cut, Reason::Cut);
}

#[test]
fn what_holds_no_record() {
    for message in [
        "",
        "REPORT RequestId: x\tDuration: 2.03 ms",
        r#"{"type":"platform.report","record":{"requestId":"x"}}"#,
        r#"{"requestContext":{"http":{"method":"GET"},"requestId":"x"},"body":"{\"condition\":\"new\"}","version":"2.0"}"#,
        r"{'requestContext': {'requestId': 'x', 'identity': {'condition': 1}}, 'condition': 'new'}",
        "requestContext condition",
        "the requestContext: condition: x",
        "requestContext: [Object], version: '2.0'",
        r#"{"requestContext":"condition"}"#,
    ] {
        assert_found(message, &[]);
    }
}

#[test]
fn what_looks_like_a_record() {
    for (message, reason) in [
        (&RECORD[..95], Reason::Cut),
        (&RECORD[..110], Reason::Cut),
        (
            r#"{"a":{"version":"1.0","requestContext":{"condition":"x","requestId":"r"},"requestPayload":NaN}}"#,
            Reason::Broken,
        ),
        (r#"{"requestContext":{"condition":"x","requestId":"r"}}"#, Reason::Incomplete(NotARecord::NoVersion)),
        (r#"{"version":"1.0","requestContext":{"condition":"x"}}"#, Reason::Incomplete(NotARecord::NoName)),
        (r"{'version': '1.0', 'requestContext': {'requestId': 'r', 'condition': 'x'}, 'a': nan}", Reason::Python),
        (r"{'version': '1.0', 'requestContext': {'requestId': 'r', 'condition': 'x'}, 'a': '", Reason::Python),
        (
            r"{'version': '1.0', 'requestContext': {'requestId': 'r', 'condition': 'x'}, 'a': b'', 'requestPayload': {'version': '1.0', 'requestContext': {'requestId': 'r', 'condition': 'x'}}}",
            Reason::Python,
        ),
        (r"{'requestContext': {'requestId': 'r', 'condition': 'x'}}", Reason::Incomplete(NotARecord::NoVersion)),
        ("Event(requestContext=Context(requestId='r', condition='x'))", Reason::Python),
        ("{\n  version: '1.0',\n  requestContext: {\n    requestId: 'r',\n    condition: 'x'\n  }\n}", Reason::Node),
        (
            "{ requestContext: { requestId: \u{1b}[32m'r'\u{1b}[39m, condition: \u{1b}[32m'x'\u{1b}[39m } }",
            Reason::Node,
        ),
        ("{ event: { version: '1.0', requestContext: [Object], requestPayload: {} } }", Reason::Node),
        ("{version=1.0, requestContext={requestId=r, condition=x}}", Reason::Java),
        (
            "LambdaDestinationEvent(version=1.0, requestContext=LambdaDestinationEvent.RequestContext(requestId=r, condition=x))",
            Reason::Java,
        ),
        (r#"{"version"=>"1.0", "requestContext"=>{"requestId"=>"r", "condition"=>"x"}}"#, Reason::Ruby),
        (r#"{"version" => "1.0", "requestContext" => {"requestId" => "r", "condition" => "x"}}"#, Reason::Ruby),
        (r#"{version: "1.0", requestContext: {requestId: "r", condition: "x"}}"#, Reason::Ruby),
        ("map[requestContext:map[condition:x requestId:r] version:1.0]", Reason::Go),
        (r#"{"Records": [{"body": "{\"version\":\"1.0\",\"requestContext\":{\"condition\":\"x\""}]}"#, Reason::Cut),
        (r#"\\\"requestContext\\\":\n {\\\"condition\\\":\\\"x\\\"}"#, Reason::Broken),
    ] {
        assert_unreadable(message, reason);
        assert_unreadable(&quoted(message), reason);
        assert_unreadable(&format!("{{\"message\":{}}}", quoted(message)), reason);
        let (records, reasons) = search_all(&format!("{OTHER} {message}"));
        assert_eq!((records.len(), reasons), (1, vec![reason]), "{message}");
    }
}

#[test]
fn a_record_behind_a_cut_one_is_found() {
    for cut in [&RECORD[..60], &RECORD[..95], &RECORD[..RECORD.len() - 10]] {
        for between in ["", " ", "\n", " got "] {
            let (records, reasons) = search_all(&format!("{cut}{between}{OTHER}"));
            if cut.ends_with(':') {
                continue;
            }
            assert_eq!(records, [(OTHER.to_owned(), String::new())], "{cut}{between}");
            // Of the shortest, nothing tells that it was one.
            assert!(reasons.is_empty() && cut.len() == 60 || reasons.len() == 1, "{cut}: {reasons:?}");
        }
    }
    let nested = format!(
        r#"{{"version":"1.0","requestContext":{{"condition":"x","requestId":"r"}},"requestPayload":{OTHER},"a":"#
    );
    assert_unreadable(&nested, Reason::Cut);
}

#[test]
fn every_print_in_an_event_counts() {
    let java =
        "{version=1.0, requestContext={requestId=r, condition=x}, requestPayload={requestContext={condition=y}}}";
    let go = "map[requestContext:map[condition:x requestId:r] version:1.0]";
    let (records, reasons) = search_all(&format!("a {java} b {java}\n{go} {go} c"));
    assert_eq!(records, []);
    assert_eq!(reasons, [Reason::Java, Reason::Java, Reason::Go, Reason::Go]);
}

#[test]
fn a_printed_dict_is_rebuilt() {
    let dict = r"{'version': '1.0', 'requestContext': {'requestId': 'r', 'condition': 'x'}, 'requestPayload': ['it\'s', None, 1.10]}";
    let json = r#"{"version": "1.0", "requestContext": {"requestId": "r", "condition": "x"}, "requestPayload": ["it's", null, 1.10]}"#;
    assert_found(dict, &[(json, "")]);
    assert_found(&format!("[INFO]	got {dict} {OTHER}"), &[(json, ""), (OTHER, "")]);
    assert_found(&format!("[{dict}, {dict}]"), &[(json, ""), (json, "")]);
    assert_found(&quoted(dict), &[(json, "")]);
    assert_found(&format!("{{\"message\":{}}}", quoted(dict)), &[(json, "log")]);
    assert_found(&format!("{{'detail-type': 'x', 'detail': {dict}}}"), &[(json, "eventbridge")]);
    assert_found(&format!("{{\"it's\": {dict}}}"), &[(json, "log")]);
    let body = RECORD.replace('\\', "\\\\");
    assert_found(&format!("{{'Records': [{{'messageId': 'm', 'body': '{body}'}}]}}"), &[(RECORD, "sqs")]);
    assert_found(
        &format!("{{'Records': [{{'EventSource': 'aws:sns', 'Sns': {{'TopicArn': 't', 'Message': '{body}'}}}}]}}"),
        &[(RECORD, "sns")],
    );
}

#[test]
fn a_printed_string_with_doubled_backslashes_is_not_trusted() {
    let body = r#"{"version":"1.0","requestContext":{"requestId":"r","condition":"x"},"requestPayload":"a\\nb"}"#;
    assert_unreadable(&format!("{{'messageId': m, 'body': '{body}'}}"), Reason::Python);
    assert_unreadable(&format!("{{ messageId: 'm', body: '{body}' }}"), Reason::Node);
    let broken = body.replace("\\\\n", "\\\\\"");
    assert_unreadable(&format!("{{'messageId': m, 'body': '{broken}'}}"), Reason::Python);
    assert_unreadable(&format!("{{ messageId: 'm', body: '{broken}' }}"), Reason::Node);
    let plain = body.replace("\\\\", "");
    assert_found(&format!("{{'messageId': m, 'body': '{plain}'}}"), &[(&plain, "")]);
}

#[test]
fn hostile_text_is_given_up_in_time() {
    let deep = |open: &str, close: &str| format!("{}{RECORD}{}", open.repeat(100_000), close.repeat(100_000));
    for message in [
        deep("[", "]"),
        deep("{\"a\":", "}"),
        deep("{\"a\":", ""),
        deep("{\"", ""),
        deep("{\\", ""),
        deep("\"", ""),
        deep("\\", ""),
        deep("{\"requestContext\":", "}"),
        deep("\u{0}", "\u{0}"),
        deep("{'a':", "}"),
        deep("{'a':", ""),
        deep("{'", ""),
        deep("{'a': (", ""),
        "requestContext:{".repeat(100_000),
        "{\"requestContext\":{\"condition\":1,".repeat(30_000),
    ] {
        let (records, reasons) = search_all(&message);
        assert!(records.len() + reasons.len() >= 1 || message.starts_with("requestContext"), "{message:.40}");
    }
}

#[test]
fn the_word_stands_in_its_usual_place() {
    let record = r#"{"version":"1.0","timestamp":"2026-11-20T10:52:17.748Z","requestContext":{"condition":"x"}}"#;
    assert_eq!(position(record, 0), Some(USUAL.start));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

    /// A space in a record has it taken apart instead of read in one walk.
    #[test]
    fn records_as_the_service_writes_them_are_found_as_others(
        pieces in vec(select(vec![
            RECORD, OTHER, "\"", "{\"a\":", "}", "[", "]", ",", " ", "\n", "x", "'", "{", "\\\\", "requestContext", "{'a': 1}",
            "{\"version\":\"1.0\"}", "{\"version\":\"1.0\",\"requestContext\":{\"condition\":\"c\"}}", "{\"version\":\"1",
            "{\"version\":\"0\",\"requestContext\":{\"path\":\"/\"},\"body\":\"{\\\"requestContext\\\":1}\"}",
            "{\"version\":\"1.0\",\"request\\u0043ontext\":{\"condition\":\"c\",\"requestId\":\"r\"}}",
        ]), 0..7),
        is_quoted: bool,
        is_wrapped: bool,
    ) {
        let text = pieces.concat();
        let text = if is_quoted { quoted(&text) } else { text };
        let text = if is_wrapped { format!("{{\"message\":{text}}}") } else { text };
        let spaced = text.replace("{\"version", "{ \"version").replace("{\\\"version", "{ \\\"version");
        let (mut records, reasons) = search_all(&spaced);
        for (record, _) in &mut records {
            *record = record.replace("{ \"version", "{\"version");
        }
        prop_assert_eq!(search_all(&text), (records, reasons), "{}", text);
    }
}
