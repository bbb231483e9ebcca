//! Live-tail sessions beside the polls.
//!
//! A session pushes what is taken in, about a second later; what it tells has no ids, may be a sample, and is lost
//! while nobody listens. So every group is still read, less often: as soon as a session has begun, for what came before
//! it; whenever it told a sample, for the rest; and every half a minute, since nothing else proves that nothing was lost.
//!
//! A session lasts three hours at most. The next one begins before that, and the old one is listened to until the new
//! one has told for a while; what both tell is told once.

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;
use tokio::time::{Instant, sleep, sleep_until, timeout};

use super::{Options, Shared};
use crate::aws::{AwsError, LiveEnd, LiveRange, LiveSession, LiveUpdate, Recovery, region_of};
use crate::log::{Follow, LogEvent, Traffic};
use crate::source::SourceUpdate;
use crate::source::backoff::{self, Backoff};

/// Most groups of a session.
const GROUPS: usize = 10;
/// When the next session begins, before this one is over at three hours.
pub(super) const RENEWAL: Duration = Duration::from_mins(175);
/// How long the old session is listened to after the new one has begun.
const OVERLAP: Duration = Duration::from_secs(5);
/// A session tells something every second; one that is silent for this long is dead.
const SILENCE: Duration = Duration::from_secs(20);
/// Wait before a session is tried again while the account has as many as it may.
const BUSY: Duration = Duration::from_mins(1);
/// Updates that wait for a group.
const WAITING: usize = 64;

/// What a session tells a group.
#[derive(Debug)]
pub(super) enum Pushed {
    /// It has begun: what was taken in before must be read.
    Opened {
        /// Its number, which no other session has.
        session: u64,
    },
    /// What was taken in.
    Events {
        session: u64,
        events: Vec<LogEvent>,
        /// Whether there were more.
        sampled: bool,
    },
    /// No session tells anything now.
    Closed,
}

/// Groups that one session tells of, and where it tells it.
pub(super) struct Hub<'a> {
    shared: &'a Shared,
    range: LiveRange,
    groups: Vec<mpsc::Sender<Pushed>>,
    sessions: u64,
    /// When the next session begins.
    renewal: Duration,
}

/// The ends of the groups, in their order, and the hubs for them: one for every ten groups of a region.
pub(super) fn hubs<'a>(shared: &'a Shared, options: &Options) -> (Vec<mpsc::Receiver<Pushed>>, Vec<Hub<'a>>) {
    let (senders, receivers): (Vec<_>, Vec<_>) = options.groups.iter().map(|_| mpsc::channel(WAITING)).unzip();
    let mut hubs: Vec<Hub<'a>> = Vec::new();
    for (group, sender) in options.groups.iter().zip(senders) {
        let room = if options.streams.is_empty() && options.stream_prefix.is_none() { GROUPS } else { 1 };
        let fits =
            |hub: &&mut Hub<'_>| hub.range.groups.len() < room && region_of(&hub.range.groups[0]) == region_of(group);
        if let Some(hub) = hubs.iter_mut().find(fits) {
            hub.range.groups.push(Arc::clone(group));
            hub.groups.push(sender);
        } else {
            hubs.push(Hub::new(shared, options, Arc::clone(group), sender));
        }
    }
    (receivers, hubs)
}

impl<'a> Hub<'a> {
    fn new(shared: &'a Shared, options: &Options, group: Arc<str>, sender: mpsc::Sender<Pushed>) -> Self {
        let range = LiveRange {
            groups: vec![group],
            pattern: options.pattern.clone(),
            streams: options.streams.clone(),
            stream_prefix: options.stream_prefix.clone(),
        };
        Self { shared, range, groups: vec![sender], sessions: 0, renewal: options.session }
    }

    /// Holds sessions, one after the other, until one is refused for good; the groups are polled then.
    pub(super) async fn run(mut self) {
        let mut backoff = Backoff::default();
        loop {
            let error = match self.begin().await {
                Ok(session) => {
                    backoff.reset();
                    self.hold(session).await
                }
                Err(error) => error,
            };
            self.tell_all(|| Pushed::Closed).await;
            tracing::debug!(%error, "live tail has ended");
            let Some(wait) = pause(&error, &mut backoff) else {
                self.follow(Follow::Refused(error.to_string())).await;
                return;
            };
            self.follow(Follow::Interrupted(error.to_string())).await;
            sleep(wait).await;
        }
    }

