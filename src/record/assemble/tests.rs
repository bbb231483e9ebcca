//! What is joined, what ends a join, and what is counted then.

use proptest::prelude::*;

use super::*;
use crate::log::Text;
use crate::record::{Arrival, Finder, Found, Reason, json};

const RECORD: &str = r#"{"version": "1.0", "requestContext": {"requestId": "r1", "condition": "Success", "approximateInvokeCount": 12}, "requestPayload": {"a": "bü \" \\ \u00e9", "n": [true, 1.10]}}"#;
const HEAD: usize = 140;

/// An event of a stream, at a time.
fn at(stream: &str, time: i64, message: &str) -> LogEvent {
    let origin = Origin {
        log_group: Some("g".into()),
        log_stream: Some(stream.into()),
        timestamp: Some(time),
        ..Origin::default()
    };
    LogEvent { origin, message: Text::from(message) }
}

/// An event of a file.
fn line(message: &str) -> LogEvent {
    LogEvent { origin: Origin { file: Some("f".into()), ..Origin::default() }, message: Text::from(message) }
}

/// What is found while the events come, and what only at the end.
fn find(events: &[LogEvent]) -> (Vec<Arrival>, Vec<Reason>, usize) {
    let (mut finder, mut found) = (Finder::new(), Vec::new());
    for event in events {
        finder.push(event, &mut found);
    }
    let early = found.len();
    finder.finish(&mut found);
    let (mut arrivals, mut reasons) = (Vec::new(), Vec::new());
    for found in found {
        match found {
            Found::Arrival(arrival) => arrivals.push(arrival),
            Found::Unreadable(unreadable) => reasons.push(unreadable.reason),
        }
    }
    (arrivals, reasons, early)
}

fn assert_joined(events: &[LogEvent], records: &[&str]) -> Vec<Arrival> {
    let (arrivals, reasons, early) = find(events);
    let texts: Vec<_> = arrivals.iter().map(|arrival| arrival.record.text().as_str()).collect();
    assert_eq!(texts, records);
    assert_eq!((reasons, early), (vec![], records.len()), "everything is found at once");
    arrivals
}

fn assert_given_up(events: &[LogEvent], reason: Reason) {
    let (arrivals, reasons, _) = find(events);
    assert_eq!((arrivals.len(), reasons), (0, vec![reason]));
}

#[test]
fn pretty_printed_lines_are_joined() {
    let pretty = json::pretty(RECORD);
    let with_breaks: Vec<_> = pretty.lines().map(|text| at("s", 1, &format!("{text}\n"))).collect();
    let arrival = &assert_joined(&with_breaks, &[&pretty])[0];
    assert_eq!(arrival.message.as_str(), format!("{pretty}\n"));
    let without: Vec<_> = pretty.lines().map(line).collect();
    let arrival = &assert_joined(&without, &[&pretty])[0];
    assert_eq!(arrival.message.as_str(), pretty);
}

#[test]
fn an_object_within_a_record_does_not_end_it() {
    let (first, rest) = (
        r#"{"version":"1.0","requestContext":{"requestId":"r1","condition":"x"},"lines":[{"a":1,""#,
        r#"b":2}],"c":{""#,
    );
    let last = r#"d":3}}"#;
    // Together, the first and the last are an object that begins with the brace after "lines".
    let events = [at("s", 1, first), at("s", 3, last), at("s", 2, rest)];
    assert_joined(&events, &[&format!("{first}{rest}{last}")]);
}

#[test]
fn fragments_are_joined_wherever_they_were_cut() {
    for text in [RECORD.to_owned(), json::pretty(RECORD), serde_json::json!({ "message": RECORD }).to_string()] {
        for cut in (1..text.len()).filter(|&cut| text.is_char_boundary(cut)) {
            let prefix = "got ";
            for added in ["", "\n"] {
                if added == "\n" && text[..cut].ends_with('\n') {
                    continue;
                }
                let events = [at("s", 1, &format!("{prefix}{}{added}", &text[..cut])), at("s", 1, &text[cut..])];
                let (arrivals, reasons, early) = find(&events);
                assert_eq!((arrivals.len(), reasons.len(), early), (1, 0, 1), "{:?}", events[0].message);
                let found: serde_json::Value = serde_json::from_str(arrivals[0].record.text()).expect("JSON");
                assert_eq!(found, serde_json::from_str::<serde_json::Value>(RECORD).expect("JSON"));
            }
        }
    }
}

