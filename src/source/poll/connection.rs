//! The clients of a source, one set for each region, which a login may replace.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use crate::aws::{AwsError, Clients, region_of};

/// Between two attempts to get new credentials: some of them run a program, or ask the user.
const RENEWAL: Duration = Duration::from_secs(10);

pub(in crate::source) struct Connection {
    clients: Mutex<Clients>,
    /// Those for groups whose ARN names another region.
    elsewhere: tokio::sync::Mutex<HashMap<String, Clients>>,
    renewed: tokio::sync::Mutex<Option<Instant>>,
}

impl Connection {
    pub(in crate::source) fn new(clients: Clients) -> Self {
        Self {
            clients: Mutex::new(clients),
            elsewhere: tokio::sync::Mutex::default(),
            renewed: tokio::sync::Mutex::new(None),
        }
    }

    pub(in crate::source) fn clients(&self) -> Clients {
        self.clients.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The clients of the region that a group lies in: its ARN tells, and else it is the usual one.
    pub(in crate::source) async fn of(&self, group: &str) -> Result<Clients, AwsError> {
        let home = self.clients();
        let Some(region) = region_of(group).filter(|region| *region != home.region()) else { return Ok(home) };
        let mut elsewhere = self.elsewhere.lock().await;
        if let Some(clients) = elsewhere.get(region) {
            return Ok(clients.clone());
        }
        let clients = home.in_region(region).await?;
        elsewhere.insert(region.to_owned(), clients.clone());
        Ok(clients)
    }

    /// Connects anew, unless that was tried a moment ago. A failure is not told: the next request meets it too.
    pub(in crate::source) async fn renew(&self) {
        // Whoever comes second, for another group, waits for the first.
        let mut renewed = self.renewed.lock().await;
        if renewed.is_some_and(|last| last.elapsed() < RENEWAL) {
            return;
        }
        match self.clients().reconnect().await {
            Ok(clients) => {
                *self.clients.lock().unwrap_or_else(PoisonError::into_inner) = clients;
                self.elsewhere.lock().await.clear();
            }
            Err(error) => tracing::debug!(%error, "could not connect anew"),
        }
        *renewed = Some(Instant::now());
    }
}
