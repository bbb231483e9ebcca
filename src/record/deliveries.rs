//! How often records were delivered, and which arrivals our own JSON lines bring again.

use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use super::Arrival;
use super::latest::Latest;
use super::view::RecordView;
use crate::log::KeptOrigin;

/// What is remembered of the arrivals that were found.
#[derive(Debug, Default)]
pub(super) struct Deliveries {
    counts: Latest<u32>,
    arrivals: Latest<()>,
    repeated: u64,
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
        if kept_as.is_none() && arrival.origin.file().is_none() {
            return true;
        }
        let is_known = self.arrivals.insert(hasher.arrival(&arrival.origin, record, arrival.redelivery), ()).is_some();
        match kept_as {
            Some(_) if is_known => self.repeated += 1,
            Some(number) => self.note(record, number),
            None => {}
        }
        kept_as.is_none() || !is_known
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
