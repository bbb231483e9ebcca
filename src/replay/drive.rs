//! Carrying out a run: the only place where something is sent.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::Instant;

use super::Verdict;
use super::invoker::{Call, Invoker, Kind, Refusal, Reply};
use super::journal::{AttemptId, Begun, Fate, Intent, Journal, JournalError};
use super::plan::Item;
use super::run::{Counts, Mode, Run, State, Step};
use crate::aws::ExitKind;

/// A journal that several tasks keep.
#[derive(Debug, Clone)]
pub struct SharedJournal(Arc<Mutex<Journal>>);

impl SharedJournal {
    /// Shares a journal.
    #[must_use]
    pub fn new(journal: Journal) -> Self {
        Self(Arc::new(Mutex::new(journal)))
    }

    /// The journal, while nobody else of this process uses it.
    pub fn lock(&self) -> MutexGuard<'_, Journal> {
        // What it knows is read from the file again whenever it writes: a panic of another holder does no harm.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn with<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Journal) -> Result<T, JournalError> + Send + 'static,
    ) -> Result<T, String> {
        let journal = self.clone();
        let done = tokio::task::spawn_blocking(move || work(&mut journal.lock())).await;
        match done {
            Ok(done) => done.map_err(|error| error.to_string()),
            Err(error) => Err(format!("the journal of replays: {error}")),
        }
    }
}

/// What a run under way is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Control {
    /// Send nothing until it is resumed.
    Pause,
    /// Go on.
    Resume,
    /// Send nothing more.
    Cancel,
    /// Send also what canaries hold back.
    Release,
    /// The record that answers an item has arrived.
    Answered {
        /// Number of the item in the plan.
        item: usize,
        /// How it ended.
        verdict: Verdict,
    },
    /// The record of an item is not awaited any more.
    Unanswered {
        /// Number of the item in the plan.
        item: usize,
    },
}

/// What a run under way tells of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// Its turn has come: it is on its way.
    Sending {
        /// Number of the item in the plan.
        item: usize,
    },
    /// It was accepted.
    Accepted {
        /// Number of the item in the plan.
        item: usize,
        /// Name of the send in the journal; a dry run sends nothing and has none.
        attempt: Option<AttemptId>,
        /// What the service answered.
        reply: Reply,
        /// How a synchronous invocation ended.
        verdict: Option<Verdict>,
        /// When, in milliseconds since the Unix epoch.
        at: i64,
    },
    /// It was not sent, or nobody knows whether it was: its state says.
    Failed {
        /// Number of the item in the plan.
        item: usize,
        /// Refused or unknown, or queued again after a throttle.
        state: State,
        /// Where the cause lies.
        cause: ExitKind,
    },
    /// How the whole run is doing.
    Progress(Progress),
}

/// How a run is doing.
#[derive(Debug, Clone, PartialEq)]
pub struct Progress {
    /// How many are where.
    pub counts: Counts,
    /// Whether it goes on.
    pub mode: Mode,
    /// Sends per second.
    pub rate: f64,
    /// What has made it slower than it began.
    pub slowed: Option<&'static str>,
    /// Whether it waits for somebody to decide about what failed canaries hold back.
    pub asks: bool,
}

/// Two rates are never told apart by less than is shown of them.
impl Eq for Progress {}

/// How a run is carried out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manner {
    /// Whether the run lasts until every record has come, or is given up.
    pub wait: bool,
    /// Whether somebody can decide about what failed canaries hold back; else that is not sent.
    pub attended: bool,
}

/// Carries out a run to its end and gives it back. What happens is told on `told`, which is read or closed.
pub async fn drive<I: Invoker>(
    run: Run,
    invoker: I,
    journal: SharedJournal,
    mut controls: mpsc::UnboundedReceiver<Control>,
    told: mpsc::Sender<Told>,
    manner: Manner,
) -> Run {
    let mut driver = Driver {
        run,
        invoker,
        journal,
        told,
        manner,
        started: Instant::now(),
        under_way: JoinSet::new(),
        progress_due: Instant::now(),
        dirty: true,
    };
    loop {
        let step = driver.run.next(driver.now());
        if driver.is_over(step) {
            break;
        }
        if let Step::Send(item) = step {
            driver.send(item).await;
            continue;
        }
        tokio::select! {
            Some(landed) = driver.under_way.join_next() => driver.land(landed).await,
            control = controls.recv() => match control {
                Some(control) => driver.control(control),
                // Who could have told of records and wishes is gone.
                None => driver.run.cancel(),
            },
            () = until(step, driver.started) => {}
            () = tokio::time::sleep_until(driver.progress_due), if driver.dirty => driver.progress().await,
        }
    }
    driver.progress().await;
    driver.run
}

