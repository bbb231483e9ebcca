//! Times as records and logs spell them.

use std::num::NonZeroI64;

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

/// Milliseconds since the Unix epoch of an ISO 8601 time; without an offset it counts as UTC.
#[must_use]
pub fn epoch_millis(text: &str) -> Option<i64> {
    let text = text.trim();
    text.parse::<Timestamp>().or_else(|_| utc(text)).ok().map(Timestamp::as_millisecond)
}

fn utc(text: &str) -> Result<Timestamp, jiff::Error> {
    text.parse::<DateTime>()?.to_zoned(TimeZone::UTC).map(|time| time.timestamp())
}

/// A time in milliseconds since the Unix epoch that takes no more room where it may be unknown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Moment(NonZeroI64);

impl Moment {
    /// `None` for the least of all numbers, which is no time.
    pub(super) fn of(millis: i64) -> Option<Self> {
        NonZeroI64::new(millis ^ i64::MIN).map(Self)
    }

    pub(super) fn millis(self) -> i64 {
        self.0.get() ^ i64::MIN
    }
}

#[cfg(test)]
mod tests {
    use super::{Moment, epoch_millis};

    #[test]
    fn a_moment_is_its_time() {
        for millis in [0, 1, -1, 1_650_108_283_658, i64::MAX, i64::MIN + 1] {
            assert_eq!(Moment::of(millis).map(Moment::millis), Some(millis));
        }
        assert_eq!(Moment::of(i64::MIN), None);
        assert_eq!(size_of::<Option<Moment>>(), 8);
    }

    #[test]
    fn many_spellings_are_read() {
        for (text, millis) in [
            ("2022-04-16T11:24:43.658Z", 1_650_108_283_658),
            ("2022-04-16T11:24:43Z", 1_650_108_283_000),
            ("2022-04-16T13:24:43.658+02:00", 1_650_108_283_658),
            ("2022-04-16T13:24:43.658+0200", 1_650_108_283_658),
            ("2022-04-16 11:24:43,658+0000", 1_650_108_283_658),
            ("2022-04-16T11:24:43.658", 1_650_108_283_658),
            (" 2022-04-16T11:24:43.658123456Z ", 1_650_108_283_658),
        ] {
            assert_eq!(epoch_millis(text), Some(millis), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "yesterday", "1650108283658", "2022-13-01T00:00:00Z"] {
            assert_eq!(epoch_millis(text), None, "{text}");
        }
    }
}
