//! When entries happened: how many in each part of a span, where versions changed, how long records were on their way.

mod frame;

use std::collections::{BTreeMap, HashMap};

use super::entry::{Entry, Pane, Seq};
use super::order::{Key, Order};
use super::{Board, Query};
use crate::record::{Arrival, Label};

pub use self::frame::TimeFrame;

/// Entries of one part of a span.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bar {
    /// Rows of the failure pane that are in sight: failures, unreadable lines and gaps.
    pub failures: usize,
    /// Successes that are in sight.
    pub successes: usize,
    /// Entries that the filter hides.
    pub hidden: usize,
}

/// A version that ran for the first time, after another of the same function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionChange {
    /// When, in milliseconds since the Unix epoch.
    pub time: i64,
    /// Name of the function.
    pub function: String,
    /// The version that ran from then on.
    pub version: String,
}

/// How long records were on their way, and how often their functions were tried.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Spread {
    /// From the making of the record to its log event, in milliseconds, ascending; of those of which both are known.
    pub delays: Vec<i64>,
    /// How many records have each `approximateInvokeCount`.
    pub counts: BTreeMap<u64, usize>,
    /// Records that were looked at.
    pub looked: usize,
    /// Rows in the span.
    pub of: usize,
}

impl Spread {
    /// The delay that so many hundredths of the records do not exceed.
    #[must_use]
    pub fn delay(&self, hundredths: usize) -> Option<i64> {
        let at = (self.delays.len() * hundredths).div_ceil(100).checked_sub(1)?;
        self.delays.get(at).copied()
    }
}

/// When each version of a function was first seen to run.
#[derive(Debug, Default)]
pub(super) struct Versions {
    of: HashMap<String, Vec<(String, i64)>>,
}

impl Versions {
    pub(super) fn ran(&mut self, label: &Label, time: i64) {
        let (Some(function), Some(version)) = (&label.function, &label.version) else { return };
        let name = function.name();
        if !self.of.contains_key(name) {
            self.of.insert(name.to_owned(), Vec::new());
        }
        let Some(versions) = self.of.get_mut(name) else { return };
        match versions.iter_mut().find(|(known, _)| **known == **version) {
            Some((_, first)) => *first = time.min(*first),
            None => versions.push((version.to_string(), time)),
        }
    }

    fn changes(&self) -> Vec<VersionChange> {
        let later = self.of.iter().flat_map(|(function, versions)| {
            let first = versions.iter().map(|(_, time)| *time).min();
            versions.iter().filter(move |(_, time)| Some(*time) > first).map(|(version, time)| VersionChange {
                time: *time,
                function: function.clone(),
                version: version.clone(),
            })
        });
        let mut changes: Vec<_> = later.collect();
        changes.sort_by(|a, b| a.time.cmp(&b.time).then_with(|| a.function.cmp(&b.function)));
        changes
    }
}

impl Board {
    /// Times of the oldest and the newest entry that are kept, in milliseconds since the Unix epoch; entries whose time
    /// is not known are left out.
    #[must_use]
    pub fn span(&self) -> Option<(i64, i64)> {
        let known = Key { time: 1, seq: Seq(0) };
        let orders = Pane::ALL.map(|pane| self.order(pane));
        let first = orders.iter().filter_map(|order| order.get(order.rank(known))).min()?;
        let last = orders.iter().filter_map(|order| order.iter_before(Key::LAST).next()).max()?;
        Some((first.time, last.time))
    }

    /// The entries of `count` parts of `width` milliseconds each, the first of which begins at `from`.
    #[must_use]
    pub fn bars(&self, from: i64, width: i64, count: usize) -> Vec<Bar> {
        let ranks = |order: &Order| -> Vec<usize> {
            let border = |at: usize| {
                let parts = i64::try_from(at).unwrap_or(i64::MAX);
                from.saturating_add(width.saturating_mul(parts))
            };
            let ranks = (0..=count).map(|at| order.rank(Key { time: border(at), seq: Seq(0) }));
            let ranks: Vec<_> = ranks.collect();
            ranks.windows(2).map(|pair| pair[1] - pair[0]).collect()
        };
        let [failures, successes] = Pane::ALL.map(|pane| ranks(self.view(pane).rows));
        let [kept_failures, kept_successes] = Pane::ALL.map(|pane| ranks(self.order(pane)));
        let bar = |at: usize| Bar {
            failures: failures[at],
            successes: successes[at],
            hidden: kept_failures[at] + kept_successes[at] - failures[at] - successes[at],
        };
        (0..count).map(bar).collect()
    }

    /// Where functions began to run another version than before, in order of their time.
    #[must_use]
    pub fn version_changes(&self) -> Vec<VersionChange> {
        self.versions.changes()
    }

    /// What the records in sight between two times tell of delays and attempts; at most `most` of each pane are looked
    /// at, evenly spread.
    #[must_use]
    pub fn spread(&self, from: i64, to: i64, most: usize) -> Spread {
        let mut spread = Spread::default();
        for pane in Pane::ALL {
            let rows = self.view(pane).rows;
            let rank = |time| rows.rank(Key { time, seq: Seq(0) });
            let (first, end) = (rank(from), rank(to));
            spread.of += end - first;
            let step = (end - first).div_ceil(most.max(1)).max(1);
            for key in (first..end).step_by(step).filter_map(|at| rows.get(at)) {
                if let Some(arrival) = self.get(key.seq).and_then(Entry::arrival) {
                    spread.add(arrival);
                }
            }
        }
        spread.delays.sort_unstable();
        spread
    }
}

