//! What every part of the endpoint shares.

use std::collections::BTreeMap;
use std::future::Future;
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::JoinSet;

use super::Received;
use super::clock::Clock;
use super::deployment::Functions;
use super::faults::Faults;
use super::ids::Ids;
use super::logs::{Queries, Quota};
use super::metrics::Metrics;
use super::names::Names;
use super::queue::Queue;
use super::readers::Mapping;
use super::store::{LogStore, Refused};

/// The endpoint's state.
#[derive(Debug)]
pub(crate) struct World {
    /// Region and account.
    pub(crate) names: Names,
    /// Scaled time.
    pub(crate) clock: Clock,
    /// Random identifiers.
    pub(crate) ids: Ids,
    /// Log groups.
    pub(crate) logs: Mutex<LogStore>,
    /// Most events that one request looks at before it answers with a token.
    pub(crate) scan: usize,
    /// What functions were invoked with, when that is kept.
    pub(crate) received: Mutex<Option<Vec<Received>>>,
    /// Functions and their settings.
    pub(crate) functions: Mutex<Functions>,
    /// Event source mappings, in the order in which they were made.
    pub(crate) mappings: Mutex<Vec<Mapping>>,
    /// What CloudWatch counts.
    pub(crate) metrics: Mutex<Metrics>,
    /// Room for accepted events.
    pub(crate) queue: Queue,
    /// Queries of Logs Insights.
    pub(crate) queries: Mutex<Queries>,
    /// The rate of `FilterLogEvents`.
    pub(crate) quota: Quota,
    /// Time between two updates of a live-tail session.
    pub(crate) live_update: Duration,
    /// How often each operation was asked for.
    pub(crate) requests: Mutex<BTreeMap<String, u64>>,
    /// What goes wrong.
    pub(crate) faults: Faults,
    /// Records that found no receiver.
    pub(crate) undelivered: AtomicU64,
    /// Connections, invocations and deliveries.
    pub(crate) tasks: Tasks,
}

impl World {
    /// Takes log events in, each a timestamp and a message, as late as the faults will have it.
    pub(crate) fn log(&self, group: &str, stream: &str, events: Vec<(i64, Arc<str>)>) -> Result<(), Refused> {
        lock(&self.logs).put(group, stream, events, || self.faults.lateness())
    }
}

/// Locks, also when another holder panicked: the state is changed in one step each time.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Everything that runs on its own, so that it can be ended together.
#[derive(Debug)]
pub(crate) struct Tasks {
    running: Mutex<Option<JoinSet<()>>>,
}

impl Tasks {
    /// None running.
    pub(crate) fn new() -> Self {
        Self { running: Mutex::new(Some(JoinSet::new())) }
    }

    /// Starts a task; none starts any more after [`Self::end`].
    pub(crate) fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        if let Some(running) = lock(&self.running).as_mut() {
            while running.try_join_next().is_some() {}
            running.spawn(task);
        }
    }

    /// Aborts all of them and gives the set, to be waited for.
    pub(crate) fn end(&self) -> JoinSet<()> {
        let mut running = lock(&self.running).take().unwrap_or_default();
        running.abort_all();
        running
    }
}
