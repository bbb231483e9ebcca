//! Finding records in the text of one log event.
//!
//! A text is searched for JSON objects around the word `requestContext`. An object that is no record is taken apart:
//! its objects, arrays and strings may hold one. A decoded string is a text again. What was neither read nor taken
//! apart is looked over for the prints of records that are not JSON.

mod budget;
mod escaped;
pub(super) mod lookalike;
mod wrapper;

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem;

use super::assemble::{self, Scan, Scanner};
use super::json::{self, Members};
use super::repr::{self, Repr};
use super::view::RecordView;
use super::{Envelope, NotARecord, Reason};
use budget::Budget;

/// The word that every record holds, and hardly anything else.
pub(super) const WORD: &str = "requestContext";

static KEY: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new(WORD));

/// What the search came upon.
pub(super) enum Piece<'a> {
    /// A record: its text, what was read of it, the layers around it, and whether it had to be rebuilt.
    Record { text: &'a str, view: &'a RecordView<'a>, envelope: &'a [Envelope], recovered: bool },
    /// Something that looks like a record.
    Unreadable(Reason),
}

/// Where the word stands in a record as the service writes it.
const USUAL: Range<usize> = 57..57 + WORD.len();

/// Whether a message needs to be searched at all.
pub(super) fn may_hold_record(message: &str) -> bool {
    message.as_bytes().get(USUAL) == Some(WORD.as_bytes()) || position(message, 0).is_some()
}

/// Where the word stands that every record holds.
pub(super) fn key_in(bytes: &[u8]) -> Option<usize> {
    KEY.find(bytes)
}

/// Calls `found` with every piece of `message` from `start` on, in order.
pub(super) fn search(message: &str, start: usize, found: &mut dyn FnMut(Piece<'_>)) {
    Search::new(message, start, false, found).text(message, 0);
}

/// The same with a message that may go on in another event: leaves an object that is open at its end alone.
///
/// Gives the brace of that object. A line break at the end of the message is its own, and none of the object's.
pub(super) fn search_closed(message: &str, start: usize, found: &mut dyn FnMut(Piece<'_>)) -> Option<usize> {
    let message = assemble::without_break(message);
    let Some(key) = position(message, start) else {
        return assemble::open_object(message, start);
    };
    let mut search = Search::new(message, start, true, found);
    search.around(message, key, 0);
    search.open
}

/// Where the key stands in `text`, from `start` on.
fn position(text: &str, start: usize) -> Option<usize> {
    Some(start + KEY.find(text.as_bytes().get(start..)?)?)
}

struct Search<'f> {
    found: &'f mut dyn FnMut(Piece<'_>),
    envelope: Vec<Envelope>,
    budget: Budget,
    /// Whether the text is, or comes out of, something that was not JSON and has been rebuilt.
    recovered: bool,
    /// Where in the message to start.
    start: usize,
    /// Whether the message may go on in another event.
    may_go_on: bool,
    /// The brace of the object that is open at the end of such a message.
    open: Option<usize>,
}

/// What became of the brace that a search tried.
enum Tried {
    /// It opens something that was dealt with, up to here.
    Covered(usize),
    /// It opens JSON that must not be read, up to here.
    Passed(usize),
    /// It opens an object that goes on in another event.
    Open,
    /// It opens nothing.
    Nothing,
}

