//! Java: `errorMessage`, `errorType`, `stackTrace` as a list of strings, `cause` nested.

use std::fmt::Write as _;

use serde::Serialize;

use super::super::functions::Run;
use super::super::wire::to_json;

/// An exception, the innermost frame first.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Thrown {
    /// Its message.
    #[serde(rename = "errorMessage")]
    pub(crate) message: String,
    /// Its class, with the package.
    #[serde(rename = "errorType")]
    pub(crate) class: &'static str,
    /// Its frames, such as `com.example.orders.Intake.handleRequest(Intake.java:41)`.
    #[serde(rename = "stackTrace")]
    pub(crate) frames: &'static [&'static str],
    /// What caused it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cause: Option<Box<Thrown>>,
}

/// A run that threw.
pub(crate) fn threw(millis: u64, thrown: &Thrown) -> Run {
    let mut line = format!("{}: {}\n", thrown.message, thrown.class);
    describe(thrown, &mut line);
    Run::failed(millis, to_json(thrown), line)
}

fn describe(thrown: &Thrown, out: &mut String) {
    // Writing to a String cannot fail.
    let _ = write!(out, "{}: {}", thrown.class, thrown.message);
    for frame in thrown.frames {
        let _ = write!(out, "\n\tat {frame}");
    }
    if let Some(cause) = &thrown.cause {
        out.push_str("\nCaused by: ");
        describe(cause, out);
    }
}
