//! What the flags of the board have it ask for, seen from the endpoint.

use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use super::bench::{Bench, GROUP, now, record};
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

#[tokio::test(flavor = "multi_thread")]
async fn a_tail_that_is_stopped_counts_what_is_open_in_its_last_object() {
    let (home, bench) = (Home::new(), Bench::new().await);
    let open = record("never ends");
    bench.log(GROUP, [(now() - 1_000, open[..open.len() - 30].to_owned())]).await;
    bench.record(GROUP, now(), "whole").await;
    let mut command = Command::new(env!("CARGO_BIN_EXE_arrivals"));
    command.args(["tail", GROUP, "--follow", "--output", "jsonl", "--ledger", "--endpoint-url", bench.endpoint.url()]);
    command.env_clear().envs(home.vars()).envs(KEYS).stdout(Stdio::piped()).stderr(Stdio::piped());
    let ended = tokio::task::spawn_blocking(move || {
        let mut child = command.spawn().unwrap();
        let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let first = lines.next().unwrap().unwrap();
        let stopped = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
        assert!(first.contains("whole") && stopped.unwrap().success(), "{first}");
        let (last, mut said) = (lines.last().unwrap().unwrap(), String::new());
        child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
        (child.wait().unwrap().code(), last, said)
    });
    let (code, last, said) = ended.await.unwrap();
    assert_eq!(code, Some(0), "{said}");
    let ledger: serde_json::Value = serde_json::from_str(&last).unwrap();
    assert_eq!((&ledger["ledger"]["records"], &ledger["ledger"]["unreadable"]), (&1.into(), &1.into()), "{last}");
    assert!(said.contains("1 records (1 success, 0 failure), 1 unreadable, 2 log events"), "{said}");
}
