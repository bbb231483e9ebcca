//! Times as people write them for `--since` and `--until`.

use std::time::Duration;

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Timestamp, Zoned};

/// A time that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{text:?} is not a time ({why}): write 10m, 2h30m, 1d, 2026-04-01T12:00, 2026-04-01T12:00:00Z, or now")]
pub struct TimeError {
    text: String,
    why: &'static str,
}

/// Reads a time in milliseconds since the Unix epoch.
///
/// * `now`
/// * a span before `now`: `10m`, `2h30m`, `1d`, in any of `s m h d w`, where a day has 24 hours
/// * ISO 8601 with an offset or `Z`, or without one in the time zone of `now`; a date alone is its first moment
/// * a bare number of at least twelve digits: milliseconds since the Unix epoch
///
/// # Errors
/// The text is none of these, or is out of range.
pub fn parse(text: &str, now: &Zoned) -> Result<i64, TimeError> {
    let trimmed = text.trim();
    let fault = |why| TimeError { text: text.to_owned(), why };
    if trimmed.eq_ignore_ascii_case("now") {
        return Ok(now.timestamp().as_millisecond());
    }
    if !trimmed.is_empty() && trimmed.bytes().all(|byte| byte.is_ascii_digit()) {
        return epoch(trimmed).map_err(fault);
    }
    if let Some(time) = iso(trimmed, now.time_zone()) {
        return Ok(time);
    }
    milliseconds(trimmed)
        .and_then(|span| now.timestamp().as_millisecond().checked_sub(span).ok_or("it is too long ago"))
        .map_err(fault)
}

fn epoch(digits: &str) -> Result<i64, &'static str> {
    if digits.len() < 12 {
        return Err("a number has a unit, or is in milliseconds since 1970");
    }
    digits.parse().map_err(|_| "it is too far away")
}

fn iso(text: &str, zone: &TimeZone) -> Option<i64> {
    if let Ok(time) = text.parse::<Timestamp>() {
        return Some(time.as_millisecond());
    }
    let local = text.parse::<DateTime>().or_else(|_| text.parse::<Date>().map(|date| date.at(0, 0, 0, 0))).ok()?;
    Some(local.to_zoned(zone.clone()).ok()?.timestamp().as_millisecond())
}

/// A span such as `2h30m`; `None` when it is none.
#[must_use]
pub fn span(text: &str) -> Option<Duration> {
    let millis = milliseconds(text.trim()).ok()?;
    Some(Duration::from_millis(u64::try_from(millis).ok()?))
}

/// Milliseconds of a span such as `2h30m`.
fn milliseconds(text: &str) -> Result<i64, &'static str> {
    let mut rest = text;
    let mut total = 0_i64;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let amount: i64 = rest[..digits].parse().map_err(|_| "it is neither a date nor a span")?;
        let mut after = rest[digits..].chars();
        let unit = after.next().and_then(unit).ok_or("its units are s, m, h, d and w")?;
        total = amount.checked_mul(unit).and_then(|part| total.checked_add(part)).ok_or("it is too long ago")?;
        rest = after.as_str();
    }
    if text.is_empty() { Err("it is empty") } else { Ok(total) }
}

fn unit(letter: char) -> Option<i64> {
    match letter {
        's' => Some(1_000),
        'm' => Some(60_000),
        'h' => Some(3_600_000),
        'd' => Some(86_400_000),
        'w' => Some(604_800_000),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    // 2026-04-01T12:00:00+02:00
    const NOW: i64 = 1_775_037_600_000;

    fn read(text: &str) -> Result<i64, String> {
        let zone = TimeZone::fixed(jiff::tz::offset(2));
        let now = Timestamp::from_millisecond(NOW).unwrap().to_zoned(zone);
        parse(text, &now).map_err(|error| error.to_string())
    }

    #[test]
    fn a_span_alone_is_a_duration() {
        assert_eq!(span("1h30m"), Some(Duration::from_mins(90)));
        assert_eq!([span(""), span("1x"), span("2026-04-01")], [None, None, None]);
    }

    #[test]
    fn spans_lie_before_now() {
        assert_eq!(read("10m"), Ok(NOW - 600_000));
        assert_eq!(read("2h30m"), Ok(NOW - 9_000_000));
        assert_eq!(read("1w2d"), Ok(NOW - 777_600_000));
        assert_eq!(read(" 45s "), Ok(NOW - 45_000));
        assert_eq!(read("now"), Ok(NOW));
    }

    #[test]
    fn dates_are_local_unless_they_say_otherwise() {
        assert_eq!(read("2026-04-01T12:00:00"), Ok(NOW));
        assert_eq!(read("2026-04-01T12:00"), Ok(NOW));
        assert_eq!(read("2026-04-01 12:00"), Ok(NOW));
        assert_eq!(read("2026-04-01T10:00:00Z"), Ok(NOW));
        assert_eq!(read("2026-04-01T15:30:00+05:30"), Ok(NOW));
        assert_eq!(read("2026-04-01"), Ok(NOW - 43_200_000));
    }

    #[test]
    fn long_numbers_are_milliseconds() {
        assert_eq!(read("1650108283658"), Ok(1_650_108_283_658));
    }

    #[test]
    fn what_cannot_be_read_says_why() {
        let why = |text: &str| read(text).unwrap_err();
        assert_eq!(
            why("10"),
            "\"10\" is not a time (a number has a unit, or is in milliseconds since 1970): \
             write 10m, 2h30m, 1d, 2026-04-01T12:00, 2026-04-01T12:00:00Z, or now"
        );
        assert!(why("10y").contains("(its units are s, m, h, d and w)"));
        assert!(why("10m5").contains("(its units are s, m, h, d and w)"));
        assert!(why("yesterday").contains("(it is neither a date nor a span)"));
        assert!(why("").contains("(it is empty)"));
        assert!(why("99999999999999d").contains("(it is too long ago)"));
        assert!(why("9ü").contains("(its units are s, m, h, d and w)"));
        assert!(why("99999999999999999999").contains("(it is too far away)"));
    }
}
