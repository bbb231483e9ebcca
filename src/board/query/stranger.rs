//! Which term of a filter that shows nothing is to blame: one that names what no record on the board has.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use super::super::Board;
use super::expr::Expr;
use super::term::{self, Term};
use crate::record::{FunctionArn, Label};

/// Names that are told at most.
const MOST: usize = 4;

impl Board {
    /// Why the filter can show nothing, in a sentence: a condition, function or version is named that no record here
    /// has, or a regular expression lacks its end. `None` when nothing of that kind is to blame.
    #[must_use]
    pub fn stranger(&self) -> Option<String> {
        let parts = self.query().expr.operands();
        let unmet = parts.iter().filter(|part| self.no_label(|label| part.known(label) != Some(false)));
        let stranger = unmet
            .flat_map(Expr::terms)
            .filter(|term| self.no_label(|label| term.known(label) != Some(false)))
            .find_map(|term| self.told(term));
        stranger.or_else(|| parts.iter().find_map(half_pattern))
    }

    /// Whether there are records, and the labels of none of them fit.
    fn no_label(&self, fits: impl Fn(&Label) -> bool) -> bool {
        let mut labels = self.labels.iter().map(|(_, label, _)| label).peekable();
        labels.peek().is_some() && !labels.any(fits)
    }

    fn told(&self, term: &Term) -> Option<String> {
        let seen = match term {
            Term::Condition(glob) => {
                let mut seen = self.seen(|label| Some(label.condition.as_str()));
                seen.sort_by_key(|name| !has_part(name, glob.written()));
                seen
            }
            Term::Version(_) => self.seen(|label| label.version.as_deref()),
            Term::Function(glob) => return Some(self.told_of_function(term, glob.written())),
            _ => return None,
        };
        Some(format!("No record has {term}{}.", there(&seen)))
    }

    fn told_of_function(&self, term: &Term, written: &str) -> String {
        let name = |arn| if written.contains(':') { term::qualified_name(arn) } else { FunctionArn::name(arn) };
        let seen = self.seen(|label| label.function.as_ref().map(name));
        let part = written.split(':').next().unwrap_or_default();
        let near: Vec<_> = seen.iter().copied().filter(|name| has_part(name, part)).collect();
        match near.as_slice() {
            [] => format!("No record has {term}{}.", there(&seen)),
            near if written.contains(':') => format!("No record has {term}{}.", there(near)),
            near => {
                format!("No record has {term}. It means a whole name, such as {}; * stands for any part.", near[0])
            }
        }
    }

    /// What the records have of something, the most frequent first.
    fn seen<'a>(&'a self, part: impl Fn(&'a Label) -> Option<&'a str>) -> Vec<&'a str> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for (_, label, count) in self.labels.iter() {
            if let Some(value) = part(label) {
                *counts.entry(value).or_default() += count;
            }
        }
        let mut seen: Vec<_> = counts.into_iter().collect();
        seen.sort_by_key(|(_, count)| Reverse(*count));
        seen.into_iter().map(|(value, _)| value).collect()
    }
}

/// Whether what was written, but for stars at its ends, is a part of a name in any case.
fn has_part(name: &str, written: &str) -> bool {
    name.to_lowercase().contains(&written.trim_matches('*').to_lowercase())
}

/// A regular expression without its closing slash is taken for text.
fn half_pattern(part: &Expr) -> Option<String> {
    match part {
        Expr::Term(term @ Term::Text(needle)) if needle.written().starts_with('/') => {
            Some(format!("{term} is looked for as text; a regular expression ends with a slash too."))
        }
        _ => None,
    }
}

fn there(names: &[&str]) -> String {
    match names {
        [] => String::new(),
        [one] => format!("; there is only {one}"),
        many => format!("; there are {}", listed(many)),
    }
}

fn listed(names: &[&str]) -> String {
    let (told, rest) = names.split_at(names.len().min(MOST));
    match (told, rest) {
        ([init @ .., last], []) if !init.is_empty() => format!("{} and {last}", init.join(", ")),
        (told, []) => told.join(", "),
        (told, rest) => format!("{} and {} more", told.join(", "), rest.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::sample::Sample;
    use super::super::Query;
    use super::*;

    fn board() -> Board {
        let mut board = Board::new(1 << 20);
        for (condition, function) in [
            ("RetriesExhausted", "order-intake:live"),
            ("RetriesExhausted", "order-intake:live"),
            ("Success", "order-intake:live"),
            ("EventAgeExceeded", "sender:$LATEST"),
        ] {
            board.append(Sample { condition, function, ..Sample::default() }.entry());
        }
        board
    }

    #[test]
    fn the_term_that_no_record_can_meet_is_blamed() {
        let mut board = board();
        for (filter, told) in [
            (
                "fn:order-intake condition:Retrys",
                Some("No record has condition:Retrys; there are RetriesExhausted, EventAgeExceeded and Success."),
            ),
            (
                "count>=2 fn:order",
                Some("No record has fn:order. It means a whole name, such as order-intake; * stands for any part."),
            ),
            ("fn:billing", Some("No record has fn:billing; there are order-intake and sender.")),
            ("fn:order-intake:prod", Some("No record has fn:order-intake:prod; there is only order-intake:live.")),
            ("version:8 or version:9", Some("No record has version:8; there is only $LATEST.")),
            ("/undef", Some("\"/undef\" is looked for as text; a regular expression ends with a slash too.")),
            // What is there is not to blame, however little the whole finds.
            ("fn:order-intake count>=2", None),
            ("condition:Aged fn:order-intake", None),
            ("not fn:order-intake not fn:sender", None),
            ("error:nothing", None),
            ("/undef/", None),
        ] {
            board.set_query(Query::parse(filter).expect("a query"));
            assert_eq!(board.stranger().as_deref(), told, "{filter}");
        }
    }

    #[test]
    fn an_empty_board_blames_nothing() {
        let mut board = Board::new(1 << 20);
        board.set_query(Query::parse("fn:order").expect("a query"));
        assert_eq!(board.stranger(), None);
    }
}
