//! From log events to what was found in them.

use std::collections::HashSet;
use std::hash::BuildHasher;

use super::assemble::{Assembler, Region, SPAN, Search};
use super::deliveries::{Deliveries, Delivery, Hasher};
use super::extract::{self, Piece};
use super::label::Labels;
use super::prints::Prints;
use super::restore::{self, Restored};
use super::view::RecordView;
use super::{Arrival, Envelope, Found, InvocationRecord, Reason, Unreadable, assemble, dead_letter, redacted};
use crate::log::{LogEvent, Origins, StreamId};

/// Finds the records in log events, and remembers what it needs of earlier events.
///
/// For every record it keeps two hashes (about 40 bytes with the room that the tables leave): one counts redeliveries,
/// the other tells an arrival that our own JSON lines bring again. Of a long log, only those of the latest few hundred
/// thousand records are kept: a delivery is repeated within minutes.
#[derive(Debug, Default)]
pub struct Finder {
    assembler: Assembler,
    prints: Prints,
    labels: Labels,
    origins: Origins,
    hasher: Hasher,
    deliveries: Deliveries,
    /// The deliveries found so far, when another finder counts them.
    uncounted: Option<Vec<Delivery>>,
}

/// What was found in a part of a log, in its order, and is to be counted.
#[derive(Debug, Default)]
pub struct Uncounted {
    found: Vec<Found>,
    /// One for each arrival.
    deliveries: Vec<Delivery>,
}

impl Finder {
    /// Milliseconds within which the pieces of one record are logged.
    pub const SPAN: i64 = SPAN;

    /// Starts without any memory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Whether `push` can find anything in an event with this message, of that stream and time in milliseconds since the
    /// Unix epoch, now or when further events come.
    ///
    /// A reader may spare itself making an event of what does not matter.
    #[must_use]
    pub fn matters(&self, message: &str, stream: &StreamId<'_>, time: Option<i64>) -> bool {
        self.assembler.awaits(stream, time)
            || self.prints.is_open(stream)
            || extract::may_hold_record(message)
            || may_begin(message)
    }

