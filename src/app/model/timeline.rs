//! Which part of the loaded span the histogram shows, and what is chosen in it.

use std::ops::Range;

use crate::board::Board;

/// Widths that a bar can have, in milliseconds: from a tenth of a second to thirty days.
const WIDTHS: [i64; 24] = {
    const S: i64 = 1_000;
    const M: i64 = 60 * S;
    const H: i64 = 60 * M;
    const D: i64 = 24 * H;
    [
        100,
        200,
        500,
        S,
        2 * S,
        5 * S,
        10 * S,
        15 * S,
        30 * S,
        M,
        2 * M,
        5 * M,
        10 * M,
        15 * M,
        30 * M,
        H,
        2 * H,
        3 * H,
        6 * H,
        12 * H,
        D,
        2 * D,
        7 * D,
        30 * D,
    ]
};

/// What the histogram shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Frame {
    /// Where the first bar begins, in milliseconds since the Unix epoch.
    pub from: i64,
    /// Milliseconds of a bar.
    pub width: i64,
    /// Bars.
    pub bars: usize,
}

impl Frame {
    /// Where the last bar ends.
    #[must_use]
    pub fn end(&self) -> i64 {
        self.from + self.width * signed(self.bars)
    }

    /// The bar of a time, as near as there is one.
    #[must_use]
    pub fn bar_of(&self, time: i64) -> usize {
        let at = (time - self.from).div_euclid(self.width);
        usize::try_from(at).unwrap_or(0).min(self.bars.saturating_sub(1))
    }

    /// Where a bar begins.
    #[must_use]
    pub fn time_of(&self, bar: usize) -> i64 {
        self.from + self.width * signed(bar)
    }
}

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
    pub fn frame(&self, board: &Board, bars: usize) -> Frame {
        let bars = bars.max(1);
        let (first, last) = board.span().unwrap_or((0, 0));
        let Some((from, width)) = self.zoom else { return whole(first, last, bars) };
        let frame = Frame { from, width, bars };
        if self.follows && last >= frame.end() {
            return Frame { from: align(last, width) - width * (signed(bars) - 1), ..frame };
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
    pub fn cursor(&self, frame: &Frame) -> usize {
        frame.bar_of(self.cursor)
    }

    /// Whether a range was begun.
    #[must_use]
    pub fn has_range(&self) -> bool {
        self.anchor.is_some()
    }

    /// The chosen bars: the range, else that under the cursor.
    #[must_use]
    pub fn chosen(&self, frame: &Frame) -> Range<usize> {
        let cursor = self.cursor(frame);
        let anchor = self.anchor.map_or(cursor, |anchor| frame.bar_of(anchor));
        anchor.min(cursor)..anchor.max(cursor) + 1
    }

    /// The chosen span of time, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn span(&self, frame: &Frame) -> Range<i64> {
        let bars = self.chosen(frame);
        frame.time_of(bars.start)..frame.time_of(bars.end)
    }

    /// Moves the cursor by bars; a zoomed histogram moves with it.
    pub fn step(&mut self, board: &Board, bars: usize, by: isize) {
        let frame = self.frame(board, bars);
        self.cursor = align(self.cursor, frame.width) + frame.width * by as i64;
        let (first, last) = board.span().unwrap_or((0, 0));
        self.cursor = self.cursor.clamp(align(first, frame.width), align(last, frame.width));
        if let Some((from, width)) = &mut self.zoom {
            *from = frame.from.min(self.cursor).max(self.cursor - *width * (signed(frame.bars) - 1));
            if by < 0 {
                self.follows = false;
            }
        }
    }

    /// Puts the cursor on a bar.
    pub fn point(&mut self, frame: &Frame, bar: usize) {
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
    pub fn begin_range(&mut self, frame: &Frame, bar: usize) {
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
        let here = WIDTHS.iter().position(|&width| width >= frame.width).unwrap_or(WIDTHS.len() - 1);
        let next = if closer { here.saturating_sub(1) } else { (here + 1).min(WIDTHS.len() - 1) };
        let width = WIDTHS[next];
        let (first, last) = board.span().unwrap_or((0, 0));
        if !closer && width >= whole(first, last, bars.max(1)).width {
            self.zoom = None;
            return;
        }
        let from = align(self.cursor, width) - width * (signed(frame.bars) / 2);
        self.follows = closer && self.follows && last < from + width * signed(frame.bars);
        self.zoom = Some((from, width));
    }

    /// Shows the whole span.
    pub fn show_all(&mut self) {
        (self.zoom, self.follows) = (None, true);
    }
}

/// The narrowest bars that show all.
fn whole(first: i64, last: i64, bars: usize) -> Frame {
    let fits = |width: i64| (align(last, width) - align(first, width)) / width < signed(bars);
    let width = WIDTHS.into_iter().find(|&width| fits(width));
    // Longer than anybody keeps logs: days are put together until they fit.
    let width = width.unwrap_or_else(|| (last - first) / signed(bars) + WIDTHS[WIDTHS.len() - 1]);
    Frame { from: align(first, width), width, bars }
}

fn align(time: i64, width: i64) -> i64 {
    time.div_euclid(width) * width
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
