//! How often a group is asked while it is followed.

use std::time::Duration;

/// The wait between polls: the base while something happens, up to two and a half times that while nothing does.
#[derive(Debug, Clone)]
pub(super) struct Cadence {
    base: Duration,
    current: Duration,
}

impl Cadence {
    pub(super) fn new(base: Duration) -> Self {
        Self { base, current: base }
    }

    /// The wait after a poll that brought so many new events.
    pub(super) fn after(&mut self, new_events: u64) -> Duration {
        self.current = if new_events > 0 { self.base } else { self.current.mul_f64(1.25).min(self.base.mul_f64(2.5)) };
        self.current
    }

    /// Goes as slowly as for a quiet group, after being throttled.
    pub(super) fn slow_down(&mut self) {
        self.current = self.base.mul_f64(2.5);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quiet_group_is_asked_less_often_until_something_happens() {
        let mut cadence = Cadence::new(Duration::from_secs(2));
        let waits: Vec<u128> = (0..6).map(|_| cadence.after(0).as_millis()).collect();
        assert_eq!(waits, [2_500, 3_125, 3_906, 4_882, 5_000, 5_000]);
        assert_eq!(cadence.after(1), Duration::from_secs(2));
        cadence.slow_down();
        assert_eq!(cadence.after(0), Duration::from_secs(5));
    }
}
