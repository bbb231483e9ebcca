//! What the reader has marked: for what is done to several entries at once, and given up after all others.

use std::collections::BTreeSet;

use super::entry::{Pane, Seq};
use super::order::Key;

/// The marked entries by pane. The mark itself is in an entry's [`State`](super::State).
#[derive(Debug, Default)]
pub(super) struct Marks {
    failures: OfPane,
    successes: OfPane,
}

#[derive(Debug)]
struct OfPane {
    seqs: BTreeSet<Seq>,
    /// Every entry before this key was seen to be marked, so that thousands of marks are not gone through for each
    /// entry that is given up.
    all_before: Key,
}

impl Default for OfPane {
    fn default() -> Self {
        Self { seqs: BTreeSet::new(), all_before: Key::FIRST }
    }
}

impl Marks {
    pub(super) fn len(&self, pane: Pane) -> usize {
        self.of(pane).seqs.len()
    }

    /// In the order of appending.
    pub(super) fn iter(&self) -> impl Iterator<Item = Seq> {
        let (mut failures, mut successes) =
            (self.failures.seqs.iter().peekable(), self.successes.seqs.iter().peekable());
        std::iter::from_fn(move || match (failures.peek(), successes.peek()) {
            (Some(a), Some(b)) if b < a => successes.next(),
            (Some(_), _) => failures.next(),
            (None, _) => successes.next(),
        })
        .copied()
    }

    /// An entry is marked, is no longer, or is new.
    pub(super) fn set(&mut self, pane: Pane, key: Key, marked: bool) {
        let of = self.of_mut(pane);
        if marked {
            of.seqs.insert(key.seq);
        } else {
            of.seqs.remove(&key.seq);
            of.all_before = of.all_before.min(key);
        }
    }

    /// An entry is given up.
    pub(super) fn forget(&mut self, pane: Pane, seq: Seq) {
        self.of_mut(pane).seqs.remove(&seq);
    }

    /// Whatever stands before this key is marked.
    pub(super) fn all_before(&self, pane: Pane) -> Key {
        self.of(pane).all_before
    }

    /// Whatever stands before `key` was seen to be marked.
    pub(super) fn pass(&mut self, pane: Pane, key: Key) {
        self.of_mut(pane).all_before = key;
    }

    fn of(&self, pane: Pane) -> &OfPane {
        match pane {
            Pane::Failures => &self.failures,
            Pane::Successes => &self.successes,
        }
    }

    fn of_mut(&mut self, pane: Pane) -> &mut OfPane {
        match pane {
            Pane::Failures => &mut self.failures,
            Pane::Successes => &mut self.successes,
        }
    }
}
