//! What becomes of the log events that were read: they are searched, and what is found goes out in batches.

use std::hash::BuildHasher;
use std::io;
use std::mem;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
use std::thread;
use std::time::Duration;

use foldhash::quality::RandomState;
use tokio::sync::mpsc;

use super::Stop;
use super::formats::{Draft, Pack, Place, Row, Run, Sink, Spot};
use super::together::{Outcome, Reached, Together};
use crate::log::{LogEvent, Names, StreamId, Text};
use crate::record::latest::Latest;
use crate::record::{Finder, Found, Reason, Unreadable};
use crate::source::{Batch, SourceUpdate};

/// A batch is sent when it holds so many finds, …
const BATCH_FINDS: usize = 512;
/// … or messages of so many bytes, and at the end of a block, because the next may be long in coming.
const BATCH_BYTES: usize = 256 * 1024;
/// Before a message of so many bytes is kept, those that were sent must have been taken.
const LARGE: usize = 1024 * 1024;

/// So much is packed before it is searched, or what was read of a block.
const PACK: usize = 1024 * 1024;
/// Packs that wait to be searched.
const WAITING: usize = 2;
/// Parts that are searched elsewhere, or wait to be counted.
const PARTS: usize = 8;

/// What is to be done with what was read.
enum Job {
    Search(Pack),
    SearchRows(Vec<Row>),
    /// Parts that are searched elsewhere.
    Take(Apart),
    /// Nothing more comes for now: what waits for further events is given up.
    Finish,
    Tell(Box<SourceUpdate>),
}

/// Parts of a file, read and searched elsewhere, on their way to be counted.
struct Apart {
    place: Place,
    /// Where they begin.
    from: Reached,
    parts: Receiver<Outcome>,
    reached: SyncSender<Reached>,
}

/// Takes what was read to a thread that searches it, while more is read.
pub(super) struct Intake {
    jobs: SyncSender<Job>,
    /// One like that of the thread, for what is searched elsewhere.
    finder: Finder,
    pack: Pack,
    /// Packs that were searched: their room need not be asked for again.
    spent: Receiver<Pack>,
    /// Where it is seen whether anybody listens.
    updates: mpsc::Sender<SourceUpdate>,
}

impl Intake {
    /// Starts the thread; it ends with this, or when nobody listens any more.
    pub(super) fn new(updates: mpsc::Sender<SourceUpdate>) -> io::Result<Self> {
        let (jobs, receiver) = sync_channel(WAITING);
        let (give_back, spent) = sync_channel(WAITING);
        let searcher = Searcher::new(updates.clone());
        let finder = searcher.finder.apart();
        thread::Builder::new().name("search".into()).spawn(move || searcher.serve(&receiver, &give_back))?;
        Ok(Self { jobs, finder, pack: Pack::default(), spent, updates })
    }

    /// What waited for further events is given up: there are none.
    pub(super) fn finish(&mut self) -> Result<(), Stop> {
        self.flush()?;
        self.order(Job::Finish)
    }

    /// Has searched what was read so far.
    pub(super) fn flush(&mut self) -> Result<(), Stop> {
        if self.pack.is_empty() {
            return Ok(());
        }
        let pack = mem::replace(&mut self.pack, self.spent.try_recv().unwrap_or_default());
        self.order(Job::Search(pack))
    }

    /// Tells something behind what was read so far.
    pub(super) fn send(&mut self, update: SourceUpdate) -> Result<(), Stop> {
        self.flush()?;
        self.order(Job::Tell(Box::new(update)))
    }

    /// Reads a file on all cores as far as that is possible, while its `status` is told.
    pub(super) fn read_together(
        &mut self,
        together: Together,
        status: &dyn Fn() -> SourceUpdate,
    ) -> Result<Reached, Stop> {
        self.flush()?;
        let (announce, parts) = sync_channel(PARTS);
        let (reached, result) = sync_channel(1);
        self.order(Job::Take(Apart { place: together.place.clone(), from: together.from, parts, reached }))?;
        // The thread is busy with the parts.
        together.read(&self.finder, announce, &|| drop(self.updates.blocking_send(status())));
        result.recv().map_err(|_| Stop::Cancelled)
    }

    /// Stops when nobody listens any more, which nothing else tells while there is nothing to send.
    pub(super) fn check(&self) -> Result<(), Stop> {
        if self.updates.is_closed() { Err(Stop::Cancelled) } else { Ok(()) }
    }

