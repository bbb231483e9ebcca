//! Lines that begin with the time of their event: `aws logs tail`, and the objects of an export to S3.
//!
//! Shapes: `awscli/customizations/logs/tail.py` has `short` (`2026-11-20T10:15:43 message`), and `detailed` and `json`
//! (`2026-11-20T10:15:43.658000+00:00 stream message`); an export has `2026-11-20T10:15:43.658Z message`. A line without a
//! time belongs to the event before.

use std::borrow::Cow;
use std::ops::Range;

use memchr::memchr;

use super::{Place, Sink, Source, Turn, lossy};
use crate::record::epoch_millis;
use crate::source::file::lines::{Line, without_return};
use crate::source::file::{LINE_CAP, Stop};

/// Length of the longest time, `2026-11-20T10:15:43.658000+00:00`.
const LONGEST: usize = 32;

/// What stands before the message, as places in its line.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp {
    millis: i64,
    /// The name of the stream; empty if there is none.
    stream: Range<usize>,
    message: usize,
}

impl Stamp {
    pub(super) fn read(line: &[u8]) -> Option<Self> {
        let end = memchr(b' ', &line[..line.len().min(LONGEST + 1)]).unwrap_or(line.len());
        let (time, rest) = line.split_at(end);
        let millis = if is_time(time) { epoch_millis(std::str::from_utf8(time).ok()?)? } else { return None };
        let begin = end + rest.len().min(1);
        let mut stamp = Self { millis, stream: begin..begin, message: begin };
        // Only the formats that name the stream write an offset.
        if time[19..].contains(&b'+') {
            stamp.stream.end = memchr(b' ', &line[begin..]).map_or(line.len(), |length| begin + length);
            stamp.message = line.len().min(stamp.stream.end + 1);
        }
        Some(stamp)
    }
}

/// `2026-11-20T10:15:43`, and an end as one of the formats writes it; whether all digits are some shows when it is read.
fn is_time(text: &[u8]) -> bool {
    let Some((head, end)) = text.split_at_checked(19) else {
        return false;
    };
    let has_shape = [head[4], head[7], head[10], head[13], head[16]] == *b"--T::";
    let is_fraction = |text: &[u8], digits: usize| text.len() == digits + 1 && text[0] == b'.';
    has_shape
        && match end {
            b"" | b"+00:00" => true,
            [fraction @ .., b'Z'] => is_fraction(fraction, 3),
            [fraction @ .., b'+', _, _, b':', _, _] => is_fraction(fraction, 6),
            _ => false,
        }
}

/// A file of such lines.
#[derive(Debug, Default)]
pub(super) struct Stamped {
    /// The event that may go on in the next line. The rest of the source begins with it.
    open: Option<Event>,
    /// Up to where in that rest there is no line that has not been seen.
    searched: usize,
}

/// An event as far as it has been read, as places in the rest of the source.
#[derive(Debug)]
struct Event {
    stamp: Stamp,
    /// The number of its first line.
    number: u64,
    lines: u64,
    text: Range<usize>,
    /// Where the line after it begins.
    next: usize,
    /// Whether there are returns before its line breaks.
    has_returns: bool,
}

impl Event {
    /// Adds a line, unless it would be too long.
    fn add(&mut self, line: &Range<usize>, next: usize) -> bool {
        let is_short = line.end - self.text.start - self.stamp.message <= LINE_CAP;
        if is_short {
            self.has_returns |= self.next - self.text.end > 1;
            self.text.end = line.end;
            self.next = next;
            self.lines += 1;
        }
        is_short
    }

    fn give(self, rest: &[u8], place: &Place, sink: &mut dyn Sink) -> Result<(), Stop> {
        let text = &rest[self.text];
        let (stream, is_stream_damaged) = lossy(&text[self.stamp.stream]);
        let (message, is_damaged) = lossy(&text[self.stamp.message..]);
        let message = if self.has_returns { Cow::Owned(message.replace("\r\n", "\n")) } else { message };
        let mut draft = place.at(self.number).damaged_if(is_damaged || is_stream_damaged).message(message);
        draft.fields.timestamp = Some(self.stamp.millis);
        draft.fields.stream = Some(stream).filter(|stream| !stream.is_empty());
        sink.draft(draft)
    }
}

impl Stamped {
    pub(super) fn read(
        &mut self,
        source: &mut Source,
        place: &Place,
        sink: &mut dyn Sink,
        at_end: bool,
    ) -> Result<Turn, Stop> {
        source.pass_too_long();
        let (taken, lines, is_too_long) = self.lines(source, place, sink, at_end)?;
        source.take(taken, lines);
        if is_too_long {
            let spot = place.at(source.number());
            if let Some(Line::TooLong(head)) = source.next_line() {
                sink.too_long(spot, head)?;
            }
        }
        self.searched = source.rest().len();
        Ok(Turn::Wait)
    }

