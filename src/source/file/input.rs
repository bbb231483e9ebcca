//! One file while it is read.

use std::fs::{File, Metadata};
use std::io::{self, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::ahead::Ahead;
use super::archive::{self, Meter, Unpacked};
use super::formats::{Format, Place, Sink, Source};
use super::lines::Lines;
use super::{LINE_CAP, SourceError, Stop, paths};

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
    /// Whether there was nothing to read the last time.
    was_idle: bool,
}

impl Input {
    /// Opens a file, or standard input as `-`; what may grow is read until it is rotated when it is to be followed.
    pub(super) fn open(path: &Path, meter: &Meter, follow: bool) -> io::Result<Self> {
        let (raw, growing) = Raw::open(path, follow)?;
        let is_stdin = matches!(raw, Raw::Stdin(_));
        // The system reads regular files ahead itself; what it gives is best searched while it is in a core's cache.
        let is_ready = matches!(raw, Raw::Regular(_));
        let (input, growing): (Box<dyn io::Read>, _) = match archive::unpack(raw, meter)? {
            Unpacked::Plain(raw) if is_ready => (raw, growing),
            Unpacked::Plain(raw) => (Box::new(Ahead::new(raw, is_stdin)?), None),
            Unpacked::Packed(unpacked) => (Box::new(Ahead::new(unpacked, false)?), None),
        };
        let place = Place { file: Arc::from(path.to_string_lossy()), stream: paths::exported_stream(path) };
        let source = Lines::new(input, LINE_CAP);
        Ok(Self { path: path.to_owned(), place, source, format: Format::default(), growing, was_idle: false })
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
                let (path, lines) = (self.path.clone(), self.source.taken());
                Ok(Step::Damaged(SourceError::Damaged { path, lines, source }))
            }
        }
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
    /// Opens it; gives a regular file again when it is to be followed, to see where it stands.
    fn open(path: &Path, follow: bool) -> io::Result<(Self, Option<File>)> {
        if paths::is_stdin(path) {
            return Ok((Self::Stdin(io::stdin()), None));
        }
        let file = File::open(path)?;
        if !file.metadata()?.is_file() {
            return Ok((Self::Other(file), None));
        }
        let again = if follow { Some(file.try_clone()?) } else { None };
        Ok((Self::Regular(file), again))
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
