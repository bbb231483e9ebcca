//! StartLiveTail.

use std::time::Duration;

use arrivals::aws::{self, Clients, Keys, Settings};
use arrivals::local::Options;
use aws_sdk_cloudwatchlogs::error::{ProvideErrorMetadata as _, SdkError};
use aws_sdk_cloudwatchlogs::operation::start_live_tail::StartLiveTailOutput;
use aws_sdk_cloudwatchlogs::types::error::StartLiveTailResponseStreamError as Ended;
use aws_sdk_cloudwatchlogs::types::{InputLogEvent, LiveTailSessionUpdate, StartLiveTailResponseStream as Said};

use super::bench::{Bench, RECEIVER};

const ARN: &str = "arn:aws:logs:eu-central-1:123123123123:log-group:/aws/lambda/receiver";

async fn with(faults: &[&str]) -> (Bench, Clients) {
    let faults = faults.iter().map(|text| text.parse().unwrap()).collect();
    let options = Options { faults, live_update: Duration::from_millis(50), ..Options::default() };
    let bench = Bench::of(options).await;
    let settings = Settings {
        region: Some("eu-central-1".into()),
        endpoint_url: Some(bench.endpoint.url().into()),
        keys: Some(Keys { id: "a".into(), secret: "b".into() }),
        ..Settings::default()
    };
    let request = bench.logs.create_log_stream().log_group_name(RECEIVER).log_stream_name("s");
    request.send().await.unwrap();
    (bench, aws::connect(&settings).await.unwrap())
}

async fn log(bench: &Bench, messages: &[&str]) {
    let now = jiff::Timestamp::now().as_millisecond();
    let events = messages.iter().map(|text| InputLogEvent::builder().timestamp(now).message(*text).build().unwrap());
    let put = bench.logs.put_log_events().log_group_name(RECEIVER).log_stream_name("s");
    put.set_log_events(Some(events.collect())).send().await.unwrap();
}

async fn begin(clients: &Clients) -> StartLiveTailOutput {
    let mut begun = clients.logs.start_live_tail().log_group_identifiers(ARN).send().await.unwrap();
    let Some(Said::SessionStart(start)) = next(&mut begun).await.unwrap() else { panic!("no start") };
    assert_eq!(start.log_group_identifiers(), [ARN]);
    begun
}

async fn next(session: &mut StartLiveTailOutput) -> Result<Option<Said>, String> {
    let waited = tokio::time::timeout(Duration::from_secs(30), session.response_stream.recv()).await.unwrap();
    let is_over = |error: &SdkError<_, _>| matches!(error.as_service_error(), Some(Ended::SessionTimeoutException(_)));
    waited.map_err(|error| if is_over(&error) { "over" } else { "broken" }.to_owned())
}

/// The next update that tells of any event.
async fn update(session: &mut StartLiveTailOutput) -> LiveTailSessionUpdate {
    loop {
        match next(session).await.unwrap() {
            Some(Said::SessionUpdate(update)) if !update.session_results().is_empty() => return update,
            Some(Said::SessionUpdate(_)) => {}
            other => panic!("{other:?}"),
        }
    }
}

fn messages(update: &LiveTailSessionUpdate) -> Vec<&str> {
    update.session_results().iter().map(|event| event.message().unwrap()).collect()
}

#[tokio::test]
async fn a_session_tells_what_is_logged_after_its_start() {
    let (bench, clients) = with(&[]).await;
    log(&bench, &["before"]).await;
    let mut session = begin(&clients).await;
    log(&bench, &["a", "b"]).await;
    let update = update(&mut session).await;
    assert_eq!(messages(&update), ["a", "b"]);
    assert!(!update.session_metadata().unwrap().sampled());
    let event = &update.session_results()[0];
    assert_eq!(event.log_stream_name(), Some("s"));
    assert_eq!(event.log_group_identifier(), Some("123123123123:/aws/lambda/receiver"));
    assert!(event.timestamp() > Some(0) && event.ingestion_time() >= event.timestamp());
}

#[tokio::test]
async fn late_events_are_told_when_they_are_taken_in() {
    let (bench, clients) = with(&["late=next:1:600ms"]).await;
    let mut session = begin(&clients).await;
    log(&bench, &["late", "prompt"]).await;
    assert_eq!(messages(&update(&mut session).await), ["prompt"]);
    assert_eq!(messages(&update(&mut session).await), ["late"]);
}

#[tokio::test]
async fn a_session_that_is_over_says_so() {
    let (_bench, clients) = with(&["session=200ms"]).await;
    let mut session = begin(&clients).await;
    let end = loop {
        match next(&mut session).await {
            Ok(Some(_)) => {}
            other => break other,
        }
    };
    assert_eq!(end.unwrap_err(), "over");
}

#[tokio::test]
async fn too_much_is_sampled() {
    let (bench, clients) = with(&["sampled=next:1"]).await;
    let mut session = begin(&clients).await;
    log(&bench, &["a", "b", "c", "d"]).await;
    let sampled = update(&mut session).await;
    assert_eq!(messages(&sampled), ["b", "d"]);
    assert!(sampled.session_metadata().unwrap().sampled());
    let many: Vec<&str> = std::iter::repeat_n("m", 1_200).collect();
    log(&bench, &many).await;
    let sampled = update(&mut session).await;
    assert_eq!(sampled.session_results().len(), 500);
    assert!(sampled.session_metadata().unwrap().sampled());
}

#[tokio::test]
async fn what_cannot_be_tailed_is_refused() {
    let (bench, clients) = with(&[]).await;
    let request = bench.logs.create_log_group().log_group_name("/rare");
    request.log_group_class("INFREQUENT_ACCESS".into()).send().await.unwrap();
    let arn = |name: &str| format!("arn:aws:logs:eu-central-1:123123123123:log-group:{name}");
    for (identifier, code) in [
        (RECEIVER.to_owned(), "InvalidParameterException"),
        (format!("{ARN}:*"), "InvalidParameterException"),
        (arn("/none"), "ResourceNotFoundException"),
        (arn("/rare"), "InvalidOperationException"),
    ] {
        let error = clients.logs.start_live_tail().log_group_identifiers(&identifier).send().await.unwrap_err();
        assert_eq!(error.code(), Some(code), "{identifier}");
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_ends_the_stream() {
    let (_bench, clients) = with(&["cut=next:1@StartLiveTail"]).await;
    let mut session = begin(&clients).await;
    let end = loop {
        match next(&mut session).await {
            Ok(Some(_)) => {}
            other => break other,
        }
    };
    assert_eq!(end.unwrap_err(), "broken");
    begin(&clients).await;
}
