//! What `is:` asks for.

use super::super::entry::{Entry, Subject};
use crate::record::Arrival;

/// Something that an entry is or is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Quality {
    Unreadable,
    Gap,
    Replayed,
    Late,
    Recovered,
    Redelivered,
    Replayable,
    Masked,
    Damaged,
    Marked,
}

impl Quality {
    pub(super) const ALL: [Self; 10] = [
        Self::Unreadable,
        Self::Gap,
        Self::Replayed,
        Self::Late,
        Self::Recovered,
        Self::Redelivered,
        Self::Replayable,
        Self::Masked,
        Self::Damaged,
        Self::Marked,
    ];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Gap => "gap",
            Self::Replayed => "replayed",
            Self::Late => "late",
            Self::Recovered => "recovered",
            Self::Redelivered => "redelivered",
            Self::Replayable => "replayable",
            Self::Masked => "masked",
            Self::Damaged => "damaged",
            Self::Marked => "marked",
        }
    }

    /// The quality of that name; `redacted` is what JSON lines call `masked`.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        if name.eq_ignore_ascii_case("redacted") {
            return Some(Self::Masked);
        }
        Self::ALL.into_iter().find(|quality| quality.as_str().eq_ignore_ascii_case(name))
    }

    pub(super) fn is_of(self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Unreadable => matches!(subject.entry, Entry::Unreadable(_)),
            Self::Gap => matches!(subject.entry, Entry::Gap(_)),
            Self::Replayed => subject.state.replayed,
            Self::Late => subject.state.late,
            Self::Marked => subject.state.marked,
            Self::Recovered | Self::Redelivered | Self::Replayable | Self::Masked | Self::Damaged => {
                subject.entry.arrival().is_some_and(|arrival| self.is_of_arrival(arrival))
            }
        }
    }

    fn is_of_arrival(self, arrival: &Arrival) -> bool {
        match self {
            Self::Recovered => arrival.recovered,
            Self::Redelivered => arrival.redelivery > 0,
            Self::Replayable => arrival.replayable(),
            Self::Masked => arrival.redacted,
            Self::Damaged => arrival.damaged,
            Self::Unreadable | Self::Gap | Self::Replayed | Self::Late | Self::Marked => false,
        }
    }
}
