//! CloudWatch's counts beside ours.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, BuildHasherDefault, DefaultHasher};
use std::time::Duration;

use crate::app::jobs::Ticket;
use crate::board::Entry;
use crate::record::Outcome;
use crate::wiring::{Counts, Excess, Measure, Reckoning, Seen};

/// Time between two looks at the counts, in milliseconds.
const EVERY: i64 = 60_000;
/// How far back counts are looked at: a span read for longer is reckoned by its last day.
const LONGEST: i64 = 24 * 3_600_000;

/// What was read, what CloudWatch counts, and what follows.
#[derive(Debug, Default)]
pub struct Metering {
    /// What was read.
    pub seen: Seen,
    /// Receivers whose logs are read.
    pub receivers: BTreeSet<String>,
    /// The job that asks, while it does, and what of the time it asks about.
    pub asking: Option<(Ticket, Option<Reckoning>)>,
    /// Failures that CloudWatch counts and that left no record here, by function, the worst first.
    pub excess: Vec<Excess>,
    /// What became of the functions' events, once it was heard.
    pub events: Option<Events>,
    /// Records that could not be delivered.
    pub undelivered: u64,
    /// Events that could not be put on a dead-letter queue.
    pub unburied: u64,
    /// Runs of the receivers that failed.
    pub receiver_errors: u64,
    /// Whether the counts may not be read, so that nothing is asked any more.
    pub refused: bool,
    due: i64,
}

/// What CloudWatch counts of the events of the functions that were seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Events {
    /// Events that they were sent.
    pub received: u64,
    /// Events that ended without a success.
    pub dropped: u64,
    /// The longest that one waited for a run.
    pub oldest: Duration,
}

impl Metering {
    /// Takes note of an entry that was read; those older than what is reckoned do not matter.
    pub fn note(&mut self, entry: &Entry, now: i64) {
        let receiver = entry.logged_by();
        if let Some(receiver) = receiver.filter(|name| !self.receivers.contains(*name)) {
            self.receivers.insert(receiver.to_owned());
        }
        let Entry::Arrival(arrival) = entry else { return };
        let record = &arrival.record;
        // Records of event source mappings are no events of the asynchronous queue.
        let Some(function) = record.function().filter(|_| record.view().batch_info.is_none()) else { return };
        let time = record.timestamp().unwrap_or_else(|| entry.time());
        if time < now - LONGEST {
            return;
        }
        self.seen.function(function.name());
        if let Some(request) = record.request_id().filter(|_| record.outcome() == Outcome::Failure) {
            let hash = BuildHasherDefault::<DefaultHasher>::default().hash_one(request);
            self.seen.failure(function.name(), hash, time);
        }
    }

    /// Functions to ask about and the span in milliseconds since the Unix epoch, when it is time to ask.
    #[must_use]
    pub fn wanted(&self, since: i64, now: i64) -> Option<(Vec<String>, (i64, i64))> {
        if self.refused || self.asking.is_some() || now < self.due {
            return None;
        }
        let seen: BTreeSet<String> = self.seen.functions().map(str::to_owned).collect();
        let functions: Vec<String> = seen.union(&self.receivers).cloned().collect();
        let from = since.max(now - LONGEST);
        (!functions.is_empty() && from < now).then_some((functions, (from, now)))
    }

    /// When to look again, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn due(&self) -> i64 {
        self.due
    }

    /// A job was started at `now`.
    pub fn ask(&mut self, ticket: Ticket, (from, now): (i64, i64)) {
        self.asking = Some((ticket, Reckoning::of(from, now)));
        self.due = now + EVERY;
        self.seen.forget_before(now - LONGEST);
    }

    /// Takes in what was counted.
    pub fn counted(&mut self, counts: &Counts, reckoning: Option<Reckoning>) {
        let total = |measure| self.seen.functions().map(|function| counts.total(function, measure)).sum();
        let ages = self.seen.functions().map(|function| counts.greatest(function, Measure::Age));
        let oldest = Duration::from_millis(ages.max().unwrap_or_default());
        self.events = Some(Events { received: total(Measure::Received), dropped: total(Measure::Dropped), oldest });
        self.undelivered = total(Measure::DeliveryFailures);
        self.unburied = total(Measure::DeadLetterErrors);
        self.receiver_errors = self.receivers.iter().map(|name| counts.total(name, Measure::Errors)).sum();
        self.excess = reckoning.map(|reckoning| reckoning.excess(counts, &self.seen)).unwrap_or_default();
    }

    /// How many failures left no record, of all functions together.
    #[must_use]
    pub fn missing(&self) -> u64 {
        self.excess.iter().map(|excess| excess.missing).sum()
    }
}
