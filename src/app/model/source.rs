//! Where the arrivals come from, and how that goes.

use std::time::Duration;

use crate::log::Ledger;
use crate::source::{Reach, Status};

/// How the source is doing.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Health {
    /// Nothing was heard from it yet.
    #[default]
    Connecting,
    /// It reads what was logged before now; done is between 0 and 1.
    History {
        /// Part of the time span that has been read.
        done: f32,
    },
    /// It reads a file or a stream.
    Reading {
        /// Bytes read so far.
        bytes: u64,
        /// Bytes there are, when known.
        of: Option<u64>,
    },
    /// It is up to date and asks again and again.
    Following {
        /// How far behind the log it is, the median of the last reads that brought anything.
        lag: Option<Duration>,
        /// Time between two polls.
        interval: Duration,
        /// When the next one is, in milliseconds since the Unix epoch.
        at: i64,
    },
    /// It failed and will try again.
    Retrying {
        /// When, in milliseconds since the Unix epoch.
        at: i64,
        /// What went wrong.
        reason: String,
        /// Whether the service asked for a slower pace.
        throttled: bool,
    },
    /// It has given all it had.
    Ended,
    /// It cannot go on.
    Failed(String),
}

/// Where the records come from, as far as it is known.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Place {
    /// Log groups or files, as the reader named them.
    pub names: Vec<String>,
    /// AWS Region, when there is one.
    pub region: Option<String>,
    /// Profile and account, as far as they are known.
    pub identity: Option<String>,
    /// Endpoint that stands in for AWS, when one was given.
    pub endpoint: Option<String>,
    /// The sender whose receivers are read, when it was named.
    pub function: Option<String>,
    /// The functions that get its outcomes, when it was named.
    pub receivers: Vec<String>,
    /// From when on what was logged is read, in milliseconds since the Unix epoch; none from the beginning, or of a file.
    pub since: Option<i64>,
    /// From when on everything is read, in milliseconds since the Unix epoch, so that CloudWatch's counts can be set
    /// against it; none when only a part is read, or they are not wanted.
    pub counted_since: Option<i64>,
}

/// The source's name, state and counts.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SourceState {
    /// Where the records come from.
    pub place: Place,
    /// How it is doing.
    pub health: Health,
    /// Exit code and words of what ended it, when it failed.
    pub failure: Option<(u8, String)>,
    /// The account of what it read.
    pub ledger: Ledger,
    /// How far back it has read, while it does.
    pub reach: Option<Reach>,
}

impl SourceState {
    /// A source that nothing was heard of yet.
    #[must_use]
    pub fn at(place: Place) -> Self {
        Self { place, ..Self::default() }
    }

    /// Whether more may come.
    #[must_use]
    pub fn is_alive(&self) -> bool {
        !matches!(self.health, Health::Ended | Health::Failed(_))
    }

    /// Takes a new state; `now` is in milliseconds since the Unix epoch.
    pub fn heard(&mut self, status: Status, now: i64) {
        self.health = match status {
            Status::Reaching(reach) => {
                self.reach = (reach.done < 1.0).then_some(reach);
                // What is followed meanwhile tells of itself.
                if matches!(self.health, Health::Following { .. }) {
                    return;
                }
                Health::History { done: reach.done }
            }
            Status::Connecting => Health::Connecting,
            Status::History { done } => Health::History { done },
            Status::Following { lag, next_poll } => {
                Health::Following { lag, interval: next_poll, at: after(now, next_poll) }
            }
            Status::Retrying { wait, reason, throttled } => {
                Health::Retrying { at: after(now, wait), reason, throttled }
            }
            Status::Reading { bytes, of } => Health::Reading { bytes, of },
        };
    }
}

fn after(now: i64, wait: Duration) -> i64 {
    now.saturating_add(i64::try_from(wait.as_millis()).unwrap_or(i64::MAX))
}
