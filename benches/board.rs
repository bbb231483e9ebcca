//! The board at a hundred thousand records: taking them in, and filtering them.

#![allow(clippy::expect_used, reason = "a bench whose input is wrong should stop")]

use arrivals::board::{Board, Entry, Query};
use arrivals::log::{KeptOrigin, Origin, Text};
use arrivals::record::{Arrival, InvocationRecord};

const RECORDS: usize = 100_000;
const CONDITIONS: [&str; 10] = [
    "Success",
    "Success",
    "Success",
    "Success",
    "Success",
    "Success",
    "Success",
    "RetriesExhausted",
    "RetriesExhausted",
    "EventAgeExceeded",
];

fn main() {
    divan::main();
}

/// Record number `index`, 1.2 KB long; three of ten are failures of one of seven functions.
fn entry(index: usize, time: i64) -> Entry {
    let condition = CONDITIONS[index % CONDITIONS.len()];
    let response = if condition == "Success" {
        format!(r#"{{"pages":{index},"ok":true}}"#)
    } else {
        format!(
            r#"{{"errorMessage":"order {index} has no total","errorType":"TypeError","stackTrace":["  File \"/var/task/app.py\", line 9, in handler\n"]}}"#
        )
    };
    let message = Text::from(format!(
        r#"{{"version":"1.0","timestamp":"2022-04-16T11:24:43.658Z","requestContext":{{"requestId":"{index:08x}-871d-4d69-9b4f-a77c2ddd7fc9","functionArn":"arn:aws:lambda:eu-central-1:123123123123:function:sender-{}:$LATEST","condition":"{condition}","approximateInvokeCount":3}},"requestPayload":{{"order":{index},"filler":"{:x<600}"}},"responseContext":{{"statusCode":200,"executedVersion":"$LATEST"}},"responsePayload":{response}}}"#,
        index % 7,
        "",
    ));
    let record = InvocationRecord::read(&message).expect("a record");
    let origin = KeptOrigin::from(&Origin { timestamp: Some(time), ..Origin::default() });
    let envelope = Box::default();
    Entry::from(Arrival {
        record,
        origin,
        message,
        envelope,
        redelivery: 0,
        recovered: false,
        damaged: false,
        redacted: false,
        kept: None,
    })
}

fn entries(time: impl Fn(usize) -> usize) -> Vec<Entry> {
    (0..RECORDS).map(|index| entry(index, i64::try_from(time(index)).expect("a small number"))).collect()
}

fn board(limit: usize, entries: Vec<Entry>) -> Board {
    let mut board = Board::new(limit);
    for entry in entries {
        board.append(entry);
    }
    board
}

#[divan::bench(sample_count = 10)]
fn append_in_order(bencher: divan::Bencher<'_, '_>) {
    let entries = entries(|index| index);
    bencher.with_inputs(|| entries.clone()).bench_values(|entries| board(usize::MAX, entries));
}

/// A second file whose lines fall between those of the first.
#[divan::bench(sample_count = 10)]
fn append_interleaved(bencher: divan::Bencher<'_, '_>) {
    let half = RECORDS / 2;
    let entries = entries(|index| if index < half { 2 * index } else { 2 * (index - half) + 1 });
    bencher.with_inputs(|| entries.clone()).bench_values(|entries| board(usize::MAX, entries));
}

/// A bound that keeps a tenth.
#[divan::bench(sample_count = 10)]
fn append_and_evict(bencher: divan::Bencher<'_, '_>) {
    let entries = entries(|index| index);
    let limit = 1_200 * RECORDS / 10;
    bencher.with_inputs(|| entries.clone()).bench_values(|entries| board(limit, entries));
}

#[divan::bench(
    sample_count = 10,
    args = ["sender-3", "grüße", "fn:sender-3", "condition:EventAgeExceeded", "error:total", "not error:timeout", "id:00000f"]
)]
fn filter(bencher: divan::Bencher<'_, '_>, text: &str) {
    let mut board = board(usize::MAX, entries(|index| index));
    let query = Query::parse(text).expect("a query");
    bencher.bench_local(|| {
        board.set_query(Query::all());
        board.set_query(query.clone());
        board.advance(RECORDS)
    });
}
