//! When the failures of a group happened, coarsely enough to be kept for every group.

use std::collections::BTreeMap;

/// Parts of the time span that a group's failures are told in.
pub(super) const PARTS: usize = 16;

/// Bins that the span is kept in at most.
const BINS: i64 = 512;

/// The span of all failures, and how long a bin is: both grow with what comes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Scale {
    /// Times of the oldest and the newest, in milliseconds since the Unix epoch.
    span: Option<(i64, i64)>,
    /// Milliseconds of a bin.
    width: i64,
}

/// How many failures fell into each bin.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Course {
    bins: BTreeMap<i64, usize>,
}

impl Course {
    pub(super) fn add(&mut self, bin: i64) {
        *self.bins.entry(bin).or_default() += 1;
    }

    /// Puts every two bins together.
    pub(super) fn halve(&mut self) {
        let mut halved = Self::default();
        for (bin, count) in std::mem::take(&mut self.bins) {
            *halved.bins.entry(bin.div_euclid(2)).or_default() += count;
        }
        *self = halved;
    }
}

impl Scale {
    pub(super) fn of(span: Option<(i64, i64)>) -> Self {
        let mut scale = Self { span, width: 1 };
        while scale.is_crowded() {
            scale.width *= 2;
        }
        scale
    }

    pub(super) fn bin(&self, time: i64) -> i64 {
        time.div_euclid(self.width)
    }

    /// Makes room for a time; `true` when bins became twice as long, and there may be still more to do.
    pub(super) fn stretch(&mut self, time: i64) -> bool {
        let (from, to) = self.span.unwrap_or((time, time));
        self.span = Some((from.min(time), to.max(time)));
        let is_crowded = self.is_crowded();
        if is_crowded {
            self.width *= 2;
        }
        is_crowded
    }

    fn is_crowded(&self) -> bool {
        self.span.is_some_and(|(from, to)| to.saturating_sub(from) / self.width > BINS)
    }

    /// How many failures there were in each part of the span.
    pub(super) fn parts(&self, course: &Course) -> [usize; PARTS] {
        let mut parts = [0; PARTS];
        let (from, to) = self.span.unwrap_or_default();
        for (bin, count) in &course.bins {
            let midst = bin.saturating_mul(self.width).saturating_add(self.width / 2);
            parts[part_of(midst, (from, to))] += count;
        }
        parts
    }
}

fn part_of(time: i64, (from, to): (i64, i64)) -> usize {
    let span = to.saturating_sub(from).max(1).cast_unsigned();
    let at = time.saturating_sub(from).max(0).cast_unsigned();
    ((u128::from(at) * PARTS as u128 / (u128::from(span) + 1)) as usize).min(PARTS - 1)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_span_of_years_is_kept_in_a_few_hundred_bins() {
        let mut scale = Scale::of(None);
        let mut course = Course::default();
        for year in 0..30 {
            let time = 1_000_000_000_000 + year * 31_536_000_000;
            while scale.stretch(time) {
                course.halve();
            }
            course.add(scale.bin(time));
        }
        assert!(course.bins.len() <= 30 && course.bins.values().sum::<usize>() == 30);
        let parts = scale.parts(&course);
        assert!(parts.iter().all(|part| (1..=3).contains(part)), "{parts:?}");
    }

    proptest! {
        #[test]
        fn parts_are_off_by_less_than_a_bin(times in prop::collection::vec(0i64..1_000_000, 1..80)) {
            let mut scale = Scale::of(None);
            let mut course = Course::default();
            for &time in &times {
                while scale.stretch(time) {
                    course.halve();
                }
                course.add(scale.bin(time));
            }
            let span = (*times.iter().min().expect("one"), *times.iter().max().expect("one"));
            let parts = scale.parts(&course);
            prop_assert_eq!(parts.iter().sum::<usize>(), times.len());
            let (mut least, mut most) = ([0; PARTS], [0; PARTS]);
            for &time in &times {
                let (early, late) = (part_of(time - scale.width, span), part_of(time + scale.width, span));
                (early..=late).for_each(|part| most[part] += 1);
                if early == late {
                    least[early] += 1;
                }
            }
            for part in 0..PARTS {
                prop_assert!((least[part]..=most[part]).contains(&parts[part]));
            }
        }
    }
}
