//! The lines of a tree that are not folded away, and what each shows.

use std::ops::Range;

use unicode_width::UnicodeWidthStr;

use super::super::wrap::wrap_line;
use super::{Opened, Part, Tree};
use crate::app::document::{Row, RowKind};
use crate::log::visible_lines;

/// Cells that a level is indented by.
const INDENT: usize = 2;

/// Cells before the text of a line: the mark of what can be unfolded.
const MARK: usize = 2;

/// One line on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Line {
    /// A row of a part.
    Row {
        /// Number of the part.
        part: usize,
        /// Number of the row in it.
        row: usize,
    },
    /// A piece of a string that was opened in place.
    Piece {
        /// Number of the part that the string is in.
        part: usize,
        /// Its row.
        row: usize,
        /// First byte of the piece in what the string says.
        start: usize,
        /// The byte after its last.
        end: usize,
    },
}

impl Line {
    /// The part and the row that it belongs to.
    pub(super) fn row(self) -> (usize, usize) {
        match self {
            Self::Row { part, row } | Self::Piece { part, row, .. } => (part, row),
        }
    }
}

/// What the value of a line is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Value<'a> {
    /// A string, number or literal, or a bracket, as it is written.
    Token(RowKind, &'a str),
    /// An object or array that is folded: its brackets, and how many values it holds.
    Folded(&'a str, usize),
    /// A piece of what a string says.
    Piece(&'a str),
}

/// What a line shows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown<'a> {
    /// Cells that it is indented by.
    pub indent: usize,
    /// Whether it can be unfolded (`Some(false)`) or is (`Some(true)`).
    pub open: Option<bool>,
    /// The key, with its quotes.
    pub key: Option<&'a str>,
    /// The value.
    pub value: Value<'a>,
    /// Whether a comma follows.
    pub comma: bool,
    /// Whether the search found something in it.
    pub found: bool,
}

impl Tree {
    /// The lines on screen, each with whether the cursor is on it.
    pub fn visible(&self) -> impl Iterator<Item = (Shown<'_>, bool)> {
        self.sight.on_screen(self.lines.len()).map(|at| (self.shown(self.lines[at]), at == self.sight.cursor))
    }

    /// What a line shows.
    #[must_use]
    pub fn shown(&self, line: Line) -> Shown<'_> {
        match line {
            Line::Row { part, row } => self.shown_row(part, row),
            Line::Piece { part, row, start, end } => {
                let said = match self.parts[part].opened.get(&row) {
                    Some(Opened::Text(said)) => said.as_str(),
                    _ => "",
                };
                let value = Value::Piece(said.get(start..end).unwrap_or_default());
                Shown {
                    indent: self.indent(part, row) + INDENT,
                    open: None,
                    key: None,
                    value,
                    comma: false,
                    found: false,
                }
            }
        }
    }

    fn shown_row(&self, number: usize, row: usize) -> Shown<'_> {
        let part = &self.parts[number];
        let Some(here) = part.rows.get(row) else {
            return Shown { indent: 0, open: None, key: None, value: Value::Piece(""), comma: false, found: false };
        };
        let folded = part.folded.contains(&row);
        let value = match here.kind {
            RowKind::Open if folded => {
                let brackets = if part.text[here.value()].starts_with('{') { "{…}" } else { "[…]" };
                Value::Folded(brackets, part.rows.get(here.partner()).map_or(0, Row::place))
            }
            kind => Value::Token(kind, &part.text[here.value()]),
        };
        let after = if folded { part.rows.get(here.partner()) } else { Some(here) };
        Shown {
            indent: self.indent(number, row),
            open: match here.kind {
                RowKind::Open => Some(!folded),
                RowKind::String if part.opened.contains_key(&row) => Some(true),
                RowKind::String => self.is_cut(number, row).then_some(false),
                _ => None,
            },
            key: part.rows.key(row, &part.text).map(|key| &part.text[key]),
            value,
            comma: after.is_some_and(|row| row.comma),
            found: self.search.as_ref().is_some_and(|search| search.found(number, row)),
        }
    }

    /// Deep levels share the indentation of the deepest that leaves room for text.
    fn indent(&self, part: usize, row: usize) -> usize {
        let depth = self.row(part, row).map_or(0, |row| row.depth as usize) + self.parts[part].depth;
        (depth * INDENT).min(self.width / 2)
    }

    /// Whether a string says more than its line shows: it is longer than the room, or holds JSON or line breaks.
    pub(super) fn is_cut(&self, number: usize, row: usize) -> bool {
        let part = &self.parts[number];
        let Some(here) = part.rows.get(row).filter(|row| row.kind == RowKind::String) else { return false };
        let value = &part.text[here.value()];
        let key = part.rows.key(row, &part.text).map_or(0, |key| part.text[key].width() + 2);
        let room = self.width.saturating_sub(MARK + self.indent(number, row) + key + 1);
        value.len() > room && value.width() > room || looks_nested(value)
    }

    /// Finds the lines anew; the cursor keeps its number.
    pub(super) fn lay_out(&mut self) {
        let mut lines = std::mem::take(&mut self.lines);
        lines.clear();
        self.lay_out_part(0, &mut lines);
        self.lines = lines;
        self.sight.show_cursor(self.lines.len());
    }

    fn lay_out_part(&self, number: usize, lines: &mut Vec<Line>) {
        let part = &self.parts[number];
        let mut row = 0;
        while let Some(here) = part.rows.get(row) {
            lines.push(Line::Row { part: number, row });
            match part.opened.get(&row) {
                Some(Opened::Json(inner)) => self.lay_out_part(*inner, lines),
                Some(Opened::Text(said)) => self.lay_out_text(number, row, said, lines),
                None => {}
            }
            row = if is_folded(part, row) { here.partner() } else { row } + 1;
        }
    }

    fn lay_out_text(&self, part: usize, row: usize, said: &str, lines: &mut Vec<Line>) {
        let room = self.width.saturating_sub(MARK + self.indent(part, row) + INDENT).max(8);
        let mut pieces: Vec<Range<usize>> = Vec::new();
        let mut start = 0;
        for line in said.split('\n') {
            // A control character is shown as more than one cell: such a line gets room for them.
            let room = if visible_lines(line, "").len() > line.len() { room / 2 } else { room };
            wrap_line(line, start, room.max(4), &mut pieces);
            start += line.len() + 1;
        }
        lines.extend(pieces.into_iter().map(|piece| Line::Piece { part, row, start: piece.start, end: piece.end }));
    }
}

fn is_folded(part: &Part, row: usize) -> bool {
    part.folded.contains(&row)
}

/// Whether a string, given with its quotes, seems to hold JSON or several lines.
fn looks_nested(value: &str) -> bool {
    value.starts_with("\"{") || value.starts_with("\"[") || value.contains("\\n")
}
