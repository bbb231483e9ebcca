//! An endpoint with log groups, and what a source told of them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use arrivals::aws::{self, Clients, Keys, Settings};
use arrivals::local::{Endpoint, Options};
use arrivals::log::{Gap, Ledger};
use arrivals::record::{Found, Reason};
use arrivals::source::limiter::Limiter;
use arrivals::source::{SourceError, SourceUpdate, Status, poll};
use aws_sdk_cloudwatchlogs::types::InputLogEvent;
use jiff::Timestamp;
use tokio::sync::mpsc;
use tokio::time::timeout;

/// Long enough for every wait between attempts, also where a paused clock makes them pass at once.
const DEADLINE: Duration = Duration::from_mins(2);
/// A group that every endpoint has from its start.
pub(crate) const GROUP: &str = "/aws/lambda/receiver";
pub(crate) const OTHER: &str = "/aws/lambda/sender";

pub(crate) struct Bench {
    pub(crate) endpoint: Endpoint,
    pub(crate) clients: Clients,
}

impl Bench {
    pub(crate) async fn of(options: Options) -> Self {
        let endpoint = Endpoint::start(options).await.unwrap();
        let clients = clients(endpoint.url()).await;
        let bench = Self { endpoint, clients };
        bench.create_streams().await;
        bench
    }

    pub(crate) async fn new() -> Self {
        Self::of(Options::default()).await
    }

    pub(crate) async fn create_streams(&self) {
        for group in [GROUP, OTHER] {
            let request = self.clients.logs.create_log_stream();
            request.log_group_name(group).log_stream_name("s").send().await.unwrap();
        }
    }

    /// Makes a log group that no endpoint has from its start, with a stream.
    pub(crate) async fn create_group(&self, group: &str) {
        self.clients.logs.create_log_group().log_group_name(group).send().await.unwrap();
        let request = self.clients.logs.create_log_stream();
        request.log_group_name(group).log_stream_name("s").send().await.unwrap();
    }

    /// Logs messages at their times, which do not descend.
    pub(crate) async fn log(&self, group: &str, events: impl IntoIterator<Item = (i64, String)>) {
        let events = events
            .into_iter()
            .map(|(time, message)| InputLogEvent::builder().timestamp(time).message(message).build().unwrap());
        self.clients
            .logs
            .put_log_events()
            .log_group_name(group)
            .log_stream_name("s")
            .set_log_events(Some(events.collect()))
            .send()
            .await
            .unwrap();
    }

    /// Logs a record with this request id.
    pub(crate) async fn record(&self, group: &str, time: i64, id: &str) {
        self.log(group, [(time, record(id))]).await;
    }

    pub(crate) fn tail(&self, options: poll::Options) -> Tail {
        tail(&self.clients, options)
    }
}

pub(crate) async fn clients(url: &str) -> Clients {
    let keys = Keys { id: "AKIDLOCAL".into(), secret: "local".into() };
    aws::connect(&Settings {
        region: Some("eu-central-1".into()),
        endpoint_url: Some(url.into()),
        keys: Some(keys),
        ..Settings::default()
    })
    .await
    .unwrap()
}

/// These groups since half an hour ago, asked often.
pub(crate) fn options(groups: &[&str]) -> poll::Options {
    poll::Options {
        groups: groups.iter().map(|group| Arc::from(*group)).collect(),
        since: now() - 1_800_000,
        interval: Duration::from_millis(20),
        ..poll::Options::default()
    }
}

pub(crate) fn tail(clients: &Clients, options: poll::Options) -> Tail {
    tail_at(Limiter::new(Duration::from_millis(2)), clients, options)
}

/// Polls at the rate of a limiter.
pub(crate) fn tail_at(limiter: Limiter, clients: &Clients, options: poll::Options) -> Tail {
    Tail::new(poll::start(clients.clone(), limiter, options))
}

