//! What the word at the cursor may become: fields, and the values that were seen, with how often.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::HashMap;
use std::ops::Range;

use super::super::{Board, Entry, Pane};
use super::Names;
use super::field::Field;
use super::lexer::{Token, lex};
use super::path::{Literal, Root, Step};
use super::quality::Quality;
use super::term::Term;
use crate::record::json::{self, ValueKind};
use crate::record::{Arrival, Masks};

/// Newest entries of each pane that values are taken from where the board does not count them.
const SAMPLE: usize = 400;
/// Candidates that are offered at most.
const MOST: usize = 50;
/// Characters of a value that is offered at most.
const LONGEST: usize = 60;

/// What the word at the cursor may become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Completion {
    /// The bytes of the query that a candidate takes the place of.
    pub range: Range<usize>,
    /// The best ones first; never empty.
    pub candidates: Vec<Candidate>,
}

/// One thing that a word may become.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What it becomes.
    pub text: String,
    /// How many entries have it, where they were counted.
    pub count: Option<usize>,
    /// What it means, for a field or a named filter.
    pub hint: String,
}

impl Board {
    /// What the word before byte `cursor` of a query may become; `None` when nothing fits. What is masked is not offered.
    #[must_use]
    pub fn complete(&self, text: &str, cursor: usize, names: &Names, masks: &Masks) -> Option<Completion> {
        let before = text.get(..cursor)?;
        let start = word_start(before)?;
        let word = &before[start..];
        let mut candidates = self.candidates(word, names, masks);
        candidates.retain(|candidate| candidate.text != word);
        candidates.truncate(MOST);
        (!candidates.is_empty()).then_some(Completion { range: start..cursor, candidates })
    }

    fn candidates(&self, word: &str, names: &Names, masks: &Masks) -> Vec<Candidate> {
        if let Some(name) = word.strip_prefix('@') {
            return named(name, names);
        }
        if let Some(candidates) = self.in_payload(word, masks) {
            return candidates;
        }
        match word.split_once(':').map(|(name, value)| (Field::from_name(name), value)) {
            Some((Some(field), value)) => self.values(field, value.trim_start_matches('"'), masks),
            Some((None, _)) => Vec::new(),
            None => fields(word).into_iter().chain(self.functions_with(word, masks)).collect(),
        }
    }

    fn values(&self, field: Field, value: &str, masks: &Masks) -> Vec<Candidate> {
        let mut seen = match field {
            Field::Condition => self.label_counts(|label| Some(label.condition.as_str())),
            Field::Function => self.label_counts(|label| label.function.as_ref().map(crate::record::FunctionArn::name)),
            Field::Version => self.label_counts(|label| label.version.as_deref()),
            Field::Outcome => return fixed(field, value, &["failure", "success"]),
            Field::Is => return fixed(field, value, &Quality::ALL.map(Quality::as_str)),
            Field::Error => self.sampled(|arrival| arrival.record.error().and_then(|error| error.error_type)),
            Field::Fingerprint => self.sampled(|arrival| arrival.record.fingerprint().map(|name| name.to_string())),
            Field::Stream => self.sampled(|arrival| arrival.origin.log_stream().map(str::to_owned)),
            Field::Id | Field::Count | Field::Age | Field::Time | Field::Jq => return Vec::new(),
        };
        seen.retain(|value, _| matches!(masks.text(value), Cow::Borrowed(_)));
        let written =
            |value: &str| Term::field(field, value).map_or_else(|_| value.to_owned(), |term| term.to_string());
        ranked(seen, value, written)
    }

    /// A function is mostly meant when its name is typed without a field.
    fn functions_with(&self, word: &str, masks: &Masks) -> Vec<Candidate> {
        if word.len() < 2 { Vec::new() } else { self.values(Field::Function, word, masks) }
    }

    fn label_counts<'a>(&'a self, part: impl Fn(&'a super::Label) -> Option<&'a str>) -> HashMap<String, usize> {
        let mut counts = HashMap::new();
        for (_, label, count) in self.labels.iter() {
            if let Some(value) = part(label) {
                *counts.entry(value.to_owned()).or_default() += count;
            }
        }
        counts
    }

    fn sampled(&self, part: impl Fn(&Arrival) -> Option<String>) -> HashMap<String, usize> {
        let mut counts = HashMap::new();
        for value in self.sample().filter_map(part) {
            *counts.entry(value).or_default() += 1;
        }
        counts
    }

    /// The newest arrivals in sight, failures first.
    fn sample(&self) -> impl Iterator<Item = &Arrival> {
        Pane::ALL.into_iter().flat_map(|pane| {
            let view = self.view(pane);
            view.iter_from(view.len().saturating_sub(SAMPLE)).filter_map(|seq| self.get(seq)).filter_map(Entry::arrival)
        })
    }

    /// Keys below the path that is being typed, or values at it; `None` when the word is no path.
    fn in_payload(&self, word: &str, masks: &Masks) -> Option<Vec<Candidate>> {
        let root = Root::ALL.into_iter().find(|root| word.starts_with(&format!("{}.", root.as_str())))?;
        if let Some(at) = word.find(['=', '!', '~', '<', '>']) {
            let (path, rest) = word.split_at(at);
            let operator = rest.len() - rest.trim_start_matches(['=', '!', '~', '<', '>']).len();
            let typed = rest[operator..].trim_start_matches('"');
            let seen = self.at_path(root, &steps(path)?, masks, scalars);
            return Some(ranked(seen, typed, |value| format!("{path}{}{value}", &rest[..operator])));
        }
        let (parent, typed) = word.rsplit_once('.')?;
        let seen = self.at_path(root, &steps(parent)?, masks, keys);
        Some(ranked(seen, typed, |key| format!("{parent}{key}")))
    }

