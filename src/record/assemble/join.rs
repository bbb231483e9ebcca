//! One object that is being put together from the events of a stream.

use std::sync::Arc;

use super::{BYTES, EVENTS, Scan, Scanner, boundary, open, without_break};
use crate::log::{LogEvent, Text};
use crate::record::extract;

/// How often a join is put together anew for events that came late.
const REBUILDS: u32 = 64;

/// Other braces that are tried as the beginning when the first one turns out to be none.
const BEGINNINGS: usize = 16;

/// What a further event was to a join.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    /// It belongs to it, and more has to come.
    Open,
    /// The object ends in it, before this byte of its message.
    Closed(usize),
    /// It does not go on where the join stopped.
    Misfit,
}

/// An object whose beginning was found, and the events of its stream since then, in order of their timestamps.
#[derive(Debug)]
pub(super) struct Join {
    parts: Vec<Part>,
    /// So many of the parts make up the object so far; those after them did not fit.
    fitted: usize,
    /// Where the object begins in the first message.
    brace: usize,
    scanner: Scanner,
    bytes: usize,
    rebuilds: u32,
    style: Style,
    is_sealed: bool,
}

/// An event that the joins of a stream share.
#[derive(Debug, Clone)]
pub(super) struct Piece {
    event: Arc<LogEvent>,
    /// Whether it is a platform line, which ends whatever was printed.
    is_end: bool,
}

impl Piece {
    pub(super) fn new(event: &LogEvent) -> Self {
        Self { event: Arc::new(event.clone()), is_end: boundary::is_platform_line(&event.message) }
    }

    /// Bytes that keeping it takes: of small ones, most is not the message.
    fn size(&self) -> usize {
        self.event.message.len() + size_of::<LogEvent>() + size_of::<Part>()
    }
}

#[derive(Debug)]
struct Part {
    piece: Piece,
    /// How it is joined to the part before.
    glue: Glue,
}

impl Part {
    fn new(piece: &Piece) -> Self {
        Self { piece: piece.clone(), glue: Glue::Own }
    }

    fn message(&self) -> &Text {
        &self.piece.event.message
    }

    fn time(&self) -> Option<i64> {
        self.piece.event.origin.timestamp
    }
}

/// What stands between two parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Glue {
    /// The line break that the first part carries, if any.
    Own,
    /// Nothing, although the first part carries a line break: it was added at a cut in a string or a number.
    Nothing,
    /// A line break that the source took away.
    Line,
}

/// How the object was broken, as far as the parts tell.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Style {
    Unknown,
    /// Pretty-printed, a line a part, without the line breaks.
    Lines,
    /// In any other way.
    Pieces,
}

impl Join {
    /// Begins with the object that opens at `brace` of the piece's message.
    pub(super) fn new(piece: &Piece, brace: usize) -> Self {
        let bytes = piece.size();
        let parts = vec![Part::new(piece)];
        let mut join = Self {
            parts,
            fitted: 0,
            brace,
            scanner: Scanner::new(),
            bytes,
            rebuilds: 0,
            style: Style::Unknown,
            is_sealed: false,
        };
        join.fit_next();
        join
    }

    /// When its first event was logged.
    pub(super) fn first_time(&self) -> Option<i64> {
        self.parts.first()?.time()
    }

    /// When the last of its events was logged.
    fn last_time(&self) -> Option<i64> {
        self.parts.last()?.time()
    }

    /// Bytes that it keeps.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Whether an event came that did not fit, so that only one from before it can help.
    pub(super) fn is_stuck(&self) -> bool {
        self.fitted < self.parts.len()
    }

    /// Whether a line of the platform has come, so that only an event from before that can help.
    pub(super) fn is_sealed(&self) -> bool {
        self.is_sealed
    }

    /// Whether an event of that time comes after one that was logged later.
    pub(super) fn is_late(&self, time: Option<i64>) -> bool {
        time.is_some() && self.last_time() > time
    }

    /// Whether it would grow too large with `piece`.
    pub(super) fn is_full(&self, piece: &Piece) -> bool {
        self.parts.len() >= EVENTS || self.bytes + piece.size() > BYTES
    }

