//! What failures have in common that successes of the same function do not have: paths, types and values of their
//! request payloads, and the version that ran. Failures of several functions are compared function by function.
//!
//! Features are counted on both sides, in slices, the newest records first: a part of each side, then the next part, so
//! that a first answer comes soon and gets exact. A finding is ranked by how much more often failures have it: the
//! difference of both shares, each taken as (n + 1) / (of + 2), so that a share of few records counts for less
//! (Laplace's rule of succession).

mod features;
mod finding;
mod function;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

pub use self::finding::{Finding, What};
use self::function::OfFunction;
use super::both::both;
use super::entry::{Entry, Pane, Seq};
use super::order::Key;
use super::{Board, Query};
use crate::record::{Arrival, Masks};

/// So many records of each side make a part; few in tests, so that they meet several.
const PART_OF_SIDE: usize = if cfg!(test) { 8 } else { 20_000 };
/// So many records at once are worth another thread; two in tests, so that they meet it.
const SHARED: usize = if cfg!(test) { 2 } else { 128 };
/// Records whose function is read in the time that it takes to look at one.
const NAMES: usize = 16;
/// Findings that are worth reading.
const MOST: usize = 200;
/// What separates less is no finding.
const LEAST: f64 = 0.1;
/// The part of the failures that a finding is true of at least, in hundredths.
const PART: usize = 10;

/// One side of the comparison.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Side {
    Failures,
    Successes,
}

/// A comparison under way, or done.
#[derive(Debug)]
pub struct Differences {
    masks: Arc<Masks>,
    /// Failures that are still to be looked at, the newest last.
    left: Vec<Seq>,
    /// How many of those have told their function, from the first on.
    named: usize,
    /// How many failures there are, looked at or not.
    of: usize,
    functions: BTreeMap<String, OfFunction>,
    /// Down to where successes have been looked at; `None` when no more are.
    reached: Option<Key>,
    failures: usize,
    successes: usize,
    /// Rows of the success pane, of whatever function, that were gone through, and how many there were at first.
    passed: (usize, usize),
    /// How many records of each side the part under way goes up to.
    goal: usize,
}

impl Differences {
    /// Begins to compare these failures with the successes of their functions; secrets are compared as they are masked.
    #[must_use]
    pub fn new(failures: impl IntoIterator<Item = Seq>, masks: Arc<Masks>) -> Self {
        let left: Vec<Seq> = failures.into_iter().collect();
        Self {
            masks,
            named: 0,
            of: left.len(),
            left,
            functions: BTreeMap::new(),
            reached: Some(Key::LAST),
            failures: 0,
            successes: 0,
            passed: (0, 0),
            goal: PART_OF_SIDE,
        }
    }

    /// Looks at some more records, and says whether any are left.
    pub fn advance(&mut self, board: &Board, budget: usize) -> bool {
        if self.named < self.of {
            self.learn_functions(board, budget.saturating_mul(NAMES));
            return true;
        }
        match self.next_side() {
            Some(Side::Failures) => self.advance_failures(board, budget),
            Some(Side::Successes) => self.advance_successes(board, budget),
            None => {}
        }
        !self.settled()
    }

    /// Which functions have failed must be known before a success is passed by.
    fn learn_functions(&mut self, board: &Board, budget: usize) {
        let end = self.of.min(self.named.saturating_add(budget));
        for &seq in &self.left[self.named..end] {
            let Some(arrival) = board.get(seq).and_then(Entry::arrival) else { continue };
            let name = name(arrival);
            if !self.functions.contains_key(name) {
                self.functions.insert(name.to_owned(), OfFunction::default());
            }
        }
        self.named = end;
        self.passed.1 = board.kept(Pane::Successes);
    }

    /// The side whose part is not done; both go on to the next part together.
    fn next_side(&mut self) -> Option<Side> {
        loop {
            let (failures_left, successes_left) = (!self.left.is_empty(), self.reached.is_some());
            if failures_left && self.failures < self.goal {
                return Some(Side::Failures);
            }
            if successes_left && self.successes < self.goal {
                return Some(Side::Successes);
            }
            if !failures_left && !successes_left {
                return None;
            }
            self.goal = self.goal.saturating_add(PART_OF_SIDE);
        }
    }

    fn advance_failures(&mut self, board: &Board, budget: usize) {
        let slice = self.left.split_off(self.left.len().saturating_sub(budget.max(1)));
        // One that was given up meanwhile is passed by.
        self.failures += slice.len();
        let found = slice.iter().rev().filter_map(|&seq| board.get(seq).and_then(Entry::arrival).zip(Some(seq)));
        self.count(found, Side::Failures);
    }

    fn advance_successes(&mut self, board: &Board, budget: usize) {
        let Some(reached) = self.reached else { return };
        let budget = budget.max(1);
        let keys: Vec<Key> = board.order(Pane::Successes).iter_before(reached).take(budget).collect();
        let found = keys.iter().filter_map(|key| board.get(key.seq).and_then(Entry::arrival).zip(Some(key.seq)));
        self.successes += self.count(found, Side::Successes);
        self.passed.0 += keys.len();
        self.reached = keys.last().copied().filter(|_| keys.len() == budget);
    }

