//! Reading the fields of a record in one walk through its text.

use std::borrow::Cow;

use super::{BatchInfo, NotARecord, RecordView};
use crate::record::json::{self, Raw, Span, Visit};

/// Declares the fields with their keys.
macro_rules! fields {
    ($($field:ident $key:literal),+) => {
        /// A field of a record, of its `requestContext` or of its `responseContext`, in the order the service writes them.
        #[derive(Clone, Copy, PartialEq, Eq)]
        pub(super) enum Field {
            $($field,)+
            /// A key that ends with `BatchInfo`.
            BatchInfo,
            Other,
        }

        impl Field {
            /// Length of the field's key and its colon, if `rest` begins with them and nothing is between them.
            #[inline]
            fn begins(self, rest: &[u8]) -> Option<usize> {
                match self {
                    $(Self::$field => rest.starts_with(concat!("\"", $key, "\":").as_bytes()).then_some($key.len() + 3),)+
                    _ => None,
                }
            }

            /// The field of that key.
            fn named(key: &str) -> Self {
                match key {
                    $($key => Self::$field,)+
                    _ if key.ends_with("BatchInfo") => Self::BatchInfo,
                    _ => Self::Other,
                }
            }
        }
    };
}

fields! {
    Version "version", Timestamp "timestamp",
    RequestContext "requestContext",
    RequestId "requestId", FunctionArn "functionArn", Condition "condition", InvokeCount "approximateInvokeCount",
    RequestPayload "requestPayload",
    ResponseContext "responseContext",
    StatusCode "statusCode", ExecutedVersion "executedVersion", FunctionError "functionError",
    ResponsePayload "responsePayload"
}

impl Field {
    /// The field whose object it stands in, if that is not the record itself.
    fn parent(self) -> Option<Self> {
        match self {
            Self::RequestId | Self::FunctionArn | Self::Condition | Self::InvokeCount => Some(Self::RequestContext),
            Self::StatusCode | Self::ExecutedVersion | Self::FunctionError => Some(Self::ResponseContext),
            _ => None,
        }
    }

    /// The first field in it.
    fn first(self) -> Self {
        match self {
            Self::RequestContext => Self::RequestId,
            Self::ResponseContext => Self::StatusCode,
            _ => Self::Other,
        }
    }

    /// The field that follows it in the same object.
    fn next(self) -> Self {
        match self {
            Self::Version => Self::Timestamp,
            Self::Timestamp => Self::RequestContext,
            Self::RequestContext => Self::RequestPayload,
            Self::RequestPayload => Self::ResponseContext,
            Self::ResponseContext => Self::ResponsePayload,
            Self::RequestId => Self::FunctionArn,
            Self::FunctionArn => Self::Condition,
            Self::Condition => Self::InvokeCount,
            Self::StatusCode => Self::ExecutedVersion,
            Self::ExecutedVersion => Self::FunctionError,
            _ => Self::Other,
        }
    }
}

/// A view that is being filled.
pub(super) struct Reading<'a, 'v> {
    text: &'a str,
    view: &'v mut RecordView<'a>,
    /// What was met last on each level.
    met: [Field; 2],
    /// What is expected on each level: most records are as the service wrote them.
    expected: [Field; 2],
    /// The key of the last batch.
    batch: Cow<'a, str>,
    has_version: bool,
    has_context: bool,
    has_condition: bool,
}

impl<'a, 'v> Reading<'a, 'v> {
    pub(super) fn new(text: &'a str, view: &'v mut RecordView<'a>) -> Self {
        Self {
            text,
            view,
            met: [Field::Other; 2],
            expected: [Field::Version, Field::Other],
            batch: Cow::default(),
            has_version: false,
            has_context: false,
            has_condition: false,
        }
    }

    /// What the object lacked.
    pub(super) fn missing(&self) -> Option<NotARecord> {
        let has_name = self.view.request_id.is_some() || self.view.function_arn.is_some();
        let parts = [
            (self.has_context, NotARecord::NoRequestContext),
            (self.has_condition, NotARecord::NoCondition),
            (has_name, NotARecord::NoName),
            (self.has_version, NotARecord::NoVersion),
        ];
        parts.into_iter().find(|(is_there, _)| !is_there).map(|(_, missing)| missing)
    }

