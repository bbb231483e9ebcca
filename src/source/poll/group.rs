//! One log group: its history, and then its end.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::cadence::Cadence;
use super::{Options, Shared, now};
use crate::aws::{AwsError, LogPage, LogRange, Recovery};
use crate::log::LogEvent;
use crate::record::Found;
use crate::source::backoff::{self, Backoff};
use crate::source::window::{Admit, Window};
use crate::source::{Batch, SourceError, Status};

/// Failures in a row after which a read that is to end gives up: about a minute.
const PATIENCE: u32 = 8;

pub(super) struct Group<'a> {
    shared: &'a Shared,
    options: &'a Options,
    index: usize,
    window: Window,
    backoff: Backoff,
    /// Page tokens that were refused since anything new was read.
    refused: Backoff,
    cadence: Cadence,
    began: i64,
    done: f32,
    lag: Option<Duration>,
    stage: Stage,
    /// Whether the group has been read from.
    found: bool,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Stage {
    History,
    Following,
}

/// What comes of asking for a page.
enum Paged {
    Page(LogPage),
    /// The token is not taken.
    Refused(AwsError),
}

impl<'a> Group<'a> {
    pub(super) fn new(shared: &'a Shared, options: &'a Options, index: usize) -> Self {
        Self {
            shared,
            options,
            index,
            window: Window::new(options.since, options.overlap),
            backoff: Backoff::default(),
            refused: Backoff::default(),
            cadence: Cadence::new(options.interval),
            began: now(),
            done: 0.0,
            lag: None,
            stage: Stage::History,
            found: false,
        }
    }

    pub(super) async fn run(mut self) -> Result<(), SourceError> {
        self.pass().await?;
        if !self.follows() {
            self.tell(Status::History { done: 1.0 }).await;
            return Ok(());
        }
        self.stage = Stage::Following;
        let mut new_events = 1;
        loop {
            let next_poll = self.cadence.after(new_events);
            self.tell(Status::Following { lag: self.lag, next_poll }).await;
            tokio::time::sleep(next_poll).await;
            new_events = self.pass().await?;
            if new_events == 0 {
                self.shared.found(self.shared.extraction.settle(now())).await;
            }
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
            let fresh = self.take(page.events).await?;
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

    /// Waits before a range is read from its start because a page token was refused. That happens to a token that
    /// was kept too long; only if it goes on so is it trouble.
    async fn restart(&mut self, error: AwsError) -> Result<(), SourceError> {
        let before = self.refused.failures();
        if before >= PATIENCE && !self.follows() {
            return Err(error.into());
        }
        tracing::debug!(%error, "reading the range again");
        let wait = self.refused.next(backoff::random());
        if before > 0 {
            self.wait(wait, &error, false).await;
        }
        Ok(())
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
        }
    }

    /// One page, however often it has to be asked for.
    async fn page(&mut self, range: &LogRange, token: Option<&str>) -> Result<Paged, SourceError> {
        loop {
            self.shared.limiter.acquire().await;
            match self.shared.connection.clients().log_page(range, token).await {
                Ok(page) => {
                    self.shared.limiter.answered();
                    self.backoff.reset();
                    self.shared.answered.store(true, Ordering::Relaxed);
                    self.found = true;
                    return Ok(Paged::Page(page));
                }
                Err(error) if error.recovery() == Recovery::Restart => return Ok(Paged::Refused(error)),
                Err(error) => self.endure(error).await?,
            }
        }
    }

    /// Waits after a failure that may pass; gives back one that will not, or has not for too long.
    async fn endure(&mut self, error: AwsError) -> Result<(), SourceError> {
        let recovery = error.recovery();
        let is_lasting = match recovery {
            Recovery::Wait | Recovery::SlowDown => !self.follows() && self.backoff.failures() >= PATIENCE,
            // Who has seen some of the log can log in again; who has just begun is told at once.
            Recovery::LogIn => !self.follows() || !self.shared.answered.load(Ordering::Relaxed),
            // A group that was there and is gone may come back: a stack is deployed anew, an endpoint started again.
            Recovery::Never => !(self.found && self.follows() && matches!(error, AwsError::GroupNotFound { .. })),
            Recovery::Restart => true,
        };
        if is_lasting {
            return Err(error.into());
        }
        tracing::debug!(%error, "will be tried again");
        let throttled = recovery == Recovery::SlowDown;
        if throttled {
            self.shared.limiter.throttled();
            self.cadence.slow_down();
        }
        let wait = self.backoff.next(backoff::random());
        self.wait(wait, &error, throttled).await;
        if recovery == Recovery::LogIn {
            self.shared.connection.renew().await;
        }
        Ok(())
    }

    async fn wait(&self, wait: Duration, error: &AwsError, throttled: bool) {
        self.tell(Status::Retrying { wait, reason: error.to_string(), throttled }).await;
        tokio::time::sleep(wait).await;
    }

    /// Passes the new ones of `events` on; gives their number.
    async fn take(&mut self, events: Vec<LogEvent>) -> Result<u64, SourceError> {
        let reached = events.last().and_then(|event| event.origin.timestamp);
        let mut batch = Batch::default();
        let mut new = Vec::with_capacity(events.len());
        for event in events {
            match self.window.admit(&event) {
                Admit::Repeated => {
                    batch.repeated += 1;
                    continue;
                }
                // Pages of the history come in order: only what follows can be late.
                Admit::Late => batch.late += 1,
                Admit::New => {}
            }
            new.push(event);
        }
        self.measure(&new);
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

    /// The lag is the time between the newest new event's own timestamp and its arrival here.
    fn measure(&mut self, new: &[LogEvent]) {
        let newest = new.iter().filter_map(|event| event.origin.timestamp).max();
        if let (Stage::Following, Some(newest)) = (self.stage, newest) {
            self.lag = u64::try_from(now() - newest).ok().map(Duration::from_millis);
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
