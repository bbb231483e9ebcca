//! How fast to send: slowly at first, faster with every success, half as fast after a throttle or a failure.

use std::time::Duration;

/// The least rate, in sends per second: a stuck service is still asked now and then.
const LEAST: f64 = 0.2;
/// Throttles and failures within this time of one another are of one cause, and count once.
const ONE_CAUSE: Duration = Duration::from_millis(500);

/// A rate that adapts, on a clock that starts at 0.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Rate {
    current: f64,
    ceiling: f64,
    next: Duration,
    halved: Option<Duration>,
}

impl Rate {
    /// Starts with `start` sends per second and never goes above `ceiling`.
    pub(super) fn new(start: f64, ceiling: f64) -> Self {
        let ceiling = ceiling.max(LEAST);
        Self { current: start.clamp(LEAST, ceiling), ceiling, next: Duration::ZERO, halved: None }
    }

    /// Sends per second.
    pub(super) fn current(&self) -> f64 {
        self.current
    }

    /// When the next send may start.
    pub(super) fn next(&self) -> Duration {
        self.next
    }

    /// Notes a send at `now`.
    pub(super) fn sent(&mut self, now: Duration) {
        // Time that was not used is not saved up, but a wake-up that came late is caught up with.
        let spacing = Duration::from_secs_f64(1.0 / self.current);
        self.next = (self.next + spacing).max(now.saturating_sub(spacing));
    }

    /// A send was accepted, or came back as a success.
    pub(super) fn well(&mut self) {
        self.current = (self.current * 1.1).min(self.ceiling);
    }

    /// A send was throttled, or failed.
    pub(super) fn badly(&mut self, now: Duration) {
        if self.halved.is_none_or(|last| now >= last + ONE_CAUSE) {
            self.current = (self.current / 2.0).max(LEAST);
            self.halved = Some(now);
            self.next = self.next.max(now + Duration::from_secs_f64(1.0 / self.current));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn millis(millis: u64) -> Duration {
        Duration::from_millis(millis)
    }

    #[test]
    fn it_starts_low_and_grows_to_the_ceiling() {
        let mut rate = Rate::new(2.0, 4.0);
        assert_eq!(rate.next(), Duration::ZERO);
        rate.sent(Duration::ZERO);
        assert_eq!(rate.next(), millis(500));
        (0..8).for_each(|_| rate.well());
        assert!((rate.current() - 4.0).abs() < 1e-9);
        assert!((Rate::new(9.0, 3.0).current() - 3.0).abs() < 1e-9);
    }

    #[test]
    fn one_cause_halves_it_once() {
        let mut rate = Rate::new(8.0, 8.0);
        for at in [0, 100, 499] {
            rate.badly(millis(at));
        }
        assert!((rate.current() - 4.0).abs() < 1e-9);
        rate.badly(millis(500));
        assert!((rate.current() - 2.0).abs() < 1e-9);
        assert_eq!(rate.next(), millis(1_000));
        (2..60).for_each(|second| rate.badly(millis(second * 1000)));
        assert!((rate.current() - LEAST).abs() < 1e-9);
    }

    #[test]
    fn waiting_is_not_saved_up() {
        let mut rate = Rate::new(10.0, 10.0);
        rate.sent(millis(60_000));
        assert!(rate.next() >= millis(59_900), "{:?}", rate.next());
    }
}
