//! The fields of a log event, whatever the format calls them.
//!
//! Names follow the API (`FilterLogEvents`, `GetLogEvents`), subscription filters, and CloudWatch Logs Insights.

use std::borrow::Cow;

use super::notes::{each_field, is_blank, text_of};
use super::time;
use crate::record::json::Span;

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Message,
    Timestamp,
    IngestionTime,
    Stream,
    Group,
    /// The id as the API calls it.
    EventId,
    /// The id as a subscription filter calls it, and many others.
    Id,
    /// Only Insights says so.
    Pointer,
    /// Only applications say so.
    Level,
}

/// Fields that only CloudWatch gives.
const CLOUDWATCH: [Field; 5] = [Field::IngestionTime, Field::Stream, Field::Group, Field::EventId, Field::Pointer];

impl Field {
    fn bit(self) -> u16 {
        1 << self as u16
    }

    /// Whether only CloudWatch gives it.
    pub(super) fn is_of_cloudwatch(self) -> bool {
        CLOUDWATCH.contains(&self)
    }

    pub(super) fn named(name: &str) -> Option<Self> {
        Self::written(name.as_bytes())
    }

    /// The same by a name in which nothing is escaped.
    pub(super) fn written(name: &[u8]) -> Option<Self> {
        Some(match name {
            b"message" | b"@message" => Self::Message,
            b"timestamp" | b"@timestamp" => Self::Timestamp,
            b"ingestionTime" | b"@ingestionTime" => Self::IngestionTime,
            b"logStreamName" | b"logStream" | b"@logStream" => Self::Stream,
            b"logGroupName" | b"logGroup" | b"logGroupIdentifier" | b"@log" => Self::Group,
            b"eventId" => Self::EventId,
            b"id" => Self::Id,
            b"@ptr" => Self::Pointer,
            b"level" => Self::Level,
            _ => return None,
        })
    }
}

/// What is known of one log event.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Fields<'a> {
    pub(super) message: Option<Cow<'a, str>>,
    pub(super) timestamp: Option<i64>,
    pub(super) ingestion_time: Option<i64>,
    pub(super) stream: Option<Cow<'a, str>>,
    pub(super) group: Option<Cow<'a, str>>,
    pub(super) id: Option<Cow<'a, str>>,
    /// Whether bytes of the message were lost.
    pub(super) is_damaged: bool,
    /// The fields that were there, a bit each.
    named: u16,
    has_numeric_time: bool,
}

impl<'a> Fields<'a> {
    /// The fields of `text`, which is one JSON object; `None` for anything else.
    pub(super) fn of_object(text: &'a str) -> Option<Self> {
        let mut fields = Self::default();
        let end = each_field(text, |field, value| fields.set_json(field, text, value)).ok()?;
        is_blank(&text[end..]).then_some(fields)
    }

    /// Notes one field by where its JSON value stands in `text`.
    pub(super) fn set_json(&mut self, field: Field, text: &'a str, value: Span) {
        let (text, is_damaged) = text_of(text, value);
        self.is_damaged |= is_damaged && field == Field::Message;
        self.set(field, text);
    }

    /// Notes one field; a value that makes no sense is not known.
    pub(super) fn set(&mut self, field: Field, value: Cow<'a, str>) {
        match field {
            Field::Message => self.message = Some(value),
            Field::Timestamp => {
                self.has_numeric_time = value.bytes().all(|byte| byte.is_ascii_digit());
                self.timestamp = time::millis(&value);
            }
            Field::IngestionTime => self.ingestion_time = time::millis(&value),
            Field::Stream => self.stream = name(value),
            Field::Group => self.group = name(group(value)),
            Field::EventId | Field::Id => self.id = name(value),
            Field::Pointer | Field::Level => {}
        }
        self.named |= field.bit();
    }

    /// The same, with the group and the stream that `home` has.
    pub(super) fn at(self, home: &'a Fields<'_>) -> Self {
        let group = if home.has(Field::Group) { home.group.as_deref().map(Cow::Borrowed) } else { self.group };
        let stream = if home.has(Field::Stream) { home.stream.as_deref().map(Cow::Borrowed) } else { self.stream };
        Self { group, stream, named: self.named | home.named, ..self }
    }

