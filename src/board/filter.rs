//! A query being applied to the kept entries, newest first, while more of them come and go.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::both::both;
use super::entry::{Entry, Pane, Seq, State, Subject};
use super::label::{LabelId, Labels};
use super::order::{Key, Order};
use super::query::Query;
use super::store::{Slot, Store};
use crate::record::{Condition, Outcome};

/// Entries from which on a second thread is worth starting, where each must be looked at.
const SHARED: usize = 512;

/// The views of a query and how far it has been applied.
///
/// Every entry has been looked at but those `ahead` of the scan, whatever was appended or evicted meanwhile: one that is
/// appended behind it is looked at once, at once, or waits when the query is slow. The empty query looks at nothing: its
/// views are the panes.
#[derive(Debug)]
pub(super) struct Filter {
    query: Query,
    /// The query with its condition terms taken out, and those alone.
    unnarrowed: Query,
    narrowing: Query,
    now: i64,
    ahead: Ahead,
    settled: bool,
    failures: Order,
    successes: Order,
    /// Entries appended behind the scan that a slow query has not looked at.
    waiting: BTreeSet<Key>,
    /// By label: arrivals that match `unnarrowed`, and what the label tells of them.
    counts: Vec<usize>,
    known: Vec<Known>,
    learned: u64,
}

/// What a scan has not looked at.
#[derive(Debug)]
pub(super) enum Ahead {
    /// All before this key.
    Before(Key),
    /// These, ascending; no other can match.
    Only(VecDeque<Key>),
}

impl Ahead {
    fn holds(&self, key: Key) -> bool {
        match self {
            Self::Before(reached) => key < *reached,
            Self::Only(left) => left.binary_search(&key).is_ok(),
        }
    }

    /// Takes out an entry that is given up; false when it had been looked at.
    fn forget(&mut self, key: Key) -> bool {
        match self {
            Self::Before(reached) => key < *reached,
            Self::Only(left) => left.binary_search(&key).ok().and_then(|at| left.remove(at)).is_some(),
        }
    }

    /// Takes off `key`, the last of it.
    fn pass(&mut self, key: Key) {
        match self {
            Self::Before(reached) => *reached = key,
            Self::Only(left) => drop(left.pop_back_if(|last| *last == key)),
        }
    }
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
            ahead: Ahead::Before(Key::LAST),
            settled: false,
            failures: Order::default(),
            successes: Order::default(),
            waiting: BTreeSet::new(),
            counts: Vec::new(),
            known: Vec::new(),
            learned: u64::MAX,
        }
    }

    pub(super) fn query(&self) -> &Query {
        &self.query
    }

    pub(super) fn ahead(&self) -> &Ahead {
        &self.ahead
    }

    /// Notes that only these entries, in ascending order, can match of all that are there.
    pub(super) fn narrow(&mut self, keys: Vec<Key>) {
        self.ahead = Ahead::Only(keys.into());
    }

    pub(super) fn now(&self) -> i64 {
        self.now
    }

    pub(super) fn set_now(&mut self, now: i64) {
        self.now = now;
    }

    /// The rows that the query leaves of a pane, so far; `None` when it leaves all of them.
    pub(super) fn rows(&self, pane: Pane) -> Option<&Order> {
        let rows = match pane {
            Pane::Failures => &self.failures,
            Pane::Successes => &self.successes,
        };
        (!self.query.is_all()).then_some(rows)
    }

    pub(super) fn settled(&self) -> bool {
        self.settled
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
        let (more, mut verdicts) = both(|| all(there), || all(here));
        verdicts.extend(more);
        verdicts
    }

    /// Takes in what was said of the next entry of the scan, which must be the last one that is ahead of it.
    pub(super) fn scanned(&mut self, key: Key, slot: Option<&Slot>, verdict: Option<Verdict>) {
        self.ahead.pass(key);
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

    /// Notes that there is nothing ahead.
    pub(super) fn settle(&mut self) {
        self.ahead = Ahead::Before(Key::FIRST);
        self.settled = true;
    }

    pub(super) fn appended(&mut self, key: Key, slot: &Slot) {
        if self.query.is_all() || self.ahead.holds(key) {
            return;
        }
        if self.query.is_slow() {
            self.waiting.insert(key);
            self.settled = false;
        } else {
            let verdict = self.verdict(slot, slot.state, self.now);
            self.admit(key, Some(slot), verdict);
        }
    }

    /// Looks again at an entry whose state or age has changed from `state` and `now`.
    pub(super) fn look_again(&mut self, key: Key, slot: &Slot, state: State, now: i64) {
        if self.query.is_all() || self.ahead.holds(key) || self.waiting.contains(&key) {
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
        if self.query.is_all() || self.waiting.remove(&key) || self.ahead.forget(key) {
            return;
        }
        let Some(entry) = slot.entry() else { return };
        let shown = self.rows_mut(entry.pane()).remove(key);
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
        for (id, label, all) in labels.iter() {
            let matching = || self.counts.get(id as usize).copied().unwrap_or_default();
            *sums.entry(&label.condition).or_default() += if self.query.is_all() { all } else { matching() };
        }
        sums.retain(|_, count| *count > 0);
        let mut counts: Vec<_> = sums.into_iter().map(|(condition, count)| (condition.clone(), count)).collect();
        counts.sort_by_key(|(condition, count)| (condition.outcome() == Outcome::Success, Reverse(*count)));
        counts
    }

    fn rows_mut(&mut self, pane: Pane) -> &mut Order {
        match pane {
            Pane::Failures => &mut self.failures,
            Pane::Successes => &mut self.successes,
        }
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
            self.rows_mut(entry.pane()).insert(key);
        }
    }

    fn withdraw(&mut self, key: Key, slot: &Slot, verdict: Option<Verdict>) {
        let Some(verdict) = verdict else { return };
        if verdict.counted {
            self.count(slot.label, -1);
        }
        if let Some(pane) = slot.entry().map(Entry::pane).filter(|_| verdict.shown) {
            self.rows_mut(pane).remove(key);
        }
    }

    fn count(&mut self, label: LabelId, by: isize) {
        if let Some(count) = self.counts.get_mut(label as usize) {
            *count = count.saturating_add_signed(by);
        }
    }
}
