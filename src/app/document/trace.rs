//! The trace tab: why it failed, with the raising frame first, or what came back.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use crate::record::{Arrival, InvocationError, Outcome, Owner, StackFrame};

use super::{Document, Role, Snippet, Target};

/// Names a frame: how many causes lie above its error, and its place in that error's stack.
pub type FrameId = (usize, usize);

/// What a record tells of why it failed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Told {
    /// The error, when it tells of one.
    pub error: Option<InvocationError>,
    /// What is to be said when there is none.
    without: &'static str,
    /// Name of the function.
    pub function: String,
    /// The version that ran, when it is not what is being worked on.
    pub version: Option<String>,
}

impl Told {
    pub(in crate::app) fn of(arrival: &Arrival) -> Self {
        let record = &arrival.record;
        Self {
            error: record.error(),
            without: without_error(arrival),
            function: record.function().map(|arn| arn.name().to_owned()).unwrap_or_default(),
            version: record.executed_version().filter(|version| **version != *"$LATEST").map(Into::into),
        }
    }

    /// Whether the error or a cause of it has frames.
    #[must_use]
    pub fn has_frames(&self) -> bool {
        std::iter::successors(self.error.as_ref(), |error| error.cause.as_deref()).any(|error| !error.frames.is_empty())
    }

    /// A frame by its name.
    #[must_use]
    pub fn frame(&self, (depth, place): FrameId) -> Option<&StackFrame> {
        let error = std::iter::successors(self.error.as_ref(), |error| error.cause.as_deref()).nth(depth)?;
        error.frames.get(place)
    }
}

/// Lines of a source file around one of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excerpt {
    /// The file that was found.
    pub path: PathBuf,
    /// The line that is meant, counted from 1.
    pub line: u64,
    /// Number of the first line, counted from 1.
    pub first: u64,
    /// The lines.
    pub lines: Vec<String>,
}

/// What stands below a frame.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) enum Below {
    /// Its file is being looked for.
    Looking,
    /// The code around its line.
    Excerpt(Excerpt),
    /// Why there is no code to see.
    Nothing(String),
}

/// What is unfolded in a trace.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::app) struct Unfolded {
    /// Frames of runtimes and libraries, by the first of each group on screen.
    pub(in crate::app) groups: BTreeSet<FrameId>,
    /// What stands below frames.
    pub(in crate::app) below: BTreeMap<FrameId, Below>,
}

pub(super) fn document(told: &Told, unfolded: &Unfolded) -> Document {
    let mut document = Document::default();
    match &told.error {
        Some(error) => Writer { document: &mut document, told, unfolded }.error(error, 0),
        None => document.push(told.without, Some(Role::Dim)),
    }
    document
}

fn without_error(arrival: &Arrival) -> &'static str {
    match (arrival.record.outcome(), arrival.record.status_code()) {
        (Outcome::Success, _) => "The function returned: see the response.",
        (Outcome::Failure, Some(404)) => "The function, version or alias was gone when its turn came (404).",
        (Outcome::Failure, Some(429)) => "It never ran: throttled until the event was too old (429).",
        (Outcome::Failure, _) if arrival.record.invoke_count() == Some(0) => "The function never ran.",
        (Outcome::Failure, _) => "The record says nothing of the error.",
    }
}

struct Writer<'a> {
    document: &'a mut Document,
    told: &'a Told,
    unfolded: &'a Unfolded,
}

impl Writer<'_> {
    fn error(&mut self, error: &InvocationError, depth: usize) {
        if depth > 0 || !fits_the_head(error) {
            write_headline(self.document, error, depth);
            self.document.end_line();
        }
        if error.frames.is_empty() {
            self.document.push("no stack trace in the record", Some(Role::Dim));
            self.document.end_line();
        }
        self.frames(&error.frames, depth);
        if let Some(cause) = &error.cause {
            self.document.end_line();
            self.error(cause, depth + 1);
        }
    }

    /// The raising frame first; frames of others that stand together are folded, but for a stack that has no others.
    fn frames(&mut self, frames: &[StackFrame], depth: usize) {
        let columns = Columns::of(frames);
        let folds = frames.iter().any(|frame| frame.owner() == Owner::Own);
        let mut rest = frames.len();
        while rest > 0 {
            let group = frames[..rest].iter().rev().take_while(|frame| frame.owner() != Owner::Own).count();
            let raising = rest == frames.len();
            if folds && group > 1 {
                self.group(&frames[rest - group..rest], (depth, rest - 1), &columns);
                rest -= group;
            } else {
                rest -= 1;
                self.frame(&frames[rest], (depth, rest), &columns, raising);
            }
        }
    }

    fn group(&mut self, frames: &[StackFrame], first: FrameId, columns: &Columns) {
        let open = self.unfolded.groups.contains(&first);
        self.document.aim(Target::Frames(first));
        let mark = if open { "▾" } else { "▸" };
        self.document.push(&format!("{mark} {} {} frames", frames.len(), owners(frames)), Some(Role::Dim));
        self.document.end_line();
        if open {
            for (at, frame) in frames.iter().rev().enumerate() {
                self.frame(frame, (first.0, first.1 - at), columns, false);
            }
        }
    }

    fn frame(&mut self, frame: &StackFrame, id: FrameId, columns: &Columns, raising: bool) {
        self.document.aim(Target::Frame(id));
        write_frame(self.document, frame, columns, raising);
        match self.unfolded.below.get(&id) {
            Some(Below::Looking) => self.note("looking for the file …"),
            Some(Below::Nothing(why)) => self.note(why),
            Some(Below::Excerpt(excerpt)) => self.excerpt(excerpt),
            None => {}
        }
    }

    fn note(&mut self, text: &str) {
        self.document.push(&format!("  {text}"), Some(Role::Dim));
        self.document.end_line();
    }

    fn excerpt(&mut self, excerpt: &Excerpt) {
        self.note(&excerpt.path.display().to_string());
        if let Some(version) = &self.told.version {
            let words = format!("  version {version} ran, not $LATEST: the code here may be another");
            self.document.push(&words, Some(Role::Warning));
            self.document.end_line();
        }
        let language = excerpt.path.extension().map(|extension| extension.to_string_lossy().into_owned());
        for (at, (number, text)) in (excerpt.first..).zip(&excerpt.lines).enumerate() {
            let meant = number == excerpt.line;
            let mark = if meant { "▶" } else { " " };
            let role = if meant { Role::Error } else { Role::Dim };
            self.document.push(&format!("  {mark} {number:>5} "), Some(role));
            let start = self.document.text.len();
            let shown: String = text.chars().take(LONGEST_CODE).collect();
            self.document.push(&shown, None);
            if let Some(language) = language.clone() {
                let range = start..self.document.text.len() + 1;
                self.document.snippets.push(Snippet { range, language, goes_on: at > 0 });
            }
            self.document.end_line();
        }
    }
}

/// Whose frames these are, in words.
fn owners(frames: &[StackFrame]) -> &'static str {
    let of = |owner| frames.iter().any(|frame| frame.owner() == owner);
    match (of(Owner::Runtime), of(Owner::Library)) {
        (true, true) => "runtime and library",
        (true, false) => "runtime",
        (false, _) => "library",
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
    let own = frame.owner() == Owner::Own;
    let mark = match (raising, own) {
        (true, _) => "● ",
        (false, true) => "│ ",
        (false, false) => "· ",
    };
    document.push(mark, Some(if raising { Role::Error } else { Role::Dim }));
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
        document.snippets.push(Snippet { range: start..document.text.len(), language, goes_on: false });
    }
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
