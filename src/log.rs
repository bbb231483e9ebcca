//! What a log gives: events with a place and a time, before anything is known of their content.

mod copies;
mod event_id;
mod hashed;
mod kept_origin;
mod ledger;
mod logger;
mod moment;
mod names;
mod plural;
mod text;
mod visible;

use std::sync::Arc;

pub use copies::Copies;
pub use event_id::EventId;
pub(crate) use hashed::Hashed;
pub use kept_origin::{KeptOrigin, Origins};
pub use ledger::{Follow, Lateness, Ledger, NotedGap, Traffic, query_price};
pub use logger::of_group;
pub use moment::Moment;
pub use names::Names;
pub use plural::plural;
pub use text::Text;
pub use visible::{is_bidi_control, visible, visible_lines};

/// Where a log event was found. Every part is present only when its source knows it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Origin {
    /// Name of the CloudWatch log group.
    pub log_group: Option<Arc<str>>,
    /// Name of the log stream in that group.
    pub log_stream: Option<Arc<str>>,
    /// When the event happened by its writer's clock, in milliseconds since the Unix epoch.
    pub timestamp: Option<i64>,
    /// When CloudWatch took the event in, in milliseconds since the Unix epoch.
    pub ingestion_time: Option<i64>,
    /// CloudWatch's id of the event.
    pub event_id: Option<EventId>,
    /// The file it was read from; `-` for standard input.
    pub file: Option<Arc<str>>,
    /// Line in that file, counted from 1.
    pub line: Option<u64>,
}

/// The log stream of an event, or the file of one without a stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct StreamId<'a> {
    /// Name of the log group.
    pub log_group: Option<&'a str>,
    /// Name of the log stream, or of the file where there are no streams.
    pub name: Result<&'a str, Option<&'a str>>,
}

impl<'a> StreamId<'a> {
    /// The stream of that name, or else the file.
    #[must_use]
    pub fn of(log_group: Option<&'a str>, log_stream: Option<&'a str>, file: Option<&'a str>) -> Self {
        Self { log_group, name: log_stream.ok_or(file) }
    }
}

impl<'a> From<&'a Origin> for StreamId<'a> {
    fn from(origin: &'a Origin) -> Self {
        Self::of(origin.log_group.as_deref(), origin.log_stream.as_deref(), origin.file.as_deref())
    }
}

/// One log event: a message and where it was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEvent {
    /// Where and when it was logged.
    pub origin: Origin,
    /// The message as it was logged, with its trailing line break when it has one.
    pub message: Text,
}

/// A span of a log that could not be read, or was only sampled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gap {
    /// Group (or file) that the gap lies in.
    pub origin: Origin,
    /// First millisecond since the Unix epoch that is missing; `None` when unknown.
    pub from: Option<i64>,
    /// Last millisecond since the Unix epoch that is missing; `None` when unknown.
    pub to: Option<i64>,
    /// What happened, in words for the reader.
    pub reason: String,
}
