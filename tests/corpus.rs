//! Logs that vary in everything a reader could overlook: in every form of file, exactly their records are found.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

#[path = "../benches/corpus/mod.rs"]
mod corpus;

use std::collections::{BTreeMap, HashSet};
use std::io::Write as _;
use std::path::Path;

use arrivals::log::{LogEvent, Origin, Text};
use arrivals::record::{Arrival, Finder, Found};
use arrivals::source::{SourceUpdate, file};
use corpus::{Corpus, Event, FORMS, Form, Mix};

const BYTES: usize = 400_000;
/// Prints in a hundred that hold records.
const PERCENT: u32 = 40;

/// How often each thing is there.
fn counts<'a>(items: impl IntoIterator<Item = &'a str>) -> BTreeMap<&'a str, usize> {
    items.into_iter().fold(BTreeMap::new(), |mut counts, item| {
        *counts.entry(item).or_default() += 1;
        counts
    })
}

fn ids(arrivals: &[Arrival]) -> BTreeMap<&str, usize> {
    counts(arrivals.iter().map(|arrival| arrival.record.request_id().unwrap()))
}

/// The records of a file, and the number of those that could not be read.
fn read(form: Form, corpus: &Corpus) -> (Vec<Arrival>, usize) {
    let mut content = tempfile::NamedTempFile::new().unwrap();
    let mut text = Vec::new();
    form.write(corpus, &mut text).unwrap();
    content.write_all(&text).unwrap();
    read_file(content.path())
}

fn read_file(path: &Path) -> (Vec<Arrival>, usize) {
    let mut updates = file::start(vec![path.to_owned()], false);
    let (mut arrivals, mut unreadable) = (Vec::new(), 0);
    while let Some(update) = updates.blocking_recv() {
        match update {
            SourceUpdate::Found(batch) => batch.found.into_iter().for_each(|found| match found {
                Found::Arrival(arrival) => arrivals.push(arrival),
                Found::Unreadable(_) => unreadable += 1,
            }),
            SourceUpdate::Ended(result) => result.unwrap(),
            SourceUpdate::Gap(gap) => panic!("{gap:?}"),
            _ => {}
        }
    }
    (arrivals, unreadable)
}

#[test]
fn every_form_of_file_holds_the_same_records() {
    for part in 0..3 {
        let corpus = Corpus::part(part, Mix::Every, BYTES, PERCENT);
        for form in FORMS {
            let (arrivals, unreadable) = read(form, &corpus);
            assert_eq!(ids(&arrivals), counts(corpus.records.iter().map(String::as_str)), "{form:?}");
            assert_eq!(unreadable, corpus.unreadable, "{form:?}");
            let redelivered = arrivals.iter().filter(|arrival| arrival.redelivery > 0).count();
            let repeats = corpus.records.len() - corpus.records.iter().collect::<HashSet<_>>().len();
            assert_eq!(redelivered, repeats, "{form:?}");
        }
    }
}

/// Two downloads of the console in one file, each with its newest row first.
#[test]
fn tables_that_follow_each_other_hold_all_their_records() {
    let parts: Vec<_> = (0..2).map(|part| Corpus::part(part, Mix::Every, BYTES, PERCENT)).collect();
    let mut content = tempfile::NamedTempFile::new().unwrap();
    for part in &parts {
        Form::Table.write(part, &mut content).unwrap();
    }
    let records: usize = parts.iter().map(|part| part.records.len()).sum();
    assert_eq!(read_file(content.path()).0.len(), records);
}

