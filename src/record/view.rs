//! Every field of a record, borrowed from its text.

mod reading;

use std::borrow::Cow;
use std::fmt;

use super::Kind;
use super::json::{self, Broken, Member, Raw};
use reading::Reading;

/// A record's fields, borrowed from its text. Absent and `null` are kept apart where it matters: in the payloads.
///
/// A field of the wrong type counts as absent; the text still has it. Of double keys the last one counts.
#[derive(Debug, Clone, Default)]
pub struct RecordView<'a> {
    /// Version of the record's form, `1.0`.
    pub version: Cow<'a, str>,
    /// When the record was made, as it is spelled.
    pub timestamp: Option<Cow<'a, str>>,
    /// Id of the invocation.
    pub request_id: Option<Cow<'a, str>>,
    /// The function, with the qualifier that was asked for.
    pub function_arn: Option<Cow<'a, str>>,
    /// Why the record was written.
    pub condition: Cow<'a, str>,
    /// How often the function was tried; 0 when it never ran.
    pub approximate_invoke_count: Option<u64>,
    /// What was sent; `null` when `null` was sent.
    pub request_payload: Option<Raw<'a>>,
    /// Whether there is a `responseContext` object; there is none when nothing was tried.
    pub has_response_context: bool,
    /// Status of the last attempt: 200 also for function errors, 404 deleted, 429 throttled to expiry.
    pub status_code: Option<u64>,
    /// Version that ran: `$LATEST` or a number, never an alias.
    pub executed_version: Option<Cow<'a, str>>,
    /// `Unhandled`, or the older `Handled`.
    pub function_error: Option<Cow<'a, str>>,
    /// What the function answered, or its error.
    pub response_payload: Option<Raw<'a>>,
    /// Where the batch of an event source mapping lay.
    pub batch_info: Option<BatchInfo<'a>>,
}

/// The part of an event source mapping's record that tells which batch failed.
#[derive(Debug, Clone)]
pub struct BatchInfo<'a> {
    /// The key: `KinesisBatchInfo`, `DDBStreamBatchInfo`, `KafkaBatchInfo`.
    pub name: Cow<'a, str>,
    /// Its value; sequence numbers in it are strings of up to 56 digits.
    pub value: Raw<'a>,
}

/// What a text lacks to be an invocation record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NotARecord {
    /// It is not one JSON object.
    NotAnObject,
    /// It has no object `requestContext`.
    NoRequestContext,
    /// Its `requestContext` has no string `condition`.
    NoCondition,
    /// Its `requestContext` has neither a string `requestId` nor a string `functionArn`.
    NoName,
    /// It has no string `version`.
    NoVersion,
}

impl fmt::Display for NotARecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::NotAnObject => "not one JSON object",
            Self::NoRequestContext => "no requestContext",
            Self::NoCondition => "no condition in its requestContext",
            Self::NoName => "neither requestId nor functionArn in its requestContext",
            Self::NoVersion => "no version",
        })
    }
}

impl std::error::Error for NotARecord {}

impl<'a> RecordView<'a> {
    /// Reads `text`, which is one whole JSON object.
    ///
    /// # Errors
    /// Says what is missing: a string `version`, an object `requestContext`, in it a string `condition` and a string
    /// `requestId` or `functionArn`. Nothing else is asked for.
    pub fn read(text: &'a str) -> Result<Self, NotARecord> {
        let mut view = Self::default();
        match view.fill(text) {
            Ok((length, missing)) if text[length..].trim_ascii().is_empty() => missing.map_or(Ok(view), Err),
            _ => Err(NotARecord::NotAnObject),
        }
    }

