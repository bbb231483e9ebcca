//! Arrivals as a source finds them.

use std::sync::Arc;

use arrivals::log::{LogEvent, Origin, Text};
use arrivals::record::{Finder, Found};

use crate::common::NOW;

/// Bytes of a log event's message.
const LENGTH: usize = 1200;

/// The log that they come from: sources give the events of a stream the same names.
pub(crate) struct Records {
    log_group: Arc<str>,
    log_stream: Arc<str>,
}

impl Default for Records {
    fn default() -> Self {
        let log_stream = Arc::from("2026/11/20/[$LATEST]0123456789abcdef0123456789abcdef");
        Self { log_group: Arc::from("/aws/lambda/receiver"), log_stream }
    }
}

impl Records {
    /// What is found in the arrivals of these numbers, logged every third millisecond.
    pub(crate) fn found(&self, finder: &mut Finder, numbers: std::ops::Range<usize>) -> Vec<Found> {
        let mut found = Vec::with_capacity(numbers.len());
        for number in numbers {
            let at = NOW - 3_600_000 + i64::try_from(number).unwrap() * 3;
            let origin = Origin {
                log_group: Some(Arc::clone(&self.log_group)),
                log_stream: Some(Arc::clone(&self.log_stream)),
                timestamp: Some(at),
                ingestion_time: Some(at + 700),
                event_id: Some(format!("{number:056}").into()),
                ..Origin::default()
            };
            finder.push(&LogEvent { origin, message: Text::from(message(number)) }, &mut found);
        }
        found
    }
}

/// The message of one arrival. What makes up its length is a text of the request, as orders have a note.
fn message(number: usize) -> String {
    let short = record(number, "");
    let words = "lorem ipsum dolor sit amet, consectetur adipiscing elit, sed do eiusmod tempor. ";
    let filler: String = words.chars().cycle().take(LENGTH.saturating_sub(short.len())).collect();
    record(number, &filler)
}

fn record(number: usize, filler: &str) -> String {
    let (condition, response) = match number % 10 {
        0..7 => ("Success", format!(r#"{{"pages":{number},"ok":true}}"#)),
        7 | 8 => ("RetriesExhausted", failure(number)),
        _ => ("EventAgeExceeded", "null".to_owned()),
    };
    format!(
        r#"{{"version":"1.0","timestamp":"2026-11-20T10:15:43.658Z","requestContext":{{"requestId":"{number:08x}-871d-4d69-9b4f-a77c2ddd7fc9","functionArn":"arn:aws:lambda:eu-central-1:123123123123:function:sender-{}:$LATEST","condition":"{condition}","approximateInvokeCount":{}}},"requestPayload":{{"order":{number},"lines":[{{"sku":"4711","qty":{}}},{{"sku":"0815","qty":1}}],"note":"{filler}"}},"responseContext":{{"statusCode":200,"executedVersion":"{}"}},"responsePayload":{response}}}"#,
        number % 7,
        number % 4,
        number % 5,
        number % 3 + 6,
    )
}

fn failure(number: usize) -> String {
    format!(
        r#"{{"errorMessage":"order {number} has no total","errorType":"{}","stackTrace":["  File \"/var/task/app.py\", line 9, in handler\n    total(order)\n","  File \"/var/task/order.py\", line {}, in total\n    raise TypeError()\n"]}}"#,
        ["TypeError", "KeyError", "ValueError"][number % 3],
        number % 4,
    )
}
