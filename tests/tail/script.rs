//! An endpoint that answers FilterLogEvents from a script, for what the embedded one does not do.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use arrivals::source::{Status, poll};
use bytes::Bytes;
use http_body_util::{BodyExt, Full};
use hyper::service::service_fn;
use hyper::{Request, Response, body::Incoming, server::conn::http1};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;

use super::bench::{clients, options, record, tail};

/// Answers in turn, the last for ever, and keeps what was asked.
#[derive(Clone)]
struct Script {
    answers: Arc<Mutex<VecDeque<(u16, Value)>>>,
    asked: Arc<Mutex<Vec<Value>>>,
    url: String,
}

impl Script {
    async fn of(answers: impl IntoIterator<Item = (u16, Value)>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let script = Self {
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            asked: Arc::default(),
            url: format!("http://{}", listener.local_addr().unwrap()),
        };
        let serving = script.clone();
        tokio::spawn(async move {
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                let script = serving.clone();
                let service = service_fn(move |request| script.clone().answer(request));
                tokio::spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        script
    }

    async fn answer(self, request: Request<Incoming>) -> Result<Response<Full<Bytes>>, Infallible> {
        let body = request.into_body().collect().await.unwrap().to_bytes();
        self.asked.lock().unwrap().push(serde_json::from_slice(&body).unwrap());
        let mut answers = self.answers.lock().unwrap();
        let (status, answer) = if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() };
        let body = Full::new(Bytes::from(answer.to_string()));
        Ok(Response::builder().status(status).header("content-type", "application/x-amz-json-1.1").body(body).unwrap())
    }

    fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().clone()
    }
}

fn page(ids: &[(i64, &str)], token: Option<&str>) -> (u16, Value) {
    let events: Vec<Value> = ids
        .iter()
        .map(|(time, id)| {
            json!({"timestamp": time, "ingestionTime": time + 1, "message": record(id),
                   "eventId": format!("{time}{id}"), "logStreamName": "s"})
        })
        .collect();
    let mut page = json!({"events": events});
    if let Some(token) = token {
        page["nextToken"] = json!(token);
    }
    (200, page)
}

fn fault(status: u16, code: &str, message: &str) -> (u16, Value) {
    (status, json!({"__type": code, "message": message}))
}

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
        "not allowed to logs:FilterLogEvents on g: User: arn:aws:iam::123123123123:user/me is not authorized"
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
