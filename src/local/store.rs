//! Log groups, streams and events in memory, bounded, oldest dropped first.

mod inbox;

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::clock::now_ms;
use super::event_id::EventId;
use super::wire::Fault;
use inbox::Subscription;

pub(crate) use inbox::{Delivery, Inbox};

/// Most of what one group keeps.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Limits {
    /// Events.
    pub(crate) events: usize,
    /// Bytes of messages, each event counted with CloudWatch's 26 bytes of overhead.
    pub(crate) bytes: usize,
}

/// What CloudWatch adds to a message's bytes when it counts them.
pub(crate) const EVENT_OVERHEAD: usize = 26;
/// Most groups, and most streams in a group.
const MOST_NAMES: usize = 10_000;

/// A log event as it is kept.
#[derive(Debug, Clone)]
pub(crate) struct StoredEvent {
    /// Name of its stream.
    pub(crate) stream: Arc<str>,
    /// Its message, with a trailing line break when it was logged with one.
    pub(crate) message: Arc<str>,
    /// When it was taken in, in milliseconds since the Unix epoch.
    pub(crate) ingestion_time: i64,
    /// Until when it is on its way, and nobody sees it.
    pub(crate) underway: Option<Instant>,
}

impl StoredEvent {
    /// Whether it can be read by now.
    pub(crate) fn is_taken_in(&self, now: Instant) -> bool {
        self.underway.is_none_or(|arrival| arrival <= now)
    }
}

/// A log stream.
#[derive(Debug, Clone, Default)]
pub(crate) struct Stream {
    /// When it was made, in milliseconds since the Unix epoch.
    pub(crate) created: i64,
    /// Earliest and latest timestamp that it was given.
    pub(crate) span: Option<(i64, i64)>,
    /// When it last took an event in.
    pub(crate) last_ingestion: Option<i64>,
}

/// A log group.
#[derive(Debug)]
pub(crate) struct Group {
    /// When it was made, in milliseconds since the Unix epoch.
    pub(crate) created: i64,
    /// `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`.
    pub(crate) class: &'static str,
    /// Days after which its events are deleted; never when not set.
    pub(crate) retention: Option<u32>,
    /// Its streams by name.
    pub(crate) streams: BTreeMap<Arc<str>, Stream>,
    /// Its events, in the order in which they are read.
    pub(crate) events: BTreeMap<EventId, StoredEvent>,
    /// Bytes of its events, with their overhead.
    pub(crate) bytes: usize,
}

/// Why something was not stored.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Refused {
    /// No such group.
    NoGroup,
    /// No such stream in the group.
    NoStream,
    /// The group or stream is there already.
    Exists,
    /// There are too many of them.
    TooMany,
}

/// All log groups of the endpoint.
#[derive(Debug)]
pub(crate) struct LogStore {
    groups: BTreeMap<String, Group>,
    limits: Limits,
    subscriptions: Vec<Subscription>,
    sequence: u64,
    last_ingestion: i64,
}

impl LogStore {
    /// An empty store.
    pub(crate) fn new(limits: Limits) -> Self {
        Self { groups: BTreeMap::new(), limits, subscriptions: Vec::new(), sequence: 0, last_ingestion: 0 }
    }

    /// All groups, by name.
    pub(crate) fn groups(&self) -> &BTreeMap<String, Group> {
        &self.groups
    }

    /// The group of this name.
    pub(crate) fn group(&self, name: &str) -> Result<&Group, Refused> {
        self.groups.get(name).ok_or(Refused::NoGroup)
    }

    /// The group of this name, when its class lets it be read by `operation`.
    pub(crate) fn readable(&self, name: &str, operation: &str) -> Result<&Group, Fault> {
        let group = self.group(name)?;
        if group.class == "STANDARD" {
            return Ok(group);
        }
        let class = group.class;
        let message = format!(
            "The log group {name} is of log-group-class {class}. {operation} is not supported for this log class."
        );
        Err(Fault::new(400, "InvalidOperationException", message))
    }

    /// The group of this name, to be changed.
    pub(crate) fn group_mut(&mut self, name: &str) -> Result<&mut Group, Refused> {
        self.groups.get_mut(name).ok_or(Refused::NoGroup)
    }

    /// Makes a group.
    pub(crate) fn create_group(&mut self, name: &str, class: &'static str) -> Result<(), Refused> {
        if self.groups.contains_key(name) {
            return Err(Refused::Exists);
        }
        if self.groups.len() >= MOST_NAMES {
            return Err(Refused::TooMany);
        }
        let (streams, events) = (BTreeMap::new(), BTreeMap::new());
        let group = Group { created: now_ms(), class, retention: None, streams, events, bytes: 0 };
        self.groups.insert(name.to_owned(), group);
        Ok(())
    }

    /// Makes a stream in a group.
    pub(crate) fn create_stream(&mut self, group: &str, stream: &str) -> Result<(), Refused> {
        let group = self.groups.get_mut(group).ok_or(Refused::NoGroup)?;
        if group.streams.contains_key(stream) {
            return Err(Refused::Exists);
        }
        if group.streams.len() >= MOST_NAMES {
            return Err(Refused::TooMany);
        }
        let made = Stream { created: now_ms(), ..Stream::default() };
        group.streams.insert(Arc::from(stream), made);
        Ok(())
    }