    fn order(&self, job: Job) -> Result<(), Stop> {
        self.jobs.send(job).map_err(|_| Stop::Cancelled)
    }

    fn flush_if_full(&mut self) -> Result<(), Stop> {
        if self.pack.size() >= PACK { self.flush() } else { Ok(()) }
    }
}

impl Sink for Intake {
    fn draft(&mut self, draft: Draft<'_>) -> Result<(), Stop> {
        self.pack.draft(draft)?;
        self.flush_if_full()
    }

    fn pass(&mut self, run: Run<'_>) -> Result<(), Stop> {
        self.pack.pass(run)?;
        self.flush_if_full()
    }

    fn rows(&mut self, rows: Vec<Row>) -> Result<(), Stop> {
        self.flush()?;
        self.order(Job::SearchRows(rows))
    }

    fn too_long(&mut self, spot: Spot<'_>, head: &[u8]) -> Result<(), Stop> {
        self.pack.too_long(spot, head)?;
        self.flush_if_full()
    }
}

/// Searches events and sends what is found.
struct Searcher {
    updates: mpsc::Sender<SourceUpdate>,
    finder: Finder,
    batch: Batch,
    /// Bytes of the messages in the batch.
    kept: usize,
    seen: Seen,
    names: Names,
}

impl Searcher {
    fn new(updates: mpsc::Sender<SourceUpdate>) -> Self {
        Self {
            updates,
            finder: Finder::new(),
            batch: Batch::default(),
            kept: 0,
            seen: Seen::default(),
            names: Names::default(),
        }
    }

    /// Does what it is told to until nothing more can come, or nobody listens any more.
    fn serve(mut self, jobs: &Receiver<Job>, spent: &SyncSender<Pack>) -> Result<(), Stop> {
        jobs.iter().try_for_each(|job| match job {
            Job::Search(pack) => {
                pack.give(&mut self)?;
                give_back(pack, spent);
                self.flush()
            }
            Job::SearchRows(rows) => {
                self.rows(rows)?;
                self.flush()
            }
            Job::Take(apart) => self.take(apart),
            Job::Finish => {
                self.finder.finish(&mut self.batch.found);
                self.flush()
            }
            Job::Tell(update) => self.send(*update),
        })
    }

    fn flush(&mut self) -> Result<(), Stop> {
        if self.batch.events == 0 && self.batch.repeated == 0 && self.batch.found.is_empty() {
            return Ok(());
        }
        let batch = mem::take(&mut self.batch);
        self.kept = 0;
        self.send(SourceUpdate::Found(batch))
    }

    fn send(&self, update: SourceUpdate) -> Result<(), Stop> {
        self.updates.blocking_send(update).map_err(|_| Stop::Cancelled)
    }

    /// Takes parts in their order until the first that cannot be taken as it is, and tells how far that is.
    fn take(&mut self, apart: Apart) -> Result<(), Stop> {
        let Apart { place, from: mut so_far, parts, reached } = apart;
        if !self.finder.is_open(&place.stream()) {
            for part in parts.iter().map_while(|part| part.recv().ok().flatten()) {
                let mut found = self.finder.count_all(part.found, so_far.lines);
                self.kept += found.iter().map(|found| found.message().len()).sum::<usize>();
                self.batch.found.append(&mut found);
                self.count(part.lines, part.bytes_of_lines);
                so_far = Reached { bytes: so_far.bytes + part.bytes, lines: so_far.lines + part.lines };
                self.flush_if_full()?;
            }
            self.flush()?;
        }
        reached.send(so_far).map_err(|_| Stop::Cancelled)
    }

    fn count(&mut self, events: u64, bytes: u64) {
        self.batch.events += events;
        self.batch.bytes += bytes;
    }

    /// Searches an event that is new.
    fn search(&mut self, key: Option<u64>, event: &LogEvent) -> Result<(), Stop> {
        let size = event.message.len();
        if size >= LARGE {
            self.drain()?;
        }
        let before = self.batch.found.len();
        self.finder.push(event, &mut self.batch.found);
        if self.batch.found.len() > before {
            self.kept += size;
            self.seen.keep(key);
        }
        self.count(1, size as u64);
        self.flush_if_full()
    }

