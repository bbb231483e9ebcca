//! JSON text as rows: one for every value that holds no other, and two for the brackets of one that does.
//!
//! The rows are found in one pass over the tokens and hold places in the text, so that nothing is copied, numbers keep
//! their spelling, and the rows in order are the text again.

use std::ops::Range;

use crate::record::json::{self, TokenKind};

/// What a row shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RowKind {
    /// The bracket that opens an object or an array with something in it.
    Open,
    /// The bracket that closes it.
    Close,
    /// An object or array without anything in it.
    Empty,
    /// A string.
    String,
    /// A number.
    Number,
    /// `true`, `false` or `null`.
    Literal,
}

/// Stands for the row above the outermost one.
const NONE: u32 = u32::MAX;

/// One row: places in the text, in bytes, and its relations, by number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Row {
    start: u32,
    value: u32,
    end: u32,
    parent: u32,
    /// The other bracket of a pair, else the row itself.
    partner: u32,
    place: u32,
    /// Levels above it.
    pub depth: u32,
    /// What it shows.
    pub kind: RowKind,
    /// Whether a comma follows.
    pub comma: bool,
}

impl Row {
    /// Bytes of the value itself: of a bracket when it is one of a pair.
    #[must_use]
    pub fn value(&self) -> Range<usize> {
        self.value as usize..self.end as usize
    }

    /// Number of the row that holds it.
    #[must_use]
    pub fn parent(&self) -> Option<usize> {
        (self.parent != NONE).then_some(self.parent as usize)
    }

    /// Number of the other bracket of a pair.
    #[must_use]
    pub fn partner(&self) -> usize {
        self.partner as usize
    }

    /// Its place among what its parent holds, counted from 0; of a closing bracket how many values it closes.
    #[must_use]
    pub fn place(&self) -> usize {
        self.place as usize
    }
}

/// The rows of a JSON text.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Rows(Vec<Row>);

impl Rows {
    /// Finds the rows of `text`; `None` when its brackets do not match, or it is longer than 4 GiB.
    #[must_use]
    pub fn of(text: &str) -> Option<Self> {
        u32::try_from(text.len()).ok()?;
        let mut builder = Builder { rows: Vec::with_capacity(text.len() / 24), open: Vec::new(), key: None };
        for (kind, token) in json::tokens(text) {
            builder.add(kind, token, text.as_bytes())?;
        }
        let whole = builder.open.is_empty() && !builder.rows.is_empty();
        whole.then_some(Self(builder.rows))
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// A row by its number.
    #[must_use]
    pub fn get(&self, row: usize) -> Option<&Row> {
        self.0.get(row)
    }

    /// The rows in order.
    pub fn iter(&self) -> impl Iterator<Item = &Row> {
        self.0.iter()
    }

    /// Bytes of the key before a row's value, with its quotes.
    #[must_use]
    pub fn key(&self, row: usize, text: &str) -> Option<Range<usize>> {
        let row = self.0.get(row).filter(|row| row.start != row.value)?;
        let start = row.start as usize;
        let (_, key) = json::tokens(&text[start..row.value as usize]).next()?;
        Some(start..start + key.end)
    }

    /// Bytes of a row's whole value: of everything between its brackets and of them, when it is one of a pair.
    #[must_use]
    pub fn whole(&self, row: usize) -> Range<usize> {
        let Some(here) = self.0.get(row) else { return 0..0 };
        let Some(partner) = self.0.get(here.partner()) else { return here.value() };
        here.value.min(partner.value) as usize..here.end.max(partner.end) as usize
    }

    /// Bytes from a row's first one to the next row's: all of them together are the text.
    #[must_use]
    pub fn span(&self, row: usize, text: &str) -> Range<usize> {
        let start = |row: usize| self.0.get(row).map_or(text.len(), |row| row.start as usize);
        let first = if row == 0 { 0 } else { start(row) };
        first..start(row + 1)
    }

    /// The row that a byte of the text belongs to.
    #[must_use]
    pub fn at(&self, byte: usize) -> usize {
        self.0.partition_point(|row| row.start as usize <= byte).saturating_sub(1)
    }
}

struct Builder {
    rows: Vec<Row>,
    /// Rows whose brackets are open, and how many values each holds so far.
    open: Vec<(u32, u32)>,
    /// Where the key began whose value is awaited.
    key: Option<u32>,
}

impl Builder {
    fn add(&mut self, kind: TokenKind, token: Range<usize>, bytes: &[u8]) -> Option<()> {
        match (kind, bytes[token.start]) {
            (TokenKind::Space, _) | (TokenKind::Punctuation, b':') => {}
            (TokenKind::Key, _) => self.key = Some(token.start as u32),
            (TokenKind::Punctuation, b',') => self.rows.last_mut()?.comma = true,
            (TokenKind::Punctuation, b'{' | b'[') => {
                let row = self.push(token, RowKind::Open);
                self.open.push((row, 0));
            }
            (TokenKind::Punctuation, bracket) => self.close(token, bracket, bytes)?,
            (TokenKind::String, _) => drop(self.push(token, RowKind::String)),
            (TokenKind::Number, _) => drop(self.push(token, RowKind::Number)),
            (TokenKind::Literal, _) => drop(self.push(token, RowKind::Literal)),
        }
        Some(())
    }

