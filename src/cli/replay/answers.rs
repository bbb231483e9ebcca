//! Following a run: what was accepted, which records answer it, and what is not waited for any longer.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::aws::Clients;
use crate::board::Entry;
use crate::record::{Arrival, Found};
use crate::replay::drive::{Control, SharedJournal, Told};
use crate::replay::invoker::Reply;
use crate::replay::journal::AttemptId;
use crate::replay::plan::Item;
use crate::replay::run::State;
use crate::replay::{Answer, Join, Run, Verdict};
use crate::source::limiter::Limiter;
use crate::source::{Batch, SourceUpdate, Status, poll};

use super::super::board::broken_off;
use super::super::exit::Failure;
use super::super::interrupt;
use super::report::Report;

/// Between two looks for records.
const INTERVAL: Duration = Duration::from_secs(1);
/// The clocks of the service and of this machine may differ by so much, in milliseconds.
const SKEW: i64 = 60_000;

/// Where records are awaited.
pub(super) struct Waiting {
    updates: mpsc::Receiver<SourceUpdate>,
    first: Vec<Batch>,
    timeout: Duration,
}

impl Waiting {
    /// Follows the groups, each record for so long after its payload was accepted.
    ///
    /// # Errors
    /// When they cannot be read: nothing has been sent then.
    pub(super) async fn start(clients: Clients, groups: Vec<String>, timeout: Duration) -> Result<Self, Failure> {
        let options = poll::Options {
            groups: groups.into_iter().map(Arc::from).collect(),
            since: now() - SKEW,
            interval: INTERVAL,
            ..poll::Options::default()
        };
        let mut updates = poll::start(clients, Limiter::default(), options);
        let mut first = Vec::new();
        loop {
            match updates.recv().await.unwrap_or_else(broken_off) {
                SourceUpdate::Found(batch) => first.push(batch),
                SourceUpdate::Status(Status::Following { .. }) => return Ok(Self { updates, first, timeout }),
                SourceUpdate::Status(_)
                | SourceUpdate::Gap(_)
                | SourceUpdate::Filled(_)
                | SourceUpdate::Follow(_)
                | SourceUpdate::Traffic(_) => {}
                SourceUpdate::Ended(Ok(())) => return Err(Failure::other("nothing was sent: the log has ended")),
                SourceUpdate::Ended(Err(error)) => return Err(Failure::from(&error)),
            }
        }
    }

    /// How long each record is waited for.
    pub(super) fn timeout(&self) -> Duration {
        self.timeout
    }
}

/// A record that may be an answer, and when it was heard of.
struct Heard {
    arrival: Arrival,
    at: i64,
}

/// A payload that was accepted and whose record is awaited.
struct Open {
    item: usize,
    sent: i64,
    new_request_id: Option<String>,
    until: Instant,
}

/// Brings what was sent and what arrived together, and reports it.
pub(super) struct Answers {
    items: Vec<Item>,
    waiting: Option<Waiting>,
    controls: mpsc::UnboundedSender<Control>,
    journal: SharedJournal,
    join: Join<Heard>,
    open: HashMap<AttemptId, Open>,
    report: Report,
    interrupted: bool,
    /// The log in which records were awaited cannot be read any more.
    lost: bool,
}

impl Answers {
    pub(super) fn new(
        items: Vec<Item>,
        mut waiting: Option<Waiting>,
        controls: mpsc::UnboundedSender<Control>,
        journal: SharedJournal,
        report: Report,
    ) -> Self {
        let mut join = Join::default();
        let first = waiting.iter_mut().flat_map(|waiting| std::mem::take(&mut waiting.first));
        for arrival in first.flat_map(|batch| batch.found).filter_map(arrival) {
            let id = arrival.record.request_id().unwrap_or_default().to_owned();
            join.arrived(&id, Heard { arrival, at: now() });
        }
        Self { items, waiting, controls, journal, join, open: HashMap::new(), report, interrupted: false, lost: false }
    }

