//! Reading files and standard input, a log event a line.

mod archive;
mod lines;

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;

use tokio::sync::mpsc;

use self::archive::Meter;
use self::lines::{Line, Lines};
use super::{Batch, CHANNEL, SourceError, SourceUpdate, Status};
use crate::log::{LogEvent, Origin, Text};
use crate::record::{Finder, Found, Reason, Unreadable};

/// Bytes that are read at once.
const BLOCK: usize = 1024 * 1024;
/// A batch is sent when it holds so many events, …
const BATCH_EVENTS: u64 = 512;
/// … or bytes, and at the end of a block, because the next may be long in coming.
const BATCH_BYTES: u64 = 1024 * 1024;
/// A line that is longer cannot be kept: some forty times what Lambda sends to a destination.
const LINE_CAP: usize = 64 * 1024 * 1024;

/// Starts reading `paths` one after the other, `-` being standard input; plain, gzip or zstd, told apart by content.
///
/// It runs in a thread of its own, which standard input may hold for ever without holding up the runtime's end.
/// Dropping the receiver ends it at its next batch. A file that cannot be opened is told before any is read.
#[must_use]
pub fn start(paths: Vec<PathBuf>) -> mpsc::Receiver<SourceUpdate> {
    let (updates, receiver) = mpsc::channel(CHANNEL);
    let spare = updates.clone();
    let thread = thread::Builder::new().name("read".into());
    if let Err(error) = thread.spawn(move || read_all(updates, &paths)) {
        let _ = spare.try_send(SourceUpdate::Ended(Err(SourceError::Internal(error.to_string()))));
    }
    receiver
}

/// Why reading stops early.
enum Stop {
    /// Nobody listens any more.
    Cancelled,
    Failed(SourceError),
}

fn read_all(updates: mpsc::Sender<SourceUpdate>, paths: &[PathBuf]) {
    let mut reader = Reader::new(updates);
    let result = match reader.run(paths) {
        Ok(()) => Ok(()),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Cancelled) => return,
    };
    let _ = reader.send(SourceUpdate::Ended(result));
}

struct Reader {
    updates: mpsc::Sender<SourceUpdate>,
    finder: Finder,
    batch: Batch,
    meter: Meter,
    total: Option<u64>,
}

impl Reader {
    fn new(updates: mpsc::Sender<SourceUpdate>) -> Self {
        Self { updates, finder: Finder::new(), batch: Batch::default(), meter: Meter::default(), total: None }
    }

    fn run(&mut self, paths: &[PathBuf]) -> Result<(), Stop> {
        self.total = sizes(paths).map_err(Stop::Failed)?;
        self.report()?;
        let result = paths.iter().try_for_each(|path| self.read(path));
        if matches!(result, Err(Stop::Cancelled)) {
            return result;
        }
        self.finder.finish(&mut self.batch.found);
        self.flush()?;
        self.report()?;
        result
    }

    fn read(&mut self, path: &Path) -> Result<(), Stop> {
        let input = open(path)
            .and_then(|raw| archive::unpack(raw, &self.meter))
            .map_err(|source| Stop::Failed(SourceError::Open { path: path.to_owned(), source }))?;
        let mut place = Place { file: Arc::from(path.to_string_lossy()), line: 0 };
        let mut lines = Lines::new(input, LINE_CAP);
        let ending = self.read_lines(&mut lines, &mut place)?;
        // What a damaged file holds of its last line may be worth seeing too.
        if let Some(line) = lines.last_line() {
            self.take(line, &mut place)?;
        }
        self.flush()?;
        ending.map_err(|source| Stop::Failed(SourceError::Damaged { path: path.to_owned(), lines: place.line, source }))
    }

    /// Reads to the end of the input, or to where it cannot be read any further.
    fn read_lines(&mut self, lines: &mut Lines<impl io::Read>, place: &mut Place) -> Result<io::Result<()>, Stop> {
        loop {
            match lines.fill() {
                Ok(true) => {}
                Ok(false) => return Ok(Ok(())),
                Err(error) => return Ok(Err(error)),
            }
            while let Some(line) = lines.next_line() {
                self.take(line, place)?;
            }
            self.flush()?;
            self.report()?;
        }
    }

    fn take(&mut self, line: Line<'_>, place: &mut Place) -> Result<(), Stop> {
        place.line += 1;
        self.batch.events += 1;
        let (text, is_whole) = match line {
            Line::Whole(line) => (line, true),
            Line::TooLong(head) => (head, false),
        };
        self.batch.bytes += text.len() as u64;
        let event = LogEvent { origin: place.origin(), message: Text::from(String::from_utf8_lossy(text).as_ref()) };
        if is_whole {
            self.finder.push(&event, &mut self.batch.found);
        } else {
            self.batch.found.push(Found::Unreadable(Unreadable {
                origin: event.origin,
                message: event.message,
                reason: Reason::TooLong,
            }));
        }
        if self.batch.events >= BATCH_EVENTS || self.batch.bytes >= BATCH_BYTES {
            self.flush()?;
        }
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Stop> {
        if self.batch.events == 0 && self.batch.found.is_empty() {
            return Ok(());
        }
        let batch = std::mem::take(&mut self.batch);
        self.send(SourceUpdate::Found(batch))
    }

    fn report(&self) -> Result<(), Stop> {
        let status = Status::Reading { bytes: self.meter.bytes(), of: self.total };
        self.send(SourceUpdate::Status(status))
    }

    fn send(&self, update: SourceUpdate) -> Result<(), Stop> {
        self.updates.blocking_send(update).map_err(|_| Stop::Cancelled)
    }
}

/// Where in which file a line stands.
struct Place {
    file: Arc<str>,
    line: u64,
}

impl Place {
    fn origin(&self) -> Origin {
        Origin { file: Some(Arc::clone(&self.file)), line: Some(self.line), ..Origin::default() }
    }
}

/// Bytes of all files together, if all are regular ones.
fn sizes(paths: &[PathBuf]) -> Result<Option<u64>, SourceError> {
    let mut total = Some(0);
    for path in paths {
        let size = size(path).map_err(|source| SourceError::Open { path: path.clone(), source })?;
        total = total.zip(size).map(|(total, size)| total + size);
    }
    Ok(total)
}

fn size(path: &Path) -> io::Result<Option<u64>> {
    if is_stdin(path) {
        return Ok(None);
    }
    let metadata = std::fs::metadata(path)?;
    if metadata.is_dir() {
        return Err(io::ErrorKind::IsADirectory.into());
    }
    // Opening a pipe here would take what it holds from the one who reads it.
    if !metadata.is_file() {
        return Ok(None);
    }
    File::open(path)?;
    Ok(Some(metadata.len()))
}

fn open(path: &Path) -> io::Result<Box<dyn io::Read>> {
    if is_stdin(path) {
        return Ok(Box::new(io::stdin()));
    }
    Ok(Box::new(File::open(path)?))
}

fn is_stdin(path: &Path) -> bool {
    path.as_os_str() == "-"
}

#[cfg(test)]
mod tests;
