//! What becomes of the log events that were read: they are searched, and what is found goes out in batches.

use std::hash::{BuildHasher, RandomState};
use std::mem;
use std::thread;
use std::time::Duration;

use tokio::sync::mpsc;

use super::Stop;
use super::formats::{Draft, Sink};
use crate::log::{EventId, LogEvent, Names, Origin, StreamId, Text};
use crate::record::latest::Latest;
use crate::record::{Finder, Found, Reason, Unreadable};
use crate::source::{Batch, SourceUpdate};

/// A batch is sent when it holds so many finds, …
const BATCH_FINDS: usize = 512;
/// … or messages of so many bytes, and at the end of a block, because the next may be long in coming.
const BATCH_BYTES: usize = 256 * 1024;
/// Before a message of so many bytes is kept, those that were sent must have been taken.
const LARGE: usize = 1024 * 1024;

/// Searches events and sends what is found.
pub(super) struct Intake {
    updates: mpsc::Sender<SourceUpdate>,
    finder: Finder,
    batch: Batch,
    /// Bytes of the messages in the batch.
    kept: usize,
    seen: Seen,
    names: Names,
}

impl Intake {
    pub(super) fn new(updates: mpsc::Sender<SourceUpdate>) -> Self {
        Self {
            updates,
            finder: Finder::new(),
            batch: Batch::default(),
            kept: 0,
            seen: Seen::default(),
            names: Names::default(),
        }
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
        self.kept = 0;
        self.send(SourceUpdate::Found(batch))
    }

    pub(super) fn send(&self, update: SourceUpdate) -> Result<(), Stop> {
        self.updates.blocking_send(update).map_err(|_| Stop::Cancelled)
    }

    /// Stops when nobody listens any more, which nothing else tells while there is nothing to send.
    pub(super) fn check(&self) -> Result<(), Stop> {
        if self.updates.is_closed() { Err(Stop::Cancelled) } else { Ok(()) }
    }

    /// Searches an event that is new.
    fn search(&mut self, key: Option<u64>, event: &LogEvent) -> Result<(), Stop> {
        let size = event.message.len();
        if size >= LARGE {
            self.drain()?;
        }
        let before = self.batch.found.len();
        self.finder.push(event, &mut self.batch.found);
        if self.batch.found.len() > before {
            self.kept += size;
            self.seen.keep(key);
        }
        self.pass(1, size as u64)?;
        let is_full = self.batch.found.len() >= BATCH_FINDS || self.kept >= BATCH_BYTES;
        if is_full { self.flush() } else { Ok(()) }
    }

    /// Sends what there is, and waits until it is taken: memory must hold few large messages at the same time.
    fn drain(&mut self) -> Result<(), Stop> {
        self.flush()?;
        while self.updates.capacity() < self.updates.max_capacity() {
            self.check()?;
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

impl Sink for Intake {
    fn event(&mut self, event: LogEvent) -> Result<(), Stop> {
        let origin = &event.origin;
        let id = origin.event_id.as_ref().map(EventId::text);
        let key = self.seen.key(id.as_deref(), origin.timestamp, &StreamId::from(origin), &event.message);
        if !self.seen.is_new(key) {
            self.batch.repeated += 1;
            return Ok(());
        }
        if !self.finder.matters(&event.message, &StreamId::from(origin)) {
            return self.pass(1, event.message.len() as u64);
        }
        self.search(key, &event)
    }

    fn draft(&mut self, draft: Draft<'_>) -> Result<(), Stop> {
        let (message, stream) = (draft.message(), draft.stream());
        let key = self.seen.key(draft.id(), draft.timestamp(), &stream, message);
        if !self.seen.is_new(key) {
            self.batch.repeated += 1;
            return Ok(());
        }
        if !self.finder.matters(message, &stream) {
            return self.pass(1, message.len() as u64);
        }
        let event = draft.into_event(&mut self.names);
        self.search(key, &event)
    }

    fn may_pass(&self) -> bool {
        self.finder.is_idle()
    }

    fn pass(&mut self, lines: u64, bytes: u64) -> Result<(), Stop> {
        self.batch.events += lines;
        self.batch.bytes += bytes;
        Ok(())
    }

    fn too_long(&mut self, origin: Origin, head: &[u8]) -> Result<(), Stop> {
        let message = Text::from(String::from_utf8_lossy(head).as_ref());
        self.batch.found.push(Found::Unreadable(Unreadable { origin, message, reason: Reason::TooLong }));
        self.pass(1, head.len() as u64)
    }
}

/// Which log events were read, as far as they have an id: pages overlap, and files hold the same events.
///
/// Events with records are remembered longest; of the others those that were read last.
#[derive(Debug, Default)]
struct Seen {
    hasher: RandomState,
    with_records: Latest<()>,
    recent: Latest<()>,
}

impl Seen {
    /// Whether the event under a key is read for the first time; one without a key always is.
    fn is_new(&mut self, key: Option<u64>) -> bool {
        key.is_none_or(|key| self.with_records.get(key).is_none() && self.recent.insert(key, ()).is_none())
    }

    fn keep(&mut self, key: Option<u64>) {
        if let Some(key) = key {
            self.with_records.insert(key, ());
        }
    }

    fn key(&self, id: Option<&str>, timestamp: Option<i64>, stream: &StreamId<'_>, message: &str) -> Option<u64> {
        let stream = stream.name.ok();
        id.map(|id| self.hasher.hash_one((id, timestamp, stream, message.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seen: &Seen, id: Option<&str>) -> Option<u64> {
        seen.key(id, Some(1), &StreamId::of(None, Some("s"), None), "a")
    }

    #[test]
    fn an_event_is_read_once_by_its_id() {
        let mut seen = Seen::default();
        let (one, two) = (key(&seen, Some("1")), key(&seen, Some("2")));
        assert!(seen.is_new(one) && seen.is_new(two) && !seen.is_new(one));
        let none = key(&seen, None);
        assert!(seen.is_new(none) && seen.is_new(none));
    }

    #[test]
    fn records_are_remembered_longer_than_the_rest() {
        let mut seen = Seen::default();
        let [record, other] = ["record", "other"].map(|id| key(&seen, Some(id)));
        assert!(seen.is_new(record) && seen.is_new(other));
        seen.keep(record);
        for id in 0..600_000 {
            let key = key(&seen, Some(&id.to_string()));
            seen.is_new(key);
        }
        assert!(!seen.is_new(record));
        assert!(seen.is_new(other));
    }
}
