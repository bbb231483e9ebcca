//! The record that is open: its tab, its text, and how far it is scrolled.

use std::ops::Range;
use std::sync::Arc;

use unicode_segmentation::UnicodeSegmentation;
use unicode_width::UnicodeWidthStr;

use crate::app::document::{Document, Paint};
use crate::board::{Entry, Seq};
use crate::record::Outcome;

/// A side of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// The error with its frames.
    Trace,
    /// What was sent to the function.
    Request,
    /// What came back.
    Response,
    /// The log event as it was logged.
    Raw,
}

impl Tab {
    /// Every tab, in the order on screen.
    pub const ALL: [Self; 4] = [Self::Trace, Self::Request, Self::Response, Self::Raw];

    /// The tab's title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Trace => "Trace",
            Self::Request => "Request",
            Self::Response => "Response",
            Self::Raw => "Raw",
        }
    }

    /// The tab `steps` further on, going round.
    #[must_use]
    pub fn step(self, steps: isize) -> Self {
        let count = Self::ALL.len().cast_signed();
        let here = Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0).cast_signed();
        Self::ALL[(here + steps).rem_euclid(count).cast_unsigned()]
    }
}

/// The text of the open entry, laid out for a width.
#[derive(Debug)]
pub struct Detail {
    failure_tab: Tab,
    success_tab: Tab,
    shown: Option<(Seq, Tab)>,
    document: Arc<Document>,
    colours: Option<Arc<Vec<Paint>>>,
    generation: u64,
    rows: Vec<Range<usize>>,
    width: usize,
    height: usize,
    scroll: usize,
    left: usize,
    wrap: bool,
}

impl Default for Detail {
    fn default() -> Self {
        Self {
            failure_tab: Tab::Trace,
            success_tab: Tab::Response,
            shown: None,
            document: Arc::default(),
            colours: None,
            generation: 0,
            rows: Vec::new(),
            width: 80,
            height: 1,
            scroll: 0,
            left: 0,
            wrap: true,
        }
    }
}

impl Detail {
    /// The tab that opens for an entry: remembered apart for failures and successes.
    #[must_use]
    pub fn tab(&self, entry: Option<&Entry>) -> Tab {
        match entry {
            Some(Entry::Arrival(arrival)) if arrival.record.outcome() == Outcome::Success => self.success_tab,
            Some(Entry::Unreadable(_) | Entry::Gap(_)) => Tab::Raw,
            _ => self.failure_tab,
        }
    }

    /// Remembers the tab for entries of this kind.
    pub fn choose_tab(&mut self, entry: &Entry, tab: Tab) {
        match entry {
            Entry::Arrival(arrival) if arrival.record.outcome() == Outcome::Success => self.success_tab = tab,
            Entry::Arrival(_) => self.failure_tab = tab,
            Entry::Unreadable(_) | Entry::Gap(_) => {}
        }
    }

    /// Shows an entry; gives the job of colouring its text, when that is a new one with text to colour.
    pub fn show(&mut self, entry: Option<(Seq, &Entry)>) -> Option<(u64, Arc<Document>)> {
        let tab = self.tab(entry.map(|(_, entry)| entry));
        let wanted = entry.map(|(seq, _)| (seq, tab));
        if self.shown == wanted {
            return None;
        }
        self.shown = wanted;
        self.document = entry.map(|(_, entry)| Arc::new(Document::of(entry, tab))).unwrap_or_default();
        self.generation += 1;
        self.colours = None;
        (self.scroll, self.left) = (0, 0);
        self.lay_out();
        (!self.document.snippets.is_empty()).then(|| (self.generation, Arc::clone(&self.document)))
    }

    /// Takes the colours of a document, unless another one is shown by now.
    pub fn colour(&mut self, generation: u64, colours: Vec<Paint>) {
        if generation == self.generation {
            self.colours = Some(Arc::new(colours));
        }
    }

