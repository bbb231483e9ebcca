//! Frames of an event stream, as the AWS SDKs read them.

use aws_smithy_eventstream::frame::write_message_to;
use aws_smithy_types::event_stream::{Header, HeaderValue, Message};
use bytes::Bytes;

/// An event of this type, its content in JSON.
pub(super) fn event(kind: &str, json: &str) -> Bytes {
    frame(&[(":message-type", "event"), (":event-type", kind), (":content-type", "application/json")], json)
}

/// An exception, which ends the stream.
pub(super) fn exception(kind: &str, message: &str) -> Bytes {
    let json = serde_json::json!({ "message": message }).to_string();
    frame(&[(":message-type", "exception"), (":exception-type", kind), (":content-type", "application/json")], &json)
}

fn frame(headers: &[(&str, &str)], content: &str) -> Bytes {
    let mut message = Message::new(content.as_bytes().to_vec());
    for (name, value) in headers {
        let value = HeaderValue::String((*value).to_owned().into());
        message = message.add_header(Header::new((*name).to_owned(), value));
    }
    let mut out = Vec::new();
    // It fails only for headers that are longer than 32 kB, and these are not.
    let _ = write_message_to(&message, &mut out);
    Bytes::from(out)
}
