//! How far the reading has come, and how fast.

use std::time::Duration;

use tokio::time::Instant;

use super::lane::Lane;
use crate::source::Reach;

/// Between two reports.
const INTERVAL: Duration = Duration::from_millis(100);
/// What is covered before the time that is left can be told.
const ENOUGH: f32 = 0.01;

#[derive(Debug)]
pub(super) struct Progress {
    began: Instant,
    told: Option<Instant>,
    events: u64,
    /// Since when nothing is asked for.
    halted: Option<Instant>,
}

impl Progress {
    pub(super) fn new() -> Self {
        Self { began: Instant::now(), told: None, events: 0, halted: None }
    }

    pub(super) fn count(&mut self, events: u64) {
        self.events += events;
    }

    /// Nothing is asked for from now on.
    pub(super) fn halt(&mut self) {
        self.halted = Some(Instant::now());
    }

    /// It goes on: the time in between does not count.
    pub(super) fn go_on(&mut self) {
        if let Some(halted) = self.halted.take() {
            self.began += halted.elapsed();
        }
    }

    /// Whether it is time for a report, which is then made.
    pub(super) fn is_due(&mut self) -> bool {
        let is_due = self.told.is_none_or(|told| told.elapsed() >= INTERVAL);
        if is_due {
            self.told = Some(Instant::now());
        }
        is_due
    }

    pub(super) fn reach(&self, lanes: &[Lane]) -> Reach {
        let (all, covered) = lanes.iter().map(Lane::covered).fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
        let is_over = lanes.iter().all(Lane::is_over);
        // What is covered is everything only when nothing is left to be asked for.
        let done = if is_over { 1.0 } else { (covered as f32 / all.max(1) as f32).clamp(0.0, 0.999) };
        let elapsed = self.halted.unwrap_or_else(Instant::now) - self.began;
        Reach {
            to: lanes.iter().map(Lane::reached).max().unwrap_or_default(),
            done,
            is_halted: self.halted.is_some() && !is_over,
            events: self.events,
            per_second: self.events.saturating_mul(1_000)
                / u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1),
            left: (done >= ENOUGH && self.halted.is_none()).then(|| elapsed.mul_f32((1.0 - done) / done)),
        }
    }
}
