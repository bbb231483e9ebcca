//! Failures that are the same failure, gathered by their fingerprint.

use std::collections::{BTreeSet, HashMap};

use super::entry::{Entry, Pane, Seq};
use super::{Board, Query};
use crate::record::{Arrival, Fingerprint, FunctionArn, InvocationError};

/// Parts of the time span that a group's failures are counted in.
pub(super) const PARTS: usize = 16;

/// Failures from which on a second thread is worth starting.
const SHARED: usize = 256;

/// The failures that share a fingerprint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// Its name, the same in every run and on every machine.
    pub fingerprint: Fingerprint,
    /// How many failures have it.
    pub count: usize,
    /// When the first was logged, in milliseconds since the Unix epoch.
    pub first: i64,
    /// When the last was.
    pub last: i64,
    /// The versions that ran, in order.
    pub versions: BTreeSet<String>,
    /// How many fell into each part of the whole span, the oldest part first.
    pub parts: [usize; PARTS],
    /// The newest of them.
    pub sample: Seq,
    /// Name of the function.
    pub function: String,
    /// What the newest says of its error; `None` when it only has its condition.
    pub error: Option<InvocationError>,
}

/// The groups of the failures that a view held at one time, gathered newest first in slices.
#[derive(Debug)]
pub struct Groups {
    /// Rows that are still to be looked at, the oldest first.
    left: Vec<Seq>,
    span: (i64, i64),
    of: usize,
    gathered: usize,
    by_name: HashMap<Fingerprint, Group>,
}

impl Groups {
    /// Begins with the failures in sight of a board.
    #[must_use]
    pub fn new(board: &Board) -> Self {
        let left: Vec<_> = board.view(Pane::Failures).iter_from(0).collect();
        let time = |seq: Option<&Seq>| seq.and_then(|&seq| board.get(seq)).map_or(0, Entry::time);
        let span = (time(left.first()), time(left.last()));
        Self { of: left.len(), left, span, gathered: 0, by_name: HashMap::new() }
    }

    /// Looks at some more failures, and says whether any are left.
    pub fn advance(&mut self, board: &Board, budget: usize) -> bool {
        let slice = self.left.split_off(self.left.len().saturating_sub(budget));
        let entries: Vec<_> = slice.iter().rev().filter_map(|&seq| Some((seq, board.get(seq)?.arrival()?))).collect();
        for ((seq, arrival), fingerprint) in entries.iter().zip(fingerprints(&entries)) {
            if let Some(fingerprint) = fingerprint {
                self.add(*seq, arrival, fingerprint);
            }
        }
        !self.left.is_empty()
    }

    /// Whether every failure has been looked at.
    #[must_use]
    pub fn settled(&self) -> bool {
        self.left.is_empty()
    }

    /// How many rows have been looked at, and of how many.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.of - self.left.len(), self.of)
    }

    /// Failures in all groups.
    #[must_use]
    pub fn gathered(&self) -> usize {
        self.gathered
    }

    /// The groups, the largest first; of equal ones that which was seen last.
    #[must_use]
    pub fn sorted(&self) -> Vec<&Group> {
        let mut groups: Vec<_> = self.by_name.values().collect();
        groups.sort_by_key(|group| std::cmp::Reverse((group.count, group.last, group.fingerprint)));
        groups
    }

    fn add(&mut self, seq: Seq, arrival: &Arrival, fingerprint: Fingerprint) {
        self.gathered += 1;
        let time = arrival.time();
        let part = part_of(time, self.span);
        let group = self.by_name.entry(fingerprint).or_insert_with(|| Group::new(fingerprint, seq, arrival));
        group.count += 1;
        group.first = group.first.min(time);
        group.parts[part] += 1;
        if let Some(version) = arrival.record.executed_version()
            && !group.versions.contains(version)
        {
            group.versions.insert(version.to_owned());
        }
    }
}

impl Group {
    fn new(fingerprint: Fingerprint, seq: Seq, arrival: &Arrival) -> Self {
        Self {
            fingerprint,
            count: 0,
            first: arrival.time(),
            last: arrival.time(),
            versions: BTreeSet::new(),
            parts: [0; PARTS],
            sample: seq,
            function: arrival.record.function().map_or("?", FunctionArn::name).to_owned(),
            error: arrival.record.error(),
        }
    }

    /// The query that leaves only this group of what another query leaves.
    #[must_use]
    pub fn within(&self, query: &Query) -> Query {
        query.narrowed_to(self.fingerprint)
    }
}

