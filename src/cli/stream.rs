//! Output without a board: a line per arrival, a summary at the end, and a quiet end when nobody reads.

use std::io::{self, BufWriter, Write};

use tokio::sync::mpsc;

use crate::board::{Entry, Query};
use crate::log::{Follow, Ledger, visible};
use crate::output::{self, Summary, jsonl, text};
use crate::source::{Batch, SourceUpdate, Status};

use super::args::OutputFormat;
use super::board::broken_off;
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

/// Writes what `updates` brings to standard output until they end, the user stops it, or nobody reads any more; and
/// then the ledger as a last line, if it is wanted.
///
/// # Errors
/// When the source cannot go on, or standard output cannot be written.
pub(super) async fn run(
    updates: mpsc::Receiver<SourceUpdate>,
    query: Query,
    format: OutputFormat,
    with_ledger: bool,
) -> Result<(), Failure> {
    let mut stream = Stream::new(query, format, BufWriter::new(io::stdout()));
    stream.with_ledger = with_ledger;
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
    ledger: Ledger,
    with_ledger: bool,
    progress: Progress<io::Stderr>,
}

impl<W: Write> Stream<W> {
    fn new(query: Query, format: OutputFormat, out: W) -> Self {
        let (zone, summary) = (jiff::tz::TimeZone::system(), Summary::default());
        let (ledger, progress) = (Ledger::default(), Progress::on_stderr());
        Self { query, format, out, zone, summary, ledger, with_ledger: false, progress }
    }

    async fn drain(&mut self, mut updates: mpsc::Receiver<SourceUpdate>) -> Result<End, Failure> {
        let mut stop = std::pin::pin!(interrupt::listen());
        loop {
            let update = tokio::select! {
                update = updates.recv() => update.unwrap_or_else(broken_off),
                () = &mut stop => return self.finish(),
            };
            update.enter(&mut self.ledger);
            let written = match update {
                SourceUpdate::Found(batch) => self.write(batch),
                SourceUpdate::Status(status) => {
                    self.tell(&status);
                    still_read()
                }
                SourceUpdate::Gap(gap) => self.write_entry(&gap.into()),
                SourceUpdate::Follow(follow) => {
                    tell_follow(&follow);
                    Ok(())
                }
                SourceUpdate::Filled(_) | SourceUpdate::Traffic(_) => Ok(()),
                SourceUpdate::Ended(Ok(())) => return self.finish(),
                SourceUpdate::Ended(Err(error)) => return self.fail(Failure::from(&error)),
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
    fn tell(&mut self, status: &Status) {
        match status {
            Status::Reading { bytes, of } => self.progress.show(*bytes, *of),
            Status::Following { .. } => self.progress.erase(),
            Status::Retrying { wait, reason, throttled } => {
                let what = if *throttled { "throttled" } else { "retrying" };
                // Whoever has closed stderr does not want to know.
                let _ = writeln!(io::stderr(), "{what}, again in {:.1} s: {}", wait.as_secs_f32(), visible(reason));
            }
            _ => {}
        }
    }

    fn write_entry(&mut self, entry: &Entry) -> io::Result<()> {
        if !self.query.matches(entry) {
            return Ok(());
        }
        match (self.format, entry) {
            (OutputFormat::Jsonl, Entry::Arrival(arrival)) => jsonl::write(&mut self.out, arrival),
            (OutputFormat::Jsonl, Entry::Unreadable(_)) => Ok(()),
            (OutputFormat::Jsonl, Entry::Gap(gap)) => text::write_gap(&mut io::stderr(), gap, &self.zone),
            (_, Entry::Arrival(arrival)) => text::write(&mut self.out, arrival, &self.zone),
            (_, Entry::Unreadable(unreadable)) => text::write_unreadable(&mut self.out, unreadable, &self.zone),
            (_, Entry::Gap(gap)) => text::write_gap(&mut self.out, gap, &self.zone),
        }
    }

    fn finish(&mut self) -> Result<End, Failure> {
        self.progress.erase();
        let written = if self.with_ledger { output::write_account(&mut self.out, &self.ledger) } else { Ok(()) };
        end_of(written.and_then(|()| self.out.flush()))
    }

    /// What was read is worth showing even when the rest cannot be had.
    fn fail(&mut self, failure: Failure) -> Result<End, Failure> {
        if self.finish()? == End::Done && self.summary.events > 0 {
            self.summarise();
        }
        Err(failure)
    }

    fn summarise(&self) {
        // Nobody is left to tell when stderr is closed.
        let _ = writeln!(io::stderr(), "{}{}", self.summary, output::account(&self.ledger));
    }
}

/// Scripts learn on stderr why live tail does not serve.
fn tell_follow(follow: &Follow) {
    let (what, why) = match follow {
        Follow::Polling | Follow::Live => return,
        Follow::Interrupted(why) => ("polling until live tail can be had again", why),
        Follow::Refused(why) => ("polling instead of live tail", why),
    };
    let _ = writeln!(io::stderr(), "{what}: {}", visible(why));
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
        Err(error) => Err(Failure::other(format!("cannot write to standard output: {error}"))),
    }
}
