//! Failures that are the same failure, gathered by their fingerprint.

mod course;

use std::collections::{BTreeSet, HashMap};

use self::course::{Course, PARTS, Scale};
use super::both::both;
use super::entry::{Pane, Seq};
use super::order::Key;
use super::{Board, Query};
use crate::record::{Arrival, Fingerprint, FunctionArn, InvocationError};

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
    /// The newest of them.
    pub sample: Seq,
    /// Name of the function.
    pub function: String,
    /// Their error, its message without what varies from one of them to the next; `None` when they only have their
    /// condition.
    pub error: Option<InvocationError>,
    course: Course,
}

/// The groups of the failures in sight, gathered newest first in slices; what comes meanwhile and later is counted in.
///
/// What is given up or filtered out after it was counted stays counted.
#[derive(Debug)]
pub struct Groups {
    /// Down to where rows have been looked at; `None` when all have.
    reached: Option<Key>,
    /// Rows from this place on were not there when it began.
    begun: Seq,
    /// Up to where those have been looked at.
    followed: Seq,
    scale: Scale,
    looked: usize,
    of: usize,
    gathered: usize,
    by_name: HashMap<Fingerprint, Group>,
    /// The names in the order in which they were met.
    names: Vec<Fingerprint>,
}

impl Groups {
    /// Begins with the failures in sight of a board.
    #[must_use]
    pub fn new(board: &Board) -> Self {
        let rows = &board.view(Pane::Failures).rows;
        let times = rows.get(0).zip(rows.iter_before(Key::LAST).next()).map(|(first, last)| (first.time, last.time));
        let begun = board.filter.first_waiting().unwrap_or(board.store.next()).min(board.store.next());
        Self {
            reached: Some(Key::LAST),
            begun,
            followed: begun,
            scale: Scale::of(times),
            looked: 0,
            of: rows.len(),
            gathered: 0,
            by_name: HashMap::new(),
            names: Vec::new(),
        }
    }

    /// Looks at some more failures, those that came last first, and says whether any are left.
    pub fn advance(&mut self, board: &Board, budget: usize) -> bool {
        let mut slice = self.arrived(board, budget);
        slice.extend(self.earlier(board, budget.saturating_sub(slice.len())));
        self.looked += slice.len();
        self.of = self.looked.max(board.view(Pane::Failures).len());
        let entries: Vec<_> = slice.iter().filter_map(|&seq| Some((seq, board.get(seq)?.arrival()?))).collect();
        for ((seq, arrival), fingerprint) in entries.iter().zip(fingerprints(&entries)) {
            if let Some(fingerprint) = fingerprint {
                self.add(*seq, arrival, fingerprint);
            }
        }
        self.is_behind(board)
    }

    /// Rows that came after it began; a slow query may still be judging some.
    fn arrived(&mut self, board: &Board, budget: usize) -> Vec<Seq> {
        if !board.view(Pane::Failures).settled() {
            return Vec::new();
        }
        let first = self.followed.0;
        let end = board.store.next().0.min(first.saturating_add(budget as u64));
        self.followed = Seq(end.max(first));
        let is_failure = |seq: &Seq| board.get(*seq).is_some_and(|entry| entry.pane() == Pane::Failures);
        let in_sight = |seq: &Seq| is_failure(seq) && board.position(*seq).is_some();
        (first..end).map(Seq).filter(in_sight).collect()
    }

    /// Rows that were there when it began, or that the filter has come to since.
    fn earlier(&mut self, board: &Board, budget: usize) -> Vec<Seq> {
        let Some(reached) = self.reached else { return Vec::new() };
        let view = board.view(Pane::Failures);
        let keys: Vec<Key> = view.rows.iter_before(reached).take(budget).collect();
        let is_last = keys.len() < budget && view.settled();
        self.reached = if is_last { None } else { Some(keys.last().copied().unwrap_or(reached)) };
        keys.into_iter().map(|key| key.seq).filter(|seq| *seq < self.begun).collect()
    }

    /// Whether failures are in sight that have not been looked at, or may come into sight.
    #[must_use]
    pub fn is_behind(&self, board: &Board) -> bool {
        self.reached.is_some() || self.followed < board.store.next()
    }

    /// Whether everything that was in sight when it began has been looked at.
    #[must_use]
    pub fn settled(&self) -> bool {
        self.reached.is_none()
    }

