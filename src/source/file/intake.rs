//! What becomes of the log events that were read: they are searched, and what is found goes out in batches.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};
use std::mem;

use tokio::sync::mpsc;

use super::Stop;
use super::formats::Sink;
use crate::log::{LogEvent, Origin, Text};
use crate::record::{Finder, Found, Reason, Unreadable};
use crate::source::{Batch, SourceUpdate};

/// A batch is sent when it holds so many events, …
const BATCH_EVENTS: u64 = 512;
/// … or bytes, and at the end of a block, because the next may be long in coming.
const BATCH_BYTES: u64 = 1024 * 1024;

/// Searches events and sends what is found.
pub(super) struct Intake {
    updates: mpsc::Sender<SourceUpdate>,
    finder: Finder,
    batch: Batch,
    seen: Seen,
}

impl Intake {
    pub(super) fn new(updates: mpsc::Sender<SourceUpdate>) -> Self {
        Self { updates, finder: Finder::new(), batch: Batch::default(), seen: Seen::default() }
    }

    /// Adds what waited for further events: there are none.
    pub(super) fn finish(&mut self) -> Result<(), Stop> {
        self.finder.finish(&mut self.batch.found);
        self.flush()
    }

    pub(super) fn flush(&mut self) -> Result<(), Stop> {
        if self.batch.events == 0 && self.batch.repeated == 0 && self.batch.found.is_empty() {
            return Ok(());
        }
        let batch = mem::take(&mut self.batch);
        self.send(SourceUpdate::Found(batch))
    }

    pub(super) fn send(&self, update: SourceUpdate) -> Result<(), Stop> {
        self.updates.blocking_send(update).map_err(|_| Stop::Cancelled)
    }

    /// Stops when nobody listens any more, which nothing else tells while there is nothing to send.
    pub(super) fn check(&self) -> Result<(), Stop> {
        if self.updates.is_closed() { Err(Stop::Cancelled) } else { Ok(()) }
    }

    fn count(&mut self, bytes: usize) -> Result<(), Stop> {
        self.batch.events += 1;
        self.batch.bytes += bytes as u64;
        if self.batch.events >= BATCH_EVENTS || self.batch.bytes >= BATCH_BYTES { self.flush() } else { Ok(()) }
    }
}

impl Sink for Intake {
    fn event(&mut self, event: LogEvent) -> Result<(), Stop> {
        if !self.seen.is_new(&event) {
            self.batch.repeated += 1;
            return Ok(());
        }
        let before = self.batch.found.len();
        self.finder.push(&event, &mut self.batch.found);
        if self.batch.found.len() > before {
            self.seen.keep(&event);
        }
        self.count(event.message.len())
    }

    fn too_long(&mut self, origin: Origin, head: &[u8]) -> Result<(), Stop> {
        let message = Text::from(String::from_utf8_lossy(head).as_ref());
        self.batch.found.push(Found::Unreadable(Unreadable { origin, message, reason: Reason::TooLong }));
        self.count(head.len())
    }
}

/// Events that are remembered at least, whatever is in them.
const RECENT: usize = 256 * 1024;

/// Which log events were read, as far as they have an id: pages overlap, and files hold the same events.
///
/// Events with records are remembered for good, at eight bytes each; of the others those that were read last.
#[derive(Debug, Default)]
struct Seen {
    hasher: RandomState,
    with_records: HashSet<u64>,
    recent: HashSet<u64>,
    before: HashSet<u64>,
}

impl Seen {
    /// Whether the event is read for the first time; one without an id always is.
    fn is_new(&mut self, event: &LogEvent) -> bool {
        let Some(key) = self.key(event) else {
            return true;
        };
        if [&self.with_records, &self.recent, &self.before].iter().any(|known| known.contains(&key)) {
            return false;
        }
        if self.recent.len() >= RECENT {
            self.before = mem::take(&mut self.recent);
        }
        self.recent.insert(key)
    }

    fn keep(&mut self, event: &LogEvent) {
        if let Some(key) = self.key(event) {
            self.with_records.insert(key);
        }
    }

    fn key(&self, event: &LogEvent) -> Option<u64> {
        let origin = &event.origin;
        let id = origin.event_id.as_ref()?;
        Some(self.hasher.hash_one((id, origin.timestamp, &origin.log_stream, event.message.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;

    fn event(id: Option<&str>, message: &str) -> LogEvent {
        let origin = Origin { event_id: id.map(Arc::from), ..Origin::default() };
        LogEvent { origin, message: Text::from(message) }
    }

    #[test]
    fn an_event_is_read_once_by_its_id() {
        let mut seen = Seen::default();
        assert!(seen.is_new(&event(Some("1"), "a")) && seen.is_new(&event(Some("2"), "a")));
        assert!(!seen.is_new(&event(Some("1"), "a")));
        assert!(seen.is_new(&event(None, "a")) && seen.is_new(&event(None, "a")));
    }

    #[test]
    fn records_are_remembered_longer_than_the_rest() {
        let mut seen = Seen::default();
        for id in ["record", "other"] {
            assert!(seen.is_new(&event(Some(id), "a")));
        }
        seen.keep(&event(Some("record"), "a"));
        for id in 0..2 * RECENT {
            seen.is_new(&event(Some(&id.to_string()), "a"));
        }
        assert!(!seen.is_new(&event(Some("record"), "a")));
        assert!(seen.is_new(&event(Some("other"), "a")));
    }
}
