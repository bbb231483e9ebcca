//! Every recorded sample, by name, with what must be found in it.

#![allow(clippy::expect_used, clippy::panic, reason = "a test says by panicking what is wrong")]

use arrivals::log::{LogEvent, Origin, Text};
use arrivals::record::{Arrival, Envelope, Finder, Found, FunctionArn, InvocationError, Kind, Outcome, Reason};
use serde_json::Value;

const SAMPLES: &str = include_str!("data/record-samples.jsonl");
const PAYLOAD: &str = r#"{"orderId": "A-1001", "qty": 2}"#;
const COMPACT_PAYLOAD: &str = r#"{"orderId":"A-1001","qty":2}"#;

fn message(name: &str) -> String {
    let sample = SAMPLES
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("a sample is JSON"))
        .find(|sample| sample["name"] == name)
        .unwrap_or_else(|| panic!("no sample {name}"));
    sample["message"].as_str().expect("a message").to_owned()
}

fn find(name: &str) -> Vec<Found> {
    find_all(&[message(name)])
}

fn find_all(messages: &[String]) -> Vec<Found> {
    let mut found = Vec::new();
    let mut finder = Finder::new();
    for message in messages {
        finder.push(&LogEvent { origin: Origin::default(), message: Text::from(message.as_str()) }, &mut found);
    }
    finder.finish(&mut found);
    found
}

fn arrivals(name: &str) -> Vec<Arrival> {
    arrivals_in(name, &[message(name)])
}

fn arrivals_in(name: &str, messages: &[String]) -> Vec<Arrival> {
    find_all(messages)
        .into_iter()
        .map(|found| match found {
            Found::Arrival(arrival) => arrival,
            Found::Unreadable(unreadable) => panic!("{name}: {}", unreadable.reason),
        })
        .collect()
}

fn arrival(name: &str) -> Arrival {
    let mut arrivals = arrivals(name);
    assert_eq!(arrivals.len(), 1, "{name}");
    arrivals.remove(0)
}

fn reason(name: &str) -> Reason {
    match &find(name)[..] {
        [Found::Unreadable(unreadable)] => unreadable.reason,
        other => panic!("{name}: {other:?}"),
    }
}

/// The last digits of the request id, the condition and the count.
fn head_of(arrival: &Arrival) -> (&str, &str, Option<u64>) {
    let record = &arrival.record;
    let id = record.request_id().expect("a request id");
    assert_eq!(&id[..32], "6f0d0c1e-3a77-4a0e-9a51-0b6a3b1f");
    assert_eq!(record.function().map(FunctionArn::name), Some("orders-sender"));
    (&id[32..], record.condition().as_str(), record.invoke_count())
}

fn error(arrival: &Arrival) -> InvocationError {
    arrival.record.error().expect("an error")
}

fn assert_value_error(arrival: &Arrival) {
    let error = error(arrival);
    assert_eq!(error.error_type.as_deref(), Some("ValueError"));
    assert_eq!(error.message.as_deref(), Some("stock can't be negative"));
    let [frame] = &error.frames[..] else { panic!("one frame: {error:?}") };
    assert_eq!((frame.file.as_deref(), frame.line), (Some("/var/task/app.py"), Some(12)));
    assert_eq!(frame.function.as_deref(), Some("handler"));
    assert_eq!(frame.code.as_deref(), Some("raise ValueError(\"stock can't be negative\")"));
}

fn assert_type_error(arrival: &Arrival) {
    let error = error(arrival);
    assert_eq!(error.error_type.as_deref(), Some("TypeError"));
    assert_eq!(error.message.as_deref(), Some("Cannot read properties of undefined (reading 'id')"));
    let [frame] = &error.frames[..] else { panic!("one frame: {error:?}") };
    assert_eq!((frame.file.as_deref(), frame.line), (Some("/var/task/index.mjs"), Some(4)));
    assert_eq!(frame.function.as_deref(), Some("Runtime.handler"));
}

#[test]
fn every_sample_is_tested() {
    let names: Vec<_> = SAMPLES
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON")["name"].as_str().expect("a name").to_owned())
        .collect();
    let source = include_str!("samples.rs");
    assert_eq!(names.len(), 25);
    for name in names {
        assert!(source.contains(&format!("\"{name}\"")), "{name}");
    }
}

