//! A log event a line: bare, or with the fields that CloudWatch gives as JSON.

use std::borrow::Cow;

use super::document::Document;
use super::dull::Dull;
use super::fields::{Field, Fields};
use super::notes::Notes;
use super::{Draft, Form, Place, Run, Sink, Source, Spot, Turn, lossy, next_line};
use crate::source::file::Stop;
use crate::source::file::lines::{Line, Passed};
use crate::source::file::sniff::{self, Sniff};

/// So near to the beginning or the end of a line its other keys stand.
const NEAR: usize = 256;

/// Keys that only CloudWatch gives, without the quotes around them.
const CLOUDWATCH_KEYS: [&[u8]; 11] = [
    b"eventId",
    b"logStreamName",
    b"logStream",
    b"logGroupName",
    b"logGroup",
    b"logGroupIdentifier",
    b"ingestionTime",
    b"@message",
    b"@ingestionTime",
    b"@log",
    b"@ptr",
];

/// A file of such lines, between which documents may begin.
#[derive(Debug, Default)]
pub(super) struct Plain {
    /// Whether the white space that ends a document may follow.
    is_after_document: bool,
    /// Whether the last line told of a log event.
    told: bool,
    notes: Notes,
    dull: Dull,
}

impl Plain {
    pub(super) fn after_document() -> Self {
        Self { is_after_document: true, ..Self::default() }
    }

    /// Whether no document has just ended, and the last line told of no log event.
    pub(super) fn is_as_it_stands(&self) -> bool {
        !self.is_after_document && !self.told
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
            self.tell(source, place, sink)?;
            let spot = place.at(source.number());
            let Passed { text, lines } = source.pass(|bracket| self.dull.length(bracket));
            if lines > 0 {
                sink.pass(Run { spot, text, lines })?;
            }
            match document(source, at_end) {
                Sniff::Document(kind) => return Ok(Turn::Switch(Form::Document(Box::new(Document::new(kind))))),
                Sniff::More => return Ok(Turn::Wait),
                Sniff::Record | Sniff::No => {}
            }
            let spot = place.at(source.number());
            match next_line(source, at_end) {
                Some(Line::Whole(line)) => {
                    let (line, is_damaged) = lossy(line);
                    let draft = event(line, spot.damaged_if(is_damaged));
                    self.told = draft.fields.are_of_log_event();
                    sink.draft(draft)?;
                }
                Some(Line::TooLong(head)) => sink.too_long(spot, head)?,
                None => return Ok(Turn::Wait),
            }
        }
    }

    /// Gives the log events that the next lines tell of: where one did, the next mostly does, and nothing else is tried.
    fn tell(&mut self, source: &mut Source, place: &Place, sink: &mut dyn Sink) -> Result<(), Stop> {
        while self.told {
            let spot = place.at(source.number());
            let Some(line) = source.line() else { return Ok(()) };
            let fields = told(line, &mut self.notes);
            self.told = fields.is_some();
            if let Some(fields) = fields {
                sink.draft(spot.event(fields))?;
                source.next_line();
            }
        }
        Ok(())
    }
}

/// The fields of the log event that a line tells of, if it is sound and does.
fn told<'a>(line: &'a [u8], notes: &'a mut Notes) -> Option<Fields<'a>> {
    notes.clear();
    let end = notes.object(line, 0).ok()?;
    let line = std::str::from_utf8(line).ok().filter(|line| end == line.len() && may_tell_of_event(line))?;
    let is_document = sniff::document(line.as_bytes(), true, false) != Sniff::No;
    Some(notes.fields(line)).filter(|fields| fields.are_of_log_event() && !is_document)
}

fn document(source: &Source, at_end: bool) -> Sniff {
    let rest = source.rest();
    if source.is_skipping() || !matches!(rest.first(), Some(b'{' | b'[')) {
        return Sniff::No;
    }
    sniff::document(rest, at_end || rest.len() >= sniff::LOOKAHEAD, false)
}

/// The event that a line is, or tells of.
pub(super) fn event<'a>(line: Cow<'a, str>, spot: Spot<'a>) -> Draft<'a> {
    match line {
        // What had to be mended is rare, and may cost a copy.
        Cow::Owned(line) => match fields(&line).map(Fields::into_owned) {
            Some(fields) => spot.event(fields),
            None => spot.message(Cow::Owned(line)),
        },
        Cow::Borrowed(line) => {
            fields(line).map_or_else(|| spot.message(Cow::Borrowed(line)), |fields| spot.event(fields))
        }
    }
}

/// The fields of the log event that a line tells of, if it does.
fn fields(line: &str) -> Option<Fields<'_>> {
    if may_tell_of_event(line) { Fields::of_object(line).filter(Fields::are_of_log_event) } else { None }
}

/// Whether no log event begins with this key, but a record itself, one of our own lines, or a line of the platform.
pub(super) fn begins_other(key: &[u8]) -> bool {
    matches!(key, b"version" | b"requestId" | b"requestContext" | b"time")
}

/// Whether it is worth while to take a line apart for the fields of a log event: most lines show soon that it is not.
pub(super) fn may_tell_of_event(line: &str) -> bool {
    let key = line.strip_prefix('{').map(str::trim_ascii_start).and_then(|line| line.strip_prefix('"'));
    match key.and_then(|key| key.split_once('"')) {
        None => false,
        Some((key, _)) if begins_other(key.as_bytes()) => false,
        Some(("timestamp", time)) if is_written_out(time) => has_cloudwatch_key(line.as_bytes()),
        Some((key, _)) => Field::named(key).is_some() || has_cloudwatch_key(line.as_bytes()),
    }
}

/// Whether the time after a key is a date, as log formats write it; log events have a number there.
fn is_written_out(time: &str) -> bool {
    time.trim_start_matches([' ', ':', '"']).as_bytes().get(4) == Some(&b'-')
}

/// Whether a key that only CloudWatch gives stands near the beginning or the end.
fn has_cloudwatch_key(line: &[u8]) -> bool {
    let is_short = line.len() <= 2 * NEAR;
    if is_short {
        names_cloudwatch(line)
    } else {
        names_cloudwatch(&line[..NEAR]) || names_cloudwatch(&line[line.len() - NEAR..])
    }
}

fn names_cloudwatch(text: &[u8]) -> bool {
    // Without branches this is compiled to instructions for many bytes, and says of most lines that they have none.
    let pairs = text.iter().zip(text.iter().skip(1)).zip(text.iter().skip(2));
    if !pairs.fold(false, |any, ((quote, first), second)| any | begins_key(*quote, *first, *second)) {
        return false;
    }
    let mut quoted = memchr::memchr_iter(b'"', text).map(|at| &text[at + 1..]);
    quoted
        .any(|rest| CLOUDWATCH_KEYS.iter().any(|key| rest.strip_prefix(*key).is_some_and(|end| end.starts_with(b"\""))))
}

/// Whether such a key may begin with these bytes.
#[allow(clippy::needless_bitwise_bool, reason = "without branches it is compiled to instructions for many bytes")]
fn begins_key(quote: u8, first: u8, second: u8) -> bool {
    let begins_name = (first == b'l') & (second == b'o')
        | (first == b'e') & (second == b'v')
        | (first == b'i') & (second == b'n')
        | (first == b'@');
    (quote == b'"') & begins_name
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Names;

    fn stream_and_message(line: &str) -> (Option<String>, String) {
        let place = Place { file: "f".into(), stream: None };
        let event = event(Cow::Borrowed(line), place.at(1)).into_event(&mut Names::default());
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
