//! A query being applied to the kept entries, newest first, while more of them come and go.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::entry::{Entry, Pane};
use super::order::Key;
use super::query::Query;
use super::view::View;
use crate::record::{Condition, Outcome};

/// The views of a query and how far it has been applied.
///
/// Every entry from `reached` on has been looked at and no entry before it, whatever was appended or evicted
/// meanwhile: an entry appended behind `reached` is looked at once, at once; one before it is left to the scan.
#[derive(Debug)]
pub(super) struct Filter {
    query: Query,
    /// The query with its condition terms taken out, and those alone.
    unnarrowed: Query,
    narrowing: Query,
    reached: Key,
    failures: View,
    successes: View,
    /// Arrivals that match `unnarrowed`, by condition; none of them is 0.
    conditions: BTreeMap<Condition, usize>,
}

impl Filter {
    /// A filter that has looked at nothing.
    pub(super) fn new(query: Query) -> Self {
        Self {
            unnarrowed: query.without_conditions(),
            narrowing: query.only_conditions(),
            query,
            reached: Key::LAST,
            failures: View::default(),
            successes: View::default(),
            conditions: BTreeMap::new(),
        }
    }

    pub(super) fn query(&self) -> &Query {
        &self.query
    }

    pub(super) fn reached(&self) -> Key {
        self.reached
    }

    pub(super) fn view(&self, pane: Pane) -> &View {
        match pane {
            Pane::Failures => &self.failures,
            Pane::Successes => &self.successes,
        }
    }

    /// Looks at the next entry of the scan, which must be the last one before `reached`.
    pub(super) fn scan(&mut self, key: Key, entry: Option<&Entry>) {
        self.reached = key;
        if let Some(entry) = entry {
            self.look_at(key, entry);
        }
    }

    /// Notes that there is nothing before `reached`.
    pub(super) fn settle(&mut self) {
        self.reached = Key::FIRST;
        self.failures.settled = true;
        self.successes.settled = true;
    }

    pub(super) fn append(&mut self, key: Key, entry: &Entry) {
        if key >= self.reached {
            self.look_at(key, entry);
        }
    }

    /// Forgets the oldest entry of its pane.
    pub(super) fn evict(&mut self, key: Key, entry: &Entry) {
        if key < self.reached {
            return;
        }
        let rows = &mut self.view_mut(entry.pane()).rows;
        let shown = rows.first() == Some(key);
        if shown {
            rows.pop_first();
        }
        if shown || !self.narrowing.is_all() && self.unnarrowed.matches(entry) {
            self.uncount(entry);
        }
    }

    /// How many arrivals match the query without its condition terms, by condition: failures first, the most first.
    pub(super) fn condition_counts(&self) -> Vec<(Condition, usize)> {
        let mut counts: Vec<_> = self.conditions.iter().map(|(condition, &count)| (condition.clone(), count)).collect();
        counts.sort_by_key(|(condition, count)| (condition.outcome() == Outcome::Success, Reverse(*count)));
        counts
    }

    fn view_mut(&mut self, pane: Pane) -> &mut View {
        match pane {
            Pane::Failures => &mut self.failures,
            Pane::Successes => &mut self.successes,
        }
    }

    fn look_at(&mut self, key: Key, entry: &Entry) {
        if !self.unnarrowed.matches(entry) {
            return;
        }
        if let Some(arrival) = entry.arrival() {
            // Looked up before it is cloned: the condition is nearly always there already.
            match self.conditions.get_mut(arrival.record.condition()) {
                Some(count) => *count += 1,
                None => drop(self.conditions.insert(arrival.record.condition().clone(), 1)),
            }
        }
        if self.narrowing.matches(entry) {
            self.view_mut(entry.pane()).rows.insert(key);
        }
    }

    fn uncount(&mut self, entry: &Entry) {
        let Some(arrival) = entry.arrival() else {
            return;
        };
        let Some(count) = self.conditions.get_mut(arrival.record.condition()) else {
            return;
        };
        *count -= 1;
        if *count == 0 {
            self.conditions.remove(arrival.record.condition());
        }
    }
}
