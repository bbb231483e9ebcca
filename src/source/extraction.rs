//! Finding records off the task that waits for the network.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::crashes::Crashes;
use super::{Batch, SourceError};
use crate::log::LogEvent;
use crate::record::{Finder, Found};

/// Below this many bytes a page is searched at once: moving it to another thread would take longer.
const SMALL: u64 = 64 * 1024;

/// A finder that the groups of one source share, so that a redelivery is known wherever it turns up.
#[derive(Debug, Clone, Default)]
pub(super) struct Extraction {
    finder: Arc<Mutex<Finder>>,
    crashes: Arc<Mutex<Crashes>>,
}

impl Extraction {
    /// Searches `events`, all of them new, and adds what is found and their number to `batch`.
    pub(super) async fn search(&self, mut batch: Batch, events: Vec<LogEvent>) -> Result<Batch, SourceError> {
        batch.events += events.len() as u64;
        let bytes: u64 = events.iter().map(|event| event.message.len() as u64).sum();
        batch.bytes += bytes;
        if bytes < SMALL {
            self.push(&events, &mut batch);
            return Ok(batch);
        }
        let this = self.clone();
        tokio::task::spawn_blocking(move || {
            this.push(&events, &mut batch);
            batch
        })
        .await
        .map_err(|error| SourceError::Internal(error.to_string()))
    }

    /// What has waited for further events for too long at `now`, in milliseconds since the Unix epoch.
    pub(super) fn settle(&self, now: i64) -> Batch {
        let mut batch = Batch::default();
        self.finder().settle(now, &mut batch.found);
        batch
    }

    /// What was still waiting for further events.
    pub(super) fn finish(&self) -> Batch {
        let mut batch = Batch::default();
        self.finder().finish(&mut batch.found);
        batch
    }

    /// What is the same in every delivery of the records that were found apart from the others; nothing for what is no record.
    pub(super) fn deliveries(&self, found: &[Found]) -> Vec<Option<u64>> {
        let finder = self.finder();
        let delivery = |found: &Found| match found {
            Found::Arrival(arrival) => Some(finder.delivery_of(arrival)),
            Found::Unreadable(_) => None,
        };
        found.iter().map(delivery).collect()
    }

    /// Counts deliveries among all others, so that those that follow know of them.
    pub(super) fn count(&self, deliveries: impl IntoIterator<Item = u64>) {
        let mut finder = self.finder();
        for delivery in deliveries {
            finder.count(delivery);
        }
    }

    /// Takes in events that were searched apart from the others, so that what they leave open may go on.
    pub(super) fn prime(&self, events: &[LogEvent]) {
        let mut finder = self.finder();
        let mut crashes = self.crashes.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            finder.prime(event);
            crashes.look(event);
        }
    }

    fn push(&self, events: &[LogEvent], batch: &mut Batch) {
        let mut finder = self.finder();
        let mut crashes = self.crashes.lock().unwrap_or_else(PoisonError::into_inner);
        for event in events {
            finder.push(event, &mut batch.found);
            batch.found.extend(crashes.look(event));
        }
    }

    fn finder(&self) -> MutexGuard<'_, Finder> {
        self.finder.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
