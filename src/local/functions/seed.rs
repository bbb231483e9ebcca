//! The sender and the receiver of the article that the tool grew from.

use super::super::json::Json;
use super::super::pyjson;
use super::super::shapes::python::{Frame, raised, type_of};
use super::{Call, Definition, Run, Runtime};

/// Returns or raises by `event["return"]`.
pub(crate) static SENDER: Definition = Definition {
    name: "sender",
    description: "Returns or raises as its event says",
    runtime: Runtime::Python39,
    handler: "sender_handler.lambda_handler",
    memory: 128,
    timeout: 3,
    published: Some(("7", "live")),
    outcomes_to: Some("receiver"),
    code: send,
};

/// Prints its event.
pub(crate) static RECEIVER: Definition = Definition {
    name: "receiver",
    description: "Prints the invocation records that it receives",
    runtime: Runtime::Python39,
    handler: "receiver_handler.lambda_handler",
    memory: 128,
    timeout: 3,
    published: None,
    outcomes_to: None,
    code: receive,
};

const FILE: &str = "/var/task/sender_handler.py";

fn send(call: &Call<'_>) -> Run {
    let Json::Map(_) = call.event else {
        return not_a_dict(call);
    };
    let wanted = call.event.get("return");
    if wanted.is_none_or(|wanted| wanted.text() == Some("failure")) {
        let code = "raise RuntimeError(\"I'm supposed to fail here\")";
        let frame = Frame { file: FILE, line: 9, function: "lambda_handler", code };
        return raised(call, 8, "RuntimeError", "I'm supposed to fail here", &[frame]);
    }
    Run::returned(3, "{\"this_invocation\": \"was_successful\"}")
}

fn not_a_dict(call: &Call<'_>) -> Run {
    let code = "if event.get(\"return\", \"failure\") == \"failure\":";
    let frame = Frame { file: FILE, line: 7, function: "lambda_handler", code };
    let message = format!("'{}' object has no attribute 'get'", type_of(&call.event));
    raised(call, 8, "AttributeError", &message, &[frame])
}

fn receive(call: &Call<'_>) -> Run {
    Run::returned(2, "null").after_line(pyjson::dumps(call.payload))
}

#[cfg(test)]
mod tests {
    use super::super::tests::{failure, result, run};
    use super::*;

    #[test]
    fn the_sender_fails_by_default_with_the_articles_error() {
        let expected = concat!(
            r#"{"errorMessage": "I'm supposed to fail here", "errorType": "RuntimeError", "#,
            r#""requestId": "17b37350-871d-4d69-9b4f-a77c2ddd7fc9", "stackTrace": ["#,
            r#""  File \"/var/task/sender_handler.py\", line 9, in lambda_handler\n"#,
            r#"    raise RuntimeError(\"I'm supposed to fail here\")\n"]}"#
        );
        assert_eq!(failure(&SENDER, r#"{"return": "failure"}"#), expected);
        assert_eq!(failure(&SENDER, "{}"), expected);
        let log = &run(&SENDER, "{}").complaint.unwrap();
        assert!(
            log.starts_with("[ERROR] RuntimeError: I'm supposed to fail here\nTraceback (most recent call last):\n")
        );
        assert!(log.contains("\n\u{a0}\u{a0}File \"/var/task/sender_handler.py\", line 9"), "{log:?}");
    }

    #[test]
    fn anything_but_failure_succeeds() {
        for payload in [r#"{"return":"success"}"#, r#"{"return":null}"#, r#"{"return":1}"#] {
            assert_eq!(result(&SENDER, payload), "{\"this_invocation\": \"was_successful\"}");
        }
    }

    #[test]
    fn an_event_that_is_no_dict_has_no_get() {
        let table =
            [("\"x\"", "str"), ("[1]", "list"), ("null", "NoneType"), ("1", "int"), ("1.0", "float"), ("true", "bool")];
        for (payload, kind) in table {
            let expected = format!("'{kind}' object has no attribute 'get'");
            assert!(failure(&SENDER, payload).contains(&expected), "{payload}");
        }
    }

    #[test]
    fn the_receiver_prints_and_returns_nothing() {
        let done = run(&RECEIVER, r#"{"a":[1,2.50,"é"]}"#);
        assert_eq!(done.lines, [r#"{"a": [1, 2.50, "\u00e9"]}"#]);
        assert_eq!(done.ending, super::super::Ending::Returned("null".to_owned()));
    }
}
