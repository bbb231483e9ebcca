//! Queries of Logs Insights, by the SDK and by the AWS CLI.

use std::process::Command;
use std::time::Duration;

use arrivals::local::Options;
use aws_sdk_cloudwatchlogs::error::ProvideErrorMetadata as _;
use aws_sdk_cloudwatchlogs::operation::get_query_results::GetQueryResultsOutput;
use aws_sdk_cloudwatchlogs::types::error::MalformedQueryException;
use aws_sdk_cloudwatchlogs::types::{InputLogEvent, QueryStatus, ResultField};
use jiff::Timestamp;
use serde_json::Value;
use tokio::time::{sleep, timeout};

use super::bench::{Bench, RECEIVER};

const ALL: &str = "fields @timestamp, @message, @logStream | sort @timestamp asc";

/// An endpoint with these messages, a second apart; gives the second of the first.
async fn with(options: Options, messages: &[&str]) -> (Bench, i64) {
    let bench = Bench::of(options).await;
    bench.logs.create_log_stream().log_group_name(RECEIVER).log_stream_name("s").send().await.unwrap();
    let first = Timestamp::now().as_second() - 600;
    let events = (first..)
        .zip(messages)
        .map(|(second, message)| InputLogEvent::builder().timestamp(second * 1_000).message(*message).build().unwrap());
    let put = bench.logs.put_log_events().log_group_name(RECEIVER).log_stream_name("s");
    put.set_log_events(Some(events.collect())).send().await.unwrap();
    (bench, first)
}

async fn start(bench: &Bench, (from, to): (i64, i64), query: &str) -> String {
    let asked = bench.logs.start_query().log_group_name(RECEIVER).start_time(from).end_time(to).query_string(query);
    asked.send().await.unwrap().query_id.unwrap()
}

/// The results of a query that is complete.
async fn complete(bench: &Bench, id: &str) -> GetQueryResultsOutput {
    let ended = async {
        loop {
            let answer = bench.logs.get_query_results().query_id(id).send().await.unwrap();
            if answer.status == Some(QueryStatus::Complete) {
                return answer;
            }
            assert!(matches!(answer.status, Some(QueryStatus::Scheduled | QueryStatus::Running)), "{answer:?}");
            sleep(Duration::from_millis(20)).await;
        }
    };
    timeout(Duration::from_mins(1), ended).await.unwrap()
}

fn values<'a>(answer: &'a GetQueryResultsOutput, field: &str) -> Vec<&'a str> {
    let named = |row: &'a Vec<ResultField>| row.iter().find(|one| one.field() == Some(field)).unwrap().value().unwrap();
    answer.results().iter().map(named).collect()
}

