//! Whether CloudWatch counts more failures than there are records of.
//!
//! For each function `AsyncEventsDropped` counts one for every event that ended without a success, which is what a
//! failure record tells of. The two are set against each other with everything that could make them differ harmlessly
//! granted to the records:
//!
//! * Metrics come late: only minutes that ended [`SETTLED`] ago count, and a minute may still grow later, never shrink.
//! * Only whole minutes within the span that was read count: CloudWatch cannot part a minute.
//! * A record's own time may fall into the minute before or after the one that its metric fell into. So the failures
//!   are taken from one minute more at either end, and they are counted per function over the whole span, not by minute.
//! * Records take time to arrive. The settling of the metrics gives them the same time.
//! * A failure is one request id of one function, however often it was delivered.
//!
//! So `missing` is a lower bound: when it says 7, at least 7 failures left no record that was read here. More records
//! than counts is no finding: other qualifiers, redelivery and the granted minutes explain it.

use std::collections::{BTreeMap, BTreeSet};

use super::metrics::{Counts, Measure};

/// How long CloudWatch is given to count, in milliseconds.
pub(super) const SETTLED: i64 = 3 * MINUTE;
const MINUTE: i64 = 60_000;

/// The failures that were read, by function and minute.
#[derive(Debug, Clone, Default)]
pub struct Seen {
    failures: BTreeMap<String, BTreeMap<i64, BTreeSet<u64>>>,
    /// Functions of which anything was read.
    functions: BTreeSet<String>,
}

impl Seen {
    /// Takes note of a record of `function` (its bare name).
    pub fn function(&mut self, function: &str) {
        if !self.functions.contains(function) {
            self.functions.insert(function.to_owned());
        }
    }

    /// Takes note of a failure: `request` stands for its request id, `at` is the record's own time in milliseconds
    /// since the Unix epoch.
    pub fn failure(&mut self, function: &str, request: u64, at: i64) {
        self.function(function);
        let minutes = self.failures.entry(function.to_owned()).or_default();
        minutes.entry(at.div_euclid(MINUTE)).or_default().insert(request);
    }

    /// Forgets failures before a time in milliseconds since the Unix epoch.
    pub fn forget_before(&mut self, time: i64) {
        let first = time.div_euclid(MINUTE);
        for minutes in self.failures.values_mut() {
            *minutes = minutes.split_off(&first);
        }
    }

    /// The functions of which anything was read.
    pub fn functions(&self) -> impl Iterator<Item = &str> {
        self.functions.iter().map(String::as_str)
    }

    /// Different requests of a function that failed from the minute `first` to before `end`.
    fn between(&self, function: &str, first: i64, end: i64) -> u64 {
        let minutes = self.failures.get(function).into_iter().flat_map(|minutes| minutes.range(first..end));
        let requests: BTreeSet<u64> = minutes.flat_map(|(_, requests)| requests.iter().copied()).collect();
        requests.len() as u64
    }
}

/// What is to be set against each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reckoning {
    /// First whole minute, in milliseconds since the Unix epoch.
    pub from: i64,
    /// End of the last whole minute.
    pub to: i64,
}

/// Failures of a function that CloudWatch counts and of which no record was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excess {
    /// The function's bare name.
    pub function: String,
    /// How many more there are at least.
    pub missing: u64,
}

impl Reckoning {
    /// What can be reckoned at `now` of what was read since `since`; `None` while no minute is whole and settled.
    #[must_use]
    pub fn of(since: i64, now: i64) -> Option<Self> {
        let from = (since + MINUTE - 1).div_euclid(MINUTE) * MINUTE;
        let to = (now - SETTLED).div_euclid(MINUTE) * MINUTE;
        (to > from).then_some(Self { from, to })
    }

    /// The functions of which CloudWatch counts more failures than were read, the worst first.
    #[must_use]
    pub fn excess(self, counts: &Counts, seen: &Seen) -> Vec<Excess> {
        let mut found: Vec<Excess> =
            seen.functions().filter_map(|function| self.excess_of(function, counts, seen)).collect();
        found.sort_by_key(|excess| std::cmp::Reverse(excess.missing));
        found
    }

