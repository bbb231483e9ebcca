//! The filter language.
//!
//! A query is made of terms, `and`, `or`, `not` and parentheses. `not` binds tighter than `and`, `and` tighter than
//! `or`, and terms side by side are joined by `and`. Keywords and field names take any case.
//!
//! | term | an arrival matches when |
//! |---|---|
//! | `condition:NAME` | its condition is NAME in any case, or NAME is its short word as rows show it; `*` stands for any run of characters |
//! | `fn:NAME` | its function's name is NAME; with a `:` its `name:qualifier`, from `arn:` on its whole ARN; `*` as above |
//! | `version:NAME` | the version that ran is NAME, `*` as above |
//! | `id:PREFIX` | its request id starts so, in any case |
//! | `error:TEXT` | the type or message of its error, or of a cause of it, contains TEXT in any case |
//! | `outcome:success`, `outcome:failure` | its condition is `Success`, or any other |
//! | `count>=3` | it was tried so often; also `=` `!=` `<` `<=` `>` |
//! | `age<15m` | it was logged less than 15 minutes ago; spans in `s m h d w` |
//! | `time>=2026-04-01T12:00:00Z` | it was logged from then on |
//! | `stream:TEXT` | its log stream's name contains TEXT in any case |
//! | `is:…` | it is `unreadable`, a `gap`, `replayed`, `late`, `recovered`, `redelivered`, `replayable`, `masked`, `damaged`, `marked` |
//! | `fingerprint:PREFIX` | its failure's fingerprint starts so |
//! | `request.order.amount=null` | that place of the request payload has that value; also `!=` `<` `<=` `>` `>=` |
//! | `response.errorType~"Time.*"` | the value at that place of the response payload fits the regular expression; `!~` does not |
//! | `request.items[].sku` | there is such a place: `[0]` is one item, `[]` any, and odd keys stand in quotes |
//! | `jq:'.requestPayload.items\|length>3'` | any value of the expression over its record is neither `false` nor `null` |
//! | `/regex/`, `/regex/i` | its log message, or its record as unwrapped from an envelope, fits, in any case with the `i` |
//! | `@name` | the filter of that name in the configuration matches |
//! | `TEXT` | its log message, or its record as unwrapped from an envelope, contains TEXT in any case |
//!
//! Unreadable lines and gaps match `is`, `age`, `time` and `stream`, and text on their message and reason; no other
//! field ever matches them, so `not fn:x` keeps them in sight.
//!
//! A value or text with spaces or parentheses is put in double quotes, inside which `\"` and `\\` are escapes. What
//! stands in quotes is never a field or a keyword. A colon makes a field only after ASCII letters; an unknown name
//! there is an error, unless the word looks copied from a log: `TypeError:`, `https://host`, `arn:aws:lambda`,
//! `std::io`. `11:24:43` and `index.js:14` are text.

mod compare;
mod complete;
mod error;
mod expr;
mod field;
mod glob;
mod jq;
mod lexer;
mod needle;
mod parser;
mod path;
mod pattern;
mod quality;
mod stranger;
mod term;
#[cfg(test)]
mod tests;

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

pub use complete::{Candidate, Completion};
pub use error::QueryError;
pub(super) use path::{jq_path, key_step, literal};

use super::entry::{Entry, State, Subject};
use crate::record::jq::with_room;
use crate::record::{Condition, Fingerprint, Label};
use expr::Expr;
use term::Term;

/// Conditions whose spelling is known whatever case they are asked for in.
const DOCUMENTED: [Condition; 8] = [
    Condition::Success,
    Condition::RetriesExhausted,
    Condition::EventAgeExceeded,
    Condition::ZeroReservedConcurrency,
    Condition::RetryAttemptsExhausted,
    Condition::RecordAgeExceeded,
    Condition::MaximumPayloadSizeExceeded,
    Condition::RecursiveInvocation,
];

/// Filters of the configuration by their names, for `@name`.
pub type Names = BTreeMap<String, String>;

/// A filter that was read from the language above.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Query {
    expr: Expr,
}

impl Query {
    /// The query that matches every entry, which is the empty one.
    #[must_use]
    pub fn all() -> Self {
        Self { expr: Expr::everything() }
    }

    /// Reads a query.
    ///
    /// # Errors
    /// What is not in the language, with its place.
    pub fn parse(text: &str) -> Result<Self, QueryError> {
        Self::parse_with(text, &Names::new())
    }

    /// Reads a query in which `@name` stands for one of `names`.
    ///
    /// # Errors
    /// What is not in the language, with its place.
    pub fn parse_with(text: &str, names: &Names) -> Result<Self, QueryError> {
        parser::parse(text, names).map(|expr| Self { expr })
    }

    /// Whether it is the empty query.
    #[must_use]
    pub fn is_all(&self) -> bool {
        self.expr.operands().is_empty()
    }

    /// Whether `entry` is meant by this query, as of now; nothing is known of what became of it on a board.
    #[must_use]
    pub fn matches(&self, entry: &Entry) -> bool {
        let now = if self.ages().next().is_some() { jiff::Timestamp::now().as_millisecond() } else { 0 };
        self.is_met_by(&Subject { entry, state: State::default(), now })
    }