    /// Fits the text to the room it has, in cells.
    pub fn resize(&mut self, width: usize, height: usize) {
        self.height = height.max(1);
        if self.width != width.max(1) {
            self.width = width.max(1);
            self.lay_out();
        }
        self.scroll_by(0);
    }

    /// Wraps long lines, or cuts them.
    pub fn toggle_wrap(&mut self) {
        self.wrap = !self.wrap;
        self.left = 0;
        self.lay_out();
        self.scroll_by(0);
    }

    /// Scrolls by rows, within the text.
    pub fn scroll_by(&mut self, rows: isize) {
        let last = self.rows.len().saturating_sub(self.height);
        self.scroll = self.scroll.saturating_add_signed(rows).min(last);
    }

    /// Scrolls sideways by cells; wrapped text has no side to scroll to.
    pub fn scroll_sideways(&mut self, cells: isize) {
        if !self.wrap {
            self.left = self.left.saturating_add_signed(cells).min(self.widest().saturating_sub(self.width));
        }
    }

    /// The rows on screen: their bytes in the text.
    pub fn visible_rows(&self) -> impl Iterator<Item = Range<usize>> + '_ {
        self.rows.iter().skip(self.scroll).take(self.height).cloned()
    }

    /// The text that is shown.
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

    /// Rows that fit on screen.
    #[must_use]
    pub fn height(&self) -> usize {
        self.height
    }

    /// Cells that the text is scrolled to the left.
    #[must_use]
    pub fn left(&self) -> usize {
        self.left
    }

    fn widest(&self) -> usize {
        self.rows.iter().map(|row| self.document.text[row.clone()].width()).max().unwrap_or(0)
    }

    fn lay_out(&mut self) {
        self.rows.clear();
        let mut start = 0;
        for line in self.document.text.split('\n') {
            let width = if self.wrap { self.width } else { usize::MAX };
            wrap_line(line, start, width, &mut self.rows);
            start += line.len() + 1;
        }
        while self.rows.last().is_some_and(|row| row.is_empty() && self.rows.len() > 1) {
            self.rows.pop();
        }
    }
}

/// Cuts a line into rows of at most `width` cells; `start` is where the line lies in its text.
fn wrap_line(line: &str, start: usize, width: usize, rows: &mut Vec<Range<usize>>) {
    if line.len() <= width {
        rows.push(start..start + line.len());
        return;
    }
    let (mut row, mut cells) = (0, 0);
    for (at, cluster) in line.grapheme_indices(true) {
        let cluster_cells = cluster.width();
        if cells + cluster_cells > width && at > row {
            rows.push(start + row..start + at);
            (row, cells) = (at, 0);
        }
        cells += cluster_cells;
    }
    rows.push(start + row..start + line.len());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wrapped(line: &str, width: usize) -> Vec<&str> {
        let mut rows = Vec::new();
        wrap_line(line, 0, width, &mut rows);
        rows.into_iter().map(|row| &line[row]).collect()
    }

    #[test]
    fn short_lines_are_one_row() {
        assert_eq!(wrapped("", 4), [""]);
        assert_eq!(wrapped("abcd", 4), ["abcd"]);
    }

    #[test]
    fn long_lines_are_cut_at_the_width() {
        assert_eq!(wrapped("abcdefghij", 4), ["abcd", "efgh", "ij"]);
    }

    #[test]
    fn wide_characters_are_never_halved() {
        assert_eq!(wrapped("日本語日", 5), ["日本", "語日"]);
        assert_eq!(wrapped("日", 1), ["日"]);
    }

    #[test]
    fn combining_marks_stay_with_their_letter() {
        assert_eq!(wrapped("e\u{301}e\u{301}e\u{301}", 2), ["e\u{301}e\u{301}", "e\u{301}"]);
    }

    #[test]
    fn tabs_go_round() {
        assert_eq!(Tab::Trace.step(-1), Tab::Raw);
        assert_eq!(Tab::Raw.step(1), Tab::Trace);
    }
}
