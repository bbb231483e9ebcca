//! What holds for any text: nothing panics, and what is put in comes out.

#![allow(clippy::expect_used, clippy::panic, reason = "a test says by panicking what is wrong")]

#[path = "common/generate.rs"]
mod generate;

use arrivals::log::{LogEvent, Origin, Text};
use arrivals::output::{jsonl, text};
use arrivals::record::json::{self, TokenKind};
use arrivals::record::{Finder, Found};
use generate::{Layer, layer, record, value, wrapped};
use jiff::tz::TimeZone;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::string::string_regex;

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
    fn nothing_panics_over_events(texts in vec((nearly(), 0..3_u8, 0..9_i64), 0..12)) {
        let (mut finder, mut found) = (Finder::new(), Vec::new());
        for (text, stream, time) in texts {
            let origin = Origin {
                log_stream: Some(stream.to_string().into()),
                timestamp: (stream > 0).then_some(time * 5_000),
                ..Origin::default()
            };
            finder.push(&LogEvent { origin, message: Text::from(text) }, &mut found);
        }
        finder.finish(&mut found);
        lines(&found);
        let finds = found.len();
        finder.finish(&mut found);
        prop_assert_eq!(found.len(), finds);
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