    fn push(&mut self, token: Range<usize>, kind: RowKind) -> u32 {
        let number = self.rows.len() as u32;
        let (value, end) = (token.start as u32, token.end as u32);
        let depth = self.open.len() as u32;
        let (parent, place) = match self.open.last_mut() {
            Some((parent, held)) => {
                *held += 1;
                (*parent, *held - 1)
            }
            None => (NONE, 0),
        };
        let start = self.key.take().unwrap_or(value);
        self.rows.push(Row { start, value, end, parent, partner: number, place, depth, kind, comma: false });
        number
    }

    fn close(&mut self, token: Range<usize>, bracket: u8, bytes: &[u8]) -> Option<()> {
        let (opening, held) = self.open.pop()?;
        let number = self.rows.len() as u32;
        let row = self.rows.get_mut(opening as usize)?;
        if matches!(bytes[row.value as usize], b'{') != matches!(bracket, b'}') {
            return None;
        }
        if held == 0 {
            (row.kind, row.end) = (RowKind::Empty, token.end as u32);
            return Some(());
        }
        row.partner = number;
        let opened = *row;
        let (value, end) = (token.start as u32, token.end as u32);
        let (kind, place, partner) = (RowKind::Close, held, opening);
        self.rows.push(Row { start: value, value, end, partner, place, kind, comma: false, ..opened });
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> Vec<String> {
        let rows = Rows::of(text).expect("JSON");
        let line = |row: usize| {
            let here = rows.get(row).expect("a row");
            let key = rows.key(row, text).map(|key| format!("{}=", &text[key])).unwrap_or_default();
            format!("{}{key}{}", " ".repeat(here.depth as usize), &text[here.value()])
        };
        (0..rows.len()).map(line).collect()
    }

    #[test]
    fn brackets_and_values_have_rows() {
        let text = r#"{"a":[1.0, {"b" : null}], "c":{ } ,"d":"x,]"}"#;
        let expected =
            ["{", " \"a\"=[", "  1.0", "  {", "   \"b\"=null", "  }", " ]", " \"c\"={ }", " \"d\"=\"x,]\"", "}"];
        assert_eq!(shown(text), expected);
        let rows = Rows::of(text).expect("JSON");
        assert_eq!(&text[rows.whole(1)], r#"[1.0, {"b" : null}]"#);
        assert_eq!(&text[rows.whole(6)], r#"[1.0, {"b" : null}]"#);
        assert_eq!((rows.get(3).unwrap().place(), rows.get(6).unwrap().place()), (1, 2));
        assert_eq!((rows.get(4).unwrap().parent(), rows.get(0).unwrap().parent()), (Some(3), None));
        assert_eq!(rows.at(text.find("null").unwrap()), 4);
    }

    #[test]
    fn scalars_are_one_row() {
        for text in ["null", " 12 ", r#""a""#, "[ ]"] {
            assert_eq!(Rows::of(text).map(|rows| rows.len()), Some(1), "{text}");
        }
    }

    #[test]
    fn brackets_that_do_not_match_have_no_rows() {
        for text in ["", " ", "{", "]", "[}", "{]", "[[]"] {
            assert_eq!(Rows::of(text), None, "{text}");
        }
    }

    #[test]
    fn deep_nesting_does_not_recurse() {
        let deep = format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(Rows::of(&deep).map(|rows| rows.len()), Some(200_001));
    }
}
