//! .NET: `errorType`, `errorMessage`, `stackTrace` as a list of strings, `cause` nested.

use std::fmt::Write as _;

use serde::Serialize;

use super::super::clock::iso_millis;
use super::super::functions::{Call, Run};
use super::super::wire::to_json;

/// An exception, the innermost frame first.
#[derive(Debug, Serialize)]
pub(crate) struct Thrown {
    /// Its class.
    #[serde(rename = "errorType")]
    pub(crate) class: &'static str,
    /// Its message.
    #[serde(rename = "errorMessage")]
    pub(crate) message: String,
    /// Its frames, such as `   at Ledger.Post.Handler(…) in /src/Post.cs:line 42`.
    #[serde(rename = "stackTrace")]
    pub(crate) frames: &'static [&'static str],
    /// The inner exception.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) cause: Option<Box<Thrown>>,
}

/// A run that threw.
pub(crate) fn threw(call: &Call<'_>, millis: u64, thrown: &Thrown) -> Run {
    let line = log_line(call, "fail", &describe(thrown));
    Run::failed(millis, to_json(thrown), line)
}

/// A line of the runtime's console logger.
pub(crate) fn log_line(call: &Call<'_>, level: &str, text: &str) -> String {
    format!("{}\t{}\t{level}\t{text}", iso_millis(call.now), call.request_id)
}

fn describe(thrown: &Thrown) -> String {
    let mut out = format!("{}: {}", thrown.class, thrown.message);
    if let Some(cause) = &thrown.cause {
        // Writing to a String cannot fail.
        let _ = write!(out, "\n ---> {}\n   --- End of inner exception stack trace ---", describe(cause));
    }
    for frame in thrown.frames {
        let _ = write!(out, "\n{frame}");
    }
    out
}