#[test]
fn a_printed_dict_is_joined() {
    let dict = r"{'version': '1.0', 'requestContext': {'requestId': 'r', 'condition': 'it\'s'}, 'requestPayload': [True, '\U0001f600']}";
    for cut in 1..dict.len() {
        let (arrivals, reasons, _) = find(&[line(&dict[..cut]), line(&dict[cut..])]);
        assert_eq!((arrivals.len(), reasons.len()), (1, 0), "{}", &dict[..cut]);
        assert!(arrivals[0].recovered && arrivals[0].replayable());
    }
    assert_given_up(&[line(&dict[..110]), line("END RequestId: x")], Reason::Python);
}

#[test]
fn streams_are_kept_apart() {
    let (head, tail) = RECORD.split_at(HEAD);
    let other = RECORD.replace("r1", "r2");
    let (other_head, other_tail) = other.split_at(90);
    let events = [
        at("a", 1, head),
        at("b", 1, &format!("noise {other_head}")),
        at("c", 1, "END RequestId: x\n"),
        at("c", 2, &RECORD.replace("r1", "r3")),
        at("a", 2, tail),
        at("b", 2, &format!("{other_tail} more")),
    ];
    let arrivals = assert_joined(&events, &[&RECORD.replace("r1", "r3"), RECORD, &other]);
    assert_eq!(Origin::from(&arrivals[1].origin), events[0].origin);
    assert_eq!(Origin::from(&arrivals[2].origin), events[1].origin);
}

#[test]
fn an_event_may_end_one_record_and_begin_another() {
    let other = RECORD.replace("r1", "r2");
    let third = RECORD.replace("r1", "r3");
    let events = [
        at("s", 1, &format!("{third}{}", &RECORD[..50])),
        at("s", 2, &format!("{} and {third} then {}", &RECORD[50..], &other[..HEAD])),
        at("s", 3, &other[HEAD..]),
    ];
    let arrivals = assert_joined(&events, &[&third, RECORD, &third, &other]);
    let times: Vec<_> = arrivals.iter().map(|arrival| (arrival.origin.timestamp(), arrival.redelivery)).collect();
    assert_eq!(times, [(Some(1), 0), (Some(1), 0), (Some(2), 1), (Some(2), 0)]);
}

#[test]
fn platform_lines_and_other_text_end_a_join() {
    let (head, tail) = RECORD.split_at(HEAD);
    for end in [
        "START RequestId: x Version: 1\n",
        "END RequestId: x\n",
        "REPORT RequestId: x\tDuration: 1 ms\n",
        "INIT_START Runtime Version: x\n",
        r#"{"time":"x","type":"platform.runtimeDone","record":{}}"#,
        "said \"so\"",
    ] {
        assert_given_up(&[at("s", 1, head), at("s", 2, end), at("s", 3, tail)], Reason::Cut);
        assert_given_up(&[line(head), line(end), line(tail)], Reason::Cut);
    }
    let (arrivals, reasons, early) = find(&[line(head), line(RECORD)]);
    assert_eq!((arrivals.len(), reasons, early), (1, vec![Reason::Cut], 2));
}

#[test]
fn a_cut_character_damages_the_record() {
    let cut = RECORD.find('ü').expect("a character");
    let lost = format!("{}\u{fffd}", &RECORD[..cut]);
    let arrivals = find(&[at("s", 1, &lost), at("s", 1, &format!("\u{fffd}{}", &RECORD[cut + 2..]))]).0;
    assert!(arrivals[0].damaged && !arrivals[0].replayable());
    let whole = RECORD.replace('ü', "\u{fffd}");
    let arrivals = assert_joined(&[at("s", 1, &whole[..60]), at("s", 1, &whole[60..])], &[&whole]);
    assert!(!arrivals[0].damaged && arrivals[0].replayable());
}

