//! What became of a replayed payload, for scripts and for readers.

use std::io::{self, Write};

use super::jsonl::{Object, key};
use crate::log::visible;
use crate::record::FunctionArn;
use crate::replay::{Verdict, duration_words};

/// How far a payload has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It would be sent.
    Planned,
    /// It was accepted; no record was waited for.
    Sent,
    /// Its record has arrived, or its synchronous answer.
    Answered,
    /// No record came in time.
    Unanswered,
    /// It was not sent.
    Refused,
    /// Nobody knows whether it was sent.
    Unknown,
}

impl Status {
    /// The word used in JSON lines.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Planned => "planned",
            Self::Sent => "sent",
            Self::Answered => "answered",
            Self::Unanswered => "unanswered",
            Self::Refused => "refused",
            Self::Unknown => "unknown",
        }
    }
}

/// What became of one payload.
#[derive(Debug, Clone, PartialEq)]
pub struct Line {
    /// Request id of the record that was replayed.
    pub request_id: String,
    /// Request id of the new invocation, once it is known.
    pub new_request_id: Option<String>,
    /// Function and qualifier that it went to.
    pub function_arn: Option<String>,
    /// How far it has come.
    pub status: Status,
    /// How it ended, once that is known.
    pub verdict: Option<Verdict>,
    /// What went wrong.
    pub error: Option<String>,
}

/// Writes the JSON line of one payload, with its line break.
///
/// # Errors
/// Those of `out`.
pub fn write_jsonl(out: &mut impl Write, line: &Line) -> io::Result<()> {
    let verdict = line.verdict.as_ref();
    let mut object = Object::new(out);
    object.string(key!("requestId"), Some(&line.request_id))?;
    object.string(key!("newRequestId"), line.new_request_id.as_deref())?;
    object.string(key!("functionArn"), line.function_arn.as_deref())?;
    object.string(key!("status"), Some(line.status.as_str()))?;
    object.string(key!("condition"), verdict.map(|verdict| verdict.condition.as_str()))?;
    object.string(key!("outcome"), verdict.map(|verdict| verdict.outcome.as_str()))?;
    object.plain(key!("sameFingerprint"), verdict.and_then(|verdict| verdict.same_fingerprint).as_ref())?;
    object.plain(key!("seconds"), verdict.map(|verdict| verdict.millis as f64 / 1000.0).as_ref())?;
    object.string(key!("error"), line.error.as_deref())?;
    object.end()?;
    out.write_all(b"\n")
}

/// Writes one payload for a reader, with a line break.
///
/// # Errors
/// Those of `out`.
pub fn write_text(out: &mut impl Write, line: &Line) -> io::Result<()> {
    let function = line.function_arn.as_deref().map_or_else(|| "-".to_owned(), name);
    let new = line.new_request_id.as_deref().map(|id| format!(" → {id}")).unwrap_or_default();
    let text = format!("{} {function} {}{new} {}", mark(line), line.request_id, words(line));
    writeln!(out, "{}", visible(text.trim_end()))
}

fn mark(line: &Line) -> &'static str {
    match (line.status, &line.verdict) {
        (_, Some(verdict)) if verdict.outcome == crate::record::Outcome::Success => "✓",
        (_, Some(_)) | (Status::Refused, _) => "✗",
        (Status::Planned | Status::Sent, _) => "↻",
        (Status::Unanswered | Status::Unknown | Status::Answered, _) => "?",
    }
}

fn words(line: &Line) -> String {
    let what = match (&line.verdict, line.status) {
        (Some(verdict), _) => verdict.words(),
        (None, status) => status.as_str().to_owned(),
    };
    line.error.as_deref().map_or(what.clone(), |error| format!("{what}: {error}"))
}

fn name(arn: &str) -> String {
    let arn = FunctionArn::parse(arn);
    arn.qualifier().map_or_else(|| arn.name().to_owned(), |qualifier| format!("{}:{qualifier}", arn.name()))
}

