//! One JSON object a line for every arrival, as scripts and our own `read` take it.
//!
//! Every key is always there, in one order, and `null` where nothing is known. The record keeps its spelling; strings
//! are written without characters that a terminal would obey. Only a session that was saved from the board has `marked`
//! and `note`, after all others.

use std::fmt::Display;
use std::io::{self, Write};

use serde::Serialize;

use crate::log::{EventId, KeptOrigin};
use crate::record::{Arrival, FunctionArn, InvocationError, StackFrame, json};

/// The key of a member as it is written behind another member.
macro_rules! key {
    ($name:literal) => {
        concat!(",\"", $name, "\":")
    };
}
pub(super) use key;

/// Writes the line of one arrival, with its line break.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl Write, arrival: &Arrival) -> io::Result<()> {
    let mut line = Object::new(out);
    let record = &arrival.record;
    line.string(key!("requestId"), record.request_id())?;
    line.word(key!("outcome"), record.outcome().as_str())?;
    line.string(key!("condition"), Some(record.condition().as_str()))?;
    line.number(key!("approximateInvokeCount"), record.invoke_count().as_ref())?;
    line.string(key!("timestamp"), record.timestamp_text().as_deref())?;
    function(&mut line, record.function())?;
    line.word(key!("kind"), record.kind().as_str())?;
    line.array(key!("envelope"), &arrival.envelope, |out, layer| quoted(out, layer.as_str()))?;
    line.number(key!("redelivery"), Some(&arrival.redelivery))?;
    line.flag(key!("replayable"), arrival.replayable())?;
    line.flag(key!("recovered"), arrival.recovered)?;
    line.flag(key!("damaged"), arrival.damaged)?;
    line.flag(key!("redacted"), arrival.redacted)?;
    let failed = record.error();
    line.value(key!("error"), failed.as_ref(), error)?;
    let fingerprint = record.fingerprint_with(failed.as_ref());
    line.value(key!("fingerprint"), fingerprint.as_ref(), |out, print| quoted(out, &print.digits()))?;
    line.value(key!("record"), Some(&*json::one_line(record.text())), json_text)?;
    line.value(key!("origin"), Some(&arrival.origin), origin)?;
    if let Some(kept) = &arrival.kept {
        if kept.marked {
            line.flag(key!("marked"), true)?;
        }
        line.known_string(key!("note"), kept.note.as_deref())?;
    }
    line.end()?;
    out.write_all(b"\n")
}

fn function<W: Write>(line: &mut Object<'_, W>, function: Option<&FunctionArn>) -> io::Result<()> {
    let arn = function.map(FunctionArn::as_str);
    let (name, qualifier) = function.map(FunctionArn::name_and_qualifier).unzip();
    let qualifier = qualifier.flatten();
    // Of what needs no escape, no part does.
    let write: fn(&mut W, &str) -> _ = if arn.is_some_and(json::is_plain) { quoted } else { string };
    line.value(key!("functionArn"), arn, write)?;
    line.value(key!("functionName"), name, write)?;
    line.value(key!("qualifier"), qualifier, write)
}

fn error<W: Write>(out: &mut W, error: &InvocationError) -> io::Result<()> {
    let mut object = Object::new(out);
    object.string(key!("type"), error.error_type.as_deref())?;
    object.string(key!("message"), error.message.as_deref())?;
    object.array(key!("frames"), &error.frames, frame)?;
    object.value(key!("cause"), error.cause.as_deref(), self::error)?;
    object.end()
}

fn frame<W: Write>(out: &mut W, frame: &StackFrame) -> io::Result<()> {
    let mut object = Object::new(out);
    object.string(key!("file"), frame.file.as_deref())?;
    object.number(key!("line"), frame.line.as_ref())?;
    object.string(key!("function"), frame.function.as_deref())?;
    object.string(key!("code"), frame.code.as_deref())?;
    object.end()
}

