//! Text of the detail, laid out in rows.

use std::ops::Range;
use std::sync::Arc;

use unicode_width::UnicodeWidthStr;

use super::wrap::wrap_line;
use crate::app::document::{Document, Paint};

/// A document, cut into rows for the room it has.
#[derive(Debug, Default)]
pub struct Page {
    document: Arc<Document>,
    colours: Option<Arc<Vec<Paint>>>,
    /// Bytes of each row in the text.
    rows: Vec<Range<usize>>,
    scroll: usize,
    left: usize,
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
        let mut page = Self { document: Arc::new(document), ..Self::default() };
        page.lay_out(room);
        page
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
        let width = if room.wrap { room.width } else { usize::MAX };
        let mut start = 0;
        for line in self.document.text.split('\n') {
            wrap_line(line, start, width, &mut self.rows);
            start += line.len() + 1;
        }
        while self.rows.last().is_some_and(|row| row.is_empty() && self.rows.len() > 1) {
            self.rows.pop();
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

    /// The rows on screen when there is room for `height` of them: their bytes in the text.
    pub fn visible_rows(&self, height: usize) -> impl Iterator<Item = Range<usize>> + '_ {
        self.rows.iter().skip(self.scroll).take(height).cloned()
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
