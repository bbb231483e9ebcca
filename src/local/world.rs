//! What every part of the endpoint shares.

use std::future::Future;
use std::sync::atomic::{AtomicU32, AtomicU64};
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::task::JoinSet;

use super::clock::Clock;
use super::deployment::Functions;
use super::ids::Ids;
use super::logs::Quota;
use super::names::Names;
use super::queue::Queue;
use super::store::LogStore;

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
    /// Functions and their settings.
    pub(crate) functions: Mutex<Functions>,
    /// Room for accepted events.
    pub(crate) queue: Queue,
    /// The rate of `FilterLogEvents`.
    pub(crate) quota: Quota,
    /// How many of the next `FilterLogEvents` are throttled.
    pub(crate) throttled: AtomicU32,
    /// Records that found no receiver.
    pub(crate) undelivered: AtomicU64,
    /// Connections, invocations and deliveries.
    pub(crate) tasks: Tasks,
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