fn part_of(time: i64, (from, to): (i64, i64)) -> usize {
    let span = to.saturating_sub(from).max(1).cast_unsigned();
    let at = time.saturating_sub(from).max(0).cast_unsigned();
    ((u128::from(at) * PARTS as u128 / (u128::from(span) + 1)) as usize).min(PARTS - 1)
}

/// The fingerprint of each, which takes reading its error.
fn fingerprints(entries: &[(Seq, &Arrival)]) -> Vec<Option<Fingerprint>> {
    let one = |(_, arrival): &(Seq, &Arrival)| arrival.record.fingerprint();
    if entries.len() < SHARED {
        return entries.iter().map(one).collect();
    }
    let (here, there) = entries.split_at(entries.len() / 2);
    std::thread::scope(|scope| {
        let other = scope.spawn(|| there.iter().map(one).collect::<Vec<_>>());
        let mut found: Vec<_> = here.iter().map(one).collect();
        match other.join() {
            Ok(more) => found.extend(more),
            Err(panic) => std::panic::resume_unwind(panic),
        }
        found
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sample::{Sample, gap, unreadable};
    use super::*;

    fn failure(time: i64, function: &str, message: &str) -> Entry {
        let response = format!(r#"{{"errorType":"E","errorMessage":"{message}"}}"#);
        Sample { time, condition: "RetriesExhausted", function, response: &response, ..Sample::default() }.entry()
    }

    fn board_of(entries: impl IntoIterator<Item = Entry>) -> Board {
        let mut board = Board::new(usize::MAX);
        for entry in entries {
            board.append(entry);
        }
        board
    }

    #[test]
    fn variable_parts_do_not_part_a_group() {
        let success = Sample::default().entry();
        let entries = [failure(10, "a:1", "order 17 failed"), success, failure(30, "a:1", "order 18 failed")];
        let mut board =
            board_of(entries.into_iter().chain([failure(20, "b:1", "order 1 failed"), unreadable(5), gap(6, "x")]));
        let mut groups = Groups::new(&board);
        assert!(groups.advance(&board, 1));
        assert_eq!((groups.gathered(), groups.progress()), (1, (1, 5)));
        assert!(!groups.advance(&board, 10));
        let sorted = groups.sorted();
        let seen: Vec<_> =
            sorted.iter().map(|group| (group.function.as_str(), group.count, group.first, group.last)).collect();
        assert_eq!(seen, [("a", 2, 10, 30), ("b", 1, 20, 20)]);
        assert_eq!(sorted[0].error.as_ref().and_then(|error| error.message.as_deref()), Some("order 18 failed"));
        assert_eq!(sorted[0].versions, BTreeSet::from(["$LATEST".to_owned()]));
        let only = sorted[0].within(&Query::parse("fn:a or fn:b").expect("a query"));
        board.set_query(only);
        assert!(!board.advance(100));
        assert_eq!(board.view(Pane::Failures).len(), 2);
    }

    #[test]
    fn another_group_takes_the_place_of_the_first() {
        let board = board_of([failure(1, "a:1", "x"), failure(2, "a:1", "y")]);
        let mut groups = Groups::new(&board);
        groups.advance(&board, 10);
        let sorted = groups.sorted();
        let twice = sorted[1].within(&sorted[0].within(&Query::parse("x or y").expect("a query")));
        assert_eq!(twice.to_string(), format!("(x or y) fingerprint:{}", sorted[1].fingerprint));
    }

    proptest! {
        #[test]
        fn any_failures_are_counted_as_by_hand(
            made in prop::collection::vec((0i64..100, 0usize..3, 0usize..3), 0..60),
            slice in 1usize..20,
        ) {
            let functions = ["a:1", "b:1", "c:1"];
            let messages = ["no stock", "no money", "late by 5"];
            let board = board_of(made.iter().map(|&(time, f, m)| failure(time, functions[f], messages[m])));
            let mut groups = Groups::new(&board);
            while groups.advance(&board, slice) {}
            prop_assert_eq!(groups.gathered(), made.len());
            let mut expected: Vec<_> = (0..9)
                .filter_map(|kind| {
                    let of: Vec<i64> = made.iter().filter(|it| it.1 * 3 + it.2 == kind).map(|it| it.0).collect();
                    Some((of.len(), *of.iter().min()?, *of.iter().max()?))
                })
                .collect();
            let mut seen: Vec<_> = groups.sorted().iter().map(|group| (group.count, group.first, group.last)).collect();
            prop_assert!(groups.sorted().iter().all(|group| group.parts.iter().sum::<usize>() == group.count));
            expected.sort_unstable();
            seen.sort_unstable();
            prop_assert_eq!(seen, expected);
        }
    }
}
