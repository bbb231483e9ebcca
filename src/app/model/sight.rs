//! Which of many lines are on screen, and which of them the cursor is on.

use std::ops::Range;

/// A cursor and the lines around it; `lines` is how many there are.
#[derive(Debug)]
pub(super) struct Sight {
    pub(super) cursor: usize,
    top: usize,
    height: usize,
}

impl Sight {
    /// At the first line, with so many on screen.
    pub(super) fn new(height: usize) -> Self {
        Self { cursor: 0, top: 0, height }
    }

    /// Has so many lines on screen from now on, one at least.
    pub(super) fn resize(&mut self, height: usize) {
        self.height = height.max(1);
    }

    /// The lines on screen.
    pub(super) fn on_screen(&self, lines: usize) -> Range<usize> {
        self.top..self.top.saturating_add(self.height).min(lines)
    }

    /// Moves the cursor by rows.
    pub(super) fn step(&mut self, rows: isize, lines: usize) {
        self.go_to(self.cursor.saturating_add_signed(rows), lines);
    }

    /// Puts the cursor on a line, or the last one, and that on screen.
    pub(super) fn go_to(&mut self, line: usize, lines: usize) {
        self.cursor = line;
        self.show_cursor(lines);
    }

    /// Scrolls by rows; the cursor stays on screen.
    pub(super) fn scroll_by(&mut self, rows: isize, lines: usize) {
        let last = lines.saturating_sub(self.height);
        self.top = self.top.saturating_add_signed(rows).min(last);
        self.cursor = self.cursor.clamp(self.top, self.top + self.height - 1).min(lines.saturating_sub(1));
    }

    /// Puts the cursor on a row of the screen; `false` when it is there already, or there is none.
    pub(super) fn point(&mut self, row: usize, lines: usize) -> bool {
        let wanted = self.top + row;
        let moves = wanted < lines && wanted != self.cursor;
        if moves {
            self.cursor = wanted;
        }
        moves
    }

    /// Keeps the cursor on a line, and that on screen.
    pub(super) fn show_cursor(&mut self, lines: usize) {
        self.cursor = self.cursor.min(lines.saturating_sub(1));
        let first = (self.cursor + 1).saturating_sub(self.height);
        self.top = self.top.clamp(first, self.cursor).min(lines.saturating_sub(self.height));
    }
}
