//! When each payload of a plan goes: pure, on a clock that starts at 0 with the run.
//!
//! Whoever drives a run asks [`Run::next`] what to do and tells it what happened. Nothing is sent while it is paused,
//! nothing more once it is cancelled or has stopped itself.

use std::collections::{HashMap, VecDeque};
use std::sync::Arc;
use std::time::Duration;

use super::Verdict;
use super::plan::{Item, Plan};
use super::rate::Rate;
use crate::record::Outcome;

/// How a run goes.
#[derive(Debug, Clone, PartialEq)]
pub struct Pace {
    /// Sends per second at first.
    pub start: f64,
    /// Most sends per second.
    pub ceiling: f64,
    /// Whether one of each kind of failure goes first, and the others only when its record says success.
    pub canary: bool,
    /// After how many failures of one kind no more is sent; never when `None`.
    pub stop_after: Option<usize>,
    /// Keeps the spacing of the records' times, so many times as fast; `None` sends as fast as the rate allows.
    pub speed: Option<f64>,
    /// Whether a throttled payload is tried again, more slowly.
    pub patient: bool,
    /// How long the record of a canary is waited for.
    pub patience: Duration,
}

/// Its rates are chosen, and never computed with.
impl Eq for Pace {}

impl Default for Pace {
    fn default() -> Self {
        Self {
            start: 2.0,
            ceiling: 10.0,
            canary: false,
            stop_after: Some(10),
            speed: None,
            patient: true,
            patience: Duration::from_hours(6),
        }
    }
}

/// Payloads that may be on their way to the service at once.
const MOST_UNDER_WAY: usize = 32;
/// Throttles in a row, without one that was accepted, after which a run stops itself.
const MOST_THROTTLES: usize = 100;

/// What became of a payload so far.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// Its turn has not come.
    Queued,
    /// It is on its way.
    Sending,
    /// It was accepted.
    Sent {
        /// When, in milliseconds since the Unix epoch.
        at: i64,
        /// Request id of the new invocation.
        new_request_id: Option<String>,
    },
    /// Its record has arrived, or its synchronous answer.
    Answered {
        /// Request id of the new invocation.
        new_request_id: Option<String>,
        /// How it ended.
        verdict: Verdict,
    },
    /// No record came in time.
    Unanswered {
        /// Request id of the new invocation.
        new_request_id: Option<String>,
    },
    /// It was not sent, for this reason.
    Refused(String),
    /// Nobody knows whether it was sent, for this reason.
    Unknown(String),
}

/// Whether a run goes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mode {
    /// It sends.
    Running,
    /// It sends nothing until it is resumed.
    Paused,
    /// It sends nothing more: it was cancelled.
    Cancelled,
    /// It sends nothing more, for this reason.
    Stopped(String),
}

/// What to do next.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Send the item of this number.
    Send(usize),
    /// Nothing before this time, unless something happens.
    Wait(Duration),
    /// Nothing until something happens.
    Idle,
    /// Nothing more will be sent, and nothing is on its way. Records may still come.
    Over,
}

/// How many are where.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Waiting for their turn.
    pub queued: usize,
    /// Of those, held back because the canary of their kind failed or waits.
    pub held: usize,
    /// On their way.
    pub sending: usize,
    /// Accepted, their records awaited.
    pub sent: usize,
    /// Answered by a success.
    pub succeeded: usize,
    /// Answered by a failure of the same fingerprint.
    pub failed_again: usize,
    /// Answered by another failure.
    pub failed_otherwise: usize,
    /// Not answered in time.
    pub unanswered: usize,
    /// Not sent.
    pub refused: usize,
    /// Perhaps sent.
    pub unknown: usize,
}

type Group = Option<Arc<str>>;

#[derive(Debug, Clone, PartialEq, Eq)]
enum Canary {
    /// Its record is awaited since this time.
    Waiting(Duration),
    Passed,
    Failed,
}

/// A run through a plan.
#[derive(Debug)]
pub struct Run {
    items: Vec<Item>,
    states: Vec<State>,
    queue: VecDeque<usize>,
    pace: Pace,
    rate: Rate,
    mode: Mode,
    canaries: HashMap<Group, Canary>,
    canary_items: HashMap<usize, Group>,
    /// Whether what a canary holds back goes all the same.
    released: bool,
    sending: usize,
    throttles: usize,
    failures: HashMap<String, usize>,
    slowed: Option<&'static str>,
}

impl Run {
    /// A run that has sent nothing yet.
    #[must_use]
    pub fn new(plan: Plan, pace: Pace) -> Self {
        let count = plan.items.len();
        Self {
            states: vec![State::Queued; count],
            queue: (0..count).collect(),
            items: plan.items,
            rate: Rate::new(pace.start, pace.ceiling),
            pace,
            mode: Mode::Running,
            canaries: HashMap::new(),
            canary_items: HashMap::new(),
            released: false,
            sending: 0,
            throttles: 0,
            failures: HashMap::new(),
            slowed: None,
        }
    }

