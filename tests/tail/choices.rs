//! What the flags of the board have it ask for, seen from the endpoint.

use std::time::{Duration, Instant};

use super::bench::{Bench, GROUP, now};
use super::program::Home;
use super::shown::{KEYS, board, shows};

/// Waits until so many requests of an operation have come.
async fn asked(bench: &Bench, operation: &str, least: u64) {
    let began = Instant::now();
    while bench.endpoint.requests(operation) < least {
        assert!(began.elapsed() < Duration::from_mins(1), "{operation}: {}", bench.endpoint.requests(operation));
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_metrics_cloudwatch_is_asked_for_none() {
    let (home, bench) = (Home::new(), Bench::new().await);
    bench.record(GROUP, now(), "a").await;
    let args = ["--endpoint-url", bench.endpoint.url()];
    let mut counting = board(&home, &args, &KEYS);
    // The counts are asked for as soon as the history is read.
    asked(&bench, "GetMetricData", 1).await;
    counting.press("q");
    assert_eq!(counting.end(), 0);
    let counted = bench.endpoint.requests("GetMetricData");
    let mut without = board(&home, &[&args[..], &["--no-metrics"]].concat(), &KEYS);
    shows(&without, "● following");
    asked(&bench, "FilterLogEvents", bench.endpoint.requests("FilterLogEvents") + 3).await;
    without.press("q");
    assert_eq!(without.end(), 0);
    assert_eq!(bench.endpoint.requests("GetMetricData"), counted);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_picked_is_read_with_live_tail_when_the_flags_say_so() {
    let (home, bench) = (Home::new(), Bench::new().await);
    bench.record(GROUP, now(), "a").await;
    let mut session = board(&home, &["--live", "--endpoint-url", bench.endpoint.url()], &KEYS);
    asked(&bench, "StartLiveTail", 1).await;
    shows(&session, "● live");
    session.press("L");
    session.wait_for("/aws/lambda/ledger-post");
    session.press("/aws/lambda/receiver\r");
    asked(&bench, "StartLiveTail", 2).await;
    shows(&session, "● live");
    session.press("q");
    assert_eq!(session.end(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_picked_is_polled_where_queries_were_agreed_to_and_says_so() {
    let (home, bench) = (Home::new(), Bench::new().await);
    bench.record(GROUP, now() - 2 * 3_600_000, "a").await;
    let args = ["--engine", "insights", "--yes", "--since", "3h", "--endpoint-url", bench.endpoint.url()];
    let mut session = board(&home, &args, &KEYS);
    shows(&session, "● following");
    let queries = bench.endpoint.requests("StartQuery");
    assert!(queries > 0);
    session.press("L");
    session.wait_for("/aws/lambda/ledger-post");
    session.press("/aws/lambda/receiver\r");
    shows(&session, "polling: queries cost, and are agreed to before");
    shows(&session, "● following");
    assert_eq!(bench.endpoint.requests("StartQuery"), queries);
    session.press("q");
    assert_eq!(session.end(), 0);
}
