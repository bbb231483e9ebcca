//! From what was read to what is told: the records in it, and what following has to know of it.

use tokio::sync::{mpsc, oneshot, watch};

use super::border::{Border, Stretch};
use super::slice::Slice;
use super::{Parcel, Shared};
use crate::source::window::Window;
use crate::source::{Batch, SourceError, poll};

/// What became of a group.
struct End {
    border: Border,
    /// What a follower will read again, and must know.
    window: Window,
    /// Whether the follower's part was read.
    is_ready: bool,
    is_lost: bool,
}

/// Takes what was read, the newest of each group first.
pub(super) struct Finish<'a> {
    shared: &'a Shared,
    ends: Vec<End>,
    /// First millisecond that a follower may read again.
    again: i64,
    halt: watch::Receiver<bool>,
    hand: Option<oneshot::Sender<Vec<Option<Window>>>>,
}

impl<'a> Finish<'a> {
    /// `hand` gets the groups' windows as soon as following can begin; none for a group that is lost.
    pub(super) fn new(shared: &'a Shared, hand: oneshot::Sender<Vec<Option<Window>>>) -> Self {
        let options = &shared.options;
        let end = |_| End { border: Border::default(), window: poll::window(options), is_ready: false, is_lost: false };
        let (ends, halt) = (options.groups.iter().map(end).collect(), options.halt.watched());
        Self { shared, ends, again: shared.again(), halt, hand: Some(hand) }
    }

    pub(super) async fn run(mut self, mut parcels: mpsc::Receiver<Parcel>) -> Result<(), SourceError> {
        loop {
            tokio::select! {
                parcel = parcels.recv() => match parcel {
                    Some(Parcel::Slice { lane, slice, is_oldest }) => self.take(lane, *slice, is_oldest).await?,
                    Some(Parcel::Lost { lane }) => self.give_up(lane).await?,
                    None => break,
                },
                // What is not read any further is not waited for.
                Ok(()) = self.halt.changed() => self.tell(Batch::default()).await,
            }
            self.hand_over();
        }
        self.shared.telling.rest().await;
        Ok(())
    }

    async fn take(&mut self, lane: usize, slice: Slice, is_oldest: bool) -> Result<(), SourceError> {
        let batch = Batch {
            events: slice.events.len() as u64,
            bytes: slice.bytes,
            repeated: slice.repeated,
            ..Batch::default()
        };
        let end = &mut self.ends[lane];
        let known = slice.events.iter().filter(|event| event.origin.timestamp >= Some(self.again));
        for event in known {
            end.window.admit(event);
        }
        end.is_ready |= is_oldest || slice.start <= self.again;
        let stretch = end.border.back_to(slice.start, slice.events, is_oldest, self.shared.follows());
        self.shared.extraction.prime(stretch.open());
        self.search(lane, stretch).await?;
        self.tell(batch).await;
        Ok(())
    }

    /// What belongs to an older slice is told without it.
    async fn give_up(&mut self, lane: usize) -> Result<(), SourceError> {
        let end = &mut self.ends[lane];
        end.is_lost = true;
        match end.border.rest() {
            Some(stretch) => self.search(lane, stretch).await?,
            None => self.shared.telling.take(lane, Vec::new(), i64::MIN),
        }
        self.tell(Batch::default()).await;
        Ok(())
    }

    async fn search(&self, lane: usize, stretch: Stretch) -> Result<(), SourceError> {
        let reached = stretch.begin();
        let search = tokio::task::spawn_blocking(move || stretch.search()).await;
        let found = search.map_err(|error| SourceError::Internal(error.to_string()))?;
        self.shared.telling.take(lane, found, reached);
        Ok(())
    }

    /// Tells what every group was read for.
    async fn tell(&self, batch: Batch) {
        let patient = !*self.halt.borrow();
        self.shared.telling.ripe(batch, patient).await;
    }

    /// Lets following begin once all that it may read again is known.
    fn hand_over(&mut self) {
        if !self.ends.iter().all(|end| end.is_ready || end.is_lost) {
            return;
        }
        if let Some(hand) = self.hand.take() {
            // What is read from now on is older than what they remember.
            let windows = self.ends.iter_mut().map(|end| {
                let mut window = std::mem::replace(&mut end.window, poll::window(&self.shared.options));
                window.read_through(self.shared.began);
                (!end.is_lost).then_some(window)
            });
            // Nobody waits for it where nothing is followed.
            let _ = hand.send(windows.collect());
        }
    }
}
