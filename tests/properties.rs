//! What holds for any text: nothing panics, and what is put in comes out.

#![allow(clippy::expect_used, clippy::panic, reason = "a test says by panicking what is wrong")]

use arrivals::log::{LogEvent, Origin, Text};
use arrivals::output::{jsonl, text};
use arrivals::record::json::{self, TokenKind};
use arrivals::record::{Finder, Found};
use jiff::tz::TimeZone;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::string::string_regex;

/// White space, as it may stand between any two tokens.
fn space() -> impl Strategy<Value = &'static str> {
    select(vec!["", "", "", " ", "\n  ", "\t", "\r\n"])
}

fn number() -> impl Strategy<Value = String> {
    select(vec![
        "0",
        "-0",
        "1.0",
        "1.10",
        "1e400",
        "-2E-7",
        "9007199254740993",
        "12345678901234567890",
        "0.1000000000000000055",
    ])
    .prop_map(str::to_owned)
}

fn string() -> impl Strategy<Value = String> {
    let pieces = vec![
        "a",
        "Zz",
        " ",
        "ü",
        "😀",
        "\u{202e}",
        "\u{85}",
        "\u{7f}",
        "{",
        "}",
        "[",
        "'",
        "****",
        "\\n",
        "\\\"",
        "\\\\",
        "\\/",
        "\\u0000",
        "\\u001b[31m",
        "\\u00e9",
        "\\ud83d\\ude00",
        "\\ud800",
        "\\u0022",
        "{\\\"a\\\":1}",
        "requestContext",
        "condition:",
    ];
    vec(select(pieces), 0..6).prop_map(|pieces| format!("\"{}\"", pieces.concat()))
}

/// The text of any JSON value.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![number(), string(), select(vec!["null", "true", "false"]).prop_map(str::to_owned)];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            (vec(inner.clone(), 0..4), space())
                .prop_map(|(items, space)| format!("[{space}{}]", items.join(&format!("{space},")))),
            vec((string(), inner), 0..4).prop_flat_map(object),
        ]
    })
}

/// The text of an object with these members in any order.
fn object(members: Vec<(String, String)>) -> impl Strategy<Value = String> {
    (Just(members).prop_shuffle(), space(), space()).prop_map(|(members, before, after)| {
        let members: Vec<_> =
            members.iter().map(|(key, value)| format!("{before}{key}{after}:{before}{value}")).collect();
        format!("{{{}{after}}}", members.join(","))
    })
}

fn member(key: &str, value: impl Strategy<Value = String>) -> impl Strategy<Value = (String, String)> {
    let key = format!("\"{key}\"");
    value.prop_map(move |value| (key.clone(), value))
}

fn maybe(key: &str, value: impl Strategy<Value = String>) -> impl Strategy<Value = Option<(String, String)>> {
    proptest::option::of(member(key, value))
}

