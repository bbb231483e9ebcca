//! Times that take little room.

use std::num::NonZeroI64;

/// A time in milliseconds since the Unix epoch that takes no more room where it may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment(NonZeroI64);

impl Moment {
    /// `None` for the least of all numbers, which is no time.
    #[must_use]
    pub fn of(millis: i64) -> Option<Self> {
        NonZeroI64::new(millis ^ i64::MIN).map(Self)
    }

    /// The time in milliseconds since the Unix epoch.
    #[must_use]
    pub fn millis(self) -> i64 {
        self.0.get() ^ i64::MIN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_is_its_time() {
        for millis in [0, 1, -1, 1_650_108_283_658, i64::MAX, i64::MIN + 1] {
            assert_eq!(Moment::of(millis).map(Moment::millis), Some(millis));
        }
        assert_eq!(Moment::of(i64::MIN), None);
        assert_eq!(size_of::<Option<Moment>>(), 8);
    }
}
