//! Node.js: `at handler (file:///var/task/index.mjs:4:21)`, `at async node:internal/x:1:2`, `at new Order (…)`.

use super::file_and_line;
use crate::record::error::StackFrame;

/// The frame of a call, given without its `at `; a call of an unknown form is kept as the function.
pub(super) fn frame(call: &str) -> StackFrame {
    let call = call.strip_prefix("async ").unwrap_or(call);
    located(call).unwrap_or_else(|| match location(call) {
        Some((file, line)) => StackFrame { file: Some(file), line: Some(line), ..StackFrame::default() },
        None => StackFrame { function: Some(function(call).to_owned()), ..StackFrame::default() },
    })
}

/// `function (file:line:column)`, as Node.js 8 wrote it without `at `.
pub(super) fn located(call: &str) -> Option<StackFrame> {
    let (function, place) = call.strip_suffix(')')?.split_once(" (")?;
    let (file, line) = location(place)?;
    Some(StackFrame { file: Some(file), line: Some(line), function: Some(function.to_owned()), code: None })
}

/// Drops the places that are none: `new Promise (<anonymous>)`.
fn function(call: &str) -> &str {
    ["(<anonymous>)", "(native)"].into_iter().find_map(|place| call.strip_suffix(place)).unwrap_or(call).trim_end()
}

/// `file:line:column`, the file without its `file://`.
fn location(place: &str) -> Option<(String, u64)> {
    let (place, _column) = file_and_line(place)?;
    let (file, line) = file_and_line(place)?;
    Some((file.strip_prefix("file://").unwrap_or(file).to_owned(), line))
}
