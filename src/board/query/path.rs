//! Tests on what a payload holds at a path: `request.order.amount=null`, `response.errorType~"Time.*"`.

use std::fmt::{self, Write as _};

use super::compare::{Op, compare_numbers, is_number};
use super::lexer::{Spanned, Token, lex};
use super::pattern::Pattern;
use super::term::Term;
use crate::record::InvocationRecord;
use crate::record::json::{self, ValueKind};

/// Which payload a path begins in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Root {
    Request,
    Response,
}

impl Root {
    pub(super) const ALL: [Self; 2] = [Self::Request, Self::Response];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Request => "request",
            Self::Response => "response",
        }
    }

    pub(super) fn of(self, record: &InvocationRecord) -> Option<&str> {
        match self {
            Self::Request => record.request_payload(),
            Self::Response => record.response_payload(),
        }
    }
}

/// One step down into a value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    /// An item, counted from 0.
    Index(usize),
    /// Any item.
    Each,
}

/// What a value at the end of a path must be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Test {
    /// There is one.
    Exists,
    Compare(Op, Literal),
    Fits(Pattern),
    FitsNot(Pattern),
}

/// What a value is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Literal {
    Null,
    Bool(bool),
    /// A number as it was written; a string that reads so is as good.
    Number(String),
    Text(String),
}

/// A path with its test.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct PathTest {
    pub(super) root: Root,
    pub(super) steps: Vec<Step>,
    pub(super) test: Test,
}

impl PathTest {
    pub(super) fn matches(&self, record: &InvocationRecord) -> bool {
        self.root.of(record).is_some_and(|payload| self.holds_below(payload, &self.steps))
    }

    fn holds_below(&self, value: &str, steps: &[Step]) -> bool {
        let Some((step, rest)) = steps.split_first() else { return self.test.holds(value) };
        match step {
            Step::Key(key) => json::member(value, key).is_some_and(|value| self.holds_below(value, rest)),
            Step::Index(index) => json::elements(value).nth(*index).is_some_and(|value| self.holds_below(value, rest)),
            Step::Each => json::elements(value).any(|value| self.holds_below(value, rest)),
        }
    }
}

impl Test {
    fn holds(&self, value: &str) -> bool {
        match self {
            Self::Exists => true,
            Self::Compare(op, literal) => literal.compares(value, *op),
            Self::Fits(pattern) => fits(pattern, value),
            Self::FitsNot(pattern) => !fits(pattern, value),
        }
    }
}

/// A string is looked at as it reads, everything else as it is written.
fn fits(pattern: &Pattern, value: &str) -> bool {
    json::string(value).map_or_else(|| pattern.is_in(value), |text| pattern.is_in(&text))
}

impl Literal {
    /// What a word without quotes means.
    pub(super) fn bare(word: &str) -> Self {
        match word {
            "null" => Self::Null,
            "true" => Self::Bool(true),
            "false" => Self::Bool(false),
            _ if is_number(word) => Self::Number(word.to_owned()),
            _ => Self::Text(word.to_owned()),
        }
    }

    /// Values of another type are unequal, and neither less nor greater.
    fn compares(&self, value: &str, op: Op) -> bool {
        let ordering = match (self, ValueKind::of(value)) {
            (Self::Null, ValueKind::Null) => Some(std::cmp::Ordering::Equal),
            (Self::Bool(wanted), ValueKind::Bool) => Some((value == "true").cmp(wanted)),
            (Self::Number(wanted), ValueKind::Number) => compare_numbers(value, wanted),
            (Self::Number(wanted) | Self::Text(wanted), ValueKind::String) => {
                json::string(value).map(|text| (*text).cmp(wanted.as_str()))
            }
            _ => None,
        };
        ordering.map_or(op == Op::NotEqual, |ordering| op.holds(ordering))
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Key(key) if is_plain_key(key) => write!(f, ".{key}"),
            Self::Key(key) => write!(f, ".{}", Quoted(key)),
            Self::Index(index) => write!(f, "[{index}]"),
            Self::Each => f.write_str("[]"),
        }
    }
}

/// A step to a key, as it is written in a path.
pub(in crate::board) fn key_step(key: &str) -> String {
    Step::Key(key.to_owned()).to_string()
}

/// A JSON value as it is written behind a comparison; `None` for one that nothing is compared with.
pub(in crate::board) fn literal(value: &str) -> Option<String> {
    let literal = match ValueKind::of(value) {
        ValueKind::String => return json::string(value).map(|text| Quoted(&text).to_string()),
        ValueKind::Object | ValueKind::Array => return None,
        _ => Literal::bare(value),
    };
    Some(literal.to_string())
}

/// What lies at a path below a payload, as jq writes it over a record; `None` for text that is no path.
pub(in crate::board) fn jq_path(path: &str) -> Option<String> {
    let lexed = lex(path).ok()?;
    let [Spanned { token: Token::Term(Term::Path(test)), .. }] = lexed.as_slice() else { return None };
    let mut jq = format!(".{}Payload", test.root.as_str());
    for step in &test.steps {
        match step {
            Step::Key(key) => {
                let key = serde_json::to_string(key).ok()?.replace("\\(", "\\u005c(");
                let _ = write!(jq, "|objects|select(has({key}))|.{key}");
            }
            Step::Index(index) => {
                let _ = write!(jq, "|arrays|.[{index}]");
            }
            Step::Each => jq.push_str("|arrays|.[]"),
        }
    }
    // Nothing is escaped between the quotes of the filter.
    (!jq.contains('\'')).then_some(jq)
}

/// Whether a key needs no quotes in a path.
pub(super) fn is_plain_key(key: &str) -> bool {
    !key.is_empty() && key.chars().all(is_key_char)
}

pub(super) fn is_key_char(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '_' | '-' | '$' | '@' | '#' | '/' | '+' | '%' | '&' | '*')
}

impl fmt::Display for PathTest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.root.as_str())?;
        for step in &self.steps {
            write!(f, "{step}")?;
        }
        match &self.test {
            Test::Exists => Ok(()),
            Test::Compare(op, literal) => write!(f, "{}{literal}", op.as_str()),
            Test::Fits(pattern) => write!(f, "~{}", Quoted(pattern.written())),
            Test::FitsNot(pattern) => write!(f, "!~{}", Quoted(pattern.written())),
        }
    }
}

impl fmt::Display for Literal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Bool(value) => write!(f, "{value}"),
            Self::Number(text) => f.write_str(text),
            Self::Text(text) if is_plain_key(text) && Self::bare(text) == *self => f.write_str(text),
            Self::Text(text) => write!(f, "{}", Quoted(text)),
        }
    }
}

/// A text between double quotes, as the language reads it.
pub(super) struct Quoted<'a>(pub(super) &'a str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "\"{}\"", self.0.replace('\\', "\\\\").replace('"', "\\\""))
    }
}
