//! Times as the formats spell them.

use crate::record::epoch_millis;

/// Numbers below are seconds: as milliseconds they would lie in 1973.
const LEAST_MILLIS: i64 = 100_000_000_000;

/// Milliseconds since the Unix epoch of a number of them or of seconds, or of an ISO 8601 time; without an offset it is UTC.
pub(super) fn millis(text: &str) -> Option<i64> {
    let text = text.trim();
    if let Ok(number) = text.parse::<i64>() {
        return if number < LEAST_MILLIS { number.checked_mul(1000) } else { Some(number) };
    }
    epoch_millis(text)
}

#[cfg(test)]
mod tests {
    use super::millis;

    #[test]
    fn many_spellings_are_read() {
        for text in [
            "1763633743658",
            "2025-11-20T10:15:43.658Z",
            "2025-11-20 10:15:43.658",
            "2025-11-20T10:15:43.658000+00:00",
            "2025-11-20T11:15:43.658+01:00",
        ] {
            assert_eq!(millis(text), Some(1_763_633_743_658), "{text}");
        }
        assert_eq!(millis("1763633743"), Some(1_763_633_743_000));
        assert_eq!(millis("soon"), None);
    }
}
