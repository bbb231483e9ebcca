//! Replays as the board knows them: what is sent, what waits, and the sheet in which one is prepared.

mod bulk;
mod sheet;

use std::collections::HashMap;
use std::sync::Arc;

use crate::app::action::Action;
use crate::app::jobs::Ticket;
use crate::board::{Replay, Seq};
use crate::record::InvocationRecord;
use crate::replay::drive::Progress;
use crate::replay::facts::EventConfig;
use crate::replay::journal::{AttemptId, History};
use crate::replay::run::Mode;
use crate::replay::{Join, Plan};

use super::TextLine;
pub use bulk::{Bulk, BulkStage};
pub use sheet::{Editor, Ran, Sheet, Stage};

/// A jq expression that is typed; it stays until it has made a payload.
#[derive(Debug)]
pub struct JqLine {
    /// The expression.
    pub line: TextLine,
    /// Why it made none, as it was when that was tried.
    pub error: Option<String>,
}

impl JqLine {
    /// A line that begins with the expression that was used last.
    #[must_use]
    pub fn new(program: &str) -> Self {
        Self { line: TextLine::new(program), error: None }
    }
}

/// A record that may answer a send, and when it was heard of.
#[derive(Debug)]
pub struct Heard {
    /// The record.
    pub record: InvocationRecord,
    /// When, in milliseconds since the Unix epoch.
    pub at: i64,
}

/// A send whose record is awaited.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pending {
    /// Request id of the record whose payload was sent.
    pub request_id: String,
    /// Request id of the new invocation.
    pub new_request_id: Option<String>,
    /// Fingerprint of its failure.
    pub fingerprint: Option<String>,
    /// When it was accepted, in milliseconds since the Unix epoch.
    pub sent: i64,
    /// The run and the number in its plan; a send of an earlier program has none.
    pub run: Option<(Ticket, usize)>,
}

/// A run under way, or over.
#[derive(Debug)]
pub struct Active {
    /// What it sends.
    pub plan: Arc<Plan>,
    /// How it is doing.
    pub progress: Option<Progress>,
    /// What became of each of its items in this run, in the plan's order.
    pub replays: Vec<Replay>,
    /// The rows of what it sends, in the plan's order.
    pub rows: Vec<Vec<Seq>>,
    /// Whether it is over.
    pub over: bool,
    /// Whether it is of several payloads, with a screen of its own.
    pub bulk: bool,
    /// Where its summary was saved last.
    pub saved: Option<String>,
}

impl Active {
    /// Whether something waits for its turn that may still come.
    #[must_use]
    pub fn may_send(&self) -> bool {
        let open =
            |progress: &Progress| progress.counts.queued > 0 && matches!(progress.mode, Mode::Running | Mode::Paused);
        !self.over && self.progress.as_ref().is_none_or(open)
    }

    /// Whether it is paused.
    #[must_use]
    pub fn is_paused(&self) -> bool {
        self.progress.as_ref().is_some_and(|progress| progress.mode == Mode::Paused)
    }

    /// Whether canaries hold something back that may still be sent.
    #[must_use]
    pub fn holds_back(&self) -> bool {
        self.may_send() && self.progress.as_ref().is_some_and(|progress| progress.counts.held > 0)
    }
}

/// A count of attempts under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Counting {
    /// The job.
    pub ticket: Ticket,
    /// Request id of the invocation whose attempts are counted.
    pub new_request_id: String,
    /// The function.
    pub function: String,
}

/// Every replay of the board.
#[derive(Debug, Default)]
pub struct ReplayDesk {
    /// Sends and records that have not met yet.
    pub join: Join<Heard>,
    /// Sends whose records are awaited.
    pub pending: HashMap<AttemptId, Pending>,
    /// Runs by the tickets of their jobs.
    pub runs: HashMap<Ticket, Active>,
    /// Profile that sends, when it is another one than reads.
    pub profile: Option<String>,
    /// Event-invoke configs of functions that were looked at, by ARN with qualifier.
    pub configs: HashMap<String, EventConfig>,
    /// The run of several payloads that was started last.
    pub bulk: Option<Ticket>,
    /// What the journal knew when it was asked last.
    pub history: Arc<History>,
    /// The job that asks the journal.
    pub asking: Option<Ticket>,
    /// The job that counts the attempts of the open record's replay.
    pub counting: Option<Counting>,
    /// Log groups of functions, as far as attempts were counted in them.
    pub logs: HashMap<String, String>,
    /// When attempts were counted last, in milliseconds since the Unix epoch.
    pub counted: i64,
    /// The job that saves a summary, and the run that it is of.
    pub saving: Option<(Ticket, Ticket)>,
    /// Jobs that write into the journal: only what goes wrong with them is of interest.
    pub noting: Vec<Ticket>,
    /// How many times as fast as the service the endpoint's clock goes; 1 for the service itself.
    pub time_scale: f64,
    /// Whether the user was told that leaving cuts off what is on its way.
    pub warned: bool,
}

impl ReplayDesk {
    /// What a key of the screen of a run does now; `None` when it would do nothing.
    #[must_use]
    pub fn run_label<'a>(&self, ticket: Ticket, action: Action, label: &'a str) -> Option<&'a str> {
        let run = self.runs.get(&ticket)?;
        match action {
            Action::Pause if run.may_send() && run.is_paused() => Some("resume"),
            Action::Pause | Action::CancelRun => run.may_send().then_some(label),
            Action::Release => run.holds_back().then_some(label),
            _ => Some(label),
        }
    }

    /// Whether something is on its way, or will be unless the board is left.
    #[must_use]
    pub fn is_sending(&self) -> bool {
        self.runs.values().any(|run| {
            !run.over
                && run.progress.as_ref().is_none_or(|progress| {
                    progress.counts.sending > 0
                        || progress.counts.queued > 0 && matches!(progress.mode, Mode::Running | Mode::Paused)
                })
        })
    }

    /// Whether records are listened to.
    #[must_use]
    pub fn listens(&self) -> bool {
        !self.pending.is_empty() || self.runs.values().any(|run| !run.over)
    }

    /// A time of the service in the clock of the endpoint, in milliseconds.
    #[must_use]
    pub fn scaled(&self, time: std::time::Duration) -> i64 {
        let scale = if self.time_scale > 0.0 { self.time_scale } else { 1.0 };
        (time.as_millis() as f64 / scale) as i64
    }
}
