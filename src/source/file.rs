//! Reading files and standard input, whatever form the log events have in them.
//!
//! A file is read in blocks, and what its content says it is tells how log events are taken out of it (`sniff`, `formats`):
//! lines, lines with a time, JSON documents, tables. Memory holds a block and one event, not a document. A long file of
//! lines is read by several threads (`together`).

mod ahead;
mod archive;
mod formats;
mod input;
mod intake;
mod lines;
mod paths;
mod sniff;
mod together;
mod utf16;
mod word;

use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use self::archive::Meter;
use self::formats::{Draft, Format, Place, Row, Run, Sink, Spot};
use self::input::{Input, Step};
use self::intake::Intake;
use self::lines::Lines;
use super::{SourceError, SourceUpdate, Status, Stopper};
use crate::log::{LogEvent, Names, Text};

/// Bytes that are read at once.
const BLOCK: usize = 512 * 1024;
/// A line that is longer cannot be kept. The largest record has a payload of 1 MB and an answer of 6 MB.
const LINE_CAP: usize = 8 * 1024 * 1024;
/// Updates that wait in the channel: few, because each holds up to a block of what was read.
const CHANNEL: usize = 8;

/// A file that is followed is looked at so often.
const POLL: Duration = Duration::from_millis(250);

/// When nothing has come for so long, what waits for further events is given up: late ones come within it.
const SETTLED: Duration = Duration::from_secs(10);

/// Starts reading `paths` one after the other, `-` being standard input and a folder standing for the files in it;
/// plain, gzip or zstd, told apart by content. With `follow`, what is not packed is read on as it grows or is rotated.
///
/// It runs in a thread of its own, which standard input may hold for ever without holding up the runtime's end.
/// Dropping the receiver ends it at its next batch. A file that cannot be opened is told before any is read.
#[must_use]
pub fn start(paths: Vec<PathBuf>, follow: bool) -> mpsc::Receiver<SourceUpdate> {
    start_until(paths, follow, Stopper::default())
}

/// The same, until it is stopped.
#[must_use]
pub fn start_until(paths: Vec<PathBuf>, follow: bool, stopper: Stopper) -> mpsc::Receiver<SourceUpdate> {
    let (updates, receiver) = mpsc::channel(CHANNEL);
    let spare = updates.clone();
    let started = Reader::new(updates, stopper)
        .and_then(|reader| thread::Builder::new().name("read".into()).spawn(move || read_all(reader, &paths, follow)));
    if let Err(error) = started {
        let _ = spare.try_send(SourceUpdate::Ended(Err(SourceError::Internal(error.to_string()))));
    }
    receiver
}

/// The log events that a file of this content holds, without a search for records in them.
///
/// It takes any bytes whatever; reading ends at the first error.
pub fn log_events(content: impl io::Read + 'static) -> Vec<LogEvent> {
    let mut source = Lines::new(Box::new(content) as Box<dyn io::Read>, LINE_CAP);
    let place = Place { file: Arc::from("-"), stream: None };
    let (mut events, mut format) = (Collected::default(), Format::default());
    loop {
        let is_more = source.fill().unwrap_or(false);
        let read = format.read(&mut source, &place, &mut events, !is_more);
        if !is_more || read.is_err() {
            return events.events;
        }
    }
}

#[derive(Default)]
struct Collected {
    events: Vec<LogEvent>,
    names: Names,
}

impl Sink for Collected {
    fn draft(&mut self, draft: Draft<'_>) -> Result<(), Stop> {
        self.events.push(draft.into_event(&mut self.names));
        Ok(())
    }

    fn pass(&mut self, mut run: Run<'_>) -> Result<(), Stop> {
        std::iter::from_fn(|| run.next_line()).try_for_each(|line| self.draft(line))
    }

    fn rows(&mut self, rows: Vec<Row>) -> Result<(), Stop> {
        rows.iter().try_for_each(|row| row.give(self))
    }

    fn too_long(&mut self, spot: Spot<'_>, head: &[u8]) -> Result<(), Stop> {
        let message = Text::from(String::from_utf8_lossy(head).as_ref());
        self.events.push(LogEvent { origin: spot.origin(), message });
        Ok(())
    }
}

/// Why reading stops early.
enum Stop {
    /// Nobody listens any more.
    Cancelled,
    Failed(SourceError),
}

fn read_all(mut reader: Reader, paths: &[PathBuf], follow: bool) {
    let result = match reader.run(paths, follow) {
        Ok(()) => Ok(()),
        Err(Stop::Failed(error)) => Err(error),
        Err(Stop::Cancelled) => return,
    };
    let _ = reader.intake.send(SourceUpdate::Ended(result));
}

struct Reader {
    intake: Intake,
    meter: Meter,
    total: Option<u64>,
    /// What went wrong first.
    failure: Option<SourceError>,
    stopper: Stopper,
    /// Since when nothing has come, unless what waited for more was given up since.
    idle_since: Option<Instant>,
    /// How long that may be before what waits is given up.
    patience: Duration,
    /// Bytes that one of several threads reads at once.
    part: usize,
}

