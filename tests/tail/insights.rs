//! Reading back through queries of Logs Insights.

use std::sync::Arc;
use std::time::Duration;

use arrivals::local::{FaultRule, Options};
use arrivals::source::insights::{self, Running, Survey};
use arrivals::source::limiter::Limiter;
use arrivals::source::{history, poll};
use aws_sdk_cloudwatchlogs::types::LogGroupClass;

use super::bench::{Bench, GROUP, Tail, now, options, record};
use super::program::{Home, text};

const HOUR: i64 = 3_600_000;

async fn bench(options: Options) -> Bench {
    Bench::of(Options { time_scale: 50.0, ..options }).await
}

/// These groups since so long ago, up to now.
fn back(groups: &[&str], hours: i64) -> poll::Options {
    poll::Options { since: now() - hours * HOUR, follow: false, ..options(groups) }
}

async fn queried(bench: &Bench, options: poll::Options) -> Tail {
    let mut tail = begun(bench, options, Running::default()).await;
    tail.until_ended().await;
    tail
}

async fn begun(bench: &Bench, options: poll::Options, running: Running) -> Tail {
    let survey = Survey::of(&bench.clients, &options).await.unwrap();
    let clients = bench.clients.clone();
    Tail::new(insights::start(clients, Limiter::unlimited(), options, survey, running))
}

/// Records a minute apart up to now, some of them over several events, some with words around them, some broken.
async fn varied(bench: &Bench, count: i64) {
    let start = now() - count * 60_000;
    for at in 0..count {
        let (time, id) = (start + at * 60_000, format!("{at:05}"));
        let messages = match at % 10 {
            3 => {
                let pretty: serde_json::Value = serde_json::from_str(&record(&id)).unwrap();
                serde_json::to_string_pretty(&pretty).unwrap().lines().map(|line| format!("{line}\n")).collect()
            }
            5 => vec![format!("INFO got {}\n", record(&id))],
            7 => vec![record(&id)[..120].to_owned(), record(&id)[120..].to_owned()],
            8 if at % 20 == 8 => vec!["approximateInvokeCount is no record\n".to_owned()],
            9 if at % 20 == 9 => vec![record(&id).replace("}}", "")],
            _ => vec![record(&id), "START RequestId: x\n".to_owned()],
        };
        bench.log(GROUP, messages.into_iter().map(|message| (time, message))).await;
    }
}

async fn polled(bench: &Bench, options: poll::Options) -> Tail {
    let mut tail = Tail::new(history::start(bench.clients.clone(), Limiter::unlimited(), options));
    tail.until_ended().await;
    tail
}

fn same(queried: &Tail, polled: &Tail) {
    assert_eq!(queried.sorted_ids(), polled.sorted_ids());
    assert_eq!((queried.others.len(), queried.gaps.len()), (polled.others.len(), 0), "{:?}", queried.others);
    assert!(matches!(queried.ended, Some(Ok(()))), "{:?}", queried.ended);
}

#[tokio::test]
async fn queries_find_what_reading_everything_finds() {
    let bench = bench(Options::default()).await;
    varied(&bench, 400).await;
    let all = polled(&bench, back(&[GROUP], 8)).await;
    assert!(all.ids.len() > 350 && !all.others.is_empty());
    let queried = queried(&bench, back(&[GROUP], 8)).await;
    same(&queried, &all);
    let traffic = queried.ledger.traffic;
    assert!(traffic.queries >= 1 && traffic.scanned > 0 && queried.ledger.events < all.ledger.events, "{traffic:?}");
}

#[tokio::test]
async fn small_limits_cut_messages_and_faults_lose_and_repeat_nothing() {
    let options = Options { query_message: 150, queries_at_once: 3, fault_seed: 7, ..Options::default() };
    let bench = bench(options).await;
    varied(&bench, 300).await;
    let all = polled(&bench, back(&[GROUP], 6)).await;
    let of = "GetQueryResults+GetLogRecord+GetLogEvents+StartQuery";
    let faults = ["throttle=0.05", "error=0.05", "reset=0.02", "cut=0.02"];
    let faults: Vec<FaultRule> = faults.iter().map(|fault| format!("{fault}@{of}").parse().unwrap()).collect();
    bench.endpoint.add_faults(faults);
    let queried = queried(&bench, poll::Options { page_limit: Some(40), ..back(&[GROUP], 6) }).await;
    same(&queried, &all);
    assert!(bench.endpoint.requests("GetLogRecord") > 50, "messages are cut");
    assert!(queried.ledger.traffic.throttled > 0 && queried.ledger.traffic.failed > 0);
}

