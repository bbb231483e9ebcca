//! Reading back through CloudWatch Logs Insights, which goes through large logs faster than FilterLogEvents may be asked.
//!
//! ```text
//! Reader ── queries on pieces of time, as many at once as the account allows, the newest told first
//!   │ a piece that holds more than a query gives is parted again
//! query  ── start, wait, rows: the log events that hold a word which every record has
//!   │
//! whole  ── what was cut is fetched by its pointer, a part of a record is read with what stands around it
//! ```
//!
//! A follow takes the last hour, which it may read again, from FilterLogEvents, as [`super::history`] does. Every record
//! belongs to one of the two by the time at which it begins.

mod price;
mod query;
mod ranges;
mod reader;
mod running;
mod whole;

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::mpsc;

use self::ranges::Piece;
use self::reader::Reader;
use super::backoff::{self, Backoff};
use super::extraction::Extraction;
use super::limiter::Limiter;
use super::newest::Telling;
use super::patience::{PATIENCE, Standing};
use super::poll::connection::Connection;
use super::poll::{self, Options};
use super::{CHANNEL, SourceError, SourceUpdate, Status, asked, history, task};
use crate::aws::{AwsError, Clients, Recovery};
use crate::log::{Gap, Origin, Traffic};
use crate::record::{Finder, Found};

pub use price::Survey;
pub use running::Running;

/// A word that every invocation record has, however it was logged.
const WORD: &str = "approximateInvokeCount";
/// What is asked for; the exact query is applied to what was read. The oldest come first, so that what lies behind the
/// end of a piece takes no place of its own.
const QUERY: &str = r#"fields @timestamp, @ingestionTime, @logStream, @message | filter @message like "approximateInvokeCount" | sort @timestamp asc"#;
/// Most rows of a query.
const LIMIT: i32 = 10_000;
/// Queries that run at once; an account may run more, but not for us alone.
const AT_ONCE: usize = 10;
/// Requests within a second: less than AWS permits for any of them.
const PER_SECOND: u32 = 5;
/// As far back as a follower may read again, where no sweep reaches further.
const AGAIN: Duration = Duration::from_hours(1);
/// Milliseconds by which the clocks of writers may be ahead.
const AHEAD: i64 = 60_000;

/// Starts reading in a task of the current runtime: what was logged since `options.since`, through queries that
/// `running` knows, and then what comes, as [`poll::start`] does.
///
/// Dropping the receiver ends the task, and stops its queries.
#[must_use]
pub fn start(
    clients: Clients,
    limiter: Limiter,
    options: Options,
    survey: Survey,
    running: Running,
) -> mpsc::Receiver<SourceUpdate> {
    task::start(|updates| run(updates, clients, limiter, options, survey, running))
}

/// Where the queries on a group end, in milliseconds since the Unix epoch.
#[derive(Debug, Clone, Copy)]
struct End {
    /// The last millisecond of the log events.
    to: i64,
    /// Records that begin from there on are read by who follows.
    before: i64,
}

/// What queries have in common.
struct Shared {
    connection: Connection,
    limiter: Limiter,
    options: Options,
    ends: Vec<End>,
    /// Most rows of a query.
    limit: i32,
    extraction: Extraction,
    /// What was found and is not told yet.
    telling: Telling,
    updates: mpsc::Sender<SourceUpdate>,
    running: Running,
    traffic: Mutex<Traffic>,
}

async fn run(
    updates: mpsc::Sender<SourceUpdate>,
    clients: Clients,
    limiter: Limiter,
    options: Options,
    survey: Survey,
    running: Running,
) -> Result<(), SourceError> {
    let plan = Plan::of(&options, &survey.classes, poll::now());
    let queries = if limiter.most_per_second() == u32::MAX { limiter.clone() } else { Limiter::per_second(PER_SECOND) };
    let extraction = Extraction::default();
    let shared = Arc::new(Shared {
        connection: Connection::new(clients.clone()),
        limiter: queries,
        ends: plan.ends.clone(),
        limit: options.page_limit.unwrap_or(LIMIT).clamp(1, LIMIT),
        telling: Telling::new(options.groups.len(), extraction.clone(), updates.clone()),
        options,
        extraction,
        updates,
        running,
        traffic: Mutex::default(),
    });
    shared.send(SourceUpdate::Status(Status::Connecting)).await;
    for gap in plan.gaps {
        shared.send(SourceUpdate::Gap(gap)).await;
    }
    let follower =
        Follower { shared: &shared, horizon: plan.horizon, reads: AtomicBool::new(true), last: Mutex::default() };
    let stopper = shared.options.stopper.clone();
    let reading = async {
        let lost = Reader::new(Arc::clone(&shared), plan.pieces).run().await?;
        follower.show().await;
        Ok::<_, SourceError>(lost)
    };
    let all = async {
        let (lost, ()) = tokio::try_join!(reading, follower.run(clients, limiter, plan.followed))?;
        lost.map_or(Ok(()), Err)
    };
    tokio::select! {
        ended = all => ended,
        () = stopper.stopped() => {
            shared.leave().await;
            Ok(())
        }
    }
}

/// What is queried, and what is followed.
struct Plan {
    ends: Vec<End>,
    pieces: Vec<Piece>,
    followed: Vec<Arc<str>>,
    /// Where the follower's part begins.
    horizon: i64,
    /// What cannot be followed.
    gaps: Vec<Gap>,
}