    /// Counts records with those of their function, and says how many there were: none of a function without failures.
    fn count<'a>(&mut self, records: impl Iterator<Item = (&'a Arrival, Seq)>, side: Side) -> usize {
        let mut by_function: HashMap<&str, Vec<(Seq, &Arrival)>> = HashMap::new();
        let known = records.filter(|(arrival, _)| self.functions.contains_key(name(arrival)));
        known.for_each(|(arrival, seq)| by_function.entry(name(arrival)).or_default().push((seq, arrival)));
        let count = by_function.values().map(Vec::len).sum();
        let work = self
            .functions
            .iter_mut()
            .filter_map(|(name, function)| by_function.remove(name.as_str()).map(|records| Work { function, records }));
        count_all(work.collect(), count, side, &self.masks);
        count
    }

    /// Whether all has been looked at.
    #[must_use]
    pub fn settled(&self) -> bool {
        self.named == self.of && self.left.is_empty() && self.reached.is_none()
    }

    /// How many failures were looked at, and how many there are.
    #[must_use]
    pub fn failures(&self) -> (usize, usize) {
        (self.failures, self.of)
    }

    /// How many successes were looked at.
    #[must_use]
    pub fn successes(&self) -> usize {
        self.successes
    }

    /// How much of both sides has been gone through, in hundredths.
    #[must_use]
    pub fn progress(&self) -> usize {
        let (passed, rows) = self.passed;
        let (done, of) = (self.failures + passed, self.of + rows.max(passed));
        if self.settled() { 100 } else { (done * 100 / of.max(1)).min(99) }
    }

    /// Whether payloads had more paths and values than are kept apart.
    #[must_use]
    pub fn is_capped(&self) -> bool {
        self.functions.values().any(OfFunction::is_capped)
    }

    /// The functions that are compared, by name.
    #[must_use]
    pub fn functions(&self) -> Vec<&str> {
        self.functions.keys().map(String::as_str).collect()
    }

    /// The functions of which no success was met.
    #[must_use]
    pub fn without_successes(&self) -> Vec<&str> {
        let without = self.functions.iter().filter(|(_, function)| function.successes == 0);
        without.map(|(name, _)| name.as_str()).collect()
    }

    /// What failures have and successes of the same function do not, what separates best first.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        let is_several = self.functions.len() > 1;
        let told = |(name, function): (&String, &OfFunction)| function.findings(is_several.then_some(name.as_str()));
        let mut findings: Vec<_> = self.functions.iter().flat_map(told).collect();
        findings.sort_by(|a, b| {
            let simpler = || a.simplicity().cmp(&b.simplicity()).then_with(|| a.function.cmp(&b.function));
            b.score.total_cmp(&a.score).then_with(simpler)
        });
        findings.truncate(MOST);
        findings
    }
}

/// Name of a record's function; empty when it tells none.
/// Records to be counted with those of their function.
struct Work<'a> {
    function: &'a mut OfFunction,
    records: Vec<(Seq, &'a Arrival)>,
}

impl Work<'_> {
    fn count(self, side: Side, masks: &Masks) {
        self.records.into_iter().for_each(|(seq, arrival)| self.function.count(seq, arrival, side, masks));
    }
}

/// Counts so many records, where there are enough of them on two cores: functions have nothing in common.
fn count_all(mut work: Vec<Work<'_>>, count: usize, side: Side, masks: &Masks) {
    let all = |work: Vec<Work<'_>>| work.into_iter().for_each(|work| work.count(side, masks));
    if count < SHARED || work.len() < 2 {
        return all(work);
    }
    work.sort_by_key(|work| work.records.len());
    let mut given = 0;
    let fits = |work: &&Work<'_>| {
        given += work.records.len();
        given <= count / 2
    };
    let least = work.iter().take_while(fits).count();
    let more = work.split_off(least);
    both(|| all(work), || all(more));
}

fn name(arrival: &Arrival) -> &str {
    arrival.record.function().map_or("", |function| function.name())
}

impl Board {
    /// The failures among the marked entries, in the order of their time.
    #[must_use]
    pub fn marked_failures(&self) -> Vec<Seq> {
        let failed = |entry: &Entry| entry.pane() == Pane::Failures && entry.arrival().is_some();
        let mut marked: Vec<_> = self.marked().filter(|(_, entry)| failed(entry)).collect();
        marked.sort_by_key(|(seq, entry)| (entry.time(), *seq));
        marked.into_iter().map(|(seq, _)| seq).collect()
    }

    /// The failures in sight, in the order of their time.
    #[must_use]
    pub fn failures_in_sight(&self) -> Vec<Seq> {
        let is_arrival = |seq: &Seq| self.get(*seq).is_some_and(|entry| entry.arrival().is_some());
        self.view(Pane::Failures).iter_from(0).filter(is_arrival).collect()
    }
}

impl Query {
    /// This query, narrowed to what a finding tells; `None` when the language has no words for that.
    #[must_use]
    pub fn with_finding(&self, finding: &Finding) -> Option<Self> {
        Some(self.clone().and(Self::parse(&finding.query()?).ok()?))
    }
}

#[cfg(test)]
mod tests;
