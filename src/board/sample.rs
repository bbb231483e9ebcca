//! Entries for the tests.

use super::entry::Entry;
use crate::log::{Gap, KeptOrigin, Origin, Text};
use crate::record::{Arrival, InvocationRecord, Reason, Unreadable};

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
        let text = Text::from(self.json());
        arrival(self.time, &text, &text)
    }
}

/// The record with this text, found in this message.
pub(super) fn arrival(time: i64, text: &Text, message: &Text) -> Entry {
    Entry::from(Arrival {
        record: InvocationRecord::read(text).expect("a record"),
        origin: KeptOrigin::from(&at(time)),
        message: message.clone(),
        envelope: Box::default(),
        redelivery: 0,
        recovered: false,
        damaged: false,
        redacted: false,
        kept: None,
    })
}

pub(super) fn unreadable(time: i64) -> Entry {
    let message = Text::from(r#"{"requestContext":{"requestId":"cut-off-id","#);
    Entry::from(Unreadable { origin: at(time), message, reason: Reason::Cut })
}

pub(super) fn gap(time: i64, reason: &str) -> Entry {
    Entry::from(Gap { origin: Origin::default(), from: Some(time), to: None, reason: reason.to_owned() })
}

fn at(time: i64) -> Origin {
    Origin { timestamp: Some(time), ..Origin::default() }
}
