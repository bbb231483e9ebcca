//! Following with live tail.

use std::time::Duration;

use arrivals::local::Options;
use arrivals::log::Follow;
use arrivals::source::poll;

use super::bench::{Bench, GROUP, OTHER, Tail, now, options};

async fn with(faults: &[&str]) -> Bench {
    let faults = faults.iter().map(|text| text.parse().unwrap()).collect();
    Bench::of(Options { faults, live_update: Duration::from_millis(30), ..Options::default() }).await
}

fn live(groups: &[&str]) -> poll::Options {
    poll::Options { live: true, ..options(groups) }
}

#[tokio::test]
async fn history_goes_over_into_live_tail_and_nothing_is_told_twice() {
    let bench = with(&[]).await;
    bench.record(GROUP, now() - 60_000, "before").await;
    let mut tail = bench.tail(live(&[GROUP, OTHER]));
    tail.until_ids(1).await;
    for number in 0..10 {
        bench.record(if number % 2 == 0 { GROUP } else { OTHER }, now(), &format!("{number}")).await;
    }
    tail.until_ids(11).await;
    tail.until("live", |tail| tail.ledger.follow == Follow::Live).await;
    bench.record(OTHER, now(), "pushed").await;
    tail.until_ids(12).await;
    // What was pushed is read as well, by its id.
    let read = tail.ledger.repeated;
    tail.until("a read", |tail| tail.ledger.repeated > read).await;
    assert_eq!(tail.repeated_ids(), Vec::<&str>::new());
    assert_eq!((tail.ledger.traffic.sessions, tail.ledger.records), (1, 12));
}

/// Logs one record after the other until so many sessions have begun: each is shown, and none twice.
async fn log_until_session(sessions: u64, bench: &Bench, tail: &mut Tail) {
    let mut logged = 0;
    while tail.ledger.traffic.sessions < sessions {
        bench.record(GROUP, now(), &format!("{logged}")).await;
        logged += 1;
        tail.until_ids(logged).await;
    }
    assert_eq!(tail.repeated_ids(), Vec::<&str>::new());
    assert_eq!(tail.ledger.events as usize, logged);
}

#[tokio::test]
async fn sessions_follow_each_other_without_a_gap() {
    let bench = with(&["session=300ms"]).await;
    let mut tail = bench.tail(live(&[GROUP]));
    log_until_session(4, &bench, &mut tail).await;
    assert!(tail.gaps.is_empty() && tail.ledger.traffic.live > Duration::from_millis(600));
}

#[tokio::test]
async fn the_next_session_takes_over_before_the_service_ends_one() {
    let bench = with(&[]).await;
    let mut tail = bench.tail(poll::Options { session: Duration::from_millis(300), ..live(&[GROUP]) });
    log_until_session(3, &bench, &mut tail).await;
    assert!(tail.gaps.is_empty() && tail.ledger.follow == Follow::Live, "{:?}", tail.ledger);
    assert!(poll::Options::default().session < Duration::from_hours(3));
}

#[tokio::test]
async fn a_sample_is_a_gap_until_the_rest_was_read() {
    let bench = with(&["sampled=next:1"]).await;
    let mut tail = bench.tail(live(&[GROUP]));
    tail.until("live", |tail| tail.ledger.follow == Follow::Live).await;
    let time = now();
    bench.log(GROUP, (0..40).map(|number| (time, super::bench::record(&format!("{number}"))))).await;
    tail.until("the gap is filled", |tail| tail.ledger.gap_count() == 1 && tail.ledger.open_gaps() == 0).await;
    tail.until_ids(40).await;
    assert_eq!(tail.repeated_ids(), Vec::<&str>::new());
    let gap = &tail.gaps[0];
    assert!(gap.from.unwrap() <= gap.to.unwrap() && gap.to.unwrap() >= time, "{gap:?}");
    assert!(gap.reason.starts_with("live tail told only a sample"), "{}", gap.reason);
}

#[tokio::test]
async fn without_the_permission_it_polls_and_says_why() {
    let bench = with(&["denied@StartLiveTail"]).await;
    let mut tail = bench.tail(live(&[GROUP]));
    tail.until("the reason", |tail| {
        matches!(&tail.ledger.follow, Follow::Refused(why)
        if why.starts_with("not allowed to logs:StartLiveTail on /aws/lambda/receiver; the smallest policy"))
    })
    .await;
    bench.record(GROUP, now(), "polled").await;
    tail.until_ids(1).await;
    tail.polls(3).await;
    assert!(tail.ended.is_none());
}

#[tokio::test]
async fn a_session_that_breaks_off_is_begun_again() {
    let bench = with(&["error=next:1@StartLiveTail", "cut=next:2@StartLiveTail"]).await;
    let mut tail = bench.tail(live(&[GROUP]));
    let mut logged = 0;
    while tail.ledger.traffic.sessions < 3 {
        bench.record(GROUP, now(), &format!("{logged}")).await;
        logged += 1;
        tail.until_ids(logged).await;
    }
    assert_eq!(tail.repeated_ids(), Vec::<&str>::new());
    assert_eq!(tail.ledger.traffic.failed, 1);
}