    /// Gives the event that may go on: nothing more came for a while.
    pub(super) fn flush(&mut self, source: &mut Source, place: &Place, sink: &mut dyn Sink) -> Result<(), Stop> {
        if let Some(event) = self.open.take() {
            let (taken, lines) = (event.next, event.lines);
            event.give(source.rest(), place, sink)?;
            source.take(taken, lines);
            self.searched -= taken;
        }
        Ok(())
    }

    /// Gives the events of the lines that there are; gives how much of the source was taken for them, in bytes and lines,
    /// and whether what follows is too long to be a line.
    fn lines(
        &mut self,
        source: &Source,
        place: &Place,
        sink: &mut dyn Sink,
        at_end: bool,
    ) -> Result<(usize, u64, bool), Stop> {
        let (rest, first) = (source.rest(), source.number());
        let (mut begin, mut number) = self.open.as_ref().map_or((0, first), |event| (event.next, first + event.lines));
        let mut searched = self.searched.max(begin);
        while let Some(end) = line_end(rest, begin, searched, at_end) {
            let next = rest.len().min(end + 1);
            let line = begin..begin + without_return(&rest[begin..end]).len();
            self.line(rest, line, next, number, place, sink)?;
            (begin, searched, number) = (next, next, number + 1);
        }
        let is_too_long = rest.len() - begin > LINE_CAP;
        if at_end || is_too_long {
            self.give(rest, place, sink)?;
        }
        let Some(event) = &mut self.open else {
            return Ok((begin, number - first, is_too_long));
        };
        let taken = event.text.start;
        (event.text, event.next) = (0..event.text.end - taken, event.next - taken);
        Ok((taken, event.number - first, false))
    }

    fn line(
        &mut self,
        rest: &[u8],
        line: Range<usize>,
        next: usize,
        number: u64,
        place: &Place,
        sink: &mut dyn Sink,
    ) -> Result<(), Stop> {
        let text = &rest[line.clone()];
        if let Some(stamp) = Stamp::read(text) {
            self.give(rest, place, sink)?;
            self.open = Some(Event { stamp, number, lines: 1, text: line, next, has_returns: false });
            return Ok(());
        }
        if self.open.as_mut().is_some_and(|event| event.add(&line, next)) {
            return Ok(());
        }
        self.give(rest, place, sink)?;
        let (text, is_damaged) = lossy(text);
        sink.draft(place.at(number).damaged_if(is_damaged).message(text))
    }

    fn give(&mut self, rest: &[u8], place: &Place, sink: &mut dyn Sink) -> Result<(), Stop> {
        self.open.take().map_or(Ok(()), |event| event.give(rest, place, sink))
    }
}

