//! The board: a bounded store of what was found, and the views that a query leaves of it.
//!
//! Entries are kept in the order of their time, failures and successes apart. A query is applied newest first in
//! slices ([`Board::advance`]), so that it never holds up who draws; what is appended or evicted meanwhile is in its
//! views at once.

mod entry;
mod filter;
mod order;
mod query;
#[cfg(test)]
mod sample;
mod store;
#[cfg(test)]
mod tests;
mod totals;
mod view;

pub use entry::{Entry, Pane, Seq};
pub use query::{Query, QueryError};
pub use totals::Totals;
pub use view::View;

use crate::record::Condition;
use filter::Filter;
use order::{Key, Order};
use store::Store;

/// The store of arrivals, unreadable lines and gaps, with one view for each pane.
#[derive(Debug)]
pub struct Board {
    limit_bytes: usize,
    store: Store,
    failures: Order,
    successes: Order,
    totals: Totals,
    filter: Filter,
}

impl Board {
    /// An empty board that keeps at most `limit_bytes` of log messages.
    ///
    /// A message that several records came from counts once; a record that had to be copied out of its message counts
    /// too. Over the bound the oldest successes are given up first, and when there are none, the oldest of the rest.
    #[must_use]
    pub fn new(limit_bytes: usize) -> Self {
        Self {
            limit_bytes,
            store: Store::default(),
            failures: Order::default(),
            successes: Order::default(),
            totals: Totals::default(),
            filter: settled(Query::all()),
        }
    }

    /// Adds an entry in its place by time, and gives up others when that passes the bound.
    ///
    /// The entry itself may be what is given up, when it is the oldest success.
    pub fn append(&mut self, entry: Entry) -> Seq {
        let key = Key { time: entry.time(), seq: self.store.next() };
        self.totals.count(&entry);
        self.filter.append(key, &entry);
        self.order_mut(entry.pane()).insert(key);
        let seq = self.store.append(entry);
        while self.store.bytes() > self.limit_bytes && self.evict() {}
        seq
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
        self.filter = if self.is_empty() { settled(query) } else { Filter::new(query) };
    }

    /// Applies the query to at most `budget` more entries, newest first, and says whether some are left.
    pub fn advance(&mut self, budget: usize) -> bool {
        let reached = self.filter.reached();
        let newest_first = merge(self.failures.iter_before(reached), self.successes.iter_before(reached));
        for key in newest_first.take(budget) {
            self.filter.scan(key, self.store.get(key.seq));
        }
        let unfinished = self.has_before(self.filter.reached());
        if !unfinished {
            self.filter.settle();
        }
        unfinished
    }

    /// The query that the views are of.
    #[must_use]
    pub fn query(&self) -> &Query {
        self.filter.query()
    }

    /// The rows of a pane, as far as the query has been applied.
    #[must_use]
    pub fn view(&self, pane: Pane) -> &View {
        self.filter.view(pane)
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

    /// Bytes of log messages that are kept.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.store.bytes()
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
        self.filter.condition_counts()
    }

    fn order_mut(&mut self, pane: Pane) -> &mut Order {
        match pane {
            Pane::Failures => &mut self.failures,
            Pane::Successes => &mut self.successes,
        }
    }

    fn has_before(&self, key: Key) -> bool {
        [self.failures.first(), self.successes.first()].into_iter().flatten().any(|first| first < key)
    }

    /// Gives up one entry; false when there is none.
    fn evict(&mut self) -> bool {
        let Some(key) = self.successes.pop_first().or_else(|| self.failures.pop_first()) else {
            return false;
        };
        if let Some(entry) = self.store.remove(key.seq) {
            self.filter.evict(key, &entry);
            self.totals.evicted += 1;
        }
        true
    }
}

fn settled(query: Query) -> Filter {
    let mut filter = Filter::new(query);
    filter.settle();
    filter
}

/// Two descending lists as one.
fn merge(a: impl Iterator<Item = Key>, b: impl Iterator<Item = Key>) -> impl Iterator<Item = Key> {
    let (mut a, mut b) = (a.peekable(), b.peekable());
    std::iter::from_fn(move || if a.peek() > b.peek() { a.next() } else { b.next() })
}
