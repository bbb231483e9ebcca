//! A record, or what looks like one, with the place it was found in.

use std::fmt;

use super::{InvocationRecord, Kind, Reason};
use crate::log::{KeptOrigin, Origin, Text};

/// A layer that a record was taken out of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Envelope {
    /// A notification of an SNS topic.
    Sns,
    /// A message of an SQS queue.
    Sqs,
    /// An event of an EventBridge bus.
    EventBridge,
    /// The wrapper of a JSON log format.
    Log,
}

impl Envelope {
    /// The name used in JSON lines: `sns`, `sqs`, `eventbridge`, `log`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Sns => "sns",
            Self::Sqs => "sqs",
            Self::EventBridge => "eventbridge",
            Self::Log => "log",
        }
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        [Self::Sns, Self::Sqs, Self::EventBridge, Self::Log].into_iter().find(|envelope| envelope.as_str() == name)
    }
}

/// An invocation record, and where and how it was found.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// The record itself.
    pub record: InvocationRecord,
    /// The log event that it was found in.
    pub origin: KeptOrigin,
    /// The whole message of that log event.
    pub message: Text,
    /// The layers around the record, from the outside in; none when it stood bare in the message.
    pub envelope: Box<[Envelope]>,
    /// How often the same record had been found before; 0 the first time.
    pub redelivery: u32,
    /// Whether the record had to be rebuilt from something that was not JSON.
    pub recovered: bool,
    /// Whether a character of it was lost where a log event was cut.
    pub damaged: bool,
    /// Whether values in it were masked.
    pub redacted: bool,
    /// What its reader did to it, when it comes from a session that was saved.
    pub kept: Option<Box<Kept>>,
}

/// What a reader did to an arrival, as a saved session keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// Whether it was marked.
    pub marked: bool,
    /// What was written to it.
    pub note: Option<String>,
}

impl Arrival {
    /// Whether the same payload can be sent again: it is there (`null` counts), whole and unmasked.
    #[must_use]
    pub fn replayable(&self) -> bool {
        self.not_replayable().is_none()
    }

    /// Why the same payload cannot be sent again; `None` when it can.
    #[must_use]
    pub fn not_replayable(&self) -> Option<NotReplayable> {
        if self.record.request_payload().is_none() {
            return Some(match self.record.kind() {
                Kind::EventSource => NotReplayable::EventSource,
                Kind::Async => NotReplayable::NoPayload,
            });
        }
        if self.redacted {
            return Some(NotReplayable::Redacted);
        }
        self.damaged.then_some(NotReplayable::Damaged)
    }

    /// When it was logged or, if that is not known, when the record was made; milliseconds since the Unix epoch, 0 if neither is known.
    #[must_use]
    pub fn time(&self) -> i64 {
        self.origin.timestamp().or_else(|| self.record.timestamp()).unwrap_or_default()
    }
}

/// Why the payload of an arrival cannot be sent again. Displayed, it reads well before "so it cannot be replayed".
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotReplayable {
    /// The record tells where a batch lay, not what it held.
    EventSource,
    /// The record has no payload.
    NoPayload,
    /// Values were masked.
    Redacted,
    /// A character was lost where a log event was cut.
    Damaged,
}

impl fmt::Display for NotReplayable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::EventSource => "a batch of an event source mapping: no payload",
            Self::NoPayload => "no request payload",
            Self::Redacted => "values are masked",
            Self::Damaged => "damaged: a character was cut in the log",
        })
    }
}

/// A log event that seems to hold a record which could not be read.
#[derive(Debug, Clone)]
pub struct Unreadable {
    /// The log event.
    pub origin: Origin,
    /// Its whole message.
    pub message: Text,
    /// What it looks like, and what would mend it.
    pub reason: Reason,
}

impl Unreadable {
    /// When it was logged, in milliseconds since the Unix epoch; 0 when unknown.
    #[must_use]
    pub fn time(&self) -> i64 {
        self.origin.timestamp.unwrap_or_default()
    }
}

/// What was found in a log event.
#[derive(Debug, Clone)]
pub enum Found {
    /// A record.
    Arrival(Arrival),
    /// Something that looks like a record and could not be read.
    Unreadable(Unreadable),
}

impl Found {
    /// The whole message of its log event.
    #[must_use]
    pub fn message(&self) -> &Text {
        match self {
            Self::Arrival(arrival) => &arrival.message,
            Self::Unreadable(unreadable) => &unreadable.message,
        }
    }

    /// When it was logged, in milliseconds since the Unix epoch; 0 if that is not known.
    #[must_use]
    pub fn time(&self) -> i64 {
        match self {
            Self::Arrival(arrival) => arrival.time(),
            Self::Unreadable(unreadable) => unreadable.time(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A board keeps a million of them.
    #[test]
    fn an_arrival_takes_little_room() {
        assert_eq!(size_of::<Arrival>(), 216);
    }
}
