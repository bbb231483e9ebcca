//! One list: what is selected, and which rows are on screen.

use crate::board::{Board, Pane, Seq, View};

/// Where a list stands in its view.
///
/// The row that the reader chose is held by its `Seq` and by its line on screen: arrivals before or after it never move
/// it, and a filter that hides it for a while does not lose it.
#[derive(Debug, Clone)]
pub struct List {
    pane: Pane,
    /// What the reader chose.
    anchor: Option<Seq>,
    /// The row at the anchor: the chosen one, or the nearest while that is filtered out.
    selected: Option<Seq>,
    /// Index of that row when it was last found, to stay near it when it is evicted.
    index: usize,
    /// Line of the selected row on screen, counted from the top of the list.
    line: usize,
    following: bool,
    unseen: usize,
    /// Rows by which the screen may show less than it could, so that late arrivals above do not push the selected row.
    slack: usize,
}

/// The rows of a view that are on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Window {
    /// Index of the first row on screen.
    pub top: usize,
    /// Index of the selected row.
    pub selected: Option<usize>,
}

impl List {
    /// A list that follows.
    #[must_use]
    pub fn new(pane: Pane) -> Self {
        Self { pane, anchor: None, selected: None, index: 0, line: 0, following: true, unseen: 0, slack: 0 }
    }

    /// The selected entry.
    #[must_use]
    pub fn selected(&self) -> Option<Seq> {
        self.selected
    }

    /// Whether the newest row is selected as it arrives.
    #[must_use]
    pub fn following(&self) -> bool {
        self.following
    }

    /// Rows that came since the list was held.
    #[must_use]
    pub fn unseen(&self) -> usize {
        self.unseen
    }

    /// Which rows are on screen when there is room for `height` of them.
    #[must_use]
    pub fn window(&self, board: &Board, height: usize) -> Window {
        let rows = self.view(board).len();
        let last_top = rows.saturating_sub(height);
        if self.following || self.anchor.is_none() {
            return Window { top: last_top, selected: rows.checked_sub(1) };
        }
        let selected = self.current(board);
        let line = self.line.min(height.saturating_sub(1));
        let top = selected.saturating_sub(line).min(last_top + self.slack);
        Window { top, selected: (selected < rows).then_some(selected) }
    }

    /// Settles the selection after the view has changed: the newest row when following, the same or the nearest otherwise.
    pub fn settle(&mut self, board: &Board) {
        if self.following {
            return self.choose(board, self.newest(board));
        }
        self.index = self.current(board);
        self.selected = self.view(board).get(self.index);
        if self.anchor.is_none_or(|seq| board.get(seq).is_none()) {
            self.anchor = self.selected;
        }
    }

    /// Counts rows that came while the list was held.
    pub fn arrived(&mut self, rows: usize) {
        if !self.following {
            self.unseen += rows;
            self.slack += rows;
        }
    }

    /// Fills the screen again, wherever that moves the rows.
    pub fn fill(&mut self) {
        self.slack = 0;
    }

    /// Starts counting anew: what came so far has been seen, or the filter is another.
    pub fn forget_unseen(&mut self) {
        self.unseen = 0;
    }

    /// Moves the selection by `rows`, and the screen only when it must. Down from the newest row goes on following.
    pub fn step(&mut self, board: &Board, rows: isize, height: usize) {
        if self.following && rows >= 0 {
            return;
        }
        let window = self.window(board, height);
        let to = window.selected.unwrap_or(0).saturating_add_signed(rows).min(self.newest(board));
        if to == self.newest(board) {
            self.forget_unseen();
        }
        self.hold(board, height);
        self.fill();
        self.choose(board, to);
        self.line = to.saturating_sub(window.top).min(height.saturating_sub(1));
    }

    /// Scrolls the rows under the selection by `rows`; the selection stays on screen.
    pub fn scroll(&mut self, board: &Board, rows: isize, height: usize) {
        if self.following && rows >= 0 {
            return;
        }
        let window = self.window(board, height);
        let top = window.top.saturating_add_signed(rows).min(self.view(board).len().saturating_sub(height));
        let last = (top + height).saturating_sub(1).max(top);
        let selected = window.selected.unwrap_or(0).clamp(top, last).min(self.newest(board));
        self.hold(board, height);
        self.fill();
        self.choose(board, selected);
        self.line = selected.saturating_sub(top);
    }

    /// Selects the row on a line of the screen, when there is one.
    pub fn click(&mut self, board: &Board, line: usize, height: usize) {
        let index = self.window(board, height).top + line;
        if index < self.view(board).len() {
            self.hold(board, height);
            self.choose(board, index);
            self.line = line;
        }
    }

    /// Goes to the newest row and stays with it.
    pub fn follow(&mut self, board: &Board) {
        self.following = true;
        self.unseen = 0;
        self.settle(board);
    }

    /// Stays on the selected row from now on, on the line where it is.
    pub fn hold(&mut self, board: &Board, height: usize) {
        if self.following {
            let window = self.window(board, height);
            self.following = false;
            self.line = window.selected.unwrap_or(0).saturating_sub(window.top);
        }
    }

    fn view<'a>(&self, board: &'a Board) -> View<'a> {
        board.view(self.pane)
    }

    fn newest(&self, board: &Board) -> usize {
        self.view(board).len().saturating_sub(1)
    }

    /// Index of the selected row, or of the row at its time when it is filtered out, or of the row that took its place.
    fn current(&self, board: &Board) -> usize {
        let Some(seq) = self.anchor else { return 0 };
        let near = || if board.get(seq).is_some() { board.rows_before(self.pane, seq) } else { self.index };
        board.position(seq).unwrap_or_else(near).min(self.newest(board))
    }

    fn choose(&mut self, board: &Board, index: usize) {
        self.index = index;
        self.selected = self.view(board).get(index);
        self.anchor = self.selected;
    }
}
