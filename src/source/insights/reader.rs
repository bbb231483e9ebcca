//! Several queries at once, the newest first, and what they found in that order.

use std::pin::Pin;
use std::sync::Arc;

use futures_util::stream::{FuturesUnordered, StreamExt};
use tokio::sync::watch;
use tokio::time::Instant;

use super::query::{self, Read};
use super::ranges::Piece;
use super::{AT_ONCE, PATIENCE, Shared};
use crate::aws::{AwsError, Recovery};
use crate::log::{Gap, Origin};
use crate::record::Found;
use crate::source::backoff::{self, Backoff};
use crate::source::{Batch, Reach, SourceError, SourceUpdate, Status};

type Flight = Pin<Box<dyn Future<Output = (u64, Result<Read, AwsError>)> + Send>>;

struct Slot {
    id: u64,
    piece: Piece,
    state: State,
}

enum State {
    Waiting,
    Flying,
    Done(Box<Read>),
}

/// Reads pieces of the log groups.
pub(super) struct Reader {
    shared: Arc<Shared>,
    /// The newest first; what was told is gone.
    slots: Vec<Slot>,
    flights: FuturesUnordered<Flight>,
    next_id: u64,
    /// Queries that may run at once, as far as is known.
    allowed: usize,
    backoff: Backoff,
    pause: Option<Instant>,
    began: Instant,
    seconds: i64,
    events: u64,
    lost: Option<SourceError>,
    halt: watch::Receiver<bool>,
    /// What was left unread when it was stopped.
    unread: Option<Gap>,
}

impl Reader {
    pub(super) fn new(shared: Arc<Shared>, mut pieces: Vec<Piece>) -> Self {
        pieces.sort_by_key(|piece| std::cmp::Reverse(piece.to));
        let seconds = pieces.iter().map(Piece::seconds).sum();
        let halt = shared.options.halt.watched();
        let mut reader = Self {
            shared,
            slots: Vec::new(),
            flights: FuturesUnordered::new(),
            next_id: 0,
            allowed: AT_ONCE,
            backoff: Backoff::default(),
            pause: None,
            began: Instant::now(),
            seconds,
            events: 0,
            lost: None,
            halt,
            unread: None,
        };
        reader.insert(0, pieces);
        for group in 0..reader.shared.options.groups.len() {
            reader.reached(group, Vec::new());
        }
        reader
    }

    /// Notes what was found in a group, and how far back it was read by that.
    fn reached(&self, group: usize, found: Vec<Found>) {
        let left = self.slots.iter().filter(|slot| slot.piece.group == group).map(|slot| *slot.piece.millis().end());
        self.shared.telling.take(group, found, left.max().map_or(i64::MIN, |last| last + 1));
    }

    fn insert(&mut self, at: usize, pieces: Vec<Piece>) {
        let first = self.next_id;
        self.next_id += pieces.len() as u64;
        let slots = (first..).zip(pieces).map(|(id, piece)| Slot { id, piece, state: State::Waiting });
        self.slots.splice(at..at, slots);
    }

    /// Reads everything; gives what was wrong with the first group that could not be read when others could.
    pub(super) async fn run(mut self) -> Result<Option<SourceError>, SourceError> {
        // It may have been stopped before it began.
        self.release().await;
        while !self.slots.is_empty() {
            self.launch();
            let pause = self.pause;
            tokio::select! {
                Some((id, read)) = self.flights.next() => self.landed(id, read).await?,
                () = passed(pause), if pause.is_some() => self.pause = None,
                // What is not read any further is not waited for.
                Ok(()) = self.halt.changed() => {
                    let patient = !*self.halt.borrow();
                    self.shared.telling.ripe(Batch::default(), patient).await;
                }
            }
            self.release().await;
        }
        self.shared.telling.rest().await;
        if let Some(unread) = self.unread.take() {
            self.shared.send(SourceUpdate::Filled(unread)).await;
        }
        self.report().await;
        Ok(self.lost)
    }

    fn launch(&mut self) {
        while !*self.halt.borrow() && self.pause.is_none() && self.flights.len() < self.allowed {
            let waiting = self.slots.iter_mut().find(|slot| matches!(slot.state, State::Waiting));
            let Some(slot) = waiting else { return };
            slot.state = State::Flying;
            let (id, piece, shared) = (slot.id, slot.piece.clone(), Arc::clone(&self.shared));
            self.flights.push(Box::pin(async move { (id, query::read(&shared, &piece).await) }));
        }
    }

