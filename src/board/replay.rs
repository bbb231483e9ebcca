//! What became of payloads that were sent again, as the board shows it.

use std::collections::HashMap;

use crate::record::Outcome;

/// How far a replay has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ReplayState {
    /// Its turn has not come: nothing was sent yet.
    Queued,
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

/// One sending of a record's payload.
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
        !matches!(self.state, ReplayState::Queued | ReplayState::Sending | ReplayState::Refused(_))
    }

    /// Whether it started this invocation.
    fn is_of(&self, new_request_id: &str) -> bool {
        self.new_request_id.as_deref() == Some(new_request_id)
    }

    /// Whether nothing has become of it yet.
    fn is_open(&self) -> bool {
        matches!(self.state, ReplayState::Queued | ReplayState::Sending)
    }
}

/// Replays by the request id of the record whose payload was sent; each sending keeps an outcome of its own.
#[derive(Debug, Default)]
pub struct Replays {
    /// The sendings of each record, in the order of their times.
    of: HashMap<String, Vec<Replay>>,
    /// The replayed request id, by that of the new invocation.
    answers: HashMap<String, String>,
}

impl Replays {
    /// Whether nothing was ever replayed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.of.is_empty()
    }

    /// The last sending of a record's payload.
    #[must_use]
    pub fn of(&self, request_id: &str) -> Option<&Replay> {
        self.all_of(request_id).last()
    }

    /// Every sending of a record's payload, in the order of their times.
    #[must_use]
    pub fn all_of(&self, request_id: &str) -> &[Replay] {
        self.of.get(request_id).map_or(&[], Vec::as_slice)
    }

    /// Request id of the record whose replay an invocation is, and the sending that started it.
    #[must_use]
    pub fn origin(&self, request_id: &str) -> Option<(&str, &Replay)> {
        let origin = self.answers.get(request_id)?;
        self.of.get(origin)?.iter().find(|replay| replay.is_of(request_id)).map(|replay| (origin.as_str(), replay))
    }

    /// A sending is planned, beside those that there were before.
    pub fn begin(&mut self, request_id: &str, replay: Replay) {
        self.of.entry(request_id.to_owned()).or_default().push(replay);
    }

    /// Notes how far the sending has come that nothing had become of yet.
    pub fn set(&mut self, request_id: &str, replay: Replay) {
        let open = self.all_of(request_id).iter().rposition(Replay::is_open);
        self.put(request_id, replay, open);
    }

    /// Takes over a sending of another time or another program.
    pub fn learn(&mut self, request_id: &str, replay: Replay) {
        self.put(request_id, replay, None);
    }

    /// Changes what became of the sending that started this invocation.
    pub fn change(&mut self, new_request_id: &str, change: impl FnOnce(&mut Replay)) {
        let sends = self.answers.get(new_request_id).and_then(|id| self.of.get_mut(id));
        if let Some(replay) = sends.into_iter().flatten().find(|replay| replay.is_of(new_request_id)) {
            change(replay);
        }
    }

    /// Forgets the last sending that is in this state: nothing was sent after all.
    pub fn forget(&mut self, request_id: &str, state: &ReplayState) {
        let Some(sends) = self.of.get_mut(request_id) else { return };
        if let Some(place) = sends.iter().rposition(|replay| replay.state == *state) {
            sends.remove(place);
        }
        if sends.is_empty() {
            self.of.remove(request_id);
        }
    }

    /// Every replay that waits for its record.
    pub fn waiting(&self) -> impl Iterator<Item = (&str, &Replay)> {
        let waits = |replay: &Replay| matches!(replay.state, ReplayState::Waiting { .. });
        let all = self.of.iter().flat_map(|(id, sends)| sends.iter().map(|replay| (id.as_str(), replay)));
        all.filter(move |(_, replay)| waits(replay))
    }

    /// Gives up those whose records come no more at `now`, and names them: the replayed request id and the new one.
    pub fn give_up(&mut self, now: i64) -> Vec<(String, Option<String>)> {
        let mut late = Vec::new();
        for (id, replay) in self.of.iter_mut().flat_map(|(id, sends)| sends.iter_mut().map(move |send| (id, send))) {
            if matches!(replay.state, ReplayState::Waiting { until, .. } if until < now) {
                replay.state = ReplayState::Unanswered;
                late.push((id.clone(), replay.new_request_id.clone()));
            }
        }
        late
    }

    /// Puts a sending in the place of the same one, of the one at `place`, or where its time is.
    fn put(&mut self, request_id: &str, replay: Replay, place: Option<usize>) {
        let sends = self.of.entry(request_id.to_owned()).or_default();
        let same = replay.new_request_id.as_deref().and_then(|new| sends.iter().position(|known| known.is_of(new)));
        if let Some(new) = &replay.new_request_id {
            self.answers.insert(new.clone(), request_id.to_owned());
        }
        match same.or(place) {
            Some(place) => sends[place] = replay,
            None => sends.insert(sends.partition_point(|known| known.at <= replay.at), replay),
        }
    }
}
