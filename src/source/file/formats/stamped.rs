//! Lines that begin with the time of their event: `aws logs tail`, and the objects of an export to S3.
//!
//! Shapes: `awscli/customizations/logs/tail.py` has `short` (`2026-11-20T10:15:43 message`), and `detailed` and `json`
//! (`2026-11-20T10:15:43.658000+00:00 stream message`); an export has `2026-11-20T10:15:43.658Z message`. A line without a
//! time belongs to the event before.

use std::borrow::Cow;

use super::{Draft, Place, Sink, Source, Turn, lossy, next_line, time};
use crate::source::file::lines::Line;
use crate::source::file::{LINE_CAP, Stop};

/// Of what a message was kept in, so much is kept for the next.
const KEPT: usize = 64 * 1024;

/// What stands before the message.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Stamp<'a> {
    millis: i64,
    stream: Option<&'a str>,
    message: &'a str,
}

impl<'a> Stamp<'a> {
    pub(super) fn read(line: &'a str) -> Option<Self> {
        let (time, rest) = line.split_once(' ').or(Some((line, ""))).filter(|(time, _)| is_time(time))?;
        let millis = time::millis(time)?;
        // Only the formats that name the stream write an offset.
        let (stream, message) = if time.as_bytes()[19..].contains(&b'+') {
            rest.split_once(' ').map_or((Some(rest), ""), |(stream, message)| (Some(stream), message))
        } else {
            (None, rest)
        };
        Some(Self { millis, stream: stream.filter(|stream| !stream.is_empty()), message })
    }
}

/// `2026-11-20T10:15:43`, and an end as one of the formats writes it.
fn is_time(text: &str) -> bool {
    let Some((head, end)) = text.as_bytes().split_at_checked(19) else {
        return false;
    };
    let has_shape = head.iter().zip(b"0000-00-00T00:00:00").all(|(byte, shape)| match shape {
        b'0' => byte.is_ascii_digit(),
        _ => byte == shape,
    });
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
    /// The event that may go on in the next line.
    pending: Pending,
    is_pending: bool,
}

/// An event as far as it has been read; what it is kept in serves for the next one too.
#[derive(Debug, Default)]
struct Pending {
    line: u64,
    millis: i64,
    stream: String,
    has_stream: bool,
    message: String,
    is_damaged: bool,
}

impl Pending {
    fn begin(&mut self, stamp: &Stamp<'_>, line: u64) {
        self.line = line;
        self.millis = stamp.millis;
        self.has_stream = stamp.stream.is_some();
        self.stream.clear();
        self.stream.push_str(stamp.stream.unwrap_or_default());
        self.message.clear();
        self.message.push_str(stamp.message);
        self.is_damaged = false;
    }

    fn draft<'a>(&'a self, place: &'a Place) -> Draft<'a> {
        let mut draft = place.at(self.line).damaged_if(self.is_damaged).message(Cow::Borrowed(&self.message));
        draft.fields.timestamp = Some(self.millis);
        draft.fields.stream = self.has_stream.then_some(Cow::Borrowed(&self.stream));
        draft
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
        loop {
            let number = source.number();
            match next_line(source, at_end) {
                Some(Line::Whole(line)) => self.line(line, number, place, sink)?,
                Some(Line::TooLong(head)) => {
                    self.flush(place, sink)?;
                    sink.too_long(place.at(number), head)?;
                }
                None => break,
            }
        }
        if at_end {
            self.flush(place, sink)?;
        }
        Ok(Turn::Wait)
    }

    /// Gives the event that may go on: nothing more came for a while.
    pub(super) fn flush(&mut self, place: &Place, sink: &mut dyn Sink) -> Result<(), Stop> {
        if std::mem::take(&mut self.is_pending) {
            sink.draft(self.pending.draft(place))?;
            // One that was large need not be kept for the small ones that follow.
            self.pending.message.shrink_to(KEPT);
        }
        Ok(())
    }

    fn line(&mut self, line: &[u8], number: u64, place: &Place, sink: &mut dyn Sink) -> Result<(), Stop> {
        let (line, is_damaged) = lossy(line);
        if let Some(stamp) = Stamp::read(&line) {
            self.flush(place, sink)?;
            self.pending.begin(&stamp, number);
            (self.is_pending, self.pending.is_damaged) = (true, is_damaged);
            return Ok(());
        }
        if self.is_pending && self.pending.message.len() + line.len() < LINE_CAP {
            self.pending.message.push('\n');
            self.pending.message.push_str(&line);
            self.pending.is_damaged |= is_damaged;
            return Ok(());
        }
        self.flush(place, sink)?;
        sink.draft(place.at(number).damaged_if(is_damaged).message(line))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_format_has_its_stamp() {
        let millis = 1_763_633_743_658;
        for (line, expected) in [
            ("2025-11-20T10:15:43.658Z START x", Some((millis, None, "START x"))),
            ("2025-11-20T10:15:43 a b", Some((1_763_633_743_000, None, "a b"))),
            (
                "2025-11-20T10:15:43.658000+00:00 2025/11/20/[$LATEST]a m n",
                Some((millis, Some("2025/11/20/[$LATEST]a"), "m n")),
            ),
            ("2025-11-20T10:15:43+00:00 s ", Some((1_763_633_743_000, Some("s"), ""))),
            ("2025-11-20T10:15:43.658Z", Some((millis, None, ""))),
            ("2025-11-20T10:15:43.658Z\tid\tINFO\tm", None),
            ("2025-11-20T10:15:43.658123Z  INFO m", None),
            ("2025-13-20T10:15:43.658Z m", None),
            ("2025-11-20 10:15:43 m", None),
            ("", None),
        ] {
            let read = Stamp::read(line).map(|stamp| (stamp.millis, stamp.stream, stamp.message));
            assert_eq!(read, expected, "{line}");
        }
    }
}
