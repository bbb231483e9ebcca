//! Log events on their way from what reads them to what searches them, their texts one after the other.
//!
//! Most events are counted and forgotten: packed, they cost no allocation of their own.

use std::borrow::Cow;

use super::fields::Fields;
use super::{Draft, Place, Row, Run, Sink, Spot};
use crate::source::file::Stop;

/// Of so many streams it is looked whether they are that of the next event.
const RECENT: usize = 16;

/// Log events that borrow from nothing.
#[derive(Debug, Default)]
pub(in crate::source::file) struct Pack {
    /// Messages and ids.
    text: String,
    /// What may be no text.
    bytes: Vec<u8>,
    items: Vec<Item>,
    homes: Vec<Home>,
}

/// Where events were logged.
#[derive(Debug)]
struct Home {
    place: Place,
    group: Option<Box<str>>,
    stream: Option<Box<str>>,
}

#[derive(Debug)]
struct Item {
    /// Where its message, or else its bytes begin …
    start: usize,
    /// … and end; an id follows its message.
    end: usize,
    line: u64,
    home: u32,
    kind: Kind,
}

#[derive(Debug)]
enum Kind {
    Event { id_end: usize, timestamp: Option<i64>, ingestion_time: Option<i64>, is_damaged: bool },
    Run { lines: u64 },
    TooLong,
}

impl Item {
    /// Where what belongs to it ends.
    fn end_of_all(&self) -> usize {
        match self.kind {
            Kind::Event { id_end, .. } => id_end,
            Kind::Run { .. } | Kind::TooLong => self.end,
        }
    }
}

impl Pack {
    /// An empty one with room for texts of so many bytes.
    pub(super) fn with_room(bytes: usize) -> Self {
        Self { text: String::with_capacity(bytes), ..Self::default() }
    }

    pub(in crate::source::file) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Forgets everything but the room for it.
    pub(in crate::source::file) fn clear(&mut self) {
        self.text.clear();
        self.bytes.clear();
        self.items.clear();
        self.homes.clear();
    }

    /// What it takes in memory, about.
    pub(in crate::source::file) fn size(&self) -> usize {
        self.text.len() + self.bytes.len() + self.items.len() * size_of::<Item>()
    }

    /// Gives everything, in its order.
    pub(in crate::source::file) fn give(&self, sink: &mut dyn Sink) -> Result<(), Stop> {
        self.items.iter().try_for_each(|item| self.give_item(item, sink))
    }

    /// Times of its events, in its order.
    pub(super) fn timestamps(&self) -> impl Iterator<Item = Option<i64>> + '_ {
        self.items.iter().map(|item| match item.kind {
            Kind::Event { timestamp, .. } => timestamp,
            Kind::Run { .. } | Kind::TooLong => None,
        })
    }

    /// Gives what came as number `index`, counted from 0.
    pub(super) fn give_one(&self, index: usize, sink: &mut dyn Sink) -> Result<(), Stop> {
        self.items.get(index).map_or(Ok(()), |item| self.give_item(item, sink))
    }

    /// What that takes in memory, about.
    pub(super) fn size_of_one(&self, index: usize) -> usize {
        self.items.get(index).map_or(0, |item| item.end_of_all() - item.start + size_of::<Item>())
    }

    fn give_item(&self, item: &Item, sink: &mut dyn Sink) -> Result<(), Stop> {
        let home = &self.homes[item.home as usize];
        let spot = home.place.at(item.line);
        let range = item.start..item.end;
        match item.kind {
            Kind::Run { lines } => sink.pass(Run { spot, text: &self.bytes[range], lines }),
            Kind::TooLong => sink.too_long(spot, &self.bytes[range]),
            Kind::Event { id_end, timestamp, ingestion_time, is_damaged } => {
                let id = &self.text[item.end..id_end];
                let mut fields = Fields::default();
                fields.message = Some(Cow::Borrowed(&self.text[range]));
                fields.id = (!id.is_empty()).then_some(Cow::Borrowed(id));
                fields.timestamp = timestamp;
                fields.ingestion_time = ingestion_time;
                fields.group = home.group.as_deref().map(Cow::Borrowed);
                fields.stream = home.stream.as_deref().map(Cow::Borrowed);
                sink.draft(spot.damaged_if(is_damaged).event(fields))
            }
        }
    }

    fn add_bytes(&mut self, spot: Spot<'_>, bytes: &[u8], kind: Kind) {
        let home = self.home(spot.place, None, None);
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        self.items.push(Item { start, end: self.bytes.len(), line: spot.line, home, kind });
    }

    fn home(&mut self, place: &Place, group: Option<&str>, stream: Option<&str>) -> u32 {
        let recent = self.homes.iter().enumerate().rev().take(RECENT);
        let known = recent.into_iter().find(|(_, home)| {
            is_same(home.stream.as_deref(), stream) && home.group.as_deref() == group && home.place.is(place)
        });
        let index = known.map_or(self.homes.len(), |(index, _)| index);
        if index == self.homes.len() {
            self.homes.push(Home { place: place.clone(), group: group.map(Box::from), stream: stream.map(Box::from) });
        }
        index as u32
    }
}

