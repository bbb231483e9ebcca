//! The groups of failures, as they stood when they were opened.

use crate::board::{Board, Group, Groups};

/// Failures by fingerprint, and which group the cursor is on.
#[derive(Debug)]
pub struct GroupList {
    groups: Groups,
    cursor: usize,
}

impl GroupList {
    /// Begins to gather the failures in sight.
    #[must_use]
    pub fn new(board: &Board) -> Self {
        Self { groups: Groups::new(board), cursor: 0 }
    }

    /// The groups, as far as they are gathered.
    #[must_use]
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// Row under the cursor.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The group under the cursor.
    #[must_use]
    pub fn chosen(&self) -> Option<&Group> {
        self.groups.sorted().into_iter().nth(self.cursor)
    }

    /// Moves the cursor within the rows.
    pub fn step(&mut self, rows: isize) {
        let last = self.groups.sorted().len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(rows).min(last);
    }

    /// Gathers some more, and says whether failures are left.
    pub fn advance(&mut self, board: &Board, budget: usize) -> bool {
        self.groups.advance(board, budget)
    }
}
