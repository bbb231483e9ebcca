//! Rows of a table in the order in which they were logged: they come newest first unless the query said otherwise.

use std::collections::HashSet;
use std::sync::Arc;
use std::{mem, vec};

use super::{Draft, Pack, Sink};
use crate::record::Finder;
use crate::source::file::Stop;

/// Bytes of messages that are put in order together; a page of Insights has at most 10 000 rows.
const TOGETHER: usize = 12 * 1024 * 1024;

/// When so much more has been read, as much is given of what is in order.
const PORTION: usize = 1024 * 1024;

/// In a table with some order, rows that follow each other in time lie together but for so many times.
const SCATTERED: usize = 1024;

/// Rows that wait to be put in order, and those that are in order and not given yet: they are searched while more are read.
#[derive(Debug, Default)]
pub(super) struct Rows {
    /// The rows that were read last.
    open: Pack,
    /// The rows before them.
    waiting: Vec<Row>,
    /// Bytes of these.
    size: usize,
    /// Rows in order.
    ready: vec::IntoIter<Row>,
    /// Whether what was put in order last had the newest first.
    is_newest_first: bool,
}

/// A row, and the others that it is kept with.
#[derive(Debug)]
pub(in crate::source::file) struct Row {
    time: Option<i64>,
    pack: Arc<Pack>,
    index: usize,
}

impl Row {
    pub(in crate::source::file) fn give(&self, sink: &mut dyn Sink) -> Result<(), Stop> {
        self.pack.give_one(self.index, sink)
    }

    fn size(&self) -> usize {
        self.pack.size_of_one(self.index)
    }
}

impl Rows {
    pub(super) fn push(&mut self, draft: Draft<'_>, sink: &mut dyn Sink) -> Result<(), Stop> {
        self.open.draft(draft)?;
        if self.size + self.open.size() >= TOGETHER {
            return self.order_newer(sink);
        }
        if self.open.size() < PORTION {
            return Ok(());
        }
        self.close();
        self.open = Pack::with_room(PORTION);
        self.give_portion(sink)
    }

    /// Puts in order what waits but the oldest: the rows that follow in a table with the newest first may begin a record
    /// that goes on in these.
    fn order_newer(&mut self, sink: &mut dyn Sink) -> Result<(), Stop> {
        self.give_ready(sink)?;
        let mut older = self.sorted();
        let border = older.first().and_then(|first| first.time).map(|first| first + Finder::SPAN);
        let count = older.partition_point(|row| row.time <= border);
        // A record's events lie within that time; of a table that is very dense, half has to do.
        let newer = older.split_off(if self.is_newest_first { count.min(older.len() / 2) } else { 0 });
        older.reverse();
        separate(&mut older, &newer)?;
        self.size = older.iter().map(Row::size).sum();
        self.waiting = older;
        let is_scattered = newer.chunk_by(is_together).count() > SCATTERED;
        self.ready = newer.into_iter();
        // Rows from everywhere keep all packs until the last is given: to read on would be to hold twice as much.
        if is_scattered { self.give_ready(sink) } else { Ok(()) }
    }

    /// Gives what there is, oldest first. Events of the same millisecond keep the order that the whole table has.
    pub(super) fn flush(&mut self, sink: &mut dyn Sink) -> Result<(), Stop> {
        self.give_ready(sink)?;
        self.ready = self.sorted().into_iter();
        self.give_ready(sink)
    }

    /// Takes what waits, the oldest first.
    fn sorted(&mut self) -> Vec<Row> {
        self.close();
        self.size = 0;
        let mut rows = mem::take(&mut self.waiting);
        let time = |row: Option<&Row>| row.and_then(|row| row.time);
        self.is_newest_first = time(rows.first()) > time(rows.last());
        if self.is_newest_first {
            rows.reverse();
        }
        if rows.iter().all(|row| row.time.is_some()) {
            rows.sort_by_key(|row| row.time);
        }
        rows
    }

    /// Has what was read last wait with the rest.
    fn close(&mut self) {
        let pack = Arc::new(mem::take(&mut self.open));
        self.size += pack.size();
        let rows = pack.timestamps().enumerate().map(|(index, time)| Row { time, pack: Arc::clone(&pack), index });
        self.waiting.extend(rows);
    }

    fn give_ready(&mut self, sink: &mut dyn Sink) -> Result<(), Stop> {
        while self.ready.len() > 0 {
            self.give_portion(sink)?;
        }
        Ok(())
    }

    fn give_portion(&mut self, sink: &mut dyn Sink) -> Result<(), Stop> {
        let mut size = 0;
        let mut fits = |row: &Row| {
            let fits = size < PORTION;
            size += row.size();
            fits
        };
        let count = self.ready.as_slice().iter().take_while(|row| fits(row)).count();
        sink.rows(self.ready.by_ref().take(count).collect())
    }
}

/// Whether rows are kept together.
fn is_together(one: &Row, other: &Row) -> bool {
    Arc::ptr_eq(&one.pack, &other.pack)
}

