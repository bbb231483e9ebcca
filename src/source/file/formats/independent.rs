//! The same formats by readers that share nothing with ours: both must find the same in any text.

use std::borrow::Cow;
use std::fmt;
use std::io;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use serde::Deserialize;
use serde::de::{Deserializer, IgnoredAny, MapAccess, Visitor};
use serde_json::value::RawValue;

use super::fields::{Field, Fields};
use super::notes::{Notes, is_blank};
use super::steps::Steps;
use super::{Draft, Place, Row, Run, Sink, Spot, Stop, batch, lossy, rows};
use crate::log::{LogEvent, Names};
use crate::source::file::log_events;

fn set<'a>(fields: &mut Fields<'a>, field: Field, value: &'a RawValue) {
    let (text, is_damaged) = match value.get() {
        "null" => (Cow::Borrowed(""), false),
        text if text.starts_with('"') => serde_json::Deserializer::from_str(text).deserialize_bytes(Lenient).unwrap(),
        text => (Cow::Borrowed(text), false),
    };
    fields.is_damaged |= is_damaged && field == Field::Message;
    fields.set(field, text);
}

struct Lenient;

impl<'de> Visitor<'de> for Lenient {
    type Value = (Cow<'de, str>, bool);

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a string")
    }

    fn visit_borrowed_bytes<E>(self, bytes: &'de [u8]) -> Result<Self::Value, E> {
        Ok(lossy(bytes))
    }

    fn visit_bytes<E>(self, bytes: &[u8]) -> Result<Self::Value, E> {
        let (text, is_damaged) = lossy(bytes);
        Ok((Cow::Owned(text.into_owned()), is_damaged))
    }
}

struct Object;

impl<'de> Visitor<'de> for Object {
    type Value = Fields<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut fields = Fields::default();
        while let Some(key) = map.next_key::<String>()? {
            match Field::named(&key) {
                Some(field) => set(&mut fields, field, map.next_value::<&'de RawValue>()?),
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(fields)
    }
}

fn object(text: &str) -> Option<Fields<'_>> {
    let mut reader = serde_json::Deserializer::from_str(text);
    let fields = reader.deserialize_map(Object).ok()?;
    reader.end().ok()?;
    Some(fields)
}

#[derive(Deserialize)]
struct Cell<'a> {
    field: String,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

fn row<'a>(text: &'a str, spot: Spot<'a>) -> Draft<'a> {
    let Ok(cells) = serde_json::from_str::<Vec<Cell<'_>>>(text) else {
        return spot.message(Cow::Borrowed(text));
    };
    let mut fields = Fields::default();
    for cell in cells {
        if let Some((field, value)) = Field::named(&cell.field).zip(cell.value) {
            set(&mut fields, field, value);
        }
    }
    spot.event(fields)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch<'a> {
    message_type: Option<String>,
    log_group: Option<String>,
    log_stream: Option<String>,
    #[serde(borrow)]
    log_events: Vec<&'a RawValue>,
}

fn events(text: &str, spot: Spot<'_>) -> Option<Vec<LogEvent>> {
    let batch = serde_json::from_str::<Batch<'_>>(text).ok()?;
    if batch.message_type.as_deref() == Some("CONTROL_MESSAGE") {
        return Some(Vec::new());
    }
    let event = |event: &&RawValue| {
        let mut fields = object(event.get()).filter(Fields::has_message)?;
        for (field, name) in [(Field::Group, &batch.log_group), (Field::Stream, &batch.log_stream)] {
            name.as_ref().into_iter().for_each(|name| fields.set(field, Cow::Owned(name.clone())));
        }
        Some(spot.event(fields).into_event(&mut Names::default()))
    };
    batch.log_events.iter().map(event).collect()
}

#[derive(Default)]
struct Kept(Vec<LogEvent>);

impl Sink for Kept {
    fn draft(&mut self, draft: Draft<'_>) -> Result<(), Stop> {
        self.0.push(draft.into_event(&mut Names::default()));
        Ok(())
    }

    fn pass(&mut self, _: Run<'_>) -> Result<(), Stop> {
        Err(Stop::Cancelled)
    }

    fn rows(&mut self, _: Vec<Row>) -> Result<(), Stop> {
        Err(Stop::Cancelled)
    }

    fn too_long(&mut self, _: Spot<'_>, _: &[u8]) -> Result<(), Stop> {
        Err(Stop::Cancelled)
    }
}

