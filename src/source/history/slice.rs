//! A stretch of a log that is read page after page, from its oldest event on.

use std::time::Duration;

use crate::aws::{LogPage, LogRange};
use crate::log::LogEvent;
use crate::source::window::{Admit, Window};

/// Where a request goes on, so that its answer finds back to what asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Question {
    /// First millisecond.
    pub(super) start: i64,
    /// Last millisecond; none for all that there is.
    pub(super) end: Option<i64>,
    /// What gets the page; none for the first.
    pub(super) token: Option<String>,
}

/// A stretch of a log, and what was read of it so far.
#[derive(Debug)]
pub(super) struct Slice {
    pub(super) id: u64,
    /// First millisecond.
    pub(super) start: i64,
    /// Last millisecond, inclusive; `i64::MAX` where it has no end.
    pub(super) end: i64,
    /// Everything before that millisecond was read.
    pub(super) read_to: i64,
    /// Events in the order of time, each once.
    pub(super) events: Vec<LogEvent>,
    /// Bytes of their messages.
    pub(super) bytes: u64,
    /// Events that came again.
    pub(super) repeated: u64,
    pub(super) is_flying: bool,
    pub(super) is_done: bool,
    /// Milliseconds that a page covers hereabouts, once that is known.
    pub(super) pace: Option<f64>,
    /// Pages that it was cut for; a slice that turns out to be longer is cut again.
    pub(super) meant: Option<f64>,
    pages: u32,
    window: Window,
    /// What the token was given for.
    asked: Option<(i64, Option<i64>)>,
    token: Option<String>,
}

impl Slice {
    pub(super) fn new(id: u64, start: i64, end: i64) -> Self {
        Self {
            id,
            start,
            end,
            read_to: start,
            events: Vec::new(),
            bytes: 0,
            repeated: 0,
            is_flying: false,
            is_done: false,
            pace: None,
            meant: None,
            pages: 0,
            // Nothing is forgotten until the slice is handed on.
            window: Window::new(start, Duration::MAX),
            asked: None,
            token: None,
        }
    }

    /// The request for the next page, which is on its way from now on.
    pub(super) fn ask(&mut self) -> Question {
        self.is_flying = true;
        if self.asked.is_none() {
            self.window.begin_pass();
            self.asked = Some((self.read_to, (self.end < i64::MAX).then_some(self.end)));
        }
        let (start, end) = self.asked.unwrap_or((self.read_to, None));
        Question { start, end, token: self.token.clone() }
    }

    /// Takes the next page in; gives how many of its events are new.
    pub(super) fn take(&mut self, page: LogPage) -> u64 {
        self.is_flying = false;
        self.pages += 1;
        let times = page.events.iter().filter_map(|event| event.origin.timestamp);
        let reached = times.clone().min().zip(times.max());
        let before = self.events.len();
        for event in page.events {
            self.admit(event);
        }
        self.token = page.next_token;
        self.is_done = self.token.is_none() || reached.is_some_and(|(_, last)| last > self.end);
        match reached {
            Some((first, last)) => {
                self.pace = Some((last - first).max(1) as f64);
                self.read_to = self.read_to.max(last.min(self.end));
            }
            // Cut since it was asked for, and nothing tells how far that has come: the token may go on past the end.
            None if self.was_cut() && !self.is_done => self.start_again(),
            None => {}
        }
        (self.events.len() - before) as u64
    }

    fn was_cut(&self) -> bool {
        self.asked.is_some_and(|(_, end)| end.unwrap_or(i64::MAX) != self.end)
    }

    fn admit(&mut self, event: LogEvent) {
        if event.origin.timestamp.is_some_and(|time| !(self.start..=self.end).contains(&time)) {
            return;
        }
        if self.window.admit(&event) == Admit::Repeated {
            self.repeated += 1;
            return;
        }
        self.bytes += event.message.len() as u64;
        self.events.push(event);
    }

    /// Notes that the request failed: the next one asks for the same page.
    pub(super) fn failed(&mut self) {
        self.is_flying = false;
    }

    /// Notes that the token is not taken: the next request asks for what is left, from the last time seen.
    pub(super) fn start_again(&mut self) {
        self.is_flying = false;
        self.token = None;
        self.asked = None;
    }

    /// How many pages are likely to be left up to `horizon`, which stands for a missing end; none if that is not known.
    pub(super) fn pages_left(&self, horizon: i64) -> Option<f64> {
        let least = if self.token.is_some() || self.asked.is_none() { 1.0 } else { 0.0 };
        let pace = self.pace?;
        Some(((self.reckoned_end(horizon) - self.read_to) as f64 / pace).max(least))
    }

    /// Its end, or `horizon` where it has none.
    pub(super) fn reckoned_end(&self, horizon: i64) -> i64 {
        if self.end == i64::MAX { horizon.max(self.read_to) } else { self.end }
    }

    /// Whether an answer came, and did not tell how far it got.
    pub(super) fn is_lost_in_emptiness(&self) -> bool {
        self.pages > 0 && self.pace.is_none() && !self.is_done
    }

    /// Gives what comes after `at` away, as a slice of its own; nothing when `at` leaves either side empty.
    pub(super) fn cut(&mut self, at: i64, id: u64) -> Option<Self> {
        let may_cut = self.read_to <= at && at < self.end && !self.is_done;
        may_cut.then(|| {
            let newer = Self { pace: self.pace, ..Self::new(id, at + 1, self.end) };
            self.end = at;
            newer
        })
    }
}

/// What a slice asks of the log.
pub(super) fn range(template: &LogRange, question: &Question) -> LogRange {
    LogRange { start: question.start, end: question.end, ..template.clone() }
}
