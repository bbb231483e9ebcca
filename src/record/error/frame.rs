//! Reading one frame of a stack.

mod dotnet;
mod javascript;
mod jvm;
mod python;
mod ruby;

use std::borrow::Cow;

use super::StackFrame;
use crate::record::json::{self, Raw};

/// In which order the frames of such a stack come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// As we keep them.
    OutermostFirst,
    /// The other way round.
    InnermostFirst,
    /// The text is not known as a frame.
    Unknown,
}

/// The frame that an item of a stack stands for: a string, an object (Go) or an array (Python 2).
pub(super) fn of_value(value: &str) -> Option<(StackFrame, Order)> {
    if let Some(text) = json::unquote(value) {
        return (!text.trim().is_empty()).then(|| of_text(&text));
    }
    of_object(value).or_else(|| python::of_list(value).map(|frame| (frame, Order::OutermostFirst))).or_else(|| {
        let function = json::one_line(value).into_owned();
        (value != "null").then(|| (StackFrame { function: Some(function), ..StackFrame::default() }, Order::Unknown))
    })
}

/// The frame that a text stands for.
pub(super) fn of_text(text: &str) -> (StackFrame, Order) {
    if let Some(frame) = python::frame(text) {
        return (frame, Order::OutermostFirst);
    }
    let line = text.trim();
    let call = line.strip_prefix("at ");
    let frame = match call {
        Some(call) => jvm::frame(call).or_else(|| dotnet::frame(call)).or_else(|| Some(javascript::frame(call))),
        None => jvm::frame(line).or_else(|| ruby::frame(line)).or_else(|| javascript::located(line)),
    };
    match frame {
        Some(frame) => (frame, Order::InnermostFirst),
        None => (StackFrame { function: Some(line.to_owned()), ..StackFrame::default() }, Order::Unknown),
    }
}

/// `{"path":"…","line":9,"label":"handler"}`, as Go's panics have them.
fn of_object(value: &str) -> Option<(StackFrame, Order)> {
    let members = json::members(value)?;
    let named = |names: &[&str]| names.iter().find_map(|name| json::find(&members, name)).map(Raw::get);
    let text = |value: &str| json::unquote(value).map(Cow::into_owned);
    let frame = StackFrame {
        file: named(&["path", "file", "fileName"]).and_then(text),
        line: named(&["line", "lineNumber"]).and_then(|line| line.parse().ok()),
        function: named(&["label", "function", "methodName", "method"]).and_then(text),
        code: None,
    };
    (frame != StackFrame::default()).then_some((frame, Order::InnermostFirst))
}

/// `file:line` taken apart; the line is the number after the last colon.
fn file_and_line(text: &str) -> Option<(&str, u64)> {
    let (file, line) = text.rsplit_once(':')?;
    Some((file, line.parse().ok()?))
}
