//! The forms that log events come in, and taking the events out of them.

mod batch;
mod cells;
mod csv;
mod document;
mod draft;
mod dull;
mod fields;
#[cfg(test)]
mod independent;
mod nesting;
mod notes;
mod order;
mod pack;
mod plain;
mod rows;
mod run;
mod stamped;
#[cfg(test)]
mod steps;
mod time;
mod whole;

use std::io::Read;
use std::sync::Arc;

use self::csv::Csv;
use self::document::Document;
pub(super) use self::draft::{Draft, Spot, lossy};
pub(super) use self::order::Row;
pub(super) use self::pack::Pack;
use self::plain::Plain;
pub(super) use self::run::Run;
use self::stamped::{Stamp, Stamped};
use self::whole::Whole;
use super::lines::{Line, Lines};
use super::{Stop, sniff};
use crate::log::StreamId;

/// What is read, as it is split.
pub(super) type Source = Lines<Box<dyn Read>>;

/// Takes what was found.
pub(super) trait Sink {
    /// A log event that borrows from what was read.
    fn draft(&mut self, draft: Draft<'_>) -> Result<(), Stop>;

    /// Log events of which most need no look.
    fn pass(&mut self, run: Run<'_>) -> Result<(), Stop>;

    /// Log events that were put in order.
    fn rows(&mut self, rows: Vec<Row>) -> Result<(), Stop>;

    /// Something too long to be kept as one event, and how it begins.
    fn too_long(&mut self, spot: Spot<'_>, head: &[u8]) -> Result<(), Stop>;
}

/// The file that is read, and what its name tells of its events.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) file: Arc<str>,
    /// The stream whose export the file is.
    pub(super) stream: Option<Arc<str>>,
}

impl Place {
    fn at(&self, line: u64) -> Spot<'_> {
        Spot::of(self, line)
    }

    /// The stream of a log event of which no more is known.
    pub(super) fn stream(&self) -> StreamId<'_> {
        self.stream_of(None, None)
    }

    /// The stream of a log event, as far as its fields tell.
    fn stream_of<'a>(&'a self, group: Option<&'a str>, stream: Option<&'a str>) -> StreamId<'a> {
        StreamId::of(group, stream.or(self.stream.as_deref()), Some(&self.file))
    }

    /// Whether both are the same file.
    fn is(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.file, &other.file) && self.stream == other.stream
    }
}

/// How a format goes on.
enum Turn {
    /// It needs more of the file.
    Wait,
    /// What follows is of another format.
    Switch(Form),
}

/// What a file is read as, at the place that has been reached.
#[derive(Debug, Default)]
pub(super) struct Format(Form);

#[derive(Debug, Default)]
enum Form {
    /// Not known yet.
    #[default]
    Unknown,
    /// A log event a line, in any of several forms, until a document begins.
    Plain(Plain),
    /// Lines with their time before them.
    Stamped(Stamped),
    /// A table.
    Csv(Box<Csv>),
    /// One record.
    Whole(Whole),
    /// JSON that is not bound to lines.
    Document(Box<Document>),
}

impl Format {
    /// Takes what can be taken of what has been read, all of it `at_end`.
    pub(super) fn read(
        &mut self,
        source: &mut Source,
        place: &Place,
        sink: &mut dyn Sink,
        at_end: bool,
    ) -> Result<(), Stop> {
        loop {
            let turn = match &mut self.0 {
                Form::Unknown => begin(source, at_end),
                Form::Plain(format) => format.read(source, place, sink, at_end)?,
                Form::Stamped(format) => format.read(source, place, sink, at_end)?,
                Form::Csv(format) => format.read(source, place, sink, at_end)?,
                Form::Whole(format) => format.read(source, place, sink, at_end)?,
                Form::Document(format) => format.read(source, place, sink, at_end)?,
            };
            match turn {
                Turn::Wait => return Ok(()),
                Turn::Switch(format) => self.0 = format,
            }
        }
    }

    /// Whether the next line is most likely a log event as it stands.
    pub(super) fn is_as_it_stands(&self) -> bool {
        matches!(&self.0, Form::Plain(plain) if plain.is_as_it_stands())
    }

    /// Gives what waits for something to follow it: nothing more came for a while.
    pub(super) fn idle(&mut self, source: &mut Source, place: &Place, sink: &mut dyn Sink) -> Result<(), Stop> {
        match &mut self.0 {
            Form::Stamped(format) => format.flush(source, place, sink),
            Form::Csv(format) => format.flush(sink),
            Form::Document(format) => format.flush(sink),
            // A file that was written whole would have ended by now.
            Form::Whole(_) => {
                self.0 = Form::Plain(Plain::default());
                self.read(source, place, sink, false)
            }
            Form::Unknown | Form::Plain(_) => Ok(()),
        }
    }
}

/// Reads all lines of a source as log events as they stand; gives whether they are.
pub(super) fn read_as_they_stand(source: &mut Source, place: &Place, sink: &mut dyn Sink) -> bool {
    let read = Plain::default().read(source, place, sink, false);
    matches!(read, Ok(Turn::Wait)) && source.rest().is_empty()
}

/// Tells the format by how the file begins.
fn begin(source: &mut Source, at_end: bool) -> Turn {
    let rest = source.rest();
    let mark = sniff::byte_order_mark(rest);
    let (rest, is_all) = (&rest[mark..], at_end || rest.len() >= sniff::LOOKAHEAD);
    let Some(first) = sniff::first_line(rest, is_all) else {
        return Turn::Wait;
    };
    let format = match sniff::document(rest, is_all, true) {
        sniff::Sniff::More => return Turn::Wait,
        sniff::Sniff::Record => Form::Whole(Whole::default()),
        sniff::Sniff::Document(kind) => Form::Document(Box::new(Document::new(kind))),
        sniff::Sniff::No => match Csv::with_header(&String::from_utf8_lossy(first)) {
            Some(csv) => Form::Csv(Box::new(csv)),
            None if Stamp::read(first).is_some() => Form::Stamped(Stamped::default()),
            None => Form::Plain(Plain::default()),
        },
    };
    source.consume(mark);
    Turn::Switch(format)
}

/// Whether a log event has a field of that name, however it is formatted.
pub(super) fn is_event_field(name: &[u8]) -> bool {
    fields::Field::written(name).is_some()
}

/// The next line, or what is left of one `at_end`.
fn next_line(source: &mut Source, at_end: bool) -> Option<Line<'_>> {
    // Asking twice would borrow twice.
    if at_end && memchr::memchr(b'\n', source.rest()).is_none() { source.last_line() } else { source.next_line() }
}
