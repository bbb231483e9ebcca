//! Boards for tests, filled the way a source fills them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test may fail by panicking")]
#![allow(dead_code, unreachable_pub, reason = "each test file uses a part")]

pub mod replay;
pub mod screen;

use arrivals::app::keymap::Keymap;
use arrivals::app::message::{Effect, Message};
use arrivals::app::model::{Model, Place, SourceState};
use arrivals::board::Board;
use arrivals::log::{LogEvent, Origin, Text};
use arrivals::record::{Finder, Found};
use arrivals::source::{Batch, SourceUpdate};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;

/// 2026-11-20T10:20:00Z, a little after the last of the events.
pub const NOW: i64 = 1_795_170_000_000;

/// A record as Lambda writes it, with what differs.
pub fn record(second: i64, function: &str, condition: &str, count: u32, rest: &str) -> String {
    let time = jiff::Timestamp::from_millisecond(NOW - 300_000 + second * 1000).unwrap();
    format!(
        r#"{{"version":"1.0","timestamp":"{time:.3}","requestContext":{{"requestId":"6f0d0c1e-3a77-4a0e-9a51-0b6a3b1f{second:04}","functionArn":"arn:aws:lambda:eu-central-1:111122223333:function:{function}","condition":"{condition}","approximateInvokeCount":{count}}},{rest}}}"#
    )
}

