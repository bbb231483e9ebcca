//! Output without a board: a line per arrival, a summary at the end, and a quiet end when nobody reads.

use std::io::{self, BufWriter, Write};

use tokio::sync::mpsc;

use crate::board::{Entry, Query};
use crate::output::{Summary, jsonl, text};
use crate::source::{Batch, SourceUpdate, Status};

use super::args::OutputFormat;
use super::exit::Failure;
use super::interrupt;
use super::progress::Progress;

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
    let mut stream = Stream::new(query, format, BufWriter::new(io::stdout()));
    let end = stream.drain(updates).await?;
    if end == End::Done {
        stream.summarise();
    }
    Ok(())
}

struct Stream<W> {
    query: Query,
    format: OutputFormat,
    out: W,
    zone: jiff::tz::TimeZone,
    summary: Summary,
    progress: Progress<io::Stderr>,
}

impl<W: Write> Stream<W> {
    fn new(query: Query, format: OutputFormat, out: W) -> Self {
        let (zone, summary) = (jiff::tz::TimeZone::system(), Summary::default());
        Self { query, format, out, zone, summary, progress: Progress::on_stderr() }
    }

    async fn drain(&mut self, mut updates: mpsc::Receiver<SourceUpdate>) -> Result<End, Failure> {
        let mut stop = std::pin::pin!(interrupt::stopped());
        loop {
            let update = tokio::select! {
                update = updates.recv() => update,
                () = &mut stop => return self.flush(),
            };
            let written = match update {
                Some(SourceUpdate::Found(batch)) => self.write(batch),
                Some(SourceUpdate::Status(status)) => self.tell(&status),
                Some(SourceUpdate::Gap(gap)) => self.write_entry(&gap.into()),
                Some(SourceUpdate::Ended(Ok(()))) | None => return self.flush(),
                Some(SourceUpdate::Ended(Err(error))) => return self.fail(Failure::from(&error)),
            };
            if end_of(written)? == End::Unread {
                return Ok(End::Unread);
            }
        }
    }

    /// One flush per batch: history is written in large pieces, and what is followed shows at once.
    fn write(&mut self, batch: Batch) -> io::Result<()> {
        if !batch.found.is_empty() {
            self.progress.erase();
        }
        self.summary.events += batch.events;
        for found in batch.found {
            self.summary.add(&found);
            self.write_entry(&found.into())?;
        }
        self.out.flush()
    }

    /// Scripts learn on stderr what the board shows in its header.
    fn tell(&mut self, status: &Status) -> io::Result<()> {
        match status {
            Status::Reading { bytes, of } => self.progress.show(*bytes, *of),
            Status::Following { .. } => self.progress.erase(),
            Status::Retrying { wait, reason, throttled } => {
                let what = if *throttled { "throttled" } else { "retrying" };
                writeln!(io::stderr(), "{what}, again in {:.1} s: {reason}", wait.as_secs_f32())?;
            }
            _ => {}
        }
        Ok(())
    }

    fn write_entry(&mut self, entry: &Entry) -> io::Result<()> {
        if !self.query.matches(entry) {
            return Ok(());
        }
        match (self.format, entry) {
            (OutputFormat::Jsonl, Entry::Arrival(arrival)) => jsonl::write(&mut self.out, arrival),
            (OutputFormat::Jsonl, Entry::Unreadable(_) | Entry::Gap(_)) => Ok(()),
            (_, Entry::Arrival(arrival)) => text::write(&mut self.out, arrival, &self.zone),
            (_, Entry::Unreadable(unreadable)) => text::write_unreadable(&mut self.out, unreadable, &self.zone),
            (_, Entry::Gap(gap)) => text::write_gap(&mut self.out, gap, &self.zone),
        }
    }

    fn flush(&mut self) -> Result<End, Failure> {
        self.progress.erase();
        end_of(self.out.flush())
    }

    /// What was read is worth showing even when the rest cannot be had.
    fn fail(&mut self, failure: Failure) -> Result<End, Failure> {
        if self.flush()? == End::Done {
            self.summarise();
        }
        Err(failure)
    }

    fn summarise(&self) {
        // Nobody is left to tell when stderr is closed.
        let _ = writeln!(io::stderr(), "{}", self.summary);
    }
}

/// A closed pipe is how `head` says that it has had enough: no error.
fn end_of(written: io::Result<()>) -> Result<End, Failure> {
    match written {
        Ok(()) => Ok(End::Done),
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(End::Unread),
        Err(error) => Err(Failure::other(format!("cannot write to standard output: {error}"))),
    }
}
