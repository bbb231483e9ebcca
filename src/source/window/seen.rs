//! Which events were let through.
//!
//! An event is known by its time, its stream and its message; events that are alike in all of these are counted. An
//! id tells a repeated event from a twin. Live tail gives no ids: what it told is matched with the ids that are read
//! later, one to one, so that a twin which only one of the two has told is still let through.
//!
//! What only sweeps read again is kept as one number for each event: sessions tell nothing of it any more.

use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasher, RandomState};

use crate::log::LogEvent;

/// Milliseconds of a block, which is forgotten as a whole.
const BLOCK: i64 = 30_000;
/// Readers whose counts of an event are kept: a session and the one that takes over from it, and a read.
const READERS: usize = 3;

/// Looks at a block since which nothing was added to it, before it is settled: sessions that take over from each other
/// tell the same events for some seconds.
const CALM: u8 = 8;

/// Events by their time.
#[derive(Debug, Clone, Default)]
pub(super) struct Seen {
    blocks: BTreeMap<i64, Block>,
    hasher: RandomState,
}

/// Events of some time, by a hash of their contents.
#[derive(Debug, Clone, Default)]
struct Block {
    /// Those that came once, with an id; of which the hash is kept.
    ones: HashMap<u64, u64>,
    /// All others.
    others: HashMap<u64, Alike>,
    /// Those that came once with an id and are settled, by a hash of contents and id, in order.
    settled: Vec<u64>,
    /// Looks since something was added.
    calm: u8,
}

/// Events that are alike.
#[derive(Debug, Clone, Default)]
struct Alike {
    /// How many were let through.
    shown: usize,
    /// Hashes of the ids that they came with.
    ids: Vec<u64>,
    /// How many a reader without ids has told.
    told: Vec<(u64, usize)>,
}

impl Seen {
    /// Notes that a reader has told of an event, and gives whether it is one more than was known.
    pub(super) fn is_new(&mut self, time: i64, event: &LogEvent, reader: u64) -> bool {
        let contents = self.hasher.hash_one((time, &event.origin.log_stream, event.message.as_str()));
        let id = event.origin.event_id.as_ref().map(|id| self.hasher.hash_one(id));
        let block = self.blocks.entry(time.div_euclid(BLOCK)).or_default();
        if id.is_some_and(|id| block.is_settled(self.hasher.hash_one((contents, id)))) {
            return false;
        }
        let is_new = block.is_new(contents, id, reader);
        if is_new {
            block.calm = 0;
        }
        is_new
    }

    /// Makes whole blocks before a time small, which are hardly ever read again.
    pub(super) fn settle_before(&mut self, time: i64) {
        let Self { blocks, hasher } = self;
        for (_, block) in blocks.range_mut(..time.div_euclid(BLOCK)) {
            block.calm = block.calm.saturating_add(1);
            if block.calm >= CALM && !block.ones.is_empty() {
                block.settle(|contents, id| hasher.hash_one((contents, id)));
            }
        }
    }

    /// Forgets whole blocks before a time.
    pub(super) fn forget_before(&mut self, time: i64) {
        let first = time.div_euclid(BLOCK);
        if self.blocks.first_key_value().is_some_and(|(block, _)| *block < first) {
            self.blocks = self.blocks.split_off(&first);
        }
    }

    /// How many contents are known.
    pub(super) fn len(&self) -> usize {
        self.blocks.values().map(|block| block.settled.len() + block.ones.len() + block.others.len()).sum()
    }
}

impl Block {
    fn is_settled(&self, hash: u64) -> bool {
        self.settled.binary_search(&hash).is_ok()
    }

    fn settle(&mut self, hash: impl Fn(u64, u64) -> u64) {
        let ones = std::mem::take(&mut self.ones);
        self.settled.reserve_exact(ones.len());
        self.settled.extend(ones.into_iter().map(|(contents, id)| hash(contents, id)));
        self.settled.sort_unstable();
    }

    fn is_new(&mut self, contents: u64, id: Option<u64>, reader: u64) -> bool {
        match (self.ones.get(&contents), id) {
            (Some(known), Some(id)) if *known == id => return false,
            (None, Some(id)) if !self.others.contains_key(&contents) => {
                self.ones.insert(contents, id);
                return true;
            }
            _ => {}
        }
        let known = self.ones.remove(&contents);
        let alike = self.others.entry(contents).or_default();
        if let Some(known) = known {
            *alike = Alike { shown: 1, ids: vec![known], told: Vec::new() };
        }
        let is_new = match id {
            Some(id) => alike.is_new_id(id),
            None => alike.is_one_more(reader),
        };
        if let (1, [id]) = (alike.shown, alike.ids.as_slice()) {
            // A twin that comes without an id from now on is let through when its own is read.
            self.ones.insert(contents, *id);
            self.others.remove(&contents);
        }
        is_new
    }
}

impl Alike {
    fn is_new_id(&mut self, id: u64) -> bool {
        if self.ids.contains(&id) {
            return false;
        }
        self.ids.push(id);
        self.shows(self.ids.len())
    }

    fn is_one_more(&mut self, reader: u64) -> bool {
        let at = self.told.iter().position(|(known, _)| *known == reader).unwrap_or_else(|| {
            if self.told.len() == READERS {
                self.told.remove(0);
            }
            self.told.push((reader, 0));
            self.told.len() - 1
        });
        self.told[at].1 += 1;
        let told = self.told[at].1;
        self.shows(told)
    }

    /// Whether there are more than were shown, which then is one more.
    fn shows(&mut self, known: usize) -> bool {
        let more = known > self.shown;
        self.shown += usize::from(more);
        more
    }
}
