//! One permitted rate of requests for everything that reads in an account and region.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::backoff::Pace;

/// 4.4 requests per second: below the 5 that FilterLogEvents permits an account in a region, and never more
/// than 5 within any one second.
pub const SPACING: Duration = Duration::from_millis(225);

/// Hands out the times at which requests may start. Clones share one rate; waiting is first come, first served.
#[derive(Debug, Clone)]
pub struct Limiter {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    pace: Pace,
    next: Option<Instant>,
}

impl Default for Limiter {
    fn default() -> Self {
        Self::new(SPACING)
    }
}

impl Limiter {
    /// Requests at least `spacing` apart. Time that was not used is not saved up.
    #[must_use]
    pub fn new(spacing: Duration) -> Self {
        let state = State { pace: Pace::new(spacing), next: None };
        Self { state: Arc::new(Mutex::new(state)) }
    }

    /// Waits until a request may start.
    pub async fn acquire(&self) {
        let start = self.reserve(Instant::now());
        tokio::time::sleep_until(start).await;
    }

    /// Notes that the service throttled a request: all go half as fast.
    pub fn throttled(&self) {
        self.state().pace.slow_down();
    }

    /// Notes that the service answered: all go a little faster again.
    pub fn answered(&self) {
        self.state().pace.speed_up();
    }

    /// The least time between two requests as it is now.
    #[must_use]
    pub fn spacing(&self) -> Duration {
        self.state().pace.interval()
    }

    fn reserve(&self, now: Instant) -> Instant {
        let mut state = self.state();
        let start = state.next.map_or(now, |next| next.max(now));
        state.next = Some(start + state.pace.interval());
        start
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn starts(limiter: &Limiter, count: usize) -> Vec<u128> {
        let begin = Instant::now();
        let mut starts = Vec::new();
        for _ in 0..count {
            limiter.acquire().await;
            starts.push(begin.elapsed().as_millis());
        }
        starts
    }

    #[tokio::test(start_paused = true)]
    async fn the_first_starts_at_once_and_the_others_apart() {
        assert_eq!(starts(&Limiter::default(), 5).await, [0, 225, 450, 675, 900]);
    }

    #[tokio::test(start_paused = true)]
    async fn readers_share_one_rate() {
        let limiter = Limiter::default();
        let begin = Instant::now();
        let readers = (0..4).map(|_| {
            let limiter = limiter.clone();
            tokio::spawn(async move { starts(&limiter, 5).await })
        });
        futures_util::future::join_all(readers).await;
        assert_eq!(begin.elapsed().as_millis(), 19 * 225);
    }

    #[tokio::test(start_paused = true)]
    async fn unused_time_is_not_saved_up() {
        let limiter = Limiter::default();
        limiter.acquire().await;
        tokio::time::advance(Duration::from_mins(1)).await;
        assert_eq!(starts(&limiter, 3).await, [0, 225, 450]);
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_slows_every_reader() {
        let limiter = Limiter::new(Duration::from_millis(200));
        limiter.clone().throttled();
        assert_eq!(starts(&limiter, 3).await, [0, 400, 800]);
        limiter.answered();
        assert_eq!(limiter.spacing(), Duration::from_millis(360));
    }
}
