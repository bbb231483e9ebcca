//! Finding the records of a stretch of a log without having read what is older.
//!
//! Slices are read newest first, but a record that was logged over several events begins in the older of two slices.
//! So what is searched is set off from what was read: its own part begins [`Finder::SPAN`] after the slice, when nothing
//! that began before it can still be open, and ends as much later in the newer slice, whose first events are kept for it.

use std::ops::RangeInclusive;

use crate::log::LogEvent;
use crate::record::{Finder, Found};
use crate::source::crashes::Crashes;

/// What was read of the slices that are newer, as far as it matters to the older ones.
#[derive(Debug, Default)]
pub(super) struct Border {
    /// Events of two spans behind the newest slice that was handed on, in the order of time.
    newer: Vec<LogEvent>,
    /// First millisecond whose records were found; none before the first slice.
    found_from: Option<i64>,
}

/// A stretch of events with the part of them whose records are wanted.
#[derive(Debug)]
pub(super) struct Stretch {
    events: Vec<LogEvent>,
    own: RangeInclusive<i64>,
    is_oldest: bool,
    /// Whether what is open at the end may go on elsewhere, and is left alone.
    goes_on: bool,
}

impl Border {
    /// Goes back to `start`, over the events since then that were not there before; `is_oldest` when none will come
    /// that are older, `goes_on` when what is newer than all of them is searched elsewhere.
    pub(super) fn back_to(&mut self, start: i64, events: Vec<LogEvent>, is_oldest: bool, goes_on: bool) -> Stretch {
        let mut events = events;
        events.append(&mut self.newer);
        let begin = if is_oldest { start } else { start.saturating_add(Finder::SPAN) };
        let end = self.found_from.map_or(i64::MAX, |from| from.saturating_sub(1));
        let kept =
            events.partition_point(|event| event.origin.timestamp <= Some(start.saturating_add(2 * Finder::SPAN)));
        self.newer = events[..kept].to_vec();
        let goes_on = goes_on && self.found_from.is_none();
        self.found_from = Some(begin);
        Stretch { events, own: begin..=end, is_oldest, goes_on }
    }

    /// What was read and not searched, because it belongs to an older slice that does not come.
    pub(super) fn rest(&mut self) -> Option<Stretch> {
        let end = self.found_from?.saturating_sub(1);
        self.found_from = None;
        Some(Stretch { events: std::mem::take(&mut self.newer), own: i64::MIN..=end, is_oldest: true, goes_on: false })
    }
}

impl Stretch {
    /// First millisecond of its own part; the least there is where nothing older comes.
    pub(super) fn begin(&self) -> i64 {
        if self.is_oldest { i64::MIN } else { *self.own.start() }
    }

    /// The records that begin in its own part, and the crashes of who logs in it, in the order of time.
    pub(super) fn search(&self) -> Vec<Found> {
        let (mut finder, mut crashes, mut found) = (Finder::new(), Crashes::default(), Vec::new());
        let before = self.events.partition_point(|event| event.origin.timestamp < Some(*self.own.start()));
        let within = self.events.partition_point(|event| event.origin.timestamp <= Some(*self.own.end()));
        for event in &self.events[..before] {
            finder.prime(event);
            crashes.look(event);
        }
        for event in &self.events[before..within] {
            finder.push(event, &mut found);
            found.extend(crashes.look(event));
        }
        for event in &self.events[within..] {
            if finder.is_idle() {
                break;
            }
            finder.push(event, &mut found);
        }
        if !self.goes_on {
            finder.finish(&mut found);
        }
        found.retain(|found| self.own.contains(&found.time()));
        found.sort_by_key(Found::time);
        found
    }

    /// The last events, which may have left something open that goes on elsewhere; none when nothing is searched there.
    pub(super) fn open(&self) -> &[LogEvent] {
        let newest = self.events.last().and_then(|event| event.origin.timestamp);
        let from = newest.map(|time| time.saturating_sub(Finder::SPAN));
        let first = self.events.partition_point(|event| event.origin.timestamp < from);
        if self.goes_on { &self.events[first..] } else { &[] }
    }
}

#[cfg(test)]
mod tests;
