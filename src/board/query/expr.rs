//! The tree of a query in one normal form, so that what is printed reads back as the same tree.

use std::fmt;

use super::super::entry::Subject;
use super::term::Term;
use crate::record::Label;

/// A query's tree: no `All` directly inside an `All`, no `Any` inside an `Any`, and neither with one part only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Expr {
    Term(Term),
    Not(Box<Expr>),
    /// Every part must match; without parts everything does.
    All(Vec<Expr>),
    /// One part must match; never without parts.
    Any(Vec<Expr>),
}

impl Expr {
    pub(super) fn everything() -> Self {
        Self::All(Vec::new())
    }

    pub(super) fn not(self) -> Self {
        Self::Not(Box::new(self))
    }

    pub(super) fn all(parts: Vec<Self>) -> Self {
        let flat = parts.into_iter().flat_map(Self::into_operands).collect();
        single(flat).unwrap_or_else(Self::All)
    }

    pub(super) fn any(parts: Vec<Self>) -> Self {
        let flat = parts.into_iter().flat_map(Self::into_alternatives).collect();
        single(flat).unwrap_or_else(Self::Any)
    }

    /// The parts that must all match: those of an `All`, else itself.
    pub(super) fn operands(&self) -> &[Self] {
        match self {
            Self::All(parts) => parts,
            other => std::slice::from_ref(other),
        }
    }

    /// The parts of which one must match: those of an `Any`, else itself.
    pub(super) fn alternatives(&self) -> &[Self] {
        match self {
            Self::Any(parts) => parts,
            other => std::slice::from_ref(other),
        }
    }

    pub(super) fn matches(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Term(term) => term.matches(subject),
            Self::Not(inner) => !inner.matches(subject),
            Self::All(parts) => parts.iter().all(|part| part.matches(subject)),
            Self::Any(parts) => parts.iter().any(|part| part.matches(subject)),
        }
    }

    /// What an entry's label tells already: whether it matches, or `None` when the entry must be looked at.
    pub(super) fn known(&self, label: &Label) -> Option<bool> {
        match self {
            Self::Term(term) => term.known(label),
            Self::Not(inner) => inner.known(label).map(|known| !known),
            Self::All(parts) => decided(parts.iter().map(|part| part.known(label)), false),
            Self::Any(parts) => decided(parts.iter().map(|part| part.known(label)), true),
        }
    }

    /// Every term of the tree.
    pub(super) fn terms(&self) -> Box<dyn Iterator<Item = &Term> + '_> {
        match self {
            Self::Term(term) => Box::new(std::iter::once(term)),
            Self::Not(inner) => inner.terms(),
            Self::All(parts) | Self::Any(parts) => Box::new(parts.iter().flat_map(Self::terms)),
        }
    }

    /// Whether it asks for nothing but conditions, and so is what the condition menu replaces.
    pub(super) fn is_about_conditions(&self) -> bool {
        match self {
            Self::Term(term) => matches!(term, Term::Condition(_)),
            Self::Not(inner) => inner.is_about_conditions(),
            Self::All(parts) | Self::Any(parts) => !parts.is_empty() && parts.iter().all(Self::is_about_conditions),
        }
    }

    fn into_operands(self) -> Vec<Self> {
        match self {
            Self::All(parts) => parts,
            other => vec![other],
        }
    }

    fn into_alternatives(self) -> Vec<Self> {
        match self {
            Self::Any(parts) => parts,
            other => vec![other],
        }
    }

    /// Writes a part that must stay together beside a tighter binding neighbour.
    fn write_grouped(&self, f: &mut fmt::Formatter<'_>, grouped: bool) -> fmt::Result {
        if grouped { write!(f, "({self})") } else { write!(f, "{self}") }
    }
}

/// One part with the deciding value decides; otherwise every part must be known.
fn decided(parts: impl Iterator<Item = Option<bool>>, deciding: bool) -> Option<bool> {
    let mut all_known = true;
    for part in parts {
        match part {
            Some(value) if value == deciding => return Some(deciding),
            Some(_) => {}
            None => all_known = false,
        }
    }
    all_known.then_some(!deciding)
}

/// The only part, or all of them back.
fn single(mut parts: Vec<Expr>) -> Result<Expr, Vec<Expr>> {
    match parts.pop() {
        Some(only) if parts.is_empty() => Ok(only),
        Some(last) => {
            parts.push(last);
            Err(parts)
        }
        None => Err(parts),
    }
}

/// `and` is left unwritten, as people type it.
impl fmt::Display for Expr {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Term(term) => write!(f, "{term}"),
            Self::Not(inner) => {
                f.write_str("not ")?;
                inner.write_grouped(f, matches!(**inner, Self::All(_) | Self::Any(_)))
            }
            Self::All(parts) => write_parts(f, parts, " ", |part| matches!(part, Self::Any(_))),
            Self::Any(parts) => write_parts(f, parts, " or ", |_| false),
        }
    }
}

fn write_parts(
    f: &mut fmt::Formatter<'_>,
    parts: &[Expr],
    between: &str,
    grouped: impl Fn(&Expr) -> bool,
) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(between)?;
        }
        part.write_grouped(f, grouped(part))?;
    }
    Ok(())
}