impl Spread {
    fn add(&mut self, arrival: &Arrival) {
        self.looked += 1;
        if let Some((made, logged)) = arrival.record.timestamp().zip(arrival.origin.timestamp()) {
            self.delays.push((logged - made).max(0));
        }
        if let Some(count) = arrival.record.invoke_count() {
            *self.counts.entry(count).or_default() += 1;
        }
    }
}

impl Query {
    /// This query narrowed to `from..to`, in milliseconds since the Unix epoch, in place of its top-level terms on time.
    #[must_use]
    pub fn within(&self, from: i64, to: i64) -> Self {
        let range = Self::parse(&format!("time>={} time<{}", iso(from), iso(to)));
        range.map_or_else(|_| self.clone(), |range| self.without_time().and(range))
    }
}

/// As the filter takes it, to the millisecond where that says something.
fn iso(time: i64) -> String {
    let Ok(time) = jiff::Timestamp::from_millisecond(time) else { return "1970-01-01".to_owned() };
    let format = if time.subsec_millisecond() == 0 { "%Y-%m-%dT%H:%M:%SZ" } else { "%Y-%m-%dT%H:%M:%S.%3fZ" };
    time.strftime(format).to_string()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::sample::Sample;
    use super::*;

    fn board_of(records: &[(i64, bool, &str)]) -> Board {
        let mut board = Board::new(usize::MAX);
        for &(time, failed, version) in records {
            let condition = if failed { "RetriesExhausted" } else { "Success" };
            let json = Sample { time, condition, ..Sample::default() }.json();
            let text = json.replace(r#""executedVersion":"$LATEST""#, &format!(r#""executedVersion":"{version}""#));
            let text = crate::log::Text::from(text);
            board.append(super::super::sample::arrival(time, &text, &text));
        }
        board
    }

    #[test]
    fn a_version_that_follows_another_is_a_change() {
        let board = board_of(&[(50, true, "2"), (10, false, "1"), (40, false, "2"), (60, true, "1"), (70, true, "3")]);
        let changes: Vec<_> = board.version_changes().into_iter().map(|it| (it.time, it.version)).collect();
        assert_eq!(changes, [(40, "2".to_owned()), (70, "3".to_owned())]);
        assert_eq!(board.version_changes()[0].function, "sender");
    }

    #[test]
    fn a_range_takes_the_place_of_another_in_the_query() {
        let query = |text: &str| Query::parse(text).expect("a query");
        let narrowed = query("fn:a").within(1_795_169_743_000, 1_795_169_744_500);
        let expected = "fn:a time>=2026-11-20T10:15:43Z time<2026-11-20T10:15:44.500Z";
        assert_eq!(narrowed.to_string(), expected);
        assert_eq!(narrowed.within(1_795_169_743_000, 1_795_169_744_500).to_string(), expected);
        let either = query("fn:a or fn:b").within(1_795_169_743_000, 1_795_169_744_000);
        assert!(either.to_string().starts_with("(fn:a or fn:b) time>="), "{either}");
    }

    #[test]
    fn delays_are_told_by_hundredths() {
        let spread = Spread { delays: (1..=10).collect(), ..Spread::default() };
        assert_eq!((spread.delay(50), spread.delay(90), spread.delay(100)), (Some(5), Some(9), Some(10)));
        assert_eq!(Spread::default().delay(50), None);
    }

    proptest! {
        #[test]
        fn bars_are_what_counting_gives(
            times in prop::collection::vec((1i64..200, any::<bool>()), 0..60),
            from in 0i64..150,
            width in 1i64..40,
            count in 1usize..9,
            filtered in any::<bool>(),
        ) {
            let records: Vec<_> = times.iter().map(|&(time, failed)| (time, failed, "1")).collect();
            let mut board = board_of(&records);
            if filtered {
                board.set_query(Query::parse("outcome:failure").expect("a query"));
                while board.advance(7) {}
            }
            let within = |at: usize, failed: bool| {
                let from = from + width * i64::try_from(at).expect("a few");
                times.iter().filter(|&&(time, it)| it == failed && (from..from + width).contains(&time)).count()
            };
            for (at, bar) in board.bars(from, width, count).into_iter().enumerate() {
                let successes = within(at, false);
                let expected = if filtered { (0, successes) } else { (successes, 0) };
                prop_assert_eq!((bar.failures, (bar.successes, bar.hidden)), (within(at, true), expected));
            }
            let spread = board.spread(from, from + width, 1000);
            prop_assert_eq!(spread.looked, within(0, true) + if filtered { 0 } else { within(0, false) });
            let span = times.iter().map(|(time, _)| *time).min().zip(times.iter().map(|(time, _)| *time).max());
            prop_assert_eq!(board.span(), span);
        }
    }
}
