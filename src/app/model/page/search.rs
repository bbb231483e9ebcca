//! Finding words in the text of the detail.

use std::ops::Range;

use regex::Regex;
use unicode_width::UnicodeWidthStr;

use super::{Page, Room};
use crate::app::model::tree::pattern;

/// What was looked for, and where it is.
#[derive(Debug)]
pub(super) struct Search {
    pattern: Regex,
    /// Bytes of the text, in order.
    found: Vec<Range<usize>>,
    /// The place that was gone to last.
    on: Option<usize>,
}

impl Search {
    fn of(pattern: Regex, text: &str) -> Self {
        let found = pattern.find_iter(text).map(|found| found.range()).collect();
        Self { pattern, found, on: None }
    }
}

impl Page {
    /// Looks for text, and goes to the first place at or after where the reader is; `""` ends the search.
    pub(in crate::app::model) fn search(&mut self, needle: &str, room: Room) {
        self.search = pattern(needle).map(|pattern| Search::of(pattern, &self.document.text));
        let here = self.here();
        let Some(search) = &self.search else { return };
        let next = search.found.partition_point(|found| found.start < here);
        self.go_to_match(if next < search.found.len() { next } else { 0 }, room);
    }

    /// The same in another text.
    pub(super) fn search_anew(&mut self) {
        let before = self.search.take();
        self.search = before.map(|search| Search::of(search.pattern, &self.document.text));
    }

    /// Goes to the next place (`1`) or the one before (`-1`), round the ends.
    pub(in crate::app::model) fn next_match(&mut self, direction: isize, room: Room) {
        let here = self.here();
        let Some(search) = self.search.as_ref().filter(|search| !search.found.is_empty()) else { return };
        let next = match (search.on, direction) {
            (Some(on), _) => on.cast_signed() + direction,
            (None, 1..) => search.found.partition_point(|found| found.start < here).cast_signed(),
            (None, _) => search.found.partition_point(|found| found.start < here).cast_signed() - 1,
        };
        self.go_to_match(next.rem_euclid(search.found.len().cast_signed()).cast_unsigned(), room);
    }

    /// Which of the places was gone to, counted from 1 (0: none), and how many there are; `None` without a search.
    #[must_use]
    pub fn matches(&self) -> Option<(usize, usize)> {
        let search = self.search.as_ref()?;
        Some((search.on.map_or(0, |on| on + 1), search.found.len()))
    }

    /// Where the text is that was looked for.
    #[must_use]
    pub fn found(&self) -> &[Range<usize>] {
        self.search.as_ref().map_or(&[], |search| &search.found)
    }

    /// First byte of the line under the cursor, else of what is on screen.
    fn here(&self) -> usize {
        let row = if self.document.targets.is_empty() { self.scroll } else { self.cursor_rows().start };
        self.rows.get(row).map_or(0, |row| row.start)
    }

    fn go_to_match(&mut self, number: usize, room: Room) {
        let Some(search) = &mut self.search else { return };
        let Some(place) = search.found.get(number).cloned() else { return };
        search.on = Some(number);
        let row = self.rows.partition_point(|row| row.start <= place.start).saturating_sub(1);
        if !self.document.targets.is_empty() {
            self.cursor = self.lines.partition_point(|first| *first <= row).saturating_sub(1);
            self.show_cursor(room);
        }
        let last = self.rows.len().saturating_sub(room.height);
        self.scroll = self.scroll.max((row + 1).saturating_sub(room.height)).min(row).min(last);
        let start = self.rows.get(row).map_or(0, |row| row.start);
        let cells = self.document.text.get(start..place.start).map_or(0, UnicodeWidthStr::width);
        if !room.wrap && !(self.left..self.left + room.width).contains(&cells) {
            self.left = cells.saturating_sub(room.width / 2);
        }
    }
}
