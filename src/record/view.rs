//! Every field of a record, borrowed from its text.

use std::borrow::Cow;
use std::fmt;

use super::Kind;
use super::json::{self, Member, Raw};

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
        Self::of(&json::members(text).ok_or(NotARecord::NotAnObject)?)
    }

    /// The record that these members make.
    pub(super) fn of(members: &[Member<'a>]) -> Result<Self, NotARecord> {
        let mut view = Self::default();
        let mut has_version = false;
        let mut context = None;
        for member in members {
            match &*member.key() {
                "version" => has_version = view.set_version(member.value),
                "requestContext" => context = Some(member.value),
                "timestamp" => view.timestamp = string(member.value),
                "requestPayload" => view.request_payload = Some(member.value),
                "responseContext" => view.set_response_context(member.value),
                "responsePayload" => view.response_payload = Some(member.value),
                key if key.ends_with("BatchInfo") => {
                    view.batch_info = Some(BatchInfo { name: member.key(), value: member.value });
                }
                _ => {}
            }
        }
        view.set_context(context)?;
        if has_version { Ok(view) } else { Err(NotARecord::NoVersion) }
    }

    /// Which pipeline wrote the record.
    #[must_use]
    pub fn kind(&self) -> Kind {
        if self.batch_info.is_some() { Kind::EventSource } else { Kind::Async }
    }

    fn set_version(&mut self, value: Raw<'a>) -> bool {
        let version = string(value);
        let is_string = version.is_some();
        self.version = version.unwrap_or_default();
        is_string
    }

    fn set_context(&mut self, value: Option<Raw<'a>>) -> Result<(), NotARecord> {
        let context = value.and_then(|value| json::members(value.get())).ok_or(NotARecord::NoRequestContext)?;
        let mut condition = None;
        for member in &context {
            match &*member.key() {
                "condition" => condition = string(member.value),
                "requestId" => self.request_id = string(member.value),
                "functionArn" => self.function_arn = string(member.value),
                "approximateInvokeCount" => self.approximate_invoke_count = number(member.value),
                _ => {}
            }
        }
        self.condition = condition.ok_or(NotARecord::NoCondition)?;
        if self.request_id.is_none() && self.function_arn.is_none() { Err(NotARecord::NoName) } else { Ok(()) }
    }

    fn set_response_context(&mut self, value: Raw<'a>) {
        (self.status_code, self.executed_version, self.function_error) = (None, None, None);
        let context = json::members(value.get());
        self.has_response_context = context.is_some();
        for member in context.iter().flatten() {
            match &*member.key() {
                "statusCode" => self.status_code = number(member.value),
                "executedVersion" => self.executed_version = string(member.value),
                "functionError" => self.function_error = string(member.value),
                _ => {}
            }
        }
    }
}

fn string(value: Raw<'_>) -> Option<Cow<'_, str>> {
    json::unquote(value.get())
}

fn number(value: Raw<'_>) -> Option<u64> {
    value.get().parse().ok()
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
