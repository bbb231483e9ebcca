//! What stands on the board.

use crate::log::{Gap, Text};
use crate::record::{Arrival, Found, Outcome, Unreadable};

/// The place of an entry in the order of appending; never used again for another entry.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Seq(pub(super) u64);

/// One of the two lists of the board.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Pane {
    /// Failures, and what could not be read: unreadable lines and gaps, in the place where they happened.
    Failures,
    /// Successes.
    Successes,
}

impl Pane {
    /// Both panes, failures first.
    pub const ALL: [Self; 2] = [Self::Failures, Self::Successes];

    /// The other pane.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Failures => Self::Successes,
            Self::Successes => Self::Failures,
        }
    }
}

/// Something that happened in a log and has a row on the board.
#[derive(Debug, Clone)]
pub enum Entry {
    /// An invocation record and where it was found.
    Arrival(Box<Arrival>),
    /// A line that looks like a record and could not be read.
    Unreadable(Box<Unreadable>),
    /// A span of a log that is missing.
    Gap(Box<Gap>),
}

impl Entry {
    /// When it happened, in milliseconds since the Unix epoch; 0 when nothing tells.
    ///
    /// A gap stands where it begins, or where it ends when its beginning is not known.
    #[must_use]
    pub fn time(&self) -> i64 {
        match self {
            Self::Arrival(arrival) => arrival.time(),
            Self::Unreadable(unreadable) => unreadable.time(),
            Self::Gap(gap) => gap.from.or(gap.to).or(gap.origin.timestamp).unwrap_or(0),
        }
    }

    /// The pane it stands in.
    #[must_use]
    pub fn pane(&self) -> Pane {
        match self {
            Self::Arrival(arrival) if arrival.record.outcome() == Outcome::Success => Pane::Successes,
            Self::Arrival(_) | Self::Unreadable(_) | Self::Gap(_) => Pane::Failures,
        }
    }

    /// The arrival, if it is one.
    #[must_use]
    pub fn arrival(&self) -> Option<&Arrival> {
        match self {
            Self::Arrival(arrival) => Some(arrival),
            Self::Unreadable(_) | Self::Gap(_) => None,
        }
    }

    /// Name of the log stream that it was found in.
    #[must_use]
    pub fn log_stream(&self) -> Option<&str> {
        match self {
            Self::Arrival(arrival) => arrival.origin.log_stream(),
            Self::Unreadable(unreadable) => unreadable.origin.log_stream.as_deref(),
            Self::Gap(gap) => gap.origin.log_stream.as_deref(),
        }
    }

    /// Bare name of the function that has logged it, as far as the names of its log tell.
    #[must_use]
    pub fn logged_by(&self) -> Option<&str> {
        match self {
            Self::Arrival(arrival) => arrival.origin.logged_by(),
            Self::Unreadable(unreadable) => unreadable.origin.logged_by(),
            Self::Gap(gap) => gap.origin.logged_by(),
        }
    }

    /// The log message that it keeps in memory; none for a gap.
    pub(super) fn message(&self) -> Option<&Text> {
        match self {
            Self::Arrival(arrival) => Some(&arrival.message),
            Self::Unreadable(unreadable) => Some(&unreadable.message),
            Self::Gap(_) => None,
        }
    }
}

/// What became of an entry on the board.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct State {
    /// It came later than newer ones while its log was followed.
    pub late: bool,
    /// Its payload was sent again.
    pub replayed: bool,
    /// The user marked it.
    pub marked: bool,
}

/// An entry as a query looks at it.
#[derive(Debug, Clone, Copy)]
pub(super) struct Subject<'a> {
    pub(super) entry: &'a Entry,
    pub(super) state: State,
    /// Milliseconds since the Unix epoch.
    pub(super) now: i64,
}

impl From<Arrival> for Entry {
    fn from(arrival: Arrival) -> Self {
        Self::Arrival(Box::new(arrival))
    }
}

impl From<Unreadable> for Entry {
    fn from(unreadable: Unreadable) -> Self {
        Self::Unreadable(Box::new(unreadable))
    }
}

impl From<Found> for Entry {
    fn from(found: Found) -> Self {
        match found {
            Found::Arrival(arrival) => arrival.into(),
            Found::Unreadable(unreadable) => unreadable.into(),
        }
    }
}

impl From<Gap> for Entry {
    fn from(gap: Gap) -> Self {
        Self::Gap(Box::new(gap))
    }
}
