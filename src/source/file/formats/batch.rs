//! What a subscription filter sends, and what a queue keeps beside its messages.
//!
//! Shapes: "Log group-level subscription filters" in the CloudWatch Logs user guide; `aws sqs receive-message`.

use std::borrow::Cow;
use std::io::Read;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::read::MultiGzDecoder;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::fields::{Field, Fields};
use super::{Sink, Spot, time};
use crate::source::file::{LINE_CAP, Stop};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Batch<'a> {
    #[serde(borrow)]
    message_type: Option<Cow<'a, str>>,
    #[serde(borrow)]
    log_group: Option<Cow<'a, str>>,
    #[serde(borrow)]
    log_stream: Option<Cow<'a, str>>,
    #[serde(borrow)]
    log_events: Vec<&'a RawValue>,
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
    match serde_json::from_str::<Batch<'_>>(text) {
        Ok(batch) => batch.give(spot, sink),
        Err(_) => serde_json::from_str::<Batch<'_>>(&unpack(text)?).ok()?.give(spot, sink),
    }
}

fn unpack(text: &str) -> Option<String> {
    let invocation = serde_json::from_str::<Invocation<'_>>(text).ok()?;
    let packed = STANDARD.decode(invocation.awslogs.data.as_bytes()).ok()?;
    let mut text = String::new();
    MultiGzDecoder::new(packed.as_slice()).take(LINE_CAP as u64).read_to_string(&mut text).ok()?;
    Some(text)
}

impl Batch<'_> {
    fn give(&self, spot: Spot<'_>, sink: &mut dyn Sink) -> Option<Result<(), Stop>> {
        if self.message_type.as_deref() == Some("CONTROL_MESSAGE") {
            return Some(Ok(()));
        }
        let events: Vec<_> = self.log_events.iter().map(|event| self.fields(event)).collect::<Option<_>>()?;
        Some(events.into_iter().try_for_each(|fields| sink.draft(spot.event(fields))))
    }

    fn fields<'b>(&'b self, text: &'b RawValue) -> Option<Fields<'b>> {
        let mut fields = Fields::of_object(text.get()).filter(Fields::has_message)?;
        for (field, name) in [(Field::Group, &self.log_group), (Field::Stream, &self.log_stream)] {
            if let Some(name) = name {
                fields.set(field, Cow::Borrowed(name.as_ref()));
            }
        }
        Some(fields)
    }
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
