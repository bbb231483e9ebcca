//! Output without a board: a line per arrival, a summary at the end, and a quiet end when nobody reads.

use std::io::{self, Write};
use std::sync::Arc;
use std::time::Duration;

use futures_util::StreamExt as _;
use futures_util::stream::FuturesOrdered;
use tokio::sync::mpsc;
use tokio::task::{JoinError, JoinHandle};

use crate::board::{Entry, Query};
use crate::log::{Follow, Gap, Ledger, visible};
use crate::output::{self, Summary, jsonl, text};
use crate::source::{Batch, SourceError, SourceUpdate, Status, Stopper};

use super::args::OutputFormat;
use super::board::broken_off;
use super::exit::Failure;
use super::interrupt;
use super::progress::Progress;

/// Batches that are made into lines at the same time.
const AT_ONCE: usize = 4;

/// So many finds are worth another thread.
const MANY: usize = 16;

/// Bytes of events that are dealt with before any others: one of them may be large, or few of many may hold records.
const LARGE: u64 = 1024 * 1024;

/// A source that was stopped has so long to give what it has left.
const PATIENCE: Duration = Duration::from_secs(2);

/// How a stream ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum End {
    /// The source has given all it had, or the user stopped it.
    Done,
    /// Whoever read the output has gone.
    Unread,
}

/// Writes what `updates` brings to standard output until they end, the user stops it, or nobody reads any more.
///
/// # Errors
/// When the source cannot go on, or standard output cannot be written.
pub(super) async fn run(
    updates: mpsc::Receiver<SourceUpdate>,
    query: Query,
    format: OutputFormat,
) -> Result<(), Failure> {
    Stream::new(query, format, io::stdout().lock()).run(updates, None).await
}

/// The same, and the ledger as a last line if it is wanted; the source that is stopped gives what it has left.
///
/// # Errors
/// As [`run`].
pub(super) async fn run_until(
    updates: mpsc::Receiver<SourceUpdate>,
    query: Query,
    format: OutputFormat,
    with_ledger: bool,
    stopper: Stopper,
) -> Result<(), Failure> {
    let mut stream = Stream::new(query, format, io::stdout().lock());
    stream.with_ledger = with_ledger;
    stream.run(updates, Some(stopper)).await
}

struct Stream<W> {
    writer: Writer,
    out: W,
    summary: Summary,
    ledger: Ledger,
    with_ledger: bool,
    progress: Progress<io::Stderr>,
    /// Batches that are being made into lines.
    pending: FuturesOrdered<JoinHandle<Lines>>,
}

impl<W: Write> Stream<W> {
    fn new(query: Query, format: OutputFormat, out: W) -> Self {
        let writer = Writer { query: Arc::new(query), format, zone: jiff::tz::TimeZone::system() };
        let (summary, ledger, progress) = (Summary::default(), Ledger::default(), Progress::on_stderr());
        Self { writer, out, summary, ledger, with_ledger: false, progress, pending: FuturesOrdered::new() }
    }

    async fn run(mut self, updates: mpsc::Receiver<SourceUpdate>, stopper: Option<Stopper>) -> Result<(), Failure> {
        if self.drain(updates, stopper).await? == End::Done {
            self.summarise();
        }
        Ok(())
    }

    async fn drain(
        &mut self,
        mut updates: mpsc::Receiver<SourceUpdate>,
        stopper: Option<Stopper>,
    ) -> Result<End, Failure> {
        let mut stop = std::pin::pin!(stopped(stopper));
        loop {
            let written = tokio::select! {
                Some(lines) = self.pending.next() => self.put(lines),
                update = updates.recv(), if self.pending.len() < AT_ONCE => {
                    let update = update.unwrap_or_else(broken_off);
                    update.enter(&mut self.ledger);
                    if let SourceUpdate::Ended(result) = update {
                        return self.end(result).await;
                    }
                    self.take(update).await
                }
                () = &mut stop => return self.end(Ok(())).await,
            };
            if end_of(written)? == End::Unread {
                return Ok(End::Unread);
            }
        }
    }

    async fn take(&mut self, update: SourceUpdate) -> io::Result<()> {
        match update {
            SourceUpdate::Found(batch) if self.is_for_here(&batch) => {
                self.put_pending().await?;
                let lines = self.writer.lines(batch);
                self.write(&lines)
            }
            SourceUpdate::Found(batch) => {
                let writer = self.writer.clone();
                self.pending.push_back(tokio::task::spawn_blocking(move || writer.lines(batch)));
                Ok(())
            }
            SourceUpdate::Status(status) => {
                self.tell(&status);
                still_read()
            }
            SourceUpdate::Gap(gap) => {
                self.put_pending().await?;
                let lines = self.writer.gap(gap);
                self.write(&lines)
            }
            SourceUpdate::Follow(follow) => {
                tell_follow(&follow);
                Ok(())
            }
            // The ledger and the caller have seen to these.
            SourceUpdate::Filled(_) | SourceUpdate::Traffic(_) | SourceUpdate::Ended(_) => Ok(()),
        }
    }

    /// Whether another thread would not be faster, or memory should not hold more at the same time.
    fn is_for_here(&self, batch: &Batch) -> bool {
        self.pending.is_empty() && batch.found.len() < MANY || batch.bytes >= LARGE
    }

    /// Writes what is still being made into lines.
    async fn put_pending(&mut self) -> io::Result<()> {
        while let Some(lines) = self.pending.next().await {
            self.put(lines)?;
        }
        Ok(())
    }

    fn put(&mut self, lines: Result<Lines, JoinError>) -> io::Result<()> {
        self.write(&lines.map_err(io::Error::other)?)
    }

