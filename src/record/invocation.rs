//! One record as it is kept in memory.

use std::borrow::Cow;
use std::num::NonZeroU32;
use std::sync::Arc;

use super::label::Labels;
use super::view::{NotARecord, RecordView};
use super::{Condition, Fingerprint, FunctionArn, InvocationError, Label, Outcome, error, fingerprint, time};
use crate::log::{Moment, Text};

/// Which of Lambda's two failure pipelines wrote a record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Kind {
    /// An asynchronous invocation; carries the payload that was sent.
    Async,
    /// A batch of an event source mapping (Kinesis, DynamoDB, Kafka); carries where the batch lay, not what it held.
    EventSource,
}

impl Kind {
    /// `async` or `event-source`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Async => "async",
            Self::EventSource => "event-source",
        }
    }
}

/// One invocation record, kept as the text it came in.
///
/// What rows and filters ask for again and again is typed once; the rest is read from the text when it is asked for.
/// A board keeps a million of them: what they share is kept once, and what may be missing takes no room for that.
#[derive(Debug, Clone)]
pub struct InvocationRecord {
    text: Text,
    label: Arc<Label>,
    /// Unless it has escapes.
    request_id: Option<Span>,
    timestamp: Option<Moment>,
    /// How that is spelled, unless it has escapes.
    timestamp_text: Option<Span>,
    request_payload: Option<Span>,
    response_payload: Option<Span>,
    odd: Option<Box<Odd>>,
    invoke_count: Option<u32>,
    status_code: Option<u16>,
    kind: Kind,
}

/// What hardly any record has, and finds no room in the fields of all.
#[derive(Debug, Clone, Default, PartialEq)]
struct Odd {
    /// An id that has escapes.
    request_id: Option<Box<str>>,
    /// A count of more than 32 bits.
    invoke_count: Option<u64>,
}

/// A part of the record's text; it never starts at 0, where the record's brace is.
#[derive(Debug, Clone, Copy)]
struct Span {
    start: NonZeroU32,
    end: NonZeroU32,
}

impl InvocationRecord {
    /// Reads a record from its text, which is one whole JSON object.
    ///
    /// # Errors
    /// As [`RecordView::read`].
    pub fn read(text: &Text) -> Result<Self, NotARecord> {
        Ok(Self::of(text.clone(), text, &RecordView::read(text)?, &mut Labels::default()))
    }

    /// Keeps what `view` saw in `source`, of which `text` is the share or the copy to keep.
    pub(super) fn of(text: Text, source: &str, view: &RecordView<'_>, labels: &mut Labels) -> Self {
        let request_id = view.request_id.as_deref().and_then(|id| Span::within(source, id));
        let invoke_count = view.approximate_invoke_count.and_then(|count| u32::try_from(count).ok());
        Self {
            text,
            label: labels.shared(view),
            timestamp: view.timestamp.as_deref().and_then(time::epoch_millis).and_then(Moment::of),
            timestamp_text: view.timestamp.as_deref().and_then(|time| Span::of(source, time)),
            request_payload: view.request_payload.and_then(|value| Span::of(source, value.get())),
            response_payload: view.response_payload.and_then(|value| Span::of(source, value.get())),
            odd: Odd {
                request_id: view.request_id.as_deref().filter(|_| request_id.is_none()).map(Box::from),
                invoke_count: view.approximate_invoke_count.filter(|_| invoke_count.is_none()),
            }
            .boxed(),
            request_id,
            invoke_count,
            status_code: view.status_code.and_then(|code| u16::try_from(code).ok()),
            kind: view.kind(),
        }
    }

    /// The record itself, byte for byte as it came.
    #[must_use]
    pub fn text(&self) -> &Text {
        &self.text
    }

