//! The time that is queried, in seconds, and how it is parted.

use std::ops::RangeInclusive;

/// Seconds that are worth a query of their own.
const SHORTEST: i64 = 3_600;
/// Queries that a time is parted into before anything is known of it.
const FIRST: i64 = 12;
/// Parts of what is left of a query that found too much.
const MOST: i64 = 16;

/// Some seconds of a log group, which one query reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Place of the group.
    pub(super) group: usize,
    /// First second since the Unix epoch.
    pub(super) from: i64,
    /// Last second, inclusive.
    pub(super) to: i64,
}

/// What of a piece a query has read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Parted {
    /// The seconds of which everything was found; none where that is nothing.
    pub(super) read: RangeInclusive<i64>,
    /// What is left to be queried, the newest first.
    pub(super) rest: Vec<Piece>,
    /// Whether there is more in the one second than a query gives.
    pub(super) is_short: bool,
}

impl Piece {
    /// The pieces of a group from one millisecond to another, the newest first.
    pub(super) fn of(group: usize, from: i64, to: i64) -> Vec<Self> {
        let whole = Self { group, from: from.div_euclid(1_000), to: to.div_euclid(1_000) };
        whole.clone().split((whole.seconds() / SHORTEST).clamp(1, FIRST))
    }

    pub(super) fn seconds(&self) -> i64 {
        self.to - self.from + 1
    }

    /// Its milliseconds.
    pub(super) fn millis(&self) -> RangeInclusive<i64> {
        self.from * 1_000..=self.to * 1_000 + 999
    }

    /// As many parts, the newest first, each a second at least.
    pub(super) fn split(self, parts: i64) -> Vec<Self> {
        let parts = parts.clamp(1, self.seconds().max(1));
        let cut = |at: i64| self.from + self.seconds() * at / parts;
        (0..parts).rev().map(|at| Self { group: self.group, from: cut(at), to: cut(at + 1) - 1 }).collect()
    }

    /// What a query has read that gave the oldest `rows`, of `matched`, and stops at `limit`; `last` is the second of the
    /// newest of them, which may be there in part only. Rows behind the piece are none of its own.
    pub(super) fn parted(&self, rows: usize, matched: u64, limit: usize, last: Option<i64>) -> Parted {
        let Some(last) = last.filter(|last| rows >= limit && *last <= self.to) else {
            return Parted { read: self.from..=self.to, rest: Vec::new(), is_short: false };
        };
        if self.from == self.to {
            return Parted { read: self.from..=self.to, rest: Vec::new(), is_short: matched > rows as u64 };
        }
        let left = matched.saturating_sub(rows as u64);
        // Not quite as many as a query gives, since nothing is logged evenly.
        let parts = i64::try_from(left.div_ceil((limit as u64 * 3 / 4).max(1))).unwrap_or(MOST).clamp(1, MOST);
        if last > self.from {
            let rest = Self { from: last, ..self.clone() };
            return Parted { read: self.from..=last - 1, rest: rest.split(parts), is_short: false };
        }
        // The oldest second alone is too much: it is read apart from the others.
        let oldest = Self { to: self.from, ..self.clone() };
        let newer = Self { from: self.from + 1, ..self.clone() };
        let rest = newer.split(parts).into_iter().chain([oldest]).collect();
        #[allow(clippy::reversed_empty_ranges, reason = "nothing was read")]
        let read = 1..=0;
        Parted { read, rest, is_short: false }
    }

    /// The halves of a piece whose query takes too long; none of a second.
    pub(super) fn halves(&self) -> Option<Vec<Self>> {
        (self.seconds() > 1).then(|| self.clone().split(2))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn piece(from: i64, to: i64) -> Piece {
        Piece { group: 0, from, to }
    }

    #[test]
    fn a_time_is_parted_without_a_gap_and_the_newest_comes_first() {
        let month = Piece::of(0, 5, 30 * 86_400_000);
        assert_eq!((month.len(), month[0].to, month[11].from), (12, 30 * 86_400, 0));
        assert!(month.windows(2).all(|two| two[1].to + 1 == two[0].from));
        assert_eq!(Piece::of(0, 999, 1_000), [piece(0, 1)]);
        assert_eq!(piece(3, 4).split(16), [piece(4, 4), piece(3, 3)]);
    }

    #[test]
    fn what_a_query_gave_whole_is_not_asked_for_again() {
        let all = piece(0, 99);
        let parted = all.parted(9, 9, 10, Some(99));
        assert_eq!(parted, Parted { read: 0..=99, rest: Vec::new(), is_short: false });
        let parted = all.parted(10, 24, 10, Some(20));
        assert_eq!((parted.read, parted.rest), (0..=19, vec![piece(60, 99), piece(20, 59)]));
        let parted = all.parted(10, 12, 10, Some(99));
        assert_eq!((parted.read, parted.rest), (0..=98, vec![piece(99, 99)]));
        let parted = all.parted(10, 12, 10, Some(100));
        assert_eq!((parted.read, parted.rest), (0..=99, Vec::new()), "what is behind it came after all of it");
    }

    #[test]
    fn a_second_is_not_parted_any_further() {
        let parted = piece(0, 3).parted(10, 30, 10, Some(0));
        assert!(parted.read.is_empty());
        assert_eq!(parted.rest, [piece(3, 3), piece(2, 2), piece(1, 1), piece(0, 0)]);
        let parted = piece(3, 3).parted(10, 30, 10, Some(3));
        assert_eq!(parted, Parted { read: 3..=3, rest: Vec::new(), is_short: true });
        assert!(!piece(3, 3).parted(10, 10, 10, Some(3)).is_short);
        assert_eq!(piece(3, 3).halves(), None);
        assert_eq!(piece(3, 5).halves(), Some(vec![piece(4, 5), piece(3, 3)]));
    }
}