    /// One flush per batch: history is written in large pieces, and what is followed shows at once.
    fn write(&mut self, lines: &Lines) -> io::Result<()> {
        if !lines.out.is_empty() {
            self.progress.erase();
        }
        self.summary += lines.summary;
        self.out.write_all(&lines.out)?;
        // Whoever has closed stderr does not want to know.
        let _ = io::stderr().write_all(&lines.aside);
        self.out.flush()
    }

    /// Scripts learn on stderr what the board shows in its header.
    fn tell(&mut self, status: &Status) {
        match status {
            Status::Reading { bytes, of } => self.progress.show(*bytes, *of),
            Status::Reaching(reach) if reach.done < 1.0 => self.progress.show_reach(reach, &self.writer.zone),
            Status::Following { .. } | Status::Reaching(_) => self.progress.erase(),
            Status::Retrying { wait, reason, throttled } => {
                let what = if *throttled { "throttled" } else { "retrying" };
                // Whoever has closed stderr does not want to know.
                let _ = writeln!(io::stderr(), "{what}, again in {:.1} s: {}", wait.as_secs_f32(), visible(reason));
            }
            _ => {}
        }
    }

    /// What was read is worth showing even when the rest cannot be had.
    async fn end(&mut self, result: Result<(), SourceError>) -> Result<End, Failure> {
        let written = self.put_pending().await;
        self.progress.erase();
        let end = end_of(written.and_then(|()| self.account()).and_then(|()| self.out.flush()))?;
        match result {
            Ok(()) => Ok(end),
            Err(error) => {
                if end == End::Done && self.summary.events > 0 {
                    self.summarise();
                }
                Err(Failure::from(&error))
            }
        }
    }

    fn account(&mut self) -> io::Result<()> {
        if self.with_ledger { output::write_account(&mut self.out, &self.ledger) } else { Ok(()) }
    }

    fn summarise(&self) {
        // Nobody is left to tell when stderr is closed.
        let _ = writeln!(io::stderr(), "{}{}", self.summary, output::account(&self.ledger));
    }
}

/// Scripts learn on stderr what live tail costs, or why it does not serve.
fn tell_follow(follow: &Follow) {
    let (what, why): (_, &str) = match follow {
        Follow::Polling => return,
        Follow::Live => ("live tail", Follow::PRICE),
        Follow::Interrupted(why) => ("polling until live tail can be had again", why),
        Follow::Refused(why) => ("polling instead of live tail", why),
    };
    let _ = writeln!(io::stderr(), "{what}: {}", visible(why));
}

/// Makes what was found into lines, off the task that waits for it.
#[derive(Clone)]
struct Writer {
    query: Arc<Query>,
    format: OutputFormat,
    zone: jiff::tz::TimeZone,
}

/// What a batch is written as.
#[derive(Default)]
struct Lines {
    out: Vec<u8>,
    /// What scripts learn on standard error.
    aside: Vec<u8>,
    summary: Summary,
}

impl Writer {
    fn lines(&self, batch: Batch) -> Lines {
        self.query.with_room(|| self.lines_of(batch))
    }

    fn lines_of(&self, batch: Batch) -> Lines {
        let mut lines = Lines::default();
        lines.summary.events = batch.events;
        for found in batch.found {
            lines.summary.add(&found);
            self.entry(&found.into(), &mut lines);
        }
        lines
    }

    fn gap(&self, gap: Gap) -> Lines {
        let mut lines = Lines::default();
        self.entry(&gap.into(), &mut lines);
        lines
    }

    fn entry(&self, entry: &Entry, lines: &mut Lines) {
        if !self.query.matches(entry) {
            return;
        }
        let (out, aside) = (&mut lines.out, &mut lines.aside);
        let written = match (self.format, entry) {
            (OutputFormat::Jsonl, Entry::Arrival(arrival)) => jsonl::write(out, arrival),
            (OutputFormat::Jsonl, Entry::Unreadable(_)) => Ok(()),
            (OutputFormat::Jsonl, Entry::Gap(gap)) => text::write_gap(aside, gap, &self.zone),
            (_, Entry::Arrival(arrival)) => text::write(out, arrival, &self.zone),
            (_, Entry::Unreadable(unreadable)) => text::write_unreadable(out, unreadable, &self.zone),
            (_, Entry::Gap(gap)) => text::write_gap(out, gap, &self.zone),
        };
        // Memory takes everything.
        debug_assert!(written.is_ok());
    }
}

/// Waits until the user stops it, and then for the source to give what it has left.
async fn stopped(stopper: Option<Stopper>) {
    interrupt::listen().await;
    if let Some(stopper) = stopper {
        stopper.stop();
        tokio::time::sleep(PATIENCE).await;
    }
}

/// Whether anybody still reads: a quiet log writes nothing for hours, and would not learn it from a write.
#[cfg(unix)]
fn still_read() -> io::Result<()> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let out = io::stdout();
    let mut watched = [PollFd::new(&out, PollFlags::empty())];
    poll(&mut watched, Some(&Timespec::default()))?;
    if watched[0].revents().contains(PollFlags::ERR) { Err(io::ErrorKind::BrokenPipe.into()) } else { Ok(()) }
}

/// Elsewhere the next write tells.
#[cfg(not(unix))]
fn still_read() -> io::Result<()> {
    Ok(())
}

/// A closed pipe is how `head` says that it has had enough: no error.
fn end_of(written: io::Result<()>) -> Result<End, Failure> {
    match written {
        Ok(()) => Ok(End::Done),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(End::Unread),
        Err(error) => Err(Failure::unwritten(&error)),
    }
}
