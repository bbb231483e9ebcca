//! Finding, typing and writing records, on a small corpus that is the same in every run.

use arrivals::log::{LogEvent, Origin, Text};
use arrivals::output::jsonl;
use arrivals::record::{Arrival, Finder, Found, json};
use divan::Bencher;
use divan::counter::BytesCount;

fn main() {
    divan::main();
}

/// A failed invocation's record of about 900 bytes.
fn record(number: usize) -> String {
    format!(
        r#"{{"version":"1.0","timestamp":"2026-11-20T10:15:43.658Z","requestContext":{{"requestId":"6f0d0c1e-3a77-4a0e-9a51-{number:012x}","functionArn":"arn:aws:lambda:eu-central-1:111122223333:function:orders-{}:$LATEST","condition":"RetriesExhausted","approximateInvokeCount":3}},"requestPayload":{{"orderId":"A-{number}","big":9007199254740993,"lines":[{{"sku":"4711","qty":2}},{{"sku":"0815","qty":1}}],"note":"{}"}},"responseContext":{{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"}},"responsePayload":{{"errorMessage":"stock of 4711 can't be negative","errorType":"ValueError","requestId":"6f0d0c1e","stackTrace":["  File \"/var/task/app.py\", line 12, in handler\n    check(order)\n","  File \"/var/task/stock.py\", line 48, in check\n    raise ValueError(\"stock\")\n"]}}}}"#,
        number % 7,
        "lorem ipsum ".repeat(12),
    )
}

/// Every wrapper in turn.
fn wrapped(number: usize) -> String {
    let record = record(number);
    let quoted = serde_json::Value::from(record.as_str()).to_string();
    match number % 6 {
        0 => record,
        1 => format!("2026-11-20T10:15:44.001Z\t0d9b7a52-1111-4222-8333-abcdefabcdef\tINFO\t{record}\n"),
        2 => format!(r#"{{"timestamp":"2026-11-20T10:15:44.001Z","level":"INFO","message":{record}}}"#),
        3 => format!(r#"{{"timestamp":"2026-11-20T10:15:44.001Z","level":"INFO","message":{quoted}}}"#),
        4 => format!(r#"{{"Records":[{{"EventSource":"aws:sns","Sns":{{"TopicArn":"t","Message":{quoted}}}}}]}}"#),
        _ => format!(r#"{{"Records":[{{"messageId":"m","body":{quoted},"eventSource":"aws:sqs"}}]}}"#),
    }
}

fn noise(number: usize) -> String {
    format!(
        "REPORT RequestId: 0d9b7a52-1111-4222-8333-{number:012x}\tDuration: 2.03 ms\tBilled Duration: 82 ms\tMemory Size: 128 MB\tMax Memory Used: 37 MB\t\n"
    )
}

/// Log events of which every `every`-th holds a record.
fn events(every: usize, message: fn(usize) -> String) -> Vec<LogEvent> {
    (0..10_000)
        .map(|number| if number % every == 0 { message(number / every) } else { noise(number) })
        .map(|message| LogEvent { origin: Origin::default(), message: Text::from(message) })
        .collect()
}

fn bytes(events: &[LogEvent]) -> BytesCount {
    BytesCount::new(events.iter().map(|event| event.message.len()).sum::<usize>())
}

fn find(events: &[LogEvent]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut finder = Finder::new();
    for event in events {
        finder.push(event, &mut found);
    }
    found
}

fn arrivals() -> Vec<Arrival> {
    let found = find(&events(10, record)).into_iter();
    found.filter_map(|found| if let Found::Arrival(arrival) = found { Some(arrival) } else { None }).collect()
}

#[divan::bench]
fn bare_3_percent(bencher: Bencher) {
    let events = events(33, record);
    bencher.counter(bytes(&events)).bench(|| find(&events));
}

#[divan::bench]
fn bare_only(bencher: Bencher) {
    let events = events(1, record);
    bencher.counter(bytes(&events)).bench(|| find(&events));
}

#[divan::bench]
fn mixed_only(bencher: Bencher) {
    let events = events(1, wrapped);
    bencher.counter(bytes(&events)).bench(|| find(&events));
}

#[divan::bench]
fn no_records(bencher: Bencher) {
    let events = events(usize::MAX, noise);
    bencher.counter(bytes(&events)).bench(|| find(&events));
}

#[divan::bench]
fn write_jsonl(bencher: Bencher) {
    let arrivals = arrivals();
    let size = arrivals.iter().map(|arrival| arrival.record.text().len()).sum::<usize>();
    bencher.counter(BytesCount::new(size)).bench(|| {
        let mut out = Vec::with_capacity(size * 3);
        for arrival in &arrivals {
            // Memory takes everything.
            let _ = jsonl::write(&mut out, arrival);
        }
        out
    });
}

#[divan::bench]
fn pretty(bencher: Bencher) {
    let text = record(1);
    bencher.counter(BytesCount::of_str(&text)).bench(|| json::pretty(&text));
}

#[divan::bench]
fn fingerprint(bencher: Bencher) {
    let arrivals = arrivals();
    bencher
        .counter(divan::counter::ItemsCount::new(arrivals.len()))
        .bench(|| arrivals.iter().map(|arrival| arrival.record.fingerprint()).collect::<Vec<_>>());
}