    /// The same of the object that is `text` and has these members.
    pub(super) fn of(text: &'a str, members: &[Member<'_>]) -> Result<Self, NotARecord> {
        json::find(members, "requestContext").ok_or(NotARecord::NoRequestContext)?;
        Self::read(text)
    }

    /// Reads what begins as the service begins its records into a view of nothing; gives the length of the record, if it is
    /// one.
    ///
    /// Anything else is worth being taken apart first.
    pub(super) fn fill_from_record(&mut self, text: &'a str) -> Option<usize> {
        if !text.starts_with("{\"version\":") {
            return None;
        }
        let (length, missing) = self.fill(text).ok()?;
        missing.is_none().then_some(length)
    }

    /// Reads the object that `text` begins with into a view of nothing; gives its length, and what it lacks.
    fn fill(&mut self, text: &'a str) -> Result<(usize, Option<NotARecord>), Broken> {
        let mut reading = Reading::new(text, self);
        let length = json::walk(text.as_bytes(), &mut reading)?;
        Ok((length, reading.missing()))
    }

    /// Which pipeline wrote the record.
    #[must_use]
    pub fn kind(&self) -> Kind {
        if self.batch_info.is_some() { Kind::EventSource } else { Kind::Async }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SMALLEST: &str = r#"{"version":"1.0","requestContext":{"condition":"Success","requestId":"r"}}"#;

    #[test]
    fn the_smallest_record_has_nothing_else() {
        let view = RecordView::read(SMALLEST).expect("a record");
        assert_eq!((&*view.version, &*view.condition), ("1.0", "Success"));
        assert_eq!(view.request_id.as_deref(), Some("r"));
        assert!(view.function_arn.is_none() && view.timestamp.is_none() && view.approximate_invoke_count.is_none());
        assert!(view.request_payload.is_none() && view.response_payload.is_none() && view.batch_info.is_none());
        assert!(!view.has_response_context && view.status_code.is_none());
        assert_eq!(view.kind(), Kind::Async);
    }

    #[test]
    fn null_is_not_absent() {
        let text = r#"{"version":"1.0","requestContext":{"condition":"x","functionArn":"f"},"requestPayload":null,"responsePayload": null }"#;
        let view = RecordView::read(text).expect("a record");
        assert_eq!(view.request_payload.map(Raw::get), Some("null"));
        assert_eq!(view.response_payload.map(Raw::get), Some("null"));
    }

    #[test]
    fn the_last_of_double_keys_wins() {
        let text = r#"{"version":1,"version":"2","requestContext":{"condition":"a"},"requestPayload":1,"requestPayload":2,
            "requestContext":{"condition":"b","requestId":"1","condition":"c","requestId":"2"},
            "responseContext":{"statusCode":200},"responseContext":null}"#;
        let view = RecordView::read(text).expect("a record");
        assert_eq!((&*view.version, &*view.condition, view.request_id.as_deref()), ("2", "c", Some("2")));
        assert_eq!(view.request_payload.map(Raw::get), Some("2"));
        assert_eq!((view.has_response_context, view.status_code), (false, None));
    }

    #[test]
    fn wrong_types_count_as_absent() {
        let text = r#"{"version":"1.0","timestamp":12,"requestContext":{"condition":"x","requestId":7,"functionArn":"f",
            "approximateInvokeCount":"3"},"responseContext":{"statusCode":-1,"executedVersion":7,"functionError":null}}"#;
        let view = RecordView::read(text).expect("a record");
        assert_eq!((view.timestamp, view.request_id, view.approximate_invoke_count), (None, None, None));
        assert!(view.has_response_context);
        assert_eq!((view.status_code, view.executed_version, view.function_error), (None, None, None));
    }

    #[test]
    fn a_batch_makes_an_event_source_record() {
        let text =
            r#"{"requestContext":{"condition":"x","requestId":"r"},"version":"1.0","KafkaBatchInfo":{"batchSize":1}}"#;
        let view = RecordView::read(text).expect("a record");
        let batch = view.batch_info.as_ref().expect("a batch");
        assert_eq!((&*batch.name, batch.value.get()), ("KafkaBatchInfo", r#"{"batchSize":1}"#));
        assert_eq!(view.kind(), Kind::EventSource);
    }

    #[test]
    fn what_is_missing_is_named() {
        for (text, missing) in [
            ("[]", NotARecord::NotAnObject),
            ("{", NotARecord::NotAnObject),
            (r#"{"version":"1.0"}"#, NotARecord::NoRequestContext),
            (r#"{"version":"1.0","requestContext":[]}"#, NotARecord::NoRequestContext),
            (r#"{"version":"1.0","requestContext":{"requestId":"r"}}"#, NotARecord::NoCondition),
            (r#"{"version":"1.0","requestContext":{"requestId":"r","condition":null}}"#, NotARecord::NoCondition),
            (r#"{"version":"1.0","requestContext":{"condition":"x"}}"#, NotARecord::NoName),
            (r#"{"requestContext":{"condition":"x","requestId":"r"}}"#, NotARecord::NoVersion),
            (r#"{"version":1.0,"requestContext":{"condition":"x","requestId":"r"}}"#, NotARecord::NoVersion),
        ] {
            assert_eq!(RecordView::read(text).err(), Some(missing), "{text}");
        }
    }
}
