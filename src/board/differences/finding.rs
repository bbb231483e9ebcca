//! Something that failures have in common, in words and as a filter.

use std::collections::HashSet;
use std::fmt;

use crate::board::query::{jq_path, literal};
use crate::record::json::ValueKind;

/// The path of the version that ran.
const VERSION: &str = "version";

/// What there is at a path.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum What {
    /// This value, as JSON text.
    Value(String),
    /// Nothing.
    Missing,
    /// A list, object or text with nothing in it.
    Empty,
    /// A value of this kind.
    Kind(ValueKind),
    /// Any value.
    There,
}

/// Something that separates failures from successes.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The function of which it is true, where several are compared; empty when records tell none.
    pub function: Option<String>,
    /// Where, as the filter writes it: `request.order.amount`, `version`.
    pub path: String,
    /// What is there.
    pub what: What,
    /// Failures and successes of which it is true.
    pub counts: (usize, usize),
    /// Failures and successes that were looked at.
    pub of: (usize, usize),
    /// Other findings that are true of the very same records, the simplest first.
    pub alike: Vec<Finding>,
    /// How well it separates, from 0 to 1.
    pub score: f64,
}

impl Finding {
    /// What is simpler to say comes first, and what is in the payload before the version: a function fails of what it
    /// was sent more often than of what ran, and the version often only goes with it.
    pub(super) fn simplicity(&self) -> (u8, usize, String) {
        let rank = match self.what {
            _ if self.path == VERSION => 5,
            What::Value(_) => 0,
            What::Missing => 1,
            What::Empty => 2,
            What::Kind(_) => 3,
            What::There => 4,
        };
        (rank, self.path.len(), self.statement())
    }

    /// Takes in a finding that is true of the very same records; the simpler of both leads.
    pub(super) fn absorb(&mut self, mut other: Self) {
        if other.simplicity() < self.simplicity() {
            std::mem::swap(self, &mut other);
        }
        self.alike.append(&mut other.alike);
        self.alike.push(other);
    }

    /// Brings those that are true of the same records in order, `most` of them at most; what reads alike is told once,
    /// as a value of `null` and one of the kind `null`.
    pub(super) fn settle(mut self, most: usize) -> Self {
        self.alike.sort_by_cached_key(Self::simplicity);
        let mut told = HashSet::from([self.statement()]);
        self.alike.retain(|alike| told.insert(alike.statement()));
        self.alike.truncate(most);
        self
    }

    /// The filter that leaves what it is true of; `None` when the language has no words for it.
    #[must_use]
    pub fn query(&self) -> Option<String> {
        let own = self.own_query()?;
        match self.function.as_deref() {
            None => Some(own),
            Some(name) => is_plain(name).then(|| format!("fn:{name} {own}")),
        }
    }

    fn own_query(&self) -> Option<String> {
        match &self.what {
            What::Value(value) if self.path == VERSION => Some(format!("version:{value}")),
            What::Value(value) => Some(format!("{}={}", self.path, literal(value)?)),
            What::Missing => Some(format!("not {}", self.path)),
            What::There => Some(self.path.clone()),
            What::Kind(kind) => self.jq(&format!("type==\"{}\"", kind.as_str())),
            What::Empty => self.jq(".==\"\" or .==[] or .=={}"),
        }
    }

    fn jq(&self, test: &str) -> Option<String> {
        let path = jq_path(&self.path)?;
        Some(format!("jq:'any({path}; {test})'"))
    }

    /// What is there, without the counts: `request.order.amount is null`.
    #[must_use]
    pub fn statement(&self) -> String {
        match &self.what {
            What::Value(value) => format!("{} is {value}", self.path),
            What::Missing => format!("{} is missing", self.path),
            What::Empty => format!("{} is empty", self.path),
            What::Kind(ValueKind::Null) => format!("{} is null", self.path),
            What::Kind(kind @ (ValueKind::Object | ValueKind::Array)) => {
                format!("{} is an {}", self.path, kind.as_str())
            }
            What::Kind(kind) => format!("{} is a {}", self.path, kind.as_str()),
            What::There => format!("{} is there", self.path),
        }
    }
}

/// A sentence: `request.amount is null in 41 of 41 failures and 0 of 900 successes`.
impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let ((failures, successes), (of_failures, of_successes)) = (self.counts, self.of);
        let of = self.function.as_ref().map(|name| format!(" of {name}")).unwrap_or_default();
        write!(
            f,
            "{} in {failures} of {of_failures} failures and {successes} of {of_successes} successes{of}",
            self.statement()
        )
    }
}

/// Whether a function's name needs no quotes in a filter, as those that AWS allows.
fn is_plain(name: &str) -> bool {
    !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))
}
