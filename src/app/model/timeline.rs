//! Which part of the loaded span the histogram shows, and what is chosen in it.

use std::ops::Range;

use crate::board::{Board, TimeFrame};

/// The histogram over the loaded span.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Timeline {
    /// Where it begins and how wide its bars are; `None` for the whole span.
    zoom: Option<(i64, i64)>,
    /// Whether it goes on with the newest entries.
    follows: bool,
    /// The time under the cursor.
    cursor: i64,
    /// Where a range was begun.
    anchor: Option<i64>,
}

impl Timeline {
    /// The whole span, with the cursor on the newest entry.
    #[must_use]
    pub fn new(board: &Board) -> Self {
        Self { zoom: None, follows: true, cursor: board.span().map_or(0, |(_, last)| last), anchor: None }
    }

    /// What is shown in so many bars.
    #[must_use]
    pub fn frame(&self, board: &Board, bars: usize) -> TimeFrame {
        let bars = bars.max(1);
        let (first, last) = board.span().unwrap_or((0, 0));
        let Some((from, width)) = self.zoom else { return TimeFrame::whole(first, last, bars) };
        let frame = TimeFrame { from, width, bars };
        if self.follows && last >= frame.end() {
            return TimeFrame { from: TimeFrame::align(last, width) - width * (signed(bars) - 1), ..frame };
        }
        frame
    }

    /// Whether the newest entries stay in sight.
    #[must_use]
    pub fn follows(&self) -> bool {
        self.follows
    }

    /// The bar under the cursor.
    #[must_use]
    pub fn cursor(&self, frame: &TimeFrame) -> usize {
        frame.bar_of(self.cursor)
    }

    /// Whether a range was begun.
    #[must_use]
    pub fn has_range(&self) -> bool {
        self.anchor.is_some()
    }

    /// The chosen bars: the range, else that under the cursor.
    #[must_use]
    pub fn chosen(&self, frame: &TimeFrame) -> Range<usize> {
        let cursor = self.cursor(frame);
        let anchor = self.anchor.map_or(cursor, |anchor| frame.bar_of(anchor));
        anchor.min(cursor)..anchor.max(cursor) + 1
    }

    /// The chosen span of time, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn span(&self, frame: &TimeFrame) -> Range<i64> {
        let bars = self.chosen(frame);
        frame.time_of(bars.start)..frame.time_of(bars.end)
    }

    /// Moves the cursor by bars; a zoomed histogram moves with it.
    pub fn step(&mut self, board: &Board, bars: usize, by: isize) {
        let frame = self.frame(board, bars);
        self.cursor = TimeFrame::align(self.cursor, frame.width) + frame.width * by as i64;
        let (first, last) = board.span().unwrap_or((0, 0));
        self.cursor = self.cursor.clamp(TimeFrame::align(first, frame.width), TimeFrame::align(last, frame.width));
        if let Some((from, width)) = &mut self.zoom {
            *from = frame.from.min(self.cursor).max(self.cursor - *width * (signed(frame.bars) - 1));
            if by < 0 {
                self.follows = false;
            }
        }
    }

    /// Puts the cursor on a bar.
    pub fn point(&mut self, frame: &TimeFrame, bar: usize) {
        self.cursor = frame.time_of(bar.min(frame.bars.saturating_sub(1)));
    }

    /// Goes to the newest entry, and follows.
    pub fn newest(&mut self, board: &Board) {
        self.follows = true;
        self.cursor = board.span().map_or(0, |(_, last)| last);
    }

    /// Goes to the oldest entry.
    pub fn oldest(&mut self, board: &Board, bars: usize) {
        self.cursor = board.span().map_or(0, |(first, _)| first);
        self.follows = self.zoom.is_none();
        self.step(board, bars, 0);
    }

    /// Begins a range under the cursor, or gives it up.
    pub fn toggle_range(&mut self) {
        self.anchor = if self.anchor.is_some() { None } else { Some(self.cursor) };
    }

    /// Begins a range at a bar.
    pub fn begin_range(&mut self, frame: &TimeFrame, bar: usize) {
        self.point(frame, bar);
        self.anchor = Some(self.cursor);
    }

    /// Gives a range up; `false` when there is none.
    pub fn give_up_range(&mut self) -> bool {
        self.anchor.take().is_some()
    }

    /// Shows less in more detail, or more in less, around the cursor; all of it once that has room.
    pub fn zoom(&mut self, board: &Board, bars: usize, closer: bool) {
        let frame = self.frame(board, bars);
        let widths = TimeFrame::WIDTHS;
        let here = widths.iter().position(|&width| width >= frame.width).unwrap_or(widths.len() - 1);
        let next = if closer { here.saturating_sub(1) } else { (here + 1).min(widths.len() - 1) };
        let width = widths[next];
        let (first, last) = board.span().unwrap_or((0, 0));
        if !closer && width >= TimeFrame::whole(first, last, bars.max(1)).width {
            self.zoom = None;
            return;
        }
        let from = TimeFrame::align(self.cursor, width) - width * (signed(frame.bars) / 2);
        self.follows = closer && self.follows && last < from + width * signed(frame.bars);
        self.zoom = Some((from, width));
    }

    /// Shows the whole span.
    pub fn show_all(&mut self) {
        (self.zoom, self.follows) = (None, true);
    }
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