struct Driver<I> {
    run: Run,
    invoker: I,
    journal: SharedJournal,
    told: mpsc::Sender<Told>,
    manner: Manner,
    started: Instant,
    under_way: JoinSet<(usize, Landed)>,
    /// When it may be told next how the run is doing, and whether there is something new to tell.
    progress_due: Instant,
    dirty: bool,
}

/// What one send came to.
enum Landed {
    Accepted {
        attempt: Option<AttemptId>,
        reply: Reply,
        verdict: Option<Verdict>,
        at: i64,
        unwritten: Option<String>,
    },
    Failed {
        refusal: Refusal,
        words: String,
        unwritten: Option<String>,
    },
    /// Another run was faster.
    Taken,
    /// The intent could not be put on disk: nothing was sent.
    NoJournal(String),
}

impl Landed {
    fn cause(&self) -> ExitKind {
        match self {
            Self::Failed { refusal, .. } => refusal.error().exit_kind(),
            _ => ExitKind::Service,
        }
    }
}

impl<I: Invoker> Driver<I> {
    fn now(&self) -> Duration {
        self.started.elapsed()
    }

    fn is_over(&mut self, step: Step) -> bool {
        if !self.manner.attended && step == Step::Idle && self.under_way.is_empty() && self.run.asks() {
            self.run.stop("the canary failed: what fails like it is held back");
            return self.is_over(Step::Over);
        }
        let waits = || self.manner.wait && self.run.states().iter().any(|state| matches!(state, State::Sent { .. }));
        step == Step::Over && !waits()
    }

    async fn send(&mut self, item: usize) {
        self.tell(Told::Sending { item }).await;
        let (invoker, journal) = (self.invoker.clone(), self.journal.clone());
        let planned = self.run.items()[item].clone();
        self.under_way.spawn(async move { (item, send(invoker, journal, planned).await) });
    }

    fn control(&mut self, control: Control) {
        let now = self.now();
        self.dirty = true;
        match control {
            Control::Pause => self.run.pause(),
            Control::Resume => self.run.resume(),
            Control::Cancel => self.run.cancel(),
            Control::Release => self.run.release(),
            Control::Answered { item, verdict } => self.run.answered(item, &verdict, now),
            Control::Unanswered { item } => self.run.unanswered(item),
        }
    }

    async fn land(&mut self, landed: Result<(usize, Landed), tokio::task::JoinError>) {
        self.dirty = true;
        let (item, landed) = match landed {
            Ok(landed) => landed,
            // A defect in one send leaves its item under way; nothing more is sent by a program with a defect.
            Err(error) => return self.run.stop(format!("a defect in arrivals: {error}")),
        };
        let now = self.now();
        let cause = landed.cause();
        match landed {
            Landed::Accepted { attempt, reply, verdict, at, unwritten } => {
                self.run.accepted(item, reply.request_id.clone(), at);
                if let Some(verdict) = &verdict {
                    self.run.answered(item, verdict, now);
                }
                self.tell(Told::Accepted { item, attempt, reply, verdict, at }).await;
                self.stop_unwritten(unwritten);
                return;
            }
            Landed::Failed { refusal: Refusal::Throttled(_), words, unwritten } => {
                self.run.throttled(item, words, now);
                self.stop_unwritten(unwritten);
            }
            Landed::Failed { refusal: Refusal::Unknown(_), words, unwritten } => {
                self.run.unknown(item, words, now);
                self.stop_unwritten(unwritten);
            }
            Landed::Failed { refusal, words, unwritten } => {
                self.run.refused(item, refusal.cause(), words.clone(), now);
                if refusal.needs_login() {
                    // Nothing else would go through either.
                    self.run.stop(words);
                }
                self.stop_unwritten(unwritten);
            }
            Landed::Taken => self.run.refused(item, "taken", TAKEN.to_owned(), now),
            Landed::NoJournal(why) => {
                self.run.refused(item, "journal", why.clone(), now);
                self.run.stop(why);
            }
        }
        let state = self.run.states()[item].clone();
        self.tell(Told::Failed { item, state, cause }).await;
    }