#[tokio::test]
async fn a_second_that_holds_more_than_a_query_gives_is_a_gap() {
    let bench = bench(Options::default()).await;
    let second = (now() - HOUR) / 1_000 * 1_000;
    bench.log(GROUP, (0..30).map(|at| (second, record(&format!("dense{at}"))))).await;
    bench.log(GROUP, (0..30).map(|at| (second + 2_000 + at * 1_000, record(&format!("sparse{at}"))))).await;
    let queried = queried(&bench, poll::Options { page_limit: Some(10), ..back(&[GROUP], 3) }).await;
    let sparse = queried.ids.iter().filter(|id| id.starts_with("sparse")).count();
    assert_eq!((sparse, queried.ids.len(), queried.gaps.len()), (30, 40, 1), "{:?}", queried.gaps);
    let gap = &queried.gaps[0];
    assert_eq!((gap.from, gap.to), (Some(second), Some(second + 999)));
    assert_eq!(gap.reason, "Logs Insights gives 10 of the 30 log events with records of this second");
}

#[tokio::test]
async fn what_cannot_be_followed_is_queried() {
    let bench = bench(Options { query_message: 100, ..Options::default() }).await;
    let rare = bench.clients.logs.create_log_group().log_group_name("/rare");
    rare.log_group_class(LogGroupClass::InfrequentAccess).send().await.unwrap();
    let stream = bench.clients.logs.create_log_stream();
    stream.log_group_name("/rare").log_stream_name("s").send().await.unwrap();
    let time = now() - HOUR;
    bench.record("/rare", time, "whole").await;
    bench
        .log("/rare", [(time + 1, record("parted")[..120].to_owned()), (time + 1, record("parted")[120..].to_owned())])
        .await;
    let queried = queried(&bench, poll::Options { follow: true, ..back(&["/rare"], 3) }).await;
    assert_eq!(queried.ids, ["whole"], "its message was cut, and is whole by its pointer");
    assert_eq!(queried.others.len(), 1, "a part that cannot be completed is unreadable");
    assert!(queried.gaps[0].reason.ends_with("cannot be followed"), "{:?}", queried.gaps);
}

#[tokio::test]
async fn a_follow_takes_over_where_the_queries_end() {
    let bench = bench(Options::default()).await;
    let time = now();
    for (minutes, id) in [(180, "a"), (61, "b"), (59, "c"), (1, "d")] {
        bench.record(GROUP, time - minutes * 60_000, id).await;
    }
    // A record that begins before the border of the two, and ends behind it.
    let border = time - HOUR + 5_000;
    let parts = [(border - 20_000, record("e")[..120].to_owned()), (border + 9_000, record("e")[120..].to_owned())];
    bench.log(GROUP, parts).await;
    let mut tail = begun(&bench, poll::Options { follow: true, ..back(&[GROUP], 4) }, Running::default()).await;
    tail.until_ids(5).await;
    bench.record(GROUP, now(), "f").await;
    tail.until_ids(6).await;
    tail.polls(3).await;
    assert_eq!(tail.sorted_ids(), ["a", "b", "c", "d", "e", "f"]);
    assert_eq!((tail.others.len(), tail.gaps.len()), (0, 0));
}

#[tokio::test]
async fn no_query_is_left_behind() {
    let bench = Bench::of(Options { time_scale: 0.001, ..Options::default() }).await;
    bench.record(GROUP, now(), "a").await;
    let running = Running::default();
    let tail = begun(&bench, back(&[GROUP], 3), running.clone()).await;
    let started = async {
        while bench.endpoint.requests("GetQueryResults") == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), started).await.unwrap();
    drop(tail);
    running.stop_all().await;
    let (started, stopped) = (bench.endpoint.requests("StartQuery"), bench.endpoint.requests("StopQuery"));
    assert!(started > 0 && stopped >= started, "{started} started, {stopped} stopped");
}

