//! Reading one file on all cores.
//!
//! Each thread reads the next part and searches it while the others do the same, and what is found is taken in the order of
//! the parts. A part is searched as if nothing stood before it, which holds as long as its lines are log events as they stand
//! and no record goes on behind its end. The first part that is otherwise ends it: the file is read on from there by one.

use std::fs::File;
use std::io::Read as _;
use std::num::NonZero;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::sync::{Mutex, PoisonError};
use std::thread;

use super::archive::Meter;
use super::formats::{Draft, Place, Row, Run, Sink, Source, Spot, read_as_they_stand};
use super::lines::Lines;
use super::{Stop, Stopper};
use crate::log::Names;
use crate::record::{self, Finder, Found, Uncounted};

/// Cores that are used at most.
const CORES: usize = 4;

/// Lines at the end of what was read among which one is looked for that ends whatever was printed before.
const LAST_LINES: usize = 64;

/// How far a file was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Reached {
    pub(super) bytes: u64,
    pub(super) lines: u64,
}

/// A part of a file that has been searched.
pub(super) struct Part {
    /// Its length.
    pub(super) bytes: u64,
    pub(super) lines: u64,
    /// Bytes of the lines without line breaks.
    pub(super) bytes_of_lines: u64,
    pub(super) found: Uncounted,
}

/// What comes of a part; nothing if it cannot be searched as if nothing stood before or behind it.
pub(super) type Outcome = Receiver<Option<Part>>;

/// A file that is read from where it stands.
pub(super) struct Together {
    pub(super) file: File,
    pub(super) from: Reached,
    /// What was read of it from there on.
    pub(super) rest: Vec<u8>,
    /// Bytes of a part at most.
    pub(super) size: usize,
    pub(super) place: Place,
    pub(super) meter: Meter,
    pub(super) stopper: Stopper,
}

impl Together {
    /// Reads and searches part after part until the end, the first part that is otherwise, or while `parts` are taken.
    /// `tell` is called now and then.
    pub(super) fn read(self, finder: &Finder, parts: SyncSender<Outcome>, tell: &dyn Fn()) {
        let Self { file, rest, size, place, meter, stopper, .. } = self;
        let parts = Mutex::new(Parts { file, rest, meter, stopper, announced: parts, is_over: false });
        let work = |tell: &dyn Fn()| Searcher::new(finder, &place).serve(&parts, size, tell);
        // One of them may wait for another to read.
        let threads = thread::available_parallelism().map_or(1, NonZero::get).min(CORES) + 1;
        thread::scope(|scope| {
            for _ in 1..threads {
                // With fewer threads it takes longer.
                let _ = thread::Builder::new().name("read".into()).spawn_scoped(scope, || work(&|| {}));
            }
            work(tell);
        });
    }
}

/// The parts that have not been read.
struct Parts {
    file: File,
    /// What was read behind the last part.
    rest: Vec<u8>,
    meter: Meter,
    stopper: Stopper,
    /// Where each part is announced, in their order.
    announced: SyncSender<Outcome>,
    is_over: bool,
}

impl Parts {
    /// Reads the next part into `text`; gives its length, and where to tell what comes of it.
    fn next(parts: &Mutex<Self>, text: &mut [u8]) -> Option<(usize, SyncSender<Option<Part>>)> {
        let mut parts = parts.lock().unwrap_or_else(PoisonError::into_inner);
        let next = (!parts.is_over).then(|| parts.read(text)).flatten();
        parts.is_over = next.is_none();
        next
    }

    fn read(&mut self, text: &mut [u8]) -> Option<(usize, SyncSender<Option<Part>>)> {
        let before = self.rest.len();
        // A line that is as long as that is read by one alone.
        if self.stopper.is_stopped() || before > text.len() / 2 {
            return None;
        }
        text[..before].copy_from_slice(&self.rest);
        // What cannot be read now is told when it is read again.
        let count = self.file.read(&mut text[before..]).ok().filter(|count| *count > 0)?;
        self.meter.add(count as u64);
        let (text, (outcome, receiver)) = (&text[..before + count], sync_channel(1));
        let length = part_end(text)?;
        self.rest.clear();
        self.rest.extend_from_slice(&text[length..]);
        self.announced.send(receiver).ok()?;
        Some((length, outcome))
    }
}

/// Where a part may end: behind a line break, if possible one with which whatever was printed before ends.
fn part_end(text: &[u8]) -> Option<usize> {
    let mut ends = memchr::memrchr_iter(b'\n', text).map(|at| at + 1).take(LAST_LINES).peekable();
    let last = *ends.peek()?;
    let begins = ends.clone().skip(1);
    let mut lines = ends.zip(begins);
    Some(lines.find(|&(end, begin)| record::ends_prints(&text[begin..end])).map_or(last, |(end, _)| end))
}

/// Searches parts.
struct Searcher<'p> {
    finder: Finder,
    place: &'p Place,
    names: Names,
    found: Vec<Found>,
    /// Bytes of the lines so far.
    bytes: u64,
}

impl<'p> Searcher<'p> {
    fn new(finder: &Finder, place: &'p Place) -> Self {
        Self { finder: finder.apart(), place, names: Names::default(), found: Vec::new(), bytes: 0 }
    }

    /// Takes part after part while there are any.
    fn serve(mut self, parts: &Mutex<Parts>, size: usize, tell: &dyn Fn()) {
        let mut text = vec![0; size];
        while let Some((length, outcome)) = Parts::next(parts, &mut text) {
            let part;
            (part, text) = self.search(text, length);
            // When nobody takes it, nobody takes the next.
            let _ = outcome.send(part);
            tell();
        }
    }

    /// Searches the part that `text` begins with; gives that back.
    fn search(&mut self, text: Vec<u8>, length: usize) -> (Option<Part>, Vec<u8>) {
        let mut source: Source = Lines::of(text, length);
        let is_read = read_as_they_stand(&mut source, self.place, self) && self.finder.is_idle();
        let found = self.finder.uncounted(std::mem::take(&mut self.found));
        let (bytes_of_lines, lines) = (std::mem::take(&mut self.bytes), source.taken());
        let part = is_read.then_some(Part { bytes: length as u64, lines, bytes_of_lines, found });
        (part, source.into_text())
    }
}

impl Sink for Searcher<'_> {
    fn draft(&mut self, draft: Draft<'_>) -> Result<(), Stop> {
        if !draft.is_as_it_stands() {
            return Err(Stop::Cancelled);
        }
        self.bytes += draft.message().len() as u64;
        if self.finder.matters(draft.message(), &draft.stream(), None) {
            self.finder.push(&draft.into_event(&mut self.names), &mut self.found);
        }
        Ok(())
    }

    fn pass(&mut self, mut run: Run<'_>) -> Result<(), Stop> {
        while !self.finder.is_idle()
            && let Some(draft) = run.next_line()
        {
            self.draft(draft)?;
        }
        self.bytes += run.bytes();
        Ok(())
    }

    fn rows(&mut self, _: Vec<Row>) -> Result<(), Stop> {
        Err(Stop::Cancelled)
    }

    fn too_long(&mut self, _: Spot<'_>, _: &[u8]) -> Result<(), Stop> {
        Err(Stop::Cancelled)
    }
}
