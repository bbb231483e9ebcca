//! The endpoint on a bad day, through the SDK and the admin path.

use std::time::{Duration, Instant};

use arrivals::local::{FaultRule, Options};
use aws_sdk_cloudwatchlogs::error::ProvideErrorMetadata as _;
use aws_sdk_cloudwatchlogs::types::{FilteredLogEvent, InputLogEvent};
use serde_json::{Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use super::bench::{Bench, RECEIVER};

async fn with(faults: &[&str]) -> Bench {
    let faults = rules(faults);
    Bench::of(Options { faults, fault_seed: 11, time_scale: 6000.0, ..Options::default() }).await
}

fn rules(texts: &[&str]) -> Vec<FaultRule> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

/// Logs numbers from 0 on, a millisecond apart, up to now.
async fn log(bench: &Bench, count: i64) {
    let first = jiff::Timestamp::now().as_millisecond() - count;
    let events = (0..count)
        .map(|number| InputLogEvent::builder().timestamp(first + number).message(number.to_string()).build().unwrap());
    let _ = bench.logs.create_log_stream().log_group_name(RECEIVER).log_stream_name("s").send().await;
    let put = bench.logs.put_log_events().log_group_name(RECEIVER).log_stream_name("s");
    put.set_log_events(Some(events.collect())).send().await.unwrap();
}

fn numbers(events: &[FilteredLogEvent]) -> Vec<i64> {
    events.iter().map(|event| event.message().unwrap().parse().unwrap()).collect()
}

async fn refusal(bench: &Bench) -> (Option<String>, String) {
    let error = bench.logs.filter_log_events().log_group_name(RECEIVER).send().await.unwrap_err();
    let status = error.raw_response().map_or(0, |raw| raw.status().as_u16());
    let code = error.code().map(str::to_owned);
    (code, format!("{status} {}", error.message().unwrap_or_default()))
}

#[tokio::test]
async fn refusals_come_in_the_words_of_cloudwatch_logs() {
    let bench = with(&["expired=next:1", "denied=next:1", "error=next:1", "missing=next:1"]).await;
    let expired = refusal(&bench).await;
    assert_eq!(expired.0.as_deref(), Some("ExpiredTokenException"));
    assert_eq!(expired.1, "400 The security token included in the request is expired");
    let denied = refusal(&bench).await;
    assert_eq!(denied.0.as_deref(), Some("AccessDeniedException"));
    assert_eq!(
        denied.1,
        "400 User: arn:aws:iam::123123123123:user/local is not authorized to perform: logs:FilterLogEvents on resource: \
         arn:aws:logs:eu-central-1:123123123123:log-group:/aws/lambda/receiver:log-stream: because no identity-based \
         policy allows the logs:FilterLogEvents action"
    );
    assert_eq!(refusal(&bench).await.0.as_deref(), Some("InternalFailure"));
    assert_eq!(refusal(&bench).await.0.as_deref(), Some("ResourceNotFoundException"));
    assert!(bench.logs.filter_log_events().log_group_name(RECEIVER).send().await.is_ok());
}

#[tokio::test]
async fn refusals_come_in_the_words_of_lambda() {
    let faults = [
        "throttle=next:1@Invoke",
        "missing=next:1@Invoke",
        "denied=next:1@lambda:InvokeFunction",
        "error=next:1@Invoke",
    ];
    let bench = with(&faults).await;
    let mut refusals = Vec::new();
    for _ in 0..4 {
        let error = bench.lambda.invoke().function_name("sender").send().await.unwrap_err();
        let status = error.raw_response().unwrap().status().as_u16();
        refusals.push((status, error.code().unwrap().to_owned()));
    }
    let expected = [
        (429, "TooManyRequestsException"),
        (404, "ResourceNotFoundException"),
        (403, "AccessDeniedException"),
        (500, "ServiceException"),
    ];
    assert_eq!(refusals, expected.map(|(status, code)| (status, code.to_owned())));
    bench.lambda.invoke().function_name("sender").send().await.unwrap();
}

#[tokio::test]
async fn an_answer_that_is_cut_or_reset_was_carried_out() {
    let bench = with(&["cut=next:1@Invoke", "reset=next:1@Invoke"]).await;
    for number in 0..2 {
        let call = bench.lambda.invoke().function_name("sender");
        let event = format!("{{\"return\": \"success\", \"number\": {number}}}");
        let error = call.payload(aws_sdk_lambda::primitives::Blob::new(event)).send().await.unwrap_err();
        assert!(error.raw_response().is_none_or(|raw| raw.status().as_u16() == 200), "{error:?}");
    }
    bench.awaited("/aws/lambda/sender", "START", 2).await;
    let struck: Vec<u64> = bench.endpoint.faults().into_iter().map(|(_, struck)| struck).collect();
    assert_eq!(struck, [1, 1]);
}

#[tokio::test]
async fn late_events_are_seen_later_and_their_ingestion_says_so() {
    let bench = with(&["late=0.5:700ms..900ms"]).await;
    let logged = Instant::now();
    log(&bench, 200).await;
    let early = bench.find(RECEIVER, "").await;
    // On a machine that sleeps for half a second here, nothing is late any more.
    assert!(logged.elapsed() > Duration::from_millis(700) || (60..140).contains(&early.len()), "{}", early.len());
    let all = bench.awaited(RECEIVER, "", 200).await;
    assert!(logged.elapsed() >= Duration::from_millis(700));
    assert_eq!(numbers(&all), (0..200).collect::<Vec<i64>>());
    let first = all.iter().filter_map(FilteredLogEvent::ingestion_time).min().unwrap();
    let late = all.iter().filter(|event| event.ingestion_time().unwrap() - first >= 700).count();
    assert!((60..140).contains(&late), "{late}");
}

#[tokio::test]
async fn pages_are_small_empty_and_repeat_events_and_nothing_is_missing() {
    let bench = with(&["page=7", "empty=0.3", "repeat=0.2"]).await;
    log(&bench, 100).await;
    let mut pages = bench.logs.filter_log_events().log_group_name(RECEIVER).into_paginator().send();
    let (mut seen, mut sizes) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        let events = page.unwrap().events.unwrap_or_default();
        sizes.push(events.len());
        seen.extend(numbers(&events));
    }
    assert!(sizes.contains(&0) && sizes.iter().all(|size| *size <= 14), "{sizes:?}");
    assert!(seen.len() > 100 && seen.is_sorted(), "{seen:?}");
    seen.dedup();
    assert_eq!(seen, (0..100).collect::<Vec<i64>>());
}

