//! A log event a line: bare, or with the fields that CloudWatch gives as JSON.

use super::document::Document;
use super::fields::{Field, Fields};
use super::{Form, Place, Sink, Source, Turn, next_line};
use crate::log::{LogEvent, Origin, Text};
use crate::source::file::Stop;
use crate::source::file::lines::Line;
use crate::source::file::sniff::{self, Sniff};

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
                Sniff::No => {}
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
    if begins_with_field(line)
        && let Some(fields) = Fields::of_object(line).filter(Fields::are_of_log_event)
    {
        return fields.into_event(origin);
    }
    LogEvent { origin, message: Text::from(line) }
}

/// Whether the first key is one that a log event has: most lines need not be taken apart to see that they are none.
fn begins_with_field(line: &str) -> bool {
    let key = line.strip_prefix('{').map(str::trim_ascii_start).and_then(|line| line.strip_prefix('"'));
    key.and_then(|key| key.split_once('"')).is_some_and(|(key, _)| Field::named(key).is_some())
}
