//! What failures have in common that successes of the same functions do not have: paths, types and values of their
//! request payloads, and the version that ran.
//!
//! Features are counted on both sides, in slices, the newest records first. A finding is ranked by how much more often
//! failures have it: the difference of both shares, each taken as (n + 1) / (of + 2), so that a share of few records
//! counts for less (Laplace's rule of succession).

mod features;
mod finding;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use self::features::{Feature, Features};
pub use self::finding::{Finding, What};
use super::entry::{Entry, Pane, Seq};
use super::order::Key;
use super::{Board, Query};
use crate::record::{Arrival, Masks};

/// So many records of each side are looked at, the newest: the next thousand would change no share by much.
const SAMPLE: usize = 20_000;
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

/// How often a feature was met.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    failures: usize,
    successes: usize,
    /// Tells records that have it from others: equal for features of the very same records.
    set: u64,
    /// The record that it was met in last, so that each counts once.
    last: Option<Seq>,
}

/// A comparison under way, or done.
#[derive(Debug)]
pub struct Differences {
    masks: Arc<Masks>,
    /// Failures that are still to be looked at, the newest last.
    left: Vec<Seq>,
    /// How many failures there are, looked at or not.
    of: usize,
    functions: HashSet<String>,
    /// Down to where successes have been looked at; `None` when no more are.
    reached: Option<Key>,
    failures: usize,
    successes: usize,
    features: Features,
    tallies: HashMap<Feature, Tally>,
    /// Records of all, mixed as those of a tally.
    all: u64,
}

impl Differences {
    /// Begins to compare these failures with the successes of their functions; secrets are compared as they are masked.
    #[must_use]
    pub fn new(failures: impl IntoIterator<Item = Seq>, masks: Arc<Masks>) -> Self {
        let mut left: Vec<Seq> = failures.into_iter().collect();
        let of = left.len();
        left.drain(..of.saturating_sub(SAMPLE));
        Self {
            masks,
            left,
            of,
            functions: HashSet::new(),
            reached: Some(Key::LAST),
            failures: 0,
            successes: 0,
            features: Features::default(),
            tallies: HashMap::new(),
            all: 0,
        }
    }

    /// Looks at some more records, and says whether any are left.
    pub fn advance(&mut self, board: &Board, budget: usize) -> bool {
        let slice = self.left.split_off(self.left.len().saturating_sub(budget));
        for &seq in slice.iter().rev() {
            if let Some(arrival) = board.get(seq).and_then(Entry::arrival) {
                self.functions.extend(arrival.record.function().map(|function| function.name().to_owned()));
                self.count(seq, arrival, Side::Failures);
            }
        }
        if self.left.is_empty() && slice.len() < budget {
            self.advance_successes(board, budget - slice.len());
        }
        !self.settled()
    }

    fn advance_successes(&mut self, board: &Board, budget: usize) {
        let Some(reached) = self.reached else { return };
        let keys: Vec<Key> = board.order(Pane::Successes).iter_before(reached).take(budget).collect();
        for key in &keys {
            let arrival = board.get(key.seq).and_then(Entry::arrival).filter(|arrival| self.is_of_functions(arrival));
            if let Some(arrival) = arrival
                && self.successes < SAMPLE
            {
                self.count(key.seq, arrival, Side::Successes);
            }
        }
        self.reached = keys.last().copied().filter(|_| keys.len() == budget && self.successes < SAMPLE);
    }

    fn is_of_functions(&self, arrival: &Arrival) -> bool {
        arrival.record.function().is_some_and(|function| self.functions.contains(function.name()))
    }

    fn count(&mut self, seq: Seq, arrival: &Arrival, side: Side) {
        match side {
            Side::Failures => self.failures += 1,
            Side::Successes => self.successes += 1,
        }
        let mixed = mix(seq);
        self.all ^= mixed;
        let tallies = &mut self.tallies;
        self.features.of(arrival, &self.masks, |feature| {
            let tally = tallies.entry(feature).or_default();
            if tally.last.replace(seq) == Some(seq) {
                return;
            }
            tally.set ^= mixed;
            match side {
                Side::Failures => tally.failures += 1,
                Side::Successes => tally.successes += 1,
            }
        });
    }

    /// Whether all has been looked at.
    #[must_use]
    pub fn settled(&self) -> bool {
        self.left.is_empty() && self.reached.is_none()
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

    /// Whether there may be more successes than were looked at.
    #[must_use]
    pub fn is_sampled(&self) -> bool {
        self.successes >= SAMPLE || self.of > SAMPLE
    }

    /// Whether payloads had more paths and values than are kept apart.
    #[must_use]
    pub fn is_capped(&self) -> bool {
        self.features.is_capped()
    }

    /// The functions that are compared, by name.
    #[must_use]
    pub fn functions(&self) -> Vec<&str> {
        let mut names: Vec<_> = self.functions.iter().map(String::as_str).collect();
        names.sort_unstable();
        names
    }

    /// What failures have and successes do not, what separates best first. What is true of the very same records is
    /// told once, by its simplest form. Without successes there is nothing to tell.
    #[must_use]
    pub fn findings(&self) -> Vec<Finding> {
        if self.successes == 0 {
            return Vec::new();
        }
        let mut best: HashMap<u64, Finding> = HashMap::new();
        for (feature, tally) in &self.tallies {
            let Some((finding, set)) = self.of_feature(feature, tally) else { continue };
            match best.get_mut(&set) {
                Some(known) => known.absorb(finding),
                None => drop(best.insert(set, finding)),
            }
        }
        let mut findings: Vec<_> = best.into_values().collect();
        findings.sort_by(|a, b| b.score.total_cmp(&a.score).then_with(|| a.simplicity().cmp(&b.simplicity())));
        findings.truncate(MOST);
        findings
    }

    /// A feature that failures have, or the lack of one.
    fn of_feature(&self, feature: &Feature, tally: &Tally) -> Option<(Finding, u64)> {
        let (path, what) = self.features.told(feature);
        let there = self.finding(&path, what.clone(), tally.failures, tally.successes);
        if self.is_shared(&there) {
            return Some((there, tally.set));
        }
        let lacking = matches!(what, What::There).then(|| {
            self.finding(&path, What::Missing, self.failures - tally.failures, self.successes - tally.successes)
        });
        lacking.filter(|finding| self.is_shared(finding)).map(|finding| (finding, self.all ^ tally.set))
    }

    /// Whether enough of the failures have it: what one of several has is its own.
    fn is_shared(&self, finding: &Finding) -> bool {
        let (failures, _) = finding.counts;
        finding.score >= LEAST && failures * 100 >= self.failures * PART && failures >= self.failures.min(2)
    }

    fn finding(&self, path: &str, what: What, failures: usize, successes: usize) -> Finding {
        let share = |count: usize, of: usize| (count as f64 + 1.0) / (of as f64 + 2.0);
        let score = share(failures, self.failures) - share(successes, self.successes);
        let of = (self.failures, self.successes);
        Finding { path: path.to_owned(), what, counts: (failures, successes), of, alike: 0, score }
    }
}

/// A number of the record's own, so that the numbers of a set, combined, tell the set.
fn mix(seq: Seq) -> u64 {
    let mut mixed = seq.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
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
