//! The board: a bounded store of what was found, and the views that a query leaves of it.
//!
//! Entries are kept in the order of their time, failures and successes apart. A query is applied newest first in
//! slices ([`Board::advance`]), so that it never holds up who draws; what is appended or evicted meanwhile is in its
//! views at once.

mod both;
mod comparison;
mod differences;
mod entry;
mod filter;
mod groups;
mod label;
mod marks;
mod order;
mod query;
mod replay;
#[cfg(test)]
mod sample;
mod store;
#[cfg(test)]
mod tests;
mod timeline;
mod totals;
mod view;

pub use comparison::{Comparison, Payloads, Place, Side, Tally, Verdict};
pub use differences::{Differences, Finding, What};
pub use entry::{Entry, Pane, Seq, State};
pub use groups::{Group, Groups};
pub use query::{Candidate, Completion, Names, Query, QueryError};
pub use replay::{Replay, ReplayState, Replays};
pub use timeline::{Bar, Spread, TimeFrame, VersionChange};
pub use totals::Totals;
pub use view::View;

use crate::record::{Arrival, Condition};
use filter::{Ahead, Filter};
use label::Labels;
use marks::Marks;
use order::{Key, Order};
use store::Store;
use timeline::Versions;

/// The store of arrivals, unreadable lines and gaps, with one view for each pane.
#[derive(Debug)]
pub struct Board {
    /// Bytes of memory.
    limit: usize,
    store: Store,
    failures: Order,
    successes: Order,
    totals: Totals,
    labels: Labels,
    filter: Filter,
    newest: i64,
    replays: Replays,
    marks: Marks,
    versions: Versions,
}

impl Board {
    /// An empty board that takes about `limit` bytes of memory at most ([`Board::memory`]).
    ///
    /// Over the bound the oldest successes are given up first, when there are none the oldest of the rest, and what is
    /// marked at the very end.
    #[must_use]
    pub fn new(limit: usize) -> Self {
        Self {
            limit,
            store: Store::default(),
            failures: Order::default(),
            successes: Order::default(),
            totals: Totals::default(),
            labels: Labels::default(),
            filter: settled(Query::all(), 0),
            newest: i64::MIN,
            replays: Replays::default(),
            marks: Marks::default(),
            versions: Versions::default(),
        }
    }

    /// Gives up every entry, for those of another source; the query stays, and no place is given out again.
    pub fn empty(&mut self) {
        let (query, now) = (self.filter.query().clone(), self.filter.now());
        let store = Store::after(self.store.next());
        *self = Self { store, filter: settled(query, now), ..Self::new(self.limit) };
    }

    /// Adds an entry in its place by time, and gives up others when that passes the bound.
    ///
    /// The entry itself may be what is given up, when it is the oldest success.
    pub fn append(&mut self, entry: Entry) -> Seq {
        let (key, pane) = (Key { time: entry.time(), seq: self.store.next() }, entry.pane());
        self.totals.count(&entry);
        self.newest = self.newest.max(key.time);
        let label = self.labels.take(&entry);
        if let Some(label) = self.labels.get(label) {
            self.versions.ran(label, key.time);
        }
        self.filter.learn(&self.labels);
        let seq = self.store.append(entry, label);
        if let Some(slot) = self.store.slot(seq) {
            self.filter.appended(key, slot);
        }
        self.order_mut(pane).insert(key);
        self.marks.set(pane, key, false);
        while self.store.memory() > self.limit && self.evict() {}
        seq
    }

    /// The time of the newest entry so far, in milliseconds since the Unix epoch; `None` before the first.
    #[must_use]
    pub fn newest(&self) -> Option<i64> {
        (self.newest > i64::MIN).then_some(self.newest)
    }

    /// What became of an entry; nothing once it was evicted.
    #[must_use]
    pub fn state(&self, seq: Seq) -> State {
        self.store.slot(seq).map(|slot| slot.state).unwrap_or_default()
    }

    /// What became of payloads that were sent again.
    #[must_use]
    pub fn replays(&self) -> &Replays {
        &self.replays
    }

    /// The same, to be changed.
    pub fn replays_mut(&mut self) -> &mut Replays {
        &mut self.replays
    }

    /// Every kept arrival, in the order of appending.
    pub fn arrivals(&self) -> impl Iterator<Item = (Seq, &Arrival)> {
        self.store.iter().filter_map(|(seq, entry)| Some((seq, entry.arrival()?)))
    }

