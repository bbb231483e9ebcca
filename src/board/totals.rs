//! Counts over everything that was ever appended.

use super::entry::{Entry, Pane};

/// What was appended since the board was made, evicted or not.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Totals {
    /// Arrivals whose condition is `Success`.
    pub success: u64,
    /// Arrivals of any other condition.
    pub failure: u64,
    /// Lines that look like a record and could not be read.
    pub unreadable: u64,
    /// Spans of a log that are missing.
    pub gaps: u64,
    /// Entries that came later than newer ones, which `is:late` shows.
    pub late: u64,
    /// Entries given up to stay within the bound.
    pub evicted: u64,
}

impl Totals {
    /// Arrivals of either outcome.
    #[must_use]
    pub fn arrivals(&self) -> u64 {
        self.success + self.failure
    }

    pub(super) fn count(&mut self, entry: &Entry) {
        match (entry, entry.pane()) {
            (Entry::Arrival(_), Pane::Successes) => self.success += 1,
            (Entry::Arrival(_), Pane::Failures) => self.failure += 1,
            // It never was a record.
            (Entry::Unreadable(unreadable), _) if !unreadable.reason.is_unreadable() => {}
            (Entry::Unreadable(_), _) => self.unreadable += 1,
            (Entry::Gap(_), _) => self.gaps += 1,
        }
    }
}
