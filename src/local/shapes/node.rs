//! Node.js: `errorType`, `errorMessage`, `trace` whose first line repeats both.

use serde::Serialize;

use super::super::clock::iso_millis;
use super::super::functions::{Call, Run};
use super::super::wire::to_json;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    error_type: &'a str,
    error_message: &'a str,
    trace: &'a [String],
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Logged<'a> {
    error_type: &'a str,
    error_message: &'a str,
    stack: &'a [String],
}

/// A run that threw, the innermost frame first; a frame such as `render (file:///var/task/index.mjs:14:37)`.
pub(crate) fn threw(call: &Call<'_>, millis: u64, kind: &str, message: &str, frames: &[&str]) -> Run {
    let mut trace = vec![format!("{kind}: {message}")];
    trace.extend(frames.iter().map(|frame| format!("    at {frame}")));
    trace.push("    at Runtime.handleOnceNonStreaming (file:///var/runtime/index.mjs:1173:29)".to_owned());
    let answer = to_json(&Answer { error_type: kind, error_message: message, trace: &trace });
    let logged = to_json(&Logged { error_type: kind, error_message: message, stack: &trace });
    Run::failed(millis, answer, console(call, "ERROR", &format!("Invoke Error \t{logged}")))
}

/// A line of `console.log` and its like, as the runtime writes it in text format.
pub(crate) fn console(call: &Call<'_>, level: &str, text: &str) -> String {
    format!("{}\t{}\t{level}\t{text}", iso_millis(call.now), call.request_id)
}
