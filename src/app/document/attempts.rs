//! The attempts tab: each run of the function, the waits between them, and how the record came to its receiver.

use std::collections::BTreeSet;
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::app::jobs::AttemptsFound;
use crate::log::{LogEvent, plural};
use crate::record::{Arrival, Attempt};

use super::{Document, Role, Target};

/// What a record tells of its attempts by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) struct Course {
    /// How many attempts there were, approximately.
    pub(in crate::app) count: Option<u64>,
    /// When the record was made, in milliseconds since the Unix epoch.
    made: Option<i64>,
    /// When it was logged.
    logged: Option<i64>,
    request_id: Option<String>,
    /// Why nothing can be looked up, when that is so.
    pub(in crate::app) nowhere: Option<&'static str>,
}

/// How far the look-up has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::app) enum Lookup {
    /// Nobody has asked yet.
    Idle,
    /// It runs.
    Running,
    /// It came to this.
    Done(Box<AttemptsFound>),
    /// It came to nothing.
    Failed(String),
}

impl Course {
    pub(in crate::app) fn of(arrival: &Arrival) -> Self {
        let record = &arrival.record;
        let nowhere = match (record.function(), record.request_id()) {
            (Some(_), Some(_)) => None,
            (None, _) => Some("The record does not say which function it is of."),
            (_, None) => Some("The record has no request id to look for."),
        };
        Self {
            count: record.invoke_count(),
            made: record.timestamp(),
            logged: arrival.origin.timestamp(),
            request_id: record.request_id().map(str::to_owned),
            nowhere,
        }
    }
}

/// The document; `zone` is where times are told in, and `open` numbers the attempts whose lines are unfolded.
pub(super) fn document(course: &Course, lookup: &Lookup, open: &BTreeSet<usize>, zone: &TimeZone) -> Document {
    let mut document = Document::default();
    let mut writer = Writer { document: &mut document, course, open, zone };
    match (course.nowhere, lookup) {
        (Some(why), _) => writer.line(why, Role::Dim),
        (None, Lookup::Idle) => writer.ask(),
        (None, Lookup::Running) => writer.line("asking the function's log …", Role::Dim),
        (None, Lookup::Failed(why)) => {
            writer.line(why, Role::Warning);
            writer.ask();
        }
        (None, Lookup::Done(found)) => writer.found(found),
    }
    document
}

struct Writer<'a> {
    document: &'a mut Document,
    course: &'a Course,
    open: &'a BTreeSet<usize>,
    zone: &'a TimeZone,
}

