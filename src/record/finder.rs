//! From log events to what was found in them.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasher, RandomState};

use super::extract::{self, Piece};
use super::names::Names;
use super::restore::{self, Restored};
use super::view::RecordView;
use super::{Arrival, Envelope, Found, InvocationRecord, Unreadable, redacted};
use crate::log::{LogEvent, Origin};

/// Finds the records in log events, and remembers what it needs of earlier events.
///
/// For every record it keeps two hashes (about 40 bytes with the room that the tables leave): one counts redeliveries,
/// the other tells an arrival that our own JSON lines bring again.
#[derive(Debug, Default)]
pub struct Finder {
    names: Names,
    hasher: RandomState,
    deliveries: HashMap<u64, u32>,
    arrivals: HashSet<u64>,
    repeated: u64,
}

impl Finder {
    /// Starts without any memory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what `event` holds to `found`, in the order it stands there.
    pub fn push(&mut self, event: &LogEvent, found: &mut Vec<Found>) {
        if !extract::may_hold_record(&event.message) {
            return;
        }
        if let Some(restored) = restore::read(&event.message) {
            found.extend(self.restored(event, restored).map(Found::Arrival));
            return;
        }
        let start = found.len();
        let mut texts = HashSet::new();
        extract::search(&event.message, &mut |piece| match piece {
            Piece::Record { text, view, envelope } => {
                // A log format may hold the same record twice, as an object and in the message; a batch was delivered so.
                if is_batch(envelope) || self.is_new(text, &found[start..], &mut texts) {
                    found.push(Found::Arrival(self.arrival(event, text, view, envelope)));
                }
            }
            Piece::Unreadable(reason) => found.push(Found::Unreadable(Unreadable {
                origin: event.origin.clone(),
                message: event.message.clone(),
                reason,
            })),
        });
    }

    /// Adds what was still waiting for a later event; call it when no more events come.
    ///
    /// Nothing waits yet: a record that is broken over events is not joined.
    pub fn finish(&mut self, _found: &mut Vec<Found>) {}

    /// How many arrivals were left out so far, because our own JSON lines brought them a second time.
    #[must_use]
    pub fn repeated(&self) -> u64 {
        self.repeated
    }

    /// Whether no record of that text was found in this event; hashing begins with the second one.
    fn is_new(&self, text: &str, earlier: &[Found], texts: &mut HashSet<u64>) -> bool {
        if texts.is_empty() {
            let arrivals = earlier.iter().filter_map(|found| match found {
                Found::Arrival(arrival) if !is_batch(&arrival.envelope) => Some(arrival),
                _ => None,
            });
            texts.extend(arrivals.map(|arrival| self.hasher.hash_one(arrival.record.text().as_str())));
        }
        earlier.is_empty() || texts.insert(self.hasher.hash_one(text))
    }

    fn arrival(&mut self, event: &LogEvent, text: &str, view: &RecordView<'_>, envelope: &[Envelope]) -> Arrival {
        let delivery = self.delivery(text, view);
        let count = self.deliveries.entry(delivery).or_default();
        let redelivery = *count;
        *count = count.saturating_add(1);
        self.arrivals.insert(self.identity(&event.origin, delivery, redelivery));
        Arrival {
            record: InvocationRecord::of(event.message.share(text), text, view, &mut self.names),
            origin: event.origin.clone(),
            message: event.message.clone(),
            envelope: envelope.into(),
            redelivery,
            recovered: false,
            redacted: redacted::has_masked_value(text),
        }
    }

    /// The arrival that one of our own JSON lines tells of, unless it is known already.
    fn restored(&mut self, event: &LogEvent, line: Restored<'_>) -> Option<Arrival> {
        let delivery = self.delivery(line.record, &line.view);
        if !self.arrivals.insert(self.identity(&line.origin, delivery, line.redelivery)) {
            self.repeated += 1;
            return None;
        }
        let count = self.deliveries.entry(delivery).or_default();
        *count = (*count).max(line.redelivery.saturating_add(1));
        Some(Arrival {
            record: InvocationRecord::of(event.message.share(line.record), line.record, &line.view, &mut self.names),
            origin: line.origin,
            message: event.message.clone(),
            envelope: line.envelope,
            redelivery: line.redelivery,
            recovered: line.recovered,
            redacted: line.redacted || redacted::has_masked_value(line.record),
        })
    }

    /// What is the same in every delivery of a record. One without a request id is known by its text only.
    fn delivery(&self, text: &str, view: &RecordView<'_>) -> u64 {
        let fallback = view.request_id.is_none().then_some(text);
        self.hasher.hash_one((&view.request_id, &view.condition, &view.function_arn, fallback))
    }

    /// What is the same when an arrival is read again: its log event or, without an id, all that is known of its origin.
    fn identity(&self, origin: &Origin, delivery: u64, redelivery: u32) -> u64 {
        match &origin.event_id {
            Some(id) => self.hasher.hash_one((id, delivery, redelivery)),
            None => self.hasher.hash_one((
                (&origin.log_group, &origin.log_stream, origin.timestamp),
                (&origin.file, origin.line, delivery, redelivery),
            )),
        }
    }
}

fn is_batch(envelope: &[Envelope]) -> bool {
    envelope.iter().any(|layer| matches!(layer, Envelope::Sns | Envelope::Sqs))
}

#[cfg(test)]
mod tests;
