//! A record, or what looks like one, with the place it was found in.

use super::{InvocationRecord, Reason};
use crate::log::{Origin, Text};

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
    pub origin: Origin,
    /// The whole message of that log event.
    pub message: Text,
    /// The layers around the record, from the outside in; none when it stood bare in the message.
    pub envelope: Box<[Envelope]>,
    /// How often the same record had been found before; 0 the first time.
    pub redelivery: u32,
    /// Whether the record had to be rebuilt from something that was not JSON.
    pub recovered: bool,
    /// Whether values in it were masked.
    pub redacted: bool,
}

impl Arrival {
    /// Whether the same payload can be sent again: it is there (`null` counts) and unmasked.
    #[must_use]
    pub fn replayable(&self) -> bool {
        self.record.request_payload().is_some() && !self.redacted
    }

    /// When it was logged or, if that is not known, when the record was made; milliseconds since the Unix epoch, 0 if neither is known.
    #[must_use]
    pub fn time(&self) -> i64 {
        self.origin.timestamp.or(self.record.timestamp()).unwrap_or_default()
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
