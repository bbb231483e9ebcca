//! CloudWatch Logs: pages, tokens, quotas and bounds.

use std::collections::HashSet;

use arrivals::local::Options;
use aws_config::retry::RetryConfig;
use aws_sdk_cloudwatchlogs::error::ProvideErrorMetadata;
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use jiff::Timestamp;

use super::bench::Bench;

/// A group `/g` with a stream `s` of so many events, a millisecond apart; gives the first one's timestamp.
async fn filled(bench: &Bench, count: i64) -> i64 {
    bench.logs.create_log_group().log_group_name("/g").send().await.unwrap();
    bench.logs.create_log_stream().log_group_name("/g").log_stream_name("s").send().await.unwrap();
    let first = Timestamp::now().as_millisecond() - count;
    let event =
        |at: i64| InputLogEvent::builder().timestamp(first + at).message(format!("event {at}")).build().unwrap();
    let events: Vec<InputLogEvent> = (0..count).map(event).collect();
    bench
        .logs
        .put_log_events()
        .log_group_name("/g")
        .log_stream_name("s")
        .set_log_events(Some(events))
        .send()
        .await
        .unwrap();
    first
}

#[tokio::test]
async fn pages_hold_every_event_once_and_in_order_also_when_some_are_empty() {
    let bench = Bench::of(Options { scan_limit: 40, ..Options::default() }).await;
    filled(&bench, 250).await;
    let mut pages = bench.logs.filter_log_events().log_group_name("/g").limit(15).into_paginator().send();
    let (mut ids, mut messages) = (Vec::new(), Vec::new());
    while let Some(page) = pages.next().await {
        for event in page.unwrap().events.unwrap() {
            ids.push(event.event_id.unwrap());
            messages.push(event.message.unwrap());
        }
    }
    assert_eq!(messages, (0..250).map(|at| format!("event {at}")).collect::<Vec<_>>());
    assert!(ids.is_sorted() && ids.iter().collect::<HashSet<_>>().len() == 250);
    let query = bench.logs.filter_log_events().log_group_name("/g").filter_pattern("\"event 249\"");
    let page = query.clone().send().await.unwrap();
    assert!(page.events().is_empty() && page.next_token().is_some(), "an empty page is not the end");
    assert_eq!(bench.find("/g", "\"event 249\"").await.len(), 1);
    let other = query.filter_pattern("else").next_token(page.next_token().unwrap()).send().await;
    assert!(other.unwrap_err().into_service_error().is_invalid_parameter_exception(), "a token goes with its query");
}

#[tokio::test]
async fn start_and_end_are_both_inclusive_when_filtering() {
    let bench = Bench::fast().await;
    let first = filled(&bench, 10).await;
    let arn = "arn:aws:logs:eu-central-1:123123123123:log-group:/g:*";
    let query = bench.logs.filter_log_events().log_group_identifier(arn).start_time(first + 3).end_time(first + 5);
    let found = query.log_stream_name_prefix("s").send().await.unwrap();
    let messages: Vec<_> = found.events().iter().filter_map(|event| event.message()).collect();
    assert_eq!(messages, ["event 3", "event 4", "event 5"]);
    let none = bench.logs.filter_log_events().log_group_name("/g").log_stream_names("other").send().await.unwrap();
    assert!(none.events().is_empty());
}

#[tokio::test]
async fn a_stream_is_read_both_ways_and_its_end_repeats_the_token() {
    let bench = Bench::fast().await;
    let first = filled(&bench, 25).await;
    let read = || bench.logs.get_log_events().log_group_name("/g").log_stream_name("s").limit(10);
    let texts = |page: &aws_sdk_cloudwatchlogs::operation::get_log_events::GetLogEventsOutput| {
        page.events().iter().filter_map(|event| event.message().map(str::to_owned)).collect::<Vec<_>>()
    };
    let last = read().send().await.unwrap();
    assert_eq!((texts(&last)[0].as_str(), texts(&last)[9].as_str()), ("event 15", "event 24"));
    let before = read().next_token(last.next_backward_token().unwrap()).send().await.unwrap();
    assert_eq!(texts(&before)[0], "event 5");
    let token = last.next_forward_token().unwrap();
    let end = read().next_token(token).send().await.unwrap();
    assert!(end.events().is_empty());
    assert_eq!(end.next_forward_token(), Some(token));
    let some = read().start_time(first + 3).end_time(first + 5).start_from_head(true).send().await.unwrap();
    assert_eq!(texts(&some), ["event 3", "event 4"], "the end is exclusive here");
}

