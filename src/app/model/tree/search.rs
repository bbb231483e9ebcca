//! Finding text in a tree.

use std::borrow::Cow;

use regex::{Regex, RegexBuilder};

use super::{Line, Part, Tree};
use crate::record::json;

/// What was looked for, and where it is.
#[derive(Debug)]
pub(super) struct Search {
    /// Parts and rows in which it was found, in order within each part.
    rows: Vec<(usize, usize)>,
}

impl Search {
    pub(super) fn found(&self, part: usize, row: usize) -> bool {
        self.rows.binary_search(&(part, row)).is_ok()
    }
}

impl Tree {
    /// Looks for text in keys and values, and goes to the first place at or after the cursor; `""` ends the search.
    ///
    /// Without a capital letter in it, capitals do not matter.
    pub fn search(&mut self, needle: &str) {
        self.search = pattern(needle).map(|pattern| {
            let rows = self
                .parts
                .iter()
                .enumerate()
                .flat_map(|(number, part)| matches(part, &pattern).into_iter().map(move |row| (number, row)));
            Search { rows: rows.collect() }
        });
        self.go_to_match(true, 1);
    }

    /// Goes to the next place (`1`) or the one before (`-1`), round the ends; what it is folded into unfolds.
    pub fn next_match(&mut self, direction: isize) {
        self.go_to_match(false, direction);
    }

    /// Which of the places the cursor is on, counted from 1 (0: on none), and how many there are; `None` without a search.
    #[must_use]
    pub fn matches(&self) -> Option<(usize, usize)> {
        let search = self.search.as_ref()?;
        let here = self.lines.get(self.sight.cursor)?.row();
        let on = if search.found(here.0, here.1) { self.before(search, here) + 1 } else { 0 };
        Some((on, search.rows.len()))
    }

    fn go_to_match(&mut self, stay: bool, direction: isize) {
        let Some(search) = &self.search else { return };
        let Some(here) = self.lines.get(self.sight.cursor).map(|line| line.row()) else { return };
        let places = self.ordered(search);
        let before = self.before(search, here);
        let on = usize::from(!stay && search.found(here.0, here.1));
        let next = if direction > 0 { before + on } else { before.checked_sub(1).unwrap_or(places.len()) };
        let round = if direction > 0 { places.first() } else { places.last() };
        if let Some(&(part, row)) = places.get(next).or(round) {
            self.reveal(part, row);
        }
    }

    /// How many of the places stand before a row on screen.
    fn before(&self, search: &Search, here: (usize, usize)) -> usize {
        if self.parts.len() == 1 {
            return search.rows.partition_point(|place| *place < here);
        }
        let here = self.order(here);
        search.rows.iter().filter(|place| self.order(**place) < here).count()
    }

    /// The places in the order of the screen: those in a string that was opened follow the string.
    fn ordered<'a>(&self, search: &'a Search) -> Cow<'a, [(usize, usize)]> {
        if self.parts.len() == 1 {
            return Cow::Borrowed(&search.rows);
        }
        let mut places = search.rows.clone();
        places.sort_by_cached_key(|place| self.order(*place));
        Cow::Owned(places)
    }

    /// Sorts rows as they stand on screen: the rows above, from the outermost part in.
    fn order(&self, place: (usize, usize)) -> Vec<usize> {
        let above = std::iter::successors(Some(place), |(part, _)| self.parts.get(*part)?.above);
        let mut rows: Vec<_> = above.map(|(_, row)| row).collect();
        rows.reverse();
        rows
    }

    /// Unfolds whatever a row is folded into, and goes there.
    fn reveal(&mut self, part: usize, row: usize) {
        let holders: Vec<_> = std::iter::successors(Some((part, row)), |&(part, row)| self.holder(part, row)).collect();
        let mut changed = false;
        for &(part, row) in &holders[1..] {
            changed |= self.parts[part].folded.remove(&row) || self.open_string(part, row);
        }
        if changed {
            self.lay_out();
        }
        self.go_to(Some(Line::Row { part, row }));
    }
}

/// What finds a text: without a capital letter in it, capitals do not matter. `None` for no text.
pub(in crate::app::model) fn pattern(needle: &str) -> Option<Regex> {
    let plain = regex::escape(needle);
    RegexBuilder::new(&plain)
        .case_insensitive(!needle.chars().any(char::is_uppercase))
        .build()
        .ok()
        .filter(|_| !needle.is_empty())
}

/// Rows of a part that hold the pattern, as they are written or as they read.
fn matches(part: &Part, pattern: &Regex) -> Vec<usize> {
    let text = part.text.as_str();
    let mut rows: Vec<_> = pattern.find_iter(text).map(|found| part.rows.at(found.start())).collect();
    let mut escaped: Vec<_> = memchr::memchr_iter(b'\\', text.as_bytes()).map(|at| part.rows.at(at)).collect();
    escaped.dedup();
    rows.extend(escaped.into_iter().filter(|row| pattern.is_match(&json::unescape(&text[part.rows.span(*row, text)]))));
    rows.sort_unstable();
    rows.dedup();
    rows
}
