//! Sweeps: what came later than the window.

use tokio::time::Instant;

use super::asking::Paged;
use super::{Group, Reading};
use crate::aws::LogRange;
use crate::log::Traffic;
use crate::source::SourceError;
use crate::source::poll::Sweep;

/// Pages that are read between two polls: what is new must not wait for what is old.
const PAGES: usize = 4;

/// When the next sweep is due, and how far one that has begun has come.
pub(super) struct Sweeping {
    plan: Sweep,
    due: Instant,
    place: Option<Place>,
}

/// The rest of a sweep.
struct Place {
    range: LogRange,
    token: Option<String>,
    /// The time of the last event that was read.
    read_to: i64,
}

impl Sweeping {
    pub(super) fn new(plan: Sweep) -> Self {
        Self { plan, due: Instant::now() + plan.every, place: None }
    }

    /// The place of a sweep that goes on.
    fn take_place(&mut self) -> Option<Place> {
        self.place.take()
    }

    fn is_due(&self) -> bool {
        self.due <= Instant::now()
    }
}

impl Group<'_> {
    /// Reads some pages of the sweep that is due, or goes on.
    pub(super) async fn sweep(&mut self) -> Result<(), SourceError> {
        let Some(mut place) = self.sweep_place() else { return Ok(()) };
        self.window.begin_pass();
        for _ in 0..PAGES {
            match self.page(&place.range, place.token.as_deref()).await? {
                Paged::Page(page) => {
                    place.token = page.next_token;
                    let last = page.events.last().and_then(|event| event.origin.timestamp);
                    place.read_to = last.unwrap_or(place.read_to);
                    self.take(page.events, Reading::Sweep).await?;
                }
                Paged::Refused(error) => {
                    self.restart(error).await?;
                    place.range.start = place.read_to;
                    place.token = None;
                    continue;
                }
            }
            if place.token.is_none() {
                self.end_sweep();
                return Ok(());
            }
        }
        if let Some(sweeping) = &mut self.sweeping {
            sweeping.place = Some(place);
        }
        Ok(())
    }

    /// Where the sweep goes on, or begins.
    fn sweep_place(&mut self) -> Option<Place> {
        let sweeping = self.sweeping.as_mut()?;
        if let Some(place) = sweeping.take_place() {
            return Some(place);
        }
        if !sweeping.is_due() {
            return None;
        }
        let Some((start, end)) = self.window.begin_sweep() else {
            sweeping.due = Instant::now() + sweeping.plan.every;
            return None;
        };
        let range = LogRange { start, end: Some(end), ..self.range() };
        Some(Place { range, token: None, read_to: start })
    }

    fn end_sweep(&mut self) {
        self.window.end_sweep();
        self.refused.reset();
        self.shared.count(Traffic { sweeps: 1, ..Traffic::default() });
        if let Some(sweeping) = &mut self.sweeping {
            sweeping.due = Instant::now() + sweeping.plan.every;
        }
    }
}