#[tokio::test]
async fn queries_that_are_stopped_are_counted_since_aws_bills_them() {
    let bench = Bench::of(Options { time_scale: 0.001, ..Options::default() }).await;
    bench.record(GROUP, now() - 60_000, "a").await;
    let options = back(&[GROUP], 3);
    let stopper = options.stopper.clone();
    let mut tail = begun(&bench, options, Running::default()).await;
    let started = async {
        while bench.endpoint.requests("GetQueryResults") == 0 {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(Duration::from_mins(1), started).await.unwrap();
    stopper.stop();
    tail.until_ended().await;
    assert!(matches!(tail.ended, Some(Ok(()))), "{:?}", tail.ended);
    let traffic = tail.ledger.traffic;
    assert_eq!(traffic.queries, bench.endpoint.requests("StartQuery"));
    assert_eq!(traffic.scanned, record("a").len() as u64);
}

#[tokio::test]
async fn querying_stops_when_told_and_goes_on_where_it_was() {
    let bench = bench(Options::default()).await;
    varied(&bench, 100).await;
    let all = polled(&bench, back(&[GROUP], 3)).await;
    let options = back(&[GROUP], 3);
    let halt = options.halt.clone();
    halt.set(true);
    let mut tail = begun(&bench, options, Running::default()).await;
    tail.until("the gap", |tail| tail.ledger.open_gaps() == 1).await;
    assert_eq!((bench.endpoint.requests("StartQuery"), tail.gaps[0].reason.as_str()), (0, "reading back was stopped"));
    halt.set(false);
    tail.until_ended().await;
    assert_eq!((tail.ledger.gap_count(), tail.ledger.open_gaps()), (1, 0));
    assert_eq!(tail.sorted_ids(), all.sorted_ids());
}

#[tokio::test]
async fn nothing_is_queried_that_nobody_has_agreed_to() {
    let bench = bench(Options::default()).await;
    bench.record(GROUP, now() - HOUR, "a").await;
    let home = Home::new();
    let exports = bench.endpoint.exports();
    let vars: Vec<(&str, &str)> = exports.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let args = ["tail", GROUP, "--since", "3h", "--engine", "insights", "--output", "jsonl"];
    let refused = home.run(&args, &vars).await;
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(252), "{said}");
    assert!(said.contains("costs about USD") && said.contains("--yes") && said.contains("estimated"), "{said}");
    assert_eq!(bench.endpoint.requests("StartQuery"), 0);
    let agreed = home.run(&[&args[..], &["--yes", "--ledger"]].concat(), &vars).await;
    let (lines, said) = (text(&agreed.stdout), text(&agreed.stderr));
    assert_eq!(agreed.status.code(), Some(0), "{said}");
    assert!(lines.starts_with(r#"{"requestId":"a""#) && lines.contains(r#""bytesScanned":"#), "{lines}");
    assert!(said.contains("costs about USD") && said.contains(" queries through "), "{said}");
    let both = home.run(&[&args[..], &["--filter-pattern", "x"]].concat(), &vars).await;
    assert_eq!(both.status.code(), Some(252));
    let none = ["tail", "/none", "--engine", "insights", "--yes"];
    assert_eq!(home.run(&none, &vars).await.status.code(), Some(254));
}

#[tokio::test]
async fn groups_are_queried_each_for_itself() {
    let bench = bench(Options::default()).await;
    bench.create_group("/second").await;
    let time = now() - 2 * HOUR;
    bench.record(GROUP, time, "a").await;
    bench.record("/second", time + 1, "b").await;
    let arn = "arn:aws:logs:eu-central-1:123123123123:log-group:/second:*";
    let queried = queried(&bench, back(&[GROUP, arn], 3)).await;
    assert_eq!(queried.sorted_ids(), ["a", "b"]);
    let options = back(&[GROUP], 3);
    let survey = Survey::of(&bench.clients, &options).await.unwrap();
    assert!(survey.is_needed() && survey.words().contains("storedBytes"));
    let recent = poll::Options { follow: true, since: now() - 60_000, ..options };
    let groups: Vec<Arc<str>> = vec![Arc::from(GROUP)];
    let survey = Survey::of(&bench.clients, &poll::Options { groups, ..recent }).await.unwrap();
    assert!(!survey.is_needed(), "following reads the last hour anyway");
}