    /// What to send, in the plan's order.
    #[must_use]
    pub fn items(&self) -> &[Item] {
        &self.items
    }

    /// What became of each so far.
    #[must_use]
    pub fn states(&self) -> &[State] {
        &self.states
    }

    /// Whether it goes on.
    #[must_use]
    pub fn mode(&self) -> &Mode {
        &self.mode
    }

    /// Sends per second as of now.
    #[must_use]
    pub fn rate(&self) -> f64 {
        self.rate.current()
    }

    /// What has halved the rate last, while that is lower than it began.
    #[must_use]
    pub fn slowed(&self) -> Option<&'static str> {
        self.slowed.filter(|_| self.rate.current() < self.pace.start)
    }

    /// What to do at `now`.
    pub fn next(&mut self, now: Duration) -> Step {
        if !matches!(self.mode, Mode::Running) {
            let waits = self.sending > 0 || self.mode == Mode::Paused && !self.queue.is_empty();
            return if waits { Step::Idle } else { Step::Over };
        }
        let Some(place) = self.next_in_queue() else {
            return self.without_a_turn(now);
        };
        if self.sending >= MOST_UNDER_WAY {
            return Step::Idle;
        }
        let due = self.rate.next().max(self.due(self.queue[place]));
        if due > now {
            return Step::Wait(due);
        }
        let Some(item) = self.queue.remove(place) else { return Step::Idle };
        self.begin(item, now);
        Step::Send(item)
    }

    /// Sends nothing until it is resumed.
    pub fn pause(&mut self) {
        if self.mode == Mode::Running {
            self.mode = Mode::Paused;
        }
    }

    /// Goes on after a pause.
    pub fn resume(&mut self) {
        if self.mode == Mode::Paused {
            self.mode = Mode::Running;
        }
    }

    /// Sends nothing more.
    pub fn cancel(&mut self) {
        if matches!(self.mode, Mode::Running | Mode::Paused) {
            self.mode = Mode::Cancelled;
        }
    }

    /// Sends nothing more, for a reason.
    pub fn stop(&mut self, why: impl Into<String>) {
        if matches!(self.mode, Mode::Running | Mode::Paused) {
            self.mode = Mode::Stopped(why.into());
        }
    }

    /// Sends also what canaries hold back.
    pub fn release(&mut self) {
        self.released = true;
    }

    /// An item was accepted at `at` (milliseconds since the Unix epoch).
    pub fn accepted(&mut self, item: usize, new_request_id: Option<String>, at: i64) {
        self.landed(item);
        self.throttles = 0;
        self.rate.well();
        self.states[item] = State::Sent { at, new_request_id };
    }

    /// An item was throttled at `now`: nothing was sent.
    pub fn throttled(&mut self, item: usize, why: String, now: Duration) {
        self.landed(item);
        self.slow_down("throttles", now);
        self.throttles += 1;
        if !self.pace.patient {
            return self.give_up(item, State::Refused(why));
        }
        if self.throttles >= MOST_THROTTLES {
            self.stop(format!("throttled {} times in a row", self.throttles));
            return self.give_up(item, State::Refused(why));
        }
        self.states[item] = State::Queued;
        self.queue.push_front(item);
        if let Some(group) = self.canary_items.remove(&item) {
            // It was not sent: whichever of its kind goes next is the canary.
            self.canaries.remove(&group);
        }
    }

    /// An item was not sent; `cause` is the kind of reason.
    pub fn refused(&mut self, item: usize, cause: &str, why: String, now: Duration) {
        self.landed(item);
        self.slow_down("refusals", now);
        self.give_up(item, State::Refused(why));
        self.failed(cause);
    }

    /// Nobody knows whether an item was sent.
    pub fn unknown(&mut self, item: usize, why: String, now: Duration) {
        self.landed(item);
        self.slow_down("unknown outcomes", now);
        self.give_up(item, State::Unknown(why));
        self.failed("unknown");
    }

    /// The record that answers an item has arrived.
    pub fn answered(&mut self, item: usize, verdict: &Verdict, now: Duration) {
        let new_request_id = match &self.states[item] {
            State::Sent { new_request_id, .. } | State::Unanswered { new_request_id } => new_request_id.clone(),
            _ => return,
        };
        let success = verdict.outcome == Outcome::Success;
        self.decide(item, success);
        if success {
            self.rate.well();
        } else {
            self.slow_down("failures", now);
            let kind = if verdict.same_fingerprint == Some(true) { "same fingerprint" } else { "another error" };
            let failed = format!("{}, {kind}", verdict.condition);
            self.failed(&failed);
        }
        self.states[item] = State::Answered { new_request_id, verdict: verdict.clone() };
    }

    /// No record of an item is awaited any more.
    pub fn unanswered(&mut self, item: usize) {
        if let State::Sent { new_request_id, .. } = &self.states[item] {
            let new_request_id = new_request_id.clone();
            self.give_up(item, State::Unanswered { new_request_id });
        }
    }

    /// How many are where.
    #[must_use]
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for state in &self.states {
            match state {
                State::Queued => counts.queued += 1,
                State::Sending => counts.sending += 1,
                State::Sent { .. } => counts.sent += 1,
                State::Answered { verdict, .. } => match (verdict.outcome, verdict.same_fingerprint) {
                    (Outcome::Success, _) => counts.succeeded += 1,
                    (_, Some(true)) => counts.failed_again += 1,
                    _ => counts.failed_otherwise += 1,
                },
                State::Unanswered { .. } => counts.unanswered += 1,
                State::Refused(_) => counts.refused += 1,
                State::Unknown(_) => counts.unknown += 1,
            }
        }
        counts.held = self.queue.iter().filter(|&&item| self.is_held(item)).count();
        counts
    }

    /// Whether what is still queued waits for somebody to decide about it: its canaries have failed.
    #[must_use]
    pub fn asks(&self) -> bool {
        let failed = |item: &usize| self.canaries.get(&self.group(*item)) == Some(&Canary::Failed);
        self.holds() && !self.queue.is_empty() && self.queue.iter().all(failed)
    }

    fn begin(&mut self, item: usize, now: Duration) {
        self.rate.sent(now);
        self.states[item] = State::Sending;
        self.sending += 1;
        let group = self.group(item);
        if self.pace.canary && !self.canaries.contains_key(&group) {
            self.canaries.insert(group.clone(), Canary::Waiting(now));
            self.canary_items.insert(item, group);
        }
    }

    fn slow_down(&mut self, by: &'static str, now: Duration) {
        self.rate.badly(now);
        self.slowed = Some(by);
    }

    fn landed(&mut self, item: usize) {
        if self.states[item] == State::Sending {
            self.sending -= 1;
        }
    }

    fn give_up(&mut self, item: usize, state: State) {
        self.states[item] = state;
        self.decide(item, false);
    }

    /// The canary of a kind has come back, if it is one.
    fn decide(&mut self, item: usize, success: bool) {
        if let Some(group) = self.canary_items.get(&item) {
            self.canaries.insert(group.clone(), if success { Canary::Passed } else { Canary::Failed });
        }
    }

    fn failed(&mut self, kind: &str) {
        let count = self.failures.entry(kind.to_owned()).or_default();
        *count += 1;
        if let Some(most) = self.pace.stop_after.filter(|most| *count >= *most) {
            self.stop(format!("{most} failures of one kind: {kind}"));
        }
    }

    /// Nothing in the queue may go now.
    fn without_a_turn(&mut self, now: Duration) -> Step {
        if self.sending > 0 {
            return Step::Idle;
        }
        if self.queue.is_empty() || self.asks() {
            return if self.queue.is_empty() { Step::Over } else { Step::Idle };
        }
        let waiting = self.canaries.values().filter_map(|canary| match canary {
            Canary::Waiting(since) => Some(*since + self.pace.patience),
            _ => None,
        });
        match waiting.min() {
            Some(end) if end > now => Step::Wait(end),
            Some(_) => {
                self.lose_patience(now);
                Step::Wait(now)
            }
            None => Step::Idle,
        }
    }

    fn lose_patience(&mut self, now: Duration) {
        for canary in self.canaries.values_mut() {
            if matches!(canary, Canary::Waiting(since) if *since + self.pace.patience <= now) {
                *canary = Canary::Failed;
            }
        }
    }

    /// Place in the queue of the first item that nothing holds back.
    fn next_in_queue(&self) -> Option<usize> {
        self.queue.iter().position(|&item| !self.is_held(item))
    }

    fn is_held(&self, item: usize) -> bool {
        self.holds() && matches!(self.canaries.get(&self.group(item)), Some(Canary::Waiting(_) | Canary::Failed))
    }

    fn holds(&self) -> bool {
        self.pace.canary && !self.released
    }

    fn group(&self, item: usize) -> Group {
        self.items[item].fingerprint.clone()
    }

    /// When an item may go by the spacing of the records' times.
    fn due(&self, item: usize) -> Duration {
        let Some(speed) = self.pace.speed else { return Duration::ZERO };
        let first = self.items.first().map_or(0, |first| first.recorded);
        let millis = self.items[item].recorded.saturating_sub(first).max(0);
        Duration::from_secs_f64((millis as f64 / 1000.0 / speed.max(1e-6)).min(1e9))
    }
}

#[cfg(test)]
mod tests;
