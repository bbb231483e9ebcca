//! Where log events come from, each origin telling the same story through a bounded channel.
//!
//! A source runs in its own task or thread. It finds the records itself, waits when the channel is full, and
//! ends soon after the receiving end is dropped. The last update is always [`SourceUpdate::Ended`].

pub mod backoff;
mod crashes;
mod extraction;
pub mod file;
pub mod history;
pub mod insights;
pub mod limiter;
mod newest;
mod patience;
pub mod peek;
pub mod poll;
mod stopper;
mod task;
pub mod time_range;
pub mod window;

pub use stopper::Stopper;

use std::path::PathBuf;
use std::time::Duration;

use crate::aws::{AwsError, ExitKind, Recovery};
use crate::log::{Follow, Gap, Lateness, Ledger, Traffic};
use crate::record::{Found, Reason};

/// Updates that wait in a channel before a source has to wait too.
const CHANNEL: usize = 64;

/// Milliseconds behind the place that reading back has come to, in which what was found may still wait to be told: the
/// deliveries of a record are numbered by time, and are repeated within minutes.
pub const UNTOLD: i64 = 15 * 60_000;

/// What a source tells.
#[derive(Debug)]
pub enum SourceUpdate {
    /// What was found in further log events.
    Found(Batch),
    /// What the source does now.
    Status(Status),
    /// A part of the log that could not be read.
    Gap(Gap),
    /// What a gap had left out was read after all.
    Filled(Gap),
    /// What comes is learnt in another way from now on.
    Follow(Follow),
    /// What was asked of the service since this was told last.
    Traffic(Traffic),
    /// Nothing more comes: everything was read, or an error ended it.
    Ended(Result<(), SourceError>),
}

/// What was found in some log events.
#[derive(Debug, Default)]
pub struct Batch {
    /// Records and what looks like them, in order of their log events' timestamps within a page.
    pub found: Vec<Found>,
    /// Log events that were read for the first time.
    pub events: u64,
    /// Bytes of their messages.
    pub bytes: u64,
    /// Log events that had been read before.
    pub repeated: u64,
    /// Of the new ones, those older than others that had already been read, by how much.
    pub late: Lateness,
    /// Of these, those that only a sweep has found.
    pub swept: u64,
}

impl SourceUpdate {
    /// Enters what it tells into an account.
    pub fn enter(&self, ledger: &mut Ledger) {
        match self {
            Self::Found(batch) => batch.enter(ledger),
            Self::Status(Status::Following { lag: Some(lag), .. }) => ledger.lag = Some(*lag),
            Self::Gap(gap) => ledger.note_gap(gap),
            Self::Filled(gap) => ledger.fill(gap),
            Self::Follow(follow) => ledger.follow = follow.clone(),
            Self::Traffic(traffic) => ledger.traffic.add(*traffic),
            Self::Status(_) | Self::Ended(_) => {}
        }
    }
}

impl Batch {
    fn enter(&self, ledger: &mut Ledger) {
        ledger.events += self.events;
        ledger.bytes += self.bytes;
        ledger.repeated += self.repeated;
        ledger.late.add(&self.late);
        ledger.swept += self.swept;
        for found in &self.found {
            match found {
                Found::Arrival(arrival) => {
                    ledger.records += 1;
                    ledger.masked += u64::from(arrival.redacted);
                }
                Found::Unreadable(unreadable) if unreadable.reason.is_unreadable() => ledger.unreadable += 1,
                Found::Unreadable(unreadable) => ledger.crashes += u64::from(unreadable.reason != Reason::DeadLetter),
            }
        }
    }
}

/// What a source is doing.
#[derive(Debug, Clone, PartialEq)]
pub enum Status {
    /// It has asked for the first time and has no answer yet.
    Connecting,
    /// It reads what was logged before it began.
    History {
        /// Part of the time that is covered, `0.0..=1.0`.
        done: f32,
    },
    /// It reads back from now, perhaps while it follows.
    Reaching(Reach),
    /// It waits for what is logged next.
    Following {
        /// How long after being logged the newest event of a read arrived here, the median of the last reads that brought
        /// any; `None` before the first.
        lag: Option<Duration>,
        /// Wait until the log is asked again.
        next_poll: Duration,
    },
    /// Something failed, and it will try again.
    Retrying {
        /// Wait until then.
        wait: Duration,
        /// What failed, in words for the reader.
        reason: String,
        /// Whether it was only asked to slow down.
        throttled: bool,
    },
    /// It reads files.
    Reading {
        /// Bytes read so far, as they lie on disk.
        bytes: u64,
        /// Bytes of all the files; `None` when one of them is a pipe.
        of: Option<u64>,
    },
}

/// How far back from now was read.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Reach {
    /// The first millisecond since the Unix epoch of what was read; everything newer was.
    pub to: i64,
    /// Part of the time that is covered, `0.0..=1.0`; nothing is left to be read at 1.
    pub done: f32,
    /// Whether it was stopped, and may go on.
    pub is_halted: bool,
    /// Log events that were read.
    pub events: u64,
    /// Log events within a second.
    pub per_second: u64,
    /// Time that the rest takes if it goes on like that; `None` until that can be told.
    pub left: Option<Duration>,
}

/// Why a source ended before everything was read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// AWS said no, or could not be asked.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// A file could not be opened.
    #[error("cannot read {}: {source}", .path.display())]
    Open {
        /// The file.
        path: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file ended where it should not, or stopped making sense; what came before has been read.
    #[error("{} is damaged after line {lines}: {source}", .path.display())]
    Damaged {
        /// The file.
        path: PathBuf,
        /// Lines that were read before.
        lines: u64,
        /// What the decoder said.
        source: std::io::Error,
    },
    /// The task that reads has failed in itself.
    #[error("reading stopped unexpectedly: {0}")]
    Internal(String),
}

impl SourceError {
    /// Whether other log groups can still be read: nothing is wrong with the credentials or the program.
    fn is_of_its_group(&self) -> bool {
        matches!(self, Self::Aws(error) if error.exit_kind() == ExitKind::Service)
    }

    /// The exit code of the AWS CLI that it stands for: 253, 254, or 255.
    #[must_use]
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Aws(error) => error.exit_kind().code(),
            Self::Open { .. } | Self::Damaged { .. } | Self::Internal(_) => 255,
        }
    }
}

/// How a request to the service counts.
fn asked<T>(answer: &Result<T, AwsError>) -> Traffic {
    let mut traffic = Traffic { requests: 1, ..Traffic::default() };
    match answer.as_ref().map_err(AwsError::recovery) {
        Ok(_) => {}
        Err(Recovery::SlowDown) => traffic.throttled = 1,
        Err(_) => traffic.failed = 1,
    }
    traffic
}