pub(crate) fn record(id: &str) -> String {
    format!(
        r#"{{"version":"1.0","requestContext":{{"requestId":"{id}","functionArn":"arn:aws:lambda:eu-central-1:123123123123:function:sender:$LATEST","condition":"Success","approximateInvokeCount":1}},"requestPayload":{{}}}}"#
    )
}

pub(crate) fn now() -> i64 {
    Timestamp::now().as_millisecond()
}

/// What a source has told so far.
pub(crate) struct Tail {
    updates: mpsc::Receiver<SourceUpdate>,
    pub(crate) ids: Vec<String>,
    pub(crate) statuses: Vec<Status>,
    pub(crate) events: u64,
    pub(crate) repeated: u64,
    pub(crate) late: u64,
    pub(crate) swept: u64,
    pub(crate) others: Vec<Reason>,
    pub(crate) ledger: Ledger,
    pub(crate) gaps: Vec<Gap>,
    pub(crate) ended: Option<Result<(), SourceError>>,
}

impl Tail {
    pub(crate) fn new(updates: mpsc::Receiver<SourceUpdate>) -> Self {
        Self {
            updates,
            ids: Vec::new(),
            statuses: Vec::new(),
            events: 0,
            repeated: 0,
            late: 0,
            swept: 0,
            others: Vec::new(),
            ledger: Ledger::default(),
            gaps: Vec::new(),
            ended: None,
        }
    }

    /// Takes updates until the condition holds.
    pub(crate) async fn until(&mut self, what: &str, condition: impl Fn(&Self) -> bool) {
        let wait = async {
            while !condition(self) {
                let Some(update) = self.updates.recv().await else {
                    panic!("ended before: {what}");
                };
                self.note(update);
            }
        };
        let waited = timeout(DEADLINE, wait).await;
        assert!(waited.is_ok(), "{what}: {} records, {:?}, {:?}", self.ids.len(), self.statuses.last(), self.ledger);
    }

    pub(crate) async fn until_ids(&mut self, count: usize) {
        self.until(&format!("{count} records"), |tail| tail.ids.len() >= count).await;
    }

    pub(crate) async fn until_ended(&mut self) {
        self.until("the end", |tail| tail.ended.is_some()).await;
    }

    /// Takes updates until so many more polls have been made.
    pub(crate) async fn polls(&mut self, count: usize) {
        let before = self.polled();
        self.until("polls", |tail| tail.polled() >= before + count).await;
    }

    fn polled(&self) -> usize {
        let following = |status: &&Status| matches!(status, Status::Following { .. });
        self.statuses.iter().filter(following).count()
    }

    /// Every id with how often it came, the frequent ones only.
    pub(crate) fn repeated_ids(&self) -> Vec<&str> {
        let mut counts: HashMap<&str, u32> = HashMap::new();
        for id in &self.ids {
            *counts.entry(id).or_default() += 1;
        }
        counts.into_iter().filter(|(_, count)| *count > 1).map(|(id, _)| id).collect()
    }

    pub(crate) fn sorted_ids(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.ids.iter().map(String::as_str).collect();
        ids.sort_unstable();
        ids
    }

    fn note(&mut self, update: SourceUpdate) {
        update.enter(&mut self.ledger);
        match update {
            SourceUpdate::Found(batch) => {
                self.events += batch.events;
                self.repeated += batch.repeated;
                self.late += batch.late.total();
                self.swept += batch.swept;
                for found in batch.found {
                    match found {
                        Found::Arrival(arrival) => self.ids.push(arrival.record.request_id().unwrap().to_owned()),
                        Found::Unreadable(unreadable) => self.others.push(unreadable.reason),
                    }
                }
            }
            SourceUpdate::Status(status) => self.statuses.push(status),
            SourceUpdate::Gap(gap) => self.gaps.push(gap),
            SourceUpdate::Filled(_) | SourceUpdate::Traffic(_) | SourceUpdate::Follow(_) => {}
            SourceUpdate::Ended(result) => self.ended = Some(result),
        }
    }
}
