//! Redeliveries, repeats, and what is kept of an arrival.

use std::sync::Arc;

use super::*;
use crate::log::{Origin, Text};

const RECORD: &str = r#"{"version":"1.0","timestamp":"2022-04-16T11:24:43.658Z","requestContext":{"requestId":"r1","functionArn":"arn:aws:lambda:eu-central-1:1:function:f:live","condition":"RetriesExhausted","approximateInvokeCount":3},"requestPayload":null,"responsePayload":{"a":1}}"#;

fn event(id: &str, message: &str) -> LogEvent {
    let origin = Origin { event_id: Some(id.into()), timestamp: Some(7), ..Origin::default() };
    LogEvent { origin, message: Text::from(message) }
}

fn arrivals(finder: &mut Finder, event: &LogEvent) -> Vec<Arrival> {
    let mut found = Vec::new();
    finder.push(event, &mut found);
    found
        .into_iter()
        .map(|found| match found {
            Found::Arrival(arrival) => arrival,
            Found::Unreadable(unreadable) => panic!("unreadable: {}", unreadable.reason),
        })
        .collect()
}

fn batch(bodies: &[&str]) -> String {
    let messages: Vec<_> = bodies.iter().map(|body| serde_json::json!({"messageId": "m", "body": body})).collect();
    serde_json::json!({ "Records": messages }).to_string()
}

#[test]
fn what_a_row_asks_for_is_typed() {
    let arrivals = arrivals(&mut Finder::new(), &event("e", &format!("got {RECORD}\n")));
    let [arrival] = &arrivals[..] else { panic!("one arrival") };
    let record = &arrival.record;
    assert_eq!(record.text().as_str(), RECORD);
    assert!(record.text().shares_with(&arrival.message));
    assert_eq!(record.request_id(), Some("r1"));
    assert_eq!(record.function().map(|arn| (arn.name(), arn.qualifier())), Some(("f", Some("live"))));
    assert_eq!((record.condition().as_str(), record.invoke_count()), ("RetriesExhausted", Some(3)));
    assert_eq!(record.timestamp(), Some(1_650_108_283_658));
    assert_eq!((record.request_payload(), record.response_payload()), (Some("null"), Some("{\"a\":1}")));
    assert!(arrival.replayable() && !arrival.redacted && !arrival.recovered);
    assert_eq!(arrival.time(), 7);
}

#[test]
fn a_copied_record_has_the_same_parts() {
    let arrivals = arrivals(&mut Finder::new(), &event("e", &batch(&[RECORD])));
    let record = &arrivals[0].record;
    assert_eq!(record.text().as_str(), RECORD);
    assert_eq!(record.request_id(), Some("r1"));
    assert_eq!((record.request_payload(), record.response_payload()), (Some("null"), Some("{\"a\":1}")));
}

#[test]
fn an_escaped_request_id_is_decoded() {
    let text = RECORD.replace("r1", "\\u0072\\u0031");
    let arrivals = arrivals(&mut Finder::new(), &event("e", &text));
    assert_eq!(arrivals[0].record.request_id(), Some("r1"));
}

#[test]
fn the_same_record_in_another_event_is_a_redelivery() {
    let mut finder = Finder::new();
    for (id, redelivery) in [("e1", 0), ("e2", 1), ("e3", 2)] {
        let arrivals = arrivals(&mut finder, &event(id, RECORD));
        assert_eq!(arrivals.iter().map(|arrival| arrival.redelivery).collect::<Vec<_>>(), [redelivery]);
    }
    for other in
        [RECORD.replace("r1", "r2"), RECORD.replace(":live", ":7"), RECORD.replace("RetriesExhausted", "Success")]
    {
        assert_eq!(arrivals(&mut finder, &event("e4", &other))[0].redelivery, 0);
    }
}

#[test]
fn one_event_gives_a_record_once() {
    let mut finder = Finder::new();
    let twice = serde_json::json!({"message": RECORD, "copy": RECORD}).to_string();
    assert_eq!(arrivals(&mut finder, &event("e1", &twice)).len(), 1);
    assert_eq!(arrivals(&mut finder, &event("e2", &format!("{RECORD}\n{RECORD}"))).len(), 1);
}

#[test]
fn a_batch_gives_a_record_as_often_as_it_was_delivered() {
    let arrivals = arrivals(&mut Finder::new(), &event("e1", &batch(&[RECORD, RECORD])));
    assert_eq!(arrivals.iter().map(|arrival| arrival.redelivery).collect::<Vec<_>>(), [0, 1]);
}

#[test]
fn masked_and_missing_payloads_are_not_replayable() {
    for (from, to, redacted) in
        [("null", "\"****\"", true), ("\"requestPayload\":null,", "", false), ("\"f\"", "\"f\"", false)]
    {
        let arrivals = arrivals(&mut Finder::new(), &event("e", &RECORD.replace(from, to)));
        assert_eq!(arrivals[0].redacted, redacted);
        assert_eq!(arrivals[0].replayable(), from == to);
    }
}

#[test]
fn our_own_line_is_restored_once() {
    let line = format!(
        r#"{{"requestId":"r1","envelope":["log"],"redelivery":1,"recovered":false,"redacted":true,"fingerprint":null,"record":{RECORD},"origin":{{"eventId":"e9"}}}}"#
    );
    let mut finder = Finder::new();
    let file = |line: u64| Origin { file: Some(Arc::from("x.jsonl")), line: Some(line), ..Origin::default() };
    let first = arrivals(&mut finder, &LogEvent { origin: file(1), message: Text::from(line.as_str()) });
    let [arrival] = &first[..] else { panic!("one arrival") };
    assert_eq!((arrival.origin.event_id(), arrival.origin.file()), (Some(&"e9".into()), None));
    assert_eq!((&*arrival.envelope, arrival.redelivery, arrival.redacted), (&[Envelope::Log][..], 1, true));
    assert!(arrivals(&mut finder, &LogEvent { origin: file(2), message: Text::from(line.as_str()) }).is_empty());
    assert_eq!(finder.repeated(), 1);
    assert_eq!(arrivals(&mut finder, &event("e10", RECORD))[0].redelivery, 2);
}

#[test]
fn dead_letters_are_told_and_are_no_records() {
    let attribute = serde_json::json!({"stringValue": "x"});
    let message = |body: &str| {
        serde_json::json!({"Records": [{"messageId": "m", "body": body, "messageAttributes":
            {"RequestID": attribute, "ErrorCode": attribute, "ErrorMessage": attribute}}]})
    };
    let mut found = Vec::new();
    Finder::new().push(&event("e", &message("{\"a\":1}").to_string()), &mut found);
    assert!(matches!(&found[..], [Found::Unreadable(unreadable)] if unreadable.reason == Reason::DeadLetter));
    assert_eq!(arrivals(&mut Finder::new(), &event("e", &message(RECORD).to_string())).len(), 1);
}

#[test]
fn what_cannot_be_sent_again_says_why() {
    use crate::record::NotReplayable::{EventSource, NoPayload, Redacted};
    for (from, to, why) in [
        ("null", "\"****\"", Redacted),
        ("\"requestPayload\":null,", "", NoPayload),
        ("\"requestPayload\":null", "\"KafkaBatchInfo\":{}", EventSource),
    ] {
        let arrivals = arrivals(&mut Finder::new(), &event("e", &RECORD.replace(from, to)));
        assert_eq!(arrivals[0].not_replayable(), Some(why));
    }
}
