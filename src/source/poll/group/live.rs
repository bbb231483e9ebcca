//! What live tail tells of a group, taken in between two reads of it.

use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep_until};

use super::{Group, Reading};
use crate::log::{Gap, LogEvent, Origin};
use crate::source::poll::live::Pushed;
use crate::source::poll::now;
use crate::source::window::{Admit, Window};
use crate::source::{SourceError, SourceUpdate};

/// Wait between two reads while a session tells what comes.
const CALM: Duration = Duration::from_secs(30);
/// Wait for the second read after a session has begun: what was taken in just before may be found only then.
const SOON: Duration = Duration::from_secs(5);
/// Sessions whose numbers are kept: the old one, the one that takes over, and one that has just been lost.
const SESSIONS: usize = 3;

/// The group's end of its session.
pub(super) struct Live {
    pushed: mpsc::Receiver<Pushed>,
    /// Numbers of sessions, and those that the window knows them by.
    sessions: Vec<(u64, u64)>,
    is_open: bool,
    /// Wait until the next read.
    pace: Duration,
    /// Gaps that the next read fills.
    gaps: Vec<Gap>,
    /// When the last update came, in milliseconds since the Unix epoch.
    updated: i64,
}

impl Live {
    pub(super) fn new(pushed: mpsc::Receiver<Pushed>) -> Self {
        Self { pushed, sessions: Vec::new(), is_open: false, pace: SOON, gaps: Vec::new(), updated: now() }
    }

    fn open(&mut self, session: u64, known: u64) {
        if self.sessions.len() == SESSIONS {
            self.sessions.remove(0);
        }
        self.sessions.push((session, known));
        (self.is_open, self.pace) = (true, SOON);
    }

    fn known(&self, session: u64) -> Option<u64> {
        self.sessions.iter().find(|(number, _)| *number == session).map(|(_, known)| *known)
    }
}

impl Group<'_> {
    /// How long to wait for the next read: as when polling, unless a session tells what comes.
    pub(super) fn next_read(&mut self, new_events: u64) -> Duration {
        match &mut self.live {
            Some(live) if live.is_open => {
                let pace = live.pace;
                live.pace = (pace * 2).min(CALM);
                pace
            }
            _ => self.cadence.after(new_events),
        }
    }

    /// Lets the time until the next read pass, and takes in what is told meanwhile. A session that begins, or tells a
    /// sample, brings the read forward.
    pub(super) async fn listen(&mut self, wait: Duration) -> Result<(), SourceError> {
        let due = Instant::now() + wait;
        loop {
            let Some(live) = &mut self.live else {
                sleep_until(due).await;
                return Ok(());
            };
            let pushed = tokio::select! {
                pushed = live.pushed.recv() => pushed,
                () = sleep_until(due) => return Ok(()),
            };
            match pushed {
                Some(Pushed::Opened { session }) => {
                    let known = self.window.begin_session();
                    live.open(session, known);
                    return Ok(());
                }
                Some(Pushed::Events { session, events, sampled }) => {
                    let before = std::mem::replace(&mut live.updated, now());
                    if let Some(known) = live.known(session) {
                        self.take(events, Reading::Session(known)).await?;
                    }
                    if sampled {
                        self.sampled(before).await;
                        return Ok(());
                    }
                }
                Some(Pushed::Closed) => {
                    live.is_open = false;
                    return Ok(());
                }
                None => self.live = None,
            }
        }
    }

    /// Tells of a gap, which the next read will fill.
    async fn sampled(&mut self, from: i64) {
        let gap = Gap {
            origin: Origin { log_group: Some(self.options.groups[self.index].clone()), ..Origin::default() },
            from: Some(from),
            to: Some(now()),
            reason: "live tail told only a sample of more than 500 events a second; the rest is read".to_owned(),
        };
        self.shared.send(SourceUpdate::Gap(gap.clone())).await;
        if let Some(live) = &mut self.live {
            live.gaps.push(gap);
            live.pace = SOON;
        }
    }

    /// Tells which gaps the read that has just ended has filled.
    pub(super) async fn filled(&mut self) {
        let gaps = self.live.as_mut().map(|live| std::mem::take(&mut live.gaps)).unwrap_or_default();
        for gap in gaps {
            self.shared.send(SourceUpdate::Filled(gap)).await;
        }
    }
}

impl Reading {
    /// What tells whether an event is new.
    pub(super) fn admit(self, window: &mut Window, event: &LogEvent) -> Admit {
        match self {
            Self::Session(session) => window.admit_told(event, session),
            Self::Window | Self::Sweep => window.admit(event),
        }
    }
}
