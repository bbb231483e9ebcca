//! Log events as they stand in what was read.

use std::borrow::Cow;

use super::Place;
use super::fields::Fields;
use crate::log::{LogEvent, Names, Origin, StreamId, Text};

/// Where in a file something begins.
#[derive(Debug, Clone, Copy)]
pub(in crate::source::file) struct Spot<'a> {
    pub(super) place: &'a Place,
    pub(super) line: u64,
    /// Whether bytes were lost there.
    is_damaged: bool,
}

impl<'a> Spot<'a> {
    pub(super) fn of(place: &'a Place, line: u64) -> Self {
        Self { place, line, is_damaged: false }
    }

    /// The same in another line.
    pub(super) fn in_line(self, line: u64) -> Self {
        Self { line, ..self }
    }

    /// The same, where bytes were lost if they were.
    pub(super) fn damaged_if(self, is_damaged: bool) -> Self {
        Self { is_damaged, ..self }
    }

    /// All that is known of an event's origin without its fields.
    pub(in crate::source::file) fn origin(self) -> Origin {
        let Place { file, stream } = self.place;
        Origin { file: Some(file.clone()), log_stream: stream.clone(), line: Some(self.line), ..Origin::default() }
    }

    /// The event of which a reader knows these fields.
    pub(super) fn event(self, fields: Fields<'a>) -> Draft<'a> {
        Draft { fields, spot: self }
    }

    /// The event of which only the message is known.
    pub(super) fn message(self, message: Cow<'a, str>) -> Draft<'a> {
        let mut fields = Fields::default();
        fields.message = Some(message);
        self.event(fields)
    }
}

/// A log event that borrows from what was read: most events are counted and forgotten, and cost no copy.
#[derive(Debug)]
pub(in crate::source::file) struct Draft<'a> {
    pub(super) fields: Fields<'a>,
    pub(super) spot: Spot<'a>,
}

impl Draft<'_> {
    pub(in crate::source::file) fn message(&self) -> &str {
        self.fields.message.as_deref().unwrap_or_default()
    }

    pub(in crate::source::file) fn id(&self) -> Option<&str> {
        self.fields.id.as_deref()
    }

    pub(in crate::source::file) fn timestamp(&self) -> Option<i64> {
        self.fields.timestamp
    }

    /// Whether nothing but the message is known.
    pub(in crate::source::file) fn is_as_it_stands(&self) -> bool {
        let Fields { id, timestamp, ingestion_time, group, stream, .. } = &self.fields;
        id.is_none() && timestamp.is_none() && ingestion_time.is_none() && group.is_none() && stream.is_none()
    }

    /// Whether bytes of the message were lost.
    pub(super) fn is_damaged(&self) -> bool {
        self.spot.is_damaged || self.fields.is_damaged
    }

    pub(in crate::source::file) fn stream(&self) -> StreamId<'_> {
        self.spot.place.stream_of(self.fields.group.as_deref(), self.fields.stream.as_deref())
    }

    /// The event itself; events of the same stream share its name.
    pub(in crate::source::file) fn into_event(self, names: &mut Names) -> LogEvent {
        let place = self.spot.origin();
        let is_damaged = self.is_damaged();
        let message = self.fields.message.unwrap_or_default();
        let message = Text::from(message.as_ref());
        let origin = Origin {
            log_group: self.fields.group.map(|name| names.shared(&name)),
            log_stream: self.fields.stream.map(|name| names.shared(&name)).or(place.log_stream),
            timestamp: self.fields.timestamp,
            ingestion_time: self.fields.ingestion_time,
            event_id: self.fields.id.map(|id| id.as_ref().into()),
            ..place
        };
        LogEvent { origin, message: if is_damaged { message.damaged() } else { message } }
    }
}

/// Bytes as text, and whether some of them were none and are lost.
pub(in crate::source::file) fn lossy(bytes: &[u8]) -> (Cow<'_, str>, bool) {
    match std::str::from_utf8(bytes) {
        Ok(text) => (Cow::Borrowed(text), false),
        Err(_) => (String::from_utf8_lossy(bytes), true),
    }
}
