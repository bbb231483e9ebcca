use std::collections::BTreeSet;
use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::log::{Origin, Text};
use crate::record::json;

/// Something that a stream prints: how long after the one before, how far its lines lie apart, and what it is.
type Print = (i64, i64, u8);

fn record(id: usize) -> String {
    format!(
        r#"{{"version":"1.0","requestContext":{{"requestId":"{id}","functionArn":"arn:aws:lambda:eu-central-1:1:function:f","condition":"Success","approximateInvokeCount":1}},"requestPayload":{{"nested":{{"requestId":"no"}}}}}}"#
    )
}

/// The lines of what is printed, and when.
fn lines(stream: usize, prints: &[Print]) -> Vec<(i64, String)> {
    let mut time = 0;
    let mut lines = Vec::new();
    for (at, (pause, step, kind)) in prints.iter().enumerate() {
        time += pause;
        let record = record(stream * 1_000 + at);
        let text = match kind {
            0 => json::pretty(&record),
            1 => record.split_at(record.len() / 2).0.to_owned(),
            2 => "REPORT nothing".to_owned(),
            3 => json::pretty(&format!("{{\"message\":{record}}}")),
            _ => record,
        };
        for line in text.lines() {
            lines.push((time, format!("{line}\n")));
            time += step;
        }
    }
    lines
}

fn events(streams: &[Vec<Print>]) -> Vec<LogEvent> {
    let mut events: Vec<LogEvent> = Vec::new();
    for (stream, prints) in streams.iter().enumerate() {
        let name: Arc<str> = Arc::from(format!("s{stream}"));
        events.extend(lines(stream, prints).into_iter().map(|(time, text)| LogEvent {
            origin: Origin { log_stream: Some(Arc::clone(&name)), timestamp: Some(time), ..Origin::default() },
            message: Text::from(text),
        }));
    }
    events.sort_by_key(|event| event.origin.timestamp);
    events
}

/// What is found, as something that can be compared.
fn told(found: &[Found]) -> BTreeSet<(i64, String)> {
    found.iter().map(|found| (found.time(), format!("{found:?}"))).collect()
}

fn serially(events: &[LogEvent]) -> Vec<Found> {
    let (mut finder, mut found) = (Finder::new(), Vec::new());
    for event in events {
        finder.push(event, &mut found);
    }
    finder.finish(&mut found);
    found
}

/// The same events, cut at these times and searched from the newest slice on.
fn sliced(events: &[LogEvent], cuts: &BTreeSet<i64>) -> Vec<Found> {
    let (mut border, mut found, mut end) = (Border::default(), Vec::new(), events.len());
    for start in cuts.iter().rev() {
        let from = events.partition_point(|event| event.origin.timestamp < Some(*start)).min(end);
        let own = events[from..end].to_vec();
        end = from;
        found.extend(border.back_to(*start, own, *start == 0, false).search());
    }
    found
}

fn prints() -> impl Strategy<Value = Vec<Vec<Print>>> {
    // Steps of up to 1.5 s make a pretty-printed record last up to 25 s; pauses leave room between those that fail.
    vec(vec((0_i64..20_000, prop_oneof![0_i64..3, 0_i64..1_500], 0_u8..5), 0..12), 1..4)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn cut_anywhere_and_searched_backwards_the_same_is_found(
        streams in prints(),
        cuts in vec(1_i64..250_000, 0..12),
    ) {
        let events = events(&streams);
        let cuts: BTreeSet<i64> = cuts.into_iter().chain([0]).collect();
        let (whole, parts) = (serially(&events), sliced(&events, &cuts));
        prop_assert_eq!(whole.len(), parts.len());
        // A redelivery is counted among all that was found, not within a slice.
        prop_assert_eq!(told(&whole), told(&parts));
    }
}

#[test]
fn what_is_told_goes_back_in_time_and_is_ordered_within() {
    let events = events(&[(0..50).map(|_| (4_000, 0, 4)).collect()]);
    let (mut border, mut last) = (Border::default(), i64::MAX);
    for (start, end) in [(150_000, 200_001), (60_000, 150_000), (0, 60_000)] {
        let inside = |event: &&LogEvent| (start..end).contains(&event.origin.timestamp.unwrap());
        let own: Vec<LogEvent> = events.iter().filter(inside).cloned().collect();
        let found = border.back_to(start, own, start == 0, false).search();
        let times: Vec<i64> = found.iter().map(Found::time).collect();
        assert!(times.is_sorted() && !times.is_empty());
        assert!(times[times.len() - 1] < last);
        last = times[0];
    }
}

#[test]
fn what_an_older_slice_would_have_told_is_told_without_it() {
    let events = events(&[(0..20).map(|_| (4_000, 0, 4)).collect()]);
    let newer: Vec<LogEvent> = events[10..].to_vec();
    let start = newer[0].origin.timestamp.unwrap();
    let mut border = Border::default();
    let mut found = border.back_to(start, newer, false, false).search();
    assert!(found.len() < 10, "the first {} ms belong to the older slice", Finder::SPAN);
    found.extend(border.rest().unwrap().search());
    assert_eq!(found.len(), 10);
    assert!(border.rest().is_none());
}
