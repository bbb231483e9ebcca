//! How often records were delivered, and which arrivals our own JSON lines bring again.

use std::collections::VecDeque;
use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use super::Arrival;
use super::latest::{self, Latest};
use super::view::RecordView;
use crate::log::KeptOrigin;

/// What is remembered of the arrivals that were found.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    counts: Latest<u32>,
    arrivals: Arrivals,
    repeated: u64,
}

/// Hashes of the latest arrivals. Only one of our own JSON lines asks which are known: until then, they need no table.
#[derive(Debug, Default)]
struct Arrivals {
    known: Latest<()>,
    /// Those that are not in the table yet.
    found: VecDeque<u64>,
}

impl Arrivals {
    /// Remembers one that was found.
    fn add(&mut self, arrival: u64) {
        if self.found.len() >= latest::MOST {
            self.found.pop_front();
        }
        self.found.push_back(arrival);
    }

    /// Remembers one that a line tells of; gives whether it was known.
    fn insert(&mut self, arrival: u64) -> bool {
        for found in self.found.drain(..) {
            self.known.insert(found, ());
        }
        self.known.insert(arrival, ()).is_some()
    }
}

/// What an arrival is counted by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Delivery {
    /// What is the same in every delivery of its record.
    pub(super) record: u64,
    /// As which delivery it was kept, when one of our own JSON lines tells of it.
    pub(super) kept_as: Option<u32>,
}

/// Hashes of what deliveries and arrivals are known by.
#[derive(Debug, Clone, Default)]
pub(super) struct Hasher(pub(super) RandomState);

impl Hasher {
    /// What is the same in every delivery of a record. One without a request id is known by its text only.
    pub(super) fn record(&self, text: &str, view: &RecordView<'_>) -> u64 {
        let fallback = view.request_id.is_none().then_some(text);
        self.0.hash_one((&view.request_id, &view.condition, &view.function_arn, fallback))
    }

    /// What is the same when an arrival is read again: its log event or, without an id, all that is known of its origin.
    fn arrival(&self, origin: &KeptOrigin, record: u64, redelivery: u32) -> u64 {
        if let Some(id) = origin.event_id() {
            return self.0.hash_one((id, record, redelivery));
        }
        self.0.hash_one((origin.names_hash(), origin.timestamp(), origin.line(), record, redelivery))
    }
}

impl Deliveries {
    /// Numbers an arrival; gives whether it is new.
    ///
    /// Only a file may bring one again, as one of our own JSON lines.
    pub(super) fn enter(&mut self, arrival: &mut Arrival, delivery: Delivery, hasher: &Hasher) -> bool {
        let Delivery { record, kept_as } = delivery;
        arrival.redelivery = kept_as.unwrap_or_else(|| self.count(record));
        let hash = || hasher.arrival(&arrival.origin, record, arrival.redelivery);
        match kept_as {
            None if arrival.origin.file().is_none() => {}
            None => self.arrivals.add(hash()),
            Some(_) if self.arrivals.insert(hash()) => {
                self.repeated += 1;
                return false;
            }
            Some(number) => self.note(record, number),
        }
        true
    }

    /// Counts a delivery; gives how many there were before.
    pub(super) fn count(&mut self, record: u64) -> u32 {
        let before = self.counts.update(record, |before| before.unwrap_or_default().saturating_add(1));
        before.unwrap_or_default()
    }

    /// How many arrivals were not new.
    pub(super) fn repeated(&self) -> u64 {
        self.repeated
    }

    /// Takes in that there was a delivery of this number.
    fn note(&mut self, record: u64, number: u32) {
        self.counts.update(record, |count| count.unwrap_or_default().max(number.saturating_add(1)));
    }
}
