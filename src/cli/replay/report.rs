//! One line per payload when its outcome is known, a summary, and the exit code.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::path::PathBuf;

use crate::aws::ExitKind;
use crate::board::{Entry, Query};
use crate::log::{visible, visible_lines};
use crate::output::replay::{self, Line, Status};
use crate::record::Outcome;
use crate::replay::Verdict;
use crate::replay::drive::Progress;
use crate::replay::plan::{Item, Skip, Skipped};
use crate::replay::run::{Mode, State};
use crate::source;

use super::super::args::OutputFormat;
use super::super::exit::Failure;

/// How bad an end is: the first of these that is met gives the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum End {
    /// Configuration or credentials: 253.
    Configuration,
    /// The service refused or failed: 254.
    Refused,
    /// Something else kept a payload from being sent: 255.
    NotSent,
    /// A failure, or not what was expected: 1.
    Failed,
    /// No record in time: 2.
    Unanswered,
}

impl End {
    fn code(self) -> u8 {
        match self {
            Self::Configuration => 253,
            Self::Refused => 254,
            Self::NotSent => 255,
            Self::Failed => 1,
            Self::Unanswered => 2,
        }
    }
}

/// Reports what becomes of payloads.
pub(super) struct Report {
    format: OutputFormat,
    expect: Option<Query>,
    junit: Option<PathBuf>,
    lines: Vec<(Line, Option<String>)>,
    ends: BTreeMap<End, usize>,
    counts: BTreeMap<String, usize>,
    /// Whether a line that is overwritten stands on the terminal.
    shown: bool,
    /// Nobody reads standard output any more.
    unread: bool,
}

impl Report {
    pub(super) fn new(format: OutputFormat, expect: Option<Query>, junit: Option<PathBuf>) -> Self {
        let (lines, ends, counts) = (Vec::new(), BTreeMap::new(), BTreeMap::new());
        Self { format, expect, junit, lines, ends, counts, shown: false, unread: false }
    }

    pub(super) fn planned(&mut self, item: &Item) -> Result<(), Failure> {
        self.line(line(item, Status::Planned), None)
    }

    pub(super) fn skipped(&mut self, skipped: &Skipped) -> Result<(), Failure> {
        let status = if matches!(skipped.why, Skip::Unknown { .. }) { Status::Unknown } else { Status::Refused };
        let end = match skipped.why {
            Skip::Replayed { .. } | Skip::Answer { .. } | Skip::Success | Skip::Redelivery => None,
            _ => Some(End::NotSent),
        };
        let line = Line {
            request_id: skipped.key.to_string(),
            new_request_id: None,
            function_arn: skipped.function.as_ref().map(ToString::to_string),
            status,
            verdict: None,
            error: Some(skipped.why.to_string()),
        };
        self.line(line, end)
    }

    pub(super) fn sent(&mut self, item: &Item, new_request_id: Option<String>) -> Result<(), Failure> {
        self.line(Line { new_request_id, ..line(item, Status::Sent) }, None)
    }

    pub(super) fn unanswered(&mut self, item: &Item, new_request_id: Option<String>) -> Result<(), Failure> {
        self.line(Line { new_request_id, ..line(item, Status::Unanswered) }, Some(End::Unanswered))
    }

    /// A record has come, or a synchronous answer; `log` is the end of the function's log.
    pub(super) fn answered(
        &mut self,
        item: &Item,
        new_request_id: Option<String>,
        verdict: &Verdict,
        entry: Option<&Entry>,
        log: Option<&str>,
    ) -> Result<(), Failure> {
        let met = match &self.expect {
            Some(expected) => entry.is_some_and(|entry| expected.matches(entry)),
            None => verdict.outcome == Outcome::Success,
        };
        let error = match (&self.expect, met) {
            (Some(expected), false) => Some(format!("not as expected: {expected}")),
            _ => entry.and_then(error_words),
        };
        let verdict = Some(verdict.clone());
        self.line(
            Line { new_request_id, verdict, error, ..line(item, Status::Answered) },
            (!met).then_some(End::Failed),
        )?;
        if let Some(log) = log.filter(|_| self.format == OutputFormat::Text) {
            let _ = io::stderr().write_all(visible_lines(log, "\n").as_bytes());
        }
        Ok(())
    }

    /// A payload was not sent, or nobody knows; what is queued again after a throttle has no line yet.
    pub(super) fn failed(&mut self, item: &Item, state: &State, cause: ExitKind) -> Result<(), Failure> {
        let (status, why) = match state {
            State::Refused(why) => (Status::Refused, why),
            State::Unknown(why) => (Status::Unknown, why),
            _ => return Ok(()),
        };
        let end = match cause {
            ExitKind::Configuration => End::Configuration,
            ExitKind::Service => End::Refused,
        };
        self.line(Line { error: Some(why.clone()), ..line(item, status) }, Some(end))
    }

    /// A payload's turn never came.
    pub(super) fn held_back(&mut self, item: &Item, mode: &Mode) -> Result<(), Failure> {
        let (why, end) = match mode {
            // What stopped the run has a line and an end of its own.
            Mode::Stopped(why) => (format!("not sent: {why}"), End::Failed),
            _ => ("not sent: cancelled".to_owned(), End::NotSent),
        };
        self.line(Line { error: Some(why), ..line(item, Status::Refused) }, Some(end))
    }

