//! The groups of failures, which go on counting while they are open.

use crate::board::{Board, Group, Groups};
use crate::record::Fingerprint;

/// Failures by fingerprint, and which group the cursor is on.
///
/// The rows are sorted while what was there is gathered. From then on they stay where they are: numbers change, and a new
/// group is put at the end.
#[derive(Debug)]
pub struct GroupList {
    groups: Groups,
    rows: Vec<Fingerprint>,
    /// After how many failures the rows are sorted anew while they are gathered.
    due: usize,
    cursor: usize,
}

impl GroupList {
    /// Begins to gather the failures in sight.
    #[must_use]
    pub fn new(board: &Board) -> Self {
        Self { groups: Groups::new(board), rows: Vec::new(), due: 0, cursor: 0 }
    }

    /// The groups, as far as they are gathered.
    #[must_use]
    pub fn groups(&self) -> &Groups {
        &self.groups
    }

    /// The rows.
    pub fn rows(&self) -> impl Iterator<Item = &Group> {
        self.rows.iter().filter_map(|name| self.groups.get(*name))
    }

    /// Row under the cursor.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The group under the cursor.
    #[must_use]
    pub fn chosen(&self) -> Option<&Group> {
        self.rows.get(self.cursor).and_then(|name| self.groups.get(*name))
    }

    /// Moves the cursor within the rows.
    pub fn step(&mut self, rows: isize) {
        let last = self.rows.len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(rows).min(last);
    }

    /// Sorts the rows anew, the largest group first; the cursor stays on its group.
    pub fn sort(&mut self) {
        let chosen = self.rows.get(self.cursor).copied().filter(|_| self.cursor > 0);
        self.rows = self.groups.sorted().into_iter().map(|group| group.fingerprint).collect();
        self.cursor = chosen.and_then(|name| self.rows.iter().position(|row| *row == name)).unwrap_or(0);
    }

    /// Gathers some more, and says whether failures are left.
    pub fn advance(&mut self, board: &Board, budget: usize) -> bool {
        let was_settled = self.groups.settled();
        let more = self.groups.advance(board, budget);
        let gathered = self.groups.gathered();
        if !was_settled && (self.groups.settled() || gathered > self.due) {
            self.due = gathered + gathered / 4;
            self.sort();
        }
        // Rows are the groups that were met first, whatever their order.
        let known = self.rows.len();
        self.rows.extend_from_slice(&self.groups.names()[known..]);
        more
    }
}
