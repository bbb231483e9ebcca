//! Text of the detail, laid out in rows.

mod search;

use std::ops::Range;
use std::sync::Arc;

use unicode_width::UnicodeWidthStr;

use self::search::Search;
use super::wrap::wrap_line;
use crate::app::document::{Document, Paint, Target};

/// A document, cut into rows for the room it has.
#[derive(Debug, Default)]
pub struct Page {
    document: Arc<Document>,
    colours: Option<Arc<Vec<Paint>>>,
    /// Bytes of each row in the text.
    rows: Vec<Range<usize>>,
    /// The first row of each line.
    lines: Vec<usize>,
    /// The line that the cursor is on; only text with targets has one.
    cursor: usize,
    scroll: usize,
    left: usize,
    search: Option<Search>,
}

/// The room that a page is laid out for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Room {
    /// Cells of a row.
    pub(super) width: usize,
    /// Rows on screen.
    pub(super) height: usize,
    /// Whether long lines are wrapped rather than cut.
    pub(super) wrap: bool,
}

impl Page {
    pub(super) fn new(document: Document, room: Room) -> Self {
        let cursor = document.targets.keys().next().copied().unwrap_or_default();
        let mut page = Self { document: Arc::new(document), cursor, ..Self::default() };
        page.lay_out(room);
        page
    }

    /// Shows another document in the same place.
    pub(super) fn replace(&mut self, document: Document, room: Room) {
        self.document = Arc::new(document);
        self.colours = None;
        self.search_anew();
        self.lay_out(room);
        self.show_cursor(room);
    }

    /// Puts the cursor on the first line that stands for something.
    pub(super) fn home(&mut self, room: Room) {
        self.cursor = self.document.targets.keys().next().copied().unwrap_or_default();
        self.show_cursor(room);
    }

    /// What the line under the cursor stands for.
    pub(super) fn target(&self) -> Option<Target> {
        self.document.targets.get(&self.cursor).copied()
    }

    /// Whether any line stands for something.
    pub(super) fn has_targets(&self) -> bool {
        !self.document.targets.is_empty()
    }

    /// Moves the cursor by lines, or the text when it has none.
    pub(super) fn step(&mut self, lines: isize, room: Room) {
        if self.document.targets.is_empty() {
            return self.scroll_by(lines, room);
        }
        self.cursor = self.cursor.saturating_add_signed(lines).min(self.lines.len().saturating_sub(1));
        self.show_cursor(room);
    }

    /// Puts the cursor on the line at a row of the screen; `false` when it is there already, or there is none.
    pub(super) fn point(&mut self, row: usize) -> bool {
        let row = self.scroll + row;
        let line = self.lines.partition_point(|first| *first <= row).saturating_sub(1);
        let moves = !self.document.targets.is_empty() && row < self.rows.len() && line != self.cursor;
        if moves {
            self.cursor = line;
        }
        moves
    }

    /// The rows of the line that the cursor is on.
    fn cursor_rows(&self) -> Range<usize> {
        let row = |line: usize| self.lines.get(line).copied().unwrap_or(self.rows.len());
        row(self.cursor)..row(self.cursor + 1)
    }

    fn show_cursor(&mut self, room: Room) {
        self.cursor = self.cursor.min(self.lines.len().saturating_sub(1));
        let rows = self.cursor_rows();
        self.scroll = self.scroll.max(rows.end.saturating_sub(room.height)).min(rows.start);
    }

    /// The document, when there is something in it to colour.
    pub(super) fn to_colour(&self) -> Option<Arc<Document>> {
        (!self.document.snippets.is_empty()).then(|| Arc::clone(&self.document))
    }

    pub(super) fn colour(&mut self, colours: Vec<Paint>) {
        self.colours = Some(Arc::new(colours));
    }

    pub(super) fn lay_out(&mut self, room: Room) {
        self.rows.clear();
        self.lines.clear();
        let width = if room.wrap { room.width } else { usize::MAX };
        let mut start = 0;
        for line in self.document.text.split('\n') {
            self.lines.push(self.rows.len());
            wrap_line(line, start, width, &mut self.rows);
            start += line.len() + 1;
        }
        while self.rows.last().is_some_and(|row| row.is_empty() && self.rows.len() > 1) {
            self.rows.pop();
            self.lines.pop();
        }
        if room.wrap {
            self.left = 0;
        }
        self.scroll_by(0, room);
    }

    pub(super) fn scroll_by(&mut self, rows: isize, room: Room) {
        let last = self.rows.len().saturating_sub(room.height);
        self.scroll = self.scroll.saturating_add_signed(rows).min(last);
    }

    /// Wrapped text has no side to scroll to.
    pub(super) fn scroll_sideways(&mut self, cells: isize, room: Room) {
        if !room.wrap {
            let widest = self.rows.iter().map(|row| self.document.text[row.clone()].width()).max().unwrap_or(0);
            self.left = self.left.saturating_add_signed(cells).min(widest.saturating_sub(room.width));
        }
    }

    /// The rows on screen when there is room for `height` of them: their bytes in the text, and whether the cursor is
    /// there.
    pub fn visible_rows(&self, height: usize) -> impl Iterator<Item = (Range<usize>, bool)> + '_ {
        let cursor = if self.document.targets.is_empty() { 0..0 } else { self.cursor_rows() };
        let rows = self.rows.iter().enumerate().skip(self.scroll).take(height);
        rows.map(move |(at, row)| (row.clone(), cursor.contains(&at)))
    }

    /// The text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.document.text
    }

    /// How the text is dressed: by the highlighter when it is done, by what the parts are until then.
    #[must_use]
    pub fn paints(&self) -> &[Paint] {
        self.colours.as_deref().map_or(&self.document.paints, Vec::as_slice)
    }

    /// First row on screen, and how many there are.
    #[must_use]
    pub fn position(&self) -> (usize, usize) {
        (self.scroll, self.rows.len())
    }

    /// Cells that the text is scrolled to the left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.left
    }
}
