//! Work of the board that takes time or reaches out: AWS, files, long computations.
//!
//! The model asks for a job by pushing [`Effect::Start`](super::message::Effect::Start) with a [`Ticket`] of its own
//! and a [`Request`], which is plain data. The job runs in a task, and what it has to say comes back as
//! [`Message::Job`] with the same ticket: any number of [`News::Progress`], then one
//! [`News::Done`]. An error and a panic are a [`News::Done`] as well. Whoever waits keeps its ticket, and lets
//! everything pass that carries another one; [`Effect::Cancel`](super::message::Effect::Cancel) ends the job, and
//! nothing of it is heard any more.
//!
//! A new kind of job is a variant of [`Request`], one of [`Answer`] and an arm in `Request::work`; its work belongs
//! in the room that knows how, or in a file of its own beside this one. Work that computes for long yields now and
//! then, or runs in `spawn_blocking`. A panic in a task that the job spawned itself is not caught here.

mod attempts;
mod compare;
mod replay;
mod save;
mod source;

mod wiring_jobs;

use std::any::Any;
use std::cell::RefCell;
use std::collections::HashMap;
use std::panic::AssertUnwindSafe;
use std::path::PathBuf;
use std::time::Duration;

use futures_util::FutureExt;
use tokio::sync::mpsc;
use tokio::task::AbortHandle;

use crate::aws::{AwsError, Connection, Identity};
use crate::board::Comparison;
use crate::replay::drive::{Control, SharedJournal};
use crate::source::history::Halt;
use crate::source::limiter::Limiter;
use crate::source::poll;
use crate::wiring::{self, Counts, Line, Sender};

use super::document::Excerpt;
use super::message::Message;
use super::model::Place;

pub use attempts::{AttemptsFound, AttemptsWanted};
pub use compare::CompareWanted;
pub use replay::{Changes, Order, ReplayAnswer, ReplayRequest};
pub use save::{Luggage, SaveAs, SaveWanted, Saved};
pub(super) use wiring_jobs::place;
pub use wiring_jobs::{Glance, NamedGroup, Preview, ways};

pub use source::SourceWanted;

/// What CloudWatch's counts are asked for by.
const MINUTE: Duration = Duration::from_mins(1);
/// Messages of jobs that may wait to be heard; a job that has more to tell waits.
const CHANNEL: usize = 64;

/// Names one job, and with it everything that comes back from it; never given out twice.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Ticket(u64);

/// Gives out tickets.
#[derive(Debug, Default)]
pub struct Tickets(u64);

impl Tickets {
    /// A ticket that was never given out before.
    pub fn take(&mut self) -> Ticket {
        self.0 += 1;
        Ticket(self.0)
    }
}

/// What a job is to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Request {
    /// Whose credentials these are.
    Identity,
    /// The attempts of an invocation, from its function's log.
    Attempts(Box<AttemptsWanted>),
    /// What there is to read: log groups, and functions with where their outcomes go.
    Discover,
    /// The wiring of a function, as the doctor sees it.
    Examine(String),
    /// The last record of a log group.
    Preview(String),
    /// Why the logs of a function's receivers, or of these groups, have no record.
    WhyEmpty {
        /// The sender, when it is known.
        function: Option<String>,
        /// The groups that are read.
        groups: Vec<String>,
    },
    /// What CloudWatch counts of functions.
    Measure {
        /// Their bare names.
        functions: Vec<String>,
        /// First millisecond since the Unix epoch.
        from: i64,
        /// The millisecond after the last.
        to: i64,
    },
    /// Two records are compared.
    Compare(CompareWanted),
    /// Records are saved as files.
    Save(Box<SaveWanted>),
    /// The code around the line of a frame.
    Source(Box<SourceWanted>),
    /// Something about replays.
    Replay(ReplayRequest),
}

/// What a job has found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Whose credentials these are.
    Identity(Identity),
    /// The attempts of an invocation.
    Attempts(Box<AttemptsFound>),
    /// Some of the log groups.
    Groups(Vec<NamedGroup>),
    /// Region, profile and endpoint that are looked at.
    At(Place),
    /// What may not be listed, and why.
    NotListed(String),
    /// How many functions were asked for their destinations.
    Surveyed {
        /// So far.
        done: usize,
        /// Of how many.
        total: usize,
    },
    /// The functions that send their outcomes anywhere.
    Senders(Vec<Sender>),
    /// The wiring of a function, in lines.
    Examined(Vec<Line>),
    /// The last record of a log group.
    Preview(Preview),
    /// Why there is no record, each in a sentence.
    Reasons(Vec<String>),
    /// What CloudWatch counts.
    Counted(Counts),
    /// How two records compare.
    Compared(Box<Comparison>),
    /// Where records were saved.
    Saved(Saved),
    /// The code around the line of a frame.
    Source(Excerpt),
    /// Something about replays.
    Replay(ReplayAnswer),
}