#[tokio::test]
async fn page_tokens_expire() {
    let bench = with(&["page=10", "token=next:1"]).await;
    log(&bench, 30).await;
    let query = bench.logs.filter_log_events().log_group_name(RECEIVER);
    let token = query.clone().send().await.unwrap().next_token.unwrap();
    let error = query.clone().next_token(&token).send().await.unwrap_err();
    assert_eq!(error.code(), Some("InvalidParameterException"));
    assert_eq!(error.message(), Some("The specified nextToken is invalid."));
    assert_eq!(numbers(&query.next_token(token).send().await.unwrap().events.unwrap())[0], 10);
}

#[tokio::test]
async fn sensitive_values_are_masked_unless_they_may_be_unmasked() {
    let bench = with(&["mask=4", "denied=next:1@logs:Unmask"]).await;
    log(&bench, 10).await;
    let query = bench.logs.filter_log_events().log_group_name(RECEIVER);
    let message = |page: aws_sdk_cloudwatchlogs::operation::filter_log_events::FilterLogEventsOutput| {
        page.events.unwrap()[4].message().unwrap().to_owned()
    };
    assert_eq!(message(query.clone().send().await.unwrap()), "*");
    let error = query.clone().unmask(true).send().await.unwrap_err();
    assert!(error.message().unwrap().contains("is not authorized to perform: logs:Unmask"), "{error:?}");
    assert_eq!(message(query.unmask(true).send().await.unwrap()), "4");
    let groups = bench.logs.describe_log_groups().send().await.unwrap();
    assert_eq!(groups.log_groups()[0].data_protection_status().unwrap().as_str(), "ACTIVATED");
}

#[tokio::test]
async fn waits_and_slow_answers_take_their_time() {
    let bench = with(&["latency=300ms@FilterLogEvents", "slow=300ms@FilterLogEvents"]).await;
    let asked = Instant::now();
    bench.logs.filter_log_events().log_group_name(RECEIVER).send().await.unwrap();
    assert!(asked.elapsed() >= Duration::from_millis(550), "{:?}", asked.elapsed());
}

/// A request of the admin path: its status and JSON.
async fn admin(bench: &Bench, method: &str, body: &str) -> (u16, Value) {
    let mut stream = TcpStream::connect(bench.endpoint.url().strip_prefix("http://").unwrap()).await.unwrap();
    let head = format!(
        "{method} /_arrivals/faults HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    stream.write_all((head + body).as_bytes()).await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    (head[9..12].parse().unwrap(), serde_json::from_str(body).unwrap())
}

#[tokio::test]
async fn the_admin_path_changes_the_faults_while_it_runs() {
    let bench = with(&["reset"]).await;
    assert_eq!(admin(&bench, "GET", "").await, (200, json!({"seed": 11, "faults": [{"fault": "reset", "struck": 0}]})));
    let put = admin(&bench, "PUT", r#"{"faults": ["throttle=next:1@FilterLogEvents"], "seed": 5}"#).await;
    assert_eq!(put.1["seed"], 5);
    assert_eq!(refusal(&bench).await.0.as_deref(), Some("ThrottlingException"));
    let post = admin(&bench, "POST", r#"{"faults": ["latency=1ms"]}"#).await;
    let struck =
        json!([{"fault": "throttle=next:1@FilterLogEvents", "struck": 1}, {"fault": "latency=1ms", "struck": 0}]);
    assert_eq!(post.1["faults"], struck);
    let (status, complaint) = admin(&bench, "PUT", r#"{"faults": ["flood"]}"#).await;
    assert_eq!(status, 400);
    assert!(complaint["message"].as_str().unwrap().contains("its kinds are throttle"), "{complaint}");
    assert_eq!(admin(&bench, "DELETE", "").await.1["faults"], json!([]));
}
