//! What a live-tail session has not told yet.

use std::collections::{HashSet, VecDeque};
use std::sync::{Arc, Mutex, Weak};
use std::time::Instant;

use super::super::world::lock;
use super::StoredEvent;

/// Events that wait; what is more goes, the oldest first.
const MOST: usize = 5_000;

/// An event that was put into a group.
#[derive(Debug, Clone)]
pub(crate) struct Delivery {
    /// Name of the group.
    pub(crate) group: Arc<str>,
    /// The event's own time, in milliseconds since the Unix epoch.
    pub(crate) timestamp: i64,
    /// The event.
    pub(crate) event: StoredEvent,
}

/// Events in the order in which they were put.
#[derive(Debug, Default)]
pub(crate) struct Inbox {
    held: Mutex<Held>,
}

#[derive(Debug, Default)]
struct Held {
    waiting: VecDeque<Delivery>,
    overflowed: bool,
}

/// A session's inbox with the groups that it wants; the session owns it.
#[derive(Debug)]
pub(super) struct Subscription {
    pub(super) groups: HashSet<String>,
    pub(super) inbox: Weak<Inbox>,
}

impl Inbox {
    /// Takes out what can be read by now, and tells whether something was dropped before.
    pub(crate) fn take(&self, now: Instant) -> (Vec<Delivery>, bool) {
        let mut held = lock(&self.held);
        let waiting = std::mem::take(&mut held.waiting).into_iter();
        let (arrived, underway): (Vec<Delivery>, Vec<Delivery>) = waiting.partition(|one| one.event.is_taken_in(now));
        held.waiting = underway.into();
        (arrived, std::mem::take(&mut held.overflowed))
    }

    pub(super) fn push(&self, delivery: Delivery) {
        let mut held = lock(&self.held);
        held.waiting.push_back(delivery);
        if held.waiting.len() > MOST {
            held.waiting.pop_front();
            held.overflowed = true;
        }
    }
}