/// Whether two names are the same; those of streams differ at their ends.
fn is_same(one: Option<&str>, other: Option<&str>) -> bool {
    let end = |name: Option<&str>| name.and_then(|name| name.as_bytes().last_chunk::<8>().copied());
    end(one) == end(other) && one == other
}

impl Sink for Pack {
    fn draft(&mut self, draft: Draft<'_>) -> Result<(), Stop> {
        let Draft { fields, spot } = &draft;
        let home = self.home(spot.place, fields.group.as_deref(), fields.stream.as_deref());
        let start = self.text.len();
        self.text.push_str(draft.message());
        let end = self.text.len();
        self.text.push_str(draft.id().unwrap_or_default());
        let kind = Kind::Event {
            id_end: self.text.len(),
            timestamp: fields.timestamp,
            ingestion_time: fields.ingestion_time,
            is_damaged: draft.is_damaged(),
        };
        self.items.push(Item { start, end, line: spot.line, home, kind });
        Ok(())
    }

    fn pass(&mut self, run: Run<'_>) -> Result<(), Stop> {
        self.add_bytes(run.spot, run.text, Kind::Run { lines: run.lines });
        Ok(())
    }

    fn rows(&mut self, rows: Vec<Row>) -> Result<(), Stop> {
        rows.iter().try_for_each(|row| row.give(self))
    }

    fn too_long(&mut self, spot: Spot<'_>, head: &[u8]) -> Result<(), Stop> {
        self.add_bytes(spot, head, Kind::TooLong);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::log::{LogEvent, Names};

    /// What comes, as it would be searched.
    #[derive(Debug, Default, PartialEq)]
    struct Seen(Vec<LogEvent>, Vec<(u64, Vec<u8>)>);

    impl Sink for Seen {
        fn draft(&mut self, draft: Draft<'_>) -> Result<(), Stop> {
            self.0.push(draft.into_event(&mut Names::default()));
            Ok(())
        }

        fn pass(&mut self, run: Run<'_>) -> Result<(), Stop> {
            self.1.push((run.lines, run.text.to_owned()));
            Ok(())
        }

        fn rows(&mut self, rows: Vec<Row>) -> Result<(), Stop> {
            rows.iter().try_for_each(|row| row.give(self))
        }

        fn too_long(&mut self, spot: Spot<'_>, head: &[u8]) -> Result<(), Stop> {
            self.1.push((spot.line, head.to_owned()));
            Ok(())
        }
    }

    fn fields(stream: Option<u8>, id: &str, timestamp: Option<i64>) -> Fields<'_> {
        let mut fields = Fields::default();
        fields.message = Some(Cow::Borrowed(id));
        fields.stream = stream.map(|stream| Cow::Owned(stream.to_string()));
        fields.group = timestamp.map(|timestamp| Cow::Owned((timestamp % 3).to_string()));
        fields.id = (!id.is_empty()).then_some(Cow::Borrowed(id));
        (fields.timestamp, fields.ingestion_time) = (timestamp, timestamp.map(|time| time + 1));
        fields
    }

    proptest! {
        #[test]
        fn what_is_packed_comes_out_as_it_went_in(
            events in prop::collection::vec((any::<Option<u8>>(), "\\PC{0,5}", any::<Option<i32>>(), 0..4_u8), 0..80),
        ) {
            let places = ["a", "b"].map(|file| Place { file: file.into(), stream: (file == "b").then(|| "s".into()) });
            let (mut direct, mut pack) = (Seen::default(), Pack::default());
            for (number, (stream, text, time, kind)) in events.iter().enumerate() {
                let spot = places[number % 2].at(number as u64).damaged_if(number % 3 == 0);
                for sink in [&mut direct as &mut dyn Sink, &mut pack] {
                    let given = match kind {
                        0 => sink.too_long(spot, text.as_bytes()),
                        1 => sink.pass(Run { spot, text: b"a\xff\nb\n", lines: 2 }),
                        _ => sink.draft(spot.event(fields(*stream, text, time.map(i64::from)))),
                    };
                    prop_assert!(given.is_ok());
                }
            }
            let mut unpacked = Seen::default();
            prop_assert!(pack.give(&mut unpacked).is_ok());
            prop_assert_eq!(&unpacked, &direct);
            prop_assert_eq!(pack.timestamps().flatten().count(), direct.0.iter().filter(|event| event.origin.timestamp.is_some()).count());
        }
    }
}