impl<'f> Search<'f> {
    fn new(message: &str, start: usize, may_go_on: bool, found: &'f mut dyn FnMut(Piece<'_>)) -> Self {
        let budget = Budget::of(&message[start..]);
        Self { found, envelope: Vec::new(), budget, recovered: false, start, may_go_on, open: None }
    }

    /// Searches a text: a whole message, or what a string in it said.
    fn text(&mut self, text: &str, level: usize) {
        if let Some(key) = position(text, if level == 0 { self.start } else { 0 }) {
            self.around(text, key, level);
        }
    }

    /// Searches a text of which the first key is known.
    fn around(&mut self, text: &str, first_key: usize, level: usize) {
        let mut at = if level == 0 { self.start } else { 0 };
        let mut covered = Vec::from_iter((at > 0).then_some(0..at));
        let mut key = first_key;
        while let Some(brace) = memchr::memchr(b'{', &text.as_bytes()[at..]).map(|offset| at + offset) {
            if key < brace {
                let Some(next) = position(text, brace) else {
                    break;
                };
                key = next;
            }
            at = match self.brace(text, brace, key, level) {
                // Most records are all of their messages: no key is left to look over.
                Tried::Covered(end) if key == first_key && text[end..].trim_ascii().is_empty() => return,
                Tried::Covered(end) => {
                    covered.push(brace..end);
                    end
                }
                Tried::Passed(end) => end,
                Tried::Open => {
                    self.open = Some(brace);
                    return self.look_over(&text[..brace], &covered);
                }
                Tried::Nothing => brace + 1,
            };
            if self.budget.is_spent() {
                break;
            }
        }
        if self.may_go_on && level == 0 {
            self.open = assemble::open_object(text, at);
        }
        self.look_over(&text[..self.open.filter(|_| level == 0).unwrap_or(text.len())], &covered);
    }

    fn brace(&mut self, text: &str, brace: usize, key: usize, level: usize) -> Tried {
        match text[brace + 1..].trim_ascii_start().as_bytes().first() {
            Some(b'"') => self.object_at(text, brace, key, level),
            Some(b'\'') => self.dict_at(text, brace, key, level),
            Some(b'\\') | None if self.goes_on(text, brace, level) => Tried::Open,
            Some(b'\\') if level < budget::LEVELS => self.escaped_at(text, brace, level),
            _ => Tried::Nothing,
        }
    }

    /// Whether the object that opens here is open at the end of a message that may go on.
    fn goes_on(&mut self, text: &str, brace: usize, level: usize) -> bool {
        if !self.may_go_on || level > 0 {
            return false;
        }
        let scan = Scanner::new().feed(&text[brace..]);
        if let Scan::Closed(read) | Scan::Broken(read) = scan {
            self.budget.spend(read);
        }
        scan == Scan::Open
    }

    /// Reads the object that the brace opens, if it does.
    fn object_at(&mut self, text: &str, brace: usize, key: usize, level: usize) -> Tried {
        let mut view = RecordView::default();
        if let Some(length) = view.fill_from_record(&text[brace..]).filter(|length| key < brace + length) {
            return self.record_at(text, brace..brace + length, &view);
        }
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
            Err(broken) if broken.cut && self.goes_on(text, brace, level) => Tried::Open,
            Err(broken) => {
                self.budget.spend(broken.read);
                if !is_record_head(&members) {
                    // A key with an apostrophe stands in double quotes in a dict too.
                    return if broken.cut { Tried::Nothing } else { self.dict_at(text, brace, key, level) };
                }
                let reason = if broken.cut { Reason::Cut } else { lookalike::broken(&text[..brace]) };
                (self.found)(Piece::Unreadable(reason));
                self.broken(text, brace, b"\"")
            }
        }
    }

    fn record_at(&mut self, text: &str, object: Range<usize>, view: &RecordView<'_>) -> Tried {
        self.budget.spend(object.len());
        if escaped::is_requoted(text, object.clone()) {
            return Tried::Passed(object.end);
        }
        self.record(&text[object.clone()], view);
        Tried::Covered(object.end)
    }

    fn record(&mut self, text: &str, view: &RecordView<'_>) {
        let (envelope, recovered) = (&*self.envelope, self.recovered);
        (self.found)(Piece::Record { text, view, envelope, recovered });
    }

    /// Reads the Python dict whose print the brace opens, if it does and may hold a record.
    fn dict_at(&mut self, text: &str, brace: usize, key: usize, level: usize) -> Tried {
        let (is_in_string, read) = escaped::is_in_string(text, brace);
        self.budget.spend(read);
        if is_in_string && level < budget::LEVELS {
            return self.escaped_at(text, brace, level);
        }
        match repr::read(&text[brace..]) {
            Ok(Repr { length, json }) => {
                self.budget.spend(length * budget::DECODING);
                let end = brace + length;
                let members = json::members(&json).filter(|_| key < end);
                if let Some(members) = members {
                    let outer = std::mem::replace(&mut self.recovered, true);
                    self.object(&json, &members, level);
                    self.recovered = outer;
                }
                Tried::Covered(end)
            }
            Err((broken, _)) if broken.cut && self.goes_on(text, brace, level) => Tried::Open,
            Err((broken, json)) => {
                self.budget.spend(broken.read * budget::DECODING);
                let mut members = Members::new();
                if json::read(&json, &mut members).is_ok() || !is_record_head(&members) {
                    return Tried::Nothing;
                }
                (self.found)(Piece::Unreadable(Reason::Python));
                self.broken(text, brace, b"\"'")
            }
        }
    }

    /// Passes over a record that cannot be read: what is in it belongs to it, also where it looks like one of its own.
    ///
    /// One that was cut off may go on until the text ends, and hide a record that follows it.
    fn broken(&mut self, text: &str, brace: usize, quotes: &[u8]) -> Tried {
        let end = escaped::broken_end(text, brace, quotes);
        self.budget.spend(end - brace);
        Tried::Covered(self.next_record(text, brace + 1..end).unwrap_or(end))
    }

    /// The first brace in that range which opens a whole record and does not stand where a value would.
    fn next_record(&mut self, text: &str, range: Range<usize>) -> Option<usize> {
        let mut from = range.start;
        while let Some(brace) = memchr::memchr(b'{', &text.as_bytes()[from..range.end]).map(|offset| from + offset) {
            if self.budget.is_spent() {
                return None;
            }
            if !escaped::is_value(text, brace) && self.is_record(&text[brace..]) {
                return Some(brace);
            }
            from = brace + 1;
        }
        None
    }

    /// Whether a text begins with a whole record.
    fn is_record(&mut self, text: &str) -> bool {
        if !text[1..].trim_ascii_start().starts_with('"') {
            return false;
        }
        let mut members = Members::new();
        let length = match json::read(text, &mut members) {
            Ok(length) => length,
            Err(broken) => {
                self.budget.spend(broken.read);
                return false;
            }
        };
        self.budget.spend(length);
        RecordView::of(&text[..length], &members).is_ok()
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
        match RecordView::of(text, members) {
            Ok(view) => self.record(text, &view),
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
                let mut view = RecordView::default();
                if view.fill_from_record(value) == Some(value.len()) {
                    self.record(value, &view);
                } else if let Some(members) = json::members(value) {
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
        for reason in lookalike::find(text, covered) {
            (self.found)(Piece::Unreadable(reason));
        }
    }

    fn give_up(&mut self, text: &str) {
        if lookalike::find(text, &[]).next().is_some() {
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
