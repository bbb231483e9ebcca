//! What the detail pane shows of one entry, as text with marked ranges: no colours, no widths.

mod attempts;
mod rows;
mod trace;

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use crate::board::Entry;
use crate::log::{visible, visible_lines};
use crate::record::{Arrival, json};

use super::model::Tab;

pub(super) use attempts::{Course, Lookup};
pub use rows::{Row, RowKind, Rows};
pub(super) use trace::{Below, Unfolded};
pub use trace::{Excerpt, FrameId, Told};

/// What a piece of text is, for the theme to dress.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Secondary text.
    Dim,
    /// Text that carries the line.
    Strong,
    /// The name of an error.
    Error,
    /// What went well.
    Good,
    /// Where a frame lies.
    Place,
    /// Something to beware of.
    Warning,
    /// A function's name.
    Function,
}

/// How a range of the text is dressed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ink {
    /// By what it is.
    Role(Role),
    /// In a colour of the syntax theme: red, green, blue.
    Rgb([u8; 3]),
}

/// A dressed range of a document's text, in bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paint {
    /// Bytes of the text that it covers.
    pub range: Range<usize>,
    /// How they look.
    pub ink: Ink,
}

/// Which part of a document is program text, for the highlighter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snippet {
    /// Bytes of the text that it covers.
    pub range: Range<usize>,
    /// File extension that tells its language: `json`, `py`, `js` …
    pub language: String,
    /// Whether it goes on from the snippet before, as the next line of a file does.
    pub goes_on: bool,
}

/// Text for the detail pane. It holds no character that could reach the terminal as a command.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Document {
    /// The text, lines parted by `\n`.
    pub text: String,
    /// Ranges dressed by what they are, in order and without overlap.
    pub paints: Vec<Paint>,
    /// Program text that the highlighter may colour later.
    pub snippets: Vec<Snippet>,
    /// What the key that opens does on a line, by the line's number.
    pub targets: BTreeMap<usize, Target>,
}

/// What a line of a document stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Target {
    /// A frame of the trace.
    Frame(FrameId),
    /// Frames that are folded together, by the first of them on screen.
    Frames(FrameId),
    /// An attempt's log lines, or the receiver's after the last attempt, by number.
    Attempt(usize),
}

impl Document {
    /// The document for a tab of an entry.
    #[must_use]
    pub fn of(entry: &Entry, tab: Tab) -> Self {
        match entry {
            Entry::Arrival(arrival) => Self::of_arrival(arrival, tab),
            Entry::Unreadable(unreadable) => Self::raw(&unreadable.message),
            Entry::Gap(gap) => Self::plain(&gap.reason),
        }
    }

    fn of_arrival(arrival: &Arrival, tab: Tab) -> Self {
        match tab {
            Tab::Trace => Self::trace(&Told::of(arrival), &Unfolded::default()),
            Tab::Request => Self::payload(arrival.record.request_payload(), "requestPayload"),
            Tab::Response => Self::payload(arrival.record.response_payload(), "responsePayload"),
            Tab::Attempts => {
                Self::attempts(&Course::of(arrival), &Lookup::Idle, &BTreeSet::new(), &jiff::tz::TimeZone::UTC)
            }
            Tab::Raw => Self::raw(&arrival.message),
        }
    }

    /// The trace, with what is unfolded in it.
    pub(super) fn trace(told: &Told, unfolded: &Unfolded) -> Self {
        trace::document(told, unfolded)
    }

    /// The attempts, as far as they are known.
    pub(super) fn attempts(
        course: &Course,
        lookup: &Lookup,
        open: &BTreeSet<usize>,
        zone: &jiff::tz::TimeZone,
    ) -> Self {
        attempts::document(course, lookup, open, zone)
    }

    fn payload(payload: Option<&str>, key: &str) -> Self {
        payload.map_or_else(|| Self::note(&format!("The record has no {key}.")), Self::json)
    }

    fn json(text: &str) -> Self {
        let text = visible_lines(&json::pretty(text), "\n").into_owned();
        let snippets = vec![Snippet { range: 0..text.len(), language: "json".to_owned(), goes_on: false }];
        Self { text, snippets, ..Self::default() }
    }

    fn raw(message: &str) -> Self {
        Self::plain(message.trim_end_matches(['\r', '\n']))
    }

    fn plain(text: &str) -> Self {
        Self { text: visible_lines(text, "\n").into_owned(), ..Self::default() }
    }

    fn note(text: &str) -> Self {
        let mut document = Self::default();
        document.push(text, Some(Role::Dim));
        document
    }

    /// Adds one line's worth of text: control characters are made visible, line breaks included.
    fn push(&mut self, text: &str, role: Option<Role>) {
        let start = self.text.len();
        self.text.push_str(&visible(text));
        if let Some(role) = role {
            self.paints.push(Paint { range: start..self.text.len(), ink: Ink::Role(role) });
        }
    }

    /// Lets the line that is begun next stand for something.
    fn aim(&mut self, target: Target) {
        let line = memchr::memchr_iter(b'\n', self.text.as_bytes()).count();
        self.targets.insert(line, target);
    }

    fn end_line(&mut self) {
        self.text.push('\n');
    }
}
