//! What was sent, kept on disk so that nothing is sent twice unasked and nothing is forgotten, whatever happens.
//!
//! A file of JSON lines that only grows, for its owner alone (0600), shared by every run on the machine. An intent is
//! on disk before its payload leaves, and what became of it as soon as that is known; an intent without a word on what
//! became of it is a send that is *unknown*: under way in another run, or cut off by a crash. Writers take turns by a
//! lock on the file, and look at what the others wrote before they add an intent. A last line that a crash tore off is
//! passed over: if it was an intent, its payload never left.
//!
//! Payloads are never written.

mod history;
mod line;

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

pub use history::{Attempt, AttemptId, Fate, History};
use line::Line;

use super::{Key, Verdict};

/// A journal that cannot be kept; without one nothing is sent.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// The file cannot be opened, read or written.
    #[error("the journal of replays {}: {source}", .path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
}

/// What is about to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// The record whose payload it is.
    pub key: Key,
    /// Function ARN with qualifier that it goes to.
    pub target: String,
    /// Size of the payload.
    pub bytes: usize,
    /// Whether the payload is another than the record's own.
    pub edited: bool,
    /// Fingerprint of the record's failure.
    pub fingerprint: Option<String>,
    /// Sends of this record that whoever asks knows of. Others that came meanwhile keep it from being sent.
    pub known: usize,
}

/// What an intent came to at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Begun {
    /// It is on disk: the payload may leave.
    May(AttemptId),
    /// Another run has sent the same record meanwhile, or is sending it.
    Taken,
}

/// Name of the journal in the folder of what the program writes for itself.
pub const FILE: &str = "replays.jsonl";

/// The open journal.
#[derive(Debug)]
pub struct Journal {
    path: PathBuf,
    file: File,
    /// Bytes that have been read.
    read: u64,
    /// Whether the file ends within a line.
    torn: bool,
    history: History,
}

impl Journal {
    /// Opens the journal, made now if there is none, and reads it.
    ///
    /// # Errors
    /// When it cannot be made, opened or read.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let fault = |source| JournalError::File { path: path.to_owned(), source };
        let file = open(path).map_err(fault)?;
        let mut journal = Self { path: path.to_owned(), file, read: 0, torn: false, history: History::default() };
        journal.refresh()?;
        Ok(journal)
    }

    /// What is known of all sends so far, as of the last look at the file.
    #[must_use]
    pub fn history(&self) -> &History {
        &self.history
    }

    /// Reads what was written since the last look, by this run and by others.
    ///
    /// # Errors
    /// When the file cannot be read.
    pub fn refresh(&mut self) -> Result<(), JournalError> {
        self.read_on().map_err(|source| self.fault(source))
    }

    /// Puts an intent on disk, unless another run was faster.
    ///
    /// # Errors
    /// When the file cannot be locked, read or written: the payload may not leave then.
    pub fn begin(&mut self, intent: &Intent) -> Result<Begun, JournalError> {
        self.begin_locked(intent).map_err(|source| self.fault(source))
    }

    /// Puts on disk what became of a send.
    ///
    /// # Errors
    /// When the file cannot be locked, read or written.
    pub fn note(&mut self, id: &AttemptId, fate: &Fate) -> Result<(), JournalError> {
        let line = Line::fate(id, fate, now());
        self.locked(|journal| journal.append(&line)).map_err(|source| self.fault(source))
    }

    /// Puts on disk how the record that answers a send says it ended.
    ///
    /// # Errors
    /// When the file cannot be locked, read or written.
    pub fn answered(&mut self, id: &AttemptId, verdict: &Verdict) -> Result<(), JournalError> {
        self.note(id, &Fate::Answered(verdict.clone()))
    }

    fn begin_locked(&mut self, intent: &Intent) -> io::Result<Begun> {
        self.locked(|journal| {
            if journal.history.sends_of(&intent.key).count() != intent.known {
                return Ok(Begun::Taken);
            }
            let id = AttemptId::new();
            journal.append(&Line::intent(&id, intent, now()))?;
            Ok(Begun::May(id))
        })
    }

    /// Does something while no other run writes, knowing all that the others wrote.
    fn locked<T>(&mut self, work: impl FnOnce(&mut Self) -> io::Result<T>) -> io::Result<T> {
        self.file.lock()?;
        let done = self.read_on().and_then(|()| work(self));
        let unlocked = self.file.unlock();
        let done = done?;
        unlocked.map(|()| done)
    }

    fn append(&mut self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_string(line)?;
        text.push('\n');
        if self.torn {
            // Who held the lock before died over its line: that one is closed, so that this one can be read.
            text.insert(0, '\n');
        }
        self.file.write_all(text.as_bytes())?;
        self.file.sync_data()?;
        self.read_on()
    }

    fn read_on(&mut self) -> io::Result<()> {
        let mut text = Vec::new();
        self.file.seek(SeekFrom::Start(self.read))?;
        self.file.read_to_end(&mut text)?;
        let whole = memchr::memrchr(b'\n', &text).map_or(0, |end| end + 1);
        for line in text[..whole].split(|byte| *byte == b'\n') {
            if let Ok(line) = serde_json::from_slice::<Line>(line) {
                self.history.take(line);
            }
        }
        self.read += whole as u64;
        self.torn = whole < text.len();
        Ok(())
    }

    fn fault(&self, source: io::Error) -> JournalError {
        JournalError::File { path: self.path.clone(), source }
    }
}

fn open(path: &Path) -> io::Result<File> {
    if let Some(folder) = path.parent() {
        private_folder(folder)?;
    }
    let mut options = OpenOptions::new();
    options.read(true).append(true).create(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

#[cfg(unix)]
fn private_folder(folder: &Path) -> io::Result<()> {
    use std::os::unix::fs::DirBuilderExt;
    fs::DirBuilder::new().recursive(true).mode(0o700).create(folder)
}

#[cfg(not(unix))]
fn private_folder(folder: &Path) -> io::Result<()> {
    fs::create_dir_all(folder)
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

#[cfg(test)]
mod tests;
