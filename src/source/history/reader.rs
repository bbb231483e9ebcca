//! Asking for pages: several at once, at the permitted rate, the newest first, each until it has come.

use std::pin::Pin;
use std::sync::Arc;

use tokio::sync::{mpsc, watch};
use tokio::task::{JoinError, JoinSet};
use tokio::time::Instant;

use super::lane::{Choice, Grain, Lane};
use super::progress::Progress;
use super::slice::{self, Slice};
use super::trouble::Trouble;
use super::{Parcel, Shared};
use crate::aws::{AwsError, LogPage, LogRange, Recovery};
use crate::log::{Gap, Origin, Traffic};
use crate::record::Finder;
use crate::source::patience::{PATIENCE, Standing};
use crate::source::{SourceError, SourceUpdate, Status, asked};

/// Requests that are on their way at the same time, where the rate permits so many.
const AT_ONCE: usize = 24;

/// What comes of a request.
struct Flown {
    lane: usize,
    slice: u64,
    answer: Result<LogPage, AwsError>,
}

/// Reads the log groups, and hands on what was read.
pub(super) struct Reader<'a> {
    shared: &'a Shared,
    parcels: mpsc::Sender<Parcel>,
    lanes: Vec<Lane>,
    grain: Grain,
    flights: JoinSet<Flown>,
    permit: Option<Pin<Box<dyn Future<Output = ()> + Send>>>,
    trouble: Trouble,
    progress: Progress,
    /// Groups that have answered.
    found: Vec<bool>,
    lost: Option<SourceError>,
    halt: watch::Receiver<bool>,
    /// What is left unread since it was stopped.
    unread: Vec<Gap>,
    /// What was asked of the service and is not told yet.
    traffic: Traffic,
}

impl<'a> Reader<'a> {
    pub(super) fn new(shared: &'a Shared, parcels: mpsc::Sender<Parcel>) -> Self {
        let options = &shared.options;
        let least = if shared.follows() { super::NEWEST } else { 0 };
        let lane = |_| Lane::new(options.since, options.until, shared.began, least);
        Self {
            shared,
            parcels,
            lanes: options.groups.iter().map(lane).collect(),
            grain: Grain::new(shared.limiter.most_per_second(), AT_ONCE),
            flights: JoinSet::new(),
            permit: None,
            trouble: Trouble::default(),
            progress: Progress::new(),
            found: vec![false; options.groups.len()],
            lost: None,
            halt: options.halt.watched(),
            unread: Vec::new(),
            traffic: Traffic::default(),
        }
    }

    /// Reads everything; gives what was wrong with the first group that could not be read when others could.
    pub(super) async fn run(mut self) -> Result<Option<SourceError>, SourceError> {
        while self.lanes.iter().any(|lane| !lane.is_over()) {
            let may_ask = self.may_ask();
            if may_ask && self.permit.is_none() {
                let limiter = self.shared.limiter.clone();
                self.permit = Some(Box::pin(async move { limiter.acquire().await }));
            }
            let pause = self.trouble.until();
            tokio::select! {
                Some(flown) = self.flights.join_next() => self.landed(flown).await?,
                () = granted(&mut self.permit), if may_ask => self.ask(),
                () = passed(pause), if pause.is_some() => self.go_on().await,
                Ok(()) = self.halt.changed() => self.turned().await,
            }
            if self.rests() {
                self.tell_unread().await;
            }
        }
        self.fill().await;
        self.tell().await;
        Ok(self.lost)
    }

    fn may_ask(&self) -> bool {
        self.flights.len() < AT_ONCE && self.trouble.until().is_none() && self.choice().is_some()
    }

    fn choice(&self) -> Option<(usize, Choice)> {
        let choices = self.lanes.iter().enumerate().filter_map(|(at, lane)| Some((at, lane.choice(self.grain)?)));
        let choices = choices.filter(|(_, choice)| self.may_read(choice));
        choices.reduce(|best, other| if other.1.is_before(&best.1) { other } else { best })
    }

