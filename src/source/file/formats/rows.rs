//! Rows of a table of log events, which come newest first unless the query said otherwise.

use std::borrow::Cow;
use std::mem;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::fields::{Field, Fields};
use super::{Draft, Sink, Spot};
use crate::log::{LogEvent, Names};
use crate::source::file::Stop;

/// Bytes of messages that are put in order together; a page of Insights has at most 10 000 rows.
const TOGETHER: usize = 16 * 1024 * 1024;

/// Rows that wait to be put in the order in which they were logged.
#[derive(Debug, Default)]
pub(super) struct Rows {
    events: Vec<LogEvent>,
    bytes: usize,
    names: Names,
}

impl Rows {
    pub(super) fn push(&mut self, draft: Draft<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
        let event = draft.into_event(&mut self.names);
        self.bytes += event.message.len() + size_of::<LogEvent>();
        self.events.push(event);
        if self.bytes >= TOGETHER { self.flush(sink) } else { Ok(()) }
    }

    /// Gives what waits, oldest first. Events of the same millisecond keep the order that the whole table has.
    pub(super) fn flush(&mut self, sink: &mut dyn Sink) -> Result<(), Stop> {
        self.bytes = 0;
        let mut events = mem::take(&mut self.events);
        let time = |event: &LogEvent| event.origin.timestamp;
        if events.first().and_then(time) > events.last().and_then(time) {
            events.reverse();
        }
        if events.iter().all(|event| event.origin.timestamp.is_some()) {
            events.sort_by_key(time);
        }
        events.into_iter().try_for_each(|event| sink.event(event))
    }
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
