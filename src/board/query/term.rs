//! The terms of a query: what each looks at and how it is written.

use std::fmt;

use super::super::entry::{Entry, Subject};
use super::compare::{Bound, Op};
use super::field::Field;
use super::glob::Glob;
use super::jq::Jq;
use super::lexer::{Token, lex};
use super::needle::Needle;
use super::path::{PathTest, Quoted};
use super::pattern::{self, Pattern};
use super::quality::Quality;
use crate::record::Label;
use crate::record::{Arrival, Condition, FunctionArn, InvocationError, Outcome, json};

/// One condition on an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Term {
    Condition(Glob),
    Function(Glob),
    Version(Glob),
    /// First characters of the request id.
    Id(String),
    /// First characters of the fingerprint.
    Fingerprint(String),
    Error(Needle),
    Stream(Needle),
    Outcome(Outcome),
    Is(Quality),
    Count(Op, u64),
    Age(Bound),
    Time(Bound),
    Path(Box<PathTest>),
    Jq(Jq),
    Pattern(Pattern),
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
            Field::Version => Self::Version(Glob::exact_case(value)),
            Field::Id => Self::Id(value.to_owned()),
            Field::Fingerprint => Self::Fingerprint(value.to_owned()),
            Field::Error => Self::Error(Needle::new(value)),
            Field::Stream => Self::Stream(Needle::new(value)),
            Field::Outcome => Self::Outcome(outcome(value)?),
            Field::Is => Self::Is(quality(value)?),
            Field::Count | Field::Age | Field::Time => return Self::compared(field, None, value),
            Field::Jq => return Jq::new(value).map(Self::Jq).map_err(|error| error.message),
        })
    }

    /// The term `field<value`, or what is wrong with the value.
    pub(super) fn compared(field: Field, op: Option<Op>, value: &str) -> Result<Self, String> {
        match field {
            Field::Age => Bound::span(op, value).map(Self::Age),
            Field::Time => Bound::time(op, value).map(Self::Time),
            _ => match value.parse() {
                Ok(number) => Ok(Self::Count(op.unwrap_or(Op::Equal), number)),
                Err(_) => Err(format!("expected {}, not `{value}`", Field::Count.expects())),
            },
        }
    }

    /// Whether an entry is meant. Unreadable lines and gaps have a text, a time and a place, and no fields.
    pub(super) fn matches(&self, subject: &Subject<'_>) -> bool {
        let entry = subject.entry;
        match self {
            Self::Text(needle) => text_is_in(needle, entry),
            Self::Pattern(pattern) => pattern_is_in(pattern, entry),
            Self::Is(quality) => quality.is_of(subject),
            Self::Age(bound) => bound.holds(subject.now.saturating_sub(entry.time())),
            Self::Time(bound) => bound.holds(entry.time()),
            Self::Stream(needle) => entry.log_stream().is_some_and(|stream| needle.is_in(stream)),
            _ => entry.arrival().is_some_and(|arrival| self.matches_arrival(arrival)),
        }
    }

    fn matches_arrival(&self, arrival: &Arrival) -> bool {
        let record = &arrival.record;
        match self {
            Self::Condition(glob) => fits_condition(glob, record.condition()),
            Self::Function(glob) => record.function().is_some_and(|function| fits_function(glob, function)),
            Self::Version(glob) => record.executed_version().is_some_and(|version| glob.fits(version)),
            Self::Id(prefix) => record.request_id().is_some_and(|id| starts_with_any_case(id, prefix)),
            Self::Fingerprint(prefix) => {
                record.fingerprint().is_some_and(|name| starts_with_any_case(&name.to_string(), prefix))
            }
            Self::Error(needle) => {
                may_be_in_error(needle, arrival) && record.error().is_some_and(|error| is_in_error(needle, &error))
            }
            Self::Outcome(outcome) => record.outcome() == *outcome,
            Self::Count(op, wanted) => record.invoke_count().is_some_and(|count| op.holds(count.cmp(wanted))),
            Self::Path(test) => test.matches(record),
            Self::Jq(jq) => jq.matches(record.text()),
            Self::Text(_) | Self::Pattern(_) | Self::Is(_) | Self::Age(_) | Self::Time(_) | Self::Stream(_) => false,
        }
    }

    /// What is known from the parts that many entries share, without looking at the entry.
    pub(super) fn known(&self, label: &Label) -> Option<bool> {
        match self {
            Self::Condition(glob) => Some(fits_condition(glob, &label.condition)),
            Self::Function(glob) => Some(label.function.as_ref().is_some_and(|function| fits_function(glob, function))),
            Self::Version(glob) => Some(label.version.as_deref().is_some_and(|version| glob.fits(version))),
            Self::Outcome(outcome) => Some(label.condition.outcome() == *outcome),
            // What only failures have needs no look at a success.
            Self::Error(_) | Self::Fingerprint(_) if label.condition.outcome() == Outcome::Success => Some(false),
            _ => None,
        }
    }

    /// How long a look at one entry takes, roughly, against one that is known by its label.
    pub(super) fn weight(&self) -> usize {
        match self {
            Self::Condition(_) | Self::Function(_) | Self::Version(_) | Self::Outcome(_) => 1,
            Self::Jq(_) => 128,
            Self::Error(_) | Self::Fingerprint(_) | Self::Path(_) | Self::Pattern(_) => 8,
            _ => 4,
        }
    }

    /// The field, when it has one, and the value as it was written; `None` for what is no `field:value`.
    fn written(&self) -> Option<(Option<Field>, &str)> {
        Some(match self {
            Self::Condition(glob) => (Some(Field::Condition), glob.written()),
            Self::Function(glob) => (Some(Field::Function), glob.written()),
            Self::Version(glob) => (Some(Field::Version), glob.written()),
            Self::Id(prefix) => (Some(Field::Id), prefix),
            Self::Fingerprint(prefix) => (Some(Field::Fingerprint), prefix),
            Self::Error(needle) => (Some(Field::Error), needle.written()),
            Self::Stream(needle) => (Some(Field::Stream), needle.written()),
            Self::Outcome(outcome) => (Some(Field::Outcome), outcome.as_str()),
            Self::Is(quality) => (Some(Field::Is), quality.as_str()),
            Self::Text(needle) => (None, needle.written()),
            Self::Count(..) | Self::Age(_) | Self::Time(_) | Self::Path(_) | Self::Jq(_) | Self::Pattern(_) => {
                return None;
            }
        })
    }
}

