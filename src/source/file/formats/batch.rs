//! What a subscription filter sends, and what a queue keeps beside its messages.
//!
//! Shapes: "Log group-level subscription filters" in the CloudWatch Logs user guide; `aws sqs receive-message`.

use std::borrow::Cow;
use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;

use super::fields::{Field, Fields};
use super::notes::{Notes, inside, is_blank, string};
use super::{Sink, Spot, time};
use crate::record::json::{self, Broken, End, Span};
use crate::source::file::{LINE_CAP, Stop};

/// An object that may be a batch, and where in its text the parts of one stand.
#[derive(Debug, Default)]
pub(super) struct Batch {
    message_type: Option<Span>,
    log_group: Option<Span>,
    log_stream: Option<Span>,
    /// The fields of the events, one event after the other, …
    notes: Notes,
    /// … and how many of them there are up to the end of each.
    ends: Vec<usize>,
    has_list: bool,
    /// Whether something stands in the list that is no event.
    has_other: bool,
    /// Whether something stands there twice of which there is one in a batch, or is of another kind.
    is_odd: bool,
    /// What the event of a function has instead.
    packed: Option<Span>,
}

/// The event of a function that a subscription filter invokes.
#[derive(Deserialize)]
struct Invocation<'a> {
    #[serde(borrow)]
    awslogs: Packed<'a>,
}

#[derive(Deserialize)]
struct Packed<'a> {
    /// A batch, compressed with gzip, in base64.
    #[serde(borrow)]
    data: Cow<'a, str>,
}

/// Gives the log events of a batch, none of a control message; `None` when `text` is no batch.
pub(super) fn give(text: &str, spot: Spot<'_>, sink: &mut dyn Sink) -> Option<Result<(), Stop>> {
    Batch::of(text)?.give(text, spot, sink)
}

fn unpack(text: &str) -> Option<String> {
    let invocation = serde_json::from_str::<Invocation<'_>>(text).ok()?;
    let packed = STANDARD.decode(invocation.awslogs.data.as_bytes()).ok()?;
    let mut text = String::new();
    MultiGzDecoder::new(packed.as_slice()).take(LINE_CAP as u64).read_to_string(&mut text).ok()?;
    Some(text)
}

impl Batch {
    /// What is in `text`, which is one object; `None` for anything else.
    fn of(text: &str) -> Option<Self> {
        let (batch, end) = Self::read(text.as_bytes()).ok()?;
        is_blank(&text[end..]).then_some(batch)
    }

    /// What is in the object that `bytes` begin with, and where it ends.
    pub(super) fn read(bytes: &[u8]) -> Result<(Self, usize), Broken> {
        let mut batch = Self::default();
        let end = json::each_member(bytes, 0, |at| batch.member(bytes, at))?;
        Ok((batch, end))
    }

    fn member(&mut self, bytes: &[u8], at: usize) -> End {
        let (key, at) = json::key(bytes, at)?;
        let name = inside(bytes, key)?;
        if *name == *b"logEvents" && bytes.get(at) == Some(&b'[') {
            return self.list(bytes, at);
        }
        let value = json::span(bytes, at)?;
        let known = match &*name {
            b"messageType" => &mut self.message_type,
            b"logGroup" => &mut self.log_group,
            b"logStream" => &mut self.log_stream,
            name => {
                self.is_odd |= name == b"logEvents";
                self.packed = self.packed.or((name == b"awslogs").then_some(value));
                return Ok(value.end);
            }
        };
        self.is_odd |= known.replace(value).is_some();
        Ok(value.end)
    }

    fn list(&mut self, bytes: &[u8], at: usize) -> End {
        self.is_odd |= std::mem::replace(&mut self.has_list, true);
        json::each_item(bytes, at, |at| match self.event(bytes, at) {
            Err(Broken { cut: false, .. }) => {
                self.has_other = true;
                Ok(json::span(bytes, at)?.end)
            }
            end => end,
        })
    }

    fn event(&mut self, bytes: &[u8], at: usize) -> End {
        let end = self.notes.object(bytes, at)?;
        self.has_other |= !self.notes.have_message(self.ends.last().copied().unwrap_or_default());
        self.ends.push(self.notes.len());
        Ok(end)
    }

    /// Gives the log events of a batch, none of a control message; `None` when it is no batch.
    pub(super) fn give(&mut self, text: &str, spot: Spot<'_>, sink: &mut dyn Sink) -> Option<Result<(), Stop>> {
        if let Some([message_type, group, stream]) = self.names(text) {
            return self.give_events(text, message_type.as_deref(), &home(group, stream), spot, sink);
        }
        let unpacked = self.packed.and_then(|_| unpack(text))?;
        let mut batch = Self::of(&unpacked)?;
        let [message_type, group, stream] = batch.names(&unpacked)?;
        batch.give_events(&unpacked, message_type.as_deref(), &home(group, stream), spot, sink)
    }

    /// Type, group and stream, as far as it says so; `None` when it is no batch.
    fn names<'a>(&self, text: &'a str) -> Option<[Option<Cow<'a, str>>; 3]> {
        if self.is_odd || !self.has_list {
            return None;
        }
        let name = |value: Option<Span>| match value {
            Some(value) if &text[value.start..value.end] != "null" => string(text.as_bytes(), value).map(Some),
            _ => Some(None),
        };
        Some([name(self.message_type)?, name(self.log_group)?, name(self.log_stream)?])
    }

    fn give_events(
        &mut self,
        text: &str,
        message_type: Option<&str>,
        home: &Fields<'_>,
        spot: Spot<'_>,
        sink: &mut dyn Sink,
    ) -> Option<Result<(), Stop>> {
        if message_type == Some("CONTROL_MESSAGE") {
            return Some(Ok(()));
        }
        let starts = std::iter::once(&0).chain(&self.ends);
        let mut events = starts.zip(&self.ends).map(|(start, end)| *start..*end);
        let give = |event| sink.draft(spot.event(self.notes.some_fields(event, text).at(home)));
        (!self.has_other).then(|| events.try_for_each(give))
    }
}

fn home<'a>(group: Option<Cow<'a, str>>, stream: Option<Cow<'a, str>>) -> Fields<'a> {
    let mut home = Fields::default();
    for (field, name) in [(Field::Group, group), (Field::Stream, stream)] {
        if let Some(name) = name {
            home.set(field, name);
        }
    }
    home
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Message<'a> {
    #[serde(borrow)]
    attributes: Option<Attributes<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attributes<'a> {
    #[serde(borrow)]
    sent_timestamp: Option<Cow<'a, str>>,
}

/// When a queue's message was sent, in milliseconds since the Unix epoch, if it says so.
pub(super) fn sent(message: &str) -> Option<i64> {
    let message = serde_json::from_str::<Message<'_>>(message).ok()?;
    time::millis(&message.attributes?.sent_timestamp?)
}
