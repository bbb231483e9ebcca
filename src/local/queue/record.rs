//! The invocation record, as recorded from AWS: a compact frame with the payloads' own bytes in it.

use super::super::clock::iso_millis;
use super::super::wire::to_json;

/// What a destination is told of an invocation.
#[derive(Debug)]
pub(crate) struct Record<'a> {
    /// When the record is made, in milliseconds since the Unix epoch.
    pub(crate) timestamp: i64,
    /// The invocation's request id.
    pub(crate) request_id: &'a str,
    /// The function's ARN, always with a qualifier.
    pub(crate) function_arn: &'a str,
    /// `Success`, or why it was given up.
    pub(crate) condition: &'a str,
    /// How often it ran.
    pub(crate) count: u32,
    /// The payload, verbatim.
    pub(crate) request_payload: &'a str,
    /// What came of it.
    pub(crate) response: Response<'a>,
}

/// The record's last two keys.
#[derive(Debug)]
pub(crate) enum Response<'a> {
    /// Neither of them: `ZeroReservedConcurrency`.
    None,
    /// Only a status: 404 for a deleted function, 429 for one throttled to the end.
    Status(u16),
    /// The last run.
    Ran {
        /// The version that ran.
        version: &'a str,
        /// Whether it failed.
        failed: bool,
        /// Its result or error, verbatim.
        payload: &'a str,
    },
}

impl Record<'_> {
    /// The record's text.
    pub(crate) fn to_json(&self) -> String {
        format!(
            "{{\"version\":\"1.0\",\"timestamp\":{},\"requestContext\":{{\"requestId\":{},\"functionArn\":{},\
             \"condition\":{},\"approximateInvokeCount\":{}}},\"requestPayload\":{}{}}}",
            to_json(&iso_millis(self.timestamp)),
            to_json(&self.request_id),
            to_json(&self.function_arn),
            to_json(&self.condition),
            self.count,
            self.request_payload,
            self.response.to_json()
        )
    }
}

impl Response<'_> {
    fn to_json(&self) -> String {
        match self {
            Self::None => String::new(),
            Self::Status(status) => format!(",\"responseContext\":{{\"statusCode\":{status}}}"),
            Self::Ran { version, failed, payload } => format!(
                ",\"responseContext\":{{\"statusCode\":200,\"executedVersion\":{}{}}},\"responsePayload\":{payload}",
                to_json(version),
                if *failed { ",\"functionError\":\"Unhandled\"" } else { "" }
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::functions::tests::failure;
    use super::super::super::functions::{DEPLOYED, Definition};
    use super::super::super::pyjson::dumps;
    use super::*;

    const ID: &str = "17b37350-871d-4d69-9b4f-a77c2ddd7fc9";
    const ARN: &str = "arn:aws:lambda:eu-central-1:123123123123:function:CdkLambdaDestinationsStack-sender96A36763-zpInOlEaxILF:$LATEST";

    fn record<'a>(condition: &'a str, request_payload: &'a str, response: Response<'a>) -> Record<'a> {
        let timestamp = 1_650_108_283_658;
        Record { timestamp, request_id: ID, function_arn: ARN, condition, count: 3, request_payload, response }
    }

    fn sender() -> &'static Definition {
        DEPLOYED.iter().find(|function| function.name == "sender").unwrap()
    }

    #[test]
    fn the_articles_failure_comes_out_byte_for_byte() {
        let payload = r#"{"return": "failure"}"#;
        let answer = failure(sender(), payload);
        let response = Response::Ran { version: "$LATEST", failed: true, payload: &answer };
        let printed = dumps(&record("RetriesExhausted", payload, response).to_json());
        // The article's record, as Python's json.dumps printed it on one line.
        let expected = concat!(
            r#"{"version": "1.0", "timestamp": "2022-04-16T11:24:43.658Z", "requestContext": {"#,
            r#""requestId": "17b37350-871d-4d69-9b4f-a77c2ddd7fc9", "functionArn": "#,
            r#""arn:aws:lambda:eu-central-1:123123123123:function:CdkLambdaDestinationsStack-sender96A36763-zpInOlEaxILF:$LATEST", "#,
            r#""condition": "RetriesExhausted", "approximateInvokeCount": 3}, "requestPayload": {"return": "failure"}, "#,
            r#""responseContext": {"statusCode": 200, "executedVersion": "$LATEST", "functionError": "Unhandled"}, "#,
            r#""responsePayload": {"errorMessage": "I'm supposed to fail here", "errorType": "RuntimeError", "#,
            r#""requestId": "17b37350-871d-4d69-9b4f-a77c2ddd7fc9", "stackTrace": ["#,
            r#""  File \"/var/task/sender_handler.py\", line 9, in lambda_handler\n"#,
            r#"    raise RuntimeError(\"I'm supposed to fail here\")\n"]}}"#
        );
        assert_eq!(printed, expected);
    }

    #[test]
    fn payload_bytes_are_spliced_in_as_they_came() {
        let response = Response::Ran { version: "7", failed: false, payload: "{\"a\": 1.0 }" };
        let json = record("Success", "{\n  \"n\": 1e400\n}\n", response).to_json();
        assert!(json.contains("\"requestPayload\":{\n  \"n\": 1e400\n}\n,\"responseContext\":"), "{json}");
        assert!(json.ends_with(r#"{"statusCode":200,"executedVersion":"7"},"responsePayload":{"a": 1.0 }}"#), "{json}");
    }

    #[test]
    fn what_never_ran_has_no_response_payload() {
        let none = record("ZeroReservedConcurrency", "null", Response::None).to_json();
        assert!(none.ends_with(r#""requestPayload":null}"#), "{none}");
        let expired = record("EventAgeExceeded", "1", Response::Status(429)).to_json();
        assert!(expired.ends_with(r#""requestPayload":1,"responseContext":{"statusCode":429}}"#), "{expired}");
    }
}
