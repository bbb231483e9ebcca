//! What is wrong with a query, and where.

use std::fmt;
use std::ops::Range;

/// A query that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryError {
    /// First byte of the query that is wrong; the query's length when its end came too early.
    pub at: usize,
    /// How many bytes are wrong; 0 when something is missing.
    pub len: usize,
    /// What is wrong there and what was expected.
    pub message: String,
}

impl QueryError {
    pub(super) fn new(span: Range<usize>, message: impl Into<String>) -> Self {
        Self { at: span.start, len: span.len(), message: message.into() }
    }

    /// Two lines: the query in `text`, and carets under the wrong part with the message after them.
    ///
    /// A column is a character, so wide characters before the place push it to the left; who draws it on a screen
    /// measures `at` and `len` itself.
    #[must_use]
    pub fn caret(&self, text: &str) -> String {
        let line: String = text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
        let before = text.get(..self.at).unwrap_or(text).chars().count();
        let wrong = text.get(self.at..self.at + self.len).map_or(0, |part| part.chars().count());
        format!("{line}\n{:before$}{} {}", "", "^".repeat(wrong.max(1)), self.message)
    }
}

impl fmt::Display for QueryError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for QueryError {}
