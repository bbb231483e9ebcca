//! Cells of a row of a table, found by their ends.

use std::ops::Range;

use memchr::{memchr, memchr3};

/// The cells of one row.
#[derive(Debug, Default)]
pub(super) struct Cells {
    cells: Vec<Cell>,
    /// What does not stand in the row as it is meant.
    copies: Vec<u8>,
}

#[derive(Debug)]
enum Cell {
    /// A place in the row.
    InRow(Range<usize>),
    /// A place in the copies.
    Copied(Range<usize>),
}

impl Cells {
    /// Finds the cells of the row that `text` begins with, and gives its length; `None` if it does not end there or is not
    /// written the way that tables of log events are.
    pub(super) fn read(&mut self, text: &[u8]) -> Option<usize> {
        self.cells.clear();
        self.copies.clear();
        let mut at = 0;
        loop {
            at = if text.get(at)? == &b'"' { self.quoted(text, at + 1)? } else { self.bare(text, at)? };
            match text[at..] {
                [b',', ..] => at += 1,
                // A line break alone is no row.
                [b'\n', ..] if at > 0 => return Some(at + 1),
                [b'\r', b'\n', ..] if at > 0 => return Some(at + 2),
                _ => return None,
            }
        }
    }

    /// Takes the cells that end at `ends` of a text that has nothing else.
    pub(super) fn set(&mut self, text: &[u8], ends: &[usize]) {
        self.copies.clear();
        self.copies.extend_from_slice(text);
        let begins = std::iter::once(&0).chain(ends);
        self.cells.clear();
        self.cells.extend(begins.zip(ends).map(|(begin, end)| Cell::Copied(*begin..*end)));
    }

    /// What the cells say of a row that was read from `text`.
    pub(super) fn values<'a>(&'a self, text: &'a [u8]) -> impl ExactSizeIterator<Item = &'a [u8]> {
        self.cells.iter().map(|cell| match cell {
            Cell::InRow(place) => &text[place.clone()],
            Cell::Copied(place) => &self.copies[place.clone()],
        })
    }

    /// Adds the cell without quotes that begins there; gives where it ends.
    fn bare(&mut self, text: &[u8], begin: usize) -> Option<usize> {
        let end = begin + memchr3(b',', b'\n', b'\r', &text[begin..])?;
        self.cells.push(Cell::InRow(begin..end));
        Some(end)
    }

    /// Adds the cell that begins behind a quote; gives where its other quote ends.
    fn quoted(&mut self, text: &[u8], begin: usize) -> Option<usize> {
        let (mut from, start) = (begin, self.copies.len());
        loop {
            let end = from + memchr(b'"', &text[from..])?;
            if text.get(end + 1)? != &b'"' {
                self.cells.push(if from == begin {
                    Cell::InRow(begin..end)
                } else {
                    self.copies.extend_from_slice(&text[from..end]);
                    Cell::Copied(start..self.copies.len())
                });
                return Some(end + 1);
            }
            // Two of them are one that is meant.
            self.copies.extend_from_slice(&text[from..=end]);
            from = end + 2;
        }
    }
}

#[cfg(test)]
mod tests {
    use csv_core::{ReadRecordResult, Reader};
    use proptest::prelude::*;

    use super::*;

    type Values = Vec<Vec<u8>>;

    /// The first row as another reader has it, and its length.
    fn carefully(text: &[u8]) -> Option<(Values, usize)> {
        let (mut values, mut ends) = (vec![0; text.len() + 1], vec![0; text.len() + 1]);
        let (result, length, _, count) = Reader::new().read_record(text, &mut values, &mut ends);
        let mut cells = Cells::default();
        cells.set(&values, &ends[..count]);
        (result == ReadRecordResult::Record).then(|| (cells.values(b"").map(<[u8]>::to_vec).collect(), length))
    }

    fn read(text: &[u8]) -> Option<(Values, usize)> {
        let mut cells = Cells::default();
        let length = cells.read(text)?;
        Some((cells.values(text).map(<[u8]>::to_vec).collect(), length))
    }

    #[test]
    fn usual_rows_are_read() {
        for (text, values) in [
            ("a,b\n", vec!["a", "b"]),
            (",\"\"\r\nx", vec!["", ""]),
            ("\"a,\"\"b\"\"\nc\",\"\"\"\",d\"e\n", vec!["a,\"b\"\nc", "\"", "d\"e"]),
        ] {
            let values = values.into_iter().map(|value| value.as_bytes().to_vec()).collect::<Vec<_>>();
            assert_eq!(read(text.as_bytes()).map(|(values, _)| values), Some(values), "{text}");
        }
    }

    #[test]
    fn others_are_left() {
        for text in ["", "\n", "\r\n", "a", "\"a\nb,", "a\r", "a\rb\n", "\"a\"b\n", "\"a\" ,\n"] {
            assert_eq!(read(text.as_bytes()), None, "{text}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn rows_are_read_as_another_reader_has_them(text in "[ab,\"\"\n\r ü]{0,20}") {
            if let Some((values, length)) = read(text.as_bytes()) {
                let (expected, taken) = carefully(text.as_bytes()).unwrap();
                prop_assert_eq!(values, expected);
                // It may leave the second half of a line break to the row that follows.
                prop_assert!(length == taken || &text[taken..length] == "\n");
            }
        }
    }
}
