//! From what was read to what is told: the records in it, and what following has to know of it.

use tokio::sync::{mpsc, oneshot};

use super::border::{Border, Stretch};
use super::slice::Slice;
use super::{Parcel, Shared};
use crate::record::Found;
use crate::source::window::Window;
use crate::source::{Batch, SourceError, SourceUpdate, poll};

/// What is told at once: a reader of the keyboard waits for it.
const BATCH: usize = 2_048;

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
    hand: Option<oneshot::Sender<Vec<Option<Window>>>>,
}

impl<'a> Finish<'a> {
    /// `hand` gets the groups' windows as soon as following can begin; none for a group that is lost.
    pub(super) fn new(shared: &'a Shared, hand: oneshot::Sender<Vec<Option<Window>>>) -> Self {
        let options = &shared.options;
        let end = |_| End { border: Border::default(), window: poll::window(options), is_ready: false, is_lost: false };
        Self { shared, ends: options.groups.iter().map(end).collect(), again: shared.again(), hand: Some(hand) }
    }

    pub(super) async fn run(mut self, mut parcels: mpsc::Receiver<Parcel>) -> Result<(), SourceError> {
        while let Some(parcel) = parcels.recv().await {
            match parcel {
                Parcel::Slice { lane, slice, is_oldest } => self.take(lane, *slice, is_oldest).await?,
                Parcel::Lost { lane } => self.give_up(lane).await?,
            }
            self.hand_over();
        }
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
        self.tell(stretch, batch).await
    }

    /// What belongs to an older slice is told without it.
    async fn give_up(&mut self, lane: usize) -> Result<(), SourceError> {
        let end = &mut self.ends[lane];
        end.is_lost = true;
        match end.border.rest() {
            Some(stretch) => self.tell(stretch, Batch::default()).await,
            None => Ok(()),
        }
    }

    async fn tell(&self, stretch: Stretch, mut batch: Batch) -> Result<(), SourceError> {
        let search = tokio::task::spawn_blocking(move || stretch.search()).await;
        let mut found = search.map_err(|error| SourceError::Internal(error.to_string()))?;
        self.shared.extraction.count(&mut found);
        let mut found = found.into_iter();
        loop {
            batch.found = found.by_ref().take(BATCH).collect::<Vec<Found>>();
            if batch.found.is_empty() && batch.events + batch.repeated == 0 {
                return Ok(());
            }
            self.shared.send(SourceUpdate::Found(std::mem::take(&mut batch))).await;
        }
    }

    /// Lets following begin once all that it may read again is known.
    fn hand_over(&mut self) {
        if !self.ends.iter().all(|end| end.is_ready || end.is_lost) {
            return;
        }
        if let Some(hand) = self.hand.take() {
            let windows = self.ends.iter_mut().map(|end| {
                end.window.read_through(self.shared.began);
                (!end.is_lost).then(|| end.window.clone())
            });
            // Nobody waits for it where nothing is followed.
            let _ = hand.send(windows.collect());
        }
    }
}