fn quality(value: &str) -> Result<Quality, String> {
    Quality::from_name(value).ok_or_else(|| format!("expected {} after `is:`, not `{value}`", Field::Is.expects()))
}

fn outcome(value: &str) -> Result<Outcome, String> {
    [Outcome::Success, Outcome::Failure]
        .into_iter()
        .find(|outcome| outcome.as_str().eq_ignore_ascii_case(value))
        .ok_or_else(|| format!("expected {} after `outcome:`, not `{value}`", Field::Outcome.expects()))
}

/// A pattern is for the name; the short word that a column shows stands for all that it is short for.
fn fits_condition(glob: &Glob, condition: &Condition) -> bool {
    glob.fits(condition.as_str()) || condition.short().eq_ignore_ascii_case(glob.written())
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
pub(super) fn qualified_name(arn: &FunctionArn) -> &str {
    let Some(qualifier) = arn.qualifier() else { return arn.name() };
    let len = arn.name().len() + 1 + qualifier.len();
    let start = arn.as_str().len().checked_sub(len);
    start.and_then(|start| arn.as_str().get(start..)).unwrap_or_else(|| arn.name())
}

fn starts_with_any_case(text: &str, prefix: &str) -> bool {
    text.as_bytes().get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix.as_bytes()))
}

/// Most failures are told by the payload's text before anything is read from it: what is in the error is in there,
/// unless JSON wrote it with an escape.
fn may_be_in_error(needle: &Needle, arrival: &Arrival) -> bool {
    let Some(payload) = arrival.record.response_payload() else { return false };
    needle.may_be_escaped()
        || needle.is_in(payload)
        || memchr::memmem::find(payload.as_bytes(), b"\\u00").is_some()
        || needle.is_in(TYPES_BY_MESSAGE)
}

/// Types that are told by the message where the record has none.
const TYPES_BY_MESSAGE: &str = "Sandbox.Timedout Runtime.ExitError Function.ResponseSizeTooLarge";

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

fn pattern_is_in(pattern: &Pattern, entry: &Entry) -> bool {
    match entry {
        Entry::Arrival(arrival) => {
            let text = arrival.record.text();
            pattern.is_in(&arrival.message) || !text.shares_with(&arrival.message) && pattern.is_in(text)
        }
        Entry::Unreadable(unreadable) => pattern.is_in(&unreadable.message),
        Entry::Gap(gap) => pattern.is_in(&gap.reason),
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
        match (self, self.written()) {
            (_, Some((field, value))) => write_value(f, field, value),
            (Self::Count(op, number), None) => write!(f, "count{}{number}", op.as_str()),
            (Self::Age(bound), None) => write!(f, "age{bound}"),
            (Self::Time(bound), None) => write!(f, "time{bound}"),
            (Self::Path(test), None) => write!(f, "{test}"),
            (Self::Pattern(pattern), None) => write!(f, "{pattern}"),
            (Self::Jq(jq), None) if jq.written().contains('\'') => write!(f, "jq:{}", Quoted(jq.written())),
            (Self::Jq(jq), None) => write!(f, "jq:'{}'", jq.written()),
            (_, None) => Ok(()),
        }
    }
}

fn write_value(f: &mut fmt::Formatter<'_>, field: Option<Field>, value: &str) -> fmt::Result {
    let bare = field.map_or_else(|| value.to_owned(), |field| format!("{}:{value}", field.name()));
    let wanted = match field {
        Some(field) => Token::Field(field, value.to_owned()),
        None => Token::Text(value.to_owned()),
    };
    let reads_alike = matches!(lex(&bare).as_deref(), Ok([only]) if only.token == wanted);
    if reads_alike && !pattern::opens(&bare) {
        return f.write_str(&bare);
    }
    match field {
        Some(field) => write!(f, "{}:{}", field.name(), Quoted(value)),
        None => write!(f, "{}", Quoted(value)),
    }
}