    pub(super) fn is_met_by(&self, subject: &Subject<'_>) -> bool {
        self.expr.matches(subject)
    }

    /// What an entry's label tells already; `None` when the entry must be looked at.
    pub(super) fn known(&self, label: &Label) -> Option<bool> {
        self.expr.known(label)
    }

    /// The ages at which an entry may begin or cease to match, in milliseconds.
    pub(super) fn ages(&self) -> impl Iterator<Item = i64> + '_ {
        self.expr.terms().filter_map(|term| match term {
            Term::Age(bound) => Some(bound.millis),
            _ => None,
        })
    }

    /// What the request id of whatever matches begins with, when the query asks for that.
    pub(super) fn id_prefix(&self) -> Option<&str> {
        self.expr.operands().iter().find_map(|part| match part {
            Expr::Term(Term::Id(prefix)) if !prefix.is_empty() => Some(prefix.as_str()),
            _ => None,
        })
    }

    /// How many entries can be looked at in some milliseconds.
    #[must_use]
    pub fn pace(&self) -> usize {
        let weight = self.expr.terms().map(Term::weight).max().unwrap_or(1);
        (1 << 15) / weight
    }

    /// Does `work`, which looks at many entries, on a stack for the query's expressions where it has any.
    pub fn with_room<T: Send>(&self, work: impl FnOnce() -> T + Send) -> T {
        if self.is_slow() { with_room(work) } else { work() }
    }

    /// Whether a look at one entry takes so long that a busy source must not wait for it.
    pub(super) fn is_slow(&self) -> bool {
        self.expr.terms().any(|term| matches!(term, Term::Jq(_)))
    }

    /// The conditions that the query is narrowed to, as the condition menu narrows it: the names in its one top-level
    /// part that is `condition:A` or `(condition:A or condition:B …)`.
    ///
    /// Empty when there is no such part, or it is a pattern or negated. Names that AWS documents come in its spelling.
    #[must_use]
    pub fn conditions(&self) -> Vec<Condition> {
        let mut choices = self.expr.operands().iter().filter(|part| part.is_about_conditions());
        match (choices.next(), choices.next()) {
            (Some(only), None) => {
                only.alternatives().iter().map(chosen).collect::<Option<Vec<_>>>().unwrap_or_default().concat()
            }
            _ => Vec::new(),
        }
    }

    /// This query narrowed to `conditions` in place of its top-level parts about conditions only; with none given, not
    /// narrowed.
    #[must_use]
    pub fn with_conditions(&self, conditions: &[Condition]) -> Self {
        let mut parts = self.without_conditions().expr.operands().to_vec();
        if !conditions.is_empty() {
            parts.push(Expr::any(conditions.iter().map(choice).collect()));
        }
        Self { expr: Expr::all(parts) }
    }

    /// This query narrowed to the failures of one fingerprint, in place of its top-level fingerprint terms.
    #[must_use]
    pub fn narrowed_to(&self, fingerprint: Fingerprint) -> Self {
        let others = self.keep(|part| !matches!(part, Expr::Term(Term::Fingerprint(_)))).expr;
        Self { expr: Expr::all(vec![others, Expr::Term(Term::Fingerprint(fingerprint.to_string()))]) }
    }

    /// This query without its top-level terms on time.
    #[must_use]
    pub fn without_time(&self) -> Self {
        self.keep(|part| !matches!(part, Expr::Term(Term::Time(_))))
    }

    /// What both queries match.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self { expr: Expr::all(vec![self.expr, other.expr]) }
    }

    /// This query without its top-level parts that ask for conditions only.
    #[must_use]
    pub fn without_conditions(&self) -> Self {
        self.keep(|part| !part.is_about_conditions())
    }

    /// Only the top-level parts that ask for conditions only: with [`Query::without_conditions`], the whole query.
    pub(super) fn only_conditions(&self) -> Self {
        self.keep(Expr::is_about_conditions)
    }

    fn keep(&self, wanted: impl Fn(&Expr) -> bool) -> Self {
        let parts = self.expr.operands().iter().filter(|part| wanted(part)).cloned().collect();
        Self { expr: Expr::all(parts) }
    }
}

fn choice(condition: &Condition) -> Expr {
    Expr::Term(Term::Condition(glob::Glob::any_case(condition.as_str())))
}

fn chosen(part: &Expr) -> Option<Vec<Condition>> {
    match part {
        Expr::Term(Term::Condition(glob)) if !glob.written().contains('*') => Some(named(glob.written())),
        _ => None,
    }
}

/// The conditions that a query means by `name`, which may be written in any case or be the short word for some.
fn named(name: &str) -> Vec<Condition> {
    let meant = |condition: &Condition| {
        condition.as_str().eq_ignore_ascii_case(name) || condition.short().eq_ignore_ascii_case(name)
    };
    let documented: Vec<_> = DOCUMENTED.into_iter().filter(meant).collect();
    if documented.is_empty() { vec![Condition::from(name)] } else { documented }
}

impl Default for Query {
    fn default() -> Self {
        Self::all()
    }
}

impl fmt::Display for Query {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.expr)
    }
}

impl FromStr for Query {
    type Err = QueryError;

    fn from_str(text: &str) -> Result<Self, QueryError> {
        Self::parse(text)
    }
}
