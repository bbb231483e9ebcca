//! A live-tail session: what it tells, and when.

use std::sync::Arc;
use std::time::{Duration, Instant};

use bytes::Bytes;
use serde::Serialize;
use tokio::sync::mpsc;
use tokio::time::{MissedTickBehavior, interval, sleep};

use super::super::super::faults::Kind;
use super::super::super::operation::Operation;
use super::super::super::store::{Delivery, Inbox};
use super::super::super::wire::to_json;
use super::super::super::world::World;
use super::super::shown;
use super::{Live, Wanted, frames};

/// Most events of an update that is not sampled.
const MOST: usize = 500;

pub(super) struct Session {
    pub(super) world: Arc<World>,
    pub(super) operation: Operation,
    pub(super) inbox: Arc<Inbox>,
    pub(super) wanted: Wanted,
    pub(super) send: mpsc::Sender<Bytes>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Start {
    request_id: String,
    session_id: String,
    log_group_identifiers: Vec<String>,
    log_stream_names: Vec<String>,
    log_stream_name_prefixes: Vec<String>,
    log_event_filter_pattern: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Update {
    session_metadata: Metadata,
    session_results: Vec<Told>,
}

#[derive(Serialize)]
struct Metadata {
    sampled: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Told {
    log_stream_name: String,
    log_group_identifier: String,
    message: String,
    timestamp: i64,
    ingestion_time: i64,
}

impl Session {
    /// Tells what comes until it is over, or nobody listens any more.
    pub(super) async fn run(self, asked: Live, length: Duration) {
        let start = to_json(&self.start(asked));
        for frame in [frames::event("initial-response", "{}"), frames::event("sessionStart", &start)] {
            if self.send.send(frame).await.is_err() {
                return;
            }
        }
        tokio::select! {
            () = self.updates() => {}
            () = sleep(length) => {
                let _ = self.send.send(frames::exception("SessionTimeoutException", "Session timed out")).await;
            }
        }
    }

    async fn updates(&self) {
        let mut ticks = interval(self.world.live_update);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let update = to_json(&self.update());
            if self.send.send(frames::event("sessionUpdate", &update)).await.is_err() {
                return;
            }
        }
    }

    fn start(&self, asked: Live) -> Start {
        Start {
            request_id: self.world.ids.uuid(),
            session_id: self.world.ids.uuid(),
            log_group_identifiers: asked.log_group_identifiers,
            log_stream_names: asked.log_stream_names.unwrap_or_default(),
            log_stream_name_prefixes: asked.log_stream_name_prefixes.unwrap_or_default(),
            log_event_filter_pattern: asked.pattern.unwrap_or_default(),
        }
    }

    fn update(&self) -> Update {
        let (arrived, overflowed) = self.inbox.take(Instant::now());
        let mut wanted: Vec<Delivery> = arrived.into_iter().filter(|one| self.wanted.wants(&one.event)).collect();
        let too_many = wanted.len() > MOST;
        if too_many {
            wanted = evenly(wanted, MOST);
        }
        let struck =
            !wanted.is_empty() && self.world.faults.strikes(|kind| matches!(kind, Kind::Sampled(_)), &self.operation);
        if struck {
            let half = wanted.len() / 2;
            wanted = evenly(wanted, half);
        }
        let session_results = wanted.into_iter().map(|one| self.tell(one)).collect();
        Update { session_metadata: Metadata { sampled: too_many || struck || overflowed }, session_results }
    }

    fn tell(&self, Delivery { group, timestamp, event }: Delivery) -> Told {
        Told {
            log_stream_name: event.stream.to_string(),
            log_group_identifier: format!("{}:{group}", self.world.names.account),
            message: shown(&self.world, &event.message, false).into_owned(),
            timestamp,
            ingestion_time: event.ingestion_time,
        }
    }
}

/// As many of them, spread over all.
fn evenly<T>(all: Vec<T>, most: usize) -> Vec<T> {
    let number = all.len();
    all.into_iter()
        .enumerate()
        .filter(|(at, _)| at * most / number < (at + 1) * most / number)
        .map(|(_, one)| one)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sample_is_spread_over_all() {
        assert_eq!(evenly((0..10).collect(), 5), [1, 3, 5, 7, 9]);
        assert_eq!(evenly((0..1_001).collect(), 500).len(), 500);
        assert_eq!(evenly(vec![1], 0), Vec::<i32>::new());
    }
}