/// Mostly the first of these, and now and then each of the others.
fn mostly(usual: &'static str, others: &'static [&'static str]) -> BoxedStrategy<&'static str> {
    prop_oneof![12 => Just(usual), 1 => select(others)].boxed()
}

fn space() -> BoxedStrategy<&'static str> {
    mostly("", &[" ", "\n", " \r\n\t", "\u{c}"])
}

fn key() -> BoxedStrategy<&'static str> {
    let known = vec![
        "message",
        "@message",
        "m\\u0065ssage",
        "timestamp",
        "@timestamp",
        "ingestionTime",
        "logStreamName",
        "logGroup",
        "@log",
        "eventId",
        "id",
        "@ptr",
        "level",
        "logEvents",
        "",
        "größe",
    ];
    let odd = vec!["\\ud800", "id\\", "a\\x", "a\tb", "\\ud83d\\ude00", "m\u{0}"];
    prop_oneof![12 => select(known), 1 => select(odd)].boxed()
}

fn value() -> BoxedStrategy<&'static str> {
    let sound = vec![
        "\"\"",
        "\"plain\"",
        "\"größe 😀 {\"",
        "\"a\\n\\\"b\\\" \\\\ \\/ \\b\\f\\r\\t\"",
        "\"\\u00e9\\u20AC\\ud83d\\ude00\\u0000\"",
        "\"\\ud800\"",
        "\"\\udc00\\ud800\\ud83d\\ude00\\ud800\\n\"",
        "\"\\ud83d\\u0041\"",
        "\"2025-11-20 10:15:43.658\"",
        "\"111122223333:/aws/lambda/r\"",
        "\"a:log-group:/x:*\"",
        "null",
        "true",
        "1763633743658",
        "-1",
        "0.5e-3",
        "{\"message\":[1,\"}\"]}",
        "[[],{}]",
    ];
    let broken = vec!["", "01", "-", "tru", "\"\u{1}\"", "\"\\u12\"", "\"", "{\"a\" 1}", "[1,]", "]", "}"];
    prop_oneof![20 => select(sound), 1 => select(broken)].boxed()
}

fn member(
    key: impl Strategy<Value = &'static str> + 'static,
    value: impl Strategy<Value = String> + 'static,
) -> BoxedStrategy<String> {
    (space(), key, space(), mostly(":", &["", "::", ","]), space(), value, space())
        .prop_map(|(a, key, b, colon, c, value, d)| format!("{a}\"{key}\"{b}{colon}{c}{value}{d}"))
        .boxed()
}

