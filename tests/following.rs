//! Ten thousand events on the worst of days: each is shown once, and the ledger knows all of it.
//!
//! The model is the log itself: what was put into it, and what the endpoint counted of the faults that it made.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails the test as the test itself does")]

#[path = "tail/bench.rs"]
#[allow(dead_code, reason = "the bench serves other tests too")]
mod bench;

use std::time::Duration;

use arrivals::local::{FaultKind, FaultRule, Options};
use arrivals::source::limiter::Limiter;
use arrivals::source::poll::{self, Sweep};
use bench::{Bench, GROUP, Tail, now, options, record, tail_at};

const EVENTS: usize = 10_000;
/// Events that are logged at once.
const BATCH: usize = 100;

/// Everything at once; the shares leave it time to finish.
const FAULTS: [&str; 15] = [
    "late=0.3:50ms..1s",
    "late=0.01:3s..6s",
    "repeat=0.05",
    "page=700",
    "empty=0.1@FilterLogEvents",
    "token=0.05@FilterLogEvents",
    "throttle=0.03@FilterLogEvents",
    "error=0.03@FilterLogEvents",
    "cut=0.03@FilterLogEvents",
    "reset=0.02@FilterLogEvents",
    "slow=0.05:20ms..200ms@FilterLogEvents",
    "latency=0.1:1ms..20ms",
    "sampled=0.3",
    "session=1500ms",
    "cut=0.3@StartLiveTail",
];

async fn worst_day() -> Bench {
    let faults = FAULTS.iter().map(|text| text.parse().unwrap()).collect();
    let options = Options { faults, fault_seed: 23, live_update: Duration::from_millis(100), ..Options::default() };
    Bench::of(options).await
}

/// A window of two seconds, so that some events come later than that, and sweeps over the last minutes.
fn hurried(live: bool) -> poll::Options {
    let sweep = Sweep { every: Duration::from_secs(1), span: Duration::from_mins(5) };
    poll::Options { overlap: Duration::from_secs(2), sweep: Some(sweep), live, ..options(&[GROUP]) }
}

async fn log(bench: &Bench, numbers: std::ops::Range<usize>) {
    for first in numbers.step_by(BATCH) {
        let time = now();
        bench.log(GROUP, (first..first + BATCH).map(|number| (time, record(&format!("{number}"))))).await;
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
}

/// How often faults of a sort have struck.
fn struck(bench: &Bench, sort: impl Fn(&FaultRule) -> bool) -> u64 {
    bench.endpoint.faults().iter().filter(|(rule, _)| sort(rule)).map(|(_, struck)| struck).sum()
}

async fn follow(bench: &Bench, before: usize, live: bool) -> Tail {
    log(bench, 0..before).await;
    let mut tail = tail_at(Limiter::new(Duration::from_millis(2)), &bench.clients, hurried(live));
    let logging = log(bench, before..EVENTS);
    let showing = tail.until_ids(EVENTS);
    tokio::join!(logging, showing);
    // Whatever would be shown twice comes with the next reads and sweeps.
    let sweeps = tail.ledger.traffic.sweeps;
    tail.until("two more sweeps", |tail| tail.ledger.traffic.sweeps >= sweeps + 2).await;
    tail
}

/// How many requests failed because they were made to; a live tail that is cut had begun. The refusal of a token may
/// itself be cut or reset, which then is one failure.
fn failed(bench: &Bench) -> std::ops::RangeInclusive<u64> {
    let refused = struck(bench, |rule| matches!(rule.kind, FaultKind::Token(_)));
    let others = struck(bench, |rule| {
        matches!(rule.kind, FaultKind::Error(_) | FaultKind::Reset(_))
            || matches!(rule.kind, FaultKind::Cut(_)) && rule.operations == ["FilterLogEvents"]
    });
    others..=others + refused
}

/// Nothing lost, nothing twice, and the account agrees with the log and with the endpoint.
async fn check(bench: &Bench, mut tail: Tail) {
    assert_eq!(tail.repeated_ids(), Vec::<&str>::new());
    let mut numbers: Vec<usize> = tail.ids.iter().map(|id| id.parse().unwrap()).collect();
    numbers.sort_unstable();
    assert!(numbers.into_iter().eq(0..EVENTS));
    let bytes: usize = (0..EVENTS).map(|number| record(&format!("{number}")).len()).sum();
    assert_eq!((tail.ledger.events, tail.ledger.records), (EVENTS as u64, EVENTS as u64));
    assert_eq!((tail.ledger.bytes, tail.ledger.unreadable), (bytes as u64, 0));
    tail.until("every request is counted", |tail| {
        let asked = bench.endpoint.requests("FilterLogEvents") + bench.endpoint.requests("StartLiveTail");
        let throttled = struck(bench, |rule| matches!(rule.kind, FaultKind::Throttle(_)));
        let traffic = tail.ledger.traffic;
        (traffic.requests, traffic.throttled) == (asked, throttled) && failed(bench).contains(&traffic.failed)
    })
    .await;
    assert!(tail.ledger.late.total() > 0 && tail.ledger.swept > 0, "{:?}", tail.ledger);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn polling_shows_every_event_once() {
    let bench = worst_day().await;
    let tail = follow(&bench, 0, false).await;
    check(&bench, tail).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn live_tail_shows_every_event_once() {
    let bench = worst_day().await;
    let tail = follow(&bench, 0, true).await;
    assert!(tail.ledger.traffic.sessions > 1, "{:?}", tail.ledger.traffic);
    check(&bench, tail).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_hand_over_from_history_to_live_tail_shows_every_event_once() {
    let bench = worst_day().await;
    let mut tail = follow(&bench, EVENTS / 2, true).await;
    let samples = tail.ledger.gap_count();
    assert!(samples > 0);
    tail.until("every gap is filled", |tail| tail.ledger.open_gaps() == 0).await;
    check(&bench, tail).await;
}
