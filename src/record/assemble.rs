//! Joining records that were broken over several log events.
//!
//! What a function prints reaches the log a line an event, or cut at a number of bytes: pretty-printed JSON and long
//! lines arrive in pieces, and the pieces of several streams alternate. An object that is open at the end of an event is
//! kept until a later event of the same stream closes it. It is given up as soon as it cannot be a record any more; how
//! its pieces hang together is told by the punctuation alone (see [`scanner`]).
//!
//! Within a stream, events go by their timestamps and, in the same millisecond, by their arrival. A join that an event
//! does not fit therefore waits a while for a late one that goes between. An event without a timestamp cannot be late.
//!
//! Memory is bounded: by events and bytes of a join, by bytes and streams of all, and by time. What exceeds a bound is
//! given up, the least recently used stream first, and searched as it stands, so that its beginning is counted.

mod boundary;
mod join;
mod open;
mod scanner;
mod stream;

use std::collections::HashMap;
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::Arc;

use foldhash::quality::RandomState;

use crate::log::{Hashed, LogEvent, Origin, StreamId};
use join::{Join, Piece};
use stream::Stream;

pub(super) use open::find as open_object;
pub(super) use scanner::{Scan, Scanner};

/// Events of one join. Pretty-printed, a record of the largest size has some ten thousand lines.
const EVENTS: usize = 65_536;

/// Bytes of one join, with what keeping its events takes: the largest record has a payload of 1 MB and an answer of 6 MB.
const BYTES: usize = 12 << 20;

/// Bytes of all joins together.
const ALL_BYTES: usize = 16 << 20;

/// Streams that may have open joins at the same time.
const STREAMS: usize = 1024;

/// Joins of one stream: one that goes on, and some that wait for a late event.
const JOINS: usize = 4;

/// Milliseconds between the first and the last event of a join; pieces of one print are logged at once.
pub(super) const SPAN: i64 = 30_000;

/// Milliseconds that a join which was interrupted waits for a late event: delays of 10 s have been recorded.
const LATE: i64 = 10_000;

/// Milliseconds between two looks for what has waited long enough.
const LOOK: i64 = 1_000;

/// A text to be searched for records.
pub(super) struct Region<'a> {
    /// The event that it is told as: one, or several joined.
    pub(super) event: &'a LogEvent,
    /// The part of its message to search.
    pub(super) range: Range<usize>,
    /// Whether an object that is open at the end may go on in a later event, and is left alone.
    pub(super) may_go_on: bool,
    /// Whether a character was lost where events were joined.
    pub(super) is_damaged: bool,
}

/// Searches a region; gives the brace of the object that is left open at its end.
pub(super) type Search<'s> = dyn FnMut(Region<'_>) -> Option<usize> + 's;

/// The open joins of all streams.
#[derive(Debug, Default)]
pub(super) struct Assembler {
    streams: HashMap<u64, Stream, Hashed>,
    hasher: RandomState,
    uses: u64,
    bytes: usize,
    /// Until when, by the timestamps of every log group, it was looked what has waited long enough.
    looked: HashMap<Option<Arc<str>>, i64, RandomState>,
}

impl Assembler {
    /// Whether nothing is open.
    pub(super) fn is_idle(&self) -> bool {
        self.streams.is_empty()
    }

    /// Whether that stream has anything open.
    pub(super) fn is_open(&self, stream: &StreamId<'_>) -> bool {
        !self.is_idle() && self.streams.contains_key(&self.hasher.hash_one(stream))
    }

    /// Whether an event of that stream and time, in milliseconds since the Unix epoch, means anything to what is open.
    pub(super) fn awaits(&self, stream: &StreamId<'_>, time: Option<i64>) -> bool {
        let of_stream = || self.streams.get(&self.hasher.hash_one(stream));
        !self.is_idle() && of_stream().is_some_and(|open| open.awaits(time))
    }

    /// Takes the next event: joins it, or has it searched.
    pub(super) fn push(&mut self, event: &LogEvent, search: &mut Search<'_>) {
        if self.is_idle() {
            // Most events leave nothing open, and need no key.
            return self.push_alone(event, None, search);
        }
        self.pass_time(event, search);
        let key = self.key(&event.origin);
        let Some(stream) = self.streams.get_mut(&key) else {
            return self.push_alone(event, Some(key), search);
        };
        let before = stream.bytes();
        let from = stream.offer(event, search);
        alone(stream, event, from, search);
        self.uses += 1;
        stream.last_use = self.uses;
        self.bytes = self.bytes + stream.bytes() - before;
        if stream.is_empty() {
            self.streams.remove(&key);
        }
        self.shrink(search);
    }

