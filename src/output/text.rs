//! One readable line for every arrival, for pipes and people without a terminal.

use std::io::{self, Write};

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::log::{Gap, visible};
use crate::record::{Arrival, InvocationError, InvocationRecord, Outcome, Reason, Unreadable};

/// Characters of a message or payload that a line shows.
const PREVIEW: usize = 200;

/// Writes an arrival: time, outcome, function, condition and number of attempts, request id, then the error or the response.
///
/// Times are written in `zone`; whatever a terminal could take for a command is made visible.
///
/// # Errors
/// Those of `out`.
pub fn write(out: &mut impl Write, arrival: &Arrival, zone: &TimeZone) -> io::Result<()> {
    let record = &arrival.record;
    let (mark, word) = match record.outcome() {
        Outcome::Success => ("✓", "success"),
        Outcome::Failure => ("✗", "failure"),
    };
    let count = record.invoke_count().map(|count| format!("×{count}"));
    let redelivery = (arrival.redelivery > 0).then(|| format!("(redelivery {})", arrival.redelivery));
    let words = [
        &time(arrival.time(), zone),
        mark,
        word,
        &function(record),
        record.condition().as_str(),
        count.as_deref().unwrap_or_default(),
        record.request_id().unwrap_or("-"),
        &what_happened(record),
        redelivery.as_deref().unwrap_or_default(),
    ];
    let words: Vec<_> = words.into_iter().filter(|word| !word.is_empty()).collect();
    writeln!(out, "{}", visible(&words.join(" ")))
}

/// Writes that something looked like a record and could not be read.
///
/// # Errors
/// Those of `out`.
pub fn write_unreadable(out: &mut impl Write, unreadable: &Unreadable, zone: &TimeZone) -> io::Result<()> {
    let message = preview(unreadable.message.trim());
    let (time, reason) = (time(unreadable.time(), zone), unreadable.reason);
    let name = unreadable.origin.logged_by().filter(|_| matches!(reason, Reason::Crashed(_)));
    let name = name.map_or_else(String::new, |name| format!(" of {name}"));
    let line = format!("{time} ? {}{name}: {reason} | {message}", reason.word());
    writeln!(out, "{}", visible(&line))
}

/// Writes that a part of the log is missing.
///
/// # Errors
/// Those of `out`.
pub fn write_gap(out: &mut impl Write, gap: &Gap, zone: &TimeZone) -> io::Result<()> {
    let bound = |bound: Option<i64>| bound.map_or_else(|| "unknown".to_owned(), |at| time(at, zone));
    let place = gap.origin.log_group.as_deref().or(gap.origin.file.as_deref()).unwrap_or("-");
    let line = format!("{} … gap until {} in {place}: {}", bound(gap.from), bound(gap.to), gap.reason);
    writeln!(out, "{}", visible(&line))
}

/// Date and time to the millisecond with the zone's offset, or the number itself when it is no date.
fn time(epoch_millis: i64, zone: &TimeZone) -> String {
    Timestamp::from_millisecond(epoch_millis).map_or_else(
        |_| epoch_millis.to_string(),
        |time| time.to_zoned(zone.clone()).strftime("%Y-%m-%dT%H:%M:%S%.3f%:z").to_string(),
    )
}

fn function(record: &InvocationRecord) -> String {
    match record.function().map(|arn| (arn.name(), arn.qualifier())) {
        Some((name, Some(qualifier))) => format!("{name}:{qualifier}"),
        Some((name, None)) => name.to_owned(),
        None => "-".to_owned(),
    }
}

/// The error and the first line of its message, the status of a failure without one, or what was answered.
fn what_happened(record: &InvocationRecord) -> String {
    match (record.outcome(), record.error()) {
        (_, Some(error)) => described(&error),
        (Outcome::Success, None) => record.response_payload().map(preview).unwrap_or_default(),
        (Outcome::Failure, None) => record.status_code().map(|status| format!("status {status}")).unwrap_or_default(),
    }
}

fn described(error: &InvocationError) -> String {
    let message =
        error.message.as_deref().and_then(|message| message.lines().map(str::trim).find(|line| !line.is_empty()));
    match (error.error_type.as_deref(), message.map(preview)) {
        (Some(error_type), Some(message)) => format!("{error_type}: {message}"),
        (Some(error_type), None) => error_type.to_owned(),
        (None, message) => message.unwrap_or_default(),
    }
}

/// The beginning of a text.
fn preview(text: &str) -> String {
    match text.char_indices().nth(PREVIEW) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests;
