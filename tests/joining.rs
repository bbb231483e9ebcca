//! A record that was broken over events comes out once and equal, whatever came between.

#![allow(clippy::expect_used, clippy::panic, reason = "a test says by panicking what is wrong")]

#[path = "common/generate.rs"]
mod generate;

use std::collections::VecDeque;

use arrivals::log::{LogEvent, Origin, Text};
use arrivals::record::{Finder, Found, json};
use generate::{Layer, layer, record, wrapped};
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::{Index, select};

/// What one invocation of a receiver prints.
#[derive(Debug, Clone)]
enum Print {
    /// A record, in some layers, cut at these places; each piece may carry a line break that is not its own.
    Record { record: String, layers: Vec<Layer>, cuts: Vec<Index>, breaks: Vec<bool>, rest: &'static str },
    /// A record, pretty-printed a line an event.
    Lines { record: String, breaks: bool },
    /// Something else.
    Noise(&'static str),
}

fn print() -> impl Strategy<Value = Print> {
    let noise = vec![
        "START RequestId: 0d9b7a52 Version: $LATEST\n",
        "END RequestId: 0d9b7a52\n",
        "REPORT RequestId: 0d9b7a52\tDuration: 2.03 ms\n",
        "{\"time\":\"2026-11-20T10:15:44.010Z\",\"type\":\"platform.report\",\"record\":{}}",
        "[INFO] nothing\n",
        "{\"level\":\"INFO\",\"message\":\"{ done }\"}\n",
        "}",
        "",
    ];
    let rest = select(vec!["", "\n", " rest", " {\"b\":2}\n"]);
    prop_oneof![
        3 => (record(), vec(layer(), 0..3), vec(any::<Index>(), 0..6), vec(any::<bool>(), 6), rest)
            .prop_map(|(record, layers, cuts, breaks, rest)| Print::Record { record, layers, cuts, breaks, rest }),
        1 => (record(), any::<bool>()).prop_map(|(record, breaks)| Print::Lines { record, breaks }),
        2 => select(noise).prop_map(Print::Noise),
    ]
}

impl Print {
    /// The messages, and the record that must be found in them.
    fn messages(&self) -> (Vec<String>, Option<String>) {
        match self {
            Self::Noise(text) => (vec![(*text).to_owned()], None),
            Self::Lines { record, breaks } => {
                let pretty = json::pretty(record);
                let end = if *breaks { "\n" } else { "" };
                (pretty.lines().map(|line| format!("{line}{end}")).collect(), Some(record.clone()))
            }
            Self::Record { record, layers, cuts, breaks, rest } => {
                let (mut text, mut is_object) = (record.clone(), true);
                for layer in layers.iter().filter(|layer| !matches!(layer, Layer::Text(..))) {
                    (text, is_object) = wrapped(layer, &text, is_object);
                }
                (cut(&format!("{text}{rest}"), cuts, breaks), Some(record.clone()))
            }
        }
    }
}

/// Cuts a text between characters. A piece may carry a line break that is not its own.
fn cut(text: &str, cuts: &[Index], breaks: &[bool]) -> Vec<String> {
    let mut places: Vec<_> = cuts.iter().map(|cut| text.floor_char_boundary(cut.index(text.len()))).collect();
    places.extend([0, text.len()]);
    places.sort_unstable();
    places.dedup();
    let pieces = places.windows(2).map(|pair| &text[pair[0]..pair[1]]);
    let with_break = |(at, piece): (usize, &str)| {
        let end = if breaks.get(at) == Some(&true) { "\n" } else { "" };
        format!("{piece}{end}")
    };
    pieces.enumerate().map(with_break).collect()
}

fn events(stream: usize, prints: &[Print]) -> VecDeque<LogEvent> {
    let messages = prints.iter().flat_map(|print| print.messages().0);
    let origin = |time: i64| Origin {
        log_group: Some("/aws/lambda/receiver".into()),
        log_stream: Some(stream.to_string().into()),
        timestamp: Some(time / 4),
        ..Origin::default()
    };
    (0..).zip(messages).map(|(time, message)| LogEvent { origin: origin(time), message: Text::from(message) }).collect()
}

fn tokens(text: &str) -> Vec<&str> {
    json::tokens(text).filter(|(kind, _)| *kind != json::TokenKind::Space).map(|(_, range)| &text[range]).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 384, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn broken_records_come_out_once_and_equal(
        streams in vec(vec(print(), 0..4), 1..5), order in vec(any::<Index>(), 200),
    ) {
        let mut queues: Vec<_> = streams.iter().enumerate().map(|(at, prints)| events(at, prints)).collect();
        let mut order = order.iter().cycle();
        let (mut finder, mut found) = (Finder::new(), Vec::new());
        while queues.iter().any(|queue| !queue.is_empty()) {
            queues.retain(|queue| !queue.is_empty());
            let index = order.next().map_or(0, |index| index.index(queues.len()));
            let event = queues[index].pop_front().expect("an event");
            finder.push(&event, &mut found);
        }
        finder.finish(&mut found);
        let mut expected: Vec<_> = streams.iter().flatten().filter_map(|print| print.messages().1).collect();
        for found in &found {
            let Found::Arrival(arrival) = found else { return Err(TestCaseError::fail(format!("{found:?}"))) };
            let text = arrival.record.text().as_str();
            let at = expected.iter().position(|record| tokens(record) == tokens(text));
            prop_assert!(at.is_some(), "{text}\nis none of\n{expected:#?}");
            at.map(|at| expected.swap_remove(at));
        }
        prop_assert!(expected.is_empty(), "{expected:#?}\nare missing");
    }

    #[test]
    fn what_was_cut_without_a_trace_is_joined_byte_for_byte(record in record(), cuts in vec(any::<Index>(), 0..8)) {
        let (mut finder, mut found) = (Finder::new(), Vec::new());
        for message in cut(&record, &cuts, &[]) {
            finder.push(&LogEvent { origin: Origin::default(), message: Text::from(message) }, &mut found);
        }
        let [Found::Arrival(arrival)] = &found[..] else { return Err(TestCaseError::fail(format!("{found:?}"))) };
        prop_assert_eq!(arrival.record.text().as_str(), record.as_str());
    }
}
