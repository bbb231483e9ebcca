//! Finding records in the text of one log event.
//!
//! A text is searched for JSON objects around the word `requestContext`. An object that is no record is taken apart:
//! its objects, arrays and strings may hold one. A decoded string is a text again. What was neither read nor taken
//! apart is looked over for the prints of records that are not JSON.

mod budget;
mod escaped;
mod lookalike;
mod wrapper;

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem;

use super::json::{self, Members};
use super::view::RecordView;
use super::{Envelope, NotARecord, Reason};
use budget::Budget;

/// The word that every record holds, and hardly anything else.
static KEY: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("requestContext"));

/// What the search came upon.
pub(super) enum Piece<'a> {
    /// A record: its text, what was read of it, and the layers around it.
    Record { text: &'a str, view: &'a RecordView<'a>, envelope: &'a [Envelope] },
    /// Something that looks like a record.
    Unreadable(Reason),
}

/// Whether a message needs to be searched at all.
pub(super) fn may_hold_record(message: &str) -> bool {
    position(message, 0).is_some()
}

/// Calls `found` with every piece of `message`, in order.
pub(super) fn search(message: &str, found: &mut dyn FnMut(Piece<'_>)) {
    Search { found, envelope: Vec::new(), budget: Budget::of(message) }.text(message, 0);
}

/// Where the key stands in `text`, from `start` on.
fn position(text: &str, start: usize) -> Option<usize> {
    Some(start + KEY.find(text.as_bytes().get(start..)?)?)
}

struct Search<'f> {
    found: &'f mut dyn FnMut(Piece<'_>),
    envelope: Vec<Envelope>,
    budget: Budget,
}

/// What became of the brace that a search tried.
enum Tried {
    /// It opens something that was dealt with, up to here.
    Covered(usize),
    /// It opens JSON that must not be read, up to here.
    Passed(usize),
    /// It opens nothing.
    Nothing,
}

impl Search<'_> {
    /// Searches a text: a whole message, or what a string in it said.
    fn text(&mut self, text: &str, level: usize) {
        let Some(mut key) = position(text, 0) else {
            return;
        };
        let mut covered: Vec<Range<usize>> = Vec::new();
        let mut at = 0;
        while let Some(brace) = memchr::memchr(b'{', &text.as_bytes()[at..]).map(|offset| at + offset) {
            if key < brace {
                let Some(next) = position(text, brace) else {
                    break;
                };
                key = next;
            }
            at = match self.brace(text, brace, key, level) {
                Tried::Covered(end) => {
                    covered.push(brace..end);
                    end
                }
                Tried::Passed(end) => end,
                Tried::Nothing => brace + 1,
            };
            if self.budget.is_spent() {
                break;
            }
        }
        self.look_over(text, &covered);
    }

    fn brace(&mut self, text: &str, brace: usize, key: usize, level: usize) -> Tried {
        match text[brace + 1..].trim_ascii_start().as_bytes().first() {
            Some(b'"') => self.object_at(text, brace, key, level),
            Some(b'\\') if level < budget::LEVELS => self.escaped_at(text, brace, level),
            _ => Tried::Nothing,
        }
    }

    /// Reads the object that the brace opens, if it does.
    fn object_at(&mut self, text: &str, brace: usize, key: usize, level: usize) -> Tried {
        let mut members = Members::with_capacity(8);
        match json::read(&text[brace..], &mut members) {
            Ok(length) => {
                self.budget.spend(length);
                let end = brace + length;
                if escaped::is_requoted(text, brace..end) {
                    return Tried::Passed(end);
                }
                if key < end {
                    self.object(&text[brace..end], &members, level);
                }
                Tried::Covered(end)
            }
            Err(broken) => {
                self.budget.spend(broken.read);
                if !is_record_head(&members) {
                    return Tried::Nothing;
                }
                // What follows belongs to this record, even where it looks like a record of its own.
                let reason = if broken.cut { Reason::Cut } else { lookalike::broken(&text[..brace]) };
                (self.found)(Piece::Unreadable(reason));
                Tried::Covered(text.floor_char_boundary(brace + broken.read).max(brace + 1))
            }
        }
    }

    /// Searches JSON that stands in the text with its quotes escaped, as in a string of a string.
    fn escaped_at(&mut self, text: &str, brace: usize, level: usize) -> Tried {
        let end = escaped::end(text, brace);
        self.budget.spend((end - brace) * budget::DECODING);
        self.text(&json::unescape(&text[brace..end]), level + 1);
        Tried::Covered(end)
    }

    /// Takes an object for a record, or takes it apart.
    fn object(&mut self, text: &str, members: &Members<'_>, level: usize) {
        match RecordView::of(members) {
            Ok(view) => (self.found)(Piece::Record { text, view: &view, envelope: &self.envelope }),
            Err(missing @ (NotARecord::NoName | NotARecord::NoVersion)) => {
                (self.found)(Piece::Unreadable(Reason::Incomplete(missing)));
            }
            Err(_) => self.members(members, level),
        }
    }

    fn members(&mut self, members: &Members<'_>, level: usize) {
        for member in members.iter().filter(|member| may_hold_record(member.value.get())) {
            let layers = self.envelope.len();
            self.envelope.extend(wrapper::layer(members, &member.key(), self.envelope.last().copied()));
            self.value(member.value.get(), level + 1);
            self.envelope.truncate(layers);
        }
    }

    fn value(&mut self, value: &str, level: usize) {
        self.budget.spend(value.len());
        if level >= budget::LEVELS || self.budget.is_spent() {
            return self.give_up(value);
        }
        match value.as_bytes().first() {
            Some(b'{') => {
                if let Some(members) = json::members(value) {
                    self.object(value, &members, level);
                }
            }
            Some(b'[') => {
                for item in json::items(value).unwrap_or_default() {
                    if may_hold_record(item.get()) {
                        self.value(item.get(), level + 1);
                    }
                }
            }
            _ => {
                self.budget.spend(value.len() * budget::DECODING);
                self.text(&json::unquote(value).unwrap_or_default(), level + 1);
            }
        }
    }

    /// Reports what looks like a record in the parts of `text` that were not covered.
    fn look_over(&mut self, text: &str, covered: &[Range<usize>]) {
        if self.budget.is_spent() {
            return self.give_up(&text[covered.last().map_or(0, |last| last.end)..]);
        }
        if let Some(reason) = lookalike::find(text, covered) {
            (self.found)(Piece::Unreadable(reason));
        }
    }

    fn give_up(&mut self, text: &str) {
        if lookalike::find(text, &[]).is_some() {
            (self.found)(Piece::Unreadable(Reason::Tangled));
        }
    }
}

/// Whether the members read before an object broke off show that it was a record.
fn is_record_head(members: &Members<'_>) -> bool {
    let context = json::find(members, "requestContext").and_then(|value| json::members(value.get()));
    context.is_some_and(|context| json::find(&context, "condition").is_some())
}

#[cfg(test)]
mod tests;
