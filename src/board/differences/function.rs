//! The comparison of one function's failures with its successes.

use std::collections::HashMap;

use super::features::Features;
use super::finding::{Finding, What};
use super::{LEAST, MOST, PART, Side};
use crate::board::entry::Seq;
use crate::record::{Arrival, Masks};

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

/// What was met in the records of one function.
#[derive(Debug, Default)]
pub(super) struct OfFunction {
    pub(super) failures: usize,
    pub(super) successes: usize,
    features: Features,
    /// By the features' numbers.
    tallies: Vec<Tally>,
    /// Records of all, mixed as those of a tally.
    all: u64,
}

impl OfFunction {
    pub(super) fn count(&mut self, seq: Seq, arrival: &Arrival, side: Side, masks: &Masks) {
        match side {
            Side::Failures => self.failures += 1,
            Side::Successes => self.successes += 1,
        }
        let mixed = mix(seq);
        self.all ^= mixed;
        let tallies = &mut self.tallies;
        self.features.of(arrival, masks, |number| {
            if number >= tallies.len() {
                tallies.resize(number + 1, Tally::default());
            }
            let tally = &mut tallies[number];
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

    pub(super) fn is_capped(&self) -> bool {
        self.features.is_capped()
    }

    /// What its failures have and its successes do not, in no order; `function` is told with each. What is true of the very
    /// same records is told by its simplest form, with the others. Without successes there is nothing to tell.
    pub(super) fn findings(&self, function: Option<&str>) -> Vec<Finding> {
        if self.successes == 0 {
            return Vec::new();
        }
        let mut best: HashMap<u64, Finding> = HashMap::new();
        for (number, tally) in self.tallies.iter().enumerate() {
            let Some((mut finding, set)) = self.of_feature(number, tally) else { continue };
            finding.function = function.map(str::to_owned);
            match best.get_mut(&set) {
                Some(known) => known.absorb(finding),
                None => drop(best.insert(set, finding)),
            }
        }
        best.into_values().map(|finding| finding.settle(MOST)).collect()
    }

    /// A feature that failures have, or the lack of one.
    fn of_feature(&self, number: usize, tally: &Tally) -> Option<(Finding, u64)> {
        if let Some(score) = self.score(tally.failures, tally.successes) {
            let (path, what) = self.features.told(number)?;
            return Some((self.finding(path, what, (tally.failures, tally.successes), score), tally.set));
        }
        if !self.features.is_there(number) {
            return None;
        }
        let counts = (self.failures - tally.failures, self.successes - tally.successes);
        let score = self.score(counts.0, counts.1)?;
        let (path, _) = self.features.told(number)?;
        Some((self.finding(path, What::Missing, counts, score), self.all ^ tally.set))
    }

    /// How well it separates, when enough of the failures have it: what one of several has is its own.
    fn score(&self, failures: usize, successes: usize) -> Option<f64> {
        let share = |count: usize, of: usize| (count as f64 + 1.0) / (of as f64 + 2.0);
        let score = share(failures, self.failures) - share(successes, self.successes);
        let is_shared = failures * 100 >= self.failures * PART && failures >= self.failures.min(2);
        (score >= LEAST && is_shared).then_some(score)
    }

    fn finding(&self, path: &str, what: What, counts: (usize, usize), score: f64) -> Finding {
        let of = (self.failures, self.successes);
        Finding { function: None, path: path.to_owned(), what, counts, of, alike: Vec::new(), score }
    }
}

/// A number of the record's own, so that the numbers of a set, combined, tell the set.
fn mix(seq: Seq) -> u64 {
    let mut mixed = seq.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
    mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    mixed ^ (mixed >> 31)
}
