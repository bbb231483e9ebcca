//! What a walk through JSON notes of log events: where their fields stand, and what is said there.

use std::borrow::Cow;
use std::ops::Range;

use super::fields::{Field, Fields};
use crate::record::json::{self, Broken, End, Span};

/// What stands for half of a surrogate pair: as many as there would be bytes.
const LOST: &str = "\u{fffd}\u{fffd}\u{fffd}";

/// The fields that stand in a text, in their order, and where.
#[derive(Debug, Default)]
pub(super) struct Notes {
    noted: Vec<(Field, Span)>,
    pub(super) heads: Heads,
    /// Room for a message in which something is escaped.
    message: String,
}

impl Notes {
    pub(super) fn push(&mut self, field: Field, value: Span) {
        self.noted.push((field, value));
    }

    pub(super) fn len(&self) -> usize {
        self.noted.len()
    }

    pub(super) fn clear(&mut self) {
        self.noted.clear();
    }

    /// Whether there is a message among those from this number on.
    pub(super) fn have_message(&self, start: usize) -> bool {
        self.noted[start..].iter().any(|(field, _)| *field == Field::Message)
    }

    /// Notes the fields of the object that begins at `at`; gives where it ends.
    pub(super) fn object(&mut self, bytes: &[u8], at: usize) -> End {
        self.heads.restart();
        json::each_member(bytes, at, |at| {
            let (field, value) = self.head(bytes, at)?;
            let value = json::span(bytes, value)?;
            if let Some(field) = field {
                self.push(field, value);
            }
            Ok(value.end)
        })
    }

    /// The field that begins at `at`, if it is one of a log event, and where its value begins.
    fn head(&mut self, bytes: &[u8], at: usize) -> Result<(Option<Field>, usize), Broken> {
        if let Some((field, length)) = self.heads.guess(&bytes[at..]) {
            self.heads.pass();
            return Ok((field, at + length));
        }
        let (field, value) = named(bytes, at)?;
        self.heads.learn(&bytes[at..value], field);
        Ok((field, value))
    }

    /// The fields that were noted of `text`.
    pub(super) fn fields<'a>(&'a mut self, text: &'a str) -> Fields<'a> {
        self.some_fields(0..self.len(), text)
    }

    /// Those of them that were noted under these numbers.
    pub(super) fn some_fields<'a>(&'a mut self, numbers: Range<usize>, text: &'a str) -> Fields<'a> {
        let Self { noted, message, .. } = self;
        let is_decoded = |field: Field, value: Span| field == Field::Message && value.has_escape;
        let mut fields = Fields::default();
        for (_, value) in noted[numbers.clone()].iter().filter(|(field, value)| is_decoded(*field, *value)) {
            message.clear();
            fields.is_damaged |= json::unescape_into(&text[value.start + 1..value.end - 1], LOST, message);
        }
        for (field, value) in &noted[numbers] {
            if is_decoded(*field, *value) {
                fields.set(*field, Cow::Borrowed(message.as_str()));
            } else {
                fields.set_json(*field, text, *value);
            }
        }
        fields
    }
}

/// How the fields of the last event began: those of the next mostly begin with the same bytes, which need no look.
#[derive(Debug, Default)]
pub(super) struct Heads {
    known: Vec<(Vec<u8>, Option<Field>)>,
    next: usize,
}

impl Heads {
    /// So many are remembered, …
    const MOST: usize = 16;
    /// … if they are no longer.
    const LONGEST: usize = 64;

    /// The first field of an event comes next.
    pub(super) fn restart(&mut self) {
        self.next = 0;
    }

    /// What `bytes` name, and where its value begins, if they begin as the last time.
    pub(super) fn guess(&self, bytes: &[u8]) -> Option<(Option<Field>, usize)> {
        let (head, field) = self.known.get(self.next).filter(|(head, _)| !head.is_empty())?;
        let is_value = |byte: &u8| !byte.is_ascii_whitespace();
        (bytes.starts_with(head) && bytes.get(head.len()).is_some_and(is_value)).then_some((*field, head.len()))
    }

    /// The guess was right.
    pub(super) fn pass(&mut self) {
        self.next += 1;
    }

    /// Remembers how a field began.
    pub(super) fn learn(&mut self, head: &[u8], field: Option<Field>) {
        if self.next < Self::MOST && head.len() <= Self::LONGEST {
            self.known.resize_with(self.known.len().max(self.next + 1), Default::default);
            let (known, its) = &mut self.known[self.next];
            known.clear();
            known.extend_from_slice(head);
            *its = field;
        }
        self.next += 1;
    }
}

/// Calls `note` with each field of a log event that the object has which `text` is; gives where the object ends.
pub(super) fn each_field(text: &str, mut note: impl FnMut(Field, Span)) -> End {
    json::each_member(text.as_bytes(), 0, |at| {
        let (field, value) = named(text.as_bytes(), at)?;
        let value = json::span(text.as_bytes(), value)?;
        if let Some(field) = field {
            note(field, value);
        }
        Ok(value.end)
    })
}

/// The field that the key at `at` names, if it is one of a log event, and where its value begins.
fn named(bytes: &[u8], at: usize) -> Result<(Option<Field>, usize), Broken> {
    let (key, value) = json::key(bytes, at)?;
    Ok((Field::written(&inside(bytes, key)?), value))
}

/// What a string says between its quotes.
///
/// # Errors
///
/// What is no string says nothing, and neither does half of a surrogate pair.
pub(super) fn inside(bytes: &[u8], value: Span) -> Result<Cow<'_, [u8]>, Broken> {
    if value.has_escape {
        let text = string(bytes, value).ok_or(odd(value.end))?;
        return Ok(Cow::Owned(text.into_owned().into_bytes()));
    }
    let inside = bytes[value.start..value.end].strip_prefix(b"\"").and_then(|rest| rest.strip_suffix(b"\""));
    inside.map(Cow::Borrowed).ok_or(odd(value.end))
}

/// What stands where something else should.
pub(super) fn odd(at: usize) -> Broken {
    Broken { read: at, cut: false }
}

/// What a string says of which nothing is lost; `None` for anything else.
pub(super) fn string(bytes: &[u8], value: Span) -> Option<Cow<'_, str>> {
    let quoted = std::str::from_utf8(&bytes[value.start..value.end]).ok()?;
    let (text, is_damaged) = unquote(quoted.strip_prefix('"')?.strip_suffix('"')?, value.has_escape);
    (!is_damaged).then_some(text)
}

/// The text of a JSON value: what a string says, and the spelling of anything else; and whether bytes of it were lost.
pub(super) fn text_of(text: &str, value: Span) -> (Cow<'_, str>, bool) {
    match &text[value.start..value.end] {
        "null" => (Cow::Borrowed(""), false),
        text if text.starts_with('"') => unquote(&text[1..text.len() - 1], value.has_escape),
        text => (Cow::Borrowed(text), false),
    }
}

/// Half of a surrogate pair is no reason to refuse a log event.
fn unquote(text: &str, has_escape: bool) -> (Cow<'_, str>, bool) {
    if !has_escape {
        return (Cow::Borrowed(text), false);
    }
    let mut decoded = String::with_capacity(text.len());
    let is_damaged = json::unescape_into(text, LOST, &mut decoded);
    (Cow::Owned(decoded), is_damaged)
}

/// Whether only what JSON calls white space is there.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t'))
}
