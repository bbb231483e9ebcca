//! A payload as a tree: what is folded, what is opened in place, and where the cursor stands.

mod lines;
mod search;
mod taken;

use std::collections::{BTreeMap, HashSet};

use super::sight::Sight;
use crate::app::document::{Row, RowKind, Rows};
use crate::log::Text;
use crate::record::json;

use lines::Line;
pub use lines::{Shown, Value};
use search::Search;
pub(super) use search::pattern;
pub use taken::Taken;

/// Strings within strings that are opened as JSON.
const DEEPEST: usize = 16;

/// A JSON text with its folds.
#[derive(Debug)]
pub struct Tree {
    /// The payload, and after it the strings in it that were opened as JSON.
    parts: Vec<Part>,
    /// The lines that are not folded away, in order.
    lines: Vec<Line>,
    sight: Sight,
    width: usize,
    search: Option<Search>,
}

/// One JSON text of the tree.
#[derive(Debug)]
struct Part {
    text: Text,
    rows: Rows,
    /// Numbers of the opening rows that are folded.
    folded: HashSet<usize>,
    /// Strings that are opened in place, by their rows.
    opened: BTreeMap<usize, Opened>,
    /// Levels that its rows lie below.
    depth: usize,
    /// The part and row of the string that it was found in.
    above: Option<(usize, usize)>,
}

/// How a string is opened.
#[derive(Debug)]
enum Opened {
    /// As the part of this number.
    Json(usize),
    /// As the text that it says.
    Text(Text),
}

impl Part {
    fn new(text: Text, depth: usize, above: Option<(usize, usize)>) -> Option<Self> {
        let rows = Rows::of(&text)?;
        Some(Self { text, rows, folded: HashSet::new(), opened: BTreeMap::new(), depth, above })
    }

    /// What a string row says; `None` for any other row.
    fn said(&self, row: usize) -> Option<String> {
        let here = self.rows.get(row).filter(|row| row.kind == RowKind::String)?;
        let value = &self.text[here.value()];
        let inner = value.strip_prefix('"')?;
        Some(json::unescape(inner.strip_suffix('"').unwrap_or(inner)).into_owned())
    }
}

/// Whether a text is an object or an array in JSON.
fn is_json(text: &str) -> bool {
    text.trim_start().starts_with(['{', '[']) && serde_json::from_str::<serde::de::IgnoredAny>(text).is_ok()
}

impl Tree {
    /// A tree with nothing folded; `None` when the text is no JSON.
    #[must_use]
    pub fn new(text: Text) -> Option<Self> {
        let parts = vec![Part::new(text, 0, None)?];
        let mut tree = Self { parts, lines: Vec::new(), sight: Sight::new(1), width: 80, search: None };
        tree.lay_out();
        Some(tree)
    }

    /// Rows that it keeps in memory.
    #[must_use]
    pub fn size(&self) -> usize {
        self.parts.iter().map(|part| part.rows.len()).sum()
    }

    /// Fits it to the room it has, in cells.
    pub fn resize(&mut self, width: usize, height: usize) {
        self.sight.resize(height);
        if self.width != width.max(1) {
            self.width = width.max(1);
            self.lay_out();
        }
        self.sight.show_cursor(self.lines.len());
    }

    /// The line that the cursor is on, and how many there are.
    #[must_use]
    pub fn position(&self) -> (usize, usize) {
        (self.sight.cursor, self.lines.len())
    }

    /// Moves the cursor by lines.
    pub fn step(&mut self, lines: isize) {
        self.sight.step(lines, self.lines.len());
    }

    /// Scrolls by lines; the cursor stays on screen.
    pub fn scroll_by(&mut self, lines: isize) {
        self.sight.scroll_by(lines, self.lines.len());
    }

    /// Puts the cursor on a line of the screen; `false` when it is there already, or there is none.
    pub fn point(&mut self, line: usize) -> bool {
        self.sight.point(line, self.lines.len())
    }

    /// Folds or unfolds what the cursor is on, or opens or closes a string in place. A line in a closed place stays.
    pub fn toggle(&mut self) {
        if !self.unfold() {
            self.fold_here();
        }
    }

    /// Folds what the cursor is on, or goes to what holds it.
    pub fn fold(&mut self) {
        if !self.fold_here() {
            self.go_up();
        }
    }

    /// Unfolds what the cursor is on, opens a string, or goes to the first thing within.
    pub fn descend(&mut self) {
        if !self.unfold() && self.here().is_some_and(|(part, row)| self.holds(part, row)) {
            self.step(1);
        }
    }