#[test]
fn late_events_are_put_in_their_place() {
    // Cuts between values: that a piece of a string is missing shows in nothing.
    let cuts: Vec<_> = ["\"requestId", "{\"a", "1.10"].iter().map(|next| RECORD.find(next).expect("it")).collect();
    let parts = [&RECORD[..cuts[0]], &RECORD[cuts[0]..cuts[1]], &RECORD[cuts[1]..cuts[2]], &RECORD[cuts[2]..]];
    let event = |part: u8| at("s", i64::from(part), parts[usize::from(part)]);
    for order in [[0, 2, 1, 3], [0, 3, 1, 2], [0, 3, 2, 1], [0, 1, 3, 2], [0, 2, 3, 1], [0, 2, 1, 3]] {
        let arrivals = assert_joined(&order.map(event), &[RECORD]);
        assert_eq!(arrivals[0].origin.timestamp(), Some(0));
    }
    let end = at("s", 9, "END RequestId: x\n");
    assert_joined(&[event(0), event(1), event(3), end, event(2)], &[RECORD]);
}

#[test]
fn an_event_without_a_time_goes_on_where_one_with_a_time_stopped() {
    let (head, tail) = RECORD.split_at(HEAD);
    let untimed = |message| {
        let LogEvent { origin, message } = at("s", 0, message);
        LogEvent { origin: Origin { timestamp: None, ..origin }, message }
    };
    assert_joined(&[at("s", 1, head), untimed(tail)], &[RECORD]);
    assert_given_up(&[at("s", 1, head), untimed("END RequestId: x\n"), untimed(tail)], Reason::Cut);
}

#[test]
fn behind_a_platform_line_only_late_events_mean_anything() {
    let (head, tail) = RECORD.split_at(RECORD.find("\"requestId").expect("it"));
    let (mut finder, mut found) = (Finder::new(), Vec::new());
    let matters = |finder: &Finder, time| finder.matters("x", &StreamId::of(Some("g"), Some("s"), None), Some(time));
    finder.push(&at("s", 0, head), &mut found);
    finder.push(&at("s", 5, "x"), &mut found);
    assert!(matters(&finder, 6) && matters(&finder, 4));
    finder.push(&at("s", 7, "END RequestId: x\n"), &mut found);
    assert!(!matters(&finder, 7) && matters(&finder, 6));
    assert!(!finder.matters("x", &StreamId::of(Some("g"), Some("other"), None), Some(6)));
    finder.push(&at("s", 8, "x"), &mut found);
    finder.push(&at("s", 3, tail), &mut found);
    assert!(matches!(&found[..], [Found::Arrival(arrival)] if arrival.record.text().as_str() == RECORD));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, ..ProptestConfig::default() })]

    /// Within the time that a late event may take: what comes later is waited for longer when nothing shows the time.
    #[test]
    fn what_does_not_matter_changes_nothing(
        picks in prop::collection::vec((0..12_usize, 0..3_usize, -40..40_i64), 0..40),
    ) {
        let cut = |from: usize, to: usize| RECORD[from..to].to_owned();
        let messages = [
            RECORD.to_owned(),
            cut(0, 90),
            cut(90, HEAD),
            cut(HEAD, RECORD.len()),
            format!("got {{ {}", cut(0, 40)),
            "START RequestId: x".to_owned(),
            "END RequestId: x".to_owned(),
            "REPORT RequestId: x".to_owned(),
            "x".to_owned(),
            "[more] {".to_owned(),
            "{'a': ".to_owned(),
            "requestContext: {".to_owned(),
        ];
        let events: Vec<_> = (0..).zip(picks).map(|(number, (message, stream, offset))| {
            at(["a", "b", "c"][stream], 20 * number + offset, &messages[message])
        }).collect();
        let mut told: [Vec<String>; 2] = Default::default();
        for (told, is_sparing) in told.iter_mut().zip([false, true]) {
            let (mut finder, mut found) = (Finder::new(), Vec::new());
            for event in &events {
                let matters = finder.matters(&event.message, &StreamId::from(&event.origin), event.origin.timestamp);
                if matters || !is_sparing {
                    finder.push(event, &mut found);
                }
            }
            finder.finish(&mut found);
            told.extend(found.iter().map(|found| match found {
                Found::Arrival(arrival) => format!("{:?} {:?}", arrival.record.text(), arrival.origin),
                Found::Unreadable(unreadable) => format!("{:?} {:?}", unreadable.reason, unreadable.origin),
            }));
            // Which stream was used last is told by what matters.
            told.sort();
        }
        prop_assert_eq!(&told[0], &told[1]);
    }
}