    /// Every typed field, read from the text.
    #[must_use]
    pub fn view(&self) -> RecordView<'_> {
        RecordView::read(&self.text).unwrap_or_default()
    }

    /// What it shares with many others; records that one finder found have the very same.
    #[must_use]
    pub fn label(&self) -> &Arc<Label> {
        &self.label
    }

    /// Id of the invocation, the same in all its attempts and in the 202 that accepted it.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        let odd = || self.odd.as_ref()?.request_id.as_deref();
        self.request_id.map(|span| span.in_text(&self.text)).or_else(odd)
    }

    /// The function that was invoked.
    #[must_use]
    pub fn function(&self) -> Option<&FunctionArn> {
        self.label.function.as_ref()
    }

    /// Why the record was written.
    #[must_use]
    pub fn condition(&self) -> &Condition {
        &self.label.condition
    }

    /// Success, or any other condition.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        self.label.condition.outcome()
    }

    /// Asynchronous invocation or event source mapping.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// How often the function was tried, approximately; 0 when it never ran.
    #[must_use]
    pub fn invoke_count(&self) -> Option<u64> {
        self.invoke_count.map(u64::from).or_else(|| self.odd.as_ref()?.invoke_count)
    }

    /// When the record was made (not when the function was invoked), in milliseconds since the Unix epoch.
    #[must_use]
    pub fn timestamp(&self) -> Option<i64> {
        self.timestamp.map(Moment::millis)
    }

    /// The same as it is spelled in the record.
    #[must_use]
    pub fn timestamp_text(&self) -> Option<Cow<'_, str>> {
        match self.timestamp_text {
            Some(span) => Some(Cow::Borrowed(span.in_text(&self.text))),
            None => self.view().timestamp,
        }
    }

    /// The JSON text that was sent to the function; `None` when the record has no such key, `null` when `null` was sent.
    #[must_use]
    pub fn request_payload(&self) -> Option<&str> {
        self.request_payload.map(|span| span.in_text(&self.text))
    }

    /// The JSON text that the function answered, or its error; `None` when the record has no such key.
    #[must_use]
    pub fn response_payload(&self) -> Option<&str> {
        self.response_payload.map(|span| span.in_text(&self.text))
    }

    /// Version that ran: `$LATEST` or a number, never an alias.
    #[must_use]
    pub fn executed_version(&self) -> Option<&str> {
        self.label.version.as_deref()
    }

    /// `Unhandled`, or the older `Handled`.
    #[must_use]
    pub fn function_error(&self) -> Option<Cow<'_, str>> {
        self.view().function_error
    }

    /// Status that the service gave the last attempt: 200 also for function errors, 404 deleted, 429 throttled to expiry.
    #[must_use]
    pub fn status_code(&self) -> Option<u64> {
        self.status_code.map(u64::from)
    }

    /// What is known of the error; `None` for a success and for a failure that says nothing but its condition.
    #[must_use]
    pub fn error(&self) -> Option<InvocationError> {
        error::of(self)
    }

    /// A name for the failure that stays the same between runs; `None` for a success.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        self.fingerprint_with(self.error().as_ref())
    }

    /// The same, for a caller that has read the error already.
    #[must_use]
    pub fn fingerprint_with(&self, error: Option<&InvocationError>) -> Option<Fingerprint> {
        fingerprint::of(self, error)
    }
}

impl Odd {
    /// Nothing for the record that has nothing odd.
    fn boxed(self) -> Option<Box<Self>> {
        (self != Self::default()).then(|| Box::new(self))
    }
}

impl Span {
    fn of(source: &str, part: &str) -> Option<Self> {
        let start = (part.as_ptr() as usize).checked_sub(source.as_ptr() as usize)?;
        let end = NonZeroU32::new((start + part.len()) as u32)?;
        if start + part.len() > source.len() {
            return None;
        }
        Some(Self { start: NonZeroU32::new(start as u32)?, end })
    }

    /// The same for a part that may have been decoded, and so lies nowhere in the source.
    fn within(source: &str, part: &str) -> Option<Self> {
        let span = Self::of(source, part)?;
        (source.get(span.start.get() as usize..span.end.get() as usize) == Some(part)).then_some(span)
    }

    fn in_text(self, text: &str) -> &str {
        &text[self.start.get() as usize..self.end.get() as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_odd_is_kept_too() {
        let text = r#"{"version":"1.0","requestContext":{"requestId":"a\u002db","condition":"x",
            "approximateInvokeCount":18446744073709551615},"responseContext":{"executedVersion":"\u0037"}}"#;
        let record = InvocationRecord::read(&Text::from(text)).expect("a record");
        assert_eq!((record.request_id(), record.invoke_count()), (Some("a-b"), Some(u64::MAX)));
        assert_eq!(record.executed_version(), Some("7"));
    }

    #[test]
    fn a_record_takes_little_room() {
        let text = r#"{"version":"1.0","requestContext":{"requestId":"a","condition":"x","approximateInvokeCount":3}}"#;
        let record = InvocationRecord::read(&Text::from(text)).expect("a record");
        assert!(record.odd.is_none());
        assert_eq!(size_of::<InvocationRecord>(), 96);
    }
}