    /// Without a journal nothing more is sent.
    fn stop_unwritten(&mut self, unwritten: Option<String>) {
        if let Some(why) = unwritten {
            self.run.stop(why);
        }
    }

    async fn progress(&mut self) {
        (self.dirty, self.progress_due) = (false, Instant::now() + PROGRESS);
        let (counts, mode, rate) = (self.run.counts(), self.run.mode().clone(), self.run.rate());
        let (slowed, asks) = (self.run.slowed(), self.run.asks());
        self.tell(Told::Progress(Progress { counts, mode, rate, slowed, asks })).await;
    }

    async fn tell(&self, told: Told) {
        // Who does not listen any more needs no news.
        let _ = self.told.send(told).await;
    }
}

/// Between two words on how the run is doing.
const PROGRESS: Duration = Duration::from_millis(100);
const TAKEN: &str = "another run has sent it meanwhile, or is sending it; nothing was sent here";

async fn until(step: Step, started: Instant) {
    match step {
        Step::Wait(time) => tokio::time::sleep_until(started + time).await,
        _ => std::future::pending().await,
    }
}

/// Intent on disk, payload to the service, fate on disk.
async fn send<I: Invoker>(invoker: I, journal: SharedJournal, item: Item) -> Landed {
    if item.call.kind == Kind::DryRun {
        return check(invoker, item.call).await;
    }
    let intent = intent(&item);
    let attempt = match journal.with(move |journal| journal.begin(&intent)).await {
        Ok(Begun::May(attempt)) => attempt,
        Ok(Begun::Taken) => return Landed::Taken,
        Err(why) => return Landed::NoJournal(why),
    };
    let (call, begun) = (item.call.clone(), now());
    let answer = invoker.invoke(item.call.clone()).await;
    let at = now();
    let verdict = answer.as_ref().ok().and_then(|reply| reply.verdict(&item, begun, at));
    let mut fates = vec![fate(&answer, &call)];
    fates.extend(verdict.clone().map(Fate::Answered));
    let noted = attempt.clone();
    let note = move |journal: &mut Journal| fates.iter().try_for_each(|fate| journal.note(&noted, fate));
    let unwritten = journal.with(note).await.err();
    match answer {
        Ok(reply) => Landed::Accepted { attempt: Some(attempt), reply, verdict, at, unwritten },
        Err(refusal) => Landed::Failed { words: refusal.words(&call), refusal, unwritten },
    }
}

/// Asks whether a payload could be sent; nothing is, so that the journal has nothing to say of it.
async fn check<I: Invoker>(invoker: I, call: Call) -> Landed {
    match invoker.invoke(call.clone()).await {
        Ok(reply) => Landed::Accepted { attempt: None, reply, verdict: None, at: now(), unwritten: None },
        Err(refusal) => Landed::Failed { words: refusal.words(&call), refusal, unwritten: None },
    }
}

fn now() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

fn intent(item: &Item) -> Intent {
    Intent {
        key: item.key.clone(),
        target: item.call.target.clone(),
        bytes: item.call.payload.len(),
        edited: item.edited,
        fingerprint: item.fingerprint.as_deref().map(str::to_owned),
        known: item.sent_before,
    }
}

fn fate(answer: &Result<Reply, Refusal>, call: &Call) -> Fate {
    match answer {
        Ok(reply) => Fate::Sent { new_request_id: reply.request_id.clone() },
        Err(refusal @ Refusal::Unknown(_)) => Fate::Unknown { why: Some(refusal.words(call)) },
        Err(refusal) => Fate::Refused { why: refusal.words(call) },
    }
}