    /// Notes what became of an entry, and filters it anew.
    pub fn set_state(&mut self, seq: Seq, state: State) {
        let now = self.filter.now();
        let Some(slot) = self.store.slot_mut(seq) else { return };
        let before = std::mem::replace(&mut slot.state, state);
        self.totals.late += u64::from(state.late && !before.late);
        let place = slot.entry().map(|entry| (entry.pane(), Key { time: entry.time(), seq }));
        if let (Some(slot), Some((pane, key))) = (self.store.slot(seq), place) {
            self.filter.look_again(key, slot, before, now);
            self.marks.set(pane, key, state.marked);
        }
    }

    /// Marks an entry, or takes its mark away.
    pub fn mark(&mut self, seq: Seq, marked: bool) {
        self.set_state(seq, State { marked, ..self.state(seq) });
    }

    /// Takes all marks away; `false` when there were none.
    pub fn clear_marks(&mut self) -> bool {
        let marked: Vec<Seq> = self.marks.iter().collect();
        for &seq in &marked {
            self.mark(seq, false);
        }
        !marked.is_empty()
    }

    /// The marked entries, in the order of appending, also those that the filter hides.
    pub fn marked(&self) -> impl Iterator<Item = (Seq, &Entry)> {
        self.marks.iter().filter_map(|seq| Some((seq, self.get(seq)?)))
    }

    /// How many of a pane's entries are marked.
    #[must_use]
    pub fn marked_len(&self, pane: Pane) -> usize {
        self.marks.len(pane)
    }

    /// Tells what time it is, in milliseconds since the Unix epoch: `age` terms filter entries anew as they grow older.
    pub fn set_now(&mut self, now: i64) {
        let before = self.filter.now();
        let crossing = self.crossing(before, now);
        self.filter.set_now(now);
        for key in crossing {
            if let Some(slot) = self.store.slot(key.seq) {
                self.filter.look_again(key, slot, slot.state, before);
            }
        }
    }

    /// Entries that reach an age of the query between two times.
    fn crossing(&self, before: i64, now: i64) -> Vec<Key> {
        let mut keys = Vec::new();
        for age in self.filter.query().ages() {
            let from = before.min(now).saturating_sub(age);
            let past = Key { time: before.max(now).saturating_sub(age).saturating_add(1), seq: Seq(0) };
            keys.extend(self.before(past).take_while(|key| key.time >= from));
        }
        keys.sort_unstable();
        keys.dedup();
        keys
    }

    /// The entry at `seq`; `None` once it was evicted.
    #[must_use]
    pub fn get(&self, seq: Seq) -> Option<&Entry> {
        self.store.get(seq)
    }

    /// Replaces the query and empties the views; [`Board::advance`] fills them. The same query again changes nothing.
    pub fn set_query(&mut self, query: Query) {
        if query == *self.filter.query() {
            return;
        }
        let now = self.filter.now();
        if self.is_empty() || query.is_all() {
            self.filter = settled(query, now);
            return;
        }
        let candidates = query.id_prefix().and_then(|prefix| self.store.with_id(prefix));
        self.filter = Filter::new(query, now);
        if let Some(candidates) = candidates {
            self.filter.narrow(candidates);
        }
    }

    /// Applies the query to at most `budget` more entries, newest first, and says whether some are left.
    pub fn advance(&mut self, budget: usize) -> bool {
        self.filter.learn(&self.labels);
        let waiting = self.filter.waiting(budget);
        let verdicts = self.filter.judge(&self.store, &waiting);
        for (&key, verdict) in waiting.iter().zip(verdicts) {
            self.filter.served(key, self.store.slot(key.seq), verdict);
        }
        self.scan(budget - waiting.len());
        let unfinished = self.has_ahead() || self.filter.is_waited_for();
        if !unfinished {
            self.filter.settle();
        }
        unfinished
    }

    fn scan(&mut self, budget: usize) {
        let keys: Vec<Key> = match self.filter.ahead() {
            Ahead::Before(reached) => self.before(*reached).take(budget).collect(),
            Ahead::Only(left) => left.iter().rev().take(budget).copied().collect(),
        };
        let verdicts = self.filter.judge(&self.store, &keys);
        for (&key, verdict) in keys.iter().zip(verdicts) {
            self.filter.scanned(key, self.store.slot(key.seq), verdict);
        }
    }

    /// The query that the views are of.
    #[must_use]
    pub fn query(&self) -> &Query {
        self.filter.query()
    }

