//! Records and what may stand around them, for property tests.

#![allow(clippy::expect_used, reason = "a test may fail by panicking")]
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

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
pub fn value() -> impl Strategy<Value = String> {
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
pub fn record() -> impl Strategy<Value = String> {
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
pub enum Layer {
    Text(String, String),
    LogObject(&'static str),
    LogString(&'static str, String),
    Sns,
    Sqs(usize),
    EventBridge(&'static str),
    StringOnly,
}

pub fn layer() -> impl Strategy<Value = Layer> {
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

pub fn quoted(text: &str) -> String {
    serde_json::to_string(text).expect("a string")
}

/// `text` in a layer, and whether the result is one JSON object.
pub fn wrapped(layer: &Layer, text: &str, is_object: bool) -> (String, bool) {
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
