//! A query being applied to the kept entries, newest first, while more of them come and go.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::entry::{Entry, Pane, Seq, State, Subject};
use super::label::{LabelId, Labels};
use super::order::Key;
use super::query::Query;
use super::store::{Slot, Store};
use super::view::View;
use crate::record::{Condition, Outcome};

/// Entries from which on a second thread is worth starting, where each must be looked at.
const SHARED: usize = 512;

/// The views of a query and how far it has been applied.
///
/// Every entry from `reached` on has been looked at and no entry before it, whatever was appended or evicted
/// meanwhile: an entry appended behind `reached` is looked at once, at once, or waits when the query is slow; one before
/// it is left to the scan.
#[derive(Debug)]
pub(super) struct Filter {
    query: Query,
    /// The query with its condition terms taken out, and those alone.
    unnarrowed: Query,
    narrowing: Query,
    now: i64,
    reached: Key,
    failures: View,
    successes: View,
    /// Entries appended behind `reached` that a slow query has not looked at.
    waiting: BTreeSet<Key>,
    /// By label: arrivals that match `unnarrowed`, and what the label tells of them.
    counts: Vec<usize>,
    known: Vec<Known>,
    learned: u64,
}

/// What a label tells without a look at the entry.
#[derive(Debug, Clone, Copy, Default)]
struct Known {
    unnarrowed: Option<bool>,
    narrowing: Option<bool>,
}

/// What a query says of one entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Verdict {
    /// It matches apart from its condition.
    counted: bool,
    shown: bool,
}

impl Filter {
    /// A filter that has looked at nothing.
    pub(super) fn new(query: Query, now: i64) -> Self {
        Self {
            unnarrowed: query.without_conditions(),
            narrowing: query.only_conditions(),
            query,
            now,
            reached: Key::LAST,
            failures: View::default(),
            successes: View::default(),
            waiting: BTreeSet::new(),
            counts: Vec::new(),
            known: Vec::new(),
            learned: u64::MAX,
        }
    }

    pub(super) fn query(&self) -> &Query {
        &self.query
    }

    pub(super) fn reached(&self) -> Key {
        self.reached
    }

    pub(super) fn now(&self) -> i64 {
        self.now
    }

    pub(super) fn set_now(&mut self, now: i64) {
        self.now = now;
    }

    pub(super) fn view(&self, pane: Pane) -> &View {
        match pane {
            Pane::Failures => &self.failures,
            Pane::Successes => &self.successes,
        }
    }

    /// Asks every label what it tells, when some are new.
    pub(super) fn learn(&mut self, labels: &Labels) {
        if self.learned == labels.changes() {
            return;
        }
        self.learned = labels.changes();
        self.counts.resize(labels.len(), 0);
        self.known = (0..labels.len())
            .map(|id| {
                labels.get(id as LabelId).map_or_else(Known::default, |label| Known {
                    unnarrowed: self.unnarrowed.known(label),
                    narrowing: self.narrowing.known(label),
                })
            })
            .collect();
    }

    /// What the query says of each entry; `None` where none is left.
    pub(super) fn judge(&self, store: &Store, keys: &[Key]) -> Vec<Option<Verdict>> {
        let one = |key: &Key| store.slot(key.seq).and_then(|slot| self.verdict(slot, slot.state, self.now));
        let looks = self.known.iter().any(|known| known.unnarrowed.is_none());
        let all = |keys: &[Key]| self.query.with_room(|| keys.iter().map(one).collect::<Vec<_>>());
        if !looks || keys.len() < SHARED && !self.query.is_slow() {
            return all(keys);
        }
        let (here, there) = keys.split_at(keys.len() / 2);
        std::thread::scope(|scope| {
            let other = scope.spawn(|| all(there));
            let mut verdicts = all(here);
            match other.join() {
                Ok(more) => verdicts.extend(more),
                Err(panic) => std::panic::resume_unwind(panic),
            }
            verdicts
        })
    }

    /// Takes in what was said of the next entry of the scan, which must be the last one before `reached`.
    pub(super) fn scanned(&mut self, key: Key, slot: Option<&Slot>, verdict: Option<Verdict>) {
        self.reached = key;
        self.admit(key, slot, verdict);
    }

    /// The entries that wait for a slow query, at most so many.
    pub(super) fn waiting(&self, budget: usize) -> Vec<Key> {
        self.waiting.iter().rev().take(budget).copied().collect()
    }

    /// The first in the order of appending of the entries that wait for a slow query.
    pub(super) fn first_waiting(&self) -> Option<Seq> {
        self.waiting.iter().map(|key| key.seq).min()
    }

