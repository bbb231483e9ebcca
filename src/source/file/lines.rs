//! Lines out of blocks of bytes.

use std::io::{self, Read};

use super::word::NextWord;
use super::{BLOCK, LINE_CAP};

/// Of a line that is too long, so much is given.
const SHOWN: usize = 4096;

/// By so much the buffer grows for a long line.
const GROWTH: usize = 1024 * 1024;

/// A line without its line break.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line<'a> {
    Whole(&'a [u8]),
    /// The beginning of a line that exceeds the cap; the rest of it is passed over.
    TooLong(&'a [u8]),
}

/// Lines that were passed over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Passed<'a> {
    /// The lines with their line breaks.
    pub(super) text: &'a [u8],
    pub(super) lines: u64,
}

/// A bracket in a text of lines.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bracket<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Bracket<'a> {
    /// The text from the bracket on, which ends with a line break.
    pub(super) fn rest(self) -> &'a [u8] {
        &self.text[self.at..]
    }

    /// Whether its line begins with it.
    pub(super) fn begins_line(self) -> bool {
        self.at == 0 || self.text[self.at - 1] == b'\n'
    }

    /// Its line, and the length of the rest of that with the line break.
    pub(super) fn line(self) -> (&'a [u8], usize) {
        let length = memchr::memchr(b'\n', self.rest()).unwrap_or_default();
        let begin = after_last_break(&self.text[..self.at]);
        (without_return(&self.text[begin..self.at + length]), length + 1)
    }
}

/// Splits what is read block by block. It holds what has not been taken yet and one block.
///
/// What is not made of lines takes bytes instead, with [`Lines::rest`] and [`Lines::consume`].
pub(super) struct Lines<R> {
    input: R,
    cap: usize,
    buffer: Vec<u8>,
    /// Where the next line begins.
    start: usize,
    /// Up to where there is no line break after `start`.
    searched: usize,
    word: NextWord,
    filled: usize,
    /// Whether the rest of a line that was too long is being passed over.
    skipping: bool,
    /// Lines that have been taken.
    taken: u64,
}

impl Lines<Box<dyn Read>> {
    /// Those of a text that has been read, in its first `length` bytes.
    pub(super) fn of(text: Vec<u8>, length: usize) -> Self {
        Self { buffer: text, filled: length, ..Self::new(Box::new(io::empty()), LINE_CAP) }
    }
}

impl<R: Read> Lines<R> {
    pub(super) fn new(input: R, cap: usize) -> Self {
        Self {
            input,
            cap,
            buffer: Vec::new(),
            start: 0,
            searched: 0,
            word: NextWord::default(),
            filled: 0,
            skipping: false,
            taken: 0,
        }
    }

    /// The text, with what was taken of it.
    pub(super) fn into_text(self) -> Vec<u8> {
        self.buffer
    }

    /// Goes on where the input stands now, behind so many lines.
    pub(super) fn go_on(&mut self, taken: u64) {
        (self.start, self.searched, self.filled, self.skipping) = (0, 0, 0, false);
        (self.word, self.taken) = (NextWord::default(), taken);
    }