    /// How many rows have been looked at, and of how many.
    #[must_use]
    pub fn progress(&self) -> (usize, usize) {
        (self.looked, self.of)
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

    /// How many groups there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// The names of all groups, in the order in which they were met.
    #[must_use]
    pub fn names(&self) -> &[Fingerprint] {
        &self.names
    }

    /// The group of a name.
    #[must_use]
    pub fn get(&self, fingerprint: Fingerprint) -> Option<&Group> {
        self.by_name.get(&fingerprint)
    }

    /// How many failures of a group fell into each part of the span of all groups, the oldest part first.
    #[must_use]
    pub fn parts(&self, group: &Group) -> [usize; PARTS] {
        self.scale.parts(&group.course)
    }

    fn add(&mut self, seq: Seq, arrival: &Arrival, fingerprint: Fingerprint) {
        self.gathered += 1;
        let time = arrival.time();
        while self.scale.stretch(time) {
            self.by_name.values_mut().for_each(|group| group.course.halve());
        }
        let group = self.by_name.entry(fingerprint).or_insert_with(|| {
            self.names.push(fingerprint);
            Group::new(fingerprint, seq, arrival)
        });
        group.count += 1;
        group.first = group.first.min(time);
        if (time, seq) > (group.last, group.sample) {
            (group.last, group.sample) = (time, seq);
        }
        group.course.add(self.scale.bin(time));
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
            sample: seq,
            function: arrival.record.function().map_or("?", FunctionArn::name).to_owned(),
            error: arrival.record.error().map(|error| error.masked(arrival.record.request_id())),
            course: Course::default(),
        }
    }

    /// The query that leaves only this group of what another query leaves.
    #[must_use]
    pub fn within(&self, query: &Query) -> Query {
        query.narrowed_to(self.fingerprint)
    }
}

/// The fingerprint of each, which takes reading its error.
fn fingerprints(entries: &[(Seq, &Arrival)]) -> Vec<Option<Fingerprint>> {
    let one = |(_, arrival): &(Seq, &Arrival)| arrival.record.fingerprint();
    if entries.len() < SHARED {
        return entries.iter().map(one).collect();
    }
    let (here, there) = entries.split_at(entries.len() / 2);
    let all = |entries: &[(Seq, &Arrival)]| entries.iter().map(one).collect::<Vec<_>>();
    let (more, mut found) = both(|| all(there), || all(here));
    found.extend(more);
    found
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::entry::Entry;
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
        let message = sorted[0].error.as_ref().and_then(|error| error.message.as_deref());
        assert_eq!((message, sorted[0].sample), (Some("order # failed"), Seq(2)));
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
            prop_assert!(groups.sorted().iter().all(|group| groups.parts(group).iter().sum::<usize>() == group.count));
            expected.sort_unstable();
            seen.sort_unstable();
            prop_assert_eq!(seen, expected);
        }

        #[test]
        fn what_comes_while_they_are_open_is_counted_as_by_hand(
            before in prop::collection::vec((-90i64..100, 0usize..3, 0usize..3), 0..20),
            after in prop::collection::vec((-900i64..5_000, 0usize..3, 0usize..3, any::<bool>()), 0..40),
            query in prop::sample::select(vec!["", "fn:a or fn:b", "jq:'.requestContext.functionArn|endswith(\"c:1\")|not'"]),
            slice in 1usize..20,
        ) {
            let functions = ["a:1", "b:1", "c:1"];
            let messages = ["no stock", "no money", "late by 5"];
            let entry = |time, f: usize, m: usize| failure(time, functions[f], messages[m]);
            let mut board = board_of(before.iter().map(|&(time, f, m)| entry(time, f, m)));
            board.set_query(Query::parse(query).expect("a query"));
            let mut groups = Groups::new(&board);
            for &(time, f, m, looks) in &after {
                board.append(entry(time, f, m));
                if looks {
                    board.advance(slice);
                    groups.advance(&board, slice);
                }
            }
            while board.advance(slice) | groups.advance(&board, slice) {}
            let mut anew = Groups::new(&board);
            while anew.advance(&board, 100) {}
            let told = |groups: &Groups| {
                let told = |group: &&Group| (group.fingerprint, group.count, group.first, group.last, group.sample);
                groups.sorted().iter().map(told).collect::<Vec<_>>()
            };
            prop_assert_eq!(told(&groups), told(&anew));
            prop_assert_eq!(groups.gathered(), board.view(Pane::Failures).len());
            prop_assert!(groups.sorted().iter().all(|group| groups.parts(group).iter().sum::<usize>() == group.count));
        }
    }
}
