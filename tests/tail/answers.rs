//! Answers that the embedded endpoint does not give, one by one.

use arrivals::source::{Status, poll};
use serde_json::{Value, json};

use super::bench::{clients, options, tail};
use super::script::{Script, fault, page};

fn since(since: i64) -> poll::Options {
    poll::Options { since, follow: false, ..options(&["g"]) }
}

#[tokio::test]
async fn an_expired_page_token_starts_again_at_the_last_time_seen() {
    let script = Script::of([
        page(&[(1_000, "a"), (2_000, "b")], Some("t1")),
        fault(400, "InvalidParameterException", "The specified nextToken is invalid."),
        page(&[(2_000, "b"), (2_000, "c"), (3_000, "d")], None),
    ])
    .await;
    let mut tail = tail(&clients(&script.url).await, since(500));
    tail.until_ended().await;
    assert_eq!(tail.ids, ["a", "b", "c", "d"]);
    assert_eq!(tail.repeated, 1);
    let asked: Vec<(Value, Value)> =
        script.asked().iter().map(|request| (request["startTime"].clone(), request["nextToken"].clone())).collect();
    assert_eq!(asked, [(json!(500), Value::Null), (json!(500), json!("t1")), (json!(2_000), Value::Null)]);
}

#[tokio::test]
async fn a_poll_that_finds_nothing_new_costs_one_request_for_the_window() {
    let newest = super::bench::now();
    let script = Script::of([page(&[(newest, "a")], None)]).await;
    let mut tail = tail(&clients(&script.url).await, poll::Options { follow: true, ..since(newest - 600_000) });
    tail.polls(5).await;
    let polls = tail.statuses.iter().filter(|status| matches!(status, Status::Following { .. })).count();
    let asked = script.asked();
    // The history's own request comes before the first status.
    assert!((polls..=polls + 1).contains(&asked.len()), "{polls} polls, {} requests", asked.len());
    assert_eq!(asked[0]["startTime"], newest - 600_000);
    assert_eq!(asked[1]["startTime"], newest - 60_000);
    assert_eq!(asked[1].get("endTime"), None);
    assert_eq!(tail.ids, ["a"]);
}

#[tokio::test]
async fn failures_of_the_service_pass_and_refusals_stay() {
    let script = Script::of([
        fault(503, "ServiceUnavailableException", "busy"),
        fault(500, "InternalFailure", "oops"),
        page(&[(1_000, "a")], Some("t1")),
        fault(503, "ServiceUnavailableException", "busy"),
        page(&[(2_000, "b")], Some("t2")),
        fault(400, "AccessDeniedException", "User: arn:aws:iam::123123123123:user/me is not authorized"),
    ])
    .await;
    let mut tail = tail(&clients(&script.url).await, since(500));
    tail.until_ended().await;
    assert_eq!(tail.ids, ["a", "b"]);
    let retries = tail.statuses.iter().filter(|status| matches!(status, Status::Retrying { .. })).count();
    assert_eq!(retries, 3);
    let Some(Err(error)) = tail.ended else { panic!("{:?}", tail.ended) };
    assert_eq!(
        error.to_string(),
        "not allowed to logs:FilterLogEvents on g; the smallest policy that allows it: \
         {\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"logs:FilterLogEvents\",\"Resource\":\"*\"}]}; \
         AWS says: User: arn:aws:iam::123123123123:user/me is not authorized"
    );
    assert_eq!(error.exit_code(), 254);
}

#[tokio::test]
async fn expired_credentials_end_a_read_but_not_a_follow() {
    let expired = || fault(400, "ExpiredTokenException", "The security token included in the request is expired");
    let script = Script::of([expired()]).await;
    let mut read = tail(&clients(&script.url).await, poll::Options { follow: true, ..since(500) });
    read.until_ended().await;
    let Some(Err(error)) = read.ended else { panic!("{:?}", read.ended) };
    assert_eq!(error.to_string(), "the AWS credentials have expired; run: aws configure");
    assert_eq!(error.exit_code(), 253);

    let script = Script::of([page(&[], None), expired(), page(&[(1_000, "a")], None)]).await;
    let mut follow = tail(&clients(&script.url).await, poll::Options { follow: true, ..since(500) });
    follow.until_ids(1).await;
    assert!(follow.statuses.iter().any(|status| matches!(status, Status::Retrying { reason, .. }
        if reason == "the AWS credentials have expired; run: aws configure")));
}

const REFUSED: &str = "The specified nextToken is invalid.";

#[tokio::test]
async fn a_page_token_that_is_always_refused_ends_a_read() {
    let script = Script::answering(0, false, |asked| match asked.body.get("nextToken") {
        Some(_) => fault(400, "InvalidParameterException", REFUSED),
        None => page(&[(1_000, "a")], Some("t")),
    })
    .await;
    let clients = clients(&script.url).await;
    // The waits between attempts pass at once.
    tokio::time::pause();
    let mut tail = tail(&clients, since(500));
    tail.until_ended().await;
    assert_eq!(tail.ids, ["a"]);
    let Some(Err(error)) = tail.ended else { panic!("{:?}", tail.ended) };
    assert_eq!(error.to_string(), "the page token for g is no longer taken: The specified nextToken is invalid.");
    assert_eq!(error.exit_code(), 254);
    let retries = tail.statuses.iter().filter(|status| matches!(status, Status::Retrying { .. })).count();
    assert!((5..20).contains(&retries), "{retries} retries");
    assert!(script.asked().len() < 50, "{} requests", script.asked().len());
}

#[tokio::test]
async fn a_page_token_that_is_always_refused_is_told_while_following() {
    let script = Script::answering(0, false, |asked| match asked.body.get("nextToken") {
        Some(_) => fault(400, "InvalidParameterException", REFUSED),
        None => page(&[(1_000, "a")], Some("t")),
    })
    .await;
    let mut tail = tail(&clients(&script.url).await, poll::Options { follow: true, ..since(500) });
    tail.until("the trouble", |tail| {
        tail.statuses.iter().any(|status| {
            matches!(status, Status::Retrying { reason, throttled: false, .. }
            if reason.ends_with(REFUSED))
        })
    })
    .await;
    assert!(tail.ended.is_none());
}

#[tokio::test]
async fn another_parameter_that_speaks_of_tokens_is_no_page_token() {
    let script = Script::of([
        page(&[(1_000, "a")], Some("t")),
        fault(400, "InvalidParameterException", "Invalid filter pattern: unexpected token at 3"),
    ])
    .await;
    let mut tail = tail(&clients(&script.url).await, since(500));
    tail.until_ended().await;
    let Some(Err(error)) = tail.ended else { panic!("{:?}", tail.ended) };
    assert!(error.to_string().ends_with("unexpected token at 3"), "{error}");
}