/// Writes a `JUnit` report: a test case for each payload. `failed` tells which of them are failures of a test.
///
/// # Errors
/// Those of `out`.
pub fn write_junit(out: &mut impl Write, lines: &[Line], failed: impl Fn(&Line) -> Option<String>) -> io::Result<()> {
    let failures: Vec<_> = lines.iter().map(failed).collect();
    let failing =
        lines.iter().zip(&failures).filter(|(line, failure)| failure.is_some() && line.verdict.is_some()).count();
    let broken = failures.iter().flatten().count() - failing;
    let seconds: f64 =
        lines.iter().filter_map(|line| line.verdict.as_ref()).map(|verdict| verdict.millis as f64 / 1000.0).sum();
    writeln!(out, r#"<?xml version="1.0" encoding="UTF-8"?>"#)?;
    writeln!(
        out,
        r#"<testsuite name="arrivals replay" tests="{}" failures="{failing}" errors="{broken}" time="{seconds:.3}">"#,
        lines.len()
    )?;
    for (line, failure) in lines.iter().zip(&failures) {
        write_case(out, line, failure.as_deref())?;
    }
    writeln!(out, "</testsuite>")
}

fn write_case(out: &mut impl Write, line: &Line, failure: Option<&str>) -> io::Result<()> {
    let class = line.function_arn.as_deref().map_or_else(|| "-".to_owned(), name);
    let seconds = line.verdict.as_ref().map_or(0.0, |verdict| verdict.millis as f64 / 1000.0);
    let (class, id) = (escaped(&class), escaped(&line.request_id));
    write!(out, r#"  <testcase classname="{class}" name="{id}" time="{seconds:.3}""#)?;
    let Some(failure) = failure else { return writeln!(out, "/>") };
    // A test that came to no verdict has not failed but could not be run.
    let tag = if line.verdict.is_some() { "failure" } else { "error" };
    let message = escaped(failure);
    let after =
        line.verdict.as_ref().map_or(String::new(), |verdict| format!(" after {}", duration_words(verdict.millis)));
    let told = escaped(&format!("new request id {}{after}", line.new_request_id.as_deref().unwrap_or("unknown")));
    writeln!(out, ">\n    <{tag} message=\"{message}\">{told}</{tag}>\n  </testcase>")
}

/// Text as XML takes it, also in attributes.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in visible(text).chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            _ => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::record::Outcome;

    fn line(status: Status, verdict: Option<Verdict>) -> Line {
        Line {
            request_id: "17b37350".to_owned(),
            new_request_id: Some("9f0c".to_owned()),
            function_arn: Some("arn:aws:lambda:eu-central-1:123123123123:function:sender:$LATEST".to_owned()),
            status,
            verdict,
            error: None,
        }
    }

    fn failure() -> Verdict {
        let condition = "RetriesExhausted".to_owned();
        Verdict { outcome: Outcome::Failure, condition, same_fingerprint: Some(true), millis: 2100 }
    }

    fn written(write: impl FnOnce(&mut Vec<u8>) -> io::Result<()>) -> String {
        let mut out = Vec::new();
        write(&mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_key_of_a_json_line_is_always_there() {
        assert_eq!(
            written(|out| write_jsonl(out, &line(Status::Answered, Some(failure())))),
            "{\"requestId\":\"17b37350\",\"newRequestId\":\"9f0c\",\"functionArn\":\"arn:aws:lambda:eu-central-1:123123123123:function:sender:$LATEST\",\
             \"status\":\"answered\",\"condition\":\"RetriesExhausted\",\"outcome\":\"failure\",\"sameFingerprint\":true,\"seconds\":2.1,\"error\":null}\n"
        );
        let refused = Line {
            new_request_id: None,
            function_arn: None,
            error: Some("no \"such\"".to_owned()),
            ..line(Status::Refused, None)
        };
        assert_eq!(
            written(|out| write_jsonl(out, &refused)),
            "{\"requestId\":\"17b37350\",\"newRequestId\":null,\"functionArn\":null,\"status\":\"refused\",\"condition\":null,\
             \"outcome\":null,\"sameFingerprint\":null,\"seconds\":null,\"error\":\"no \\\"such\\\"\"}\n"
        );
    }

    #[test]
    fn readers_get_words() {
        assert_eq!(
            written(|out| write_text(out, &line(Status::Answered, Some(failure())))),
            "✗ sender:$LATEST 17b37350 → 9f0c RetriesExhausted again, same fingerprint, after 2.1 s\n"
        );
        assert_eq!(
            written(|out| write_text(out, &line(Status::Sent, None))),
            "↻ sender:$LATEST 17b37350 → 9f0c sent\n"
        );
    }

    #[test]
    fn a_junit_report_tells_failures_from_errors() {
        let lines = [line(Status::Answered, Some(failure())), line(Status::Unanswered, None), line(Status::Sent, None)];
        let failed = |line: &Line| (line.status != Status::Sent).then(|| "a < \"b\" & c".to_owned());
        let report = written(|out| write_junit(out, &lines, failed));
        assert!(report.contains(r#"tests="3" failures="1" errors="1" time="2.100""#), "{report}");
        assert!(report.contains(r#"<failure message="a &lt; &quot;b&quot; &amp; c">"#), "{report}");
        assert!(report.contains("<error ") && report.matches("<testcase").count() == 3, "{report}");
    }
}
