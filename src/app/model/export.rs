//! What is taken along: of which records.

use crate::app::jobs::SaveAs;
use crate::board::{Pane, Seq};
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

/// Records that are gathered to be saved, some at a time: a million of them would hold up the keyboard.
#[derive(Debug)]
pub struct Packing {
    /// Which.
    pub scope: Scope,
    /// How they are saved.
    pub form: SaveAs,
    /// Those that are still to be gathered, the next one last; `None` while the filter is at work.
    pub left: Option<Vec<Seq>>,
    /// Those that were.
    pub arrivals: Vec<Arrival>,
    /// What they were filtered by.
    pub query: String,
}

impl Packing {
    /// Nothing gathered yet.
    #[must_use]
    pub fn new(scope: Scope, form: SaveAs) -> Self {
        Self { scope, form, left: None, arrivals: Vec::new(), query: String::new() }
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

    /// The entries of a scope, as far as the filter has come.
    pub(in crate::app) fn scoped(&self, scope: Scope) -> Vec<Seq> {
        match scope {
            Scope::One => self.open_entry().into_iter().map(|(seq, _)| seq).collect(),
            Scope::Marked => self.board.marked().map(|(seq, _)| seq).collect(),
            Scope::Filtered => Pane::ALL.into_iter().flat_map(|pane| self.board.view(pane).iter_from(0)).collect(),
        }
    }

    /// A record with its mark and note; `None` for what is no record, or was given up.
    pub(in crate::app) fn with_kept(&self, seq: Seq) -> Option<Arrival> {
        let arrival = self.board.get(seq)?.arrival()?;
        let kept = Kept { marked: self.board.state(seq).marked, note: self.notes.get(&seq).cloned() };
        let kept = (kept != Kept::default()).then(|| Box::new(kept));
        Some(Arrival { kept, ..arrival.clone() })
    }
}
