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
use super::time;
use crate::log::{LogEvent, Origin};
use crate::source::file::LINE_CAP;

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

/// The log events of a batch, none of a control message; `None` when `text` is no batch.
pub(super) fn events(text: &str, place: &Origin) -> Option<Vec<LogEvent>> {
    match serde_json::from_str::<Batch<'_>>(text) {
        Ok(batch) => batch.events(place),
        Err(_) => unpack(text)?.events(place),
    }
}

fn unpack(text: &str) -> Option<OwnedBatch> {
    let invocation = serde_json::from_str::<Invocation<'_>>(text).ok()?;
    let packed = STANDARD.decode(invocation.awslogs.data.as_bytes()).ok()?;
    let mut text = String::new();
    MultiGzDecoder::new(packed.as_slice()).take(LINE_CAP as u64).read_to_string(&mut text).ok()?;
    Some(OwnedBatch(text))
}

struct OwnedBatch(String);

impl OwnedBatch {
    fn events(&self, place: &Origin) -> Option<Vec<LogEvent>> {
        serde_json::from_str::<Batch<'_>>(&self.0).ok()?.events(place)
    }
}

impl Batch<'_> {
    fn events(self, place: &Origin) -> Option<Vec<LogEvent>> {
        if self.message_type.as_deref() == Some("CONTROL_MESSAGE") {
            return Some(Vec::new());
        }
        self.log_events.iter().map(|event| self.event(event, place)).collect()
    }

    fn event(&self, text: &RawValue, place: &Origin) -> Option<LogEvent> {
        let mut fields = Fields::of_object(text.get()).filter(Fields::has_message)?;
        for (field, name) in [(Field::Group, &self.log_group), (Field::Stream, &self.log_stream)] {
            if let Some(name) = name {
                fields.set(field, Cow::Owned(name.to_string()));
            }
        }
        Some(fields.into_event(place.clone()))
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
