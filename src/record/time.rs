//! Times as records and logs spell them.

use jiff::Timestamp;
use jiff::civil::{Date, DateTime, Time};
use jiff::tz::{Offset, TimeZone};

/// Milliseconds since the Unix epoch of an ISO 8601 time; without an offset it counts as UTC.
#[must_use]
pub fn epoch_millis(text: &str) -> Option<i64> {
    usual(text.as_bytes()).or_else(|| any_spelling(text).ok()).map(Timestamp::as_millisecond)
}

/// A time in the spelling that almost all have, `2026-11-20T10:15:43.658Z` with or without the fraction and the offset,
/// which is that of UTC; `None` for any other.
fn usual(text: &[u8]) -> Option<Timestamp> {
    let (day, rest) = text.split_first_chunk()?;
    let (clock, rest) = rest.strip_prefix(b"T").or_else(|| rest.strip_prefix(b" "))?.split_first_chunk()?;
    let (nanos, offset) = fraction(rest)?;
    let time = date(day)?.to_datetime(time(*clock, nanos)?);
    if matches!(offset, b"" | b"Z" | b"+00:00") { Offset::UTC.to_timestamp(time).ok() } else { None }
}

fn date(text: &[u8; 10]) -> Option<Date> {
    let (year, month, day) = (number(&text[..4])?, number(&text[5..7])?, number(&text[8..])?);
    Date::new(year, month as i8, day as i8).ok().filter(|_| [text[4], text[7]] == *b"--")
}

fn time(text: [u8; 8], nanos: i32) -> Option<Time> {
    let [hour, minute, second] = [number(&text[..2])?, number(&text[3..5])?, number(&text[6..])?];
    Time::new(hour as i8, minute as i8, second as i8, nanos).ok().filter(|_| [text[2], text[5]] == *b"::")
}

/// What up to four digits say.
fn number(digits: &[u8]) -> Option<i16> {
    digits.iter().try_fold(0, |number, digit| {
        let digit = digit.wrapping_sub(b'0');
        (digit < 10).then_some(number * 10 + i16::from(digit))
    })
}

/// The nanoseconds that a text begins with, none if it has no fraction, and what follows them.
fn fraction(text: &[u8]) -> Option<(i32, &[u8])> {
    let Some(text) = text.strip_prefix(b".") else {
        return Some((0, text));
    };
    let count = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let (digits, rest) = text.split_at_checked(count).filter(|_| (1..=9).contains(&count))?;
    let nanos = digits.iter().fold(0, |nanos, digit| nanos * 10 + i32::from(digit - b'0'));
    Some((nanos * 10_i32.pow(9 - count as u32), rest))
}

fn any_spelling(text: &str) -> Result<Timestamp, jiff::Error> {
    let text = text.trim();
    text.parse().or_else(|_| utc(text))
}

fn utc(text: &str) -> Result<Timestamp, jiff::Error> {
    text.parse::<DateTime>()?.to_zoned(TimeZone::UTC).map(|time| time.timestamp())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn slowly(text: &str) -> Option<i64> {
        any_spelling(text).ok().map(Timestamp::as_millisecond)
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

    #[test]
    fn usual_spellings_need_no_help() {
        for end in ["", "Z", ".6Z", ".65", ".658Z", ".658000+00:00", ".658123456"] {
            let text = format!("2022-04-16T11:24:43{end}");
            assert!(usual(text.as_bytes()).is_some(), "{text}");
            assert_eq!(epoch_millis(&text), slowly(&text), "{text}");
        }
    }

    #[test]
    fn every_date_is_that_of_the_calendar() {
        for year in (0..10_000).filter(|year| (1960..2110).contains(year) || year % 50 == 0 || *year == 9999) {
            for (month, day) in (0..14).flat_map(|month| (0..33).map(move |day| (month, day))) {
                let text = format!("{year:04}-{month:02}-{day:02}T23:59:59.999");
                assert_eq!(epoch_millis(&text), slowly(&text), "{text}");
            }
        }
    }

    fn time() -> impl Strategy<Value = String> {
        let date = (prop_oneof![1960..2030, 0..10_000], 0..14, 0..33);
        let clock = (0..26, 0..62, 0..62, "[T t]", prop_oneof![Just(String::new()), "[.,][0-9]{0,11}".boxed()]);
        let offset = "|Z|z|[+-]0[0-2](:?[0-6][0-9](:[0-9]{2})?)?|Z\\[UTC\\]|[ -~]{0,3}";
        (date, clock, offset).prop_map(|((year, month, day), (hour, minute, second, between, fraction), offset)| {
            format!("{year:04}-{month:02}-{day:02}{between}{hour:02}:{minute:02}:{second:02}{fraction}{offset}")
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(4096))]

        #[test]
        fn usual_times_are_read_as_any_others(text in time()) {
            prop_assert_eq!(epoch_millis(&text), slowly(&text));
        }

        #[test]
        fn so_are_those_with_a_letter_changed(mut text in time(), at in 0..40_usize, letter in "[ -~ü]") {
            let at = at % (text.len() + 1);
            text.replace_range(at..text.len().min(at + 1), &letter);
            prop_assert_eq!(epoch_millis(&text), slowly(&text));
        }
    }
}