    /// Takes an event of a stream that has nothing open, under the key of that unless it has not been needed yet.
    fn push_alone(&mut self, event: &LogEvent, key: Option<u64>, search: &mut Search<'_>) {
        let mut stream = Stream::default();
        alone(&mut stream, event, 0, search);
        if !stream.is_empty() {
            self.keep(key.unwrap_or_else(|| self.key(&event.origin)), stream, &event.origin);
            self.shrink(search);
        }
    }

    /// Gives up what has waited until `now`, in milliseconds since the Unix epoch, by the clock that stamps the events.
    pub(super) fn settle(&mut self, now: i64, search: &mut Search<'_>) {
        self.expire(now, |_| true, search);
    }

    /// Gives up everything.
    pub(super) fn finish(&mut self, search: &mut Search<'_>) {
        let mut streams: Vec<_> = std::mem::take(&mut self.streams).into_values().collect();
        streams.sort_by_key(|stream| stream.last_use);
        for stream in streams {
            stream.finish(search);
        }
        self.bytes = 0;
    }

    fn key(&self, origin: &Origin) -> u64 {
        self.hasher.hash_one(StreamId::from(origin))
    }

    /// Gives up what the time of an event shows to have waited long enough in its group.
    fn pass_time(&mut self, event: &LogEvent, search: &mut Search<'_>) {
        let Origin { timestamp: Some(stamped), ingestion_time, log_group, .. } = &event.origin else {
            return;
        };
        // A clock that runs ahead must not end what other streams have open.
        let time = ingestion_time.map_or(*stamped, |taken_in| taken_in.min(*stamped));
        match self.looked.get_mut(log_group) {
            Some(looked) if time < looked.saturating_add(LOOK) => return,
            Some(looked) => *looked = time,
            None => {
                self.looked.insert(log_group.clone(), time);
            }
        }
        self.expire(time, |group| group == log_group, search);
    }

    fn expire(&mut self, now: i64, is_meant: impl Fn(&Option<Arc<str>>) -> bool, search: &mut Search<'_>) {
        for stream in self.streams.values_mut().filter(|stream| is_meant(&stream.group)) {
            stream.expire(now, search);
        }
        self.streams.retain(|_, stream| !stream.is_empty());
        self.bytes = self.streams.values().map(Stream::bytes).sum();
    }

    fn keep(&mut self, key: u64, mut stream: Stream, origin: &Origin) {
        self.uses += 1;
        stream.last_use = self.uses;
        stream.group.clone_from(&origin.log_group);
        self.bytes += stream.bytes();
        self.streams.insert(key, stream);
    }

    /// Gives up the least recently used streams until the rest is within the bounds.
    fn shrink(&mut self, search: &mut Search<'_>) {
        while self.streams.len() > STREAMS || self.bytes > ALL_BYTES {
            let oldest = self.streams.iter().min_by_key(|(_, stream)| stream.last_use).map(|(key, _)| *key);
            let Some(stream) = oldest.and_then(|key| self.streams.remove(&key)) else {
                return;
            };
            self.bytes -= stream.bytes();
            stream.finish(search);
        }
    }
}

/// Has what of the event no join took searched; what it leaves open may go on.
fn alone(stream: &mut Stream, event: &LogEvent, from: usize, search: &mut Search<'_>) {
    if from >= event.message.len() {
        return;
    }
    let range = from..event.message.len();
    if let Some(brace) = search(Region { event, range, may_go_on: true, is_damaged: false }) {
        stream.begin(Join::new(&Piece::new(event), brace), search);
    }
}

/// Whether nothing that a function printed goes on behind a line.
pub(super) fn ends_prints(line: &[u8]) -> bool {
    std::str::from_utf8(line).is_ok_and(boundary::is_platform_line)
}

/// Whether an object that may be a record is open at the end of a message.
pub(super) fn leaves_open(message: &str) -> bool {
    open_object(without_break(message), 0).is_some()
}

/// A message without the one line break that it carries at its end.
pub(super) fn without_break(message: &str) -> &str {
    message.strip_suffix('\n').map_or(message, |line| line.strip_suffix('\r').unwrap_or(line))
}

#[cfg(test)]
mod tests;
