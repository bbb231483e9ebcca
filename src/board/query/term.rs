//! The terms of a query: what each looks at and how it is written.

use std::fmt;

use super::super::entry::Entry;
use super::field::Field;
use super::glob::Glob;
use super::lexer::{Token, lex};
use super::needle::Needle;
use crate::record::{Arrival, FunctionArn, InvocationError, Outcome, json};

/// One condition on an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Term {
    Condition(Glob),
    Function(Glob),
    /// First characters of the request id.
    Id(String),
    Error(Needle),
    Outcome(Outcome),
    Text(Needle),
}

impl Term {
    pub(super) fn text(text: &str) -> Self {
        Self::Text(Needle::new(text))
    }

    /// The term `field:value`, or what is wrong with the value.
    pub(super) fn field(field: Field, value: &str) -> Result<Self, String> {
        Ok(match field {
            Field::Condition => Self::Condition(Glob::any_case(value)),
            Field::Function => Self::Function(Glob::exact_case(value)),
            Field::Id => Self::Id(value.to_owned()),
            Field::Error => Self::Error(Needle::new(value)),
            Field::Outcome => Self::Outcome(outcome(value)?),
        })
    }

    /// Whether `entry` is meant. Only free text can mean an unreadable line or a gap.
    pub(super) fn matches(&self, entry: &Entry) -> bool {
        match (self, entry) {
            (Self::Text(needle), entry) => text_is_in(needle, entry),
            (term, Entry::Arrival(arrival)) => term.matches_arrival(arrival),
            (_, Entry::Unreadable(_) | Entry::Gap(_)) => false,
        }
    }

    fn matches_arrival(&self, arrival: &Arrival) -> bool {
        let record = &arrival.record;
        match self {
            Self::Condition(glob) => glob.fits(record.condition().as_str()),
            Self::Function(glob) => record.function().is_some_and(|function| fits_function(glob, function)),
            Self::Id(prefix) => record.request_id().is_some_and(|id| starts_with_any_case(id, prefix)),
            Self::Error(needle) => record.error().is_some_and(|error| is_in_error(needle, &error)),
            Self::Outcome(outcome) => record.outcome() == *outcome,
            Self::Text(needle) => text_is_in_arrival(needle, arrival),
        }
    }

    /// The field, when it has one, and the value as it was written.
    fn written(&self) -> (Option<Field>, &str) {
        match self {
            Self::Condition(glob) => (Some(Field::Condition), glob.written()),
            Self::Function(glob) => (Some(Field::Function), glob.written()),
            Self::Id(prefix) => (Some(Field::Id), prefix),
            Self::Error(needle) => (Some(Field::Error), needle.written()),
            Self::Outcome(outcome) => (Some(Field::Outcome), outcome.as_str()),
            Self::Text(needle) => (None, needle.written()),
        }
    }
}

fn outcome(value: &str) -> Result<Outcome, String> {
    [Outcome::Success, Outcome::Failure]
        .into_iter()
        .find(|outcome| outcome.as_str().eq_ignore_ascii_case(value))
        .ok_or_else(|| format!("expected {} after `outcome:`, not `{value}`", Field::Outcome.expects()))
}

/// A pattern is for the name, with a colon for `name:qualifier`, and from `arn:` on for the whole ARN.
fn fits_function(glob: &Glob, arn: &FunctionArn) -> bool {
    if glob.written().starts_with("arn:") {
        glob.fits(arn.as_str())
    } else if glob.written().contains(':') {
        glob.fits(qualified_name(arn))
    } else {
        glob.fits(arn.name())
    }
}

/// `name:qualifier` as it ends the ARN, or the name alone when there is no qualifier.
fn qualified_name(arn: &FunctionArn) -> &str {
    let Some(qualifier) = arn.qualifier() else { return arn.name() };
    let len = arn.name().len() + 1 + qualifier.len();
    let start = arn.as_str().len().checked_sub(len);
    start.and_then(|start| arn.as_str().get(start..)).unwrap_or_else(|| arn.name())
}

fn starts_with_any_case(text: &str, prefix: &str) -> bool {
    text.as_bytes().get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix.as_bytes()))
}

fn is_in_error(needle: &Needle, error: &InvocationError) -> bool {
    let here = [&error.error_type, &error.message].into_iter().flatten().any(|text| needle.is_in(text));
    here || error.cause.as_deref().is_some_and(|cause| is_in_error(needle, cause))
}

fn text_is_in(needle: &Needle, entry: &Entry) -> bool {
    match entry {
        Entry::Arrival(arrival) => text_is_in_arrival(needle, arrival),
        Entry::Unreadable(unreadable) => {
            needle.is_in(&unreadable.message) || needle.is_in(&unreadable.reason.to_string())
        }
        Entry::Gap(gap) => needle.is_in(&gap.reason),
    }
}

/// A record that was not logged bare has a text of its own, with the quotes of its envelope resolved; in either, JSON may
/// have written some characters as escapes (Python does so with all that are not ASCII).
fn text_is_in_arrival(needle: &Needle, arrival: &Arrival) -> bool {
    let text = arrival.record.text();
    needle.is_in(&arrival.message)
        || !text.shares_with(&arrival.message) && needle.is_in(text)
        || needle.may_be_escaped() && needle.is_in(&json::unescape(text))
}

/// The value is quoted only when it would not read back without.
impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (field, value) = self.written();
        let bare = field.map_or_else(|| value.to_owned(), |field| format!("{}:{value}", field.name()));
        let wanted = match field {
            Some(field) => Token::Field(field, value.to_owned()),
            None => Token::Text(value.to_owned()),
        };
        if matches!(lex(&bare).as_deref(), Ok([only]) if only.token == wanted) {
            return f.write_str(&bare);
        }
        let quoted = value.replace('\\', "\\\\").replace('"', "\\\"");
        match field {
            Some(field) => write!(f, "{}:\"{quoted}\"", field.name()),
            None => write!(f, "\"{quoted}\""),
        }
    }
}
