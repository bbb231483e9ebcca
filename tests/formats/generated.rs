//! Documents made up at random: whatever is in the events, and in whatever form they come, the same is found.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::{log_events, slowly};

/// Stream, time and message of an event, in the order in which they were logged.
type Event = (u8, i64, String);

fn record(id: u32) -> String {
    json!({"version": "1.0", "requestContext": {"requestId": id.to_string(), "condition": "Success"},
        "requestPayload": {"text": "} ] \" \\ \n"}})
    .to_string()
}

fn message() -> impl Strategy<Value = String> {
    let batch = |ids: Vec<u32>| {
        let records = ids.into_iter().map(|id| json!({"eventSource": "aws:sqs", "body": record(id)}));
        json!({"Records": records.collect::<Vec<_>>()}).to_string()
    };
    prop_oneof![
        any::<u32>().prop_map(record),
        any::<u32>().prop_map(|id| format!("Received: {} and more {{", record(id))),
        (any::<u32>(), any::<u32>()).prop_map(|(one, other)| record(one) + &record(other)),
        prop::collection::vec(any::<u32>(), 1..4).prop_map(batch),
        "[a-z\",{}\\[\\]\\\\é\u{1f600}]{0,30}".prop_map(|text| format!("x{text}")),
    ]
}

/// Interleaved streams, and times that are out of order.
fn events() -> impl Strategy<Value = Vec<Event>> {
    let time = (0..60_000_i64).prop_map(|offset| 1_795_169_743_000 + offset);
    prop::collection::vec((0..3_u8, time, message()), 1..12)
}

fn stream(number: u8) -> String {
    format!("2026/11/20/[$LATEST]{number:032x}")
}

fn read(content: &str, step: usize) -> Vec<Event> {
    let of = |name: &str| u8::from_str_radix(&name[name.len() - 2..], 16).unwrap();
    let events = log_events(slowly(content.as_bytes(), step)).into_iter();
    events
        .map(|event| {
            let origin = event.origin;
            (origin.log_stream.as_deref().map_or(0, of), origin.timestamp.unwrap(), event.message.as_str().to_owned())
        })
        .collect()
}

fn objects(events: &[Event]) -> Vec<Value> {
    let object = |(number, event): (usize, &Event)| {
        json!({"message": event.2, "logStreamName": stream(event.0), "eventId": number.to_string(),
            "timestamp": event.1, "ingestionTime": event.1 + 1})
    };
    events.iter().enumerate().map(object).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn pages_hold_what_was_logged(events in events(), split in 0..12_usize, pretty in any::<bool>(), step in 1..300_usize) {
        let objects = objects(&events);
        let (first, second) = objects.split_at(split.min(objects.len()));
        let pages = [json!({"events": first, "nextToken": "}["}), json!({"events": second, "searchedLogStreams": []})];
        let text = pages.map(|page| if pretty { format!("{page:#}\n") } else { page.to_string() }).concat();
        prop_assert_eq!(read(&text, step), events.clone());
        let lines: Vec<_> = objects.iter().map(Value::to_string).collect();
        prop_assert_eq!(read(&lines.join("\n"), step), events);
    }

    #[test]
    fn lines_of_tail_hold_what_was_logged(events in events(), step in 1..300_usize) {
        let line = |(number, millis, message): &Event| {
            let time = jiff::Timestamp::from_millisecond(*millis).unwrap();
            format!("{}+00:00 {} {message}\n", time.strftime("%Y-%m-%dT%H:%M:%S.%6f"), stream(*number))
        };
        prop_assert_eq!(read(&events.iter().map(line).collect::<String>(), step), events);
    }

    #[test]
    fn tables_and_rows_are_put_in_the_order_of_their_times(events in events(), step in 1..300_usize) {
        let mut sorted = events.clone();
        sorted.sort_by_key(|event| event.1);
        sorted.dedup_by_key(|event| event.1);
        let time = |millis: i64| jiff::Timestamp::from_millisecond(millis).unwrap().strftime("%Y-%m-%d %H:%M:%S.%3f").to_string();
        let rows: Vec<_> = sorted.iter().rev().map(|(number, millis, message)| {
            json!([{"field": "@timestamp", "value": time(*millis)}, {"field": "@message", "value": message},
                {"field": "@logStream", "value": stream(*number)}])
        }).collect();
        prop_assert_eq!(read(&json!({"results": rows, "status": "Complete"}).to_string(), step), sorted.clone());
        let table: Vec<_> = sorted.iter().rev().map(|(number, millis, message)| {
            format!("{},\"{}\",{}", time(*millis), message.replace('"', "\"\""), stream(*number))
        }).collect();
        prop_assert_eq!(read(&format!("\u{feff}@timestamp,@message,@logStream\r\n{}", table.join("\r\n")), step), sorted);
    }

    #[test]
    fn batches_hold_what_was_logged(events in events(), step in 1..300_usize) {
        let batch = |(number, millis, message): &Event| {
            json!({"messageType": "DATA_MESSAGE", "logGroup": "g", "logStream": stream(*number), "subscriptionFilters": ["["],
                "logEvents": [{"id": "1", "timestamp": millis, "message": message}]})
            .to_string()
        };
        prop_assert_eq!(read(&events.iter().map(batch).collect::<String>(), step), events);
    }
}
