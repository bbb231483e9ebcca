//! What is read, in which order, and how often.

use std::time::Instant;

use arrivals::local::Options;
use arrivals::source::limiter::{Limiter, SECOND};
use arrivals::source::{Status, poll};

use super::bench::{Bench, GROUP, OTHER, now, options, tail_at};

#[tokio::test]
async fn history_comes_first_in_order_and_then_what_is_logged() {
    let bench = Bench::new().await;
    let time = now() - 60_000;
    bench.record(GROUP, time, "a").await;
    bench.record(GROUP, time + 2, "c").await;
    bench.record(GROUP, time + 1, "b").await;
    let mut tail = bench.tail(options(&[GROUP]));
    tail.until_ids(3).await;
    assert_eq!(tail.ids, ["a", "b", "c"]);
    assert_eq!(tail.statuses[0], Status::Connecting);
    tail.polls(1).await;
    assert!(matches!(tail.statuses[1], Status::History { done } if done > 0.9), "{:?}", tail.statuses);
    assert!(matches!(tail.statuses[2], Status::Following { lag: None, .. }));

    bench.record(GROUP, now(), "d").await;
    tail.until_ids(4).await;
    tail.polls(3).await;
    assert_eq!(tail.ids, ["a", "b", "c", "d"]);
    assert!(matches!(tail.statuses.last(), Some(Status::Following { lag: Some(_), .. })));
    assert!(tail.repeated > 0);
    assert_eq!(tail.late, 0);
}

#[tokio::test]
async fn what_is_taken_in_late_or_in_the_same_millisecond_is_not_lost() {
    let bench = Bench::new().await;
    let time = now();
    bench.record(GROUP, time, "newest").await;
    let mut tail = bench.tail(options(&[GROUP]));
    tail.until_ids(1).await;
    tail.polls(1).await;
    bench.record(GROUP, time - 45_000, "late").await;
    tail.until_ids(2).await;
    bench.record(GROUP, time, "twin").await;
    tail.until_ids(3).await;
    tail.polls(3).await;
    assert_eq!(tail.ids, ["newest", "late", "twin"]);
    assert_eq!(tail.late, 1);
    assert_eq!(tail.events, 3);
}

#[tokio::test]
async fn every_page_is_read_also_when_many_are_empty() {
    // Every request looks at ten events only, so that most pages of the pattern are empty.
    let bench = Bench::of(Options { scan_limit: 10, ..Options::default() }).await;
    let time = now() - 60_000;
    let noise = (0..200).map(|n| (time + n, format!("line {n}")));
    bench.log(GROUP, noise).await;
    bench.record(GROUP, time + 500, "last").await;
    let mut tail = bench.tail(poll::Options {
        follow: false,
        pattern: Some("approximateInvokeCount".into()),
        ..options(&[GROUP])
    });
    tail.until_ended().await;
    assert_eq!((tail.ids.as_slice(), tail.events), (["last".to_owned()].as_slice(), 1));
    assert!(matches!(tail.ended, Some(Ok(()))));
    assert_eq!(tail.statuses.last(), Some(&Status::History { done: 1.0 }));
}

#[tokio::test]
async fn a_range_ends_with_its_last_millisecond() {
    let bench = Bench::new().await;
    let time = now() - 60_000;
    for (at, id) in [(0, "before"), (1, "first"), (2, "last"), (3, "after")] {
        bench.record(GROUP, time + at, id).await;
    }
    let range = poll::Options { since: time + 1, until: Some(time + 2), ..options(&[GROUP]) };
    let mut tail = bench.tail(range);
    tail.until_ended().await;
    assert_eq!(tail.ids, ["first", "last"]);
}

#[tokio::test]
async fn small_pages_and_many_events_come_through_once() {
    let bench = Bench::new().await;
    let time = now() - 100_000;
    let noise = (0..3_000).map(|n| (time + n * 30, format!("line {n}")));
    bench.log(GROUP, noise).await;
    let mut tail = bench.tail(poll::Options { page_limit: Some(100), ..options(&[GROUP]) });
    tail.polls(2).await;
    assert_eq!(tail.events, 3_000);
}

#[tokio::test]
async fn several_groups_come_through_one_channel() {
    let bench = Bench::new().await;
    bench.record(GROUP, now(), "a1").await;
    bench.record(OTHER, now(), "b1").await;
    let mut tail = bench.tail(options(&[GROUP, OTHER]));
    tail.until_ids(2).await;
    tail.polls(1).await;
    bench.record(OTHER, now(), "b2").await;
    bench.record(GROUP, now(), "a2").await;
    tail.until_ids(4).await;
    tail.polls(4).await;
    assert_eq!(tail.sorted_ids(), ["a1", "a2", "b1", "b2"]);
}

#[tokio::test]
async fn every_request_keeps_to_the_one_rate() {
    let bench = Bench::new().await;
    let time = now() - 60_000;
    for group in [GROUP, OTHER] {
        bench.log(group, (0..40).map(|n| (time + n, format!("line {n}")))).await;
    }
    // Two groups of four full pages each. A slow machine can only make it take longer.
    let range = poll::Options { follow: false, page_limit: Some(10), ..options(&[GROUP, OTHER]) };
    let begun = Instant::now();
    let mut tail = tail_at(Limiter::default(), &bench.clients, range);
    tail.until_ended().await;
    assert_eq!(tail.events, 80);
    assert!(begun.elapsed() >= SECOND, "{:?}", begun.elapsed());
    assert!(!tail.statuses.iter().any(|status| matches!(status, Status::Retrying { .. })), "{:?}", tail.statuses);
}