    /// Begins a session and tells the groups.
    async fn begin(&mut self) -> Result<(u64, LiveSession), AwsError> {
        self.shared.count(Traffic { requests: 1, ..Traffic::default() });
        let clients = self.shared.connection.of(&self.range.groups[0]).await?;
        let begun = clients.live_tail(&self.range).await;
        let session = begun.inspect_err(|error| self.shared.count(failed(error)))?;
        self.shared.count(Traffic { sessions: 1, ..Traffic::default() });
        self.sessions += 1;
        let number = self.sessions;
        self.tell_all(|| Pushed::Opened { session: number }).await;
        self.follow(Follow::Live).await;
        Ok((number, session))
    }

    /// Passes on what a session tells, and what those tell that take over from it, until one breaks off.
    async fn hold(&mut self, (mut number, mut session): (u64, LiveSession)) -> AwsError {
        loop {
            let until = Instant::now() + self.renewal;
            match self.listen(number, &mut session, until).await {
                Some(LiveEnd::Broken(error)) => return error,
                Some(LiveEnd::Over) => match self.begin().await {
                    Ok(next) => (number, session) = next,
                    Err(error) => return error,
                },
                None => match self.begin().await {
                    Ok(next) => {
                        // What the old one tells until the new one is in full swing is not lost with it.
                        self.listen(number, &mut session, Instant::now() + OVERLAP).await;
                        (number, session) = next;
                    }
                    Err(error) => return error,
                },
            }
        }
    }

    /// Passes on what a session tells, until it ends or, as `None` tells, it is `until`.
    async fn listen(&self, number: u64, session: &mut LiveSession, until: Instant) -> Option<LiveEnd> {
        let mut last = Instant::now();
        loop {
            let update = tokio::select! {
                update = timeout(SILENCE, session.next()) => update,
                () = sleep_until(until) => return None,
            };
            let now = Instant::now();
            self.shared.count(Traffic { live: now - last, ..Traffic::default() });
            last = now;
            match update {
                Ok(Ok(update)) => self.pass_on(number, update),
                Ok(Err(end)) => return Some(end),
                Err(_) => return Some(LiveEnd::Broken(silent())),
            }
        }
    }

    /// A group that does not keep up reads what it misses here: nobody waits for it.
    fn pass_on(&self, session: u64, update: LiveUpdate) {
        let mut parts: Vec<Vec<LogEvent>> = vec![Vec::new(); self.groups.len()];
        for (at, event) in update.events {
            parts[at].push(event);
        }
        for (group, events) in self.groups.iter().zip(parts) {
            if !events.is_empty() || update.sampled {
                let _ = group.try_send(Pushed::Events { session, events, sampled: update.sampled });
            }
        }
    }

    async fn tell_all(&self, pushed: impl Fn() -> Pushed) {
        for group in &self.groups {
            // A group that has ended needs no telling.
            let _ = group.send(pushed()).await;
        }
    }

    async fn follow(&self, follow: Follow) {
        self.shared.send(SourceUpdate::Follow(follow)).await;
    }
}

/// How long to wait for the next session; `None` when none will be had.
fn pause(error: &AwsError, backoff: &mut Backoff) -> Option<Duration> {
    if matches!(error, AwsError::Service { code, .. } if code == "LimitExceededException") {
        return Some(BUSY);
    }
    match error.recovery() {
        Recovery::Never | Recovery::Restart => None,
        _ => Some(backoff.next(backoff::random())),
    }
}

fn failed(error: &AwsError) -> Traffic {
    match error.recovery() {
        Recovery::SlowDown => Traffic { throttled: 1, ..Traffic::default() },
        _ => Traffic { failed: 1, ..Traffic::default() },
    }
}

fn silent() -> AwsError {
    let detail = format!("nothing came for {} s", SILENCE.as_secs());
    AwsError::Network {
        action: "logs:StartLiveTail".to_owned(),
        detail,
        mend: "check the network, --region and --endpoint-url".to_owned(),
    }
}
