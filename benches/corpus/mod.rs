//! Log events of a receiver of destinations, made up, and the same in every run.
//!
//! They vary in everything that a reader could overlook: streams interleave and log times are out of order, records
//! stand bare, within text, in every envelope and printer's form, two in an event, cut over events, with text behind
//! them, and once more. What must be found in them is told beside them.
#![allow(dead_code, unreachable_pub, reason = "each bench and test uses a part")]

mod forms;
mod noise;
mod print;
mod random;
mod record;

use std::collections::VecDeque;

pub use forms::{FORMS, Form};
use print::Print;
use random::Random;

/// Streams that are written at the same time.
const STREAMS: usize = 5;

/// One log event.
#[derive(Debug, Clone)]
pub struct Event {
    /// Number of its log stream.
    pub stream: usize,
    /// When it was logged, in milliseconds since the Unix epoch.
    pub time: i64,
    /// Number that no other event has.
    pub id: u64,
    /// Its message, without a line break at the end.
    pub message: String,
}

/// Log events and what must be found in them.
#[derive(Debug, Default)]
pub struct Corpus {
    /// The events, in the order in which the service gives them.
    pub events: Vec<Event>,
    /// Request ids of the records that can be read, as often as they are there.
    pub records: Vec<String>,
    /// Records that were printed so that they cannot be read.
    pub unreadable: usize,
}

/// What the records of a corpus look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mix {
    /// Each is a line of its own.
    Bare,
    /// Every form that a receiver can give them.
    Every,
}

impl Corpus {
    /// Part number `part` of a corpus: about so many bytes, of whose prints `percent` in a hundred hold records.
    pub fn part(part: u64, mix: Mix, bytes: usize, percent: u32) -> Self {
        let mut writer = Writer::new(part, mix, percent);
        let mut size = 0;
        while size < bytes {
            size += writer.step();
        }
        writer.finish()
    }

    /// Bytes of all messages.
    pub fn bytes(&self) -> usize {
        self.events.iter().map(|event| event.message.len()).sum()
    }
}

/// Writes several streams at the same time.
struct Writer {
    mix: Mix,
    percent: u32,
    random: Random,
    /// What each stream has yet to write.
    queues: [VecDeque<(i64, String)>; STREAMS],
    clock: i64,
    prints: u64,
    corpus: Corpus,
}

impl Writer {
    fn new(part: u64, mix: Mix, percent: u32) -> Self {
        Self {
            mix,
            percent,
            random: Random::new(part),
            queues: Default::default(),
            clock: 1_795_169_743_000 + part.cast_signed() * 60_000_000,
            prints: part << 24,
            corpus: Corpus::default(),
        }
    }

    /// Lets a stream write its next event; gives the bytes of that.
    fn step(&mut self) -> usize {
        let stream = self.random.below(STREAMS);
        if self.queues[stream].is_empty() {
            self.print(stream);
        }
        self.write(stream)
    }

    fn write(&mut self, stream: usize) -> usize {
        let Some((time, message)) = self.queues[stream].pop_front() else {
            return 0;
        };
        let size = message.len();
        let id = self.corpus.events.len() as u64;
        self.corpus.events.push(Event { stream, time, id, message });
        size
    }

    /// Decides what a stream writes next.
    fn print(&mut self, stream: usize) {
        self.clock += 2 + self.random.below(3).cast_signed() as i64;
        self.prints += 1;
        if !self.random.is_in(self.percent, 100) {
            let message = noise::message(&mut self.random, self.prints);
            self.queues[stream].push_back((self.clock, message));
            if self.random.is_in(1, 20) {
                // It was logged before, and comes late.
                self.queues[stream].push_back((self.clock - 1, noise::message(&mut self.random, self.prints)));
            }
            return;
        }
        let print = Print::of(self.mix, &mut self.random, self.prints);
        for (offset, message) in print.pieces {
            self.queues[stream].push_back((self.clock + offset, message));
            self.clock += 1;
        }
        self.corpus.records.extend(print.records);
        self.corpus.unreadable += print.unreadable;
    }

    fn finish(mut self) -> Corpus {
        for stream in 0..STREAMS {
            while self.write(stream) > 0 {}
        }
        self.corpus
    }
}
