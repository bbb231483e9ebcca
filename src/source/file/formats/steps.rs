//! For tests: files that are read in steps of any size.

use std::io::{self, Read};

use super::{Place, Sink, Source};
use crate::log::LogEvent;
use crate::source::file::lines::Lines;
use crate::source::file::{Collected, LINE_CAP, Stop};

/// Gives at most so many bytes at once.
pub(super) struct Steps(pub(super) io::Cursor<Vec<u8>>, pub(super) usize);

impl Read for Steps {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let count = self.1.min(into.len());
        self.0.read(&mut into[..count])
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
    let (place, mut events) = (place(), Collected::default());
    loop {
        let is_more = source.fill().unwrap();
        assert!(read(&mut source, &place, &mut events, !is_more).is_ok());
        if !is_more {
            assert_eq!(source.rest(), b"");
            return events.events;
        }
    }
}
