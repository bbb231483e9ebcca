//! Reading back the JSON lines that `output` writes.

use std::borrow::Cow;
use std::sync::{Arc, LazyLock};

use memchr::memmem;

use super::json::{self, Members};
use super::view::RecordView;
use super::{Envelope, Kept};
use crate::log::{EventId, Origin};

/// A key of ours that hardly anything else has.
static REDELIVERY: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\"redelivery\""));

/// What a line tells besides what follows from its record.
pub(super) struct Restored<'a> {
    pub(super) record: &'a str,
    pub(super) view: RecordView<'a>,
    pub(super) origin: Origin,
    pub(super) envelope: Box<[Envelope]>,
    pub(super) redelivery: u32,
    pub(super) recovered: bool,
    pub(super) damaged: bool,
    pub(super) redacted: bool,
    pub(super) kept: Option<Kept>,
}

/// The arrival in `message` when that is one of our own lines and nothing else.
pub(super) fn read(message: &str) -> Option<Restored<'_>> {
    // Most messages are not: the first key of a record, or else a look for one rare word, spares them the parsing.
    let line = message.trim_ascii_start();
    if line.strip_prefix('{')?.trim_ascii_start().starts_with("\"version\"") {
        return None;
    }
    REDELIVERY.find(line.as_bytes())?;
    let line = json::members(line)?;
    json::find(&line, "requestId")?;
    json::find(&line, "fingerprint")?;
    let record = json::find(&line, "record")?.get();
    Some(Restored {
        record,
        view: RecordView::read(record).ok()?,
        origin: origin(json::find(&line, "origin")?.get())?,
        envelope: envelope(json::find(&line, "envelope")?.get())?,
        redelivery: json::find(&line, "redelivery")?.get().parse().ok()?,
        recovered: flag(&line, "recovered"),
        damaged: flag(&line, "damaged"),
        redacted: flag(&line, "redacted"),
        kept: kept(&line),
    })
}

fn flag(line: &Members<'_>, key: &str) -> bool {
    json::find(line, key).is_some_and(|value| value.get() == "true")
}

/// Mark and note, which only a saved session has.
fn kept(line: &Members<'_>) -> Option<Kept> {
    let note = json::find(line, "note").and_then(|note| json::unquote(note.get())).map(Cow::into_owned);
    let kept = Kept { marked: flag(line, "marked"), note };
    (kept != Kept::default()).then_some(kept)
}

fn envelope(text: &str) -> Option<Box<[Envelope]>> {
    json::items(text)?.into_iter().map(|item| Envelope::named(&json::unquote(item.get())?)).collect()
}

fn origin(text: &str) -> Option<Origin> {
    let members = json::members(text)?;
    let text = |key| json::find(&members, key).and_then(|value| json::unquote(value.get()));
    let name = |key| text(key).map(Arc::from);
    let time = |key| json::find(&members, key).and_then(|value| value.get().parse().ok());
    Some(Origin {
        log_group: name("logGroup"),
        log_stream: name("logStream"),
        timestamp: time("timestamp"),
        ingestion_time: time("ingestionTime"),
        event_id: text("eventId").as_deref().map(EventId::from),
        file: name("file"),
        line: json::find(&members, "line").and_then(|value| value.get().parse().ok()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"requestId":"r","envelope":["sqs","sns"],"redelivery":2,"recovered":true,"redacted":false,
        "fingerprint":null,"record":{"version":"1.0","requestContext":{"condition":"x","requestId":"r"}},
        "origin":{"logGroup":"g","logStream":"s","timestamp":1,"ingestionTime":2,"eventId":"e","file":"f","line":3}}"#;

    #[test]
    fn a_line_is_read_back() {
        let restored = read(LINE).expect("our own line");
        assert_eq!(restored.record, r#"{"version":"1.0","requestContext":{"condition":"x","requestId":"r"}}"#);
        assert_eq!(*restored.envelope, [Envelope::Sqs, Envelope::Sns]);
        assert_eq!((restored.redelivery, restored.recovered, restored.redacted), (2, true, false));
        let origin = restored.origin;
        assert_eq!((origin.log_group.as_deref(), origin.log_stream.as_deref()), (Some("g"), Some("s")));
        assert_eq!((origin.timestamp, origin.ingestion_time), (Some(1), Some(2)));
        assert_eq!((origin.event_id, origin.file.as_deref(), origin.line), (Some("e".into()), Some("f"), Some(3)));
    }

    #[test]
    fn what_is_not_ours_is_not_read() {
        for (from, to) in [
            ("\"redelivery\":2", "\"redelivery\":-1"),
            ("\"redelivery\":2,", ""),
            ("[\"sqs\",\"sns\"]", "[\"smtp\"]"),
            ("\"version\":\"1.0\"", "\"version\":1"),
            ("\"fingerprint\":null,", ""),
            ("{\"requestId\":\"r\",\"env", "x {\"requestId\":\"r\",\"env"),
        ] {
            assert!(read(&LINE.replacen(from, to, 1)).is_none(), "{to}");
        }
    }
}
