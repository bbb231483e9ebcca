//! Python: `errorMessage`, `errorType`, `requestId`, `stackTrace` as a list of strings.

use super::super::functions::{Call, Run};
use super::super::json::Json;
use super::super::pyjson::quoted;

/// A line of the traceback.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Frame {
    /// The file.
    pub(crate) file: &'static str,
    /// The line in it.
    pub(crate) line: u32,
    /// The function.
    pub(crate) function: &'static str,
    /// The source text of that line.
    pub(crate) code: &'static str,
}

impl Frame {
    fn text(&self) -> String {
        let Self { file, line, function, code } = self;
        format!("  File \"{file}\", line {line}, in {function}\n    {code}\n")
    }
}

/// A run that ended with an exception, the outermost frame first.
pub(crate) fn raised(call: &Call<'_>, millis: u64, kind: &str, message: &str, frames: &[Frame]) -> Run {
    let traces: Vec<String> = frames.iter().map(Frame::text).collect();
    let quoted_traces: Vec<String> = traces.iter().map(|trace| quoted(trace)).collect();
    let json = format!(
        "{{\"errorMessage\": {}, \"errorType\": {}, \"requestId\": {}, \"stackTrace\": [{}]}}",
        quoted(message),
        quoted(kind),
        quoted(call.request_id),
        quoted_traces.join(", ")
    );
    Run::failed(millis, json, log_line(kind, message, &traces))
}

/// The runtime indents with no-break spaces, which CloudWatch's console does not collapse.
fn log_line(kind: &str, message: &str, traces: &[String]) -> String {
    let mut line = format!("[ERROR] {kind}: {message}\nTraceback (most recent call last):");
    for text in traces.iter().flat_map(|trace| trace.lines()) {
        let code = text.trim_start_matches(' ');
        let indent = "\u{a0}".repeat(text.len() - code.len());
        line.push('\n');
        line.push_str(&indent);
        line.push_str(code);
    }
    line
}

/// What Python calls the type of a value that came as JSON.
pub(crate) fn type_of(value: &Json) -> &'static str {
    match value {
        Json::Null => "NoneType",
        Json::Bool(_) => "bool",
        Json::Number(number) if number.contains(['.', 'e', 'E']) => "float",
        Json::Number(_) => "int",
        Json::Text(_) => "str",
        Json::List(_) => "list",
        Json::Map(_) => "dict",
    }
}
