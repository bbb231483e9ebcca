//! One log group: its history, and then its end.

mod asking;
mod live;
mod sweep;

use std::time::Duration;

use tokio::sync::mpsc;

use super::cadence::Cadence;
use super::lag::Lag;
use super::live::Pushed;
use super::{Options, Shared, now};
use crate::aws::LogRange;
use crate::log::LogEvent;
use crate::record::Found;
use crate::source::backoff::Backoff;
use crate::source::window::{Admit, Window};
use crate::source::{Batch, SourceError, Status};
use asking::Paged;
use live::Live;
use sweep::Sweeping;

pub(super) struct Group<'a> {
    shared: &'a Shared,
    options: &'a Options,
    index: usize,
    window: Window,
    sweeping: Option<Sweeping>,
    live: Option<Live>,
    backoff: Backoff,
    /// Page tokens that were refused since anything new was read.
    refused: Backoff,
    cadence: Cadence,
    began: i64,
    done: f32,
    lag: Lag,
    stage: Stage,
    /// Whether the group has been read from.
    found: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    History,
    Following,
}

impl<'a> Group<'a> {
    /// A group of which nothing was read, or all that its window knows.
    pub(super) fn new(shared: &'a Shared, options: &'a Options, index: usize, window: Option<Window>) -> Self {
        let is_read = window.is_some();
        Self {
            shared,
            options,
            index,
            window: window.unwrap_or_else(|| super::window(options)),
            sweeping: options.sweep.map(Sweeping::new),
            live: None,
            backoff: Backoff::default(),
            refused: Backoff::default(),
            cadence: Cadence::new(options.interval),
            began: now(),
            done: 0.0,
            lag: Lag::default(),
            stage: if is_read { Stage::Following } else { Stage::History },
            found: is_read,
        }
    }

    /// The same group, told by live tail as well.
    pub(super) fn told(mut self, pushed: Option<mpsc::Receiver<Pushed>>) -> Self {
        self.live = pushed.map(Live::new);
        self
    }

    pub(super) async fn run(mut self) -> Result<(), SourceError> {
        self.pass().await?;
        if !self.follows() {
            self.tell(Status::History { done: 1.0 }).await;
            return Ok(());
        }
        self.stage = Stage::Following;
        self.shared.follows();
        let mut new_events = 1;
        loop {
            let next_poll = self.next_read(new_events);
            self.tell(Status::Following { lag: self.lag.median(), next_poll }).await;
            self.listen(next_poll).await?;
            new_events = self.pass().await?;
            self.filled().await;
            if new_events == 0 {
                self.shared.found(self.shared.extraction.settle(now())).await;
            }
            self.sweep().await?;
        }
    }

    fn follows(&self) -> bool {
        self.options.follow && self.options.until.is_none()
    }

    async fn tell(&self, status: Status) {
        self.shared.status(self.index, status).await;
    }

    /// Reads every page from the start of the window to the end of the log; gives the number of new events.
    async fn pass(&mut self) -> Result<u64, SourceError> {
        let asked = now();
        let mut new_events = 0;
        let mut token = None;
        let mut range = self.range();
        let mut read_to = range.start;
        self.window.begin_pass();
        loop {
            let page = match self.page(&range, token.as_deref()).await? {
                Paged::Page(page) => page,
                Paged::Refused(error) => {
                    self.restart(error).await?;
                    // A token belongs to its range; all that is older than what was read last need not be read again.
                    range.start = read_to;
                    token = None;
                    self.window.begin_pass();
                    continue;
                }
            };
            token = page.next_token;
            if let Some(last) = page.events.last() {
                read_to = last.origin.timestamp.unwrap_or(read_to);
            }
            let fresh = self.take(page.events, Reading::Window).await?;
            new_events += fresh;
            if fresh > 0 || token.is_none() {
                self.refused.reset();
            }
            if token.is_none() {
                self.window.read_through(asked);
                return Ok(new_events);
            }
        }
    }

    fn range(&self) -> LogRange {
        LogRange {
            group: self.options.groups[self.index].clone(),
            start: self.window.next_start(),
            end: self.options.until,
            pattern: self.options.pattern.clone(),
            streams: self.options.streams.clone(),
            stream_prefix: self.options.stream_prefix.clone(),
            limit: self.options.page_limit,
            unmask: self.options.unmask,
        }
    }

    /// Passes the new ones of `events` on; gives their number.
    async fn take(&mut self, events: Vec<LogEvent>, reading: Reading) -> Result<u64, SourceError> {
        let reached = events.last().and_then(|event| event.origin.timestamp);
        let mut batch = Batch::default();
        let mut new = Vec::with_capacity(events.len());
        for event in events {
            match reading.admit(&mut self.window, &event) {
                Admit::Repeated => {
                    batch.repeated += 1;
                    continue;
                }
                // Pages of the history come in order: only what follows can be late.
                Admit::Late(late) => {
                    batch.late.note(late);
                    batch.swept += u64::from(reading == Reading::Sweep);
                    self.window.learn(late);
                }
                Admit::New => {}
            }
            new.push(event);
        }
        self.measure(&new, reading);
        let mut batch = self.shared.extraction.search(batch, new).await?;
        if self.stage == Stage::History {
            // A record that was logged over several events is complete only after younger ones.
            batch.found.sort_by_key(Found::time);
        }
        let new_events = batch.events;
        self.shared.found(batch).await;
        self.progress(reached).await;
        Ok(new_events)
    }

    /// The lag of a read is the time between its newest new event's own timestamp and its arrival here.
    fn measure(&mut self, new: &[LogEvent], reading: Reading) {
        let newest = new.iter().filter_map(|event| event.origin.timestamp).max();
        if let (Stage::Following, Reading::Window | Reading::Session(_), Some(newest)) = (self.stage, reading, newest) {
            // A clock that goes ahead of this one leaves no lag.
            self.lag.note(Duration::from_millis(u64::try_from(now() - newest).unwrap_or_default()));
        }
    }

    async fn progress(&mut self, reached: Option<i64>) {
        if self.stage == Stage::Following {
            return;
        }
        if let Some(reached) = reached {
            let until = self.options.until.unwrap_or(self.began);
            self.done = self.done.max(covered(self.options.since, reached, until));
        }
        self.tell(Status::History { done: self.done }).await;
    }
}

/// Why a page is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reading {
    /// For what is new in the window.
    Window,
    /// For what came later than the window.
    Sweep,
    /// It is none, but what live tail told; the number is the session's.
    Session(u64),
}

/// Part of the time from `since` to `until` that has passed at `reached`.
fn covered(since: i64, reached: i64, until: i64) -> f32 {
    let whole = until.saturating_sub(since).max(1);
    (reached.saturating_sub(since) as f32 / whole as f32).clamp(0.0, 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_the_time_covered() {
        assert_eq!(covered(1_000, 1_500, 2_000).to_bits(), 0.5_f32.to_bits());
        assert_eq!(covered(1_000, 500, 2_000).to_bits(), 0.0_f32.to_bits());
        assert_eq!(covered(1_000, 9_000, 2_000).to_bits(), 1.0_f32.to_bits());
        assert_eq!(covered(1_000, 1_000, 1_000).to_bits(), 0.0_f32.to_bits());
    }
}
