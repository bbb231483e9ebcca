//! Tables of log events: what the CloudWatch console downloads, of the log events viewer and of Insights.

use csv_core::{ReadRecordResult, Reader};

use super::cells::Cells;
use super::fields::{Field, Fields};
use super::order::Rows;
use super::plain::Plain;
use super::{Form, Place, Sink, Source, Turn, lossy};
use crate::source::file::{LINE_CAP, Stop};

/// Of a row that is too long, so much is given.
const SHOWN: usize = 4096;

/// A table that is being read.
#[derive(Debug)]
pub(super) struct Csv {
    names: Vec<String>,
    columns: Vec<Option<Field>>,
    /// Where the row begins that is being read.
    line: u64,
    cells: Cells,
    careful: Careful,
    rows: Rows,
    /// Whether the header has been passed.
    is_in_body: bool,
}

/// Reads what comes in pieces, or is written in an unusual way.
#[derive(Debug)]
struct Careful {
    reader: Box<Reader>,
    text: Vec<u8>,
    filled: usize,
    ends: Vec<usize>,
    fields: usize,
    /// Whether it may be within a row.
    is_in_row: bool,
}

impl Csv {
    /// A table of log events, if `line` is its header.
    pub(super) fn with_header(line: &str) -> Option<Self> {
        let names: Vec<_> = line.split(',').map(|name| name.trim().trim_matches('"').to_owned()).collect();
        let columns: Vec<_> = names.iter().map(|name| Field::named(name)).collect();
        let known = columns.iter().flatten().count();
        let is_header = columns.contains(&Some(Field::Message)) && (known > 1 || line.contains("@message"));
        is_header.then(|| Self {
            careful: Careful::new(columns.len() + 1),
            names,
            columns,
            line: 1,
            cells: Cells::default(),
            rows: Rows::default(),
            is_in_body: false,
        })
    }

    pub(super) fn read(
        &mut self,
        source: &mut Source,
        place: &Place,
        sink: &mut dyn Sink,
        at_end: bool,
    ) -> Result<Turn, Stop> {
        loop {
            self.begin_row(source);
            // To the careful reader, nothing means that nothing more comes.
            if source.rest().is_empty() && !at_end {
                return Ok(Turn::Wait);
            }
            if let Some(length) = self.whole_row(source.rest()) {
                self.row(source.rest(), place, sink)?;
                let lines = line_breaks(&source.rest()[..length]);
                source.take(length, lines);
                continue;
            }
            match self.careful.step(source) {
                ReadRecordResult::OutputFull if self.careful.text.len() > LINE_CAP => {
                    return self.too_long(place, sink);
                }
                ReadRecordResult::Record => {
                    self.careful.take_row(&mut self.cells);
                    self.row(&[], place, sink)?;
                }
                ReadRecordResult::End => {
                    self.rows.flush(sink)?;
                    return Ok(Turn::Wait);
                }
                result => self.careful.make_room(&result),
            }
        }
    }

    /// Gives what waits to be put in order.
    pub(super) fn flush(&mut self, sink: &mut dyn Sink) -> Result<(), Stop> {
        self.rows.flush(sink)
    }

    /// Passes what is left of a line break, and lines without a row.
    fn begin_row(&mut self, source: &mut Source) {
        if !self.careful.is_in_row {
            source.consume(source.rest().iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count());
            self.line = source.number();
        }
    }

    /// Reads the row that a text begins with; gives its length.
    fn whole_row(&mut self, text: &[u8]) -> Option<usize> {
        if self.careful.is_in_row { None } else { self.cells.read(text) }
    }

    /// Takes in the row that was read from `text`.
    fn row(&mut self, text: &[u8], place: &Place, sink: &mut dyn Sink) -> Result<(), Stop> {
        let spot = place.at(self.line);
        let is_header = !std::mem::replace(&mut self.is_in_body, true);
        if is_header {
            return Ok(());
        }
        if self.cells.values(text).eq(self.names.iter().map(String::as_bytes)) {
            // Another download follows, with its own newest row first.
            return self.rows.flush(sink);
        }
        self.rows.push(spot.event(fields(self.cells.values(text), &self.columns)), sink)
    }

