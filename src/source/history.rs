//! Reading back from now: the newest first, several time slices at once, at the permitted rate.
//!
//! ```text
//! Reader ── asks for pages of the slices of every group, and keeps each slice's place when a request fails
//!   │ whole slices, the newest first
//! Finish ── finds their records across the borders of slices, and tells them
//!   │ what following may read again
//! poll   ── follows from there, while the rest is still being read
//! ```
//!
//! Within a slice, pages come from the oldest event on, since that is how FilterLogEvents gives them; a slice is told
//! when it is whole. Slices part the time in milliseconds, so that every event lies in one of them only.

mod border;
mod finish;
mod halt;
mod lane;
mod progress;
mod reader;
mod slice;
mod trouble;

use std::sync::Arc;
use std::time::Duration;

use tokio::sync::{mpsc, oneshot};

pub use self::halt::Halt;

use self::finish::Finish;
use self::reader::Reader;
use self::slice::Slice;
use super::extraction::Extraction;
use super::limiter::Limiter;
use super::newest::Telling;
use super::poll::connection::Connection;
use super::poll::{self, Handed, Options};
use super::window::Window;
use super::{SourceError, SourceUpdate, Status, task};
use crate::aws::Clients;
use crate::record::Finder;

/// As far back as a follower may read again, where no sweep reaches further.
const AGAIN: Duration = Duration::from_hours(1);

/// Slices that wait to be searched, beside those that wait to be whole.
const PARCELS: usize = 2;

/// Milliseconds of the shortest newest slice before a follow: what is open at its end began in it.
const NEWEST: i64 = 2 * Finder::SPAN;

/// Starts reading in a task of the current runtime: back from now to `options.since`, and then, or as soon as the last
/// hour was read, what comes, as [`poll::start`] does.
///
/// Dropping the receiver ends the task.
#[must_use]
pub fn start(clients: Clients, limiter: Limiter, options: Options) -> mpsc::Receiver<SourceUpdate> {
    task::start(|updates| run(updates, clients, limiter, options, Extraction::default()))
}

/// What was read of a group.
enum Parcel {
    /// A slice; each is older than the one before.
    Slice { lane: usize, slice: Box<Slice>, is_oldest: bool },
    /// Nothing more comes.
    Lost { lane: usize },
}

/// What reading and telling have in common.
struct Shared {
    connection: Arc<Connection>,
    limiter: Limiter,
    extraction: Extraction,
    updates: mpsc::Sender<SourceUpdate>,
    /// What was found and is not told yet.
    telling: Telling,
    options: Options,
    /// When it began, in milliseconds since the Unix epoch.
    began: i64,
}

/// Reads; redeliveries are counted among all that `extraction` has seen.
pub(super) async fn run(
    updates: mpsc::Sender<SourceUpdate>,
    clients: Clients,
    limiter: Limiter,
    options: Options,
    extraction: Extraction,
) -> Result<(), SourceError> {
    let connection = Arc::new(Connection::new(clients));
    let telling = Telling::new(options.groups.len(), extraction.clone(), updates.clone());
    let shared = Shared { connection, limiter, extraction, updates, telling, options, began: poll::now() };
    tokio::select! {
        read = shared.read() => read,
        () = shared.options.stopper.stopped() => {
            shared.telling.leave().await;
            Ok(())
        }
    }
}

impl Shared {
    async fn read(&self) -> Result<(), SourceError> {
        self.send(SourceUpdate::Status(Status::Connecting)).await;
        let (hand, handed) = oneshot::channel();
        let (send, parcels) = mpsc::channel(PARCELS);
        let reading = Reader::new(self, send).run();
        let finishing = Finish::new(self, hand).run(parcels);
        // What was read before a fault is told before it.
        let read = async {
            let (read, finished) = tokio::join!(reading, finishing);
            finished.and(read)
        };
        let (lost, ()) = tokio::try_join!(read, self.follow(handed))?;
        lost.map_or(Ok(()), Err)
    }

    fn follows(&self) -> bool {
        self.options.follow && self.options.until.is_none()
    }

    /// First millisecond that a follower may read again.
    fn again(&self) -> i64 {
        let options = &self.options;
        let reach = options.sweep.map_or(AGAIN, |sweep| sweep.span.max(AGAIN)).max(options.overlap);
        self.began.saturating_sub(i64::try_from(reach.as_millis()).unwrap_or(i64::MAX))
    }

    /// A closed channel needs no answer: whoever closed it also ends the task.
    async fn send(&self, update: SourceUpdate) {
        let _ = self.updates.send(update).await;
    }

    /// Follows the groups that were found, once their windows are handed over.
    async fn follow(&self, handed: oneshot::Receiver<Vec<Option<Window>>>) -> Result<(), SourceError> {
        let Ok(windows) = handed.await else { return Ok(()) };
        if !self.follows() {
            return Ok(());
        }
        let known = self.options.groups.iter().zip(windows);
        let (groups, windows) = known.filter_map(|(group, window)| Some((Arc::clone(group), window?))).unzip();
        let options = Options { groups, ..self.options.clone() };
        let (connection, extraction) = (Arc::clone(&self.connection), self.extraction.clone());
        poll::follow(self.updates.clone(), self.limiter.clone(), options, Handed { windows, connection, extraction })
            .await
    }
}