/// The parts of an origin that are known, and no others.
fn origin<W: Write>(out: &mut W, origin: &KeptOrigin) -> io::Result<()> {
    let mut object = Object::new(out);
    object.known_string(key!("logGroup"), origin.log_group())?;
    object.known_string(key!("logStream"), origin.log_stream())?;
    object.known_number(key!("timestamp"), origin.timestamp().as_ref())?;
    object.known_number(key!("ingestionTime"), origin.ingestion_time().as_ref())?;
    object.known_string(key!("eventId"), origin.event_id().map(EventId::text).as_deref())?;
    object.known_string(key!("file"), origin.file())?;
    object.known_number(key!("line"), origin.line().as_ref())?;
    object.end()
}

fn json_text<W: Write>(out: &mut W, text: &str) -> io::Result<()> {
    out.write_all(text.as_bytes())
}

fn string<W: Write>(out: &mut W, text: &str) -> io::Result<()> {
    if json::is_plain(text) {
        return quoted(out, text);
    }
    let quoted = serde_json::to_string(text)?;
    out.write_all(json::one_line(&quoted).as_bytes())
}

/// Writes a text that needs no escape.
fn quoted<W: Write>(out: &mut W, text: &(impl AsRef<[u8]> + ?Sized)) -> io::Result<()> {
    out.write_all(b"\"")?;
    out.write_all(text.as_ref())?;
    out.write_all(b"\"")
}

/// An object that is being written. serde's own would give `\u` escapes to fewer characters than are harmful.
///
/// Keys are made by [`key!`].
pub(super) struct Object<'w, W> {
    out: &'w mut W,
    is_empty: bool,
}

impl<'w, W: Write> Object<'w, W> {
    pub(super) fn new(out: &'w mut W) -> Self {
        Self { out, is_empty: true }
    }

    fn key(&mut self, key: &'static str) -> io::Result<()> {
        if !std::mem::take(&mut self.is_empty) {
            return self.out.write_all(key.as_bytes());
        }
        self.out.write_all(b"{")?;
        self.out.write_all(&key.as_bytes()[1..])
    }

    fn value<T: ?Sized>(
        &mut self,
        key: &'static str,
        value: Option<&T>,
        write: impl FnOnce(&mut W, &T) -> io::Result<()>,
    ) -> io::Result<()> {
        self.key(key)?;
        match value {
            Some(value) => write(self.out, value),
            None => self.out.write_all(b"null"),
        }
    }

    pub(super) fn string(&mut self, key: &'static str, text: Option<&str>) -> io::Result<()> {
        self.value(key, text, string)
    }

    /// A word of ours, which needs no escape.
    fn word(&mut self, key: &'static str, word: &'static str) -> io::Result<()> {
        self.value(key, Some(word), quoted)
    }

    pub(super) fn flag(&mut self, key: &'static str, value: bool) -> io::Result<()> {
        self.key(key)?;
        self.out.write_all(if value { b"true" } else { b"false" })
    }

    /// What is written as it is displayed.
    pub(super) fn plain(&mut self, key: &'static str, value: Option<&impl Display>) -> io::Result<()> {
        self.value(key, value, |out, value| write!(out, "{value}"))
    }

    /// A whole number.
    fn number(&mut self, key: &'static str, value: Option<&impl Serialize>) -> io::Result<()> {
        self.value(key, value, |out, value| Ok(serde_json::to_writer(out, value)?))
    }

    fn known_string(&mut self, key: &'static str, text: Option<&str>) -> io::Result<()> {
        if text.is_some() { self.string(key, text) } else { Ok(()) }
    }

    fn known_number(&mut self, key: &'static str, value: Option<&impl Serialize>) -> io::Result<()> {
        if value.is_some() { self.number(key, value) } else { Ok(()) }
    }

    fn array<T>(
        &mut self,
        key: &'static str,
        items: &[T],
        write: impl Fn(&mut W, &T) -> io::Result<()>,
    ) -> io::Result<()> {
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
        self.out.write_all(if self.is_empty { b"{}" } else { b"}" })
    }
}

#[cfg(test)]
mod tests;