    /// When the last event that fits was logged.
    pub(super) fn fitted_time(&self) -> Option<i64> {
        self.parts.get(self.fitted.checked_sub(1)?)?.time()
    }

    /// Whether `event` is the last one that fits.
    pub(super) fn ends_with(&self, event: &LogEvent) -> bool {
        self.fitted.checked_sub(1).and_then(|at| self.parts.get(at)).is_some_and(|part| *part.piece.event == *event)
    }

    /// Adds an event that is not older than the others.
    pub(super) fn append(&mut self, piece: &Piece) -> Fit {
        let was_stuck = self.is_stuck();
        self.bytes += piece.size();
        self.parts.push(Part::new(piece));
        if was_stuck {
            self.is_sealed |= piece.is_end;
            return Fit::Misfit;
        }
        match self.fit_next() {
            Fit::Misfit => {
                self.is_sealed = piece.is_end;
                self.begin_elsewhere()
            }
            fit => fit,
        }
    }

    /// Adds an event that came after younger ones, where its timestamp puts it.
    ///
    /// It is left out again when it would only take apart what fits.
    pub(super) fn insert(&mut self, piece: &Piece) -> Fit {
        let time = piece.event.origin.timestamp;
        let at = self.parts.partition_point(|part| part.time() <= time);
        if self.rebuilds >= REBUILDS || at == 0 {
            return Fit::Misfit;
        }
        self.rebuilds += 1;
        let before = self.fitted;
        self.parts.insert(at, Part::new(piece));
        let fit = self.rebuild();
        if self.fitted < before {
            self.parts.remove(at);
            self.rebuild();
            return Fit::Misfit;
        }
        self.bytes += piece.size();
        if self.fitted > at { fit } else { Fit::Misfit }
    }

    /// Fits every part again, as far as they go.
    fn rebuild(&mut self) -> Fit {
        self.fitted = 0;
        self.scanner = Scanner::new();
        self.style = Style::Unknown;
        let mut fit = Fit::Open;
        while self.is_stuck() && fit == Fit::Open {
            fit = self.fit_next();
        }
        // A later event that does not fit does not make the ones before it misfits.
        if fit == Fit::Misfit { Fit::Open } else { fit }
    }

    /// Whether a part after the first is the event that `other` begins with: then `other` is a piece of this one.
    pub(super) fn holds_beginning_of(&self, other: &Self) -> bool {
        let Some(first) = other.parts.first() else {
            return false;
        };
        self.parts[..self.fitted].iter().skip(1).any(|part| part.piece.event == first.piece.event)
    }

    /// Fits the next part to those before it.
    fn fit_next(&mut self) -> Fit {
        let at = self.fitted;
        if self.parts[at].piece.is_end {
            return Fit::Misfit;
        }
        let message = self.parts[at].message().clone();
        let text = without_break(&message);
        let body = if at == 0 { text.get(self.brace..).unwrap_or_default() } else { text };
        let glue = if at == 0 { Glue::Own } else { self.glue(at, body) };
        self.parts[at].glue = glue;
        match self.scanner.feed(body) {
            Scan::Broken(_) => Fit::Misfit,
            Scan::Open => {
                self.fitted += 1;
                Fit::Open
            }
            Scan::Closed(end) => {
                self.fitted += 1;
                Fit::Closed(text.len() - body.len() + end)
            }
        }
    }

    /// What stands between the part at `at`, which begins with `next`, and the one before; tells it the scanner.
    fn glue(&mut self, at: usize, next: &str) -> Glue {
        let before = self.parts[at - 1].message();
        let has_break = without_break(before).len() < before.len();
        if self.scanner.is_in_string() || self.scanner.is_in_word(next.bytes().next()) {
            self.style = Style::Pieces;
            return if has_break { Glue::Nothing } else { Glue::Own };
        }
        if !has_break && self.is_line(at, next) {
            self.style = Style::Lines;
        } else if self.style == Style::Unknown || next.contains('\n') {
            self.style = Style::Pieces;
        }
        let glue = if self.style == Style::Lines && !has_break { Glue::Line } else { Glue::Own };
        if has_break || glue == Glue::Line {
            self.scanner.feed("\n");
        }
        glue
    }

