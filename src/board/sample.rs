//! Entries for the tests, found in log text as the program finds them.

use super::entry::Entry;
use crate::log::{Gap, LogEvent, Origin, Text};
use crate::record::{Finder, Found};

/// What an invocation record says, with parts that a test does not care about filled in.
pub(super) struct Sample<'a> {
    pub(super) time: i64,
    pub(super) condition: &'a str,
    pub(super) function: &'a str,
    pub(super) request_id: &'a str,
    /// JSON text.
    pub(super) request: &'a str,
    /// JSON text.
    pub(super) response: &'a str,
}

impl Default for Sample<'_> {
    fn default() -> Self {
        Self {
            time: 0,
            condition: "Success",
            function: "sender:$LATEST",
            request_id: "17b37350-871d-4d69-9b4f-a77c2ddd7fc9",
            request: "{}",
            response: "null",
        }
    }
}

impl Sample<'_> {
    pub(super) fn json(&self) -> String {
        format!(
            concat!(
                r#"{{"version":"1.0","timestamp":"2022-04-16T11:24:43.658Z","requestContext":{{"requestId":"{}","#,
                r#""functionArn":"arn:aws:lambda:eu-central-1:123123123123:function:{}","condition":"{}","#,
                r#""approximateInvokeCount":1}},"requestPayload":{},"responseContext":{{"statusCode":200,"#,
                r#""executedVersion":"$LATEST"}},"responsePayload":{}}}"#
            ),
            self.request_id, self.function, self.condition, self.request, self.response
        )
    }

    pub(super) fn entry(&self) -> Entry {
        found(self.time, &self.json()).remove(0)
    }
}

/// What stands in a log event with this message.
pub(super) fn found(time: i64, message: &str) -> Vec<Entry> {
    let origin = Origin { timestamp: Some(time), ..Origin::default() };
    let mut found = Vec::new();
    let mut finder = Finder::new();
    finder.push(&LogEvent { origin, message: Text::from(message) }, &mut found);
    finder.finish(&mut found);
    found.into_iter().map(entry).collect()
}

pub(super) fn unreadable(time: i64) -> Entry {
    let cut = r#"{"version":"1.0","timestamp":"2022-04-16T11:24:43.658Z","requestContext":{"requestId":"cut-off-id","#;
    found(time, cut).remove(0)
}

pub(super) fn gap(time: i64, reason: &str) -> Entry {
    Entry::from(Gap { origin: Origin::default(), from: Some(time), to: None, reason: reason.to_owned() })
}

fn entry(found: Found) -> Entry {
    match found {
        Found::Arrival(arrival) => arrival.into(),
        Found::Unreadable(unreadable) => unreadable.into(),
    }
}
