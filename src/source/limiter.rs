//! One permitted rate of requests for everything that reads in an account and region.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::time::Instant;

use super::backoff::Pace;

/// Requests of FilterLogEvents that an account may make in a region within a second.
pub const PER_SECOND: u32 = 5;

/// In which that many are made: a second, and what the network may bring two requests closer together.
pub const SECOND: Duration = Duration::from_millis(1_050);

/// Hands out the times at which requests may start. Clones share one rate; waiting is first come, first served.
///
/// Time that was not used is saved up for a second only: so many requests may then follow each other closely.
#[derive(Debug, Clone)]
pub struct Limiter {
    state: Option<Arc<Mutex<State>>>,
    per_second: u32,
}

#[derive(Debug)]
struct State {
    pace: Pace,
    /// The last starts that were handed out, as many as fit the time of the pace.
    starts: VecDeque<Instant>,
    most: usize,
}

impl Default for Limiter {
    /// As much as FilterLogEvents permits an account.
    fn default() -> Self {
        Self::per_second(PER_SECOND)
    }
}

impl Limiter {
    /// So many requests within any second, at least one.
    #[must_use]
    pub fn per_second(requests: u32) -> Self {
        let requests = requests.max(1);
        Self::of(requests, requests as usize, SECOND)
    }

    /// Requests at least `spacing` apart. Time that was not used is not saved up.
    #[must_use]
    pub fn new(spacing: Duration) -> Self {
        let per_second = u32::try_from(1_000 / spacing.as_millis().max(1)).unwrap_or(u32::MAX).max(1);
        Self::of(per_second, 1, spacing)
    }

    /// No bound: for an endpoint that has none.
    #[must_use]
    pub fn unlimited() -> Self {
        Self { state: None, per_second: u32::MAX }
    }

    fn of(per_second: u32, most: usize, time: Duration) -> Self {
        let state = State { pace: Pace::new(time), starts: VecDeque::with_capacity(most), most };
        Self { state: Some(Arc::new(Mutex::new(state))), per_second }
    }

    /// How many requests within a second it permits at best.
    #[must_use]
    pub fn most_per_second(&self) -> u32 {
        self.per_second
    }

    /// Waits until a request may start.
    pub async fn acquire(&self) {
        let start = self.state().map(|mut state| state.reserve(Instant::now()));
        if let Some(start) = start {
            tokio::time::sleep_until(start).await;
        }
    }

    /// Notes that the service throttled a request: all go half as fast.
    pub fn throttled(&self) {
        if let Some(mut state) = self.state() {
            state.pace.slow_down();
        }
    }

    /// Notes that the service answered: all go a little faster again.
    pub fn answered(&self) {
        if let Some(mut state) = self.state() {
            state.pace.speed_up();
        }
    }

    fn state(&self) -> Option<MutexGuard<'_, State>> {
        Some(self.state.as_ref()?.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

impl State {
    fn reserve(&mut self, now: Instant) -> Instant {
        let time = self.pace.interval();
        let mut start = now;
        if let Some(last) = self.starts.back() {
            // Where a service counts in a bucket, what follows closely must not find it empty.
            start = start.max(*last + time / (2 * self.most as u32));
        }
        if self.starts.len() >= self.most
            && let Some(first) = self.starts.pop_front()
        {
            start = start.max(first + time);
        }
        self.starts.push_back(start);
        start
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
    async fn a_second_holds_five_which_follow_closely() {
        assert_eq!(starts(&Limiter::default(), 7).await, [0, 105, 210, 315, 420, 1_050, 1_155]);
    }

    #[tokio::test(start_paused = true)]
    async fn readers_share_one_rate() {
        let limiter = Limiter::default();
        let readers = (0..4).map(|_| {
            let limiter = limiter.clone();
            tokio::spawn(async move {
                let mut starts = Vec::new();
                for _ in 0..5 {
                    limiter.acquire().await;
                    starts.push(Instant::now());
                }
                starts
            })
        });
        let mut starts: Vec<Instant> =
            futures_util::future::join_all(readers).await.into_iter().flat_map(Result::unwrap).collect();
        starts.sort_unstable();
        assert_eq!(starts.len(), 20);
        assert!(starts.windows(6).all(|six| six[5] - six[0] > Duration::from_secs(1)), "{starts:?}");
        assert_eq!((starts[19] - starts[0]).as_millis(), 3 * 1_050 + 420);
    }

    #[tokio::test(start_paused = true)]
    async fn unused_time_is_saved_up_for_a_second_only() {
        let limiter = Limiter::default();
        limiter.acquire().await;
        tokio::time::advance(Duration::from_mins(1)).await;
        assert_eq!(starts(&limiter, 6).await, [0, 105, 210, 315, 420, 1_050]);
        let apart = Limiter::new(Duration::from_millis(225));
        apart.acquire().await;
        tokio::time::advance(Duration::from_mins(1)).await;
        assert_eq!(starts(&apart, 3).await, [0, 225, 450]);
    }

    #[tokio::test(start_paused = true)]
    async fn without_a_bound_nothing_waits() {
        assert_eq!(starts(&Limiter::unlimited(), 3).await, [0, 0, 0]);
    }

    #[tokio::test(start_paused = true)]
    async fn throttling_slows_every_reader() {
        let limiter = Limiter::new(Duration::from_millis(200));
        limiter.clone().throttled();
        assert_eq!(starts(&limiter, 3).await, [0, 400, 800]);
        limiter.answered();
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(starts(&limiter, 2).await, [0, 360]);
    }
}
