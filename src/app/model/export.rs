//! What is taken along: of which records.

use crate::board::{Entry, Pane, Seq};
use crate::record::{Arrival, Kept};

use super::Model;

/// Which records are taken along.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// The one that is open.
    One,
    /// Those that are marked.
    Marked,
    /// Those that the filter shows.
    Filtered,
}

impl Scope {
    /// All of them, in the order in which the key goes through them.
    pub const ALL: [Self; 3] = [Self::One, Self::Marked, Self::Filtered];

    /// The scope that follows.
    #[must_use]
    pub fn next(self) -> Self {
        match self {
            Self::One => Self::Marked,
            Self::Marked => Self::Filtered,
            Self::Filtered => Self::One,
        }
    }

    /// What it is called.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::One => "this record",
            Self::Marked => "marked",
            Self::Filtered => "filtered",
        }
    }
}

impl Model {
    /// How many rows a scope has; those that are no records are counted, but left out of what is taken along.
    #[must_use]
    pub fn scope_size(&self, scope: Scope) -> usize {
        match scope {
            Scope::One => usize::from(self.open_entry().is_some()),
            Scope::Marked => self.board.marked().count(),
            Scope::Filtered => Pane::ALL.into_iter().map(|pane| self.board.view(pane).len()).sum(),
        }
    }

    /// The records of a scope, each with its mark and note.
    pub(in crate::app) fn scoped(&self, scope: Scope) -> Vec<Arrival> {
        let entries: Vec<(Seq, &Entry)> = match scope {
            Scope::One => self.open_entry().into_iter().collect(),
            Scope::Marked => self.board.marked().collect(),
            Scope::Filtered => Pane::ALL.into_iter().flat_map(|pane| self.rows(pane)).collect(),
        };
        entries.into_iter().filter_map(|(seq, entry)| Some(self.with_kept(seq, entry.arrival()?))).collect()
    }

    fn rows(&self, pane: Pane) -> impl Iterator<Item = (Seq, &Entry)> {
        let view = self.board.view(pane);
        (0..view.len()).filter_map(move |row| {
            let seq = view.get(row)?;
            Some((seq, self.board.get(seq)?))
        })
    }

    fn with_kept(&self, seq: Seq, arrival: &Arrival) -> Arrival {
        let kept = Kept { marked: self.board.state(seq).marked, note: self.notes.get(&seq).cloned() };
        let kept = (kept != Kept::default()).then(|| Box::new(kept));
        Arrival { kept, ..arrival.clone() }
    }
}
