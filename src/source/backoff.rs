//! How long to wait after a failure, and how fast to go after being told to slow down.

use std::hash::{BuildHasher, RandomState};
use std::time::Duration;

const BASE: Duration = Duration::from_millis(500);
const CAP: Duration = Duration::from_secs(15);
/// A wait of nothing would turn a dead endpoint into a busy loop.
const LEAST: Duration = Duration::from_millis(100);

/// Exponential waits with full jitter, between 100 ms and 15 s.
#[derive(Debug, Clone, Default)]
pub struct Backoff {
    failures: u32,
}

impl Backoff {
    /// The wait after one more failure; `random` in `0.0..1.0` chooses it from the range that is open by now.
    pub fn next(&mut self, random: f64) -> Duration {
        let ceiling = BASE.saturating_mul(1 << self.failures.min(10)).min(CAP);
        self.failures = self.failures.saturating_add(1);
        ceiling.mul_f64(random.clamp(0.0, 1.0)).max(LEAST)
    }

    /// How many failures came in a row.
    #[must_use]
    pub fn failures(&self) -> u32 {
        self.failures
    }

    /// Starts again, after a success.
    pub fn reset(&mut self) {
        self.failures = 0;
    }
}

/// A number in `0.0..1.0`, good enough to keep several readers from waking together.
#[must_use]
pub fn random() -> f64 {
    // Every `RandomState` has other keys, and 32 bits of a hash fit a float exactly.
    f64::from(RandomState::new().hash_one(0_u8) as u32) / (f64::from(u32::MAX) + 1.0)
}

/// The time between requests: doubled by throttling, and recovered bit by bit with every success.
#[derive(Debug, Clone)]
pub struct Pace {
    base: Duration,
    current: Duration,
}

impl Pace {
    /// Requests that are at least `base` apart.
    #[must_use]
    pub fn new(base: Duration) -> Self {
        Self { base, current: base }
    }

    /// The least time between two requests.
    #[must_use]
    pub fn interval(&self) -> Duration {
        self.current
    }

    /// Goes half as fast, down to a sixteenth.
    pub fn slow_down(&mut self) {
        self.current = self.current.saturating_mul(2).min(self.base.saturating_mul(16));
    }

    /// Goes a tenth faster, until it is as fast as at first.
    pub fn speed_up(&mut self) {
        self.current = self.current.mul_f64(0.9).max(self.base);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_range_doubles_up_to_the_cap() {
        let mut backoff = Backoff::default();
        let longest: Vec<u128> = (0..7).map(|_| backoff.next(1.0).as_millis()).collect();
        assert_eq!(longest, [500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000]);
        assert_eq!(backoff.failures(), 7);
        backoff.reset();
        assert_eq!(backoff.next(1.0), Duration::from_millis(500));
    }

    #[test]
    fn the_jitter_reaches_the_whole_range_but_not_zero() {
        let mut backoff = Backoff { failures: 3 };
        assert_eq!(backoff.next(0.0), Duration::from_millis(100));
        let mut backoff = Backoff { failures: 3 };
        assert_eq!(backoff.next(0.5), Duration::from_secs(2));
    }

    #[test]
    fn many_failures_do_not_overflow() {
        let mut backoff = Backoff { failures: u32::MAX };
        assert_eq!(backoff.next(1.0), Duration::from_secs(15));
    }

    #[test]
    fn random_numbers_differ_and_stay_below_one() {
        let numbers: Vec<f64> = (0..100).map(|_| random()).collect();
        assert!(numbers.iter().all(|number| (0.0..1.0).contains(number)));
        assert!(numbers.iter().any(|number| (number - numbers[0]).abs() > 0.01));
    }

    #[test]
    fn throttling_halves_the_pace_and_success_brings_it_back() {
        let mut pace = Pace::new(Duration::from_millis(200));
        pace.slow_down();
        assert_eq!(pace.interval(), Duration::from_millis(400));
        pace.slow_down();
        assert_eq!(pace.interval(), Duration::from_millis(800));
        pace.speed_up();
        assert_eq!(pace.interval(), Duration::from_millis(720));
        (0..20).for_each(|_| pace.speed_up());
        assert_eq!(pace.interval(), Duration::from_millis(200));
        (0..9).for_each(|_| pace.slow_down());
        assert_eq!(pace.interval(), Duration::from_millis(3_200));
    }
}
