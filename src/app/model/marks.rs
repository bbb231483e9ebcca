//! The rows that the reader has marked, for what is done to several at once.

use std::collections::BTreeSet;

use crate::board::{Board, Entry, Pane, Seq};

/// Marked entries, in the order of their arrival.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marks(BTreeSet<Seq>);

impl Marks {
    /// Marks an entry, or takes its mark away.
    pub fn toggle(&mut self, seq: Seq) {
        if !self.0.remove(&seq) {
            self.0.insert(seq);
        }
    }

    /// Takes all marks away; `false` when there were none.
    pub fn clear(&mut self) -> bool {
        !std::mem::take(&mut self.0).is_empty()
    }

    /// Whether an entry is marked.
    #[must_use]
    pub fn contains(&self, seq: Seq) -> bool {
        self.0.contains(&seq)
    }

    /// The marked entries that are still kept, also those that the filter hides.
    pub fn entries<'a>(&'a self, board: &'a Board) -> impl Iterator<Item = (Seq, &'a Entry)> {
        self.0.iter().filter_map(|&seq| board.get(seq).map(|entry| (seq, entry)))
    }

    /// How many of a pane's entries are marked.
    #[must_use]
    pub fn count(&self, board: &Board, pane: Pane) -> usize {
        self.entries(board).filter(|(_, entry)| entry.pane() == pane).count()
    }
}