    /// How a long run is doing, on one line that is written over.
    pub(super) fn progress(&mut self, progress: &Progress) {
        if !io::stderr().is_terminal() {
            return;
        }
        let counts = &progress.counts;
        let failed = counts.failed_again + counts.failed_otherwise;
        let _ = write!(
            io::stderr(),
            "\r\u{1b}[K{} to go, {} on their way, {} awaited, {} success, {failed} failed, {} not sent; {:.1}/s",
            counts.queued,
            counts.sending,
            counts.sent,
            counts.succeeded,
            counts.refused + counts.unknown,
            progress.rate
        );
        self.shown = true;
    }

    /// Trouble with the log in which answers are awaited.
    pub(super) fn status(&mut self, status: &source::Status) {
        if let source::Status::Retrying { wait, reason, .. } = status {
            self.note(&format!("cannot read the log now, again in {:.1} s: {reason}", wait.as_secs_f32()));
        }
    }

    /// Says something on stderr.
    pub(super) fn note(&mut self, text: &str) {
        self.erase();
        // Whoever has closed stderr does not want to know.
        let _ = writeln!(io::stderr(), "{}", visible(text));
    }

    /// Writes the summary and the `JUnit` report, and ends with the gravest of what happened, or else with `code`.
    ///
    /// # Errors
    /// What did not end well.
    pub(super) fn end(mut self, code: u8) -> Result<(), Failure> {
        self.flush()?;
        self.erase();
        let counts: Vec<_> = self.counts.iter().map(|(what, count)| format!("{count} {what}")).collect();
        if counts.is_empty() {
            self.note("nothing to send");
        } else {
            self.note(&counts.join(", "));
        }
        self.write_junit()?;
        let nothing_met = self.expect.is_some() && self.lines.is_empty();
        let worst = self.ends.keys().next().map(|end| end.code()).or(nothing_met.then_some(1));
        match worst.or((code > 0).then_some(code)) {
            None => Ok(()),
            Some(code) => Err(Failure::silent(code)),
        }
    }

    /// Writes out what was reported.
    ///
    /// # Errors
    /// When standard output cannot be written to.
    pub(super) fn flush(&mut self) -> Result<(), Failure> {
        self.written(|out, _| out.flush())
    }

    fn line(&mut self, line: Line, end: Option<End>) -> Result<(), Failure> {
        *self.counts.entry(counted(&line)).or_default() += 1;
        if let Some(end) = end {
            *self.ends.entry(end).or_default() += 1;
        }
        self.erase();
        self.written(|out, format| {
            match format {
                OutputFormat::Jsonl => replay::write_jsonl(out, &line)?,
                _ => replay::write_text(out, &line)?,
            }
            out.flush()
        })?;
        let failed = end.map(|_| line.error.clone().unwrap_or_else(|| counted(&line)));
        self.lines.push((line, failed));
        Ok(())
    }

    /// A closed pipe is no error: what is sent is sent, and the journal has it.
    fn written(&mut self, write: impl FnOnce(&mut io::Stdout, OutputFormat) -> io::Result<()>) -> Result<(), Failure> {
        if self.unread {
            return Ok(());
        }
        match write(&mut io::stdout(), self.format) {
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.unread = true,
            Err(error) => return Err(Failure::unwritten(&error)),
            Ok(()) => {}
        }
        Ok(())
    }

    fn write_junit(&self) -> Result<(), Failure> {
        let Some(path) = &self.junit else { return Ok(()) };
        let lines: Vec<_> = self.lines.iter().map(|(line, _)| line.clone()).collect();
        let failed = |line: &Line| {
            let known = self.lines.iter().find(|(known, _)| known.request_id == line.request_id);
            known.and_then(|(_, failed)| failed.clone())
        };
        let written = File::create(path).and_then(|file| {
            let mut out = BufWriter::new(file);
            replay::write_junit(&mut out, &lines, failed)?;
            out.flush()
        });
        written.map_err(|error| Failure::other(format!("cannot write {}: {error}", path.display())))
    }

    fn erase(&mut self) {
        if std::mem::take(&mut self.shown) {
            let _ = write!(io::stderr(), "\r\u{1b}[K");
        }
    }
}

fn line(item: &Item, status: Status) -> Line {
    Line {
        request_id: item.key.to_string(),
        new_request_id: None,
        function_arn: Some(item.call.target.clone()),
        status,
        verdict: None,
        error: None,
    }
}

/// The words under which a payload is counted in the summary.
fn counted(line: &Line) -> String {
    match &line.verdict {
        Some(verdict) => match (verdict.outcome, verdict.same_fingerprint) {
            (Outcome::Success, _) => "success".to_owned(),
            (_, Some(true)) => verdict.again(),
            (_, Some(false)) => format!("{} with another error", verdict.condition),
            (_, None) => verdict.condition.clone(),
        },
        None => line.status.as_str().to_owned(),
    }
}

/// What a failed record says went wrong.
fn error_words(entry: &Entry) -> Option<String> {
    let error = entry.arrival()?.record.error()?;
    let words = [error.error_type, error.message].into_iter().flatten().collect::<Vec<_>>().join(": ");
    (!words.is_empty()).then_some(words)
}