    /// Whether it was not stopped, or the follower needs it.
    fn may_read(&self, choice: &Choice) -> bool {
        let is_needed = self.shared.follows() && choice.end() >= self.shared.again();
        is_needed || !*self.halt.borrow()
    }

    /// Whether it was stopped, and everything that was asked for has come.
    fn rests(&self) -> bool {
        let is_open = self.lanes.iter().any(|lane| !lane.is_over());
        is_open && *self.halt.borrow() && self.flights.is_empty() && self.choice().is_none()
    }

    /// It was stopped, or goes on.
    async fn turned(&mut self) {
        if *self.halt.borrow_and_update() {
            self.progress.halt();
        } else {
            self.progress.go_on();
        }
        self.tell().await;
    }

    /// Tells what is left unread of each group, unless that is known.
    async fn tell_unread(&mut self) {
        let unread: Vec<Gap> =
            self.lanes.iter().enumerate().filter_map(|(at, lane)| self.unread_of(at, lane)).collect();
        if unread == self.unread {
            return;
        }
        self.fill().await;
        for gap in &unread {
            self.shared.send(SourceUpdate::Gap(gap.clone())).await;
        }
        self.unread = unread;
        self.tell().await;
    }

    fn unread_of(&self, at: usize, lane: &Lane) -> Option<Gap> {
        let origin = Origin { log_group: Some(Arc::clone(&self.shared.options.groups[at])), ..Origin::default() };
        // What began at the edge of what was read is told with what is older.
        let to = Some(lane.reached().saturating_add(Finder::SPAN));
        let reason = "reading back was stopped: what is older was not read".to_owned();
        (!lane.is_over()).then(|| Gap { origin, from: Some(lane.since()), to, reason })
    }

    /// What was left unread has been read, or is told anew.
    async fn fill(&mut self) {
        for gap in std::mem::take(&mut self.unread) {
            self.shared.send(SourceUpdate::Filled(gap)).await;
        }
    }

    /// Sends the next request off.
    fn ask(&mut self) {
        self.permit = None;
        let Some((lane, choice)) = self.choice() else { return };
        let Some(slice) = self.lanes[lane].take(choice) else { return };
        let (question, slice) = (slice.ask(), slice.id);
        let range = slice::range(&self.shared.range(lane), &question);
        let connection = Arc::clone(&self.shared.connection);
        self.flights.spawn(async move {
            let answer = match connection.of(&range.group).await {
                Ok(clients) => clients.log_page(&range, question.token.as_deref()).await,
                Err(error) => Err(error),
            };
            Flown { lane, slice, answer }
        });
    }

    async fn landed(&mut self, flown: Result<Flown, JoinError>) -> Result<(), SourceError> {
        let Flown { lane, slice, answer } = flown.map_err(|error| SourceError::Internal(error.to_string()))?;
        self.traffic.add(asked(&answer));
        // Of a group that was given up meanwhile, nothing is left to be found.
        let Some(slice) = self.lanes[lane].find(slice) else { return Ok(()) };
        match answer {
            Ok(page) => {
                self.shared.limiter.answered();
                self.found[lane] = true;
                let fresh = slice.take(page);
                self.trouble.answered(fresh > 0 || slice.is_done);
                self.progress.count(fresh);
                self.hand_on(lane).await;
                self.report().await;
                Ok(())
            }
            Err(error) if error.recovery() == Recovery::Restart => {
                slice.start_again();
                self.refused(lane, error).await
            }
            Err(error) => {
                slice.failed();
                self.endure(lane, error).await
            }
        }
    }

    /// Hands on what is whole, the newest first.
    async fn hand_on(&mut self, lane: usize) {
        while let Some(slice) = self.lanes[lane].whole() {
            let is_oldest = self.lanes[lane].is_over();
            self.send(Parcel::Slice { lane, slice: Box::new(slice), is_oldest }).await;
        }
    }