/// A table that is put in order a part at a time: wherever it is parted, a record stands on both sides.
#[test]
fn a_table_that_is_put_in_order_in_parts_loses_no_record() {
    let long = "x".repeat(100_000);
    let mut rows = Vec::new();
    for number in 0..20 {
        let context =
            format!(r#""requestId":"{number}","functionArn":"arn:aws:lambda:eu-central-1:1:function:f:$LATEST""#);
        let mut lines = vec![format!(
            r#"{{"version":"1.0","requestContext":{{{context},"condition":"Success","approximateInvokeCount":1}},"requestPayload":["#
        )];
        lines.extend((0..9).map(|item| format!(r#""{item}{long}","#)));
        lines.push(r#"""],"responsePayload":null}"#.to_owned());
        let time = jiff::Timestamp::from_second(1_795_169_743 + number * 10).unwrap();
        let time = time.strftime("%Y-%m-%d %H:%M:%S.000").to_string();
        rows.extend(lines.iter().map(|line| format!("{time},\"{}\",s\n", line.replace('"', "\"\""))));
    }
    rows.push("@timestamp,@message,@logStream\n".to_owned());
    rows.reverse();
    let mut content = tempfile::NamedTempFile::new().unwrap();
    content.write_all(rows.concat().as_bytes()).unwrap();
    assert_eq!(read_file(content.path()).0.len(), 20);
}

/// What a reader finds that makes of the events what `see` makes of them.
fn found(corpus: &Corpus, see: impl Fn(&mut Finder, &Event, &mut Vec<Found>)) -> usize {
    let (mut finder, mut found) = (Finder::new(), Vec::new());
    corpus.events.iter().for_each(|event| see(&mut finder, event, &mut found));
    finder.finish(&mut found);
    found.iter().filter(|found| matches!(found, Found::Arrival(_))).count()
}

fn event(event: &Event, has_stream: bool, message: &str) -> LogEvent {
    let log_stream = has_stream.then(|| event.stream.to_string().into());
    let origin = Origin { log_stream, timestamp: Some(event.time), ..Origin::default() };
    LogEvent { origin, message: Text::from(message) }
}

#[test]
fn a_reader_that_overlooks_something_does_not_find_all() {
    let corpus = Corpus::part(7, Mix::Every, BYTES, PERCENT);
    let all = corpus.records.len();
    let push = |finder: &mut Finder, seen: &LogEvent, found: &mut Vec<Found>| finder.push(seen, found);
    assert_eq!(found(&corpus, |finder, it, found| push(finder, &event(it, true, &it.message), found)), all);
    let alone = found(&corpus, |_, it, found| push(&mut Finder::new(), &event(it, true, &it.message), found));
    assert!(alone < all, "pieces");
    let one_stream = found(&corpus, |finder, it, found| push(finder, &event(it, false, &it.message), found));
    assert!(one_stream < all, "streams");
    let in_order = found(&corpus, |finder, it, found| {
        let seen = event(it, true, &it.message);
        push(finder, &LogEvent { origin: Origin { timestamp: None, ..seen.origin }, ..seen }, found);
    });
    assert!(in_order < all, "late events");
    let first_only = found(&corpus, |finder, it, found| {
        let before = found.len();
        push(finder, &event(it, true, &it.message), found);
        found.truncate(before + 1);
    });
    assert!(first_only < all, "several records in one event");
    let whole_lines = found(&corpus, |finder, it, found| {
        let is_json = serde_json::from_str::<serde_json::Value>(&it.message).is_ok();
        push(finder, &event(it, true, if is_json { &it.message } else { "" }), found);
    });
    assert!(whole_lines < all, "text around records, and what is no JSON");
    let times: Vec<_> = corpus.events.iter().map(|event| event.time).collect();
    assert!(!times.is_sorted());
}

#[test]
fn a_corpus_is_the_same_in_every_run() {
    let [one, other] = [(); 2].map(|()| Corpus::part(1, Mix::Bare, 100_000, 3));
    let messages = |corpus: &Corpus| corpus.events.iter().map(|event| event.message.clone()).collect::<Vec<_>>();
    assert_eq!(messages(&one), messages(&other));
    assert_eq!(one.bytes() / 1000, 100);
    assert!(!one.records.is_empty() && one.unreadable == 0);
}