    /// Whether the part at `at` is the first indented line of an object that is printed a line an event.
    fn is_line(&self, at: usize, next: &str) -> bool {
        let before = self.parts[at - 1].message();
        self.style == Style::Unknown && next.starts_with("  ") && before.ends_with('{') && !next.contains('\n')
    }

    /// Tries the later braces as beginnings: what looked like one in the middle of other text was none.
    fn begin_elsewhere(&mut self) -> Fit {
        let mut tried = 0;
        for at in 0..self.fitted {
            let mut from = if at == 0 { self.brace + 1 } else { 0 };
            while let Some(brace) = open::next(self.parts[at].message(), from) {
                tried += 1;
                if tried > BEGINNINGS {
                    return Fit::Misfit;
                }
                if self.holds_key_before(at, brace) {
                    // What looks like a record waits for the late event that completes it.
                    return Fit::Misfit;
                }
                if let Some((join, fit)) = self.from(at, brace).filter(|(join, fit)| join.may_be_record(*fit)) {
                    *self = join;
                    return fit;
                }
                from = brace + 1;
            }
        }
        Fit::Misfit
    }

    /// Whether the word that every record holds stands before this brace.
    fn holds_key_before(&self, at: usize, brace: usize) -> bool {
        self.parts[..=at].iter().enumerate().any(|(index, part)| {
            let start = if index == 0 { self.brace } else { 0 };
            let end = if index == at { brace } else { part.message().len() };
            part.message().get(start..end).is_some_and(extract::may_hold_record)
        })
    }

    /// Whether an object that has closed holds the word that every record holds; one that is open may yet.
    fn may_be_record(&self, fit: Fit) -> bool {
        fit == Fit::Open
            || self.joined().is_some_and(|joined| extract::may_hold_record(&joined.event.message[joined.start..]))
    }

    /// The join that begins with another brace, if all further parts fit it.
    fn from(&self, at: usize, brace: usize) -> Option<(Self, Fit)> {
        let mut join = Self::new(&self.parts[at].piece, brace);
        if join.is_stuck() {
            return None;
        }
        for (index, part) in self.parts.iter().enumerate().skip(at + 1) {
            join.bytes += part.piece.size();
            join.parts.push(Part::new(&part.piece));
            match join.fit_next() {
                Fit::Open => {}
                Fit::Closed(end) if index + 1 == self.parts.len() => return Some((join, Fit::Closed(end))),
                Fit::Closed(_) | Fit::Misfit => return None,
            }
        }
        Some((join, Fit::Open))
    }

    /// The parts that fit as one event, named after the first; and where in it to search.
    pub(super) fn joined(&self) -> Option<Joined> {
        let parts = &self.parts[..self.fitted];
        let mut text = String::with_capacity(parts.iter().map(|part| part.message().len() + 1).sum());
        let mut is_damaged = false;
        for (at, part) in parts.iter().enumerate() {
            let message = part.message().as_str();
            is_damaged |= at > 0 && (text.ends_with(CUT) || message.starts_with(CUT));
            match part.glue {
                Glue::Own => {}
                Glue::Nothing => text.truncate(without_break(&text).len()),
                Glue::Line => text.push('\n'),
            }
            is_damaged |= at > 0 && text.ends_with(CUT);
            text.push_str(message);
        }
        let last = parts.last()?.message().len();
        let before_last = text.len() - last;
        let origin = parts.first()?.piece.event.origin.clone();
        let message = Text::from(text);
        let has_lost = parts.iter().any(|part| part.message().is_damaged());
        let event = LogEvent { origin, message: if has_lost { message.damaged() } else { message } };
        Some(Joined { event, start: self.brace, before_last, is_damaged })
    }
}

/// What a cut in the middle of a character leaves of it.
const CUT: char = char::REPLACEMENT_CHARACTER;

/// Events joined to one.
pub(super) struct Joined {
    pub(super) event: LogEvent,
    /// Where the object begins.
    pub(super) start: usize,
    /// Where the message of the last event begins.
    pub(super) before_last: usize,
    /// Whether a character was cut.
    pub(super) is_damaged: bool,
}