    fn excess_of(self, function: &str, counts: &Counts, seen: &Seen) -> Option<Excess> {
        let within = |(begin, _): &(i64, u64)| (self.from..self.to).contains(begin);
        let counted: u64 = counts.periods(function, Measure::Dropped).filter(within).map(|(_, value)| value).sum();
        let read = seen.between(function, self.from / MINUTE - 1, self.to / MINUTE + 1);
        let missing = counted.saturating_sub(read);
        (missing > 0).then(|| Excess { function: function.to_owned(), missing })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Ten minutes after the first.
    const NOW: i64 = 100 * MINUTE;

    fn counts(dropped: &[(i64, u64)]) -> Counts {
        let mut counts = Counts::default();
        for (minute, value) in dropped {
            counts.add("f", Measure::Dropped, minute * MINUTE, *value);
        }
        counts
    }

    fn seen(failures: &[(u64, i64)]) -> Seen {
        let mut seen = Seen::default();
        seen.function("f");
        for (request, at) in failures {
            seen.failure("f", *request, *at);
        }
        seen
    }

    fn missing(since: i64, dropped: &[(i64, u64)], failures: &[(u64, i64)]) -> u64 {
        let excess = Reckoning::of(since, NOW).unwrap().excess(&counts(dropped), &seen(failures));
        excess.first().map_or(0, |excess| excess.missing)
    }

    #[test]
    fn what_is_counted_and_not_read_is_missing() {
        assert_eq!(missing(90 * MINUTE, &[(91, 9)], &[(1, 91 * MINUTE), (2, 92 * MINUTE)]), 7);
        assert_eq!(missing(90 * MINUTE, &[(91, 2)], &[(1, 91 * MINUTE), (2, 92 * MINUTE)]), 0);
        assert_eq!(missing(90 * MINUTE, &[(91, 1)], &[(1, 91 * MINUTE), (2, 92 * MINUTE)]), 0, "more records");
    }

    #[test]
    fn a_failure_counts_once_however_often_it_is_delivered() {
        assert_eq!(missing(90 * MINUTE, &[(91, 2)], &[(1, 91 * MINUTE), (1, 91 * MINUTE + 5), (1, 93 * MINUTE)]), 1);
    }

    #[test]
    fn minutes_that_are_not_settled_or_not_wholly_read_do_not_count() {
        assert_eq!(missing(90 * MINUTE, &[(97, 5), (98, 5), (99, 5)], &[]), 0, "too new");
        assert_eq!(missing(90 * MINUTE, &[(96, 5)], &[]), 5, "the last that counts");
        assert_eq!(missing(90 * MINUTE + 1, &[(90, 5)], &[]), 0, "partly before the span");
        assert_eq!(missing(90 * MINUTE, &[(89, 5), (90, 3)], &[]), 3);
    }

    #[test]
    fn a_record_in_the_neighbouring_minute_answers_for_its_count() {
        assert_eq!(missing(90 * MINUTE, &[(90, 1)], &[(1, 90 * MINUTE - 1)]), 0);
        assert_eq!(missing(90 * MINUTE, &[(96, 1)], &[(1, 97 * MINUTE + 59_999)]), 0);
        assert_eq!(missing(90 * MINUTE, &[(96, 1)], &[(1, 98 * MINUTE)]), 1);
    }

    #[test]
    fn nothing_is_reckoned_before_a_minute_has_settled() {
        assert_eq!(Reckoning::of(NOW - SETTLED, NOW), None);
        assert_eq!(Reckoning::of(NOW - SETTLED - 1, NOW), None);
        let one = Reckoning { from: NOW - SETTLED - MINUTE, to: NOW - SETTLED };
        assert_eq!(Reckoning::of(NOW - SETTLED - MINUTE, NOW), Some(one));
    }
}