    /// Reads a slice again from the last time seen. That happens to a token that was kept too long; only if it goes
    /// on so is it trouble.
    async fn refused(&mut self, lane: usize, error: AwsError) -> Result<(), SourceError> {
        if !self.trouble.refused() {
            return Ok(());
        }
        if self.trouble.failures() >= PATIENCE && !self.shared.follows() {
            return self.lose(lane, error).await;
        }
        self.wait(&error, false).await;
        Ok(())
    }

    /// Waits after a failure that may pass; gives a group up for one that will not, or has not for too long.
    async fn endure(&mut self, lane: usize, error: AwsError) -> Result<(), SourceError> {
        let recovery = error.recovery();
        if self.standing(lane).gives_up(&error) {
            return self.lose(lane, error).await;
        }
        tracing::debug!(%error, "will be tried again");
        if recovery == Recovery::SlowDown {
            self.shared.limiter.throttled();
        }
        self.trouble.log_in |= recovery == Recovery::LogIn;
        self.wait(&error, recovery == Recovery::SlowDown).await;
        Ok(())
    }

    fn standing(&self, lane: usize) -> Standing {
        Standing {
            follows: self.shared.follows(),
            patient: self.shared.options.patient,
            answered: self.found.contains(&true),
            found: self.found[lane],
            failures: self.trouble.failures(),
        }
    }

    async fn wait(&mut self, error: &AwsError, throttled: bool) {
        // What was asked at the same time fails at the same time.
        if let Some(wait) = self.trouble.pause() {
            self.tell_traffic().await;
            let reason = error.to_string();
            self.shared.send(SourceUpdate::Status(Status::Retrying { wait, reason, throttled })).await;
        }
    }

    async fn go_on(&mut self) {
        if self.trouble.over() {
            self.shared.connection.renew().await;
        }
    }

    /// Gives a group up; alone, or where the fault is not its own, everything ends.
    async fn lose(&mut self, lane: usize, error: AwsError) -> Result<(), SourceError> {
        let error = SourceError::from(error);
        self.tell_traffic().await;
        let rest: Vec<Slice> = self.lanes[lane].rest();
        for slice in rest {
            self.send(Parcel::Slice { lane, slice: Box::new(slice), is_oldest: false }).await;
        }
        self.send(Parcel::Lost { lane }).await;
        if self.lanes.len() == 1 || !error.is_of_its_group() {
            return Err(error);
        }
        let origin = Origin { log_group: Some(Arc::clone(&self.shared.options.groups[lane])), ..Origin::default() };
        let (from, to) = (Some(self.lanes[lane].since()), self.shared.options.until);
        self.shared.send(SourceUpdate::Gap(Gap { origin, from, to, reason: error.to_string() })).await;
        self.lost.get_or_insert(error);
        Ok(())
    }

    async fn send(&mut self, parcel: Parcel) {
        // Whoever takes them has ended only if everything has.
        let _ = self.parcels.send(parcel).await;
    }

    async fn report(&mut self) {
        if self.progress.is_due() {
            self.tell().await;
        }
    }

    async fn tell_traffic(&mut self) {
        let traffic = std::mem::take(&mut self.traffic);
        self.shared.send(SourceUpdate::Traffic(traffic)).await;
    }

    async fn tell(&mut self) {
        self.tell_traffic().await;
        let reach = self.progress.reach(&self.lanes);
        self.shared.send(SourceUpdate::Status(Status::Reaching(reach))).await;
    }
}

async fn granted(permit: &mut Option<Pin<Box<dyn Future<Output = ()> + Send>>>) {
    if let Some(permit) = permit {
        permit.await;
    }
}

async fn passed(pause: Option<Instant>) {
    if let Some(until) = pause {
        tokio::time::sleep_until(until).await;
    }
}

impl Shared {
    /// What is asked of a group, without its time.
    fn range(&self, lane: usize) -> LogRange {
        let options = &self.options;
        LogRange {
            group: Arc::clone(&options.groups[lane]),
            start: options.since,
            end: options.until,
            pattern: options.pattern.clone(),
            streams: options.streams.clone(),
            stream_prefix: options.stream_prefix.clone(),
            limit: options.page_limit,
            unmask: options.unmask,
        }
    }
}