    /// What `part` gives of the values at a path, each counted once an arrival.
    fn at_path(
        &self,
        root: Root,
        steps: &[Step],
        masks: &Masks,
        part: fn(&str, &mut Vec<String>),
    ) -> HashMap<String, usize> {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for payload in self.sample().filter_map(|arrival| root.of(&arrival.record)) {
            let parts = |payload: &str| {
                let mut found = Vec::new();
                visit(payload, steps, &mut |value| part(value, &mut found));
                found
            };
            let mut found = parts(payload);
            if let Cow::Owned(masked) = masks.json(payload, root.as_str()) {
                let shown = parts(&masked);
                found = found.into_iter().zip(shown).filter(|(a, b)| a == b).map(|(value, _)| value).collect();
            }
            found.sort_unstable();
            found.dedup();
            for value in found {
                *counts.entry(value).or_default() += 1;
            }
        }
        counts
    }
}

/// First byte of the word that `before` ends with; `None` inside an expression, where nothing can be offered.
fn word_start(before: &str) -> Option<usize> {
    let (mut start, mut quote, mut escaped) = (0, None, false);
    for (at, c) in before.char_indices() {
        match (quote, c) {
            (Some('"'), '\\') if !escaped => {
                escaped = true;
                continue;
            }
            (Some(open), c) if c == open && !escaped => quote = None,
            (None, '"') => quote = Some('"'),
            (None, '\'') if before[..at].ends_with("jq:") => quote = Some('\''),
            (None, c) if c.is_whitespace() || matches!(c, '(' | ')') => start = at + c.len_utf8(),
            _ => {}
        }
        escaped = false;
    }
    (quote != Some('\'')).then_some(start)
}

fn named(typed: &str, names: &Names) -> Vec<Candidate> {
    let fits = names.iter().filter(|(name, _)| name.contains(typed));
    fits.map(|(name, text)| Candidate { text: format!("@{name}"), count: None, hint: text.clone() }).collect()
}

fn fields(word: &str) -> Vec<Candidate> {
    let typed = word.to_ascii_lowercase();
    let names = Field::ALL.into_iter().map(|field| {
        let joint = if field.is_compared() { "" } else { ":" };
        (format!("{}{joint}", field.name()), field.expects())
    });
    let payloads = [
        ("request.".to_owned(), "a place in the request payload"),
        ("response.".to_owned(), "a place in the response payload"),
    ];
    names
        .chain(payloads)
        .filter(|(name, _)| name.starts_with(&typed))
        .map(|(text, hint)| Candidate { text, count: None, hint: hint.to_owned() })
        .collect()
}

fn fixed(field: Field, typed: &str, values: &[&str]) -> Vec<Candidate> {
    let fits = values.iter().filter(|value| value.starts_with(&typed.to_ascii_lowercase()));
    fits.map(|value| Candidate { text: format!("{}:{value}", field.name()), count: None, hint: String::new() })
        .collect()
}

/// Values that begin with what was typed before those that contain it; of each the most frequent first.
fn ranked(seen: HashMap<String, usize>, typed: &str, written: impl Fn(&str) -> String) -> Vec<Candidate> {
    let typed = typed.to_lowercase();
    let mut fitting: Vec<_> = seen
        .into_iter()
        .filter_map(|(value, count)| {
            Some((value.trim_start_matches('.').to_lowercase().find(&typed)? > 0, Reverse(count), value))
        })
        .filter(|(.., value)| value.chars().count() <= LONGEST)
        .collect();
    fitting.sort();
    fitting.truncate(MOST);
    let candidate = |(_, Reverse(count), value): (bool, Reverse<usize>, String)| Candidate {
        text: written(&value),
        count: Some(count),
        hint: String::new(),
    };
    fitting.into_iter().map(candidate).collect()
}

/// The steps of a path that has been typed in full.
fn steps(path: &str) -> Option<Vec<Step>> {
    if Root::ALL.into_iter().any(|root| root.as_str() == path) {
        return Some(Vec::new());
    }
    match lex(path).ok()?.pop()?.token {
        Token::Term(Term::Path(test)) => Some(test.steps),
        _ => None,
    }
}

fn visit(value: &str, steps: &[Step], visitor: &mut impl FnMut(&str)) {
    let Some((step, rest)) = steps.split_first() else { return visitor(value) };
    match step {
        Step::Key(key) => json::member(value, key).into_iter().for_each(|value| visit(value, rest, visitor)),
        Step::Index(index) => {
            json::elements(value).nth(*index).into_iter().for_each(|value| visit(value, rest, visitor));
        }
        Step::Each => json::elements(value).for_each(|value| visit(value, rest, visitor)),
    }
}

/// What may follow a value in a path: its keys, or `[]`.
fn keys(value: &str, found: &mut Vec<String>) {
    if ValueKind::of(value) == ValueKind::Array {
        found.push("[]".to_owned());
    }
    found.extend(json::entries(value).map(|(key, _)| Step::Key(key.decoded().into_owned()).to_string()));
}

fn scalars(value: &str, found: &mut Vec<String>) {
    match ValueKind::of(value) {
        ValueKind::Object | ValueKind::Array => {}
        ValueKind::String => found.extend(json::string(value).map(|text| Literal::Text(text.into_owned()).to_string())),
        ValueKind::Number | ValueKind::Bool | ValueKind::Null => found.push(value.to_owned()),
    }
}
