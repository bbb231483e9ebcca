//! Queries that run, so that none is left behind: AWS bills what they go through.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures_util::future;
use tokio::runtime::Handle;
use tokio::sync::watch;

use crate::aws::{AwsError, Clients, LogQuery};
use crate::log::Traffic;

/// How long the end of the program waits for queries to be stopped.
const PATIENCE: Duration = Duration::from_secs(5);

/// The queries of a program. Clones share them.
#[derive(Debug, Clone)]
pub struct Running(Arc<Shared>);

#[derive(Debug)]
struct Shared {
    open: Mutex<HashMap<String, Open>>,
    /// Queries that were stopped and not told of yet, and what they went through until then.
    stopped: Mutex<Traffic>,
    /// How many are being started, whose ids are not known yet.
    starting: watch::Sender<usize>,
}

/// A query that runs.
#[derive(Debug, Clone)]
struct Open {
    clients: Clients,
    group: Arc<str>,
}

impl Default for Running {
    fn default() -> Self {
        let starting = watch::Sender::new(0);
        Self(Arc::new(Shared { open: Mutex::default(), stopped: Mutex::default(), starting }))
    }
}

/// A query that was started. Dropping it stops it, unless it has ended.
#[derive(Debug)]
pub(super) struct Ticket {
    pub(super) id: String,
    running: Running,
}

impl Running {
    /// Starts a query. It is known by its id, also when nobody waits for that any more.
    pub(super) async fn start(&self, clients: Clients, query: LogQuery) -> Result<Ticket, AwsError> {
        let running = self.clone();
        self.0.starting.send_modify(|starting| *starting += 1);
        let started = tokio::spawn(async move {
            let answer = clients.start_query(&query).await;
            if let Ok(id) = &answer {
                running.open().insert(id.clone(), Open { clients, group: query.group });
            }
            running.0.starting.send_modify(|starting| *starting -= 1);
            answer.map(|id| Ticket { id, running })
        });
        started.await.unwrap_or_else(|error| {
            Err(AwsError::Service {
                action: "logs:StartQuery".into(),
                target: "the log group".into(),
                code: "Internal".into(),
                detail: error.to_string(),
                passing: false,
            })
        })
    }

    /// Stops all that run, and waits a few seconds for it.
    pub async fn stop_all(&self) {
        let stopping = async {
            let _ = self.0.starting.subscribe().wait_for(|starting| *starting == 0).await;
            let ids: Vec<String> = self.open().keys().cloned().collect();
            future::join_all(ids.iter().map(|id| self.stop(id))).await;
        };
        let _ = tokio::time::timeout(PATIENCE, stopping).await;
    }

    /// Queries that were stopped since this was asked last, and what they went through: AWS bills that too.
    pub(super) fn stopped(&self) -> Traffic {
        std::mem::take(&mut *self.0.stopped.lock().unwrap_or_else(PoisonError::into_inner))
    }

    async fn stop(&self, id: &str) {
        let Some(Open { clients, group }) = self.open().get(id).cloned() else { return };
        if let Err(error) = clients.stop_query(id).await {
            tracing::debug!(%error, "a query could not be stopped");
        }
        let scanned = clients.query_answer(&group, id).await.map(|answer| answer.scanned).unwrap_or_default();
        // Whoever else stops it counts it no more.
        if self.open().remove(id).is_some() {
            let traffic = Traffic { requests: 2, queries: 1, scanned, ..Traffic::default() };
            self.0.stopped.lock().unwrap_or_else(PoisonError::into_inner).add(traffic);
        }
    }

    fn open(&self) -> MutexGuard<'_, HashMap<String, Open>> {
        self.0.open.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Ticket {
    /// Notes that the query has ended: there is nothing to stop.
    pub(super) fn ended(&self) {
        self.running.open().remove(&self.id);
    }
}

impl Drop for Ticket {
    fn drop(&mut self) {
        let is_open = self.running.open().contains_key(&self.id);
        if let (true, Ok(runtime)) = (is_open, Handle::try_current()) {
            let (running, id) = (self.running.clone(), self.id.clone());
            runtime.spawn(async move { running.stop(&id).await });
        }
    }
}
