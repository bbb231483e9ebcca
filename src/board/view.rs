//! What a query leaves of one pane.

use super::entry::Seq;
use super::order::Order;

/// The rows of a pane under the current query, oldest first; those of one millisecond as they were appended.
#[derive(Debug, Clone, Copy)]
pub struct View<'a> {
    pub(super) rows: &'a Order,
    pub(super) settled: bool,
}

impl<'a> View<'a> {
    /// How many rows there are, as far as the query has been applied.
    #[must_use]
    pub fn len(self) -> usize {
        self.rows.len()
    }

    /// Whether there are no rows yet.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.rows.len() == 0
    }

    /// The entry in row `index`.
    #[must_use]
    pub fn get(self, index: usize) -> Option<Seq> {
        self.rows.get(index).map(|key| key.seq)
    }

    /// The entries from row `index` on, which is quicker than asking for each.
    pub fn iter_from(self, index: usize) -> impl Iterator<Item = Seq> + 'a {
        self.rows.iter_from(index).map(|key| key.seq)
    }

    /// Whether the query has been applied to everything that was kept when it was set.
    #[must_use]
    pub fn settled(self) -> bool {
        self.settled
    }
}