#[test]
fn successes() {
    for (name, payload, envelope) in [
        ("python_print_success", PAYLOAD, &[][..]),
        ("node_json_message_string", COMPACT_PAYLOAD, &[Envelope::Log]),
        ("python_json_logging", PAYLOAD, &[Envelope::Log]),
        ("powertools_ts_event", COMPACT_PAYLOAD, &[Envelope::Log]),
    ] {
        let arrival = arrival(name);
        assert_eq!(head_of(&arrival), ("0001", "Success", Some(1)), "{name}");
        assert_eq!(*arrival.envelope, *envelope, "{name}");
        assert_eq!(arrival.record.outcome(), Outcome::Success);
        assert_eq!(arrival.record.request_payload(), Some(payload), "{name}");
        let response = arrival.record.response_payload().expect("a response");
        assert!(matches!(response, r#"{"accepted":true}"# | r#"{"accepted": true}"#), "{name}");
        assert_eq!((arrival.record.error(), arrival.record.fingerprint()), (None, None));
        assert!(arrival.replayable());
    }
}

#[test]
fn python_failures() {
    for (name, envelope) in [
        ("python_print_failure", &[][..]),
        ("python_logger_text", &[]),
        ("powertools_python_log_event", &[Envelope::Log]),
        ("sns_envelope", &[Envelope::Sns]),
        ("sns_in_sqs", &[Envelope::Sqs, Envelope::Sns]),
        ("eventbridge_event", &[Envelope::EventBridge]),
    ] {
        let arrival = arrival(name);
        assert_eq!(head_of(&arrival), ("0002", "RetriesExhausted", Some(3)), "{name}");
        assert_eq!(*arrival.envelope, *envelope, "{name}");
        assert_eq!(arrival.record.function().and_then(|arn| arn.qualifier()), Some("$LATEST"));
        assert_eq!(arrival.record.function_error().as_deref(), Some("Unhandled"));
        assert_eq!(arrival.record.timestamp(), Some(1_795_169_743_658));
        assert_value_error(&arrival);
        assert!(arrival.replayable());
    }
}

#[test]
fn one_failure_has_one_fingerprint_however_it_came() {
    let names =
        ["python_print_failure", "python_logger_text", "powertools_python_log_event", "sns_envelope", "sns_in_sqs"];
    let fingerprints: Vec<_> = names.iter().map(|name| arrival(name).record.fingerprint()).collect();
    assert!(fingerprints[0].is_some());
    assert!(fingerprints.iter().all(|fingerprint| *fingerprint == fingerprints[0]));
}

#[test]
fn node_failures() {
    for (name, envelope) in [
        ("node_text_prefix", &[][..]),
        ("node_text_pretty_one_event", &[]),
        ("node_json_message_object", &[Envelope::Log]),
    ] {
        let arrival = arrival(name);
        assert_eq!(head_of(&arrival), ("0003", "RetriesExhausted", Some(3)), "{name}");
        assert_eq!(*arrival.envelope, *envelope, "{name}");
        assert_eq!(arrival.record.function().and_then(|arn| arn.qualifier()), Some("live"));
        assert_eq!(arrival.record.executed_version(), Some("7"));
        assert!(arrival.record.text().shares_with(&arrival.message), "{name} is not copied");
        assert_type_error(&arrival);
    }
}

#[test]
fn a_java_failure_has_a_cause() {
    let arrival = arrival("java_json_string");
    assert_eq!(head_of(&arrival), ("0004", "RetriesExhausted", Some(2)));
    let error = error(&arrival);
    assert_eq!(error.error_type.as_deref(), Some("com.example.OrderException"));
    assert_eq!(error.frames[0].file.as_deref(), Some("Handler.java"));
    assert_eq!((error.frames.len(), error.frames[0].line), (1, Some(31)));
    let cause = error.cause.expect("a cause");
    assert_eq!(cause.error_type.as_deref(), Some("java.net.ConnectException"));
    assert_eq!(cause.message.as_deref(), Some("connection refused"));
    assert_eq!((cause.frames.len(), cause.frames[0].line, cause.cause), (1, None, None));
}

#[test]
fn a_batch_keeps_payloads_byte_for_byte() {
    let arrivals = arrivals("sqs_envelope_two");
    assert_eq!(arrivals.len(), 2);
    assert_eq!(head_of(&arrivals[0]), ("0005", "Success", Some(1)));
    assert_eq!(head_of(&arrivals[1]), ("0002", "RetriesExhausted", Some(3)));
    assert!(arrivals.iter().all(|arrival| *arrival.envelope == [Envelope::Sqs] && arrival.redelivery == 0));
    let expected = "{\n  \"orderId\": \"A-1001\",\n  \"big\": 12345678901234567890,\n  \"price\": 1.10\n}";
    assert_eq!(arrivals[0].record.request_payload(), Some(expected));
    assert_eq!(arrivals[0].record.response_payload(), Some("null"));
    assert_value_error(&arrivals[1]);
}

#[test]
fn what_never_ran_has_no_response() {
    for (name, id, condition, count, status) in [
        ("age_exceeded_never_ran", "0006", "EventAgeExceeded", 0, Some(429)),
        ("zero_reserved_concurrency", "0007", "ZeroReservedConcurrency", 0, None),
        ("target_deleted_404", "0008", "RetriesExhausted", 1, Some(404)),
    ] {
        let arrival = arrival(name);
        assert_eq!(head_of(&arrival), (id, condition, Some(count)));
        let view = arrival.record.view();
        assert_eq!((view.status_code, view.has_response_context), (status, status.is_some()));
        assert!(view.executed_version.is_none() && view.response_payload.is_none());
        assert_eq!(arrival.record.request_payload(), Some(PAYLOAD));
        assert!(arrival.replayable() && arrival.record.error().is_none() && arrival.record.fingerprint().is_some());
    }
}

#[test]
fn a_timeout_has_a_type_and_no_frames() {
    let arrival = arrival("timeout_scalar_payload");
    assert_eq!(head_of(&arrival), ("0009", "RetriesExhausted", Some(1)));
    assert_eq!(arrival.record.request_payload(), Some("\"just a string\""));
    let error = error(&arrival);
    assert_eq!((error.error_type.as_deref(), error.frames.len()), (Some("Sandbox.Timedout"), 0));
}

#[test]
fn a_batch_of_a_stream_cannot_be_sent_again() {
    let arrival = arrival("kinesis_esm_record");
    assert_eq!(head_of(&arrival), ("0010", "RetryAttemptsExhausted", Some(3)));
    assert_eq!((arrival.record.kind(), arrival.replayable()), (Kind::EventSource, false));
    assert_eq!(arrival.record.function().and_then(|arn| arn.qualifier()), None);
    let view = arrival.record.view();
    let batch = view.batch_info.expect("a batch");
    assert_eq!(batch.name, "KinesisBatchInfo");
    assert!(batch.value.get().contains("\"49601189658422359378836298521827638475320189012309704722\""));
    assert!(view.function_error.is_none() && view.request_payload.is_none());
}

#[test]
fn fragments_are_joined() {
    let (head, whole) = (message("fragment_head"), message("python_print_failure"));
    let arrivals = arrivals_in("fragment_head", &[head.clone(), whole[head.len()..].to_owned()]);
    let [arrival] = &arrivals[..] else { panic!("one arrival") };
    assert_eq!(arrival.record.text().as_str(), whole.trim_end());
    assert_eq!(head_of(arrival), ("0002", "RetriesExhausted", Some(3)));
    assert_value_error(arrival);
    assert!(arrival.replayable() && !arrival.damaged && !arrival.recovered);
}

#[test]
fn a_printed_dict_is_rebuilt() {
    let arrival = arrival("python_repr_not_json");
    assert_eq!(head_of(&arrival), ("0002", "RetriesExhausted", Some(3)));
    assert_eq!(arrival.record.request_payload(), Some(PAYLOAD));
    assert_value_error(&arrival);
    assert!(arrival.recovered && arrival.replayable());
}

#[test]
fn other_prints_are_unreadable_with_a_reason() {
    assert_eq!(reason("node_inspect_not_json"), Reason::Node);
    assert_eq!(reason("fragment_head"), Reason::Cut);
}

#[test]
fn platform_lines_hold_nothing() {
    assert!(find("report_text").is_empty());
    assert!(find("platform_report_json").is_empty());
}
