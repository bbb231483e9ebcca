//! What fails, and what comes back.

use std::time::Duration;

use arrivals::local::{Endpoint, Options};
use arrivals::source::{SourceError, Status, poll};

use super::bench::{Bench, GROUP, OTHER, clients, now, options, record, tail};

fn retrying(status: &Status, slow: bool) -> bool {
    matches!(status, Status::Retrying { throttled, .. } if *throttled == slow)
}

#[tokio::test]
async fn throttling_is_shown_and_nothing_is_lost() {
    let bench = Bench::new().await;
    bench.record(GROUP, now() - 1_000, "a").await;
    bench.endpoint.throttle_next(2);
    let mut tail = bench.tail(options(&[GROUP]));
    tail.until_ids(1).await;
    let throttled = tail.statuses.iter().filter(|status| retrying(status, true)).count();
    assert_eq!(throttled, 2, "{:?}", tail.statuses);
    assert!(matches!(
        &tail.statuses[1],
        Status::Retrying { reason, .. } if reason == "logs:FilterLogEvents on /aws/lambda/receiver is throttled"
    ));
    tail.polls(1).await;
    bench.endpoint.throttle_next(1);
    bench.record(GROUP, now(), "b").await;
    tail.until("throttled again", |tail| tail.statuses.iter().filter(|status| retrying(status, true)).count() == 3)
        .await;
    tail.until_ids(2).await;
    tail.polls(2).await;
    assert_eq!(tail.ids, ["a", "b"]);
}

#[tokio::test]
async fn a_missing_group_ends_it_and_names_its_neighbours() {
    let bench = Bench::new().await;
    let mut tail = bench.tail(options(&["/aws/lambda/recever"]));
    tail.until_ended().await;
    let Some(Err(error)) = tail.ended else { panic!("{:?}", tail.ended) };
    assert_eq!(
        error.to_string(),
        "there is no log group /aws/lambda/recever in eu-central-1; did you mean /aws/lambda/receiver?"
    );
    assert_eq!(error.exit_code(), 254);
}

#[tokio::test]
async fn an_endpoint_that_comes_back_is_followed_again() {
    let bench = Bench::new().await;
    let port: u16 = bench.endpoint.url().rsplit(':').next().unwrap().parse().unwrap();
    bench.record(GROUP, now() - 1_000, "before").await;
    let mut tail = bench.tail(options(&[GROUP, OTHER]));
    tail.until_ids(1).await;
    tail.polls(1).await;

    let Bench { endpoint, clients } = bench;
    endpoint.stop().await;
    let seen = tail.statuses.len();
    tail.until("retrying", |tail| tail.statuses[seen..].iter().any(|status| retrying(status, false))).await;
    let endpoint = Endpoint::start(Options { port, ..Options::default() }).await.unwrap();
    let bench = Bench { endpoint, clients };
    bench.create_streams().await;
    bench.record(GROUP, now(), "after").await;
    bench.record(OTHER, now(), "other").await;
    tail.until_ids(3).await;
    tail.polls(4).await;
    assert_eq!(tail.sorted_ids(), ["after", "before", "other"]);
    assert!(matches!(tail.statuses.last(), Some(Status::Following { .. })));
}

#[tokio::test]
async fn a_group_that_was_there_and_is_gone_is_waited_for() {
    const MADE: &str = "/made/by/hand";
    let bench = Bench::new().await;
    let port: u16 = bench.endpoint.url().rsplit(':').next().unwrap().parse().unwrap();
    bench.create_group(MADE).await;
    bench.record(MADE, now() - 1_000, "before").await;
    let mut tail = bench.tail(options(&[MADE]));
    tail.until_ids(1).await;

    let Bench { endpoint, clients } = bench;
    endpoint.stop().await;
    let endpoint = Endpoint::start(Options { port, ..Options::default() }).await.unwrap();
    let gone = |status: &Status| matches!(status, Status::Retrying { reason, .. } if reason.contains("no log group"));
    tail.until("missing the group", |tail| tail.statuses.iter().any(gone)).await;
    let bench = Bench { endpoint, clients };
    bench.create_group(MADE).await;
    bench.record(MADE, now(), "after").await;
    tail.until_ids(2).await;
    assert_eq!(tail.sorted_ids(), ["after", "before"]);
}

#[tokio::test]
async fn following_begins_once_the_endpoint_is_there() {
    let first = Bench::new().await;
    let port: u16 = first.endpoint.url().rsplit(':').next().unwrap().parse().unwrap();
    let url = first.endpoint.url().to_owned();
    first.endpoint.stop().await;
    let clients = clients(&url).await;
    let mut tail = tail(&clients, options(&[GROUP]));
    tail.until("retrying", |tail| tail.statuses.iter().any(|status| retrying(status, false))).await;
    let endpoint = Endpoint::start(Options { port, ..Options::default() }).await.unwrap();
    let bench = Bench { endpoint, clients };
    bench.create_streams().await;
    bench.record(GROUP, now(), "a").await;
    tail.until_ids(1).await;
}

#[tokio::test]
async fn a_storm_of_late_events_and_throttles_loses_and_repeats_nothing() {
    let bench = Bench::of(Options { scan_limit: 50, ..Options::default() }).await;
    let mut tail = bench.tail(poll::Options { page_limit: Some(20), ..options(&[GROUP]) });
    tail.polls(1).await;
    let mut expected = Vec::new();
    for round in 0..20_i64 {
        if round % 5 == 0 {
            bench.endpoint.throttle_next(1);
        }
        // Each round reaches back further, to 40 seconds ago, and shares milliseconds with the others.
        let time = now() - round * 2_000;
        let ids: Vec<String> = (0..15).map(|n| format!("{round:02}-{n:02}")).collect();
        bench.log(GROUP, (0_i64..).zip(&ids).map(|(n, id)| (time + n / 4, record(id)))).await;
        expected.extend(ids);
        tail.polls(1).await;
    }
    tail.until_ids(expected.len()).await;
    tail.polls(3).await;
    assert_eq!(tail.repeated_ids(), Vec::<&str>::new());
    assert_eq!(tail.sorted_ids(), expected);
    assert_eq!(tail.events, 300);
}

#[tokio::test]
async fn dropping_the_receiver_ends_the_task() {
    let bench = Bench::new().await;
    let tail = bench.tail(options(&[GROUP]));
    let metrics = tokio::runtime::Handle::current().metrics();
    let running = metrics.num_alive_tasks();
    drop(tail);
    let ends = async {
        while metrics.num_alive_tasks() >= running {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    assert!(tokio::time::timeout(Duration::from_secs(10), ends).await.is_ok());
}

#[tokio::test]
async fn an_unreachable_service_is_given_up_when_nothing_is_followed() {
    let first = Bench::new().await;
    let clients = first.clients.clone();
    first.endpoint.stop().await;
    // The waits between attempts pass at once.
    tokio::time::pause();
    let mut tail = tail(&clients, poll::Options { follow: false, ..options(&[GROUP]) });
    tail.until_ended().await;
    let Some(Err(SourceError::Aws(error))) = tail.ended else { panic!("{:?}", tail.ended) };
    assert!(error.to_string().starts_with("cannot reach the service for logs:FilterLogEvents: "), "{error}");
}