    pub(super) fn is_waited_for(&self) -> bool {
        !self.waiting.is_empty()
    }

    /// Takes in what was said of an entry that waited.
    pub(super) fn served(&mut self, key: Key, slot: Option<&Slot>, verdict: Option<Verdict>) {
        self.waiting.remove(&key);
        self.admit(key, slot, verdict);
    }

    /// Notes that there is nothing before `reached`.
    pub(super) fn settle(&mut self) {
        self.reached = Key::FIRST;
        self.set_settled(true);
    }

    pub(super) fn appended(&mut self, key: Key, slot: &Slot) {
        if key < self.reached {
            return;
        }
        if self.query.is_slow() {
            self.waiting.insert(key);
            self.set_settled(false);
        } else {
            let verdict = self.verdict(slot, slot.state, self.now);
            self.admit(key, Some(slot), verdict);
        }
    }

    /// Looks again at an entry whose state or age has changed from `state` and `now`.
    pub(super) fn look_again(&mut self, key: Key, slot: &Slot, state: State, now: i64) {
        if key < self.reached || self.waiting.contains(&key) {
            return;
        }
        let before = self.verdict(slot, state, now);
        let after = self.verdict(slot, slot.state, self.now);
        if before != after {
            self.withdraw(key, slot, before);
            self.admit(key, Some(slot), after);
        }
    }

    /// Forgets an entry that is given up.
    pub(super) fn evict(&mut self, key: Key, slot: &Slot) {
        if self.waiting.remove(&key) || key < self.reached {
            return;
        }
        let Some(entry) = slot.entry() else { return };
        let shown = self.view_mut(entry.pane()).rows.remove(key);
        let counted = || self.verdict(slot, slot.state, self.now).is_some_and(|verdict| verdict.counted);
        if shown || !self.narrowing.is_all() && counted() {
            self.count(slot.label, -1);
        }
    }

    /// Forgets what was known of a label whose place may get another one.
    pub(super) fn forget(&mut self, label: LabelId) {
        if let Some(count) = self.counts.get_mut(label as usize) {
            *count = 0;
        }
        self.learned = u64::MAX;
    }

    /// How many arrivals match the query without its condition terms, by condition: failures first, the most first.
    pub(super) fn condition_counts(&self, labels: &Labels) -> Vec<(Condition, usize)> {
        let mut sums: BTreeMap<&Condition, usize> = BTreeMap::new();
        for (id, &count) in self.counts.iter().enumerate().filter(|(_, count)| **count > 0) {
            if let Some(label) = labels.get(id as LabelId) {
                *sums.entry(&label.condition).or_default() += count;
            }
        }
        let mut counts: Vec<_> = sums.into_iter().map(|(condition, count)| (condition.clone(), count)).collect();
        counts.sort_by_key(|(condition, count)| (condition.outcome() == Outcome::Success, Reverse(*count)));
        counts
    }

    fn view_mut(&mut self, pane: Pane) -> &mut View {
        match pane {
            Pane::Failures => &mut self.failures,
            Pane::Successes => &mut self.successes,
        }
    }

    fn set_settled(&mut self, settled: bool) {
        self.failures.settled = settled;
        self.successes.settled = settled;
    }

    fn verdict(&self, slot: &Slot, state: State, now: i64) -> Option<Verdict> {
        let known = self.known.get(slot.label as usize).copied().unwrap_or_default();
        let entry = slot.entry()?;
        let met = |query: &Query| query.is_met_by(&Subject { entry, state, now });
        let counted = known.unnarrowed.unwrap_or_else(|| met(&self.unnarrowed));
        Some(Verdict { counted, shown: counted && known.narrowing.unwrap_or_else(|| met(&self.narrowing)) })
    }

    fn admit(&mut self, key: Key, slot: Option<&Slot>, verdict: Option<Verdict>) {
        let (Some(slot), Some(verdict)) = (slot, verdict) else { return };
        if verdict.counted {
            self.count(slot.label, 1);
        }
        if let Some(entry) = slot.entry().filter(|_| verdict.shown) {
            self.view_mut(entry.pane()).rows.insert(key);
        }
    }

    fn withdraw(&mut self, key: Key, slot: &Slot, verdict: Option<Verdict>) {
        let Some(verdict) = verdict else { return };
        if verdict.counted {
            self.count(slot.label, -1);
        }
        if let Some(pane) = slot.entry().map(Entry::pane).filter(|_| verdict.shown) {
            self.view_mut(pane).rows.remove(key);
        }
    }

    fn count(&mut self, label: LabelId, by: isize) {
        if let Some(count) = self.counts.get_mut(label as usize) {
            *count = count.saturating_add_signed(by);
        }
    }
}