    /// Whether no stream has anything open, so that a message without a record's words that leaves no object open means
    /// nothing.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        self.assembler.is_idle() && self.prints.is_empty()
    }

    /// Whether that stream has anything open.
    #[must_use]
    pub fn is_open(&self, stream: &StreamId<'_>) -> bool {
        self.assembler.is_open(stream) || self.prints.is_open(stream)
    }

    /// Adds what `event` holds to `found`, in the order it stands there, and what it completes of earlier events.
    pub fn push(&mut self, event: &LogEvent, found: &mut Vec<Found>) {
        let may_hold_record = extract::may_hold_record(&event.message);
        if self.is_idle() && !may_hold_record && !may_open(&event.message) {
            return;
        }
        // Only a file holds our own lines: a log that holds them is one whose receiver prints them, with its own origin.
        let may_be_ours = may_hold_record && event.origin.file.is_some();
        let ours = may_be_ours.then(|| restore::read(&event.message)).flatten();
        if let Some(restored) = ours {
            found.extend(self.restored(event, restored).map(Found::Arrival));
            return;
        }
        let before = found.len();
        let mut is_piece = true;
        self.assembled(
            |assembler, search| {
                assembler.push(event, &mut |region| {
                    is_piece &= !region.event.message.shares_with(&event.message);
                    search(region)
                });
            },
            found,
        );
        if found.len() > before {
            self.prints.forget(event);
        } else if !is_piece
            && (may_hold_record || !self.prints.is_empty())
            && let Some((first, reason)) = self.prints.push(event)
        {
            found.push(unreadable(&first, reason));
        }
    }

    /// Adds what has waited for a later event for too long at `now`, in milliseconds since the Unix epoch.
    ///
    /// Call it now and then while following a log in which nothing happens; timestamps of events do the same.
    pub fn settle(&mut self, now: i64, found: &mut Vec<Found>) {
        self.assembled(|assembler, search| assembler.settle(now, search), found);
    }

    /// Takes in what was searched elsewhere, or is of no interest itself, so that what it leaves open may go on.
    pub fn prime(&mut self, event: &LogEvent) {
        let deliveries = std::mem::take(&mut self.deliveries);
        self.push(event, &mut Vec::new());
        self.deliveries = deliveries;
    }

    /// A finder for parts of the same log, which leaves it to this one to count what it finds.
    #[must_use]
    pub fn apart(&self) -> Self {
        Self { hasher: self.hasher.clone(), uncounted: Some(Vec::new()), ..Self::default() }
    }

    /// What such a finder has found since the last time, to be counted.
    pub fn uncounted(&mut self, found: Vec<Found>) -> Uncounted {
        let deliveries = self.uncounted.as_mut().map(std::mem::take).unwrap_or_default();
        Uncounted { found, deliveries }
    }

    /// Counts what was found in a part of the log behind `lines` other lines of its file; gives that.
    pub fn count_all(&mut self, uncounted: Uncounted, lines: u64) -> Vec<Found> {
        let Uncounted { mut found, deliveries } = uncounted;
        let mut deliveries = deliveries.into_iter();
        found.retain_mut(|one| match one {
            Found::Arrival(arrival) => deliveries.next().is_some_and(|delivery| {
                // One of our own JSON lines tells where it was found first.
                if delivery.kept_as.is_none() {
                    arrival.origin.move_down(lines);
                }
                self.deliveries.enter(arrival, delivery, &self.hasher)
            }),
            Found::Unreadable(unreadable) => {
                unreadable.origin.line = unreadable.origin.line.map(|line| line + lines);
                true
            }
        });
        found
    }

    /// What is the same in every delivery of an arrival's record.
    #[must_use]
    pub fn delivery_of(&self, arrival: &Arrival) -> u64 {
        self.hasher.record(arrival.record.text(), &arrival.record.view())
    }

    /// Counts a delivery, of whatever finder; gives how many there were before.
    pub fn count(&mut self, delivery: u64) -> u32 {
        self.deliveries.count(delivery)
    }

    /// Adds what was still waiting for a later event; call it when no more events come.
    pub fn finish(&mut self, found: &mut Vec<Found>) {
        self.assembled(Assembler::finish, found);
    }

    /// Lets the assembler do something, and searches what that gives.
    fn assembled(&mut self, act: impl FnOnce(&mut Assembler, &mut Search<'_>), found: &mut Vec<Found>) {
        let mut assembler = std::mem::take(&mut self.assembler);
        act(&mut assembler, &mut |region| self.search(&region, found));
        self.assembler = assembler;
    }

    /// Adds what a region holds to `found`; gives the brace of the object that is left open at its end.
    fn search(&mut self, region: &Region<'_>, found: &mut Vec<Found>) -> Option<usize> {
        let start = found.len();
        let message = &region.event.message;
        let (text, from) = (&message[..region.range.end], region.range.start);
        let mut texts = None;
        let mut take = |piece: Piece<'_>| match piece {
            Piece::Record { text, view, envelope, recovered } => {
                // A log format may hold the same record twice, as an object and in the message; a batch was delivered so.
                if is_batch(envelope) || self.is_new(text, &found[start..], &mut texts) {
                    let damaged = region.is_damaged || message.is_damaged() && text.contains(LOST);
                    let arrival = self.arrival(region.event, text, view, envelope);
                    found.extend(arrival.map(|arrival| Found::Arrival(Arrival { recovered, damaged, ..arrival })));
                }
            }
            Piece::Unreadable(reason) => found.push(unreadable(region.event, reason)),
        };
        let mut open = None;
        if region.may_go_on {
            open = extract::search_closed(text, from, &mut take);
        } else {
            extract::search(text, from, &mut take);
        }
        if found.len() == start && may_open(text) {
            let dead_letters = dead_letter::count(&text[from..open.unwrap_or(text.len())]);
            found.extend((0..dead_letters).map(|_| unreadable(region.event, Reason::DeadLetter)));
        }
        open
    }

    /// How many arrivals were left out so far, because our own JSON lines brought them a second time.
    #[must_use]
    pub fn repeated(&self) -> u64 {
        self.deliveries.repeated()
    }

    /// Whether no record of that text was found in this event; hashing begins with the second one.
    fn is_new(&self, text: &str, earlier: &[Found], texts: &mut Option<HashSet<u64>>) -> bool {
        if earlier.is_empty() {
            return true;
        }
        let texts = texts.get_or_insert_with(|| {
            let arrivals = earlier.iter().filter_map(|found| match found {
                Found::Arrival(arrival) if !is_batch(&arrival.envelope) => Some(arrival),
                _ => None,
            });
            arrivals.map(|arrival| self.hasher.0.hash_one(arrival.record.text().as_str())).collect()
        });
        texts.insert(self.hasher.0.hash_one(text))
    }

    fn arrival(
        &mut self,
        event: &LogEvent,
        text: &str,
        view: &RecordView<'_>,
        envelope: &[Envelope],
    ) -> Option<Arrival> {
        let arrival = Arrival {
            record: InvocationRecord::of(event.message.share(text), text, view, &mut self.labels),
            origin: self.origins.kept(&event.origin),
            message: event.message.clone(),
            envelope: envelope.into(),
            redelivery: 0,
            recovered: false,
            damaged: false,
            redacted: redacted::has_masked_value(text),
            kept: None,
        };
        self.counted(arrival, Delivery { record: self.hasher.record(text, view), kept_as: None })
    }

    /// The arrival that one of our own JSON lines tells of, unless it is known already.
    fn restored(&mut self, event: &LogEvent, line: Restored<'_>) -> Option<Arrival> {
        let arrival = Arrival {
            record: InvocationRecord::of(event.message.share(line.record), line.record, &line.view, &mut self.labels),
            origin: self.origins.kept(&line.origin),
            message: event.message.clone(),
            envelope: line.envelope,
            redelivery: line.redelivery,
            recovered: line.recovered,
            damaged: line.damaged,
            redacted: line.redacted || redacted::has_masked_value(line.record),
            kept: line.kept.map(Box::new),
        };
        let record = self.hasher.record(line.record, &line.view);
        self.counted(arrival, Delivery { record, kept_as: Some(line.redelivery) })
    }

    /// An arrival with its number, unless it is known already; without one when another finder counts.
    fn counted(&mut self, mut arrival: Arrival, delivery: Delivery) -> Option<Arrival> {
        match &mut self.uncounted {
            Some(uncounted) => uncounted.push(delivery),
            None if self.deliveries.enter(&mut arrival, delivery, &self.hasher) => {}
            None => return None,
        }
        Some(arrival)
    }
}

/// What stands for bytes that were lost.
const LOST: char = char::REPLACEMENT_CHARACTER;

/// Whether a message without the word that every record holds may mean anything by itself to a [`Finder`]: an object that
/// may be a record is open at its end, or it may hold messages of a dead-letter queue.
#[must_use]
pub fn may_begin(message: &str) -> bool {
    may_open(message) && (assemble::leaves_open(message) || dead_letter::may_be(message))
}

/// Whether an object may be open at the end of a message, judged by a look for its brace.
fn may_open(message: &str) -> bool {
    memchr::memchr(b'{', message.as_bytes()).is_some()
}

fn unreadable(event: &LogEvent, reason: Reason) -> Found {
    Found::Unreadable(Unreadable { origin: event.origin.clone(), message: event.message.clone(), reason })
}

fn is_batch(envelope: &[Envelope]) -> bool {
    envelope.iter().any(|layer| matches!(layer, Envelope::Sns | Envelope::Sqs))
}

#[cfg(test)]
mod tests;
