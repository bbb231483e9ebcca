//! Lines that begin with the time of their event: `aws logs tail`, and the objects of an export to S3.
//!
//! Shapes: `awscli/customizations/logs/tail.py` has `short` (`2026-11-20T10:15:43 message`), and `detailed` and `json`
//! (`2026-11-20T10:15:43.658000+00:00 stream message`); an export has `2026-11-20T10:15:43.658Z message`. A line without a
//! time belongs to the event before.

use std::sync::Arc;

use super::{Place, Sink, Source, Turn, next_line, time};
use crate::log::{LogEvent, Origin, Text};
use crate::source::file::lines::Line;
use crate::source::file::{LINE_CAP, Stop};

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
    event: Option<Pending>,
}

/// An event that may go on in the next line.
#[derive(Debug)]
struct Pending {
    origin: Origin,
    message: String,
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
            let origin = place.at(source.number());
            match next_line(source, at_end) {
                Some(Line::Whole(line)) => self.line(&String::from_utf8_lossy(line), origin, place, sink)?,
                Some(Line::TooLong(head)) => {
                    self.flush(sink)?;
                    sink.too_long(origin, head)?;
                }
                None => break,
            }
        }
        if at_end {
            self.flush(sink)?;
        }
        Ok(Turn::Wait)
    }

    /// Gives the event that may go on: nothing more came for a while.
    pub(super) fn flush(&mut self, sink: &mut dyn Sink) -> Result<(), Stop> {
        match self.event.take() {
            Some(Pending { origin, message }) => sink.event(LogEvent { origin, message: Text::from(message) }),
            None => Ok(()),
        }
    }

    fn line(&mut self, line: &str, origin: Origin, place: &Place, sink: &mut dyn Sink) -> Result<(), Stop> {
        if let Some(stamp) = Stamp::read(line) {
            self.flush(sink)?;
            let origin = Origin {
                timestamp: Some(stamp.millis),
                log_stream: stamp.stream.map(Arc::from).or_else(|| place.stream.clone()),
                ..origin
            };
            self.event = Some(Pending { origin, message: stamp.message.to_owned() });
            return Ok(());
        }
        match &mut self.event {
            Some(event) if event.message.len() + line.len() < LINE_CAP => {
                event.message.push('\n');
                event.message.push_str(line);
                Ok(())
            }
            _ => {
                self.flush(sink)?;
                sink.event(LogEvent { origin, message: Text::from(line) })
            }
        }
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
