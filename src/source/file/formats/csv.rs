//! Tables of log events: what the CloudWatch console downloads, of the log events viewer and of Insights.

use csv_core::{ReadRecordResult, Reader};

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
    reader: Box<Reader>,
    names: Vec<String>,
    columns: Vec<Option<Field>>,
    row: Row,
    rows: Rows,
    /// Whether the header has been passed.
    is_in_body: bool,
}

/// A row as far as it has been read.
#[derive(Debug)]
struct Row {
    text: Vec<u8>,
    filled: usize,
    ends: Vec<usize>,
    fields: usize,
    /// Where it begins.
    line: Option<u64>,
}

impl Csv {
    /// A table of log events, if `line` is its header.
    pub(super) fn with_header(line: &str) -> Option<Self> {
        let names: Vec<_> = line.split(',').map(|name| name.trim().trim_matches('"').to_owned()).collect();
        let columns: Vec<_> = names.iter().map(|name| Field::named(name)).collect();
        let known = columns.iter().flatten().count();
        let is_header = columns.contains(&Some(Field::Message)) && (known > 1 || line.contains("@message"));
        is_header.then(|| Self {
            reader: Box::new(Reader::new()),
            row: Row { text: vec![0; 4096], filled: 0, ends: vec![0; columns.len() + 1], fields: 0, line: None },
            names,
            columns,
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
        // To the reader, nothing means that nothing more comes.
        while at_end || !source.rest().is_empty() {
            self.row.line.get_or_insert(source.number());
            match self.step(source) {
                ReadRecordResult::InputEmpty => {}
                ReadRecordResult::OutputFull if self.row.text.len() > LINE_CAP => return self.too_long(place, sink),
                ReadRecordResult::OutputFull => self.row.text.resize(self.row.text.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.row.ends.resize(self.row.ends.len() * 2, 0),
                ReadRecordResult::Record => self.record(place, sink)?,
                ReadRecordResult::End => {
                    self.rows.flush(sink)?;
                    break;
                }
            }
        }
        Ok(Turn::Wait)
    }

    /// Gives what waits to be put in order.
    pub(super) fn flush(&mut self, sink: &mut dyn Sink) -> Result<(), Stop> {
        self.rows.flush(sink)
    }

    fn step(&mut self, source: &mut Source) -> ReadRecordResult {
        let (text, ends) = (&mut self.row.text[self.row.filled..], &mut self.row.ends[self.row.fields..]);
        let (result, taken, written, fields) = self.reader.read_record(source.rest(), text, ends);
        source.consume(taken);
        self.row.filled += written;
        self.row.fields += fields;
        result
    }

    fn record(&mut self, place: &Place, sink: &mut dyn Sink) -> Result<(), Stop> {
        let spot = place.at(self.row.line.take().unwrap_or(1));
        let is_header = !std::mem::replace(&mut self.is_in_body, true);
        if !is_header && self.row.reads(&self.names) {
            // Another download follows, with its own newest row first.
            self.rows.flush(sink)?;
        } else if !is_header {
            self.rows.push(spot.event(self.row.fields(&self.columns)), sink)?;
        }
        (self.row.filled, self.row.fields) = (0, 0);
        Ok(())
    }

    /// A quote that never closes: what follows may still be read as lines.
    fn too_long(&mut self, place: &Place, sink: &mut dyn Sink) -> Result<Turn, Stop> {
        self.rows.flush(sink)?;
        sink.too_long(place.at(self.row.line.unwrap_or(1)), &self.row.text[..SHOWN])?;
        Ok(Turn::Switch(Form::Plain(Plain::default())))
    }
}

impl Row {
    fn reads(&self, names: &[String]) -> bool {
        let starts = std::iter::once(&0).chain(&self.ends[..self.fields]);
        let mut fields = starts.zip(&self.ends[..self.fields]).map(|(start, end)| &self.text[*start..*end]);
        self.fields == names.len() && names.iter().all(|name| fields.next() == Some(name.as_bytes()))
    }

    fn fields(&self, columns: &[Option<Field>]) -> Fields<'_> {
        let mut fields = Fields::default();
        let mut start = 0;
        for (end, column) in self.ends[..self.fields].iter().zip(columns) {
            let (value, is_damaged) = lossy(&self.text[start..*end]);
            fields.is_damaged |= is_damaged && *column == Some(Field::Message);
            if let Some(field) = column.filter(|_| !value.is_empty()) {
                fields.set(field, value);
            }
            start = *end;
        }
        fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_told_from_other_lines() {
        for header in ["timestamp,message", "@timestamp,@message", "\"@message\"", "@ptr,@message,@log,extra"] {
            assert!(Csv::with_header(header).is_some(), "{header}");
        }
        for other in ["message", "a,message", "hello, world", "", "{\"message\":1,\"timestamp\":2}"] {
            assert!(Csv::with_header(other).is_none(), "{other}");
        }
    }
}