    /// Unfolds everything.
    pub fn expand_all(&mut self) {
        let here = self.lines.get(self.sight.cursor).copied();
        self.parts.iter_mut().for_each(|part| part.folded.clear());
        self.lay_out();
        self.go_to(here);
    }

    /// Folds everything below the outermost values.
    pub fn fold_all(&mut self) {
        let here = self.lines.get(self.sight.cursor).copied();
        for part in &mut self.parts {
            let opening = part.rows.iter().enumerate().filter(|(_, row)| row.kind == RowKind::Open && row.depth > 0);
            part.folded = opening.map(|(number, _)| number).collect();
        }
        self.lay_out();
        self.go_to(here);
    }

    /// The part and row under the cursor; a closing bracket counts as the opening one.
    fn here(&self) -> Option<(usize, usize)> {
        let (part, row) = self.lines.get(self.sight.cursor)?.row();
        let at = self.row(part, row)?;
        Some((part, if at.kind == RowKind::Close { at.partner() } else { row }))
    }

    fn row(&self, part: usize, row: usize) -> Option<&Row> {
        self.parts.get(part)?.rows.get(row)
    }

    /// Whether lines of its own follow a row.
    fn holds(&self, part: usize, row: usize) -> bool {
        let open = self.row(part, row).is_some_and(|here| here.kind == RowKind::Open);
        open || self.parts[part].opened.contains_key(&row)
    }

    /// Unfolds or opens what the cursor is on; `false` when there was nothing to open.
    fn unfold(&mut self) -> bool {
        let Some((part, row)) = self.here() else { return false };
        if !self.parts[part].folded.remove(&row) && !self.open_string(part, row) {
            return false;
        }
        self.lay_out();
        self.go_to(Some(Line::Row { part, row }));
        true
    }

    fn fold_here(&mut self) -> bool {
        let Some((part, row)) = self.here() else { return false };
        let open = self.row(part, row).is_some_and(|here| here.kind == RowKind::Open);
        let folded =
            if open { self.parts[part].folded.insert(row) } else { self.parts[part].opened.remove(&row).is_some() };
        if folded {
            self.lay_out();
            self.go_to(Some(Line::Row { part, row }));
        }
        folded
    }

    fn go_up(&mut self) {
        let Some((part, row)) = self.here() else { return };
        let holder = self.row(part, row).and_then(Row::parent).map(|row| (part, row)).or(self.parts[part].above);
        if let Some((part, row)) = holder {
            self.go_to(Some(Line::Row { part, row }));
        }
    }

    /// Opens a string that says more than its line shows.
    fn open_string(&mut self, part: usize, row: usize) -> bool {
        let here = &self.parts[part];
        let Some(said) = here.said(row).filter(|_| !here.opened.contains_key(&row)) else { return false };
        let depth = here.depth + here.rows.get(row).map_or(0, |row| row.depth as usize) + 1;
        let opened = self.open_as_json(&said, depth, (part, row)).unwrap_or_else(|| Opened::Text(Text::from(said)));
        let worth = matches!(opened, Opened::Json(_)) || self.is_cut(part, row);
        if worth {
            self.parts[part].opened.insert(row, opened);
        }
        worth
    }

    fn open_as_json(&mut self, said: &str, depth: usize, above: (usize, usize)) -> Option<Opened> {
        if self.nesting(above.0) >= DEEPEST || !is_json(said) {
            return None;
        }
        if let Some(known) = self.parts.iter().position(|part| part.above == Some(above)) {
            return Some(Opened::Json(known));
        }
        self.parts.push(Part::new(Text::from(said), depth, Some(above))?);
        Some(Opened::Json(self.parts.len() - 1))
    }

    fn nesting(&self, part: usize) -> usize {
        std::iter::successors(Some(part), |part| self.parts[*part].above.map(|(above, _)| above)).count()
    }

    fn go_to(&mut self, line: Option<Line>) {
        let Some((part, row)) = line.map(Line::row) else { return };
        let place = |wanted: (usize, usize)| self.lines.iter().position(|line| line.row() == wanted);
        // What is folded away is found at what it is folded into.
        let mut holders = std::iter::successors(Some((part, row)), |&(part, row)| self.holder(part, row));
        if let Some(cursor) = holders.find_map(place) {
            self.sight.go_to(cursor, self.lines.len());
        }
    }

    fn holder(&self, part: usize, row: usize) -> Option<(usize, usize)> {
        let inside = self.row(part, row)?.parent().map(|parent| (part, parent));
        inside.or(self.parts.get(part)?.above)
    }
}

#[cfg(test)]
mod tests;
