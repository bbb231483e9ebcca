//! What failed in passing, for all requests together.

use std::time::Duration;

use tokio::time::Instant;

use crate::source::backoff::{self, Backoff};

/// Failures in a row, and the wait that follows from them.
#[derive(Debug, Default)]
pub(super) struct Trouble {
    backoff: Backoff,
    refused: u32,
    until: Option<Instant>,
    /// Whether other credentials are to be had before it goes on.
    pub(super) log_in: bool,
}

impl Trouble {
    /// When the wait is over; none when there is none.
    pub(super) fn until(&self) -> Option<Instant> {
        self.until
    }

    /// Begins a wait, unless there is one already.
    pub(super) fn pause(&mut self) -> Option<Duration> {
        if self.until.is_some() {
            return None;
        }
        let wait = self.backoff.next(backoff::random());
        self.until = Some(Instant::now() + wait);
        Some(wait)
    }

    /// Ends the wait; gives whether to log in again.
    pub(super) fn over(&mut self) -> bool {
        self.until = None;
        std::mem::take(&mut self.log_in)
    }

    /// Notes an answer, which may have brought something new.
    pub(super) fn answered(&mut self, anything_new: bool) {
        if anything_new {
            self.refused = 0;
        }
        if self.refused == 0 {
            self.backoff.reset();
        }
    }

    /// Notes a token that was refused; gives whether that has become trouble.
    pub(super) fn refused(&mut self) -> bool {
        self.refused += 1;
        self.refused > 1
    }

    /// Failures in a row.
    pub(super) fn failures(&self) -> u32 {
        self.backoff.failures()
    }
}