/// A name as records have them, or any other string.
fn name(known: &[&'static str]) -> impl Strategy<Value = String> + use<> {
    let known: Vec<_> = known.iter().map(|name| format!("\"{name}\"")).collect();
    prop_oneof![3 => select(known), 1 => string()]
}

fn context() -> impl Strategy<Value = String> {
    let arns = ["arn:aws:lambda:eu-central-1:111122223333:function:orders:$LATEST", "orders"];
    let id = name(&["6f0d0c1e-3a77-4a0e-9a51-0b6a3b1f0001", "r"]);
    let condition = member("condition", name(&["Success", "RetriesExhausted", "EventAgeExceeded"]));
    let ids = prop_oneof![member("requestId", id), member("functionArn", name(&arns))];
    (condition, ids, maybe("functionArn", name(&arns)), maybe("approximateInvokeCount", number()))
        .prop_map(|(condition, id, arn, count)| [Some(condition), Some(id), arn, count].into_iter().flatten().collect())
        .prop_flat_map(object)
}

fn error() -> impl Strategy<Value = String> {
    let frames =
        vec(prop_oneof![string(), Just("\"  File \\\"a.py\\\", line 9, in f\\n    x\\n\"".to_owned()), value()], 0..3);
    let frames = frames.prop_map(|frames| format!("[{}]", frames.join(",")));
    (
        maybe("errorType", value()),
        maybe("errorMessage", value()),
        maybe("stackTrace", frames.clone()),
        maybe("trace", frames),
    )
        .prop_map(|(error_type, message, stack, trace)| {
            [error_type, message, stack, trace].into_iter().flatten().collect()
        })
        .prop_flat_map(object)
}

fn response_context() -> impl Strategy<Value = String> {
    prop_oneof![
        Just("null".to_owned()),
        Just("{\"statusCode\": 429}".to_owned()),
        Just("{\"statusCode\":200,\"executedVersion\":\"7\",\"functionError\":\"Unhandled\"}".to_owned()),
        value(),
    ]
}

/// The text of an invocation record, with everything in it that a real one may have or lack.
fn record() -> impl Strategy<Value = String> {
    let times = name(&["2026-11-20T10:15:43.658Z", "yesterday"]);
    let fields = (
        member("version", name(&["1.0"])),
        member("requestContext", context()),
        maybe("timestamp", prop_oneof![times, value()]),
        maybe("requestPayload", value()),
        maybe("responseContext", response_context()),
        maybe("responsePayload", prop_oneof![error(), value()]),
        maybe("KinesisBatchInfo", value()),
        maybe("unknown", value()),
    );
    fields
        .prop_map(|(version, context, time, request, response, payload, batch, other)| {
            [Some(version), Some(context), time, request, response, payload, batch, other]
                .into_iter()
                .flatten()
                .collect()
        })
        .prop_flat_map(object)
}

/// A layer around text.
#[derive(Debug, Clone)]
enum Layer {
    Text(String, String),
    LogObject(&'static str),
    LogString(&'static str, String),
    Sns,
    Sqs(usize),
    EventBridge(&'static str),
    StringOnly,
}

fn layer() -> impl Strategy<Value = Layer> {
    let key = || select(vec!["message", "event", "msg", "fields", "body"]);
    prop_oneof![
        (stray(), stray()).prop_map(|(before, after)| Layer::Text(before, after)),
        key().prop_map(Layer::LogObject),
        (key(), stray()).prop_map(|(key, before)| Layer::LogString(key, before)),
        Just(Layer::Sns),
        (0..3_usize).prop_map(Layer::Sqs),
        select(vec!["lambda", "aws.lambda"]).prop_map(Layer::EventBridge),
        Just(Layer::StringOnly),
    ]
}

/// Text as it stands around records: unbalanced, but with nothing that makes it an object together with the record.
fn stray() -> impl Strategy<Value = String> {
    let pieces = vec![
        "a",
        "it's",
        "{",
        "}",
        "[",
        "]",
        "\"",
        "{id}",
        "{\"a\":1}",
        "[INFO]",
        "\t",
        "\n",
        "2026-11-20T10:15:44Z",
        "event=",
        "ü",
        "\\",
        "END",
        ",",
    ];
    vec(select(pieces), 0..6).prop_map(|pieces| pieces.iter().fold(" ".to_owned(), |text, piece| text + piece + " "))
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string")
}

/// `text` in a layer, and whether the result is one JSON object.
fn wrapped(layer: &Layer, text: &str, is_object: bool) -> (String, bool) {
    match layer {
        Layer::Text(before, after) => (format!("{before}{text}{after}"), false),
        Layer::LogObject(key) if is_object => {
            (format!("{{\"level\":\"INFO\",\"requestId\":\"outer\",\"{key}\":{text}}}"), true)
        }
        Layer::LogObject(key) => (format!("{{\"{key}\" : {}}}", quoted(text)), true),
        Layer::LogString(key, before) => {
            (format!("{{\"{key}\":{}, \"n\":1}}", quoted(&format!("{before}{text}"))), true)
        }
        Layer::Sns => {
            let notification = format!("{{\"Type\":\"Notification\",\"TopicArn\":\"t\",\"Message\":{}}}", quoted(text));
            (format!("{{\"Records\":[{{\"EventSource\":\"aws:sns\",\"Sns\":{notification}}}]}}"), true)
        }
        Layer::Sqs(others) => {
            let message =
                |body: &str| format!("{{\"messageId\":\"m\",\"body\":{},\"eventSource\":\"aws:sqs\"}}", quoted(body));
            let messages = [vec![message("not a record"); *others], vec![message(text)]].concat();
            (format!("{{\"Records\": [{}]}}", messages.join(", ")), true)
        }
        Layer::EventBridge(source) if is_object => (
            format!("{{\"version\":\"0\",\"detail-type\":\"Lambda\",\"source\":\"{source}\",\"detail\":{text}}}"),
            true,
        ),
        Layer::EventBridge(_) | Layer::StringOnly => (quoted(text), false),
    }
}

/// The envelope that these layers, from the inside out, must be told as.
fn envelope(layers: &[(Layer, bool)]) -> Vec<&'static str> {
    let mut names = Vec::new();
    for (layer, is_object) in layers.iter().rev() {
        let name = match layer {
            Layer::LogObject(_) | Layer::LogString(..) => "log",
            Layer::Sns => "sns",
            Layer::Sqs(_) => "sqs",
            Layer::EventBridge(_) if *is_object => "eventbridge",
            Layer::Text(..) | Layer::EventBridge(_) | Layer::StringOnly => continue,
        };
        if !(names.last() == Some(&name) && matches!(name, "log" | "sns")) {
            names.push(name);
        }
    }
    names
}

fn find(message: &str, origin: Origin) -> Vec<Found> {
    let mut found = Vec::new();
    let mut finder = Finder::new();
    finder.push(&LogEvent { origin, message: Text::from(message) }, &mut found);
    finder.finish(&mut found);
    found
}

fn lines(found: &[Found]) -> String {
    let mut out = Vec::new();
    for found in found {
        if let Found::Arrival(arrival) = found {
            jsonl::write(&mut out, arrival).expect("memory takes everything");
        }
    }
    String::from_utf8(out).expect("text")
}

/// Tokens without white space.
fn sequence(text: &str) -> Vec<(TokenKind, &str)> {
    json::tokens(text).filter(|(kind, _)| *kind != TokenKind::Space).map(|(kind, range)| (kind, &text[range])).collect()
}

/// What a string says; half a surrogate pair says nothing, and serde refuses it.
fn said(quoted: &str) -> String {
    serde_json::from_str(&quoted.replace("\\ud800", "")).expect("a string")
}

/// Text in which records seem to begin everywhere.
fn nearly() -> impl Strategy<Value = String> {
    let pieces = vec![
        "{",
        "}",
        "[",
        "]",
        "\"",
        "'",
        ":",
        ",",
        "\\",
        "=>",
        "=",
        " ",
        "\n",
        "\u{0}",
        "ü",
        "😀",
        "\\\"",
        "\\\\",
        "\\u12",
        "{\"",
        "map[",
        "(",
        ")",
        "requestContext",
        "\"requestContext\":{",
        "'requestContext': {",
        "\\\"requestContext\\\":{",
        "\"condition\":\"x\"",
        "condition",
        "'condition': 'x'",
        "\"version\":\"1.0\",",
        "\"requestId\":\"r\",",
        "\"message\":\"",
        "\"Records\":[",
        "****",
        "null",
        "1e400",
    ];
    vec(select(pieces), 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn nothing_panics(text in prop_oneof![any::<String>(), nearly(), string_regex("[\\PC\\s]{0,200}").expect("a pattern")]) {
        let found = find(&text, Origin::default());
        lines(&found);
        for found in &found {
            match found {
                Found::Arrival(arrival) => prop_assert!(text.contains("requestContext"), "{arrival:?}"),
                Found::Unreadable(unreadable) => prop_assert!(!unreadable.reason.to_string().is_empty()),
            }
        }
    }

    #[test]
    fn what_is_put_in_comes_out(record in record(), layers in vec(layer(), 0..5)) {
        let (mut message, mut is_object) = (record.clone(), true);
        let mut told = Vec::new();
        for layer in layers {
            let next = wrapped(&layer, &message, is_object);
            told.push((layer, is_object));
            (message, is_object) = next;
        }
        let found = find(&message, Origin::default());
        let [Found::Arrival(arrival)] = &found[..] else {
            return Err(TestCaseError::fail(format!("{message}\n{found:?}")));
        };
        prop_assert_eq!(arrival.record.text().as_str(), record);
        let names: Vec<_> = arrival.envelope.iter().map(|layer| layer.as_str()).collect();
        prop_assert_eq!(names, envelope(&told), "{}", message);
    }

    #[test]
    fn a_second_pass_changes_nothing(
        records in vec(record(), 1..4), layers in vec(layer(), 0..3), id in proptest::option::of("[0-9]{56}"), time in any::<Option<i64>>(), stream in any::<Option<String>>(),
    ) {
        let (mut message, mut is_object) = (records.join("\n"), records.len() == 1);
        for layer in layers {
            (message, is_object) = wrapped(&layer, &message, is_object);
        }
        let origin = Origin { event_id: id.map(Into::into), timestamp: time, log_stream: stream.map(Into::into), ..Origin::default() };
        let found = find(&message, origin);
        prop_assert!(!found.is_empty());
        let first = lines(&found);
        let mut finder = Finder::new();
        let mut again = Vec::new();
        for (number, line) in (1..).zip(first.lines()) {
            let origin = Origin { file: Some("x".into()), line: Some(number), ..Origin::default() };
            finder.push(&LogEvent { origin, message: Text::from(line) }, &mut again);
        }
        prop_assert_eq!(lines(&again), first);
    }

    #[test]
    fn readable_lines_are_harmless(message in prop_oneof![record(), nearly()]) {
        let mut out = Vec::new();
        for found in find(&message, Origin::default()) {
            match found {
                Found::Arrival(arrival) => text::write(&mut out, &arrival, &TimeZone::UTC),
                Found::Unreadable(unreadable) => text::write_unreadable(&mut out, &unreadable, &TimeZone::UTC),
            }.expect("memory takes everything");
            let line = String::from_utf8(std::mem::take(&mut out)).expect("text");
            let line = line.strip_suffix('\n').expect("a line");
            prop_assert!(!line.contains(|c: char| c.is_control() || matches!(c, '\u{202a}'..='\u{202e}')), "{line:?}");
        }
    }

    #[test]
    fn tokens_cover_the_text(text in prop_oneof![any::<String>(), nearly(), value()]) {
        let mut end = 0;
        for (_, range) in json::tokens(&text) {
            prop_assert_eq!(range.start, end);
            prop_assert!(range.end > end);
            prop_assert!(text.get(range.clone()).is_some());
            end = range.end;
        }
        prop_assert_eq!(end, text.len());
    }

    #[test]
    fn layout_keeps_the_tokens(text in prop_oneof![any::<String>(), nearly(), value()]) {
        let line = json::one_line(&text);
        prop_assert!(!line.contains(['\r', '\n']));
        prop_assert_eq!(&json::one_line(&line), &line);
        let pretty = json::pretty(&line);
        prop_assert_eq!(sequence(&pretty), sequence(&line));
    }

    #[test]
    fn one_line_says_the_same(text in value()) {
        let line = json::one_line(&text);
        let (before, after) = (sequence(&text), sequence(&line));
        prop_assert_eq!(before.len(), after.len());
        for ((kind, piece), (kind_after, piece_after)) in before.into_iter().zip(after) {
            prop_assert_eq!(kind, kind_after);
            if piece != piece_after {
                prop_assert_eq!(said(piece_after), said(piece));
            }
        }
    }
}