    /// Listens until the run tells nothing more.
    ///
    /// # Errors
    /// When the log cannot be read on, or the output cannot be written.
    pub(super) async fn listen(&mut self, mut told: mpsc::Receiver<Told>) -> Result<(), Failure> {
        let mut stop = Box::pin(interrupt::listen());
        loop {
            let deadline = self.open.values().map(|open| open.until).min();
            tokio::select! {
                biased;
                told = told.recv() => match told {
                    Some(told) => self.told(told)?,
                    None => return Ok(()),
                },
                () = &mut stop => {
                    if self.interrupted {
                        return Err(Failure::other("stopped while a payload was on its way: the journal has it as unknown"));
                    }
                    self.interrupt()?;
                    stop = Box::pin(interrupt::listen());
                }
                update = next(&mut self.waiting) => self.update(update)?,
                () = until(deadline) => self.give_up(Instant::now())?,
            }
        }
    }

    /// Reports what was never sent, and ends.
    ///
    /// # Errors
    /// What did not end well, with its exit code.
    pub(super) fn end(mut self, run: &Run) -> Result<(), Failure> {
        for (item, state) in self.items.iter().zip(run.states()) {
            if matches!(state, State::Queued | State::Sending) {
                self.report.held_back(item, run.mode())?;
            }
        }
        self.report.end(if self.interrupted { 255 } else { 0 })
    }

    fn told(&mut self, told: Told) -> Result<(), Failure> {
        match told {
            Told::Sending { .. } => Ok(()),
            Told::Accepted { item, reply, verdict: Some(verdict), .. } => self.returned(item, &reply, &verdict),
            Told::Accepted { item, attempt, reply, at, .. } => self.accepted(item, attempt, reply, at),
            Told::Failed { item, state, cause } => self.report.failed(&self.items[item], &state, cause),
            Told::Progress(progress) => {
                self.report.progress(&progress);
                Ok(())
            }
        }
    }

    fn returned(&mut self, item: usize, reply: &Reply, verdict: &Verdict) -> Result<(), Failure> {
        let item = &self.items[item];
        let log = reply.returned.as_ref().map(|returned| returned.log.as_str());
        let entry = reply.record(item).map(|record| Entry::from(bare(record)));
        self.report.answered(item, reply.request_id.clone(), verdict, entry.as_ref(), log)
    }

    fn accepted(&mut self, item: usize, attempt: Option<AttemptId>, reply: Reply, at: i64) -> Result<(), Failure> {
        let Some((waiting, attempt)) = self.waiting.as_ref().zip(attempt).filter(|_| !self.interrupted) else {
            return self.not_awaited(item, reply.request_id);
        };
        let new_request_id = reply.request_id;
        let until = Instant::now() + waiting.timeout;
        self.open.insert(attempt.clone(), Open { item, sent: at, new_request_id: new_request_id.clone(), until });
        let answer = new_request_id.and_then(|id| self.join.accepted(attempt, &id));
        answer.map_or(Ok(()), |answer| self.answered(answer))
    }

    /// A payload was accepted whose record nobody waits for, so that the run need not last for it.
    fn not_awaited(&mut self, item: usize, new_request_id: Option<String>) -> Result<(), Failure> {
        if self.interrupted || self.lost {
            let _ = self.controls.send(Control::Unanswered { item });
        }
        if self.lost && !self.interrupted {
            return self.report.unanswered(&self.items[item], new_request_id);
        }
        self.report.sent(&self.items[item], new_request_id)
    }