/// What is heard of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum News {
    /// A part of what it found; more follows.
    Progress(Answer),
    /// How it ended.
    Done(Result<Answer, JobError>),
}

/// Why a job came to nothing.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// AWS cannot be reached, or refused.
    #[error(transparent)]
    Aws(#[from] AwsError),
    /// What was asked for is not there, or cannot be done; the words say what to do about it.
    #[error("{0}")]
    Told(String),
    /// A defect: its code panicked.
    #[error("a defect in arrivals: {0}")]
    Panicked(String),
}

/// What jobs reach out through.
#[derive(Debug, Clone)]
pub struct World {
    /// AWS, as the flags name it.
    pub aws: Connection,
    /// AWS, as payloads are sent to it: the same, unless another profile sends.
    pub sending: Connection,
    /// The journal of replays, or why there is none: then nothing is sent.
    pub journal: Result<SharedJournal, String>,
    /// Folder of what the reader saves, or why there is none.
    pub reports: Result<PathBuf, String>,
    /// How many times as fast as the service's the clock of the endpoint goes; 1 for AWS.
    pub time_scale: f64,
    /// How log groups are read that are picked on the board.
    pub tail: poll::Options,
    /// Whether the command line wants queries of Logs Insights. What is picked is polled: queries are agreed to beforehand.
    pub queried: bool,
    /// The rate at which they are read.
    pub limiter: Limiter,
    /// Whether CloudWatch is asked for its own counts.
    pub metered: bool,
}

impl World {
    /// From when on what was logged is read, in milliseconds since the Unix epoch; `None` from the beginning.
    #[must_use]
    pub fn since(&self) -> Option<i64> {
        (self.tail.since > 0).then_some(self.tail.since)
    }

    /// From when on CloudWatch's counts can be set against what is read, when they are wanted and all of it is read.
    #[must_use]
    pub fn counted_since(&self) -> Option<i64> {
        let tail = &self.tail;
        let whole = tail.pattern.is_none() && tail.streams.is_empty() && tail.stream_prefix.is_none();
        (self.metered && whole && tail.until.is_none()).then_some(tail.since)
    }
}

/// Tells what a job has found so far.
#[derive(Debug, Clone)]
pub struct Reporter {
    ticket: Ticket,
    news: mpsc::Sender<(Ticket, News)>,
}

impl Reporter {
    /// Tells a part of the answer. Waits while the board is behind; nobody listens once the job is cancelled.
    pub async fn progress(&self, answer: Answer) {
        self.tell(News::Progress(answer)).await;
    }

    async fn tell(&self, news: News) {
        // A board that is gone needs no news.
        let _ = self.news.send((self.ticket, news)).await;
    }
}

impl Request {
    /// Does what is asked.
    async fn work(
        self,
        world: &World,
        reporter: &Reporter,
        controls: mpsc::UnboundedReceiver<Control>,
    ) -> Result<Answer, JobError> {
        match self {
            Self::Replay(request) => request.work(world, reporter, controls).await,
            Self::Discover => Ok(wiring_jobs::discover(world.aws.clients().await?, reporter).await?),
            Self::Examine(function) => Ok(wiring_jobs::examine(world.aws.clients().await?, &function).await?),
            Self::Preview(group) => Ok(wiring_jobs::preview(world.aws.clients().await?, group).await),
            Self::WhyEmpty { function, groups } => {
                Ok(wiring_jobs::why_empty(world.aws.clients().await?, function.as_deref(), &groups).await)
            }
            Self::Measure { functions, from, to } => {
                let clients = world.aws.clients().await?;
                let counts = wiring::measure(&clients, &functions, (from, to), MINUTE).await?;
                Ok(Answer::Counted(counts))
            }
            Self::Identity => Ok(Answer::Identity(world.aws.clients().await?.identity().await?)),
            Self::Attempts(wanted) => {
                let clients = world.aws.clients().await?;
                Ok(Answer::Attempts(Box::new(attempts::find(&clients, &wanted).await?)))
            }
            Self::Compare(wanted) => compare::compare(wanted).await,
            Self::Save(wanted) => blocking(move || save::save(&wanted)).await.map(Answer::Saved),
            Self::Source(wanted) => blocking(move || source::find(&wanted)).await.map(Answer::Source),
        }
    }
}

