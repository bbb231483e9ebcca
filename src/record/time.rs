//! Times as records and logs spell them.

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

#[cfg(test)]
mod tests {
    use super::epoch_millis;

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
