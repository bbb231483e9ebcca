//! Go: `errorMessage`, `errorType`, and `stackTrace` as objects, only after a panic.

use serde::Serialize;

use super::super::functions::Run;
use super::super::wire::to_json;

/// A frame of a panic's stack.
#[derive(Debug, Clone, Copy, Serialize)]
pub(crate) struct Frame {
    /// The file, as its module names it.
    pub(crate) path: &'static str,
    /// The line in it.
    pub(crate) line: u32,
    /// The function.
    pub(crate) label: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    error_message: &'a str,
    error_type: &'a str,
    #[serde(skip_serializing_if = "<[Frame]>::is_empty")]
    stack_trace: &'a [Frame],
}

/// A run that returned an error: the library logs nothing of it.
pub(crate) fn returned_error(millis: u64, kind: &str, message: &str) -> Run {
    let answer = Answer { error_message: message, error_type: kind, stack_trace: &[] };
    Run::failed(millis, to_json(&answer), None)
}

/// A run that panicked, the innermost frame first.
pub(crate) fn panicked(millis: u64, kind: &str, message: &str, frames: &[Frame]) -> Run {
    let json = to_json(&Answer { error_message: message, error_type: kind, stack_trace: frames });
    Run::failed(millis, json.clone(), json)
}