impl Plan {
    fn of(options: &Options, classes: &[String], began: i64) -> Self {
        let reach = options.sweep.map_or(AGAIN, |sweep| sweep.span.max(AGAIN)).max(options.overlap);
        let horizon = began.saturating_sub(i64::try_from(reach.as_millis()).unwrap_or(i64::MAX)).max(options.since);
        let mut plan = Self { ends: Vec::new(), pieces: Vec::new(), followed: Vec::new(), horizon, gaps: Vec::new() };
        let follows = options.follow && options.until.is_none();
        for (at, (group, class)) in options.groups.iter().zip(classes).enumerate() {
            let is_followed = follows && class == "STANDARD";
            let end = if is_followed {
                End { to: horizon + Finder::SPAN, before: horizon }
            } else {
                End { to: options.until.unwrap_or(began + AHEAD), before: i64::MAX }
            };
            plan.ends.push(end);
            if is_followed {
                plan.followed.push(Arc::clone(group));
            } else if follows {
                plan.gaps.push(not_followed(group, class, began));
            }
            if !is_followed || options.since < horizon {
                plan.pieces.extend(Piece::of(at, options.since, end.to));
            }
        }
        plan
    }
}

fn not_followed(group: &Arc<str>, class: &str, from: i64) -> Gap {
    let origin = Origin { log_group: Some(Arc::clone(group)), ..Origin::default() };
    let reason =
        format!("the log group {group} is of the class {class}: it is queried up to now, and cannot be followed");
    Gap { origin, from: Some(from), to: None, reason }
}

/// Follows the groups while the queries run; what it does is shown once they have ended.
struct Follower<'a> {
    shared: &'a Shared,
    horizon: i64,
    reads: AtomicBool,
    last: Mutex<Option<Status>>,
}

impl Follower<'_> {
    async fn run(&self, clients: Clients, limiter: Limiter, groups: Vec<Arc<str>>) -> Result<(), SourceError> {
        if groups.is_empty() {
            return Ok(());
        }
        // A record that begins before the horizon may end behind it.
        let since = (self.horizon - Finder::SPAN).max(self.shared.options.since);
        let options = Options { groups, since, ..self.shared.options.clone() };
        let (send, mut updates) = mpsc::channel(CHANNEL);
        let reading = history::run(send, clients, limiter, options, self.shared.extraction.clone());
        let telling = async {
            while let Some(update) = updates.recv().await {
                self.pass(update).await;
            }
        };
        tokio::join!(reading, telling).0
    }

    async fn pass(&self, mut update: SourceUpdate) {
        if let SourceUpdate::Found(batch) = &mut update {
            batch.found.retain(|found: &Found| found.time() >= self.horizon);
        }
        match update {
            SourceUpdate::Status(Status::Retrying { .. }) => self.shared.send(update).await,
            SourceUpdate::Status(status) if self.reads.load(Ordering::Relaxed) => {
                *self.last.lock().unwrap_or_else(PoisonError::into_inner) = Some(status);
            }
            update => self.shared.send(update).await,
        }
    }

    async fn show(&self) {
        self.reads.store(false, Ordering::Relaxed);
        let last = self.last.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(status) = last {
            self.shared.send(SourceUpdate::Status(status)).await;
        }
    }
}

impl Shared {
    fn follows(&self) -> bool {
        self.options.follow && self.options.until.is_none()
    }

    /// A closed channel needs no answer: whoever closed it also ends the task.
    async fn send(&self, update: SourceUpdate) {
        let _ = self.updates.send(update).await;
    }

    /// Tells what was found so far and what waits for further events, stops the queries, and tells what they took.
    async fn leave(&self) {
        self.telling.leave().await;
        self.running.stop_all().await;
        self.count(self.running.stopped());
        self.tell_traffic().await;
    }

    fn count(&self, traffic: Traffic) {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner).add(traffic);
    }

    /// Tells a status, and what was asked of the service before it.
    async fn tell(&self, status: Status) {
        self.tell_traffic().await;
        self.send(SourceUpdate::Status(status)).await;
    }

    async fn tell_traffic(&self) {
        let traffic = std::mem::take(&mut *self.traffic.lock().unwrap_or_else(PoisonError::into_inner));
        if traffic != Traffic::default() {
            self.send(SourceUpdate::Traffic(traffic)).await;
        }
    }

    /// Asks until there is an answer, or a failure that does not pass.
    async fn ask<T, F>(&self, group: &str, ask: impl Fn(Clients) -> F) -> Result<T, AwsError>
    where
        F: Future<Output = Result<T, AwsError>>,
    {
        let mut backoff = Backoff::default();
        loop {
            self.limiter.acquire().await;
            let answer = match self.connection.of(group).await {
                Ok(clients) => ask(clients).await,
                Err(error) => Err(error),
            };
            self.count(asked(&answer));
            match answer {
                Ok(told) => {
                    self.limiter.answered();
                    return Ok(told);
                }
                Err(error) => self.endure(&mut backoff, error).await?,
            }
        }
    }

    /// Waits after a failure that may pass; gives back one that will not, or has not for too long.
    async fn endure(&self, backoff: &mut Backoff, error: AwsError) -> Result<(), AwsError> {
        let recovery = error.recovery();
        let standing = Standing {
            follows: self.follows(),
            patient: self.options.patient,
            answered: true,
            found: false,
            failures: backoff.failures(),
        };
        if standing.gives_up(&error) {
            return Err(error);
        }
        let throttled = recovery == Recovery::SlowDown;
        if throttled {
            self.limiter.throttled();
        }
        let wait = backoff.next(backoff::random());
        self.tell(Status::Retrying { wait, reason: error.to_string(), throttled }).await;
        tokio::time::sleep(wait).await;
        if recovery == Recovery::LogIn {
            self.connection.renew().await;
        }
        Ok(())
    }
}