    fn update(&mut self, update: SourceUpdate) -> Result<(), Failure> {
        match update {
            SourceUpdate::Found(batch) => {
                for arrival in batch.found.into_iter().filter_map(arrival) {
                    let id = arrival.record.request_id().unwrap_or_default().to_owned();
                    if let Some(answer) = self.join.arrived(&id, Heard { arrival, at: now() }) {
                        self.answered(answer)?;
                    }
                }
                Ok(())
            }
            SourceUpdate::Status(status) => {
                self.report.status(&status);
                Ok(())
            }
            SourceUpdate::Gap(gap) => {
                self.report.note(&format!("records may be missing: {}", gap.reason));
                Ok(())
            }
            SourceUpdate::Filled(_) | SourceUpdate::Follow(_) | SourceUpdate::Traffic(_) => Ok(()),
            SourceUpdate::Ended(ended) => {
                (self.waiting, self.lost) = (None, true);
                let why = ended.map_or_else(|error| error.to_string(), |()| "the log has ended".to_owned());
                self.report.note(&format!("no more records can be awaited: {why}"));
                self.give_up_all()
            }
        }
    }

    fn answered(&mut self, answer: Answer<Heard>) -> Result<(), Failure> {
        let Some(open) = self.open.remove(&answer.attempt) else { return Ok(()) };
        let item = &self.items[open.item];
        let record = &answer.record.arrival.record;
        let verdict = Verdict::of(record, item.fingerprint.as_deref(), open.sent, answer.record.at);
        if let Err(error) = self.journal.lock().answered(&answer.attempt, &verdict) {
            self.report.note(&error.to_string());
        }
        // The run may be over: then nobody needs to know.
        let _ = self.controls.send(Control::Answered { item: open.item, verdict: verdict.clone() });
        let entry = Entry::from(answer.record.arrival);
        self.report.answered(item, open.new_request_id, &verdict, Some(&entry), None)
    }

    fn give_up(&mut self, now: Instant) -> Result<(), Failure> {
        let late: Vec<_> = self.open.iter().filter(|(_, open)| open.until <= now).map(|(id, _)| id.clone()).collect();
        for attempt in late {
            if let Some(open) = self.open.remove(&attempt) {
                let _ = self.controls.send(Control::Unanswered { item: open.item });
                self.report.unanswered(&self.items[open.item], open.new_request_id)?;
            }
        }
        Ok(())
    }

    fn give_up_all(&mut self) -> Result<(), Failure> {
        let all = std::mem::take(&mut self.open);
        for open in all.into_values() {
            let _ = self.controls.send(Control::Unanswered { item: open.item });
            self.report.unanswered(&self.items[open.item], open.new_request_id)?;
        }
        Ok(())
    }

    /// The user has had enough: what is on its way comes to its end, nothing more is sent, and nothing is awaited.
    fn interrupt(&mut self) -> Result<(), Failure> {
        self.interrupted = true;
        let _ = self.controls.send(Control::Cancel);
        let all = std::mem::take(&mut self.open);
        for open in all.into_values() {
            let _ = self.controls.send(Control::Unanswered { item: open.item });
            self.report.sent(&self.items[open.item], open.new_request_id)?;
        }
        Ok(())
    }
}

async fn next(waiting: &mut Option<Waiting>) -> SourceUpdate {
    match waiting {
        Some(waiting) => waiting.updates.recv().await.unwrap_or_else(broken_off),
        None => std::future::pending().await,
    }
}

async fn until(deadline: Option<Instant>) {
    match deadline {
        Some(deadline) => tokio::time::sleep_until(deadline).await,
        None => std::future::pending().await,
    }
}

fn arrival(found: Found) -> Option<Arrival> {
    match found {
        Found::Arrival(arrival) => Some(arrival),
        Found::Unreadable(_) => None,
    }
}

/// A record that was found in no log.
fn bare(record: crate::record::InvocationRecord) -> Arrival {
    Arrival {
        message: record.text().clone(),
        record,
        origin: (&crate::log::Origin::default()).into(),
        envelope: Box::default(),
        redelivery: 0,
        recovered: false,
        damaged: false,
        redacted: false,
        kept: None,
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}
