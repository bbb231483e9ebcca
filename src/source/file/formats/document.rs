//! JSON documents that are not bound to lines, read an item at a time.
//!
//! Only one item is held at once, however long the document is. What cannot be read as an item of its kind is given
//! as it stands, so that nothing that may hold a record is passed over.

use std::borrow::Cow;
use std::ops::Range;

use super::batch::Batch;
use super::fields::Fields;
use super::nesting::{Mark, Nesting};
use super::notes::Notes;
use super::order::Rows;
use super::plain::{self, Plain};
use super::{Form, Place, Sink, Source, Spot, Turn, batch, lossy, rows};
use crate::record::json::{self, End};
use crate::source::file::sniff::Kind;
use crate::source::file::{LINE_CAP, Stop};

/// Of an item that is too long, so much is given.
const SHOWN: usize = 4096;

/// A document that is being read.
#[derive(Debug)]
pub(super) struct Document {
    kind: Kind,
    nesting: Nesting,
    /// Up to where the rest of the source has been passed.
    passed: usize,
    /// Where in that rest the open item begins.
    item: Option<usize>,
    /// Where in that rest the open string begins, which may be a key.
    string: Option<usize>,
    /// Whether the last string at the top was the key of the items, …
    is_key: bool,
    /// … and whether the array that is open is theirs.
    in_items: bool,
    /// Whether the open item is too long and passed over.
    skipping: bool,
    rows: Rows,
    /// What was noted of the last item, …
    notes: Notes,
    /// … or of the batch.
    batch: Batch,
}

/// What was come upon.
enum Event {
    /// The beginning of an item.
    Begin,
    Item(Range<usize>),
    End,
    More,
}

impl Document {
    pub(super) fn new(kind: Kind) -> Self {
        Self {
            kind,
            nesting: Nesting::default(),
            passed: 0,
            item: None,
            string: None,
            is_key: false,
            in_items: kind.key().is_none(),
            skipping: false,
            rows: Rows::default(),
            notes: Notes::default(),
            batch: Batch::default(),
        }
    }

    pub(super) fn read(
        &mut self,
        source: &mut Source,
        place: &Place,
        sink: &mut dyn Sink,
        at_end: bool,
    ) -> Result<Turn, Stop> {
        loop {
            match self.advance(source.rest()) {
                Event::Begin => {
                    self.straight(source, place, sink)?;
                    if self.nesting.depth() == 0 {
                        return self.end(source, sink);
                    }
                }
                Event::Item(item) => {
                    self.item(source, &item, place, sink)?;
                    if self.nesting.depth() == 0 {
                        return self.end(source, sink);
                    }
                }
                Event::End => return self.end(source, sink),
                Event::More if at_end => return self.broken_off(source, place, sink),
                Event::More => return self.hold_less(source, place, sink),
            }
        }
    }

    /// Gives what waits to be put in order.
    pub(super) fn flush(&mut self, sink: &mut dyn Sink) -> Result<(), Stop> {
        self.rows.flush(sink)
    }

    /// The depth inside of an item.
    fn depth(&self) -> u64 {
        match self.kind {
            Kind::Batch => 1,
            Kind::Array => 2,
            Kind::Events | Kind::Results | Kind::Messages => 3,
        }
    }

    fn advance(&mut self, bytes: &[u8]) -> Event {
        while self.passed < bytes.len() {
            let (passed, mark) = self.nesting.next(&bytes[self.passed..]);
            self.passed += passed;
            match mark {
                Some(Mark::Open(depth)) if depth == self.depth() && self.in_items => {
                    self.item = Some(self.passed - 1);
                    return Event::Begin;
                }
                Some(Mark::Open(2)) if self.kind.key().is_some() => {
                    self.in_items = self.is_key && bytes[self.passed - 1] == b'[';
                }
                Some(Mark::Close(depth)) if depth + 1 == self.depth() && self.item.is_some() => {
                    let start = self.item.take().unwrap_or_default();
                    return Event::Item(start..self.passed);
                }
                Some(Mark::Close(0)) => return Event::End,
                Some(Mark::Close(1)) if self.kind.key().is_some() => self.in_items = false,
                Some(Mark::StringBegins) if self.nesting.depth() == 1 && self.item.is_none() => {
                    self.string = Some(self.passed - 1);
                }
                Some(Mark::StringEnds) => self.string_ended(bytes),
                _ => {}
            }
        }
        Event::More
    }

    fn string_ended(&mut self, bytes: &[u8]) {
        if let Some(start) = self.string.take() {
            let text = &bytes[start + 1..self.passed - 1];
            self.is_key = self.kind.key().is_some_and(|key| key.as_bytes() == text);
        }
    }

    /// Gives what the item that has begun holds and takes it off, when all of it is there and is as it should be.
    ///
    /// Anything else is left to be passed by its nesting alone, whatever it holds.
    fn straight(&mut self, source: &mut Source, place: &Place, sink: &mut dyn Sink) -> Result<(), Stop> {
        self.take(source, self.item.unwrap_or_default());
        let Some(length) = self.give_straight(source.rest(), place.at(source.number()), sink)? else {
            return Ok(());
        };
        self.item = None;
        self.nesting.close();
        self.passed = length;
        self.take(source, length);
        Ok(())
    }