impl Writer<'_> {
    fn line(&mut self, text: &str, role: Role) {
        self.document.push(text, Some(role));
        self.document.end_line();
    }

    fn ask(&mut self) {
        self.document.aim(Target::Attempt(usize::MAX));
        self.line("↵ asks the function's log in CloudWatch for its attempts", Role::Strong);
    }

    fn found(&mut self, found: &AttemptsFound) {
        for (at, attempt) in found.attempts.iter().enumerate() {
            self.attempt(at, attempt);
            if let Some(next) = found.attempts.get(at + 1) {
                self.wait(attempt.wait_until(next));
            }
        }
        self.summary(found);
        self.document.end_line();
        self.arrival(found);
    }

    fn attempt(&mut self, at: usize, attempt: &Attempt) {
        self.document.aim(Target::Attempt(at));
        let open = self.open.contains(&at);
        self.document.push(if open { "▾ " } else { "▸ " }, Some(Role::Dim));
        let (mark, role) = if attempt.error.is_some() { ("✗", Role::Error) } else { ("✓", Role::Good) };
        let mark = if attempt.ended.is_none() && attempt.error.is_none() { "…" } else { mark };
        self.document.push(&format!("{mark} "), Some(role));
        self.document.push(&self.clock(attempt.started), Some(Role::Strong));
        self.document.push(&format!("  {}", figures(attempt)), None);
        if let Some(error) = &attempt.error {
            let words = self.course.request_id.as_deref().map_or_else(|| error.clone(), |id| error.replace(id, "…"));
            self.document.push(&format!("  {words}"), Some(Role::Error));
        }
        let lines = attempt.lines.len();
        self.document.push(&format!("  {lines} line{}", plural(lines)), Some(Role::Dim));
        self.document.end_line();
        if open {
            self.lines(&attempt.lines);
        }
    }

    fn wait(&mut self, wait: Option<Duration>) {
        if let Some(wait) = wait {
            self.line(&format!("    waited {}", span(wait)), Role::Dim);
        }
    }

    fn lines(&mut self, lines: &[LogEvent]) {
        for event in lines {
            let time = event.origin.timestamp.map(|time| self.clock(time)).unwrap_or_default();
            for (at, line) in event.message.trim_end().lines().enumerate() {
                let time = if at == 0 { time.clone() } else { " ".repeat(time.chars().count()) };
                self.document.push(&format!("    {time}  "), Some(Role::Dim));
                self.document.push(line, None);
                self.document.end_line();
            }
        }
    }

    /// How many were found of how many there should be, and whether they failed alike.
    fn summary(&mut self, found: &AttemptsFound) {
        if found.attempts.is_empty() {
            self.line(&nothing(self.course, &found.group), Role::Warning);
        } else {
            let sum = sum(found.attempts.len(), self.course.count);
            let alike = alike(&found.attempts, self.course.request_id.as_deref()).unwrap_or_default();
            self.line(&format!("{sum} in {}{alike}", found.group), Role::Dim);
        }
        for trouble in found.guessed.iter().chain(&found.trouble) {
            self.line(trouble, Role::Warning);
        }
    }

    /// The record's own way: made after the last attempt, logged by the receiver, among which lines.
    fn arrival(&mut self, found: &AttemptsFound) {
        let ended = found.attempts.last().and_then(|last| last.ended);
        if let Some(made) = self.course.made {
            let after =
                ended.map(|ended| format!(", {} after the last attempt", signed(made - ended))).unwrap_or_default();
            self.line(&format!("record made {}{after}", self.clock(made)), Role::Strong);
        }
        if let (Some(logged), made) = (self.course.logged, self.course.made) {
            let at = found.attempts.len();
            let after = made.map(|made| format!(", {} after it was made", signed(logged - made))).unwrap_or_default();
            let open = self.open.contains(&at);
            let fold = if found.receiver.is_empty() {
                ""
            } else if open {
                "▾ "
            } else {
                "▸ "
            };
            if !found.receiver.is_empty() {
                self.document.aim(Target::Attempt(at));
            }
            let lines = found.receiver.len();
            let around =
                if lines == 0 { String::new() } else { format!("  {lines} line{} of the receiver", plural(lines)) };
            self.document.push(&format!("{fold}logged {}{after}", self.clock(logged)), Some(Role::Strong));
            self.document.push(&around, Some(Role::Dim));
            self.document.end_line();
            if open {
                self.lines(&found.receiver);
            }
        }
        if let Some(trouble) = &found.receiver_trouble {
            self.line(trouble, Role::Warning);
        }
    }

    /// A time to the millisecond.
    fn clock(&self, time: i64) -> String {
        Timestamp::from_millisecond(time).map_or_else(
            |_| time.to_string(),
            |time| time.to_zoned(self.zone.clone()).strftime("%H:%M:%S%.3f").to_string(),
        )
    }
}

/// Duration, memory, and what a new environment cost.
fn figures(attempt: &Attempt) -> String {
    let duration = attempt.duration.map(|duration| format!("{:.2} ms", duration.as_secs_f64() * 1000.0));
    let memory = attempt.used.zip(attempt.memory).map(|(used, of)| format!("{used} of {of} MB"));
    let cold = match attempt.init {
        Some(init) => Some(format!("cold start {:.2} ms", init.as_secs_f64() * 1000.0)),
        None => attempt.cold.then(|| "cold start".to_owned()),
    };
    let over = attempt.ended.is_none().then(|| "no report".to_owned());
    [duration, memory, cold, over].into_iter().flatten().collect::<Vec<_>>().join("  ")
}

fn sum(found: usize, count: Option<u64>) -> String {
    let attempts = format!("{found} attempt{}", plural(found));
    match count {
        Some(count) if count == found as u64 => format!("{attempts}, as the record says,"),
        Some(count) => format!("{attempts} found; the record says approximately {count};"),
        None => attempts,
    }
}

/// Whether the attempts failed for the same reason; the request id in their words does not count.
fn alike(attempts: &[Attempt], request_id: Option<&str>) -> Option<&'static str> {
    let words = |attempt: &Attempt| {
        attempt.error.as_ref().map(|error| request_id.map_or_else(|| error.clone(), |id| error.replace(id, "")))
    };
    let mut errors: Vec<_> = attempts.iter().map(words).collect();
    let failed = errors.len();
    if failed < 2 || errors.iter().all(Option::is_none) {
        return None;
    }
    errors.dedup();
    Some(if errors.len() == 1 { " · the same error each time" } else { " · not the same error each time" })
}

fn nothing(course: &Course, group: &str) -> String {
    match course.count {
        Some(0) => format!("The function never ran for this event, and {group} has no line of it."),
        _ => format!("{group} has no line of this request: it may have expired, or the function logs elsewhere."),
    }
}

fn span(span: Duration) -> String {
    match span.as_secs() {
        0..10 => format!("{:.2} s", span.as_secs_f64()),
        10..600 => format!("{:.1} s", span.as_secs_f64()),
        seconds => format!("{} min", seconds / 60),
    }
}

fn signed(millis: i64) -> String {
    format!("{:+.1} s", millis as f64 / 1000.0)
}
