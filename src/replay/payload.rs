//! Payloads that somebody changed: is it JSON, and what became different.

use std::ops::Range;

use serde_json::value::RawValue;
use similar::{ChangeTag, TextDiff};

use crate::record::json;

/// Why a text is no JSON, with the place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotJson {
    /// Line of the place, from 1.
    pub line: usize,
    /// Column of it in characters, from 1.
    pub column: usize,
    /// What is wrong there.
    pub message: String,
}

impl std::fmt::Display for NotJson {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// Checks that a text is one JSON value, as Lambda does.
///
/// # Errors
/// Where it stops being one, and why.
pub fn check(text: &str) -> Result<(), NotJson> {
    match serde_json::from_str::<&RawValue>(text) {
        Ok(_) => Ok(()),
        Err(error) => {
            let line = text.split('\n').nth(error.line().saturating_sub(1)).unwrap_or_default();
            let bytes = error.column().min(line.len());
            let column = (0..=bytes).rev().find(|at| line.is_char_boundary(*at)).unwrap_or(0);
            let whole = error.to_string();
            let message = whole.split(" at line ").next().unwrap_or(&whole).to_owned();
            Err(NotJson { line: error.line().max(1), column: line[..column].chars().count().max(1), message })
        }
    }
}

/// What happened to a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Change {
    /// It is in both.
    Kept,
    /// It was taken out.
    Removed,
    /// It was put in.
    Added,
}

/// A line of a comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiffLine {
    /// What happened to it.
    pub change: Change,
    /// Its text, without a line break.
    pub text: String,
    /// The parts of the text that make the difference, in bytes.
    pub emphasis: Vec<Range<usize>>,
}

/// Compares two payloads line by line, laid out alike, so that only what means something differs.
#[must_use]
pub fn diff(before: &str, after: &str) -> Vec<DiffLine> {
    let (before, after) = (format!("{}\n", json::pretty(before)), format!("{}\n", json::pretty(after)));
    let diff = TextDiff::from_lines(before.as_str(), after.as_str());
    let mut lines = Vec::new();
    for op in diff.ops() {
        for change in diff.iter_inline_changes(op) {
            lines.push(diff_line(change.tag(), change.iter_strings_lossy()));
        }
    }
    lines
}

fn diff_line<'a>(tag: ChangeTag, parts: impl Iterator<Item = (bool, std::borrow::Cow<'a, str>)>) -> DiffLine {
    let change = match tag {
        ChangeTag::Equal => Change::Kept,
        ChangeTag::Delete => Change::Removed,
        ChangeTag::Insert => Change::Added,
    };
    let (mut text, mut emphasis) = (String::new(), Vec::new());
    for (emphasised, part) in parts {
        let start = text.len();
        text.push_str(part.trim_end_matches('\n'));
        if emphasised && text.len() > start {
            emphasis.push(start..text.len());
        }
    }
    DiffLine { change, text, emphasis }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_place_of_an_error_is_told() {
        assert_eq!(check("null"), Ok(()));
        assert_eq!(check("{\"a\": 1e400, \"b\": [\"\\ud800\"]}\n"), Ok(()));
        let told = |text: &str| check(text).unwrap_err().to_string();
        assert_eq!(told("{\"a\": 1,}"), "line 1, column 9: key must be a string");
        assert_eq!(told("{\n  \"é\": x\n}"), "line 2, column 8: expected value");
        assert_eq!(told(""), "line 1, column 1: EOF while parsing a value");
        assert_eq!(told("1 2"), "line 1, column 3: trailing characters");
    }

    #[test]
    fn a_difference_is_shown_in_its_line() {
        let lines = diff(r#"{"return":"failure","n":1}"#, r#"{"return": "success", "n": 1}"#);
        let shown: Vec<_> = lines.iter().map(|line| (line.change, line.text.as_str())).collect();
        assert_eq!(
            shown,
            [
                (Change::Kept, "{"),
                (Change::Removed, r#"  "return": "failure","#),
                (Change::Added, r#"  "return": "success","#),
                (Change::Kept, r#"  "n": 1"#),
                (Change::Kept, "}"),
            ]
        );
        let emphasised =
            |line: &DiffLine| line.emphasis.iter().map(|part| line.text[part.clone()].to_owned()).collect::<String>();
        assert!(
            emphasised(&lines[1]).contains("failure") && !emphasised(&lines[1]).contains("return"),
            "{:?}",
            lines[1]
        );
    }

    #[test]
    fn the_spelling_alone_is_no_difference() {
        let lines = diff("{\"a\":1}", "{ \"a\" : 1 }\n");
        assert!(lines.iter().all(|line| line.change == Change::Kept), "{lines:?}");
    }
}
