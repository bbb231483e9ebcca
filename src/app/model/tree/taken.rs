//! What can be copied of the place that the cursor is on.

use std::fmt::Write as _;

use super::Tree;
use crate::app::document::RowKind;
use crate::record::json;

/// A part of the place under the cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Taken {
    /// What the value says: a string without quotes and escapes, anything else as it is written.
    Value,
    /// The key, or the number of an item.
    Key,
    /// Where it is, as the filter language says it.
    Path,
    /// The value's JSON as it is written, with everything in it.
    Subtree,
}

impl Tree {
    /// A part of the place under the cursor; `root` is what the filter language calls the payload. `None` when the
    /// outermost value is asked for its key.
    #[must_use]
    pub fn take(&self, taken: Taken, root: &str) -> Option<String> {
        let (part, row) = self.here()?;
        let here = &self.parts[part];
        match taken {
            Taken::Value => here.said(row).or_else(|| Some(here.text[here.rows.whole(row)].to_owned())),
            Taken::Subtree => Some(here.text[here.rows.whole(row)].to_owned()),
            Taken::Key => self.key(part, row),
            Taken::Path => Some(self.path(part, row, root)),
        }
    }

    fn key(&self, part: usize, row: usize) -> Option<String> {
        let here = &self.parts[part];
        match here.rows.key(row, &here.text) {
            Some(key) => Some(json::unescape(here.text[key].trim_matches('"')).into_owned()),
            None => here.rows.get(row).filter(|row| row.parent().is_some()).map(|row| row.place().to_string()),
        }
    }

    /// A value in a string that was opened as JSON has no path in the filter language but through jq.
    fn path(&self, part: usize, row: usize, root: &str) -> String {
        let Some((above, string)) = self.parts[part].above else {
            return format!("{root}{}", self.steps(part, row));
        };
        let mut steps = vec![self.steps(part, row), self.steps(above, string)];
        let mut outer = above;
        while let Some((above, string)) = self.parts[outer].above {
            steps.push(self.steps(above, string));
            outer = above;
        }
        steps.reverse();
        let inner: Vec<_> = steps[1..].iter().map(|steps| dotted(steps)).collect();
        format!("jq:'.{root}Payload{}|fromjson|{}'", steps[0], inner.join("|fromjson|"))
    }

    fn steps(&self, part: usize, row: usize) -> String {
        let here = &self.parts[part];
        let mut rows: Vec<_> = std::iter::successors(Some(row), |row| here.rows.get(*row)?.parent()).collect();
        rows.pop();
        let mut path = String::new();
        for row in rows.into_iter().rev() {
            let key = self.key(part, row).unwrap_or_default();
            let named = here.rows.key(row, &here.text).is_some();
            // Writing to a string cannot fail.
            let _ = if !named {
                write!(path, "[{key}]")
            } else if is_plain(&key) {
                write!(path, ".{key}")
            } else {
                write!(path, ".\"{}\"", key.replace('\\', "\\\\").replace('"', "\\\""))
            };
        }
        path
    }

    /// Whether the cursor is on a string.
    #[must_use]
    pub fn on_string(&self) -> bool {
        self.here().and_then(|(part, row)| self.row(part, row)).is_some_and(|row| row.kind == RowKind::String)
    }
}

/// jq wants a path to begin with a dot.
fn dotted(steps: &str) -> String {
    if steps.starts_with('.') { steps.to_owned() } else { format!(".{steps}") }
}

/// Whether a key needs no quotes in a path.
fn is_plain(key: &str) -> bool {
    !key.is_empty()
        && !key.starts_with(|c: char| c.is_ascii_digit())
        && key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_')
}