    /// Reads what there is, up to one block; gives whether there was anything.
    pub(super) fn fill(&mut self) -> io::Result<bool> {
        // What is long stays where it is while it grows.
        if self.start > 0 {
            self.buffer.copy_within(self.start..self.filled, 0);
            self.filled -= self.start;
            self.searched -= self.start;
            self.word.shift(self.start);
            self.start = 0;
        }
        if self.buffer.len() < self.filled + BLOCK {
            // Doubling would keep twice of what a long line needs.
            self.buffer.reserve_exact(self.filled + GROWTH - self.buffer.len());
            self.buffer.resize(self.filled + GROWTH, 0);
        } else if self.buffer.len() > BLOCK + GROWTH && self.filled < BLOCK {
            self.buffer.truncate(BLOCK + GROWTH);
            self.buffer.shrink_to_fit();
        }
        loop {
            match self.input.read(&mut self.buffer[self.filled..self.filled + BLOCK]) {
                Ok(count) => {
                    self.filled += count;
                    return Ok(count > 0);
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
    }

    /// The next line of what has been read, if it is complete.
    pub(super) fn next_line(&mut self) -> Option<Line<'_>> {
        loop {
            let Some(found) = memchr::memchr(b'\n', &self.buffer[self.searched..self.filled]) else {
                self.searched = self.filled;
                return self.too_long();
            };
            let (begin, end) = (self.start, self.searched + found);
            self.start = end + 1;
            self.searched = self.start;
            self.taken += 1;
            if !std::mem::take(&mut self.skipping) {
                return Some(Line::Whole(without_return(&self.buffer[begin..end])));
            }
        }
    }

    /// Passes over the complete lines before the next one that may matter: one that holds the word of records, or has a
    /// bracket that is not dull: `dull` tells how much from there on means nothing.
    pub(super) fn pass(&mut self, dull: impl FnMut(Bracket<'_>) -> Option<usize>) -> Passed<'_> {
        let end = self.word.next(&self.buffer[..self.filled], self.start).unwrap_or(self.filled);
        let rest = if self.skipping { &[] } else { &self.buffer[self.start..end] };
        let complete = &rest[..after_last_break(rest)];
        let passed = self.start..self.start + before_bracket(complete, dull);
        let lines = memchr::memchr_iter(b'\n', &self.buffer[passed.clone()]).count() as u64;
        self.take(passed.len(), lines);
        Passed { text: &self.buffer[passed], lines }
    }

    /// What is left at the end of the input, a line without a line break.
    pub(super) fn last_line(&mut self) -> Option<Line<'_>> {
        let begin = std::mem::replace(&mut self.start, self.filled);
        self.searched = self.filled;
        let rest = &self.buffer[begin..self.filled];
        self.taken += u64::from(!rest.is_empty() || self.skipping);
        (!rest.is_empty() && !self.skipping).then(|| Line::Whole(without_return(rest)))
    }

    /// What has been read and not been taken; it begins a line unless [`Self::is_skipping`] or only a part was consumed.
    pub(super) fn rest(&self) -> &[u8] {
        &self.buffer[self.start..self.filled]
    }

    /// The line that the rest begins with, if it is complete.
    pub(super) fn line(&mut self) -> Option<&[u8]> {
        let found = memchr::memchr(b'\n', &self.buffer[self.searched..self.filled]);
        self.searched = found.map_or(self.filled, |offset| self.searched + offset);
        let line = &self.buffer[self.start..self.searched];
        (found.is_some() && !self.skipping).then(|| without_return(line))
    }

    /// Takes the first `count` bytes of the rest.
    pub(super) fn consume(&mut self, count: usize) {
        let (end, mut lines) = (self.start + count, 0);
        while self.searched < end {
            let found = memchr::memchr(b'\n', &self.buffer[self.searched..self.filled]);
            self.searched = found.map_or(self.filled, |offset| self.searched + offset);
            if self.searched < end {
                self.searched += 1;
                lines += 1;
            }
        }
        self.take(count, lines);
    }

    /// The same, when it is known how many lines these are.
    pub(super) fn take(&mut self, count: usize, lines: u64) {
        self.taken += lines;
        self.start += count;
        self.searched = self.searched.max(self.start);
    }

    /// Passes over the rest of a line that was too long, as far as it has been read.
    pub(super) fn pass_too_long(&mut self) {
        if self.skipping {
            let end = memchr::memchr(b'\n', self.rest());
            self.skipping = end.is_none();
            self.take(end.map_or(self.rest().len(), |end| end + 1), u64::from(end.is_some()));
        }
    }

    /// The number of the line that the rest begins in, counted from 1.
    pub(super) fn number(&self) -> u64 {
        self.taken + 1
    }

    /// Lines that have been taken whole, counting one without a line break at the end.
    pub(super) fn taken(&self) -> u64 {
        self.taken
    }

    /// Whether the rest begins within a line that was too long.
    pub(super) fn is_skipping(&self) -> bool {
        self.skipping
    }

    fn too_long(&mut self) -> Option<Line<'_>> {
        if !self.skipping && self.filled - self.start <= self.cap {
            return None;
        }
        let begin = std::mem::replace(&mut self.start, self.filled);
        let shown = begin..self.filled.min(begin + SHOWN);
        (!std::mem::replace(&mut self.skipping, true)).then(|| Line::TooLong(&self.buffer[shown]))
    }
}

/// Length of the lines before the first one with a bracket that is not dull.
fn before_bracket(text: &[u8], mut dull: impl FnMut(Bracket<'_>) -> Option<usize>) -> usize {
    let mut at = 0;
    while let Some(offset) = memchr::memchr2(b'{', b'[', &text[at..]) {
        let bracket = Bracket { text, at: at + offset };
        match dull(bracket) {
            Some(length) => at = bracket.at + length,
            None => return after_last_break(&text[..bracket.at]),
        }
    }
    text.len()
}

/// Length of the complete lines of a text.
fn after_last_break(text: &[u8]) -> usize {
    memchr::memrchr(b'\n', text).map_or(0, |last| last + 1)
}

pub(super) fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// Gives at most so many bytes at once.
    struct Slowly<'a>(&'a [u8], usize);

    impl Read for Slowly<'_> {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            let count = self.1.min(into.len()).min(self.0.len());
            into[..count].copy_from_slice(&self.0[..count]);
            self.0 = &self.0[count..];
            Ok(count)
        }
    }

    fn lines(text: &[u8], step: usize, cap: usize) -> Vec<String> {
        let mut lines = Lines::new(Slowly(text, step), cap);
        let mut all = Vec::new();
        let mut note = |line: Line<'_>| {
            all.push(match line {
                Line::Whole(line) => String::from_utf8_lossy(line).into_owned(),
                Line::TooLong(head) => format!("{}…", String::from_utf8_lossy(head)),
            });
        };
        while lines.fill().unwrap() {
            while let Some(line) = lines.next_line() {
                note(line);
            }
        }
        if let Some(line) = lines.last_line() {
            note(line);
        }
        all
    }

    #[test]
    fn line_breaks_are_taken_off() {
        for step in 1..12 {
            assert_eq!(lines(b"one\n\ntwo\r\nthr\0ee", step, 100), ["one", "", "two", "thr\0ee"]);
        }
    }

    #[test]
    fn a_line_that_is_too_long_is_passed_over() {
        assert_eq!(lines(b"ab\nabcdefgh\ncd\n", 3, 4), ["ab", "abcdef…", "cd"]);
        assert_eq!(lines(b"abcdefgh", 3, 4), ["abcdef…"]);
    }

    fn passed<R: Read>(lines: &mut Lines<R>) -> (u64, usize) {
        let Passed { text, lines } = lines.pass(|bracket| bracket.rest().starts_with(b"[INFO]").then_some(1));
        assert_eq!(memchr::memchr_iter(b'\n', text).count() as u64, lines);
        (lines, text.len())
    }

    #[test]
    fn plain_lines_are_passed_over_up_to_the_next_that_matters() {
        let text = b"one\r\n[INFO] two\n\nx {\nthree\n[\nfour\nrequestContext\nrest";
        let mut lines = Lines::new(&text[..], 100);
        lines.fill().unwrap();
        assert_eq!(passed(&mut lines), (3, 17));
        assert_eq!((passed(&mut lines), lines.number()), ((0, 0), 4));
        assert_eq!(lines.next_line(), Some(Line::Whole(b"x {")));
        assert_eq!(passed(&mut lines), (1, 6));
        assert_eq!(lines.next_line(), Some(Line::Whole(b"[")));
        assert_eq!(passed(&mut lines), (1, 5));
        assert_eq!(lines.next_line(), Some(Line::Whole(b"requestContext")));
        assert_eq!((passed(&mut lines), lines.last_line()), ((0, 0), Some(Line::Whole(b"rest"))));
    }

    #[test]
    fn a_bracket_has_a_line() {
        let text = b"a\n[x] {y\r\nz {\n";
        let brackets = memchr::memchr2_iter(b'{', b'[', text).map(|at| Bracket { text, at });
        let seen: Vec<_> =
            brackets.map(|bracket| (bracket.rest().len(), bracket.begins_line(), bracket.line())).collect();
        let line = &text[2..8];
        assert_eq!(seen, [(12, true, (line, 8)), (8, false, (line, 4)), (2, false, (&b"z {"[..], 2))]);
    }

    proptest! {
        #[test]
        fn passing_over_lines_loses_none(text in "[ab{\\[\n]{0,60}", step in 1..20_usize) {
            let mut lines = Lines::new(Slowly(text.as_bytes(), step), 1000);
            let mut taken = 0;
            while lines.fill().unwrap() {
                loop {
                    taken += lines.pass(|bracket| match bracket.rest() {
                        [b'{', b'b', ..] if !bracket.begins_line() => Some(2),
                        _ => Some(bracket.line()).filter(|(line, _)| line.ends_with(b"a")).map(|(_, length)| length),
                    }).lines;
                    let number = lines.number();
                    match lines.next_line() {
                        Some(Line::Whole(line)) => {
                            let expected = text.lines().nth(number as usize - 1);
                            prop_assert_eq!(expected.map(str::as_bytes), Some(line));
                            taken += 1;
                        }
                        _ => break,
                    }
                }
            }
            prop_assert_eq!(taken as usize, text.matches('\n').count());
        }

        #[test]
        fn blocks_do_not_matter(text in "[ab\n]{0,60}", step in 1..20_usize) {
            let expected: Vec<&str> = text.split_terminator('\n').collect();
            prop_assert_eq!(lines(text.as_bytes(), step, 1000), expected);
        }
    }
}
