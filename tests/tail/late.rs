//! What comes later than the window, and later than any sweep.

use std::time::Duration;

use arrivals::local::Options;
use arrivals::source::poll::{self, Sweep};

use super::bench::{Bench, GROUP, now, options};

/// A window of a second, and sweeps over a minute.
fn swept(every: u64) -> poll::Options {
    let sweep = Sweep { every: Duration::from_millis(every), span: Duration::from_mins(1) };
    poll::Options { overlap: Duration::from_secs(1), sweep: Some(sweep), ..options(&[GROUP]) }
}

#[tokio::test]
async fn a_sweep_finds_what_came_later_than_the_window_and_the_window_grows() {
    let bench = Bench::new().await;
    let base = now() - 60_000;
    bench.record(GROUP, base, "old").await;
    bench.record(GROUP, base + 50_000, "newest").await;
    let mut tail = bench.tail(swept(200));
    tail.until_ids(2).await;
    tail.polls(3).await;
    // Twenty seconds behind the newest event: no poll looks there any more.
    bench.record(GROUP, base + 30_000, "late").await;
    tail.until_ids(3).await;
    assert_eq!(tail.sorted_ids(), ["late", "newest", "old"]);
    assert_eq!((tail.late, tail.swept), (1, 1));
    assert_eq!(tail.ledger.late.longest(), Duration::from_secs(20));
    // It reaches half as far again from now on, and finds the next by itself.
    let sweeps = tail.ledger.traffic.sweeps;
    bench.record(GROUP, base + 25_000, "as late").await;
    tail.until_ids(4).await;
    assert_eq!(tail.swept, if tail.ledger.traffic.sweeps == sweeps { 1 } else { tail.swept });
    assert_eq!(tail.repeated_ids(), Vec::<&str>::new());
}

#[tokio::test]
async fn what_comes_later_than_the_sweep_is_the_limit() {
    let bench = Bench::new().await;
    let base = now() - 600_000;
    bench.record(GROUP, base, "newest").await;
    let mut tail = bench.tail(swept(50));
    tail.until_ids(1).await;
    tail.polls(2).await;
    // Two minutes behind the newest, where sweeps read one; then one within it, for an end to wait for.
    bench.record(GROUP, base - 120_000, "too late").await;
    bench.record(GROUP, base - 30_000, "late").await;
    tail.until_ids(2).await;
    tail.until("more sweeps", |tail| tail.ledger.traffic.sweeps >= 3).await;
    assert_eq!(tail.sorted_ids(), ["late", "newest"]);
}

#[tokio::test]
async fn a_sweep_that_takes_many_pages_leaves_polls_between_them_and_tells_nothing_twice() {
    let bench = Bench::of(Options { faults: vec!["page=10".parse().unwrap()], ..Options::default() }).await;
    let base = now() - 50_000;
    bench.log(GROUP, (0..400).map(|number| (base + number * 100, super::bench::record(&number.to_string())))).await;
    let mut tail = bench.tail(swept(10));
    tail.until_ids(400).await;
    tail.until("sweeps", |tail| tail.ledger.traffic.sweeps >= 2).await;
    let polls = tail.statuses.len();
    tail.polls(1).await;
    assert!(tail.statuses.len() > polls);
    assert_eq!(tail.repeated_ids(), Vec::<&str>::new());
    assert_eq!((tail.events, tail.ledger.events), (400, 400));
    assert!(tail.ledger.repeated >= 2 * 380, "{}", tail.ledger.repeated);
}

#[tokio::test]
async fn a_quiet_log_costs_a_request_for_each_poll_and_one_for_each_sweep() {
    let bench = Bench::new().await;
    bench.record(GROUP, now(), "only").await;
    let mut tail = bench.tail(poll::Options { since: now() - 600_000, ..swept(3_600_000) });
    tail.until_ids(1).await;
    let before = (tail.ledger.traffic.requests, tail.statuses.len());
    tail.polls(10).await;
    let polls = (tail.statuses.len() - before.1) as u64;
    assert!(tail.ledger.traffic.requests - before.0 <= polls + 1, "{:?}", tail.ledger.traffic);
}
