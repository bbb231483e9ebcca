//! What became of payloads that were sent again, as the board shows it.

use std::collections::HashMap;

use crate::record::Outcome;

/// How far a replay has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplayState {
    /// It is on its way to the service.
    Sending,
    /// It was accepted, and its record is awaited.
    Waiting {
        /// By when a record of a failure would have come, in milliseconds since the Unix epoch; one of a success comes
        /// earlier.
        expected: i64,
        /// When the service gives the event up, in milliseconds since the Unix epoch.
        until: i64,
        /// Attempts that have started, by the function's own log.
        attempts: usize,
    },
    /// Its record has arrived.
    Answered {
        /// Success or failure.
        outcome: Outcome,
        /// The outcome in words: `Success after 2.1 s`.
        words: String,
    },
    /// No record came within the maximum age of an event.
    Unanswered,
    /// It was not sent, for this reason.
    Refused(String),
    /// Nobody knows whether it was sent, for this reason.
    Unknown(String),
}

/// A record's payload that was sent again, the last time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Replay {
    /// When, in milliseconds since the Unix epoch.
    pub at: i64,
    /// Request id of the new invocation.
    pub new_request_id: Option<String>,
    /// How far it has come.
    pub state: ReplayState,
}

impl Replay {
    /// Whether the payload has, or may have, reached the function.
    #[must_use]
    pub fn has_left(&self) -> bool {
        !matches!(self.state, ReplayState::Sending | ReplayState::Refused(_))
    }
}

/// Replays by the request id of the record whose payload was sent.
#[derive(Debug, Default)]
pub struct Replays {
    of: HashMap<String, Replay>,
    /// The replayed request id, by that of the new invocation.
    answers: HashMap<String, String>,
}

impl Replays {
    /// Whether nothing was ever replayed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// What became of a record's payload, when it was sent again.
    #[must_use]
    pub fn of(&self, request_id: &str) -> Option<&Replay> {
        self.of.get(request_id)
    }

    /// Request id of the record whose replay an invocation is.
    #[must_use]
    pub fn origin(&self, request_id: &str) -> Option<&str> {
        self.answers.get(request_id).map(String::as_str)
    }

    /// Notes how far a record's replay has come.
    pub fn set(&mut self, request_id: &str, replay: Replay) {
        if let Some(new) = &replay.new_request_id {
            self.answers.insert(new.clone(), request_id.to_owned());
        }
        self.of.insert(request_id.to_owned(), replay);
    }

    /// Changes the state of a replay that is known.
    pub fn change(&mut self, request_id: &str, change: impl FnOnce(&mut Replay)) {
        if let Some(replay) = self.of.get_mut(request_id) {
            change(replay);
        }
    }

    /// Forgets a replay: nothing was sent after all.
    pub fn forget(&mut self, request_id: &str) {
        self.of.remove(request_id);
    }

    /// Every replay that waits for its record.
    pub fn waiting(&self) -> impl Iterator<Item = (&str, &Replay)> {
        let waits = |replay: &&Replay| matches!(replay.state, ReplayState::Waiting { .. });
        self.of.iter().map(|(id, replay)| (id.as_str(), replay)).filter(move |(_, replay)| waits(replay))
    }
}