/// Items between brackets.
fn list(
    [open, close]: [&'static str; 2],
    item: impl Strategy<Value = String> + 'static,
    most: usize,
) -> BoxedStrategy<String> {
    let items = vec((item, mostly(",", &["", ",,", "]", "}"])), 0..most);
    (items, mostly(close, &["", "]", "}", ",}"]))
        .prop_map(move |(items, close)| {
            let last = items.len().saturating_sub(1);
            let items = items.into_iter().enumerate();
            let inside: String = items.map(|(at, (item, comma))| item + if at < last { comma } else { "" }).collect();
            format!("{open}{inside}{close}")
        })
        .boxed()
}

fn an_object() -> BoxedStrategy<String> {
    list(["{", "}"], member(key(), value().prop_map(str::to_owned)), 6)
}

fn an_event() -> BoxedStrategy<String> {
    an_object()
        .prop_map(|event| event.replacen('{', "{\"message\":\"m\",\"eventId\":\"1\",", 1).replace(",}", "}"))
        .boxed()
}

fn a_row() -> BoxedStrategy<String> {
    let cell = (
        member(
            mostly("field", &["fi\\u0065ld", "value", "\\ud800", "x"]),
            prop_oneof![
                12 => key().prop_map(|key| format!("\"{key}\"")),
                1 => value().prop_map(str::to_owned),
            ],
        ),
        mostly(",", &["", ",\"x\":{},"]),
        member(mostly("value", &["v\\u0061lue", "field", "\\ud800", "x"]), value().prop_map(str::to_owned)),
    );
    let cell = (cell, mostly("", &[",\"x\":1", ",\"field\":\"id\""]))
        .prop_map(|((field, comma, value), more)| format!("{{{field}{comma}{value}{more}}}"));
    let other = value().prop_filter("a list is no cell", |value| !value.starts_with('['));
    list(["[", "]"], prop_oneof![20 => cell, 1 => other.prop_map(str::to_owned)], 5)
}

fn a_batch() -> BoxedStrategy<String> {
    let kind =
        mostly("\"DATA_MESSAGE\"", &["\"CONTROL_MESSAGE\"", "null", "1", "\"\\ud800\"", "\"CONTROL\\u005fMESSAGE\""]);
    let name = mostly("\"/aws/lambda/r\"", &["null", "\"\"", "1", "\"\\u0061:b\"", "\"\\ud800\"", "{}"]);
    let event = prop_oneof![
        20 => an_event(),
        1 => an_object(),
        1 => value().prop_map(str::to_owned),
    ];
    let events = list(["[", "]"], event, 4);
    let stream = mostly("\"s\"", &["null", "2"]);
    let other = member(key(), value().prop_map(str::to_owned));
    let members = (
        member(mostly("messageType", &["x", "message\\u0054ype"]), kind.prop_map(str::to_owned)),
        member(mostly("logGroup", &["x", "logStream"]), name.prop_map(str::to_owned)),
        member(mostly("logStream", &["x", "logGroup"]), stream.prop_map(str::to_owned)),
        member(mostly("logEvents", &["x", "log\\u0045vents"]), events),
        prop_oneof![4 => Just("\"y\":0".to_owned()), 1 => other],
    );
    members
        .prop_flat_map(|(a, b, c, d, e)| Just(vec![a, b, c, d, e]).prop_shuffle())
        .prop_map(|members| format!("{{{}}}", members.join(",")))
        .boxed()
}

fn tail() -> BoxedStrategy<&'static str> {
    mostly("", &[" ", "\n\t", "x", "{}", "\u{a0}"])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn objects_have_the_same_fields(texts in [an_object(), an_object()], tail in tail()) {
        let mut notes = Notes::default();
        // What begins as the last one is read without a look at its keys.
        for text in [&texts[0], &texts[0], &texts[1], &texts[0]] {
            let text = format!("{text}{tail}");
            let expected = object(&text);
            prop_assert_eq!(&Fields::of_object(&text), &expected, "{}", text);
            notes.clear();
            let end = notes.object(text.as_bytes(), 0).ok().filter(|end| is_blank(&text[*end..]));
            prop_assert_eq!(end.map(|_| notes.fields(&text)), expected, "{}", text);
        }
    }

    #[test]
    fn rows_are_the_same_events(texts in [a_row(), a_row()], tail in tail()) {
        let (place, mut notes) = (Place { file: "f".into(), stream: None }, Notes::default());
        for text in [&texts[0], &texts[0], &texts[1], &texts[0]] {
            let text = format!("{text}{tail}");
            let expected = row(&text, place.at(1)).into_event(&mut Names::default());
            let event = rows::event(&text, place.at(1), &mut notes).into_event(&mut Names::default());
            prop_assert_eq!(event, expected, "{}", text);
        }
    }

    #[test]
    fn batches_hold_the_same_events(text in a_batch(), tail in tail()) {
        let (text, place, mut kept) = (format!("{text}{tail}"), Place { file: "f".into(), stream: None }, Kept::default());
        let given = batch::give(&text, place.at(1), &mut kept).map(|given| given.is_ok());
        let expected = events(&text, place.at(1));
        prop_assert_eq!(given, expected.as_ref().map(|_| true), "{}", text);
        prop_assert_eq!(kept.0, expected.unwrap_or_default(), "{}", text);
    }

    #[test]
    fn documents_may_be_cut_anywhere(
        document in prop_oneof![
            list(["{\"events\":[{\"message\":\"m\",\"eventId\":\"1\"},", "]}"], an_object(), 4),
            list(["{\"results\":[[{\"field\":\"@message\",\"value\":\"\"}],", "]}"], a_row(), 4),
            list(["[{\"message\":\"m\"},", "]"], prop_oneof![an_object(), a_row(), a_batch()], 4),
            a_batch().prop_map(|batch| batch.replacen('{', "{\"messageType\":\"DATA_MESSAGE\",", 1)),
            vec(a_batch(), 1..3).prop_map(|batches| batches.join("\n")),
        ],
        tail in mostly("\nplain\n", &["", "x", "{\"message\":\"m\",\"eventId\":\"2\"}"]),
        bad in prop::option::of(0..200_usize),
        step in 1..60_usize,
    ) {
        let mut bytes = format!("{document}{tail}").into_bytes();
        if let Some(byte) = bad.and_then(|at| bytes.get_mut(at)) {
            *byte = 0xff;
        }
        let whole = log_events(io::Cursor::new(bytes.clone()));
        prop_assert_eq!(log_events(Steps(io::Cursor::new(bytes), step)), whole, "{}", document);
    }

    #[test]
    fn lines_tell_the_same_after_any_others(
        lines in vec(prop_oneof![4 => an_event(), 1 => an_object(), 1 => Just("plain".to_owned())], 0..6),
        bad in prop::option::of(0..200_usize),
    ) {
        let mut bytes = lines.iter().map(|line| line.replace(['\n', '\r'], " ") + "\n").collect::<String>().into_bytes();
        if let Some(byte) = bad.and_then(|at| bytes.get_mut(at)).filter(|byte| **byte != b'\n') {
            *byte = 0xff;
        }
        let events = |lines: &[u8]| {
            let mut events = log_events(io::Cursor::new([b"first\n", lines].concat())).split_off(1);
            for event in &mut events {
                event.origin.line = None;
            }
            events
        };
        let alone: Vec<_> = bytes.split_inclusive(|byte| *byte == b'\n').flat_map(events).collect();
        prop_assert_eq!(events(&bytes), alone, "{}", String::from_utf8_lossy(&bytes));
    }
}
