//! Rows of a table of log events, which come newest first unless the query said otherwise.

use std::borrow::Cow;
use std::mem;

use serde::Deserialize;
use serde_json::value::RawValue;

use super::fields::{Field, Fields};
use super::{Draft, Pack, Sink, Spot};
use crate::record::Finder;
use crate::source::file::Stop;

/// Bytes of messages that are put in order together; a page of Insights has at most 10 000 rows.
const TOGETHER: usize = 12 * 1024 * 1024;

/// Rows that wait to be put in the order in which they were logged.
#[derive(Debug, Default)]
pub(super) struct Rows {
    waiting: Pack,
    /// Whether what was put in order last had the newest first.
    is_newest_first: bool,
}

impl Rows {
    pub(super) fn push(&mut self, draft: Draft<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
        self.waiting.draft(draft)?;
        if self.waiting.size() >= TOGETHER { self.give_newer(sink) } else { Ok(()) }
    }

    /// Gives what waits but the oldest: the rows that follow in a table with the newest first may begin a record that goes
    /// on in these.
    fn give_newer(&mut self, sink: &mut dyn Sink) -> Result<(), Stop> {
        let (rows, mut older) = self.sorted();
        let border = older.first().and_then(|(first, _)| *first).map(|first| first + Finder::SPAN);
        let count = older.partition_point(|(time, _)| *time <= border);
        // A record's events lie within that time; of a table that is very dense, half has to do.
        let newer = older.split_off(if self.is_newest_first { count.min(older.len() / 2) } else { 0 });
        newer.into_iter().try_for_each(|(_, row)| rows.give_one(row, sink))?;
        older.into_iter().rev().try_for_each(|(_, row)| rows.give_one(row, &mut self.waiting))
    }

    /// Gives what waits, oldest first. Events of the same millisecond keep the order that the whole table has.
    pub(super) fn flush(&mut self, sink: &mut dyn Sink) -> Result<(), Stop> {
        let (rows, order) = self.sorted();
        order.into_iter().try_for_each(|(_, row)| rows.give_one(row, sink))
    }

    /// Takes what waits, and the times and numbers of its rows, the oldest first.
    fn sorted(&mut self) -> (Pack, Vec<(Option<i64>, usize)>) {
        let rows = mem::take(&mut self.waiting);
        let mut order: Vec<_> = rows.timestamps().zip(0..).collect();
        let time = |row: Option<&(Option<i64>, usize)>| row.and_then(|(time, _)| *time);
        self.is_newest_first = time(order.first()) > time(order.last());
        if self.is_newest_first {
            order.reverse();
        }
        if order.iter().all(|(time, _)| time.is_some()) {
            order.sort_by_key(|(time, _)| *time);
        }
        (rows, order)
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
