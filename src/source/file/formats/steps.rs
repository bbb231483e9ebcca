//! For tests: files that are read in steps of any size.

use std::io::{self, Read};

use super::{Draft, Place, Row, Run, Sink, Source, Spot, lossy};
use crate::log::{LogEvent, Names};
use crate::source::file::lines::Lines;
use crate::source::file::{LINE_CAP, Stop};

/// Gives at most so many bytes at once.
struct Steps(io::Cursor<Vec<u8>>, usize);

impl Read for Steps {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(into.len());
        self.0.read(&mut into[..count])
    }
}

#[derive(Default)]
struct Events(Vec<LogEvent>);

impl Sink for Events {
    fn draft(&mut self, draft: Draft<'_>) -> Result<(), Stop> {
        self.0.push(draft.into_event(&mut Names::default()));
        Ok(())
    }

    fn pass(&mut self, mut run: Run<'_>) -> Result<(), Stop> {
        std::iter::from_fn(|| run.next_line()).try_for_each(|line| self.draft(line))
    }

    fn rows(&mut self, rows: Vec<Row>) -> Result<(), Stop> {
        rows.iter().try_for_each(|row| row.give(self))
    }

    fn too_long(&mut self, spot: Spot<'_>, head: &[u8]) -> Result<(), Stop> {
        self.draft(spot.message(lossy(head).0))
    }
}

pub(super) fn place() -> Place {
    Place { file: "f".into(), stream: None }
}

/// The events that `read` gives of a text of which so many bytes come at once. It is told whether that is all.
pub(super) fn events<T>(
    text: &[u8],
    step: usize,
    mut read: impl FnMut(&mut Source, &Place, &mut dyn Sink, bool) -> Result<T, Stop>,
) -> Vec<LogEvent> {
    let mut source = Lines::new(Box::new(Steps(io::Cursor::new(text.to_vec()), step)) as Box<dyn Read>, LINE_CAP);
    let (place, mut events) = (place(), Events::default());
    loop {
        let is_more = source.fill().unwrap();
        assert!(read(&mut source, &place, &mut events, !is_more).is_ok());
        if !is_more {
            assert_eq!(source.rest(), b"");
            return events.0;
        }
    }
}
