//! What was read, in one line.

use std::fmt;
use std::ops::AddAssign;

use crate::record::{Found, Outcome, Reason};

/// Counts of what was read; displayed, the last line of `read` and `tail`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Summary {
    /// Invocation records.
    pub records: u64,
    /// Those among them that tell of a success.
    pub success: u64,
    /// All others.
    pub failure: u64,
    /// What looked like a record and could not be read.
    pub unreadable: u64,
    /// Messages of dead-letter queues, which are no records.
    pub dead_letters: u64,
    /// Log events that were read.
    pub events: u64,
}

impl Summary {
    /// Counts one thing that was found.
    pub fn add(&mut self, found: &Found) {
        match found {
            Found::Unreadable(unreadable) if unreadable.reason == Reason::DeadLetter => self.dead_letters += 1,
            Found::Unreadable(unreadable) if unreadable.reason.is_unreadable() => self.unreadable += 1,
            // The ledger counts what the receiver itself did.
            Found::Unreadable(_) => {}
            Found::Arrival(arrival) => {
                self.records += 1;
                match arrival.record.outcome() {
                    Outcome::Success => self.success += 1,
                    Outcome::Failure => self.failure += 1,
                }
            }
        }
    }
}

impl AddAssign for Summary {
    fn add_assign(&mut self, other: Self) {
        self.records += other.records;
        self.success += other.success;
        self.failure += other.failure;
        self.unreadable += other.unreadable;
        self.dead_letters += other.dead_letters;
        self.events += other.events;
    }
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { records, success, failure, unreadable, dead_letters, events } = self;
        write!(
            f,
            "{records} records ({success} success, {failure} failure), {unreadable} unreadable, {events} log events"
        )?;
        match dead_letters {
            0 => Ok(()),
            1 => f.write_str("; 1 dead-letter message, which is no record"),
            count => write!(f, "; {count} dead-letter messages, which are no records"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_is_as_agreed() {
        let summary =
            Summary { records: 5618, success: 3952, failure: 1666, unreadable: 0, dead_letters: 0, events: 200_036 };
        let line = "5618 records (3952 success, 1666 failure), 0 unreadable, 200036 log events";
        assert_eq!(summary.to_string(), line);
        let summary = Summary { dead_letters: 2, ..summary };
        assert_eq!(summary.to_string(), format!("{line}; 2 dead-letter messages, which are no records"));
    }
}
