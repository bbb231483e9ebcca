//! An endpoint that answers FilterLogEvents from a script, for what the embedded one does not do.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt};
use http_body_util::combinators::UnsyncBoxBody;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use super::bench::record;

type Body = UnsyncBoxBody<Bytes, io::Error>;

/// Status and JSON, and how much of it is sent.
#[derive(Clone)]
pub(crate) struct Answer {
    status: u16,
    json: Value,
    end: End,
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Whole,
    /// Half of it comes, and the connection is closed.
    Broken,
    /// Half of it comes, and nothing more.
    Stuck,
}

impl Answer {
    pub(crate) fn broken(self) -> Self {
        Self { end: End::Broken, ..self }
    }

    pub(crate) fn stuck(self) -> Self {
        Self { end: End::Stuck, ..self }
    }

    fn response(self) -> Response<Body> {
        let text = self.json.to_string();
        let end = self.end;
        let sent = if end == End::Whole { text.len() } else { text.len() / 2 };
        let first = Frame::data(Bytes::copy_from_slice(&text.as_bytes()[..sent]));
        let rest = async move {
            if end == End::Stuck {
                std::future::pending::<()>().await;
            }
            // Time for the first half to be on its way.
            tokio::time::sleep(Duration::from_millis(20)).await;
            Err(io::Error::other("the script says so"))
        };
        let frames = stream::once(async { Ok(first) }).chain(stream::once(rest).take(usize::from(end != End::Whole)));
        Response::builder()
            .status(self.status)
            .header("content-type", "application/x-amz-json-1.1")
            .header("content-length", text.len())
            .body(StreamBody::new(frames).boxed_unsync())
            .unwrap()
    }
}

/// What a request says.
#[derive(Clone)]
pub(crate) struct Asked {
    pub(crate) body: Value,
    /// Access key id that signed it.
    pub(crate) key: String,
    /// Region that it was signed for.
    pub(crate) region: String,
}

/// An endpoint on a port of this machine. Dropping it closes its connections.
pub(crate) struct Script {
    pub(crate) url: String,
    asked: Arc<Mutex<Vec<Asked>>>,
    _serving: JoinSet<()>,
}

impl Script {
    /// Answers in turn, the last for ever.
    pub(crate) async fn of(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self::at(0, answers).await
    }

    pub(crate) async fn at(port: u16, answers: impl IntoIterator<Item = Answer>) -> Self {
        let answers: Mutex<VecDeque<Answer>> = Mutex::new(answers.into_iter().collect());
        Self::answering(port, false, move |_| {
            let mut answers = answers.lock().unwrap();
            if answers.len() > 1 { answers.pop_front().unwrap() } else { answers[0].clone() }
        })
        .await
    }

    /// Answers as `answer` says; where it `resets`, a connection ends with a reset instead of a farewell.
    pub(crate) async fn answering(
        port: u16,
        resets: bool,
        answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", port)).await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let asked: Arc<Mutex<Vec<Asked>>> = Arc::default();
        let (noted, answer) = (Arc::clone(&asked), Arc::new(answer));
        let mut serving = JoinSet::new();
        serving.spawn(async move {
            let mut connections = JoinSet::new();
            loop {
                let (stream, _) = listener.accept().await.unwrap();
                if resets {
                    stream.set_zero_linger().unwrap();
                }
                let (noted, answer) = (Arc::clone(&noted), Arc::clone(&answer));
                let service = service_fn(move |request| {
                    let (noted, answer) = (Arc::clone(&noted), Arc::clone(&answer));
                    async move {
                        let Some(request) = read(request).await else {
                            return Ok::<_, Infallible>(fault(400, "InvalidAction", "not in the script").response());
                        };
                        noted.lock().unwrap().push(request.clone());
                        Ok(answer(&request).response())
                    }
                });
                connections.spawn(http1::Builder::new().serve_connection(TokioIo::new(stream), service));
            }
        });
        Self { url, asked, _serving: serving }
    }

    pub(crate) fn port(&self) -> u16 {
        self.url.rsplit(':').next().unwrap().parse().unwrap()
    }

    pub(crate) fn asked(&self) -> Vec<Value> {
        self.asked.lock().unwrap().iter().map(|asked| asked.body.clone()).collect()
    }

    /// The group that each request was for, and the region that it was sent to.
    pub(crate) fn places(&self) -> Vec<(String, String)> {
        let group = |asked: &Asked| {
            let named = asked.body.get("logGroupIdentifier").or(asked.body.get("logGroupName"));
            named.and_then(Value::as_str).unwrap_or_default().to_owned()
        };
        self.asked.lock().unwrap().iter().map(|asked| (group(asked), asked.region.clone())).collect()
    }

    pub(crate) fn keys(&self) -> Vec<String> {
        self.asked.lock().unwrap().iter().map(|asked| asked.key.clone()).collect()
    }
}

/// A request of CloudWatch Logs; none of another service, which does not speak JSON.
async fn read(request: Request<Incoming>) -> Option<Asked> {
    let signature = request.headers()["authorization"].to_str().unwrap().to_owned();
    let mut scope = signature.split("Credential=").nth(1).unwrap().split('/').map(str::to_owned);
    let (key, region) = (scope.next().unwrap(), scope.nth(1).unwrap());
    let body = request.into_body().collect().await.unwrap().to_bytes();
    Some(Asked { body: serde_json::from_slice(&body).ok()?, key, region })
}

pub(crate) fn page(ids: &[(i64, &str)], token: Option<&str>) -> Answer {
    let events: Vec<Value> = ids
        .iter()
        .map(|(time, id)| {
            json!({"timestamp": time, "ingestionTime": time + 1, "message": record(id),
                   "eventId": format!("{time}{id}"), "logStreamName": "s"})
        })
        .collect();
    let mut json = json!({"events": events});
    if let Some(token) = token {
        json["nextToken"] = json!(token);
    }
    Answer { status: 200, json, end: End::Whole }
}

pub(crate) fn answer(json: Value) -> Answer {
    Answer { status: 200, json, end: End::Whole }
}

pub(crate) fn fault(status: u16, code: &str, message: &str) -> Answer {
    Answer { status, json: json!({"__type": code, "message": message}), end: End::Whole }
}