/// Does work that reads or writes files, or computes for long, on a thread of its own.
async fn blocking<T: Send + 'static>(work: impl FnOnce() -> Result<T, String> + Send + 'static) -> Result<T, JobError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(done) => done.map_err(JobError::Told),
        Err(error) => Err(JobError::Panicked(error.to_string())),
    }
}

/// A job that runs.
#[derive(Debug)]
struct Running {
    job: AbortHandle,
    controls: mpsc::UnboundedSender<Control>,
}

/// The jobs that run. Dropping it ends them.
#[derive(Debug)]
pub(super) struct Jobs {
    world: World,
    running: HashMap<Ticket, Running>,
    news: mpsc::Sender<(Ticket, News)>,
    heard: mpsc::Receiver<(Ticket, News)>,
}

impl Jobs {
    /// No job yet, in this world.
    pub(super) fn new(world: World) -> Self {
        let (news, heard) = mpsc::channel(CHANNEL);
        Self { world, running: HashMap::new(), news, heard }
    }

    /// What they reach out through.
    pub(super) fn world(&self) -> &World {
        &self.world
    }

    /// The same for another read, which is stopped by itself.
    pub(super) fn world_anew(&mut self) -> World {
        self.world.tail.halt = Halt::default();
        self.world.clone()
    }

    /// Starts a job.
    pub(super) fn start(&mut self, ticket: Ticket, request: Request) {
        let world = self.world.clone();
        let (controls, control) = mpsc::unbounded_channel();
        self.spawn(ticket, controls, async move |reporter| {
            let done = request.work(&world, &reporter, control).await;
            if matches!(&done, Err(JobError::Aws(error)) if error.may_pass_by_login()) {
                world.aws.forget().await;
                world.sending.forget().await;
            }
            done
        });
    }

    /// Ends a job, if it still runs; nothing more is heard of it.
    pub(super) fn cancel(&mut self, ticket: Ticket) {
        if let Some(running) = self.running.remove(&ticket) {
            running.job.abort();
        }
    }

    /// Tells a job something while it runs.
    pub(super) fn tell(&mut self, ticket: Ticket, control: Control) {
        if let Some(running) = self.running.get(&ticket) {
            // A job that does not listen, or is at its end, does without.
            let _ = running.controls.send(control);
        }
    }

    /// What is heard next; waits for ever when no job runs.
    pub(super) async fn next(&mut self) -> Message {
        loop {
            let Some((ticket, news)) = self.heard.recv().await else { std::future::pending().await };
            let running = match &news {
                News::Progress(_) => self.running.contains_key(&ticket),
                News::Done(_) => self.running.remove(&ticket).is_some(),
            };
            if running {
                return Message::Job { ticket, news };
            }
        }
    }

    fn spawn<W, F>(&mut self, ticket: Ticket, controls: mpsc::UnboundedSender<Control>, work: W)
    where
        W: FnOnce(Reporter) -> F,
        F: Future<Output = Result<Answer, JobError>> + Send + 'static,
    {
        let reporter = Reporter { ticket, news: self.news.clone() };
        let work = work(reporter.clone());
        let job = tokio::spawn(PANIC.scope(RefCell::default(), async move {
            let done = AssertUnwindSafe(work).catch_unwind().await;
            let done = done.unwrap_or_else(|panic| Err(JobError::Panicked(told(&*panic))));
            reporter.tell(News::Done(done)).await;
        }));
        self.running.insert(ticket, Running { job: job.abort_handle(), controls });
    }
}

impl Drop for Jobs {
    fn drop(&mut self) {
        self.running.values().for_each(|running| running.job.abort());
    }
}

tokio::task_local! {
    /// What a job panicked with, and where: the panic itself does not carry the place.
    static PANIC: RefCell<Option<String>>;
}

/// Takes a panic that happens in a job, for its last news; `false` when it happens elsewhere.
pub(super) fn take_panic(panic: &std::panic::PanicHookInfo<'_>) -> bool {
    PANIC.try_with(|place| *place.borrow_mut() = Some(panic.to_string())).is_ok()
}

