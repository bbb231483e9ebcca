//! The clients of a source, which a login may replace.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::aws::Clients;

/// Between two attempts to get new credentials: some of them run a program, or ask the user.
const RENEWAL: Duration = Duration::from_secs(10);

pub(super) struct Connection {
    clients: Mutex<Clients>,
    renewed: tokio::sync::Mutex<Option<Instant>>,
}

impl Connection {
    pub(super) fn new(clients: Clients) -> Self {
        Self { clients: Mutex::new(clients), renewed: tokio::sync::Mutex::new(None) }
    }

    pub(super) fn clients(&self) -> Clients {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Connects anew, unless that was tried a moment ago. A failure is not told: the next request meets it too.
    pub(super) async fn renew(&self) {
        // Whoever comes second, for another group, waits for the first.
        let mut renewed = self.renewed.lock().await;
        if renewed.is_some_and(|last| last.elapsed() < RENEWAL) {
            return;
        }
        match self.clients().reconnect().await {
            Ok(clients) => *self.clients.lock().unwrap_or_else(PoisonError::into_inner) = clients,
            Err(error) => tracing::debug!(%error, "could not connect anew"),
        }
        *renewed = Some(Instant::now());
    }
}