/// Some of everything.
pub fn events() -> Vec<String> {
    let node = r#""requestPayload":{"order":{"id":"A-1","big":12345678901234567890,"price":1.10}},"responseContext":{"statusCode":200,"executedVersion":"7","functionError":"Unhandled"},"responsePayload":{"errorType":"TypeError","errorMessage":"Cannot read properties of undefined (reading 'total')","trace":["TypeError: Cannot read properties of undefined (reading 'total')","    at render (file:///var/task/index.mjs:14:37)","    at Runtime.handler (file:///var/task/index.mjs:6:18)","    at Runtime.handleOnceNonStreaming (file:///var/runtime/index.mjs:1173:29)"]}"#;
    let python = r#""requestPayload":{"return":"failure"},"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},"responsePayload":{"errorMessage":"I'm supposed to fail here","errorType":"RuntimeError","stackTrace":["  File \"/var/task/sender_handler.py\", line 9, in lambda_handler\n    raise RuntimeError(\"I'm supposed to fail here\")\n"]}"#;
    let timeout = r#""requestPayload":{"key":"a.jpg"},"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},"responsePayload":{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: 6f0d0c1e-3a77-4a0e-9a51-0b6a3b1f0003 Error: Task timed out after 3.00 seconds"}"#;
    let success = r#""requestPayload":{"return":"success"},"responseContext":{"statusCode":200,"executedVersion":"$LATEST"},"responsePayload":{"this_invocation": "was_successful"}"#;
    let pages = r#""requestPayload":{"order":{"id":"A-2"}},"responseContext":{"statusCode":200,"executedVersion":"7"},"responsePayload":{"pages":3,"bytes":48213,"document":{"bucket":"invoices","key":"rendered/A-2.pdf"}}"#;
    let null = r#""requestPayload":{"key":"b.jpg"},"responseContext":{"statusCode":200,"executedVersion":"$LATEST"},"responsePayload":null"#;
    let wrapped = format!(
        r#"{{"timestamp":"2026-11-20T10:15:44.001Z","level":"INFO","requestId":"x","message":{}}}"#,
        serde_json::to_string(&record(9, "sender:$LATEST", "Success", 1, success)).unwrap()
    );
    vec![
        "START RequestId: 0d9b7a52-1111-4222-8333-abcdefabcdef Version: $LATEST\n".to_owned(),
        record(1, "sender:$LATEST", "RetriesExhausted", 3, python),
        record(2, "sender:$LATEST", "Success", 1, success),
        record(3, "thumbnailer:7", "RetriesExhausted", 3, timeout),
        record(
            4,
            "geo-enrich:live",
            "EventAgeExceeded",
            0,
            r#""requestPayload":{"ip":"10.0.0.1"},"responseContext":{"statusCode":429}"#,
        ),
        record(5, "sender:$LATEST", "ZeroReservedConcurrency", 0, r#""requestPayload":{"return":"success"}"#),
        record(6, "invoice-render:live", "Success", 1, pages),
        record(7, "thumbnailer:$LATEST", "Success", 1, null),
        record(
            8,
            "orders-stream",
            "RetryAttemptsExhausted",
            5,
            r#""responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":null},"KinesisBatchInfo":{"shardId":"shardId-000000000000","batchSize":500}"#,
        ),
        wrapped,
        format!("got {}", &record(10, "sender:$LATEST", "RetriesExhausted", 3, python)[..400]),
        record(11, "invoice-render:live", "RetriesExhausted", 3, node),
        record(12, "CdkLambdaDestinationsStack-sender96A36763-zpInOlEaxILF:$LATEST", "RetriesExhausted", 2, python),
        record(11, "invoice-render:live", "RetriesExhausted", 3, node),
    ]
}

/// Failures that come after those of `events`.
pub fn later_events() -> Vec<String> {
    let rest = r#""requestPayload":{"return":"failure"},"responseContext":{"statusCode":404}"#;
    (20..23).map(|second| record(second, "sender:1", "RetriesExhausted", 1, rest)).collect()
}

/// What a finder finds in messages, each an event of its own in one stream.
pub fn found(messages: &[String]) -> Vec<Found> {
    let mut finder = Finder::new();
    let mut found = Vec::new();
    for (at, message) in messages.iter().enumerate() {
        let origin = Origin {
            log_group: Some("/aws/lambda/receiver".into()),
            log_stream: Some("2026/11/20/[$LATEST]0123456789abcdef0123456789abcdef".into()),
            timestamp: Some(NOW - 300_000 + 1000 * second(at)),
            ingestion_time: Some(NOW - 300_000 + 1000 * second(at) + 700),
            event_id: Some(format!("{at:056}").into()),
            ..Origin::default()
        };
        finder.push(&LogEvent { origin, message: Text::from(message.as_str()) }, &mut found);
    }
    finder.finish(&mut found);
    found
}

fn second(at: usize) -> i64 {
    i64::try_from(at).unwrap()
}

/// A board in UTC on a source, with what is found in the messages.
pub fn board_from(place: Place, messages: &[String]) -> Model {
    filled(1 << 24, place, messages)
}

/// A board that takes so many bytes of memory at most.
pub fn board_within(bytes: usize, messages: &[String]) -> Model {
    filled(bytes, Place::default(), messages)
}

fn filled(bytes: usize, place: Place, messages: &[String]) -> Model {
    let mut model = Model::new(Board::new(bytes), SourceState::at(place), Keymap::shipped().unwrap(), TimeZone::UTC);
    let batch = Batch { found: found(messages), events: messages.len() as u64, ..Batch::default() };
    if !messages.is_empty() {
        update(&mut model, Message::Source(SourceUpdate::Found(batch)));
    }
    model
}

/// A board in UTC with what is found in the messages.
pub fn board_of(messages: &[String]) -> Model {
    let place = Place { names: vec!["/aws/lambda/receiver".into()], ..Place::default() };
    board_from(place, messages)
}

/// Gives a message, and lets the filter finish.
pub fn update(model: &mut Model, message: Message) -> Vec<Effect> {
    let mut effects = model.update(message, NOW);
    while model.advance(1000, &mut effects) {}
    effects
}

/// Presses a key.
pub fn press(model: &mut Model, code: KeyCode) -> Vec<Effect> {
    let modifiers = match code {
        KeyCode::Char(c) if c.is_uppercase() => KeyModifiers::SHIFT,
        _ => KeyModifiers::NONE,
    };
    update(model, Message::Terminal(Event::Key(KeyEvent::new(code, modifiers))))
}

/// Types text.
pub fn press_all(model: &mut Model, text: &str) -> Vec<Effect> {
    text.chars().flat_map(|c| press(model, KeyCode::Char(c))).collect()
}

/// Tells of a new size of the terminal.
pub fn resize(model: &mut Model, width: u16, height: u16) {
    update(model, Message::Terminal(Event::Resize(width, height)));
}
