//! What can be copied of two records.

use super::{Pair, PairLine};
use crate::board::{Side, Verdict};
use crate::record::json;

/// What is copied of the place under the cursor, or of all.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairTaken {
    /// The value on a side: a string without quotes and escapes.
    Value(Side),
    /// The key, or the number of an item.
    Key,
    /// Where it is, as the filter takes it.
    Path,
    /// The place with both values, in a line.
    Both,
    /// Every place that differs, each in a line.
    All,
}

impl Pair {
    /// What is asked for; `None` when the place under the cursor has no such thing.
    #[must_use]
    pub fn take(&self, taken: PairTaken) -> Option<String> {
        let here = self.here().map(PairLine::place)?;
        let payloads = self.payloads(here.0)?;
        payloads.places().get(here.1)?;
        match taken {
            PairTaken::Value(side) => payloads.value(here.1, side).map(said),
            PairTaken::Key => payloads.key_or_number(here.1),
            PairTaken::Path => Some(payloads.path(here.1)),
            PairTaken::Both => self.sentence(here),
            PairTaken::All => {
                let lines: Vec<_> = self.changes.iter().filter_map(|place| self.sentence(*place)).collect();
                (!lines.is_empty()).then(|| lines.join("\n"))
            }
        }
    }

    /// A place with how it compares and both values: `request.order.amount: null → 12.50 (other type)`.
    #[must_use]
    pub fn sentence(&self, (number, place): (usize, usize)) -> Option<String> {
        let payloads = self.payloads(number)?;
        let verdict = payloads.places().get(place)?.verdict;
        let [left, right] = Side::ALL.map(|side| payloads.value(place, side).unwrap_or_default());
        let values = match verdict {
            Verdict::Equal | Verdict::Only(Side::Left) => left.to_owned(),
            Verdict::Only(Side::Right) => right.to_owned(),
            Verdict::Changed | Verdict::Retyped | Verdict::Within => format!("{left} → {right}"),
        };
        Some(format!("{}: {values} ({})", payloads.path(place), verdict.as_str()))
    }
}

/// A string without quotes and escapes; anything else as it is written.
fn said(value: &str) -> String {
    json::string(value).map_or_else(|| value.to_owned(), std::borrow::Cow::into_owned)
}
