//! A log event a line: bare, or with the fields that CloudWatch gives as JSON.

use memchr::memmem;

use super::document::Document;
use super::fields::{Field, Fields};
use super::{Form, Place, Sink, Source, Turn, next_line};
use crate::log::{LogEvent, Origin, Text};
use crate::source::file::Stop;
use crate::source::file::lines::Line;
use crate::source::file::sniff::{self, Sniff};

/// So near to the beginning or the end of a line its other keys stand.
const NEAR: usize = 256;

/// A file of such lines, between which documents may begin.
#[derive(Debug, Default)]
pub(super) struct Plain {
    /// Whether the white space that ends a document may follow.
    is_after_document: bool,
}

impl Plain {
    pub(super) fn after_document() -> Self {
        Self { is_after_document: true }
    }

    pub(super) fn read(
        &mut self,
        source: &mut Source,
        place: &Place,
        sink: &mut dyn Sink,
        at_end: bool,
    ) -> Result<Turn, Stop> {
        if self.is_after_document {
            let spaces = source.rest().iter().take_while(|byte| byte.is_ascii_whitespace()).count();
            source.consume(spaces);
            self.is_after_document = source.rest().is_empty();
        }
        loop {
            match document(source, at_end) {
                Sniff::Document(kind) => return Ok(Turn::Switch(Form::Document(Document::new(kind)))),
                Sniff::More => return Ok(Turn::Wait),
                Sniff::Record | Sniff::No => {}
            }
            let origin = place.at(source.number());
            match next_line(source, at_end) {
                Some(Line::Whole(line)) => sink.event(event(&String::from_utf8_lossy(line), origin))?,
                Some(Line::TooLong(head)) => sink.too_long(origin, head)?,
                None => return Ok(Turn::Wait),
            }
        }
    }
}

fn document(source: &Source, at_end: bool) -> Sniff {
    let rest = source.rest();
    if source.is_skipping() || !matches!(rest.first(), Some(b'{' | b'[')) {
        return Sniff::No;
    }
    sniff::document(rest, at_end || rest.len() >= sniff::LOOKAHEAD, false)
}

/// The event that a line is, or tells of.
pub(super) fn event(line: &str, origin: Origin) -> LogEvent {
    if may_tell_of_event(line)
        && let Some(fields) = Fields::of_object(line).filter(Fields::are_of_log_event)
    {
        return fields.into_event(origin);
    }
    LogEvent { origin, message: Text::from(line) }
}

/// Whether it is worth while to take a line apart for the fields of a log event: most lines show soon that it is not.
fn may_tell_of_event(line: &str) -> bool {
    let key = line.strip_prefix('{').map(str::trim_ascii_start).and_then(|line| line.strip_prefix('"'));
    match key.and_then(|key| key.split_once('"')) {
        // A record itself, or one of our own lines.
        None | Some(("version" | "requestId" | "requestContext", _)) => false,
        Some((key, _)) => Field::named(key).is_some() || has_cloudwatch_key(line.as_bytes()),
    }
}

/// Whether a key that only CloudWatch gives stands near the beginning or the end.
fn has_cloudwatch_key(line: &[u8]) -> bool {
    let ends = [&line[..line.len().min(NEAR)], &line[line.len().saturating_sub(NEAR)..]];
    let has = |key: &[u8]| ends.iter().any(|end| memmem::find(end, key).is_some());
    has(b"\"eventId\"") || has(b"\"logStreamName\"") || has(b"\"logStream\"") || has(b"\"@message\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn stream_and_message(line: &str) -> (Option<String>, String) {
        let event = event(line, Origin::default());
        (event.origin.log_stream.map(|name| name.to_string()), event.message.as_str().to_owned())
    }

    #[test]
    fn the_fields_may_come_after_others() {
        for line in [
            r#"{"logStream":"s","message":"m","timestamp":1763633743658}"#,
            r#"{ "account":"1","region":"r","message":"m","logStreamName":"s"}"#,
            &format!(r#"{{"tags":"{}","message":"m","eventId":"1","logStreamName":"s"}}"#, "x".repeat(1000)),
        ] {
            assert_eq!(stream_and_message(line), (Some("s".to_owned()), "m".to_owned()), "{line}");
        }
    }

    #[test]
    fn other_lines_stay_as_they_are() {
        for line in
            ["", "{", "{}", "{\"a\":1}", r#"{"version":"1.0","logStreamName":"s","message":"m"}"#, "{\"message\":1"]
        {
            assert_eq!(stream_and_message(line), (None, line.to_owned()));
        }
    }
}
