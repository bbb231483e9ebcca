//! How late events have come of late.

/// Milliseconds after which a lateness that was not seen again is forgotten, at the earliest; at the latest after twice
/// that.
const MEMORY: i64 = 600_000;

/// The longest lateness of the current stretch of time, and of the one before.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lateness {
    current: i64,
    previous: i64,
    began: Option<i64>,
}

impl Lateness {
    /// The longest that is remembered, in milliseconds.
    pub(super) fn longest(self) -> i64 {
        self.current.max(self.previous)
    }

    /// Notes that an event was so many milliseconds late.
    pub(super) fn note(&mut self, late: i64) {
        self.current = self.current.max(late);
    }

    /// Forgets what was not seen for long; `now` is in milliseconds since the Unix epoch.
    pub(super) fn pass_time(&mut self, now: i64) {
        let began = *self.began.get_or_insert(now);
        if now.saturating_sub(began) >= MEMORY {
            *self = Self { current: 0, previous: self.current, began: Some(now) };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_late_once_is_forgotten_in_time() {
        let mut lateness = Lateness::default();
        lateness.pass_time(0);
        lateness.note(90_000);
        lateness.note(5_000);
        assert_eq!(lateness.longest(), 90_000);
        lateness.pass_time(MEMORY);
        lateness.note(7_000);
        assert_eq!(lateness.longest(), 90_000);
        lateness.pass_time(2 * MEMORY);
        assert_eq!(lateness.longest(), 7_000);
    }
}
