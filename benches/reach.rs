//! Reading back in parallel against one page after another, on the same endpoint, which takes 400 ms for an answer.
//!
//! `cargo bench --bench reach` prints both figures: without a rate limit how many times faster it is, and with a bucket of
//! 5 requests per second how many times as long as the pages need at that rate. `--events N` (200 000 unless said) and
//! `--page N` (2 000) change the log. It fails when anything is lost or comes twice.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench may fail by panicking, and prints what it measures"
)]

use std::collections::HashSet;
use std::sync::Arc;
use std::time::{Duration, Instant};

use arrivals::aws::{self, Clients, Keys, Settings};
use arrivals::local::{Endpoint, Options};
use arrivals::record::Found;
use arrivals::source::limiter::Limiter;
use arrivals::source::{SourceUpdate, history, poll};
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use tokio::sync::mpsc;

const GROUP: &str = "/aws/lambda/receiver";
/// The log reaches back so far.
const SPAN: i64 = 10 * 24 * 3_600_000;
/// Of so many log events, one is a record.
const EVERY: i64 = 10;
const PER_SECOND: u32 = 5;

/// What a read came to.
struct Read {
    took: Duration,
    events: u64,
    requests: u64,
}

fn main() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build().unwrap();
    runtime.block_on(run(number("--events", 200_000), number("--page", 2_000)));
}

fn number(name: &str, usual: i64) -> i64 {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let after = args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1));
    after.map_or(usual, |text| text.parse().unwrap())
}

async fn run(events: i64, page: i64) {
    let endpoint = Endpoint::start(Options::default()).await.unwrap();
    let clients = connect(&endpoint).await;
    let since = fill(&clients, events).await;
    let options = poll::Options {
        groups: vec![Arc::from(GROUP)],
        since,
        follow: false,
        page_limit: Some(i32::try_from(page).unwrap()),
        ..poll::Options::default()
    };
    endpoint.set_faults(["latency=400ms@FilterLogEvents".parse().unwrap()]);
    let (limiter, asked) = (Limiter::unlimited(), options.clone());
    let serial = read(events, || poll::start(clients.clone(), limiter.clone(), asked)).await;
    println!("one page after another: {}", told(&serial));

    let asked = options.clone();
    let parallel = read(events, || history::start(clients.clone(), limiter, asked)).await;
    let faster = serial.took.as_secs_f64() / parallel.took.as_secs_f64();
    println!("back, without a limit:  {}: {faster:.1} times faster (at least 5 are wanted)", told(&parallel));

    let bucket = format!("bucket={PER_SECOND}@FilterLogEvents");
    endpoint.add_faults([bucket.parse().unwrap()]);
    let at_rate = read(events, || history::start(clients, Limiter::default(), options)).await;
    let pages = (events as f64 / page as f64).ceil();
    let times = at_rate.took.as_secs_f64() / (pages / f64::from(PER_SECOND));
    println!(
        "back, {PER_SECOND} a second:       {}: {times:.2} times {pages} pages at that rate (1.2 at most)",
        told(&at_rate)
    );
}

fn told(read: &Read) -> String {
    format!("{} events in {:.1} s with {} requests", read.events, read.took.as_secs_f64(), read.requests)
}

async fn connect(endpoint: &Endpoint) -> Clients {
    let keys = Keys { id: "AKIDLOCAL".into(), secret: "local".into() };
    aws::connect(&Settings {
        region: Some(endpoint.region().to_owned()),
        endpoint_url: Some(endpoint.url().to_owned()),
        keys: Some(keys),
        ..Settings::default()
    })
    .await
    .unwrap()
}

/// Logs events evenly up to now; gives the time of the first.
async fn fill(clients: &Clients, events: i64) -> i64 {
    let stream = clients.logs.create_log_stream().log_group_name(GROUP).log_stream_name("s");
    stream.send().await.unwrap();
    let (since, step) = (jiff::Timestamp::now().as_millisecond() - SPAN, SPAN / events);
    let all: Vec<i64> = (0..events).collect();
    for part in all.chunks(2_000) {
        // A batch spans a day at most.
        let events = part
            .iter()
            .map(|at| InputLogEvent::builder().timestamp(since + at * step).message(message(*at)).build().unwrap());
        let request = clients.logs.put_log_events().log_group_name(GROUP).log_stream_name("s");
        request.set_log_events(Some(events.collect())).send().await.unwrap();
    }
    since
}

fn message(at: i64) -> String {
    if at % EVERY > 0 {
        return format!("REPORT RequestId: {at:012}\tDuration: 2.03 ms\tBilled Duration: 3 ms\tMemory Size: 128 MB\n");
    }
    format!(
        r#"{{"version":"1.0","requestContext":{{"requestId":"{at:012}","functionArn":"arn:aws:lambda:eu-central-1:123123123123:function:sender:$LATEST","condition":"Success","approximateInvokeCount":1}},"requestPayload":{{}}}}"#
    )
}

/// Reads everything, and sees to it that it is everything, once.
async fn read(events: i64, start: impl FnOnce() -> mpsc::Receiver<SourceUpdate>) -> Read {
    let began = Instant::now();
    let mut updates = start();
    let (mut read, mut ids) = (Read { took: Duration::ZERO, events: 0, requests: 0 }, HashSet::new());
    while let Some(update) = updates.recv().await {
        match update {
            SourceUpdate::Found(batch) => {
                read.events += batch.events;
                for found in batch.found {
                    let Found::Arrival(arrival) = found else { panic!("{found:?}") };
                    let id = arrival.record.request_id().unwrap().to_owned();
                    assert!(ids.insert(id), "{:?} came twice", arrival.origin);
                }
            }
            SourceUpdate::Traffic(traffic) => read.requests += traffic.requests,
            SourceUpdate::Ended(ended) => ended.unwrap(),
            _ => {}
        }
    }
    read.took = began.elapsed();
    let (all, records) = (events.unsigned_abs(), events.unsigned_abs().div_ceil(EVERY.unsigned_abs()));
    assert_eq!((read.events, ids.len() as u64), (all, records), "lost");
    read
}
