//! When a failed asynchronous invocation is tried again, decided without a clock.

use std::time::Duration;

/// The limits of an event-invoke config.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Policy {
    retries: u32,
    age: Duration,
}

impl Policy {
    /// The config's values, or Lambda's: 2 retries and six hours.
    pub(crate) fn of(retries: Option<u32>, age_seconds: Option<u32>) -> Self {
        let age = Duration::from_secs(u64::from(age_seconds.unwrap_or(21_600)));
        Self { retries: retries.unwrap_or(2), age }
    }
}

/// What happens next to an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// It is tried again after this wait.
    Again(Duration),
    /// It has had all its retries.
    Exhausted,
    /// The next try would come too late.
    TooOld,
}

/// An event's age and tries, by the service's time: the sum of its waits and runs.
#[derive(Debug, Default)]
pub(crate) struct Life {
    runs: u32,
    throttles: u32,
    age: Duration,
}

impl Life {
    /// Runs so far, the record's `approximateInvokeCount`.
    pub(crate) fn runs(&self) -> u32 {
        self.runs
    }

    /// How long ago it was accepted.
    pub(crate) fn age(&self) -> Duration {
        self.age
    }

    /// Counts a run that took this long.
    pub(crate) fn ran(&mut self, took: Duration) {
        self.runs += 1;
        self.age += took;
    }

    /// After a run that failed: one minute, then two.
    pub(crate) fn after_error(&mut self, policy: Policy) -> Step {
        if self.runs > policy.retries {
            return Step::Exhausted;
        }
        let wait = Duration::from_mins(1) * self.runs;
        if self.age + wait > policy.age {
            return Step::TooOld;
        }
        self.age += wait;
        Step::Again(wait)
    }

    /// After a throttle: one second, doubling up to five minutes, and a last try when the event's time is over.
    pub(crate) fn after_throttle(&mut self, policy: Policy) -> Step {
        let left = policy.age.saturating_sub(self.age);
        if left.is_zero() {
            return Step::TooOld;
        }
        let doubled = Duration::from_secs(1 << self.throttles.min(9));
        let wait = doubled.min(Duration::from_mins(5)).min(left);
        self.throttles += 1;
        self.age += wait;
        Step::Again(wait)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The steps of an event whose every run fails after `took` seconds.
    fn failing(retries: Option<u32>, age: Option<u32>, took: u64) -> (Vec<u64>, Step, u32) {
        let (mut life, mut waits) = (Life::default(), Vec::new());
        loop {
            life.ran(Duration::from_secs(took));
            match life.after_error(Policy::of(retries, age)) {
                Step::Again(wait) => waits.push(wait.as_secs()),
                end => return (waits, end, life.runs()),
            }
        }
    }

    #[test]
    fn errors_are_retried_after_one_and_two_minutes() {
        assert_eq!(failing(None, None, 1), (vec![60, 120], Step::Exhausted, 3));
        assert_eq!(failing(Some(1), None, 1), (vec![60], Step::Exhausted, 2));
        assert_eq!(failing(Some(0), Some(60), 1), (vec![], Step::Exhausted, 1));
    }

    #[test]
    fn an_event_that_would_be_too_old_is_not_retried() {
        assert_eq!(failing(None, Some(60), 1), (vec![], Step::TooOld, 1));
        assert_eq!(failing(None, Some(150), 1), (vec![60], Step::TooOld, 2));
        assert_eq!(failing(None, Some(182), 1), (vec![60, 120], Step::Exhausted, 3));
    }

    #[test]
    fn throttles_back_off_until_the_age_is_reached() {
        let (mut life, mut waits) = (Life::default(), Vec::new());
        while let Step::Again(wait) = life.after_throttle(Policy::of(None, Some(60))) {
            waits.push(wait.as_secs());
        }
        assert_eq!(waits, [1, 2, 4, 8, 16, 29]);
        assert_eq!(life.runs(), 0);
        assert_eq!(life.age, Duration::from_mins(1));
    }

    #[test]
    fn the_back_off_stops_at_five_minutes() {
        let mut life = Life { throttles: 40, ..Life::default() };
        assert_eq!(life.after_throttle(Policy::of(None, None)), Step::Again(Duration::from_mins(5)));
    }
}
