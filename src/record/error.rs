//! What a failure says of itself.

use super::InvocationRecord;

/// An error as a runtime or the service reported it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct InvocationError {
    /// Its type, in the runtime's spelling: `ValueError`, `com.example.OrderException`, `Sandbox.Timedout`.
    pub error_type: Option<String>,
    /// Its message, possibly of several lines.
    pub message: Option<String>,
    /// The stack: the outermost call first, the raising frame last, for every runtime.
    pub frames: Vec<StackFrame>,
    /// What caused it.
    pub cause: Option<Box<InvocationError>>,
}

/// One call of a stack.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct StackFrame {
    /// File as the runtime names it.
    pub file: Option<String>,
    /// Line in it, counted from 1.
    pub line: Option<u64>,
    /// What was called; the whole text of a frame that could not be read.
    pub function: Option<String>,
    /// The line of code, where the runtime gives it.
    pub code: Option<String>,
}

pub(super) fn of(_record: &InvocationRecord) -> Option<InvocationError> {
    None
}
