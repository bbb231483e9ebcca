//! Following log groups by asking FilterLogEvents again and again.
//!
//! First the history since a time, page after page; then the end of the log, every two to five seconds, each
//! time from [`Window::next_start`](super::window::Window::next_start) without an end; and now and then, a page or
//! a few between two polls, a sweep over what lies before that. What fails in passing is repeated, for ever when
//! following. A group that fails for good leaves the others running.

mod cadence;
pub(super) mod connection;
mod group;
mod lag;
mod live;
mod merged;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::future;
use tokio::sync::{mpsc, watch};

use self::connection::Connection;
use self::group::Group;
use self::merged::Merged;
use super::extraction::Extraction;
use super::history::Halt;
use super::limiter::Limiter;
use super::window::Window;
use super::{Batch, SourceError, SourceUpdate, Status, Stopper, task};
use crate::aws::Clients;
use crate::log::{Gap, Origin, Traffic};

/// What is polled, and how.
#[derive(Debug, Clone)]
#[allow(clippy::struct_excessive_bools, reason = "each is a choice of its own")]
pub struct Options {
    /// Names or ARNs of the log groups.
    pub groups: Vec<Arc<str>>,
    /// First millisecond of the history, since the Unix epoch.
    pub since: i64,
    /// Last millisecond, inclusive. Nothing is followed when it is given.
    pub until: Option<i64>,
    /// Whether to go on after the history.
    pub follow: bool,
    /// CloudWatch's filter pattern.
    pub pattern: Option<String>,
    /// Names of log streams; all when empty.
    pub streams: Vec<String>,
    /// What the names of log streams begin with.
    pub stream_prefix: Option<String>,
    /// How far back from the newest event the log is read again.
    pub overlap: Duration,
    /// Wait between two polls of a group in which something happens; a quiet one is asked less often.
    pub interval: Duration,
    /// Whether values that data protection masks are shown, which takes the permission `logs:Unmask`.
    pub unmask: bool,
    /// Whether somebody is there to log in again: credentials that have expired are waited for from the first request on.
    pub patient: bool,
    /// Most events on a page; the service's own limit when left out.
    pub page_limit: Option<i32>,
    /// Whether live tail tells what comes, where it can be had; the groups are read less often then.
    pub live: bool,
    /// How long a live-tail session lasts before the next one takes over; the service ends it after three hours.
    pub session: Duration,
    /// How what comes later than the overlap is found; it is not when this is left out.
    pub sweep: Option<Sweep>,
    /// Stops reading back for a while.
    pub halt: Halt,
    /// Ends the whole read, with what waits for further events.
    pub stopper: Stopper,
}

/// A read of a longer stretch now and then, which finds what came later than the overlap.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Sweep {
    /// Wait between two of them.
    pub every: Duration,
    /// How far back they reach from the newest event. What comes later still is not found.
    pub span: Duration,
}

impl Default for Sweep {
    /// The last hour, every five minutes.
    fn default() -> Self {
        Self { every: Duration::from_mins(5), span: Duration::from_hours(1) }
    }
}

impl Default for Options {
    /// No groups, everything since the Unix epoch, followed with an overlap of 60 s every 2 s, and swept.
    fn default() -> Self {
        Self {
            groups: Vec::new(),
            since: 0,
            until: None,
            follow: true,
            pattern: None,
            streams: Vec::new(),
            stream_prefix: None,
            overlap: Duration::from_mins(1),
            interval: Duration::from_secs(2),
            unmask: false,
            patient: false,
            page_limit: None,
            live: false,
            session: live::RENEWAL,
            sweep: Some(Sweep::default()),
            halt: Halt::default(),
            stopper: Stopper::default(),
        }
    }
}

/// Starts polling in a task of the current runtime, at the rate that `limiter` permits.
///
/// Dropping the receiver ends the task.
#[must_use]
pub fn start(clients: Clients, limiter: Limiter, options: Options) -> mpsc::Receiver<SourceUpdate> {
    task::start(|updates| run(updates, clients, limiter, options))
}

async fn run(
    updates: mpsc::Sender<SourceUpdate>,
    clients: Clients,
    limiter: Limiter,
    options: Options,
) -> Result<(), SourceError> {
    let shared = Shared {
        connection: Arc::new(Connection::new(clients)),
        limiter,
        extraction: Extraction::default(),
        updates,
        merged: Mutex::new(Merged::new(&options.groups)),
        answered: AtomicBool::new(false),
        following: watch::Sender::new(0),
        traffic: Mutex::default(),
    };
    shared.send(SourceUpdate::Status(Status::Connecting)).await;
    read_to_the_end(&shared, &options, vec![None; options.groups.len()]).await
}

/// What was read before, and how.
pub(super) struct Handed {
    /// For every group, what was read of it lately.
    pub(super) windows: Vec<Window>,
    pub(super) connection: Arc<Connection>,
    pub(super) extraction: Extraction,
}

/// Follows groups that were read up to now.
pub(super) async fn follow(
    updates: mpsc::Sender<SourceUpdate>,
    limiter: Limiter,
    options: Options,
    handed: Handed,
) -> Result<(), SourceError> {
    let shared = Shared {
        connection: handed.connection,
        limiter,
        extraction: handed.extraction,
        updates,
        merged: Mutex::new(Merged::new(&options.groups)),
        answered: AtomicBool::new(true),
        following: watch::Sender::new(0),
        traffic: Mutex::default(),
    };
    read_to_the_end(&shared, &options, handed.windows.into_iter().map(Some).collect()).await
}