/// Where the line ends that begins at `begin` and does not end before `searched`.
fn line_end(rest: &[u8], begin: usize, searched: usize, at_end: bool) -> Option<usize> {
    let is_last = at_end && begin < rest.len();
    memchr(b'\n', &rest[searched..]).map(|length| searched + length).or(is_last.then_some(rest.len()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::{LogEvent, Text};
    use crate::source::file::formats::steps::{events, place};

    #[test]
    fn each_format_has_its_stamp() {
        let millis = 1_763_633_743_658;
        for (line, expected) in [
            ("2025-11-20T10:15:43.658Z START x", Some((millis, "", "START x"))),
            ("2025-11-20T10:15:43 a b", Some((1_763_633_743_000, "", "a b"))),
            (
                "2025-11-20T10:15:43.658000+00:00 2025/11/20/[$LATEST]a m n",
                Some((millis, "2025/11/20/[$LATEST]a", "m n")),
            ),
            ("2025-11-20T10:15:43+00:00 s ", Some((1_763_633_743_000, "s", ""))),
            ("2025-11-20T10:15:43+00:00 s", Some((1_763_633_743_000, "s", ""))),
            ("2025-11-20T10:15:43+00:00  m", Some((1_763_633_743_000, "", "m"))),
            ("2025-11-20T10:15:43+00:00", Some((1_763_633_743_000, "", ""))),
            ("2025-11-20T10:15:43.658Z", Some((millis, "", ""))),
            ("2025-11-20T10:15:43.658Z\tid\tINFO\tm", None),
            ("2025-11-20T10:15:43.658123Z  INFO m", None),
            ("2025-11-20T10:15:4x.658Z m", None),
            ("2025-13-20T10:15:43.658Z m", None),
            ("2025-11-20 10:15:43 m", None),
            ("", None),
        ] {
            let read = Stamp::read(line.as_bytes());
            let read = read.map(|stamp| (stamp.millis, &line[stamp.stream], &line[stamp.message..]));
            assert_eq!(read, expected, "{line}");
        }
    }

    #[test]
    fn a_stamp_has_digits_where_its_shape_has_them() {
        let line = b"2025-11-20T10:15:43.658Z m";
        for (at, byte) in (0..19).flat_map(|at| (0..=255).map(move |byte| (at, byte))) {
            let mut other = *line;
            other[at] = byte;
            let is_alike = if line[at].is_ascii_digit() { byte.is_ascii_digit() } else { byte == line[at] };
            assert!(is_alike || Stamp::read(&other).is_none(), "{}", String::from_utf8_lossy(&other));
        }
    }

    /// What a file holds that is read so many bytes at a time.
    fn read(text: &[u8], step: usize) -> Vec<LogEvent> {
        let mut stamped = Stamped::default();
        events(text, step, |source, place, sink, at_end| {
            stamped.read(source, place, sink, at_end)?;
            let lines = String::from_utf8_lossy(text).lines().count() as u64;
            assert!(!at_end || source.taken() == lines);
            Ok(())
        })
    }

    /// The same, a line after the other.
    fn plainly(text: &[u8]) -> Vec<LogEvent> {
        let mut events: Vec<LogEvent> = Vec::new();
        for (number, line) in (1..).zip(text.split_inclusive(|byte| *byte == b'\n')) {
            let line = without_return(line.strip_suffix(b"\n").unwrap_or(line));
            let stamp = Stamp::read(line);
            let (stream, begin) = stamp.as_ref().map_or((0..0, 0), |stamp| (stamp.stream.clone(), stamp.message));
            let mut message = String::from_utf8_lossy(&line[begin..]).into_owned();
            let mut is_damaged = std::str::from_utf8(line).is_err();
            let mut origin = place().at(number).origin();
            if let Some(stamp) = stamp {
                origin.timestamp = Some(stamp.millis);
                let stream = String::from_utf8_lossy(&line[stream]).into_owned();
                origin.log_stream = Some(stream.into()).filter(|stream: &std::sync::Arc<str>| !stream.is_empty());
            } else if let Some(before) = events.pop_if(|before| before.origin.timestamp.is_some()) {
                is_damaged |= before.message.is_damaged();
                message = format!("{}\n{message}", before.message.as_str());
                origin = before.origin;
            }
            let text = Text::from(message.as_str());
            events.push(LogEvent { origin, message: if is_damaged { text.damaged() } else { text } });
        }
        events
    }

    #[test]
    fn an_event_ends_where_nothing_comes_for_long() {
        let mut stamped = Stamped::default();
        let events = events(b"2025-11-20T10:15:43.658Z a\nb\nc", 29, |source, place, sink, at_end| {
            stamped.read(source, place, sink, at_end)?;
            stamped.flush(source, place, sink)
        });
        let messages: Vec<_> = events.iter().map(|event| event.message.as_str()).collect();
        assert_eq!(messages, ["a\nb", "c"]);
    }

    #[test]
    fn what_is_too_long_is_cut() {
        let line = "x".repeat(LINE_CAP / 4 - 1);
        let text = format!("2025-11-20T10:15:43.658Z a\n{line}\n{line}\n{line}\n{line}\n{}\n{line}", line.repeat(5));
        let lengths: Vec<_> =
            read(text.as_bytes(), 256 * 1024).iter().map(|event| (event.origin.line, event.message.len())).collect();
        let expected = [(1, 1 + 3 * (line.len() + 1)), (5, line.len()), (6, 4096), (7, line.len())];
        assert_eq!(lengths, expected.map(|(line, length)| (Some(line), length)));
    }

    fn file() -> impl Strategy<Value = Vec<u8>> {
        let stamp = "(2025-1[0-9]-20T10:15:43(\\.[0-9]{3}Z|\\.658000\\+0[0-9]:00|\\+00:00)? ?)?";
        let line = (stamp, "[ab{ü\r]{0,6} ?[a ]{0,6}", prop::option::weighted(0.1, 0x80..=0xff_u8), "\r?\n");
        prop::collection::vec(line, 0..12).prop_map(|lines| {
            let mut file = Vec::new();
            for (stamp, text, byte, end) in lines {
                file.extend([stamp.as_bytes(), text.as_bytes(), byte.as_slice(), end.as_bytes()].concat());
            }
            file
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn blocks_do_not_matter(mut text in file(), cut in 0..3_usize, step in 1..40_usize) {
            text.truncate(text.len().saturating_sub(cut));
            prop_assert_eq!(read(&text, step), plainly(&text));
        }
    }
}
