//! The trace tab: why it failed, with the raising frame first, or what came back.

use crate::record::{Arrival, InvocationError, Outcome, StackFrame};

use super::{Document, Role, Snippet};

pub(super) fn document(arrival: &Arrival) -> Document {
    let mut document = Document::default();
    match arrival.record.error() {
        Some(error) => write_error(&mut document, &error, 0),
        None => write_without_error(&mut document, arrival),
    }
    document
}

fn write_without_error(document: &mut Document, arrival: &Arrival) {
    let text = match (arrival.record.outcome(), arrival.record.status_code()) {
        (Outcome::Success, _) => "The function returned: see the response.",
        (Outcome::Failure, Some(404)) => "The function, version or alias was gone when its turn came (404).",
        (Outcome::Failure, Some(429)) => "It never ran: throttled until the event was too old (429).",
        (Outcome::Failure, _) if arrival.record.invoke_count() == Some(0) => "The function never ran.",
        (Outcome::Failure, _) => "The record says nothing of the error.",
    };
    document.push(text, Some(Role::Dim));
}

fn write_error(document: &mut Document, error: &InvocationError, depth: usize) {
    if depth > 0 || !fits_the_head(error) {
        write_headline(document, error, depth);
        document.end_line();
    }
    if error.frames.is_empty() {
        document.push("no stack trace in the record", Some(Role::Dim));
        document.end_line();
    }
    let columns = Columns::of(&error.frames);
    for (at, frame) in error.frames.iter().rev().enumerate() {
        write_frame(document, frame, &columns, at == 0);
    }
    if let Some(cause) = &error.cause {
        document.end_line();
        write_error(document, cause, depth + 1);
    }
}

/// The head above every tab shows type and first line; a short error is not told twice.
fn fits_the_head(error: &InvocationError) -> bool {
    let message = error.message.as_deref().unwrap_or_default();
    let cells = message.chars().count() + error.error_type.as_deref().map_or(0, |name| name.chars().count() + 2);
    message.lines().count() <= 1 && cells <= 110
}

fn write_headline(document: &mut Document, error: &InvocationError, depth: usize) {
    if depth > 0 {
        document.push("caused by ", Some(Role::Dim));
    }
    document.push(error.error_type.as_deref().unwrap_or("Error"), Some(Role::Error));
    for (at, line) in error.message.as_deref().unwrap_or_default().lines().enumerate() {
        document.push(if at == 0 { ": " } else { "  " }, None);
        document.push(line, Some(Role::Strong));
        document.end_line();
    }
    if error.message.as_deref().is_none_or(str::is_empty) {
        document.end_line();
    }
}

/// Widths that line the frames up, in characters.
struct Columns {
    place: usize,
    function: usize,
}

impl Columns {
    fn of(frames: &[StackFrame]) -> Self {
        let widest = |width: fn(&StackFrame) -> usize| frames.iter().map(width).max().unwrap_or(0);
        Self {
            place: widest(|frame| place(frame).chars().count()).min(48),
            function: widest(|frame| frame.function.as_deref().unwrap_or_default().chars().count()).min(40),
        }
    }
}

fn write_frame(document: &mut Document, frame: &StackFrame, columns: &Columns, raising: bool) {
    let own = is_own_code(frame);
    document.push(
        if raising {
            "● "
        } else if own {
            "│ "
        } else {
            "· "
        },
        Some(if raising { Role::Error } else { Role::Dim }),
    );
    let place = place(frame);
    document.push(&pad(&place, columns.place), Some(if own { Role::Place } else { Role::Dim }));
    document.push("  ", None);
    let function = frame.function.as_deref().unwrap_or_default();
    let role = Some(if own { Role::Function } else { Role::Dim });
    match &frame.code {
        Some(code) => {
            document.push(&pad(function, columns.function), role);
            document.push("  ", None);
            write_code(document, code, frame.file.as_deref());
        }
        // Nothing follows: spaces would only wrap onto a row of their own.
        None => document.push(function, role),
    }
    document.end_line();
}

/// Characters of a line of code that are shown: highlighting takes time by length.
const LONGEST_CODE: usize = 400;

fn write_code(document: &mut Document, code: &str, file: Option<&str>) {
    let start = document.text.len();
    let line = code.lines().next().unwrap_or_default().trim();
    document.push(&line.chars().take(LONGEST_CODE).collect::<String>(), None);
    let language = file.and_then(|file| file.rsplit_once('.')).map(|(_, extension)| extension.to_owned());
    if let Some(language) = language {
        document.snippets.push(Snippet { range: start..document.text.len(), language });
    }
}

/// Whether a frame is the function's own code rather than a runtime's or a library's.
fn is_own_code(frame: &StackFrame) -> bool {
    const OTHERS: [&str; 10] = [
        "/var/runtime/",
        "/var/lang/",
        "/opt/",
        "node:",
        "node_modules/",
        "site-packages/",
        "/gems/",
        "aws-lambda-go",
        "Amazon.Lambda",
        "java.base/",
    ];
    let names = [frame.file.as_deref(), frame.function.as_deref()];
    !names.into_iter().flatten().any(|name| OTHERS.iter().any(|other| name.contains(other)))
}

/// File and line; the folder that every function's code lies in goes without saying.
fn place(frame: &StackFrame) -> String {
    let file = frame.file.as_deref().map(|file| file.strip_prefix("/var/task/").unwrap_or(file));
    match (file, frame.line) {
        (Some(file), Some(line)) => format!("{file}:{line}"),
        (Some(file), None) => file.to_owned(),
        (None, _) => String::new(),
    }
}

fn pad(text: &str, width: usize) -> String {
    format!("{text:<width$}")
}