/// Reads all groups, those with a window from where it ends, and tells what is left over.
async fn read_to_the_end(shared: &Shared, options: &Options, windows: Vec<Option<Window>>) -> Result<(), SourceError> {
    let result = read_all(shared, options, windows).await;
    let rest = shared.extraction.finish();
    if !rest.found.is_empty() {
        shared.send(SourceUpdate::Found(rest)).await;
    }
    shared.tell_traffic().await;
    result?.into_iter().flatten().next().map_or(Ok(()), Err)
}

/// Reads all groups to their ends, with live tail beside them if it is wanted.
async fn read_all(
    shared: &Shared,
    options: &Options,
    windows: Vec<Option<Window>>,
) -> Result<Vec<Option<SourceError>>, SourceError> {
    let is_live = options.live && options.follow && options.until.is_none();
    let (pushed, hubs) = if is_live { live::hubs(shared, options) } else { (Vec::new(), Vec::new()) };
    let pushed = pushed.into_iter().map(Some).chain(std::iter::repeat_with(|| None));
    let groups = windows.into_iter().zip(pushed).enumerate();
    let groups = groups.map(|(index, (window, pushed))| read(shared, options, index, window, pushed));
    let all_follow = async {
        let _ = shared.following.subscribe().wait_for(|following| *following >= options.groups.len()).await;
        future::join_all(hubs.into_iter().map(live::Hub::run)).await;
        // Without sessions the groups are polled.
        future::pending::<()>().await;
    };
    tokio::select! {
        result = future::try_join_all(groups) => result,
        () = all_follow => Ok(Vec::new()),
    }
}

/// Reads one group to its end. What concerns it alone does not end the others, and is given back as a success.
async fn read(
    shared: &Shared,
    options: &Options,
    index: usize,
    window: Option<Window>,
    pushed: Option<mpsc::Receiver<live::Pushed>>,
) -> Result<Option<SourceError>, SourceError> {
    match Group::new(shared, options, index, window).told(pushed).run().await {
        Ok(()) => Ok(None),
        Err(error) if options.groups.len() > 1 && error.is_of_its_group() => {
            shared.lost(index, &options.groups[index], &error).await;
            Ok(Some(error))
        }
        Err(error) => Err(error),
    }
}

/// What the groups of one source have in common.
struct Shared {
    connection: Arc<Connection>,
    limiter: Limiter,
    extraction: Extraction,
    updates: mpsc::Sender<SourceUpdate>,
    merged: Mutex<Merged>,
    /// Whether any request of any group was answered: the credentials were good then.
    answered: AtomicBool,
    /// How many groups are followed by now, or lost.
    following: watch::Sender<usize>,
    /// What was asked of the service and is not told yet.
    traffic: Mutex<Traffic>,
}

impl Shared {
    /// A group is followed, or lost: live tail waits for the last of them.
    fn follows(&self) {
        self.following.send_modify(|following| *following += 1);
    }

    /// A closed channel needs no answer: whoever closed it also ends the task.
    async fn send(&self, update: SourceUpdate) {
        let _ = self.updates.send(update).await;
    }

    async fn found(&self, batch: Batch) {
        if batch.events + batch.repeated > 0 || !batch.found.is_empty() {
            self.send(SourceUpdate::Found(batch)).await;
        }
    }

    /// Counts what was asked of the service; it is told with the next status.
    fn count(&self, traffic: Traffic) {
        self.traffic.lock().unwrap_or_else(PoisonError::into_inner).add(traffic);
    }

    async fn tell_traffic(&self) {
        let traffic = std::mem::take(&mut *self.traffic.lock().unwrap_or_else(PoisonError::into_inner));
        if traffic != Traffic::default() {
            self.send(SourceUpdate::Traffic(traffic)).await;
        }
    }

    async fn status(&self, group: usize, status: Status) {
        self.tell_traffic().await;
        let merged = self.merged().set(group, status);
        self.tell(merged).await;
    }

    /// A group is not read any further.
    async fn lost(&self, index: usize, group: &Arc<str>, error: &SourceError) {
        let origin = Origin { log_group: Some(Arc::clone(group)), ..Origin::default() };
        self.follows();
        let from = Some(now());
        self.send(SourceUpdate::Gap(Gap { origin, from, to: None, reason: error.to_string() })).await;
        let merged = self.merged().end(index);
        self.tell(merged).await;
    }

    async fn tell(&self, status: Option<Status>) {
        if let Some(status) = status {
            self.send(SourceUpdate::Status(status)).await;
        }
    }

    fn merged(&self) -> MutexGuard<'_, Merged> {
        self.merged.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A window that remembers what sweeps will read again.
pub(super) fn window(options: &Options) -> Window {
    let window = Window::new(options.since, options.overlap);
    match options.sweep {
        Some(sweep) if options.follow && options.until.is_none() => window.swept(sweep.span),
        _ => window,
    }
}

/// Milliseconds since the Unix epoch.
pub(super) fn now() -> i64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}