    /// The same, bound to nothing.
    pub(super) fn into_owned(self) -> Fields<'static> {
        let owned = |value: Option<Cow<'a, str>>| value.map(|value| Cow::Owned(value.into_owned()));
        Fields {
            message: owned(self.message),
            stream: owned(self.stream),
            group: owned(self.group),
            id: owned(self.id),
            ..Fields { message: None, stream: None, group: None, id: None, ..self }
        }
    }

    fn has(&self, field: Field) -> bool {
        self.named & field.bit() != 0
    }

    /// Whether there is a message.
    pub(super) fn has_message(&self) -> bool {
        self.message.is_some()
    }

    /// Whether these are the fields of a log event, and not of a log format's line, which also has a message and a time.
    pub(super) fn are_of_log_event(&self) -> bool {
        let is_application = self.has(Field::Level) && !self.has(Field::EventId);
        let is_cloudwatch = CLOUDWATCH.iter().any(|field| self.has(*field));
        self.has_message() && !is_application && (is_cloudwatch || self.has_numeric_time)
    }
}

fn name(value: Cow<'_, str>) -> Option<Cow<'_, str>> {
    (!value.is_empty()).then_some(value)
}

/// The name of a log group out of `ACCOUNT:NAME`, as Insights has it, or an ARN.
fn group(value: Cow<'_, str>) -> Cow<'_, str> {
    match value {
        Cow::Borrowed(value) => Cow::Borrowed(name_of_group(value)),
        Cow::Owned(value) => Cow::Owned(name_of_group(&value).to_owned()),
    }
}

fn name_of_group(value: &str) -> &str {
    if let Some((_, name)) = value.split_once(":log-group:") {
        return name.strip_suffix(":*").unwrap_or(name);
    }
    match value.split_once(':') {
        Some((account, name)) if account.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => value,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{LogEvent, Names};
    use crate::source::file::formats::Place;

    fn event(text: &str) -> LogEvent {
        let place = Place { file: "f".into(), stream: None };
        place.at(1).event(Fields::of_object(text).unwrap()).into_event(&mut Names::default())
    }

    #[test]
    fn the_fields_come_in_any_order_and_under_many_names() {
        for text in [
            r#"{"logStreamName":"s","timestamp":1763633743658,"message":"m\n","ingestionTime":1763633744000,"eventId":"39"}"#,
            r#"{"message":"m\n","id":"39","@ingestionTime":"2025-11-20 10:15:44.000","logStream":"s","timestamp":"2025-11-20T10:15:43.658Z"}"#,
        ] {
            let LogEvent { origin, message } = event(text);
            assert_eq!(message.as_str(), "m\n");
            assert_eq!(origin.log_stream.as_deref(), Some("s"));
            assert_eq!((origin.timestamp, origin.ingestion_time), (Some(1_763_633_743_658), Some(1_763_633_744_000)));
            assert_eq!(origin.event_id, Some("39".into()));
        }
    }

    #[test]
    fn a_group_loses_its_account() {
        for group in [
            "/aws/lambda/r",
            "111122223333:/aws/lambda/r",
            "arn:aws:logs:eu-west-1:111122223333:log-group:/aws/lambda/r:*",
        ] {
            let event = event(&format!(r#"{{"message":{{"a": 1}},"logGroup":"{group}"}}"#));
            assert_eq!(event.origin.log_group.as_deref(), Some("/aws/lambda/r"));
            assert_eq!(event.message.as_str(), r#"{"a": 1}"#);
        }
    }

    #[test]
    fn a_half_of_a_surrogate_pair_is_no_obstacle() {
        let message = event(r#"{"message":"a\ud800b"}"#).message;
        assert_eq!(message.as_str(), "a\u{fffd}\u{fffd}\u{fffd}b");
        assert!(message.is_damaged());
    }

    #[test]
    fn lines_of_log_formats_are_not_log_events() {
        let is = |text| Fields::of_object(text).is_some_and(|fields| fields.are_of_log_event());
        assert!(is(r#"{"timestamp":1763633743658,"message":"m"}"#));
        assert!(is(r#"{"message":"m","logStreamName":"s"}"#));
        assert!(is(r#"{"level":"x","message":"m","eventId":"1"}"#));
        for other in [
            r#"{"timestamp":"2025-11-20T10:15:43.658Z","level":"INFO","message":"m"}"#,
            r#"{"timestamp":1763633743658,"level":30,"message":"m"}"#,
            r#"{"level":"INFO","message":"m","logStreamName":"s"}"#,
            r#"{"name":"n","message":"m"}"#,
            r#"{"timestamp":1763633743658}"#,
            r#"{"message":"m","eventId":"1"} x"#,
        ] {
            assert!(!is(other), "{other}");
        }
    }
}