    #[inline]
    fn meet(&mut self, level: usize, field: Field) {
        (self.met[level - 1], self.expected[level - 1]) = (field, field.next());
        if level == 1 {
            self.expected[1] = field.first();
        }
        match field {
            Field::RequestContext => self.forget_context(),
            Field::ResponseContext => self.forget_response_context(),
            _ => {}
        }
    }

    fn forget_context(&mut self) {
        (self.has_context, self.has_condition) = (false, false);
        (self.view.request_id, self.view.function_arn, self.view.approximate_invoke_count) = (None, None, None);
    }

    fn forget_response_context(&mut self) {
        (self.view.status_code, self.view.executed_version, self.view.function_error) = (None, None, None);
    }

    #[inline]
    fn string(&self, value: Span) -> Option<Cow<'a, str>> {
        let written = self.text[value.start..value.end].strip_prefix('"')?.strip_suffix('"')?;
        Some(if value.has_escape { json::unescape(written) } else { Cow::Borrowed(written) })
    }

    fn raw(&self, value: Span) -> &'a str {
        &self.text[value.start..value.end]
    }

    fn number(&self, value: Span) -> Option<u64> {
        self.raw(value).parse().ok()
    }

    fn is_object(&self, value: Span) -> bool {
        self.raw(value).starts_with('{')
    }
}

#[allow(clippy::inline_always, reason = "parts of one loop")]
impl Visit for Reading<'_, '_> {
    #[inline(always)]
    fn expected(&mut self, level: usize, rest: &[u8]) -> Option<usize> {
        let field = self.expected[level - 1];
        let length = field.begins(rest)?;
        self.meet(level, field);
        Some(length)
    }

    #[inline(always)]
    fn key(&mut self, level: usize, key: Span) {
        let parent = (level == 2).then_some(self.met[0]);
        let written = &self.text[key.start + 1..key.end - 1];
        let key = if key.has_escape { json::unescape(written) } else { Cow::Borrowed(written) };
        let field = Some(Field::named(&key)).filter(|field| field.parent() == parent).unwrap_or(Field::Other);
        self.meet(level, field);
        if field == Field::BatchInfo {
            self.batch = key;
        }
    }

    #[inline(always)]
    fn enters(&self) -> bool {
        self.expected[1] != Field::Other
    }

    #[inline(always)]
    fn value(&mut self, level: usize, value: Span) {
        match self.met[level - 1] {
            Field::Version => {
                let version = self.string(value);
                self.has_version = version.is_some();
                self.view.version = version.unwrap_or_default();
            }
            Field::Timestamp => self.view.timestamp = self.string(value),
            Field::RequestContext => self.has_context = self.is_object(value),
            Field::RequestId => self.view.request_id = self.string(value),
            Field::FunctionArn => self.view.function_arn = self.string(value),
            Field::Condition => {
                let condition = self.string(value);
                self.has_condition = condition.is_some();
                self.view.condition = condition.unwrap_or_default();
            }
            Field::InvokeCount => self.view.approximate_invoke_count = self.number(value),
            Field::RequestPayload => self.view.request_payload = Some(Raw::of(self.raw(value))),
            Field::ResponseContext => self.view.has_response_context = self.is_object(value),
            Field::StatusCode => self.view.status_code = self.number(value),
            Field::ExecutedVersion => self.view.executed_version = self.string(value),
            Field::FunctionError => self.view.function_error = self.string(value),
            Field::ResponsePayload => self.view.response_payload = Some(Raw::of(self.raw(value))),
            Field::BatchInfo => {
                let (name, value) = (self.batch.clone(), Raw::of(self.raw(value)));
                self.view.batch_info = Some(BatchInfo { name, value });
            }
            Field::Other => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;

    use super::*;
    use crate::record::json::Members;

    /// The view by looks for each key.
    fn slowly(text: &str) -> Result<RecordView<'_>, NotARecord> {
        let members = json::members(text).ok_or(NotARecord::NotAnObject)?;
        let object = |key| json::find(&members, key).and_then(|value| json::members(value.get()));
        let string = |members: &Members<'_>, key| {
            json::find(members, key)
                .and_then(|value| json::unquote(value.get()))
                .map(|text| Cow::Owned(text.into_owned()))
        };
        let number = |members: &Members<'_>, key| json::find(members, key)?.get().parse().ok();
        let context = object("requestContext").ok_or(NotARecord::NoRequestContext)?;
        let response = object("responseContext");
        let batch = members.iter().rev().find(|member| member.key().ends_with("BatchInfo"));
        let condition = string(&context, "condition").ok_or(NotARecord::NoCondition)?;
        let (request_id, function_arn) = (string(&context, "requestId"), string(&context, "functionArn"));
        request_id.as_ref().or(function_arn.as_ref()).ok_or(NotARecord::NoName)?;
        Ok(RecordView {
            version: string(&members, "version").ok_or(NotARecord::NoVersion)?,
            timestamp: string(&members, "timestamp"),
            request_id,
            function_arn,
            condition,
            approximate_invoke_count: number(&context, "approximateInvokeCount"),
            request_payload: json::find(&members, "requestPayload"),
            has_response_context: response.is_some(),
            status_code: response.as_ref().and_then(|response| number(response, "statusCode")),
            executed_version: response.as_ref().and_then(|response| string(response, "executedVersion")),
            function_error: response.as_ref().and_then(|response| string(response, "functionError")),
            response_payload: json::find(&members, "responsePayload"),
            batch_info: batch.map(|member| BatchInfo { name: member.key(), value: member.value }),
        })
    }