impl Reader {
    fn new(updates: mpsc::Sender<SourceUpdate>, stopper: Stopper) -> io::Result<Self> {
        Ok(Self {
            intake: Intake::new(updates)?,
            meter: Meter::default(),
            total: None,
            failure: None,
            stopper,
            idle_since: None,
            patience: SETTLED,
            part: BLOCK,
        })
    }

    fn run(&mut self, paths: &[PathBuf], follow: bool) -> Result<(), Stop> {
        let files = paths::expand(paths).map_err(Stop::Failed)?;
        self.total = files.bytes.filter(|_| !follow);
        self.report()?;
        if follow { self.follow(&files.paths) } else { self.read(&files.paths) }?;
        self.intake.finish()?;
        self.report()?;
        self.failure.take().map_or(Ok(()), |error| Err(Stop::Failed(error)))
    }

    /// Reads the files one after the other. One that is damaged does not keep those after it from being read.
    fn read(&mut self, paths: &[PathBuf]) -> Result<(), Stop> {
        for path in paths {
            match Input::open(path, &self.meter, false) {
                Ok(mut input) => self.read_to_end(&mut input)?,
                Err(source) => self.fail(SourceError::Open { path: path.clone(), source }),
            }
        }
        Ok(())
    }

    fn read_to_end(&mut self, input: &mut Input) -> Result<(), Stop> {
        while !self.stopper.is_stopped() {
            self.read_together(input)?;
            match self.step(input)? {
                Progress::Over => return Ok(()),
                progress => self.note_idle(progress == Progress::None)?,
            }
        }
        input.finish(&mut self.intake)
    }

    /// Reads a file on all cores as far as that is possible.
    fn read_together(&mut self, input: &mut Input) -> Result<(), Stop> {
        let Some(together) = input.together(self.part, &self.meter, &self.stopper) else {
            return Ok(());
        };
        let (from, meter, total) = (together.from, &self.meter, self.total);
        let reached = self.intake.read_together(together, &|| status(meter, total))?;
        input.go_on(from, reached, &self.meter).map_err(Stop::Failed)
    }

    /// Gives up what waits for further events when none have come for long.
    fn note_idle(&mut self, is_idle: bool) -> Result<(), Stop> {
        if !is_idle {
            self.idle_since = Some(Instant::now());
        } else if self.idle_since.is_some_and(|since| since.elapsed() >= self.patience) {
            self.idle_since = None;
            self.intake.finish()?;
        }
        Ok(())
    }

    /// Reads all files as they grow, until none of them may grow any more.
    fn follow(&mut self, paths: &[PathBuf]) -> Result<(), Stop> {
        let mut inputs = Vec::with_capacity(paths.len());
        for path in paths {
            match Input::open(path, &self.meter, true) {
                Ok(input) => inputs.push(input),
                Err(source) => self.fail(SourceError::Open { path: path.clone(), source }),
            }
        }
        let mut was_idle = false;
        while !inputs.is_empty() && !self.stopper.is_stopped() {
            let is_idle = !self.round(&mut inputs)?;
            if is_idle && !was_idle {
                self.intake.send(SourceUpdate::Status(Status::Following { lag: None, next_poll: POLL }))?;
            }
            if is_idle && !inputs.is_empty() {
                self.intake.check()?;
                thread::sleep(POLL);
            }
            was_idle = is_idle;
            self.note_idle(is_idle)?;
        }
        inputs.iter_mut().try_for_each(|input| input.finish(&mut self.intake))
    }

    /// Reads of every file what there is now; gives whether there was any.
    fn round(&mut self, inputs: &mut Vec<Input>) -> Result<bool, Stop> {
        let mut any = false;
        let mut index = 0;
        while let Some(input) = inputs.get_mut(index) {
            match self.step(input)? {
                Progress::Read => any = true,
                Progress::Over => {
                    inputs.remove(index);
                }
                Progress::None => {
                    any |= self.rotate(input)?;
                    index += 1;
                }
            }
        }
        Ok(any)
    }

    /// Goes on with the file that has taken the place of `input`, if one has.
    fn rotate(&mut self, input: &mut Input) -> Result<bool, Stop> {
        let Some(next) = input.successor(&self.meter) else {
            return Ok(false);
        };
        // It may have grown between the last look at it and its being rotated.
        while let Step::More = input.step(&mut self.intake)? {}
        input.finish(&mut self.intake)?;
        *input = next;
        Ok(true)
    }

    fn step(&mut self, input: &mut Input) -> Result<Progress, Stop> {
        let progress = match input.step(&mut self.intake)? {
            Step::More => Progress::Read,
            Step::Idle => Progress::None,
            Step::End => Progress::Over,
            Step::Damaged(error) => {
                self.fail(error);
                Progress::Over
            }
        };
        self.intake.flush()?;
        if progress == Progress::Read {
            self.report()?;
        }
        Ok(progress)
    }

    fn fail(&mut self, error: SourceError) {
        self.failure.get_or_insert(error);
    }

    fn report(&mut self) -> Result<(), Stop> {
        self.intake.send(status(&self.meter, self.total))
    }
}

fn status(meter: &Meter, total: Option<u64>) -> SourceUpdate {
    SourceUpdate::Status(Status::Reading { bytes: meter.bytes(), of: total })
}

/// What a step of one file came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Progress {
    Read,
    None,
    Over,
}

#[cfg(test)]
mod tests;