fn told(panic: &(dyn Any + Send)) -> String {
    let words = || panic.downcast_ref::<&str>().map(ToString::to_string).or_else(|| panic.downcast_ref().cloned());
    PANIC.try_with(RefCell::take).ok().flatten().or_else(words).unwrap_or_else(|| "a job panicked".to_owned())
}

#[cfg(test)]
mod tests {
    use crate::aws::Settings;

    use super::*;

    fn jobs() -> (Jobs, Tickets) {
        let aws = Connection::lazy(Settings { region: Some("no region".to_owned()), ..Settings::default() });
        let sending = aws.clone();
        (
            Jobs::new(World {
                aws,
                sending,
                journal: Err("none".to_owned()),
                reports: Err("none".to_owned()),
                time_scale: 1.0,
                tail: poll::Options::default(),
                queried: false,
                limiter: Limiter::default(),
                metered: false,
            }),
            Tickets::default(),
        )
    }

    #[tokio::test]
    async fn counts_are_set_against_what_is_read_whole_and_only_when_they_are_wanted() {
        let since = |metered, pattern: Option<&str>| {
            let (jobs, _) = jobs();
            let tail = poll::Options { since: 7, pattern: pattern.map(str::to_owned), ..poll::Options::default() };
            World { tail, metered, ..jobs.world().clone() }.counted_since()
        };
        assert_eq!([since(true, None), since(false, None), since(true, Some("x"))], [Some(7), None, None]);
    }

    fn deaf() -> mpsc::UnboundedSender<Control> {
        mpsc::unbounded_channel().0
    }

    fn answer(account: &str) -> Answer {
        Answer::Identity(Identity { account: account.to_owned(), arn: String::new() })
    }

    async fn next(jobs: &mut Jobs) -> (Ticket, News) {
        let Message::Job { ticket, news } = jobs.next().await else { panic!("no news") };
        (ticket, news)
    }

    #[tokio::test]
    async fn progress_comes_before_the_end() {
        let (mut jobs, mut tickets) = jobs();
        let ticket = tickets.take();
        jobs.spawn(ticket, deaf(), async |reporter| {
            reporter.progress(answer("1")).await;
            Ok(answer("2"))
        });
        assert_eq!(next(&mut jobs).await, (ticket, News::Progress(answer("1"))));
        assert_eq!(next(&mut jobs).await, (ticket, News::Done(Ok(answer("2")))));
        assert!(jobs.running.is_empty());
    }

    #[tokio::test]
    async fn errors_and_panics_are_news() {
        let (mut jobs, mut tickets) = jobs();
        let (refused, lost) = (tickets.take(), tickets.take());
        jobs.start(refused, Request::Identity);
        let (ticket, News::Done(Err(JobError::Aws(error)))) = next(&mut jobs).await else { panic!("no error") };
        assert_eq!((ticket, error.exit_kind().code()), (refused, 253));
        jobs.spawn(lost, deaf(), async |_| panic!("lost the thread"));
        let (ticket, News::Done(Err(JobError::Panicked(words)))) = next(&mut jobs).await else { panic!("no panic") };
        assert_eq!((ticket, words.as_str()), (lost, "lost the thread"));
    }

    #[tokio::test]
    async fn nothing_is_heard_of_a_cancelled_job() {
        let (mut jobs, mut tickets) = jobs();
        let (first, second) = (tickets.take(), tickets.take());
        let (held, released) = tokio::sync::oneshot::channel::<()>();
        jobs.spawn(first, deaf(), async move |reporter| {
            let _held = held;
            reporter.progress(answer("1")).await;
            std::future::pending().await
        });
        jobs.cancel(first);
        assert!(released.await.is_err());
        jobs.spawn(second, deaf(), async |_| Ok(answer("2")));
        assert_eq!(next(&mut jobs).await, (second, News::Done(Ok(answer("2")))));
    }

    #[tokio::test]
    async fn the_end_of_the_board_ends_them() {
        let (mut jobs, mut tickets) = jobs();
        let (held, released) = tokio::sync::oneshot::channel::<()>();
        jobs.spawn(tickets.take(), deaf(), async move |_| {
            let _held = held;
            std::future::pending().await
        });
        drop(jobs);
        assert!(released.await.is_err());
    }
}