#[tokio::test]
async fn groups_and_streams_are_described() {
    let bench = Bench::fast().await;
    filled(&bench, 3).await;
    let groups = bench.logs.describe_log_groups().log_group_name_prefix("/g").send().await.unwrap();
    let group = &groups.log_groups()[0];
    assert_eq!(group.arn(), Some("arn:aws:logs:eu-central-1:123123123123:log-group:/g:*"));
    assert_eq!(group.log_group_arn(), Some("arn:aws:logs:eu-central-1:123123123123:log-group:/g"));
    assert_eq!(group.log_group_class().unwrap().as_str(), "STANDARD");
    let mut pages =
        bench.logs.describe_log_groups().log_group_name_pattern("lambda").limit(3).into_paginator().items().send();
    let mut count = 0;
    while let Some(group) = pages.next().await {
        assert!(group.unwrap().log_group_name().unwrap().starts_with("/aws/lambda/"));
        count += 1;
    }
    assert_eq!(count, 8);
    let streams = bench.logs.describe_log_streams().log_group_name("/g").send().await.unwrap();
    let stream = &streams.log_streams()[0];
    assert_eq!(stream.last_event_timestamp().unwrap() - stream.first_event_timestamp().unwrap(), 2);
}

#[tokio::test]
async fn what_is_not_there_is_refused() {
    let bench = Bench::fast().await;
    let error = bench.logs.filter_log_events().log_group_name("/nope").send().await.unwrap_err().into_service_error();
    assert!(error.is_resource_not_found_exception());
    assert_eq!(error.message(), Some("The specified log group does not exist."));
    let query = bench.logs.filter_log_events().log_group_name(super::bench::RECEIVER);
    let token = query.clone().next_token("bogus").send().await.unwrap_err().into_service_error();
    assert!(token.is_invalid_parameter_exception());
    let pattern = query.filter_pattern("/aws").send().await.unwrap_err().into_service_error();
    assert_eq!(pattern.message(), Some("Invalid character(s) in term '/aws'"));
    let unknown = bench.logs.list_anomalies().send().await.unwrap_err().into_service_error();
    assert_eq!(unknown.code(), Some("UnknownOperationException"));
}

#[tokio::test]
async fn throttles_are_injected_and_an_sdk_that_retries_gets_through() {
    let bench = Bench::fast().await;
    let query = |logs: &aws_sdk_cloudwatchlogs::Client| logs.filter_log_events().log_group_name(super::bench::RECEIVER);
    bench.endpoint.throttle_next(1);
    let error = query(&bench.logs).send().await.unwrap_err().into_service_error();
    assert_eq!((error.code(), error.message()), (Some("ThrottlingException"), Some("Rate exceeded")));
    query(&bench.logs).send().await.unwrap();
    bench.endpoint.throttle_next(1);
    let retrying = bench.config.to_builder().retry_config(RetryConfig::standard()).build();
    query(&aws_sdk_cloudwatchlogs::Client::new(&retrying)).send().await.unwrap();
}

#[tokio::test]
async fn the_account_s_quota_is_kept_when_it_is_asked_for() {
    let bench = Bench::of(Options { filter_requests_per_second: Some(5), ..Options::default() }).await;
    let mut refused = 0;
    for _ in 0..30 {
        let answer = bench.logs.filter_log_events().log_group_name(super::bench::RECEIVER).send().await;
        refused += u32::from(answer.is_err());
    }
    assert!(refused > 0, "thirty requests took less than six seconds");
}

#[tokio::test]
async fn a_group_keeps_the_newest_within_its_bounds() {
    let bench = Bench::of(Options { group_events: 20, ..Options::default() }).await;
    filled(&bench, 50).await;
    let kept = bench.find("/g", "").await;
    assert_eq!((kept.len(), kept[0].message()), (20, Some("event 30")));
}