/// Has rows keep none of the packs that others are in, which may be forgotten sooner.
fn separate(rows: &mut [Row], others: &[Row]) -> Result<(), Stop> {
    let pack = |run: &[Row]| Arc::as_ptr(&run[0].pack);
    let packs: HashSet<_> = others.chunk_by(is_together).map(pack).collect();
    let shared = rows.chunk_by_mut(is_together).filter(|run| packs.contains(&pack(run)));
    let (shared, mut copies): (Vec<_>, _) = (shared.flatten().collect(), Pack::default());
    shared.iter().try_for_each(|row| row.give(&mut copies))?;
    let copies = Arc::new(copies);
    for (index, row) in shared.into_iter().enumerate() {
        (row.pack, row.index) = (Arc::clone(&copies), index);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::*;
    use crate::source::file::formats::{Place, Run, Spot};

    /// Numbers of rows, as they come.
    #[derive(Default)]
    struct Numbers(Vec<u64>);

    impl Sink for Numbers {
        fn draft(&mut self, draft: Draft<'_>) -> Result<(), Stop> {
            self.0.push(draft.spot.line);
            Ok(())
        }

        fn pass(&mut self, _: Run<'_>) -> Result<(), Stop> {
            Ok(())
        }

        fn rows(&mut self, rows: Vec<Row>) -> Result<(), Stop> {
            rows.iter().try_for_each(|row| row.give(self))
        }

        fn too_long(&mut self, _: Spot<'_>, _: &[u8]) -> Result<(), Stop> {
            Ok(())
        }
    }

    fn numbers(rows: &[(Option<i64>, usize)], text: &str) -> Vec<u64> {
        let place = Place { file: "f".into(), stream: None };
        let (mut ordered, mut numbers) = (Rows::default(), Numbers::default());
        for (number, (time, size)) in (0..).zip(rows) {
            let mut draft = place.at(number).message(Cow::Borrowed(&text[..*size]));
            draft.fields.timestamp = *time;
            assert!(ordered.push(draft, &mut numbers).is_ok());
        }
        assert!(ordered.flush(&mut numbers).is_ok());
        numbers.0
    }

    /// What a row without a text takes.
    fn least() -> usize {
        let (place, mut pack) = (Place { file: "f".into(), stream: None }, Pack::default());
        assert!(pack.draft(place.at(1).message(Cow::Borrowed(""))).is_ok());
        pack.size()
    }

    /// The numbers in the order of what is put in order together, row by row and without packs.
    fn plainly(rows: &[(Option<i64>, usize)]) -> Vec<u64> {
        let (mut given, mut waiting) = (Vec::new(), Vec::new());
        for (number, (time, size)) in (0..).zip(rows) {
            waiting.push((*time, number, size + least()));
            if waiting.iter().map(|(.., size)| size).sum::<usize>() >= TOGETHER {
                let is_newest_first = sort(&mut waiting);
                let border = waiting[0].0.map(|first| first + Finder::SPAN);
                let count = waiting.partition_point(|(time, ..)| *time <= border).min(waiting.len() / 2);
                let newer = waiting.split_off(if is_newest_first { count } else { 0 });
                waiting.reverse();
                given.extend(newer);
            }
        }
        sort(&mut waiting);
        given.into_iter().chain(waiting).map(|(_, number, _)| number).collect()
    }

    fn sort(rows: &mut [(Option<i64>, u64, usize)]) -> bool {
        let is_newest_first = rows.first().map(|row| row.0) > rows.last().map(|row| row.0);
        if is_newest_first {
            rows.reverse();
        }
        if rows.iter().all(|row| row.0.is_some()) {
            rows.sort_by_key(|row| row.0);
        }
        is_newest_first
    }

    #[test]
    fn a_table_that_fits_is_in_order_as_a_whole() {
        let rows = [(Some(3), 1), (Some(3), 1), (Some(1), 1), (Some(2), 1), (Some(2), 1)];
        assert_eq!(numbers(&rows, "x"), [2, 4, 3, 1, 0]);
        assert_eq!(numbers(&[(Some(3), 1), (None, 1), (Some(1), 1)], "x"), [2, 1, 0]);
        assert_eq!(numbers(&[], "x"), [0_u64; 0]);
    }

    /// Rows of which most tables have more than is put in order together, out of order more or less.
    fn table() -> impl Strategy<Value = Vec<(Option<i64>, usize)>> {
        let row = (prop::option::weighted(0.99, 0..Finder::SPAN), prop_oneof![0..2000_usize, 0..1_000_000_usize]);
        let step = prop_oneof![Just(0), -Finder::SPAN..Finder::SPAN, -900_i64..0];
        (prop::collection::vec(row, 0..150), step).prop_map(|(mut rows, step)| {
            for (index, (time, _)) in (0..).zip(&mut rows) {
                *time = time.map(|time| time + index * step);
            }
            rows
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn rows_are_in_the_order_of_what_is_put_in_order_together(rows in table()) {
            prop_assert_eq!(numbers(&rows, &"x".repeat(1_000_000)), plainly(&rows));
        }
    }
}
