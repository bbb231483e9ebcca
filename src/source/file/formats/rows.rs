//! Rows of a table of log events, which come newest first unless the query said otherwise.

use std::borrow::Cow;
use std::mem;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::fields::{Field, Fields};
use super::{Draft, Sink, Spot};
use crate::log::{LogEvent, Names};
use crate::record::Finder;
use crate::source::file::Stop;

/// Bytes of messages that are put in order together; a page of Insights has at most 10 000 rows.
const TOGETHER: usize = 16 * 1024 * 1024;

/// Rows that wait to be put in the order in which they were logged.
#[derive(Debug, Default)]
pub(super) struct Rows {
    events: Vec<LogEvent>,
    bytes: usize,
    /// Whether what was put in order last had the newest first.
    is_newest_first: bool,
    names: Names,
}

impl Rows {
    pub(super) fn push(&mut self, draft: Draft<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
        let event = draft.into_event(&mut self.names);
        self.bytes += bytes(&event);
        self.events.push(event);
        if self.bytes >= TOGETHER { self.give_newer(sink) } else { Ok(()) }
    }

    /// Gives what waits but the oldest: the rows that follow in a table with the newest first may begin a record that goes
    /// on in these.
    fn give_newer(&mut self, sink: &mut dyn Sink) -> Result<(), Stop> {
        let mut events = self.sorted();
        let border = events.first().and_then(|event| event.origin.timestamp).map(|first| first + Finder::SPAN);
        let older = events.partition_point(|event| event.origin.timestamp <= border);
        // A record's events lie within that time; of a table that is very dense, half has to do.
        let newer = events.split_off(if self.is_newest_first { older.min(events.len() / 2) } else { 0 });
        newer.into_iter().try_for_each(|event| sink.event(event))?;
        let waiting = events;
        self.bytes = waiting.iter().map(bytes).sum();
        self.events = waiting.into_iter().rev().collect();
        Ok(())
    }

    /// Gives what waits, oldest first. Events of the same millisecond keep the order that the whole table has.
    pub(super) fn flush(&mut self, sink: &mut dyn Sink) -> Result<(), Stop> {
        self.bytes = 0;
        self.sorted().into_iter().try_for_each(|event| sink.event(event))
    }

    /// Takes what waits, the oldest first.
    fn sorted(&mut self) -> Vec<LogEvent> {
        let mut events = mem::take(&mut self.events);
        let time = |event: &LogEvent| event.origin.timestamp;
        self.is_newest_first = events.first().and_then(time) > events.last().and_then(time);
        if self.is_newest_first {
            events.reverse();
        }
        if events.iter().all(|event| event.origin.timestamp.is_some()) {
            events.sort_by_key(time);
        }
        events
    }
}

/// What an event takes while it waits.
fn bytes(event: &LogEvent) -> usize {
    event.message.len() + size_of::<LogEvent>()
}

#[derive(Deserialize)]
struct Cell<'a> {
    #[serde(borrow)]
    field: Cow<'a, str>,
    #[serde(borrow)]
    value: Option<&'a RawValue>,
}

/// The event of a row of `get-query-results`: a list of `{"field":…,"value":…}`.
pub(super) fn event<'a>(row: &'a str, spot: Spot<'a>) -> Draft<'a> {
    let Ok(cells) = serde_json::from_str::<Vec<Cell<'_>>>(row) else {
        return spot.message(Cow::Borrowed(row));
    };
    let mut fields = Fields::default();
    for cell in cells {
        if let Some((field, value)) = Field::named(&cell.field).zip(cell.value) {
            fields.set_json(field, value);
        }
    }
    spot.event(fields)
}
