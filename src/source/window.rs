//! Which part of a log is read again, and which of its events are new.
//!
//! CloudWatch takes events in late and out of order, so a follower that goes on from the newest timestamp loses
//! some. A window reads the last stretch again and again and lets each event through once. It grows with the
//! lateness that it sees; what comes later still is found by a sweep over a longer stretch, now and then, and makes it
//! grow too. It knows no network and no clock: time comes with the events and from the caller.

mod lateness;
mod seen;

use std::time::Duration;

use crate::log::LogEvent;
use lateness::Lateness;
use seen::Seen;

/// A log that has been quiet is read from so long ago at least: longer than the reader's clock may be ahead and
/// than ingestion has been seen to take. It costs nothing, since there is nothing in it.
const QUIET: Duration = Duration::from_hours(1);

/// How far the window grows at most: every poll reads all of it.
const WIDEST: Duration = Duration::from_mins(10);

/// What an event is to those that came before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admit {
    /// Seen for the first time, and no older than what is known.
    New,
    /// Seen before.
    Repeated,
    /// Seen for the first time, and older than the newest known, by so much.
    Late(Duration),
}

/// An overlapping window over one log group, with the events in it.
///
/// Its memory is what lies in the window, or in the stretch that sweeps read where they are on: an event is forgotten
/// when it would not be asked for again.
#[derive(Debug, Clone)]
pub struct Window {
    overlap: i64,
    /// How far back a sweep reaches; nothing when there are none.
    reach: i64,
    /// Where a sweep begins at the earliest: what is older was forgotten, or not asked for.
    known: i64,
    /// Where a sweep that goes on has begun.
    sweeping: Option<i64>,
    floor: i64,
    newest: Option<i64>,
    /// The newest that a live-tail session told; what was taken in late before it is still to be read.
    told: Option<i64>,
    pass: u64,
    readers: u64,
    lateness: Lateness,
    seen: Seen,
}

impl Window {
    /// A window that begins at `since`, in milliseconds since the Unix epoch, and later reaches `overlap` back
    /// from the newest event.
    #[must_use]
    pub fn new(since: i64, overlap: Duration) -> Self {
        Self {
            overlap: millis(overlap),
            reach: 0,
            known: since,
            sweeping: None,
            floor: since,
            newest: None,
            told: None,
            pass: 0,
            readers: 0,
            lateness: Lateness::default(),
            seen: Seen::default(),
        }
    }

    /// The same window, swept: from now on it remembers what lies within `reach` of the newest event.
    #[must_use]
    pub fn swept(mut self, reach: Duration) -> Self {
        self.known = self.remembers_from();
        self.reach = millis(reach);
        self
    }

    /// The first millisecond to ask for next.
    #[must_use]
    pub fn next_start(&self) -> i64 {
        self.newest.map_or(self.floor, |newest| self.floor.max(newest.saturating_sub(millis(self.overlap()))))
    }

    /// How far back it reaches from the newest event: as far as it was made to, or half as far again as the latest of
    /// the last events was late, up to ten minutes.
    #[must_use]
    pub fn overlap(&self) -> Duration {
        let grown = self.lateness.longest().saturating_mul(3) / 2;
        duration(self.overlap.max(grown.min(millis(WIDEST))))
    }

    /// The first and the last millisecond that a sweep asks for, which are remembered until [`Self::end_sweep`]; `None`
    /// when the window reaches as far by itself.
    pub fn begin_sweep(&mut self) -> Option<(i64, i64)> {
        let first = self.known.max(self.newest?.saturating_sub(self.reach));
        let last = self.next_start().saturating_sub(1);
        let range = (self.reach > 0 && first <= last).then_some((first, last));
        self.sweeping = range.map(|(first, _)| first);
        range
    }

    /// Notes that a sweep is over.
    pub fn end_sweep(&mut self) {
        self.sweeping = None;
        self.prune();
    }

    /// The time of the newest event, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn newest(&self) -> Option<i64> {
        self.newest
    }

    /// How many events it remembers; those that are alike count as one.
    #[must_use]
    pub fn remembered(&self) -> usize {
        self.seen.len()
    }

    /// Notes that reading starts again at [`Self::next_start`], so that events without an id are counted anew.
    pub fn begin_pass(&mut self) {
        self.pass = self.begin_session();
    }

    /// Notes that a live-tail session begins, which tells each event once; gives its number.
    pub fn begin_session(&mut self) -> u64 {
        self.readers += 1;
        self.readers
    }

    /// Notes that everything up to `now` by the reader's clock has been read. Only this moves the window of a
    /// log to which nothing is added.
    pub fn read_through(&mut self, now: i64) {
        let quiet = millis(self.overlap()).max(millis(QUIET));
        self.floor = self.floor.max(now.saturating_sub(quiet));
        self.lateness.pass_time(now);
        self.prune();
        self.seen.settle_before(self.next_start());
    }

    /// Tells whether `event` is new, and remembers it.
    ///
    /// Within a pass, events come in order of their timestamps.
    pub fn admit(&mut self, event: &LogEvent) -> Admit {
        let admitted = self.admitted(event, self.pass, self.newest);
        let known = known(event);
        if self.newest < known {
            self.newest = known;
            self.prune();
        }
        admitted
    }

    /// The same for an event that a live-tail session tells, the one of this number.
    pub fn admit_told(&mut self, event: &LogEvent, session: u64) -> Admit {
        let admitted = self.admitted(event, session, self.newest.max(self.told));
        self.told = self.told.max(known(event));
        admitted
    }

    fn admitted(&mut self, event: &LogEvent, reader: u64, newest: Option<i64>) -> Admit {
        let time = event.origin.timestamp.or(self.newest).unwrap_or(self.floor);
        if !self.seen.is_new(time, event, reader) {
            return Admit::Repeated;
        }
        let behind = newest.map_or(0, |newest| newest.saturating_sub(time));
        if behind > 0 { Admit::Late(duration(behind)) } else { Admit::New }
    }

    /// Lets the window grow by an event that came so late while the log was followed.
    pub fn learn(&mut self, late: Duration) {
        self.lateness.note(millis(late));
    }

    /// Where the memory begins; older events are not told apart any more.
    fn remembers_from(&self) -> i64 {
        let start = self.next_start();
        let newest = self.newest.filter(|_| self.reach > 0);
        let swept = newest.map_or(start, |newest| self.known.max(newest.saturating_sub(self.reach)));
        start.min(swept).min(self.sweeping.unwrap_or(start))
    }

    fn prune(&mut self) {
        let start = self.remembers_from();
        self.seen.forget_before(start);
    }
}

/// How far the log has come by an event. A clock that runs ahead must not pull the window into the future, past events
/// of other streams.
fn known(event: &LogEvent) -> Option<i64> {
    let time = event.origin.timestamp?;
    Some(event.origin.ingestion_time.map_or(time, |taken_in| taken_in.min(time)))
}

fn millis(duration: Duration) -> i64 {
    i64::try_from(duration.as_millis()).unwrap_or(i64::MAX)
}

fn duration(millis: i64) -> Duration {
    Duration::from_millis(u64::try_from(millis).unwrap_or(0))
}

#[cfg(test)]
mod tests;