#[tokio::test]
async fn a_query_tells_what_it_found_and_what_it_took() {
    let (bench, first) = with(Options::default(), &["one x", "two", "three x", "four x"]).await;
    let id = start(&bench, (first, first + 2), r#"fields @message, @ptr | filter @message like "x""#).await;
    let answer = complete(&bench, &id).await;
    assert_eq!(values(&answer, "@message"), ["three x", "one x"], "the newest first, and the end inclusive");
    assert!(values(&answer, "@ptr").iter().all(|pointer| !pointer.is_empty()));
    let statistics = answer.statistics().unwrap();
    let told = [statistics.records_matched, statistics.records_scanned, statistics.bytes_scanned];
    assert_eq!(told.map(f64::to_bits), [2.0, 3.0, 15.0].map(f64::to_bits));
    let id = start(&bench, (first, first + 9), &format!("{ALL} | filter @message like /^t/ | limit 1")).await;
    let answer = complete(&bench, &id).await;
    assert_eq!(values(&answer, "@message"), ["two"]);
    assert_eq!(values(&answer, "@logStream"), ["s"]);
    let time = Timestamp::from_second(first + 1).unwrap().strftime("%Y-%m-%d %H:%M:%S.000").to_string();
    assert_eq!(values(&answer, "@timestamp"), [time]);
}

#[tokio::test]
async fn what_is_cut_is_whole_by_its_pointer() {
    let long = "ü".repeat(100);
    let (bench, first) = with(Options { query_message: 51, ..Options::default() }, &[long.as_str()]).await;
    let answer = complete(&bench, &start(&bench, (first, first), ALL).await).await;
    assert_eq!(values(&answer, "@message"), ["ü".repeat(25)]);
    let pointer = values(&answer, "@ptr")[0];
    let record = bench.logs.get_log_record().log_record_pointer(pointer).send().await.unwrap().log_record.unwrap();
    assert_eq!(record["@message"], long);
    assert_eq!((record["@logStream"].as_str(), record["@timestamp"].clone()), ("s", (first * 1_000).to_string()));
    let error = bench.logs.get_log_record().log_record_pointer("bogus").send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameterException"));
}

#[tokio::test]
async fn results_come_by_pages() {
    let (bench, first) = with(Options::default(), &["a", "b", "c"]).await;
    let id = start(&bench, (first, first + 9), ALL).await;
    complete(&bench, &id).await;
    let asked = bench.logs.get_query_results().query_id(&id).max_items(2);
    let page = asked.clone().send().await.unwrap();
    let rest = asked.next_token(page.next_token().unwrap()).send().await.unwrap();
    assert_eq!((values(&page, "@message"), values(&rest, "@message")), (vec!["a", "b"], vec!["c"]));
    assert_eq!(rest.next_token(), None);
}

#[tokio::test]
async fn only_so_many_run_and_those_that_are_stopped_do_not() {
    let (bench, first) = with(Options { queries_at_once: 1, time_scale: 0.001, ..Options::default() }, &["a"]).await;
    let id = start(&bench, (first, first), ALL).await;
    let asked = bench.logs.start_query().log_group_name(RECEIVER).start_time(first).end_time(first).query_string(ALL);
    let refused = asked.clone().send().await.unwrap_err();
    assert_eq!(refused.code(), Some("LimitExceededException"));
    assert!(bench.logs.stop_query().query_id(&id).send().await.unwrap().success);
    let answer = bench.logs.get_query_results().query_id(&id).send().await.unwrap();
    assert_eq!(answer.status, Some(QueryStatus::Cancelled));
    let again = bench.logs.stop_query().query_id(&id).send().await.unwrap_err();
    assert_eq!(again.code(), Some("InvalidParameterException"));
    asked.send().await.unwrap();
}

#[tokio::test]
async fn what_is_not_offered_is_malformed_at_its_place() {
    let (bench, first) = with(Options::default(), &["a"]).await;
    let asked = bench.logs.start_query().log_group_name(RECEIVER).start_time(first).end_time(first);
    let error = asked.query_string("fields @message | stats count(*)").send().await.unwrap_err().into_service_error();
    assert!(error.is_malformed_query_exception(), "{error:?}");
    let aws_sdk_cloudwatchlogs::operation::start_query::StartQueryError::MalformedQueryException(
        MalformedQueryException { query_compile_error: Some(compile), .. },
    ) = error
    else {
        panic!("no place")
    };
    let location = compile.location().unwrap();
    assert_eq!((location.start_char_offset(), location.end_char_offset()), (Some(24), Some(32)));
}

#[tokio::test]
async fn groups_that_are_seldom_read_can_be_queried() {
    let (bench, first) = with(Options::default(), &["a"]).await;
    let make = bench.logs.create_log_group().log_group_name("/rare").log_group_class("INFREQUENT_ACCESS".into());
    make.send().await.unwrap();
    let asked = bench.logs.start_query().start_time(first).end_time(first).query_string(ALL);
    let id = asked.clone().log_group_names("/rare").log_group_names(RECEIVER).send().await.unwrap().query_id.unwrap();
    let answer = complete(&bench, &id).await;
    assert_eq!(answer.statistics().unwrap().log_groups_scanned.to_bits(), 2.0_f64.to_bits());
    for (asked, code) in [
        (asked.clone(), "InvalidParameterException"),
        (asked.clone().log_group_name("/none"), "ResourceNotFoundException"),
        (asked.log_group_name("/rare").log_group_names(RECEIVER), "InvalidParameterException"),
    ] {
        assert_eq!(asked.send().await.unwrap_err().code(), Some(code));
    }
}

/// Runs the AWS CLI against the endpoint; `None` where it is not installed.
async fn cli(bench: &Bench, args: &[&str]) -> Option<Result<Value, String>> {
    let mut command = Command::new("aws");
    command.args(["logs", "--output", "json"]).args(args).envs(bench.endpoint.exports());
    let output = tokio::task::spawn_blocking(move || command.output()).await.unwrap().ok()?;
    let error = String::from_utf8_lossy(&output.stderr).into_owned();
    Some(if output.status.success() { Ok(serde_json::from_slice(&output.stdout).unwrap()) } else { Err(error) })
}

#[tokio::test]
async fn the_aws_cli_runs_queries() {
    let (bench, first) = with(Options::default(), &["one", "two"]).await;
    let (from, to) = (first.to_string(), (first + 5).to_string());
    let begin = ["start-query", "--log-group-name", RECEIVER, "--start-time", &from, "--end-time", &to];
    let Some(started) = cli(&bench, &[&begin[..], &["--query-string", ALL]].concat()).await else {
        eprintln!("skipped: the AWS CLI is not installed");
        return;
    };
    let id = started.unwrap()["queryId"].as_str().unwrap().to_owned();
    complete(&bench, &id).await;
    let results = cli(&bench, &["get-query-results", "--query-id", &id]).await.unwrap().unwrap();
    assert_eq!(results["status"], "Complete");
    assert_eq!(results["results"][1][1], serde_json::json!({"field": "@message", "value": "two"}));
    let pointer = results["results"][0][3]["value"].as_str().unwrap();
    let record = cli(&bench, &["get-log-record", "--log-record-pointer", pointer]).await.unwrap().unwrap();
    assert_eq!(record["logRecord"]["@message"], "one");
    let stopped = cli(&bench, &["stop-query", "--query-id", &id]).await.unwrap().unwrap_err();
    assert!(stopped.contains("InvalidParameterException"), "{stopped}");
    let malformed = cli(&bench, &[&begin[..], &["--query-string", "stats count(*)"]].concat()).await.unwrap();
    assert!(malformed.unwrap_err().contains("MalformedQueryException"));
}
