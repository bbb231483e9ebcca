//! The menu of conditions.

use crate::board::Board;
use crate::record::{Condition, Outcome};

/// One condition of the menu.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuRow {
    /// The condition.
    pub condition: Condition,
    /// Arrivals that choosing it alone would show.
    pub count: usize,
    /// Whether it is chosen.
    pub chosen: bool,
}

/// The conditions seen so far, in an order that does not change while the menu is open.
#[derive(Debug, Clone)]
pub struct ConditionMenu {
    conditions: Vec<Condition>,
    chosen: Vec<Condition>,
    /// Whether anything was chosen since the menu was opened.
    touched: bool,
    cursor: usize,
}

impl ConditionMenu {
    /// Opens the menu on the conditions of a board; those in its filter are chosen.
    #[must_use]
    pub fn new(board: &Board) -> Self {
        let chosen = board.query().conditions();
        let mut conditions: Vec<_> = board.condition_counts().into_iter().map(|(condition, _)| condition).collect();
        conditions.sort_by_key(|condition| condition.outcome() == Outcome::Success);
        for condition in &chosen {
            if !conditions.contains(condition) {
                conditions.push(condition.clone());
            }
        }
        let cursor = conditions.iter().position(|condition| chosen.contains(condition)).unwrap_or(0);
        Self { conditions, chosen, touched: false, cursor }
    }

    /// The rows with their counts of now; conditions that came meanwhile stand last.
    #[must_use]
    pub fn rows(&self, board: &Board) -> Vec<MenuRow> {
        let counts = board.condition_counts();
        let late =
            counts.iter().map(|(condition, _)| condition).filter(|condition| !self.conditions.contains(condition));
        self.conditions
            .iter()
            .chain(late)
            .map(|condition| MenuRow {
                condition: condition.clone(),
                count: counts.iter().find(|(name, _)| name == condition).map_or(0, |(_, count)| *count),
                chosen: self.chosen.contains(condition),
            })
            .collect()
    }

    /// Row under the cursor.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// Moves the cursor within the rows.
    pub fn step(&mut self, rows: isize, board: &Board) {
        let last = self.rows(board).len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(rows).min(last);
    }

    /// Puts the cursor on a row.
    pub fn point(&mut self, row: usize, board: &Board) {
        self.cursor = row.min(self.rows(board).len().saturating_sub(1));
    }

    /// Chooses or unchooses the condition under the cursor.
    pub fn toggle(&mut self, board: &Board) {
        let Some(row) = self.rows(board).into_iter().nth(self.cursor) else { return };
        self.touched = true;
        match self.chosen.iter().position(|condition| *condition == row.condition) {
            Some(at) => {
                self.chosen.remove(at);
            }
            None => self.chosen.push(row.condition),
        }
    }

    /// What was chosen: the marked conditions when marks were set or taken, and else the one under the cursor.
    #[must_use]
    pub fn choice(&self, board: &Board) -> Vec<Condition> {
        if self.chosen.is_empty() || !self.touched {
            return self.rows(board).into_iter().nth(self.cursor).map(|row| row.condition).into_iter().collect();
        }
        self.chosen.clone()
    }
}
