//! Which part of a log is read again, and which of its events are new.
//!
//! CloudWatch takes events in late and out of order, so a follower that goes on from the newest timestamp loses
//! some. A window reads the last stretch again and again and lets each event through once. It knows no network
//! and no clock: time comes with the events and from the caller.

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::sync::Arc;
use std::time::Duration;

use crate::log::LogEvent;

/// A log that has been quiet is read from so long ago at least: longer than the reader's clock may be ahead and
/// than ingestion has been seen to take. It costs nothing, since there is nothing in it.
const QUIET: Duration = Duration::from_hours(1);

/// What an event is to those that came before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admit {
    /// Seen for the first time, and no older than what is known.
    New,
    /// Seen before.
    Repeated,
    /// Seen for the first time, and older than the newest known.
    Late,
}

/// An overlapping window over one log group, with the events in it.
///
/// Its memory is what lies in the window: an event is forgotten as soon as it would not be asked for again.
#[derive(Debug, Clone)]
pub struct Window {
    overlap: i64,
    floor: i64,
    newest: Option<i64>,
    pass: u64,
    seen: BTreeMap<(i64, Key), Count>,
}

/// What tells events of one millisecond apart. Contents sort before ids, so `Contents(0)` is the least of all.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Key {
    /// Hash of stream and message, for an event without an id.
    Contents(u64),
    Id(Arc<str>),
}

#[derive(Debug, Clone, Copy, Default)]
struct Count {
    seen: u32,
    in_pass: u32,
    pass: u64,
}

impl Window {
    /// A window that begins at `since`, in milliseconds since the Unix epoch, and later reaches `overlap` back
    /// from the newest event.
    #[must_use]
    pub fn new(since: i64, overlap: Duration) -> Self {
        Self { overlap: millis(overlap), floor: since, newest: None, pass: 0, seen: BTreeMap::new() }
    }

    /// The first millisecond to ask for next.
    #[must_use]
    pub fn next_start(&self) -> i64 {
        self.newest.map_or(self.floor, |newest| self.floor.max(newest.saturating_sub(self.overlap)))
    }

    /// The time of the newest event, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn newest(&self) -> Option<i64> {
        self.newest
    }

    /// Notes that reading starts again at [`Self::next_start`], so that events without an id are counted anew.
    pub fn begin_pass(&mut self) {
        self.pass += 1;
    }

    /// Notes that everything up to `now` by the reader's clock has been read. Only this moves the window of a
    /// log to which nothing is added.
    pub fn read_through(&mut self, now: i64) {
        let quiet = self.overlap.max(millis(QUIET));
        self.floor = self.floor.max(now.saturating_sub(quiet));
        self.prune();
    }

    /// Tells whether `event` is new, and remembers it.
    ///
    /// Within a pass, events come in order of their timestamps.
    pub fn admit(&mut self, event: &LogEvent) -> Admit {
        let time = event.origin.timestamp.or(self.newest).unwrap_or(self.floor);
        if !self.is_first(time, key(event)) {
            return Admit::Repeated;
        }
        let is_late = self.newest.is_some_and(|newest| time < newest);
        // A clock that runs ahead must not pull the window into the future, past events of other streams.
        let known = event.origin.ingestion_time.map_or(time, |taken_in| taken_in.min(time));
        if self.newest.is_none_or(|newest| newest < known) {
            self.newest = Some(known);
            self.prune();
        }
        if is_late { Admit::Late } else { Admit::New }
    }

    fn is_first(&mut self, time: i64, key: Key) -> bool {
        let has_id = matches!(key, Key::Id(_));
        let count = self.seen.entry((time, key)).or_default();
        if count.pass != self.pass {
            count.pass = self.pass;
            count.in_pass = 0;
        }
        count.in_pass += 1;
        let first = if has_id { count.seen == 0 } else { count.in_pass > count.seen };
        if first {
            count.seen += 1;
        }
        first
    }

    fn prune(&mut self) {
        let start = self.next_start();
        if self.seen.first_key_value().is_some_and(|((time, _), _)| *time < start) {
            self.seen = self.seen.split_off(&(start, Key::Contents(0)));
        }
    }
}

fn key(event: &LogEvent) -> Key {
    if let Some(id) = &event.origin.event_id {
        return Key::Id(Arc::clone(id));
    }
    let mut hasher = DefaultHasher::new();
    event.origin.log_stream.hash(&mut hasher);
    event.message.as_str().hash(&mut hasher);
    Key::Contents(hasher.finish())
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