    /// Has what is put into these groups from now on delivered as well, as long as the inbox is kept.
    pub(crate) fn subscribe(&mut self, groups: HashSet<String>, inbox: &Arc<Inbox>) {
        self.subscriptions.retain(|subscription| subscription.inbox.strong_count() > 0);
        self.subscriptions.push(Subscription { groups, inbox: Arc::downgrade(inbox) });
    }

    /// Takes events in, each a timestamp and a message, and drops the oldest beyond the group's limits.
    ///
    /// `late` tells of each for how many more milliseconds it stays on its way.
    pub(crate) fn put(
        &mut self,
        group: &str,
        stream: &str,
        events: Vec<(i64, Arc<str>)>,
        mut late: impl FnMut() -> i64,
    ) -> Result<(), Refused> {
        let inboxes = self.inboxes(group);
        let group_name: Arc<str> = Arc::from(group);
        let group = self.groups.get_mut(group).ok_or(Refused::NoGroup)?;
        let (name, kept) = group.streams.get_key_value(stream).ok_or(Refused::NoStream)?;
        let (name, mut kept) = (Arc::clone(name), kept.clone());
        // A clock that was set back must not bring the order of ingestion out of step with the ids.
        self.last_ingestion = now_ms().max(self.last_ingestion);
        for (timestamp, message) in events {
            let id = EventId { sequence: self.sequence, ..EventId::first_at(timestamp) };
            self.sequence += 1;
            let late = late();
            kept.extend_to(timestamp, self.last_ingestion);
            group.bytes += message.len() + EVENT_OVERHEAD;
            let event = StoredEvent {
                stream: Arc::clone(&name),
                message,
                ingestion_time: self.last_ingestion.saturating_add(late),
                underway: underway(late),
            };
            for inbox in &inboxes {
                inbox.push(Delivery { group: Arc::clone(&group_name), timestamp, event: event.clone() });
            }
            group.events.insert(id, event);
        }
        group.streams.insert(name, kept);
        group.trim(self.limits);
        Ok(())
    }

    fn inboxes(&self, group: &str) -> Vec<Arc<Inbox>> {
        let concerned = self.subscriptions.iter().filter(|subscription| subscription.groups.contains(group));
        concerned.filter_map(|subscription| subscription.inbox.upgrade()).collect()
    }
}

/// When an event that is so many milliseconds late can be read.
fn underway(late: i64) -> Option<Instant> {
    let late = u64::try_from(late).ok().filter(|late| *late > 0)?;
    Instant::now().checked_add(Duration::from_millis(late))
}

impl Stream {
    fn extend_to(&mut self, timestamp: i64, ingestion: i64) {
        let (first, last) = self.span.unwrap_or((timestamp, timestamp));
        self.span = Some((first.min(timestamp), last.max(timestamp)));
        self.last_ingestion = Some(ingestion);
    }
}

impl Group {
    fn trim(&mut self, limits: Limits) {
        while self.events.len() > limits.events || self.bytes > limits.bytes {
            let Some((_, event)) = self.events.pop_first() else {
                break;
            };
            self.bytes -= event.message.len() + EVENT_OVERHEAD;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn store(events: usize, bytes: usize) -> LogStore {
        let mut store = LogStore::new(Limits { events, bytes });
        store.create_group("g", "STANDARD").unwrap();
        store.create_stream("g", "s").unwrap();
        store
    }

    fn messages(store: &LogStore) -> Vec<&str> {
        store.groups()["g"].events.values().map(|event| &*event.message).collect()
    }

    #[test]
    fn events_are_read_by_timestamp_and_then_as_they_came() {
        let mut store = store(10, 10_000);
        store.put("g", "s", vec![(5, "b".into()), (5, "c".into()), (9, "d".into())], || 0).unwrap();
        store.put("g", "s", vec![(1, "a".into())], || 0).unwrap();
        assert_eq!(messages(&store), ["a", "b", "c", "d"]);
        assert_eq!(store.groups()["g"].streams["s"].span, Some((1, 9)));
    }

    #[test]
    fn the_oldest_go_first_by_count_and_by_bytes() {
        let mut by_count = store(2, 10_000);
        by_count.put("g", "s", vec![(1, "a".into()), (2, "b".into()), (3, "c".into())], || 0).unwrap();
        assert_eq!(messages(&by_count), ["b", "c"]);
        let mut by_bytes = store(100, 2 * (EVENT_OVERHEAD + 1));
        by_bytes.put("g", "s", vec![(1, "a".into()), (2, "b".into()), (3, "c".into())], || 0).unwrap();
        assert_eq!(messages(&by_bytes), ["b", "c"]);
        assert_eq!(by_bytes.groups()["g"].bytes, 2 * (EVENT_OVERHEAD + 1));
    }

    #[test]
    fn what_is_missing_or_there_twice_is_refused() {
        let mut store = store(2, 1000);
        assert_eq!(store.create_group("g", "STANDARD"), Err(Refused::Exists));
        assert_eq!(store.create_stream("g", "s"), Err(Refused::Exists));
        assert_eq!(store.create_stream("x", "s"), Err(Refused::NoGroup));
        assert_eq!(store.put("x", "s", Vec::new(), || 0), Err(Refused::NoGroup));
        assert_eq!(store.put("g", "x", Vec::new(), || 0), Err(Refused::NoStream));
    }
}
