//! What failures have in common, as a list to choose from.

use std::sync::Arc;

use crate::board::{Board, Differences, Finding, Seq};
use crate::record::Masks;

/// The comparison of failures with successes, and which finding the cursor is on.
#[derive(Debug)]
pub struct DifferenceList {
    /// Whether the failures were marked, rather than what the filter leaves.
    pub marked: bool,
    differences: Differences,
    /// Whether the filter must have looked at everything before it begins.
    waits: bool,
    /// As they were told last.
    findings: Vec<Finding>,
    /// Whether what is true of the same records as a finding is shown below it.
    unfolded: bool,
    /// After how many records they are told anew.
    due: usize,
    cursor: usize,
}

impl DifferenceList {
    /// Begins to compare these failures with the successes of their functions.
    #[must_use]
    pub fn new(failures: Vec<Seq>, marked: bool, masks: Arc<Masks>) -> Self {
        let differences = Differences::new(failures, masks);
        Self { marked, differences, waits: false, findings: Vec::new(), unfolded: false, due: 0, cursor: 0 }
    }

    /// Waits for the filter, to compare what it leaves.
    #[must_use]
    pub fn waiting() -> Self {
        Self { waits: true, ..Self::new(Vec::new(), false, Arc::default()) }
    }

    /// Whether it has not begun.
    #[must_use]
    pub fn is_waiting(&self) -> bool {
        self.waits
    }

    /// Whether nothing is left to be compared.
    #[must_use]
    pub fn settled(&self) -> bool {
        !self.waits && self.differences.settled()
    }

    /// The comparison.
    #[must_use]
    pub fn differences(&self) -> &Differences {
        &self.differences
    }

    /// What was found so far, what separates best first; with `true` what is true of the same records as the row above.
    #[must_use]
    pub fn rows(&self) -> Vec<(&Finding, bool)> {
        let rows = self.findings.iter().flat_map(|finding| {
            let alike = finding.alike.iter().filter(|_| self.unfolded).map(|alike| (alike, true));
            std::iter::once((finding, false)).chain(alike)
        });
        rows.collect()
    }

    /// Whether anything is true of the same records as a finding.
    #[must_use]
    pub fn has_alike(&self) -> bool {
        self.findings.iter().any(|finding| !finding.alike.is_empty())
    }

    /// Shows what is true of the same records, or hides it; the cursor stays on its finding.
    pub fn toggle(&mut self) {
        let above = self.rows().iter().take(self.cursor + 1).filter(|(_, is_alike)| !is_alike).count();
        self.unfolded = !self.unfolded;
        let rows = self.rows().into_iter().map(|(_, is_alike)| is_alike).enumerate();
        let leads: Vec<usize> = rows.filter(|(_, is_alike)| !is_alike).map(|(at, _)| at).collect();
        self.cursor = leads.get(above.saturating_sub(1)).copied().unwrap_or(0);
    }

    /// Row under the cursor.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The finding under the cursor.
    #[must_use]
    pub fn chosen(&self) -> Option<&Finding> {
        self.rows().get(self.cursor).map(|(finding, _)| *finding)
    }

    /// Moves the cursor within the rows.
    pub fn step(&mut self, rows: isize) {
        let last = self.rows().len().saturating_sub(1);
        self.cursor = self.cursor.saturating_add_signed(rows).min(last);
    }

    /// Compares some more, and says whether records are left.
    pub fn advance(&mut self, board: &Board, budget: usize) -> bool {
        if self.waits || self.differences.settled() {
            return self.waits;
        }
        let more = self.differences.advance(board, budget);
        let looked = self.differences.failures().0 + self.differences.successes();
        if !more || looked > self.due {
            self.due = looked + (looked / 4).max(budget);
            self.tell();
        }
        more
    }

    /// Tells anew what was found; a cursor that was moved stays on its finding.
    fn tell(&mut self) {
        let chosen = self.chosen().filter(|_| self.cursor > 0).cloned();
        self.findings = self.differences.findings();
        let is_same = |a: &Finding, b: &Finding| (&a.function, &a.path, &a.what) == (&b.function, &b.path, &b.what);
        let place = chosen.and_then(|chosen| self.rows().iter().position(|(finding, _)| is_same(finding, &chosen)));
        self.cursor = place.unwrap_or(self.cursor);
        self.step(0);
    }
}
