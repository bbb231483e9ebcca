//! Ruby: `errorMessage`, `errorType` as `Function<Class>`, `stackTrace` as a list of strings.

use serde::Serialize;

use super::super::functions::{Call, Run};
use super::super::wire::to_json;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answer<'a> {
    error_message: &'a str,
    error_type: &'a str,
    stack_trace: &'a [&'a str],
}

/// A run that raised, the innermost frame first.
pub(crate) fn raised(call: &Call<'_>, millis: u64, class: &str, message: &str, frames: &[&str]) -> Run {
    let kind = format!("Function<{class}>");
    let json = to_json(&Answer { error_message: message, error_type: &kind, stack_trace: frames });
    let line = format!("Error raised from handler method\n{json}");
    Run::failed(millis, json, line.replace('\n', &format!(" RequestId: {}\n", call.request_id)))
}