#[test]
fn what_waits_too_long_is_given_up() {
    let (head, tail) = RECORD.split_at(HEAD);
    assert_given_up(&[at("s", 0, head), at("s", SPAN + 1, tail)], Reason::Cut);
    let (mut finder, mut found) = (Finder::new(), Vec::new());
    finder.push(&at("s", 0, head), &mut found);
    finder.push(&at("other", SPAN, "x"), &mut found);
    finder.settle(SPAN, &mut found);
    assert_eq!(found.len(), 0);
    finder.push(&at("other", SPAN + LOOK, "x"), &mut found);
    assert_eq!(found.len(), 1);
    finder.push(&at("s", 0, head), &mut found);
    finder.push(&at("s", 1, "END RequestId: x"), &mut found);
    finder.settle(LATE + 1, &mut found);
    assert_eq!(found.len(), 2);
    finder.finish(&mut found);
    assert_eq!(found.len(), 2, "nothing is counted twice");
}

#[test]
fn streams_and_bytes_are_bounded() {
    let (head, tail) = RECORD.split_at(HEAD);
    let (mut finder, mut found) = (Finder::new(), Vec::new());
    for stream in 0..=STREAMS {
        finder.push(&at(&stream.to_string(), 0, head), &mut found);
    }
    assert_eq!(found.len(), 1, "the first stream is given up");
    finder.push(&at("1", 0, tail), &mut found);
    assert!(matches!(&found[1], Found::Arrival(arrival) if arrival.record.text().as_str() == RECORD));
    let (mut finder, mut found) = (Finder::new(), Vec::new());
    finder.push(&at("s", 0, head), &mut found);
    let much = "x".repeat(BYTES / 4);
    for _ in 0..8 {
        finder.push(&at("s", 0, &much), &mut found);
    }
    assert_eq!(found.len(), 1);
}

#[test]
fn other_json_counts_nothing() {
    let pretty = json::pretty(&serde_json::json!({"a": [1, {"b": "c"}], "requestContext": {"path": "/"}}).to_string());
    let lines: Vec<_> = pretty.lines().chain(["{", "}", "got {\"a", "{\"b\": ["]).map(line).collect();
    let (arrivals, reasons, _) = find(&lines);
    assert_eq!((arrivals.len(), reasons), (0, vec![]));
}

#[test]
fn what_only_seemed_to_begin_hides_nothing() {
    for events in [
        vec![line("got {\"a"), line(RECORD)],
        vec![line("{ \""), line(" {"), line(&RECORD[1..])],
        vec![line("if x {"), line(RECORD)],
        vec![line("{\"a\": {"), line(&RECORD[..HEAD]), line(&RECORD[HEAD..])],
    ] {
        let (arrivals, reasons, _) = find(&events);
        assert_eq!((arrivals.len(), reasons), (1, vec![]), "{events:?}");
    }
}

#[test]
fn hostile_events_cost_no_more_than_their_length() {
    let messages = [
        "{\"a\":".repeat(100_000),
        "[".repeat(100_000),
        "{\"".repeat(100_000),
        format!("{{\"a\":\"{}", "\\".repeat(100_001)),
        "{'a':(".repeat(50_000),
        "\u{0}{\"\u{0}".repeat(50_000),
        format!("{{\"version\":\"1.0\",\"requestContext\":{}", "[".repeat(100_000)),
        "\\ud800{\"\\ud800\":".repeat(20_000),
        "{\n".repeat(100_000),
    ];
    for head in &messages {
        let mut events: Vec<_> = messages.iter().map(|message| at("s", 1, message)).collect();
        events.insert(0, at("s", 0, head));
        events.extend((0..2000).map(|time| at("s", 2000 - time, "{\"a\": [")));
        assert_eq!(find(&events).0.len(), 0);
    }
}
