//! Reading an error out of a response payload.
//!
//! `errorMessage`, `errorType`, a stack in `stackTrace` or `trace`, and a `cause` of the same shape or a list of
//! `causes`; any of them may be absent, null or of another type.

use super::frame::{self, Order};
use super::{InvocationError, StackFrame, derive};
use crate::record::json::{self, Member};

/// Causes below causes that are followed.
const DEEPEST_CAUSE: usize = 16;

/// The error in a payload; `None` for `null`, which tells nothing.
pub(super) fn error(payload: &str) -> Option<InvocationError> {
    read(payload, 0)
}

fn read(payload: &str, depth: usize) -> Option<InvocationError> {
    let Some(members) = json::members(payload) else {
        return text(payload).map(|message| InvocationError { message: Some(message), ..InvocationError::default() });
    };
    let parts = Parts::of(&members);
    let mut error = InvocationError {
        error_type: parts.error_type.and_then(text),
        message: parts.message.and_then(text),
        frames: parts.stack(),
        cause: parts.cause(depth).map(Box::new),
    };
    if error == InvocationError::default() {
        error.message = text(payload);
    }
    if error.error_type.is_none() {
        error.error_type = error.message.as_deref().and_then(derive::error_type).map(str::to_owned);
    }
    Some(error)
}

/// What a value says: a string its content, anything else its JSON, and `null` nothing.
fn text(value: &str) -> Option<String> {
    match value {
        "null" => None,
        _ => Some(json::unquote(value).unwrap_or_else(|| json::one_line(value)).into_owned()),
    }
}

/// The members that tell of an error, as they are written.
#[derive(Default)]
struct Parts<'a> {
    error_type: Option<&'a str>,
    message: Option<&'a str>,
    stack_trace: Option<&'a str>,
    trace: Option<&'a str>,
    cause: Option<&'a str>,
    causes: Option<&'a str>,
}

impl<'a> Parts<'a> {
    /// Of double keys the last one counts.
    fn of(members: &[Member<'a>]) -> Self {
        let mut parts = Self::default();
        for member in members {
            let part = match &*member.key() {
                "errorType" => &mut parts.error_type,
                "errorMessage" => &mut parts.message,
                "stackTrace" => &mut parts.stack_trace,
                "trace" => &mut parts.trace,
                "cause" => &mut parts.cause,
                "causes" => &mut parts.causes,
                _ => continue,
            };
            *part = Some(member.value.get());
        }
        parts
    }

    fn cause(&self, depth: usize) -> Option<InvocationError> {
        if depth == DEEPEST_CAUSE {
            return None;
        }
        let single = self.cause.and_then(|value| read(value, depth + 1));
        single.or_else(|| read(json::items(self.causes?)?.first()?.get(), depth + 1))
    }

    fn stack(&self) -> Vec<StackFrame> {
        let is_known = |value: &&str| *value != "null";
        let (stack, trace) = (self.stack_trace.filter(is_known), self.trace.filter(is_known));
        if let Some(frames) = stack.and_then(json::items) {
            return outermost_first(frames.iter().filter_map(|item| frame::of_value(item.get())).collect());
        }
        // These begin with lines of the message.
        let lines = match (trace, stack) {
            (Some(trace), _) => json::items(trace).map_or_else(
                || lines(trace),
                |items| items.iter().copied().flat_map(|item| lines(item.get())).collect(),
            ),
            (None, Some(trace)) => lines(trace),
            (None, None) => Vec::new(),
        };
        let mut frames: Vec<_> = lines.iter().map(|line| frame::of_text(line)).collect();
        let first = frames.iter().position(|(_, order)| *order != Order::Unknown).unwrap_or(frames.len());
        frames.drain(..first);
        outermost_first(frames)
    }
}

fn lines(value: &str) -> Vec<String> {
    json::unquote(value).map(|text| text.lines().map(str::to_owned).collect()).unwrap_or_default()
}

/// Python gives the outermost call first, all other runtimes the raising frame.
fn outermost_first(frames: Vec<(StackFrame, Order)>) -> Vec<StackFrame> {
    let is_ordered = frames.iter().any(|(_, order)| *order == Order::OutermostFirst);
    let frames = frames.into_iter().map(|(frame, _)| frame);
    if is_ordered { frames.collect() } else { frames.rev().collect() }
}