    fn flush_if_full(&mut self) -> Result<(), Stop> {
        let is_full = self.batch.found.len() >= BATCH_FINDS || self.kept >= BATCH_BYTES;
        if is_full { self.flush() } else { Ok(()) }
    }

    /// Sends what there is, and waits until it is taken: memory must hold few large messages at the same time.
    fn drain(&mut self) -> Result<(), Stop> {
        self.flush()?;
        while self.updates.capacity() < self.updates.max_capacity() {
            if self.updates.is_closed() {
                return Err(Stop::Cancelled);
            }
            thread::sleep(Duration::from_millis(1));
        }
        Ok(())
    }
}

/// Keeps the room of a pack for the next; that of one with a large message would rarely be needed.
fn give_back(mut pack: Pack, spent: &SyncSender<Pack>) {
    if pack.size() < LARGE {
        pack.clear();
        // There may be enough of them.
        let _ = spent.try_send(pack);
    }
}

impl Sink for Searcher {
    fn draft(&mut self, draft: Draft<'_>) -> Result<(), Stop> {
        let (message, stream) = (draft.message(), draft.stream());
        let key = self.seen.key(draft.id(), draft.timestamp(), &stream, message);
        if !self.seen.is_new(key) {
            self.batch.repeated += 1;
            return Ok(());
        }
        if !self.finder.matters(message, &stream, draft.timestamp()) {
            self.count(1, message.len() as u64);
            return Ok(());
        }
        let event = draft.into_event(&mut self.names);
        self.search(key, &event)
    }

    fn pass(&mut self, mut run: Run<'_>) -> Result<(), Stop> {
        while !self.finder.is_idle() {
            match run.next_line() {
                Some(draft) => self.draft(draft)?,
                None => return Ok(()),
            }
        }
        self.count(run.lines, run.bytes());
        Ok(())
    }

    fn rows(&mut self, rows: Vec<Row>) -> Result<(), Stop> {
        rows.iter().try_for_each(|row| row.give(self))
    }

    fn too_long(&mut self, spot: Spot<'_>, head: &[u8]) -> Result<(), Stop> {
        let (origin, message) = (spot.origin(), Text::from(String::from_utf8_lossy(head).as_ref()));
        self.batch.found.push(Found::Unreadable(Unreadable { origin, message, reason: Reason::TooLong }));
        self.count(1, head.len() as u64);
        Ok(())
    }
}

/// Which log events were read, as far as they have an id: pages overlap, and files hold the same events.
///
/// Events with records are remembered longest; of the others those that were read last.
#[derive(Debug, Default)]
struct Seen {
    hasher: RandomState,
    with_records: Latest<()>,
    recent: Latest<()>,
}

impl Seen {
    /// Whether the event under a key is read for the first time; one without a key always is.
    fn is_new(&mut self, key: Option<u64>) -> bool {
        key.is_none_or(|key| self.with_records.get(key).is_none() && self.recent.insert(key, ()).is_none())
    }

    fn keep(&mut self, key: Option<u64>) {
        if let Some(key) = key {
            self.with_records.insert(key, ());
        }
    }

    fn key(&self, id: Option<&str>, timestamp: Option<i64>, stream: &StreamId<'_>, message: &str) -> Option<u64> {
        let stream = stream.name.ok();
        id.map(|id| self.hasher.hash_one((id, timestamp, stream, message.len())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seen: &Seen, id: Option<&str>) -> Option<u64> {
        seen.key(id, Some(1), &StreamId::of(None, Some("s"), None), "a")
    }

    #[test]
    fn an_event_is_read_once_by_its_id() {
        let mut seen = Seen::default();
        let (one, two) = (key(&seen, Some("1")), key(&seen, Some("2")));
        assert!(seen.is_new(one) && seen.is_new(two) && !seen.is_new(one));
        let none = key(&seen, None);
        assert!(seen.is_new(none) && seen.is_new(none));
    }

    #[test]
    fn records_are_remembered_longer_than_the_rest() {
        let mut seen = Seen::default();
        let [record, other] = ["record", "other"].map(|id| key(&seen, Some(id)));
        assert!(seen.is_new(record) && seen.is_new(other));
        seen.keep(record);
        for id in 0..600_000 {
            let key = key(&seen, Some(&id.to_string()));
            seen.is_new(key);
        }
        assert!(!seen.is_new(record));
        assert!(seen.is_new(other));
    }
}
