//! The line, byte for byte.

use std::sync::Arc;

use super::*;
use crate::log::{LogEvent, Origin, Text};
use crate::record::{Finder, Found};

fn lines(finder: &mut Finder, origin: Origin, message: &str) -> String {
    let mut found = Vec::new();
    finder.push(&LogEvent { origin, message: Text::from(message) }, &mut found);
    let mut out = Vec::new();
    for found in &found {
        match found {
            Found::Arrival(arrival) => write(&mut out, arrival).expect("memory takes everything"),
            Found::Unreadable(unreadable) => panic!("unreadable: {}", unreadable.reason),
        }
    }
    String::from_utf8(out).expect("text")
}

fn assert_line(message: &str, origin: Origin, expected: &str) {
    let line = lines(&mut Finder::new(), origin, message);
    assert_eq!(line, format!("{expected}\n"));
    let file = Origin { file: Some(Arc::from("again.jsonl")), line: Some(9), ..Origin::default() };
    assert_eq!(lines(&mut Finder::new(), file, &line), line, "a second pass");
}

#[test]
fn a_failure() {
    assert_line(
        "got {\"version\": \"1.0\", \"timestamp\": \"2022-04-16T11:24:43.658Z\",\r\n \"requestContext\": {\"requestId\": \"r1\", \"functionArn\": \"arn:aws:lambda:eu-central-1:123123123123:function:sender:$LATEST\", \"condition\": \"RetriesExhausted\", \"approximateInvokeCount\": 3}, \"requestPayload\": {\"big\":9007199254740993,\"e\":1e400,\"bidi\":\"\u{202e}\u{85}\"}, \"unknown\": 1.0, \"responsePayload\": {\"errorMessage\": \"I'm\\n\\u001b[31m\u{7f}\", \"errorType\": \"RuntimeError\", \"stackTrace\": [\"  File \\\"/var/task/a.py\\\", line 9, in f\\n    raise X\\n\"]}}",
        Origin {
            log_group: Some(Arc::from("/aws/lambda/receiver")),
            log_stream: Some(Arc::from("s")),
            timestamp: Some(1_650_108_283_658),
            ingestion_time: Some(1_650_108_284_100),
            event_id: Some("00000000000000000000000000000000000000000000000000000001".into()),
            ..Origin::default()
        },
        r#"{"requestId":"r1","outcome":"failure","condition":"RetriesExhausted","approximateInvokeCount":3,"timestamp":"2022-04-16T11:24:43.658Z","functionArn":"arn:aws:lambda:eu-central-1:123123123123:function:sender:$LATEST","functionName":"sender","qualifier":"$LATEST","kind":"async","envelope":[],"redelivery":0,"replayable":true,"recovered":false,"damaged":false,"redacted":false,"error":{"type":"RuntimeError","message":"I'm\n\u001b[31m\u007f","frames":[{"file":"/var/task/a.py","line":9,"function":"f","code":"raise X"}],"cause":null},"fingerprint":"ec403d0b1e573812","record":{"version": "1.0", "timestamp": "2022-04-16T11:24:43.658Z", "requestContext": {"requestId": "r1", "functionArn": "arn:aws:lambda:eu-central-1:123123123123:function:sender:$LATEST", "condition": "RetriesExhausted", "approximateInvokeCount": 3}, "requestPayload": {"big":9007199254740993,"e":1e400,"bidi":"\u202e\u0085"}, "unknown": 1.0, "responsePayload": {"errorMessage": "I'm\n\u001b[31m\u007f", "errorType": "RuntimeError", "stackTrace": ["  File \"/var/task/a.py\", line 9, in f\n    raise X\n"]}},"origin":{"logGroup":"/aws/lambda/receiver","logStream":"s","timestamp":1650108283658,"ingestionTime":1650108284100,"eventId":"00000000000000000000000000000000000000000000000000000001"}}"#,
    );
}

#[test]
fn a_success_without_anything_else() {
    assert_line(
        r#"{"message":{"version":"1.0","requestContext":{"functionArn":"sender\u202e","condition":"Success"},"responsePayload":"****"}}"#,
        Origin { file: Some(Arc::from("a\u{1b}.log")), line: Some(3), ..Origin::default() },
        r#"{"requestId":null,"outcome":"success","condition":"Success","approximateInvokeCount":null,"timestamp":null,"functionArn":"sender\u202e","functionName":"sender\u202e","qualifier":null,"kind":"async","envelope":["log"],"redelivery":0,"replayable":false,"recovered":false,"damaged":false,"redacted":true,"error":null,"fingerprint":null,"record":{"version":"1.0","requestContext":{"functionArn":"sender\u202e","condition":"Success"},"responsePayload":"****"},"origin":{"file":"a\u001b.log","line":3}}"#,
    );
}

#[test]
fn a_failure_without_an_error() {
    assert_line(
        r#"{"version":"1.0","requestContext":{"requestId":"r","condition":"New"},"KinesisBatchInfo":{"n":"49601189658422359378836298521827638475320189012309704722"}}"#,
        Origin::default(),
        r#"{"requestId":"r","outcome":"failure","condition":"New","approximateInvokeCount":null,"timestamp":null,"functionArn":null,"functionName":null,"qualifier":null,"kind":"event-source","envelope":[],"redelivery":0,"replayable":false,"recovered":false,"damaged":false,"redacted":false,"error":null,"fingerprint":"151ee99ab9c517e2","record":{"version":"1.0","requestContext":{"requestId":"r","condition":"New"},"KinesisBatchInfo":{"n":"49601189658422359378836298521827638475320189012309704722"}},"origin":{}}"#,
    );
}
