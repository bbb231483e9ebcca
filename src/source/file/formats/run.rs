use memchr::{memchr, memchr_iter};

use super::{Draft, Spot, lossy};
use crate::source::file::lines::without_return;

/// Lines one after the other without a record's words that leave no object open: they mean something only where a record
/// is being put together.
#[derive(Debug, Clone, Copy)]
pub(in crate::source::file) struct Run<'a> {
    /// Where the first of them is.
    pub(in crate::source::file) spot: Spot<'a>,
    /// The lines with their line breaks.
    pub(in crate::source::file) text: &'a [u8],
    pub(in crate::source::file) lines: u64,
}

impl<'a> Run<'a> {
    /// Takes the first line off.
    pub(in crate::source::file) fn next_line(&mut self) -> Option<Draft<'a>> {
        let end = memchr(b'\n', self.text)?;
        let bytes = without_return(&self.text[..end]);
        let (line, is_damaged) = lossy(bytes);
        let draft = self.spot.damaged_if(is_damaged).message(line);
        self.text = &self.text[end + 1..];
        self.spot = self.spot.in_line(self.spot.line + 1);
        self.lines -= 1;
        Some(draft)
    }

    /// Bytes of the lines without line breaks.
    pub(in crate::source::file) fn bytes(&self) -> u64 {
        (self.text.len() - returns(self.text)) as u64 - self.lines
    }
}

/// How many of the lines end with a return before their line break.
fn returns(lines: &[u8]) -> usize {
    memchr_iter(b'\r', lines).filter(|&at| lines.get(at + 1) == Some(&b'\n')).count()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::source::file::formats::Place;

    #[test]
    fn lines_are_taken_off_with_their_numbers() {
        let place = Place { file: "f".into(), stream: None };
        let mut run = Run { spot: place.at(7), text: b"one\r\n\ntw\xff\n", lines: 3 };
        assert_eq!(run.bytes(), 6);
        let lines: Vec<_> = std::iter::from_fn(|| {
            let draft = run.next_line()?;
            Some((draft.spot.line, draft.message().to_owned(), draft.is_damaged()))
        })
        .collect();
        let expected = [(7, "one", false), (8, "", false), (9, "tw\u{fffd}", true)];
        assert_eq!(lines, expected.map(|(line, text, is_damaged)| (line, text.to_owned(), is_damaged)));
        assert_eq!((run.lines, run.bytes()), (0, 0));
    }
}