    async fn landed(&mut self, id: u64, read: Result<Read, AwsError>) -> Result<(), SourceError> {
        // Of a group that was given up meanwhile, nothing is left to be found.
        let Some(at) = self.slots.iter().position(|slot| slot.id == id) else { return Ok(()) };
        match read {
            Ok(mut read) => {
                self.backoff.reset();
                self.allowed = (self.allowed + 1).min(AT_ONCE);
                let rest = std::mem::take(&mut read.rest);
                self.seconds += rest.iter().map(Piece::seconds).sum::<i64>();
                self.slots[at].state = State::Done(Box::new(read));
                // What is left is newer than what was read.
                self.insert(at, rest);
                Ok(())
            }
            Err(error) if error.recovery() == Recovery::SlowDown && self.may_wait() => {
                self.slots[at].state = State::Waiting;
                self.allowed = self.flights.len().max(1);
                self.wait(&error).await;
                Ok(())
            }
            Err(error) => self.lose(self.slots[at].piece.group, error).await,
        }
    }

    fn may_wait(&self) -> bool {
        self.shared.follows() || self.backoff.failures() < PATIENCE || !self.flights.is_empty()
    }

    async fn wait(&mut self, error: &AwsError) {
        if self.pause.is_none() {
            let wait = self.backoff.next(backoff::random());
            self.pause = Some(Instant::now() + wait);
            self.shared.tell(Status::Retrying { wait, reason: error.to_string(), throttled: true }).await;
        }
    }

    /// Gives a group up; alone, or where the fault is not its own, everything ends.
    async fn lose(&mut self, group: usize, error: AwsError) -> Result<(), SourceError> {
        let error = SourceError::from(error);
        if self.shared.options.groups.len() == 1 || !error.is_of_its_group() {
            return Err(error);
        }
        let name = Arc::clone(&self.shared.options.groups[group]);
        let left = self.slots.extract_if(.., |slot| slot.piece.group == group && !matches!(slot.state, State::Done(_)));
        let (from, to) = left.fold((i64::MAX, i64::MIN), |(from, to), slot| {
            (from.min(slot.piece.from * 1_000), to.max(slot.piece.to * 1_000 + 999))
        });
        let origin = Origin { log_group: Some(name), ..Origin::default() };
        let gap = Gap { origin, from: Some(from), to: Some(to), reason: error.to_string() };
        self.shared.send(SourceUpdate::Gap(gap)).await;
        self.lost.get_or_insert(error);
        self.reached(group, Vec::new());
        Ok(())
    }

    /// Tells what was read, as far as all that is newer was.
    async fn release(&mut self) {
        let done = self.slots.iter().take_while(|slot| matches!(slot.state, State::Done(_))).count();
        let released: Vec<Slot> = self.slots.drain(..done).collect();
        self.tell(released).await;
        if self.is_halted() && self.unread.is_none() {
            self.leave().await;
        }
        self.report().await;
    }

    /// Whether it was stopped, and the queries that ran have ended.
    fn is_halted(&self) -> bool {
        *self.halt.borrow() && self.flights.is_empty() && !self.slots.is_empty()
    }

    /// Tells what is left unread.
    async fn leave(&mut self) {
        let to = self.slots.first().map(|slot| slot.piece.to * 1_000 + 999);
        let reason = "reading back was stopped".to_owned();
        let gap = Gap { origin: Origin::default(), from: Some(self.shared.options.since), to, reason };
        self.shared.send(SourceUpdate::Gap(gap.clone())).await;
        self.unread = Some(gap);
    }

    async fn tell(&mut self, released: Vec<Slot>) {
        let (mut batch, mut gaps) = (Batch::default(), Vec::new());
        for Slot { piece, state, .. } in released {
            let State::Done(read) = state else { continue };
            batch.events += read.events;
            batch.bytes += read.bytes;
            gaps.extend(read.gap);
            self.reached(piece.group, read.found);
        }
        self.events += batch.events;
        let patient = !*self.halt.borrow();
        self.shared.telling.ripe(batch, patient).await;
        for gap in gaps {
            self.shared.send(SourceUpdate::Gap(gap)).await;
        }
    }

    async fn report(&mut self) {
        let open = self.slots.iter().filter(|slot| !matches!(slot.state, State::Done(_)));
        let left: i64 = open.map(|slot| slot.piece.seconds()).sum();
        let share = 1.0 - left as f32 / self.seconds.max(1) as f32;
        let done = if self.slots.is_empty() { 1.0 } else { share.clamp(0.0, 0.999) };
        let elapsed = self.began.elapsed();
        let millis = u64::try_from(elapsed.as_millis()).unwrap_or(u64::MAX).max(1);
        let reach = Reach {
            to: self.slots.first().map_or(self.shared.options.since, |slot| slot.piece.to * 1_000 + 999),
            done,
            is_halted: self.is_halted(),
            events: self.events,
            per_second: self.events.saturating_mul(1_000) / millis,
            left: (done > 0.01).then(|| elapsed.mul_f32((1.0 - done) / done)),
        };
        self.shared.tell(Status::Reaching(reach)).await;
    }
}

async fn passed(pause: Option<Instant>) {
    if let Some(until) = pause {
        tokio::time::sleep_until(until).await;
    }
}