    /// A quote that never closes: what follows may still be read as lines.
    fn too_long(&mut self, place: &Place, sink: &mut dyn Sink) -> Result<Turn, Stop> {
        self.rows.flush(sink)?;
        sink.too_long(place.at(self.line), &self.careful.text[..SHOWN])?;
        Ok(Turn::Switch(Form::Plain(Plain::default())))
    }
}

impl Careful {
    fn new(fields: usize) -> Self {
        let (text, ends) = (vec![0; 4096], vec![0; fields]);
        Self { reader: Box::new(Reader::new()), text, filled: 0, ends, fields: 0, is_in_row: false }
    }

    fn step(&mut self, source: &mut Source) -> ReadRecordResult {
        let (text, ends) = (&mut self.text[self.filled..], &mut self.ends[self.fields..]);
        let (result, taken, written, fields) = self.reader.read_record(source.rest(), text, ends);
        source.consume(taken);
        self.filled += written;
        self.fields += fields;
        self.is_in_row = result != ReadRecordResult::Record;
        result
    }

    fn make_room(&mut self, result: &ReadRecordResult) {
        match result {
            ReadRecordResult::OutputFull => self.text.resize(self.text.len() * 2, 0),
            ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
            _ => {}
        }
    }

    /// Moves the cells of the row that was read.
    fn take_row(&mut self, cells: &mut Cells) {
        cells.set(&self.text[..self.filled], &self.ends[..self.fields]);
        (self.filled, self.fields) = (0, 0);
    }
}

/// How many there are, which is one in most rows.
fn line_breaks(row: &[u8]) -> u64 {
    memchr::memchr_iter(b'\n', row).fold(0, |count, _| count + 1)
}

/// What the columns of a row say.
fn fields<'a>(values: impl Iterator<Item = &'a [u8]>, columns: &[Option<Field>]) -> Fields<'a> {
    let mut fields = Fields::default();
    let known = values.zip(columns).filter_map(|(value, column)| Some((value, (*column)?)));
    for (value, field) in known.filter(|(value, _)| !value.is_empty()) {
        let (value, is_damaged) = lossy(value);
        fields.is_damaged |= is_damaged && field == Field::Message;
        fields.set(field, value);
    }
    fields
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::LogEvent;
    use crate::source::file::formats::steps::events;

    fn read(text: &str, step: usize) -> Vec<LogEvent> {
        let mut csv = Csv::with_header("@timestamp,@message,other").unwrap();
        events(text.as_bytes(), step, |source, place, sink, at_end| csv.read(source, place, sink, at_end))
    }

    #[test]
    fn headers_are_told_from_other_lines() {
        for header in ["timestamp,message", "@timestamp,@message", "\"@message\"", "@ptr,@message,@log,extra"] {
            assert!(Csv::with_header(header).is_some(), "{header}");
        }
        for other in ["message", "a,message", "hello, world", "", "{\"message\":1,\"timestamp\":2}"] {
            assert!(Csv::with_header(other).is_none(), "{other}");
        }
    }

    #[test]
    fn rows_are_read_however_they_are_written() {
        let table = "@timestamp,@message,other\n1,\"a \"\"b\"\"\n\"\"c\",x\r\n\n2,d\r3,\"e\"f\"\"\n4,,g";
        let events = read(table, 1000);
        let events: Vec<_> = events.iter().map(|event| (event.origin.line, event.message.as_str())).collect();
        assert_eq!(events, [(Some(2), "a \"b\"\n\"c"), (Some(5), "d"), (Some(5), "ef\"\""), (Some(6), "")]);
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(256))]

        #[test]
        fn blocks_do_not_matter(rows in "([1-4]?,[a\"\",\n\rü]{0,8}(\"\")?(,b?)?[\n\r]{0,2}){0,8}", step in 2..60_usize) {
            let table = format!("@timestamp,@message,other\n{rows}");
            // A byte at a time, no row is whole.
            prop_assert_eq!(read(&table, step), read(&table, 1));
        }
    }
}
