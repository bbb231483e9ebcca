//! What a failure says of itself.
//!
//! Every runtime has its own shape of an error (`responsePayload` of a failed invocation); all of them are read into
//! one, by the sources of the runtimes' interface clients.

mod derive;
mod frame;
mod owner;
mod payload;

use super::{InvocationRecord, Outcome};

pub use owner::Owner;

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

impl StackFrame {
    /// Whose code it lies in.
    #[must_use]
    pub fn owner(&self) -> Owner {
        owner::of(self)
    }

    /// Name of the file, without the folders it lies in.
    #[must_use]
    pub fn file_name(&self) -> Option<&str> {
        self.file.as_deref().map(|file| file.rsplit(['/', '\\']).next().unwrap_or(file))
    }
}

/// The error that a failed record tells of; `None` for a success, and where only the condition is known.
pub(super) fn of(record: &InvocationRecord) -> Option<InvocationError> {
    match record.outcome() {
        Outcome::Success => None,
        Outcome::Failure => payload::error(record.response_payload()?),
    }
}

#[cfg(test)]
mod tests;
