//! Several groups, one of which fails.

use arrivals::source::{Status, poll};

use super::bench::{Bench, GROUP, clients, now, options, tail};
use super::program::{Home, text};
use super::script::{Script, fault, page};
use arrivals::local::Options;
use arrivals::record::{Crash, Reason};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{InvocationType, LoggingConfig};

const GONE: &str = "/aws/lambda/recever";

#[tokio::test]
async fn a_group_that_fails_does_not_stop_the_others() {
    let bench = Bench::new().await;
    bench.record(GROUP, now() - 1_000, "a").await;
    let mut tail = bench.tail(options(&[GONE, GROUP]));
    tail.until("the gap", |tail| !tail.gaps.is_empty()).await;
    tail.polls(2).await;
    bench.record(GROUP, now(), "b").await;
    tail.until_ids(2).await;
    assert_eq!(tail.ids, ["a", "b"]);
    assert_eq!(tail.gaps.len(), 1);
    assert_eq!(tail.gaps[0].origin.log_group.as_deref(), Some(GONE));
    assert!(tail.gaps[0].reason.starts_with("there is no log group /aws/lambda/recever in "), "{:?}", tail.gaps);
    assert!(matches!(tail.statuses.last(), Some(Status::Following { .. })));
}

#[tokio::test]
async fn a_read_of_several_groups_ends_with_the_error_of_one_after_the_others() {
    let bench = Bench::new().await;
    bench.log(GROUP, (0..30).map(|n| (now() - 1_000 + n, format!("line {n}")))).await;
    bench.record(GROUP, now(), "last").await;
    let read = poll::Options { follow: false, page_limit: Some(5), ..options(&[GROUP, GONE]) };
    let mut tail = bench.tail(read);
    tail.until_ended().await;
    assert_eq!(tail.ids, ["last"]);
    assert_eq!(tail.gaps.len(), 1);
    let Some(Err(error)) = tail.ended else { panic!("{:?}", tail.ended) };
    assert!(error.to_string().starts_with("there is no log group /aws/lambda/recever in "), "{error}");
    assert_eq!(error.exit_code(), 254);
}

#[tokio::test]
async fn what_no_group_can_do_without_ends_all_of_them() {
    let script = Script::of([fault(400, "UnrecognizedClientException", "The security token is invalid.")]).await;
    let mut tail = tail(&clients(&script.url).await, options(&["a", "b"]));
    tail.until_ended().await;
    assert!(tail.gaps.is_empty(), "{:?}", tail.gaps);
    let Some(Err(error)) = tail.ended else { panic!("{:?}", tail.ended) };
    assert_eq!(error.exit_code(), 253);
}

#[tokio::test]
async fn following_ends_when_every_group_has_failed() {
    let bench = Bench::new().await;
    let mut tail = bench.tail(options(&[GONE, "/aws/lambda/sendr"]));
    tail.until_ended().await;
    assert_eq!(tail.gaps.len(), 2);
    let Some(Err(error)) = tail.ended else { panic!("{:?}", tail.ended) };
    assert!(error.to_string().starts_with("there is no log group /aws/lambda/recever in "), "{error}");
}

#[tokio::test]
async fn a_group_is_read_in_the_region_that_its_arn_names() {
    let arn = "arn:aws:logs:us-east-1:123123123123:log-group:/aws/lambda/receiver";
    let script = Script::of([page(&[], None)]).await;
    let mut tail = tail(&clients(&script.url).await, poll::Options { follow: false, ..options(&["here", arn]) });
    tail.until_ended().await;
    let mut places = script.places();
    places.sort();
    let place = |group: &str, region: &str| (group.to_owned(), region.to_owned());
    assert_eq!(places, [place(arn, "us-east-1"), place("here", "eu-central-1")]);
}

#[tokio::test]
async fn the_receivers_own_crashes_are_told_and_counted() {
    let bench = Bench::new().await;
    let time = now() - 1_000;
    let report = "REPORT RequestId: 17b37350-871d-4d69-9b4f-a77c2ddd7fc9\tDuration: 3000 ms\tStatus: timeout\n";
    let lines = ["[ERROR] KeyError: 'x'\n", "REPORT RequestId: a\tDuration: 1 ms\tStatus: error\n", report];
    bench.log(GROUP, lines.map(|line| (time, line.to_owned()))).await;
    bench.record(GROUP, time, "a").await;
    let mut tail = bench.tail(options(&[GROUP]));
    tail.until_ids(1).await;
    assert_eq!(tail.others, [Reason::Crashed(Crash::Failed), Reason::Crashed(Crash::TimedOut)]);
    assert_eq!((tail.ledger.crashes, tail.ledger.unreadable, tail.ledger.records), (2, 0, 1));
}

#[tokio::test]
async fn functions_that_share_a_group_are_told_apart() {
    const SHARED: &str = "/shared/outcomes";
    let bench = Bench::of(Options { time_scale: 600.0, ..Options::default() }).await;
    bench.create_group(SHARED).await;
    for function in ["sender", "receiver"] {
        let update = bench.clients.lambda.update_function_configuration().function_name(function);
        update.logging_config(LoggingConfig::builder().log_group(SHARED).build()).send().await.unwrap();
    }
    let invoke = bench.clients.invoke.invoke().function_name("sender").invocation_type(InvocationType::Event);
    invoke.payload(Blob::new(r#"{"return": "failure"}"#)).send().await.unwrap();
    let mut tail = bench.tail(options(&[SHARED]));
    tail.until_ids(1).await;
    let exports = bench.endpoint.exports();
    let vars: Vec<(&str, &str)> = exports.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let output = Home::new().run(&["tail", SHARED, "--no-follow", "--output", "text"], &vars).await;
    let lines: Vec<&str> = text(&output.stdout).lines().collect();
    let crashes = lines.iter().filter(|line| line.contains(" ? crash of sender: ")).count();
    let failures = lines.iter().filter(|line| line.contains(" failure sender:$LATEST RetriesExhausted ×3 ")).count();
    assert_eq!((crashes, failures, lines.len()), (3, 1, 4), "{lines:?}");
}
