//! The picker: functions and where their outcomes land, then log groups, narrowed by what is typed.

use std::collections::BTreeMap;

use nucleo_matcher::pattern::{CaseMatching, Normalization, Pattern};
use nucleo_matcher::{Config, Matcher, Utf32Str};

use crate::app::jobs::{NamedGroup, Preview, Ticket, ways};
use crate::wiring::Sender;

/// One thing that can be picked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PickRow {
    /// The function with its qualifier, or the log group.
    pub name: String,
    /// Where its outcomes go, or what the group is like.
    pub ways: String,
    /// The log groups that are read when it is picked.
    pub groups: Vec<String>,
    /// The function's bare name; none for a group of its own.
    pub function: Option<String>,
}

/// What can be picked, and how far the search for it is.
#[derive(Debug, Default)]
pub struct Picker {
    functions: Vec<PickRow>,
    groups: Vec<PickRow>,
    typed: String,
    /// Places in functions and then groups of what fits the typed text, the best first.
    fitting: Vec<usize>,
    cursor: usize,
    previews: BTreeMap<String, Preview>,
    /// The job that searches, while it does.
    pub searching: Option<Ticket>,
    /// The job that looks at a group, and the group.
    pub peeking: Option<(Ticket, String)>,
    /// Functions asked so far, of how many.
    pub surveyed: Option<(usize, usize)>,
    /// What could not be listed.
    pub trouble: Vec<String>,
}

impl Picker {
    /// Takes in a page of log groups.
    pub fn add_groups(&mut self, groups: Vec<NamedGroup>) {
        self.groups.extend(groups.into_iter().map(|(name, class)| PickRow {
            ways: if class == "STANDARD" { String::new() } else { format!("{class}: cannot be followed") },
            groups: vec![name.clone()],
            function: None,
            name,
        }));
        self.narrow();
    }

    /// Takes in the functions, each qualifier on a row of its own.
    pub fn set_senders(&mut self, senders: &[Sender]) {
        self.functions = senders.iter().flat_map(rows).collect();
        self.narrow();
    }

    /// Takes in a look at a group.
    pub fn add_preview(&mut self, preview: Preview) {
        self.previews.insert(preview.group.clone(), preview);
    }

    /// What is typed so far.
    #[must_use]
    pub fn typed(&self) -> &str {
        &self.typed
    }

    /// Changes what is typed; the best match comes under the cursor.
    pub fn edit(&mut self, edit: impl FnOnce(&mut String)) {
        edit(&mut self.typed);
        self.cursor = 0;
        self.narrow();
    }

    /// The rows that fit, the best first.
    #[must_use]
    pub fn rows(&self) -> impl ExactSizeIterator<Item = &PickRow> {
        self.fitting.iter().map(|at| self.row(*at))
    }

    /// How many there are altogether.
    #[must_use]
    pub fn total(&self) -> usize {
        self.functions.len() + self.groups.len()
    }

    /// Place of the cursor among the rows that fit.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The row under the cursor.
    #[must_use]
    pub fn picked(&self) -> Option<&PickRow> {
        self.fitting.get(self.cursor).map(|at| self.row(*at))
    }

    /// Moves the cursor.
    pub fn step(&mut self, rows: isize) {
        self.cursor = self.cursor.saturating_add_signed(rows).min(self.fitting.len().saturating_sub(1));
    }

    /// Puts the cursor on a row.
    pub fn point(&mut self, row: usize) {
        self.cursor = row.min(self.fitting.len().saturating_sub(1));
    }

    /// The group whose last record is shown beside the row under the cursor.
    #[must_use]
    pub fn wanted(&self) -> Option<&str> {
        self.picked()?.groups.first().map(String::as_str)
    }

    /// What is known of the last record there.
    #[must_use]
    pub fn preview(&self) -> Option<&Preview> {
        self.previews.get(self.wanted()?)
    }

    fn row(&self, at: usize) -> &PickRow {
        self.functions.get(at).unwrap_or_else(|| &self.groups[at - self.functions.len()])
    }

    /// Finds what fits; the row under the cursor keeps it when rows are only added.
    fn narrow(&mut self) {
        let kept = self.picked().map(|row| row.name.clone());
        let pattern = Pattern::parse(&self.typed, CaseMatching::Smart, Normalization::Smart);
        let mut matcher = Matcher::new(Config::DEFAULT.match_paths());
        let mut buffer = Vec::new();
        let mut scored: Vec<(u32, usize)> = (0..self.total())
            .filter_map(|at| {
                let row = self.row(at);
                let text = format!("{} {}", row.name, row.ways);
                Some((pattern.score(Utf32Str::new(&text, &mut buffer), &mut matcher)?, at))
            })
            .collect();
        // Equal scores keep their order: functions before groups.
        scored.sort_by_key(|(score, at)| (std::cmp::Reverse(*score), *at));
        self.fitting = scored.into_iter().map(|(_, at)| at).collect();
        let place = kept.and_then(|name| self.rows().position(|row| row.name == name));
        self.cursor = place.filter(|_| self.cursor > 0).unwrap_or(0);
    }
}

fn rows(sender: &Sender) -> Vec<PickRow> {
    let row = |qualifier: &str| PickRow {
        name: if qualifier == "$LATEST" { sender.name.clone() } else { format!("{}:{qualifier}", sender.name) },
        ways: ways(sender, qualifier),
        groups: sender.groups(Some(qualifier)),
        function: Some(sender.name.clone()),
    };
    sender.routes.iter().map(|route| row(&route.qualifier)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn picker() -> Picker {
        let mut picker = Picker::default();
        let names = ["/aws/lambda/receiver", "/aws/lambda/sender", "/ecs/web"];
        picker.add_groups(names.map(|name| (name.to_owned(), "STANDARD".to_owned())).to_vec());
        picker
    }

    fn names(picker: &Picker) -> Vec<&str> {
        picker.rows().map(|row| row.name.as_str()).collect()
    }

    #[test]
    fn what_is_typed_narrows_and_the_best_comes_first() {
        let mut picker = picker();
        assert_eq!(names(&picker).len(), 3);
        picker.edit(|text| text.push_str("lamrec"));
        assert_eq!(names(&picker), ["/aws/lambda/receiver"]);
        picker.edit(|text| text.push('x'));
        assert_eq!((names(&picker).len(), picker.picked()), (0, None));
        picker.edit(String::clear);
        assert_eq!(picker.rows().len(), picker.total());
    }

    #[test]
    fn the_cursor_stays_on_its_row_when_more_come() {
        let mut picker = picker();
        picker.step(2);
        assert_eq!(picker.picked().unwrap().name, "/ecs/web");
        picker.add_groups(vec![("/aaa".to_owned(), "INFREQUENT_ACCESS".to_owned())]);
        assert_eq!(picker.picked().unwrap().name, "/ecs/web");
        picker.step(9);
        assert_eq!(picker.picked().unwrap().ways, "INFREQUENT_ACCESS: cannot be followed");
    }
}