    /// Gives what the item holds that `bytes` begin with; gives its length too, unless it was left.
    fn give_straight(&mut self, bytes: &[u8], spot: Spot<'_>, sink: &mut dyn Sink) -> Result<Option<usize>, Stop> {
        let Some(text) = self.note(bytes).ok().and_then(|end| std::str::from_utf8(&bytes[..end]).ok()) else {
            return Ok(None);
        };
        let fields = self.notes.fields(text);
        match self.kind {
            Kind::Events if fields.has_message() => sink.draft(spot.event(fields))?,
            Kind::Results => self.rows.push(spot.event(fields), sink)?,
            Kind::Batch => self.batch.give(text, spot, sink).unwrap_or_else(|| lines(text, spot, sink))?,
            Kind::Events | Kind::Array | Kind::Messages => self.give(text, spot, sink)?,
        }
        Ok(Some(text.len()))
    }

    /// Notes what stands where in the item that `bytes` begin with; gives where it ends.
    fn note(&mut self, bytes: &[u8]) -> End {
        self.notes.clear();
        match self.kind {
            Kind::Events => self.notes.object(bytes, 0),
            Kind::Results => rows::note(bytes, &mut self.notes),
            Kind::Batch => {
                let (batch, end) = Batch::read(bytes)?;
                self.batch = batch;
                Ok(end)
            }
            Kind::Array | Kind::Messages => json::span(bytes, 0).map(|item| item.end),
        }
    }

    /// Gives what an item holds and takes it off.
    fn item(
        &mut self,
        source: &mut Source,
        item: &Range<usize>,
        place: &Place,
        sink: &mut dyn Sink,
    ) -> Result<(), Stop> {
        self.take(source, item.start);
        let length = item.end - item.start;
        if !std::mem::take(&mut self.skipping) {
            let (text, is_damaged) = lossy(&source.rest()[..length]);
            self.give(&text, place.at(source.number()).damaged_if(is_damaged), sink)?;
        }
        self.take(source, length);
        Ok(())
    }

    /// Gives what an item holds.
    fn give(&mut self, text: &str, spot: Spot<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
        match self.kind {
            Kind::Events | Kind::Array => self.value(text, spot, sink),
            Kind::Results => self.rows.push(rows::event(text, spot, &mut self.notes), sink),
            Kind::Messages => {
                let mut draft = spot.message(Cow::Borrowed(text));
                draft.fields.timestamp = batch::sent(text);
                sink.draft(draft)
            }
            Kind::Batch => batch::give(text, spot, sink).unwrap_or_else(|| lines(text, spot, sink)),
        }
    }

    /// An item of which only its own shape tells what it is.
    fn value(&mut self, text: &str, spot: Spot<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
        if self.kind == Kind::Events
            && let Some(fields) = Fields::of_object(text).filter(Fields::has_message)
        {
            return sink.draft(spot.event(fields));
        }
        if text.starts_with('[') {
            return self.rows.push(rows::event(text, spot, &mut self.notes), sink);
        }
        let batch = if self.kind == Kind::Array { batch::give(text, spot, sink) } else { None };
        batch.unwrap_or_else(|| sink.draft(plain::event(Cow::Borrowed(text), spot)))
    }

    /// Takes bytes off the source; what was noted of the rest moves with it.
    fn take(&mut self, source: &mut Source, count: usize) {
        source.consume(count);
        self.passed = self.passed.saturating_sub(count);
        self.item = self.item.map(|start| start.saturating_sub(count));
        self.string = self.string.map(|start| start.saturating_sub(count));
    }

    /// Takes what need not be kept until more has been read.
    fn hold_less(&mut self, source: &mut Source, place: &Place, sink: &mut dyn Sink) -> Result<Turn, Stop> {
        let kept = if self.skipping { None } else { self.item.or(self.string) };
        self.take(source, kept.unwrap_or(self.passed));
        if source.rest().len() > LINE_CAP {
            sink.too_long(place.at(source.number()), &source.rest()[..SHOWN])?;
            self.skipping = self.item.is_some();
            self.string = None;
            self.take(source, self.passed);
        }
        Ok(Turn::Wait)
    }

    /// The document has ended: whatever follows, in the same line or the next, is looked at anew.
    fn end(&mut self, source: &mut Source, sink: &mut dyn Sink) -> Result<Turn, Stop> {
        self.rows.flush(sink)?;
        self.take(source, self.passed);
        Ok(Turn::Switch(Form::Plain(Plain::after_document())))
    }

    /// The file ended within the document: what there is of an item is given as it stands.
    fn broken_off(&mut self, source: &mut Source, place: &Place, sink: &mut dyn Sink) -> Result<Turn, Stop> {
        self.rows.flush(sink)?;
        if let Some(start) = self.item.take().filter(|_| !self.skipping) {
            self.take(source, start);
            let (text, is_damaged) = lossy(source.rest());
            lines(&text, place.at(source.number()).damaged_if(is_damaged), sink)?;
        }
        self.take(source, source.rest().len());
        Ok(Turn::Wait)
    }
}

/// What seemed to be one document, read line by line.
fn lines(text: &str, spot: Spot<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
    (spot.line..)
        .zip(text.lines())
        .try_for_each(|(line, text)| sink.draft(plain::event(Cow::Borrowed(text), spot.in_line(line))))
}