    /// An object of some of these keys and values.
    fn object(keys: &'static [&'static str], value: BoxedStrategy<String>) -> impl Strategy<Value = String> {
        let colons = select(&[":", ":", ":", " : ", "\n:"][..]);
        let member = (select(keys), colons, value).prop_map(|(key, colon, value)| format!("\"{key}\"{colon}{value}"));
        (vec(member, 0..9), select(&["{", "{", "{ "][..]))
            .prop_map(|(members, open)| format!("{open}{}}}", members.join(",")))
    }

    fn record() -> impl Strategy<Value = String> {
        let scalar = || {
            select(vec![
                "\"a\"",
                "\"1.0\"",
                "\"\\u0061\\ud800\"",
                "\"ü\"",
                "3",
                "-1",
                "null",
                "[{\"condition\":\"x\"}]",
            ])
            .prop_map(str::to_owned)
            .boxed()
        };
        let inner: &[_] = &[
            "requestId",
            "functionArn",
            "condition",
            "condition",
            "request\\u0049d",
            "approximateInvokeCount",
            "statusCode",
            "executedVersion",
            "functionError",
            "version",
        ];
        let outer: &[_] = &[
            "version",
            "version",
            "timestamp",
            "requestContext",
            "requestContext",
            "requestContext",
            "request\\u0043ontext",
            "requestPayload",
            "responseContext",
            "responsePayload",
            "KafkaBatchInfo",
            "\\u0041BatchInfo",
            "requestId",
            "condition",
            "",
        ];
        object(outer, prop_oneof![scalar(), object(inner, scalar()), object(inner, scalar())].boxed())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 8192, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn one_walk_sees_what_looks_for_each_key_find(text in record(), cut in 0..400_usize) {
            for text in [&text, text.get(..cut).unwrap_or("[]"), &format!(" {text}\n"), &format!("{text},")] {
                let (read, expected) = (RecordView::read(text), slowly(text));
                prop_assert_eq!(format!("{read:?}"), format!("{expected:?}"), "{}", text);
            }
        }
    }

    #[test]
    fn a_record_of_the_service_is_expected() {
        let text = r#"{"version":"1.0","timestamp":"t","requestContext":{"requestId":"r","functionArn":"f","condition":"c","approximateInvokeCount":3},"requestPayload":{"requestId":"x"},"responseContext":{"statusCode":200,"executedVersion":"7","functionError":"Unhandled"},"responsePayload":null}"#;
        let seen = RecordView::read(text);
        assert_eq!(format!("{seen:?}"), format!("{:?}", slowly(text)));
        let seen = seen.expect("a record");
        assert_eq!((seen.request_id.as_deref(), seen.status_code), (Some("r"), Some(200)));
    }
}
