//! One file while it is read.

use std::fs::{File, Metadata};
use std::io::{self, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ahead::Ahead;
use super::archive::{self, Meter, Unpacked};
use super::formats::{Format, Place, Sink, Source};
use super::lines::Lines;
use super::together::{Reached, Together};
use super::{BLOCK, LINE_CAP, SourceError, Stop, Stopper, paths};

/// With fewer parts to come, one thread is as fast as several.
const MANY: u64 = 8;

/// Where several threads could not read for long, one reads so many blocks before they try again, …
const ALONE: u32 = 4;
/// … and twice as many each time, up to this.
const ALONE_AT_MOST: u32 = 1024;

/// What a step came to.
pub(super) enum Step {
    /// There may be more at once.
    More,
    /// There is no more for now.
    Idle,
    /// All was read.
    End,
    /// What was left could not be read.
    Damaged(SourceError),
}

/// A file that is open, and what it is read as.
pub(super) struct Input {
    path: PathBuf,
    place: Place,
    source: Source,
    format: Format,
    /// The same file again when it may grow, to see where it stands.
    growing: Option<File>,
    /// The same file again when several threads may read it.
    whole: Option<File>,
    /// Blocks that are read before they try, and how many that are after they have failed.
    alone: (u32, u32),
    /// Whether there was nothing to read the last time.
    was_idle: bool,
}

impl Input {
    /// Opens a file, or standard input as `-`; what may grow is read until it is rotated when it is to be followed.
    pub(super) fn open(path: &Path, meter: &Meter, follow: bool) -> io::Result<Self> {
        let (raw, again) = Raw::open(path)?;
        let is_stdin = matches!(raw, Raw::Stdin(_));
        // The system reads regular files ahead itself; what it gives is best searched while it is in a core's cache.
        let is_ready = matches!(raw, Raw::Regular(_));
        let (input, again, is_whole): (Box<dyn io::Read>, _, _) = match archive::unpack(raw, meter)? {
            Unpacked::Plain(raw) if is_ready => (raw, again, !follow),
            Unpacked::Recoded(raw) if is_ready => (raw, again, false),
            Unpacked::Plain(raw) | Unpacked::Recoded(raw) => (Box::new(Ahead::new(raw, is_stdin)?), None, false),
            Unpacked::Packed(unpacked) => (Box::new(Ahead::new(unpacked, false)?), None, false),
        };
        let (whole, growing) = if is_whole { (again, None) } else { (None, again.filter(|_| follow)) };
        let place = Place { file: Arc::from(path.to_string_lossy()), stream: paths::exported_stream(path) };
        let source = Lines::new(input, LINE_CAP);
        let (path, format) = (path.to_owned(), Format::default());
        Ok(Self { path, place, source, format, growing, whole, alone: (0, ALONE), was_idle: false })
    }

    /// What several threads may read now in parts of that size, if they may.
    pub(super) fn together(&mut self, size: usize, meter: &Meter, stopper: &Stopper) -> Option<Together> {
        let rest = self.source.rest();
        if !self.format.is_as_it_stands() || self.source.is_skipping() || rest.len() > size / 2 {
            return None;
        }
        let file = self.whole.as_mut()?;
        if self.alone.0 > 0 {
            self.alone.0 -= 1;
            return None;
        }
        let position = file.stream_position().ok()?;
        if file.metadata().ok()?.len().saturating_sub(position) < MANY * size as u64 {
            return None;
        }
        let from = Reached { bytes: position - rest.len() as u64, lines: self.source.taken() };
        let (file, rest, place) = (file.try_clone().ok()?, rest.to_vec(), self.place.clone());
        Some(Together { file, from, rest, size, place, meter: meter.clone(), stopper: stopper.clone() })
    }

    /// Goes on where several threads have stopped that began at `from`.
    pub(super) fn go_on(&mut self, from: Reached, reached: Reached, meter: &Meter) -> Result<(), SourceError> {
        let is_far = reached.bytes - from.bytes >= MANY * BLOCK as u64;
        let pause = if is_far { ALONE } else { (self.alone.1 * 2).min(ALONE_AT_MOST) };
        self.alone = (pause, pause);
        self.source.go_on(reached.lines);
        let Some(file) = &mut self.whole else { return Ok(()) };
        let read = file.stream_position().and_then(|read| Ok((read, file.seek(SeekFrom::Start(reached.bytes))?)));
        let (read, position) = read.map_err(|source| self.damaged(source))?;
        meter.take_back(read.saturating_sub(position));
        Ok(())
    }

    /// Reads a block, if there is one.
    pub(super) fn step(&mut self, sink: &mut dyn Sink) -> Result<Step, Stop> {
        match self.source.fill() {
            Ok(true) => {
                self.was_idle = false;
                self.read(sink, false)?;
                Ok(Step::More)
            }
            Ok(false) if self.growing.is_some() => self.idle(sink),
            Ok(false) => {
                self.read(sink, true)?;
                Ok(Step::End)
            }
            Err(error) if error.kind() == io::ErrorKind::WouldBlock => self.idle(sink),
            Err(source) => {
                // What a damaged file holds of its last line may be worth seeing too.
                self.read(sink, true)?;
                Ok(Step::Damaged(self.damaged(source)))
            }
        }
    }

    fn damaged(&self, source: io::Error) -> SourceError {
        SourceError::Damaged { path: self.path.clone(), lines: self.source.taken(), source }
    }

    /// Gives what is left: the file ends here.
    pub(super) fn finish(&mut self, sink: &mut dyn Sink) -> Result<(), Stop> {
        self.read(sink, true)
    }

    /// The file that has taken the place of this one, or this one from its beginning when it has become shorter.
    pub(super) fn successor(&mut self, meter: &Meter) -> Option<Self> {
        let file = self.growing.as_mut()?;
        let (position, here) = (file.stream_position().ok()?, file.metadata().ok()?);
        // While it is being rotated, there may be no file of that name.
        let there = std::fs::metadata(&self.path).ok()?;
        if is_same(&here, &there) && there.len() >= position {
            return None;
        }
        Self::open(&self.path, meter, true).ok()
    }

    /// The second time, what waits for something to follow it is given.
    fn idle(&mut self, sink: &mut dyn Sink) -> Result<Step, Stop> {
        if std::mem::replace(&mut self.was_idle, true) {
            self.format.idle(&mut self.source, &self.place, sink)?;
        }
        Ok(Step::Idle)
    }

    fn read(&mut self, sink: &mut dyn Sink, at_end: bool) -> Result<(), Stop> {
        self.format.read(&mut self.source, &self.place, sink, at_end)
    }
}

/// What a file is read from.
enum Raw {
    Stdin(io::Stdin),
    Regular(File),
    /// A pipe or a device, whose bytes may be long in coming.
    Other(File),
}

impl Raw {
    /// Opens it; gives a regular file again, to see and set where it stands.
    fn open(path: &Path) -> io::Result<(Self, Option<File>)> {
        if paths::is_stdin(path) {
            return Ok((Self::Stdin(io::stdin()), None));
        }
        let file = File::open(path)?;
        if !file.metadata()?.is_file() {
            return Ok((Self::Other(file), None));
        }
        let again = file.try_clone()?;
        Ok((Self::Regular(file), Some(again)))
    }
}

impl io::Read for Raw {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Self::Stdin(raw) => raw.read(into),
            Self::Regular(raw) | Self::Other(raw) => raw.read(into),
        }
    }
}

#[cfg(unix)]
fn is_same(one: &Metadata, other: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (one.dev(), one.ino()) == (other.dev(), other.ino())
}

/// Elsewhere a rotated file shows by being shorter.
#[cfg(not(unix))]
fn is_same(_: &Metadata, _: &Metadata) -> bool {
    true
}
