//! One JSON object a line for every arrival, as scripts and our own `read` take it.
//!
//! Every key is always there, in one order, and `null` where nothing is known. The record keeps its spelling; strings
//! are written without characters that a terminal would obey. Only a session that was saved from the board has `marked`
//! and `note`, after all others.

use std::fmt::Display;
use std::io::{self, Write};

use crate::log::{EventId, KeptOrigin};
use crate::record::{Arrival, FunctionArn, InvocationError, StackFrame, json};

/// Writes the line of one arrival, with its line break.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl Write, arrival: &Arrival) -> io::Result<()> {
    let mut line = Object::new(out);
    let record = &arrival.record;
    line.string("requestId", record.request_id())?;
    line.string("outcome", Some(record.outcome().as_str()))?;
    line.string("condition", Some(record.condition().as_str()))?;
    line.plain("approximateInvokeCount", record.invoke_count().as_ref())?;
    line.string("timestamp", record.timestamp_text().as_deref())?;
    function(&mut line, record.function())?;
    line.string("kind", Some(record.kind().as_str()))?;
    line.array("envelope", &arrival.envelope, |out, layer| string(out, layer.as_str()))?;
    line.plain("redelivery", Some(&arrival.redelivery))?;
    line.flag("replayable", arrival.replayable())?;
    line.flag("recovered", arrival.recovered)?;
    line.flag("damaged", arrival.damaged)?;
    line.flag("redacted", arrival.redacted)?;
    let failed = record.error();
    line.value("error", failed.as_ref(), error)?;
    let fingerprint = record.fingerprint_with(failed.as_ref());
    line.string("fingerprint", fingerprint.map(|fingerprint| fingerprint.to_string()).as_deref())?;
    line.value("record", Some(&*json::one_line(record.text())), json_text)?;
    line.value("origin", Some(&arrival.origin), origin)?;
    if let Some(kept) = &arrival.kept {
        line.known("marked", kept.marked.then_some(&true))?;
        line.known_string("note", kept.note.as_deref())?;
    }
    line.end()?;
    out.write_all(b"\n")
}

fn function(line: &mut Object<'_, impl Write>, function: Option<&FunctionArn>) -> io::Result<()> {
    line.string("functionArn", function.map(FunctionArn::as_str))?;
    line.string("functionName", function.map(FunctionArn::name))?;
    line.string("qualifier", function.and_then(FunctionArn::qualifier))
}

fn error<W: Write>(out: &mut W, error: &InvocationError) -> io::Result<()> {
    let mut object = Object::new(out);
    object.string("type", error.error_type.as_deref())?;
    object.string("message", error.message.as_deref())?;
    object.array("frames", &error.frames, frame)?;
    object.value("cause", error.cause.as_deref(), self::error)?;
    object.end()
}

fn frame<W: Write>(out: &mut W, frame: &StackFrame) -> io::Result<()> {
    let mut object = Object::new(out);
    object.string("file", frame.file.as_deref())?;
    object.plain("line", frame.line.as_ref())?;
    object.string("function", frame.function.as_deref())?;
    object.string("code", frame.code.as_deref())?;
    object.end()
}

/// The parts of an origin that are known, and no others.
fn origin<W: Write>(out: &mut W, origin: &KeptOrigin) -> io::Result<()> {
    let mut object = Object::new(out);
    object.known_string("logGroup", origin.log_group())?;
    object.known_string("logStream", origin.log_stream())?;
    object.known("timestamp", origin.timestamp().as_ref())?;
    object.known("ingestionTime", origin.ingestion_time().as_ref())?;
    object.known_string("eventId", origin.event_id().map(EventId::text).as_deref())?;
    object.known_string("file", origin.file())?;
    object.known("line", origin.line().as_ref())?;
    object.end()
}

fn json_text<W: Write>(out: &mut W, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes())
}

fn string<W: Write>(out: &mut W, text: &str) -> io::Result<()> {
    if json::is_plain(text) {
        out.write_all(b"\"")?;
        out.write_all(text.as_bytes())?;
        return out.write_all(b"\"");
    }
    let quoted = serde_json::to_string(text)?;
    out.write_all(json::one_line(&quoted).as_bytes())
}

/// An object that is being written. serde's own would give `\u` escapes to fewer characters than are harmful.
pub(super) struct Object<'w, W> {
    out: &'w mut W,
    separator: u8,
}

impl<'w, W: Write> Object<'w, W> {
    pub(super) fn new(out: &'w mut W) -> Self {
        Self { out, separator: b'{' }
    }

    fn key(&mut self, key: &str) -> io::Result<()> {
        self.out.write_all(&[self.separator])?;
        self.separator = b',';
        self.out.write_all(b"\"")?;
        self.out.write_all(key.as_bytes())?;
        self.out.write_all(b"\":")
    }

    fn value<T: ?Sized>(
        &mut self,
        key: &str,
        value: Option<&T>,
        write: impl FnOnce(&mut W, &T) -> io::Result<()>,
    ) -> io::Result<()> {
        self.key(key)?;
        match value {
            Some(value) => write(self.out, value),
            None => self.out.write_all(b"null"),
        }
    }

    pub(super) fn string(&mut self, key: &str, text: Option<&str>) -> io::Result<()> {
        self.value(key, text, string)
    }

    pub(super) fn flag(&mut self, key: &str, value: bool) -> io::Result<()> {
        self.key(key)?;
        self.out.write_all(if value { b"true" } else { b"false" })
    }

    /// A number.
    pub(super) fn plain(&mut self, key: &str, value: Option<&impl Display>) -> io::Result<()> {
        self.value(key, value, |out, value| write!(out, "{value}"))
    }

    fn known_string(&mut self, key: &str, text: Option<&str>) -> io::Result<()> {
        if text.is_some() { self.string(key, text) } else { Ok(()) }
    }

    fn known(&mut self, key: &str, value: Option<&impl Display>) -> io::Result<()> {
        if value.is_some() { self.plain(key, value) } else { Ok(()) }
    }

    fn array<T>(&mut self, key: &str, items: &[T], write: impl Fn(&mut W, &T) -> io::Result<()>) -> io::Result<()> {
        self.key(key)?;
        self.out.write_all(b"[")?;
        for (index, item) in items.iter().enumerate() {
            if index > 0 {
                self.out.write_all(b",")?;
            }
            write(self.out, item)?;
        }
        self.out.write_all(b"]")
    }

    pub(super) fn end(self) -> io::Result<()> {
        self.out.write_all(if self.separator == b'{' { b"{}" } else { b"}" })
    }
}

#[cfg(test)]
mod tests;