    /// The rows of a pane, as far as the query has been applied.
    #[must_use]
    pub fn view(&self, pane: Pane) -> View<'_> {
        let rows = self.filter.rows(pane).unwrap_or_else(|| self.order(pane));
        View { rows, settled: self.filter.settled() }
    }

    /// The row of `seq` in the view of its own pane; `None` when it is filtered out, not yet looked at or evicted.
    #[must_use]
    pub fn position(&self, seq: Seq) -> Option<usize> {
        let entry = self.get(seq)?;
        self.view(entry.pane()).rows.position(Key { time: entry.time(), seq })
    }

    /// How many rows of `pane` stand before the place of `seq`, whether or not it has a row there: where a cursor goes
    /// when its row is filtered out, or to the same time in the other pane. 0 once it was evicted.
    #[must_use]
    pub fn rows_before(&self, pane: Pane, seq: Seq) -> usize {
        self.get(seq).map_or(0, |entry| self.view(pane).rows.rank(Key { time: entry.time(), seq }))
    }

    /// How many entries a pane has without any query.
    #[must_use]
    pub fn kept(&self, pane: Pane) -> usize {
        match pane {
            Pane::Failures => self.failures.len(),
            Pane::Successes => self.successes.len(),
        }
    }

    /// Whether nothing is kept.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        Pane::ALL.iter().all(|&pane| self.kept(pane) == 0)
    }

    /// Bytes of log messages that are kept: a message that several records came from counts once, a record that had to
    /// be copied out of its message counts too.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.store.bytes()
    }

    /// Bytes of memory that is taken for what is kept: the messages, and what stands beside each.
    #[must_use]
    pub fn memory(&self) -> usize {
        self.store.memory()
    }

    /// Counts over everything ever appended.
    #[must_use]
    pub fn totals(&self) -> &Totals {
        &self.totals
    }

    /// What choosing each condition would leave: the arrivals by condition that match the query without its top-level
    /// condition terms, as far as it has been applied. Failures come first, then the most frequent, then by name.
    #[must_use]
    pub fn condition_counts(&self) -> Vec<(Condition, usize)> {
        self.filter.condition_counts(&self.labels)
    }

    fn order_mut(&mut self, pane: Pane) -> &mut Order {
        match pane {
            Pane::Failures => &mut self.failures,
            Pane::Successes => &mut self.successes,
        }
    }

    fn has_ahead(&self) -> bool {
        match self.filter.ahead() {
            Ahead::Before(reached) => self.before(*reached).next().is_some(),
            Ahead::Only(left) => !left.is_empty(),
        }
    }

    /// The entries of both panes before a key, newest first.
    fn before(&self, key: Key) -> impl Iterator<Item = Key> {
        merge(self.failures.iter_before(key), self.successes.iter_before(key))
    }

    fn order(&self, pane: Pane) -> &Order {
        match pane {
            Pane::Failures => &self.failures,
            Pane::Successes => &self.successes,
        }
    }

    /// What is given up next.
    fn least_missed(&mut self) -> Option<(Pane, Key)> {
        let panes = [Pane::Successes, Pane::Failures];
        let unmarked = panes.into_iter().find_map(|pane| Some((pane, self.oldest_unmarked(pane)?)));
        unmarked.or_else(|| panes.into_iter().find_map(|pane| Some((pane, self.order(pane).first()?))))
    }

    fn oldest_unmarked(&mut self, pane: Pane) -> Option<Key> {
        let order = self.order(pane);
        let is_marked = |key: Key| self.store.slot(key.seq).is_some_and(|slot| slot.state.marked);
        let oldest = order.iter_from(order.rank(self.marks.all_before(pane))).find(|&key| !is_marked(key));
        self.marks.pass(pane, oldest.unwrap_or(Key::LAST));
        oldest
    }

    /// Gives up one entry; false when there is none.
    fn evict(&mut self) -> bool {
        let Some((pane, key)) = self.least_missed() else { return false };
        self.order_mut(pane).remove(key);
        let Some(slot) = self.store.slot(key.seq) else { return true };
        let label = slot.label;
        self.filter.evict(key, slot);
        self.marks.forget(pane, key.seq);
        self.store.remove(key.seq);
        self.totals.evicted += 1;
        if self.labels.release(label) {
            self.filter.forget(label);
        }
        true
    }
}

fn settled(query: Query, now: i64) -> Filter {
    let mut filter = Filter::new(query, now);
    filter.settle();
    filter
}

/// Two descending lists as one.
fn merge(a: impl Iterator<Item = Key>, b: impl Iterator<Item = Key>) -> impl Iterator<Item = Key> {
    let (mut a, mut b) = (a.peekable(), b.peekable());
    std::iter::from_fn(move || if a.peek() > b.peek() { a.next() } else { b.next() })
}
