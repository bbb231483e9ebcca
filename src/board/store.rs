//! The entries themselves, by their place in the order of appending.

use std::collections::{HashMap, VecDeque};

use super::entry::{Entry, Seq, State};
use super::label::LabelId;
use super::order::Key;
use crate::log::Text;

/// Bytes of memory that an entry takes beside its log message: the arrival, its origin and its places in the store and
/// the panes, as measured with a million of them (`cargo bench --bench million`).
pub(super) const ENTRY: usize = 336;

/// Entries by [`Seq`], and the bytes of text that they keep in memory.
///
/// The places of removed entries are closed once they are the greater half, so that a store from which only the
/// successes are taken for a day does not grow by them.
#[derive(Debug, Default)]
pub(super) struct Store {
    /// Ascending by `seq`.
    slots: VecDeque<Slot>,
    next: u64,
    holes: usize,
    bytes: usize,
    /// How many entries are left of a message that several came from, by its `message` number.
    sharing: HashMap<u64, u32>,
}

/// The place of an entry.
#[derive(Debug)]
pub(super) struct Slot {
    seq: u64,
    /// How many places before it the first entry of the same message lies: an SQS event in one log line holds up to
    /// ten records.
    back: u32,
    pub(super) label: LabelId,
    /// Of the request id, so that a look for one passes over a million others without a look at them.
    head: Head,
    pub(super) state: State,
    entry: Option<Entry>,
}

/// The first characters of a request id, of which half a byte each is kept: all of a hexadecimal digit in any case, and
/// something of any other character.
#[derive(Debug, Clone, Copy)]
struct Head(u32);

impl Head {
    /// Characters that are kept.
    const LEN: usize = 8;

    fn of(id: &str) -> Self {
        let nibble = |byte: u8| u32::from(((byte & 0xf) + 9 * (byte >> 6)) & 0xf);
        let padded = id.bytes().chain(std::iter::repeat(0)).take(Self::LEN);
        Self(padded.fold(0, |head, byte| head << 4 | nibble(byte)))
    }

    /// Whether an id with this head may begin with a text of this head and length.
    fn may_begin_with(self, prefix: Self, len: usize) -> bool {
        let rest = 4 * Self::LEN.saturating_sub(len) as u32;
        (self.0 ^ prefix.0).checked_shr(rest).unwrap_or_default() == 0
    }
}

impl Slot {
    pub(super) fn entry(&self) -> Option<&Entry> {
        self.entry.as_ref()
    }

    fn message(&self) -> u64 {
        self.seq - u64::from(self.back)
    }
}

impl Store {
    /// An empty store whose first place is `next`.
    pub(super) fn after(next: Seq) -> Self {
        Self { next: next.0, ..Self::default() }
    }

    /// Bytes of the log messages that are kept, each counted once, and what entries keep beside them.
    pub(super) fn bytes(&self) -> usize {
        self.bytes
    }

    /// Bytes of memory taken for what is kept.
    pub(super) fn memory(&self) -> usize {
        self.bytes + ENTRY * (self.slots.len() - self.holes)
    }

    /// The place that the next entry will get.
    pub(super) fn next(&self) -> Seq {
        Seq(self.next)
    }

    pub(super) fn append(&mut self, entry: Entry, label: LabelId) -> Seq {
        let seq = self.next;
        self.next += 1;
        self.bytes += own_len(&entry);
        let message = self.message_shared_with_last(&entry).unwrap_or(seq);
        if message == seq {
            self.bytes += message_len(&entry);
        } else {
            *self.sharing.entry(message).or_insert(1) += 1;
        }
        let back = u32::try_from(seq - message).unwrap_or_default();
        let head = Head::of(entry.arrival().and_then(|arrival| arrival.record.request_id()).unwrap_or_default());
        self.slots.push_back(Slot { seq, back, label, head, state: State::default(), entry: Some(entry) });
        Seq(seq)
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (Seq, &Entry)> {
        self.slots.iter().filter_map(|slot| Some((Seq(slot.seq), slot.entry()?)))
    }

    /// The entries whose request id may begin with `prefix`, and a few others; `None` when that is said of too many to
    /// be worth it.
    pub(super) fn with_id(&self, prefix: &str) -> Option<Vec<Key>> {
        let (head, most) = (Head::of(prefix), self.slots.len() / 8 + 1024);
        let meant = self.slots.iter().filter(|slot| slot.head.may_begin_with(head, prefix.len()));
        let slots: Vec<&Slot> = meant.take(most + 1).collect();
        if slots.len() > most {
            return None;
        }
        let key = |slot: &&Slot| Some(Key { time: slot.entry()?.time(), seq: Seq(slot.seq) });
        let mut keys: Vec<Key> = slots.iter().filter_map(key).collect();
        keys.sort_unstable();
        Some(keys)
    }

    pub(super) fn get(&self, seq: Seq) -> Option<&Entry> {
        self.slot(seq)?.entry.as_ref()
    }

    pub(super) fn slot(&self, seq: Seq) -> Option<&Slot> {
        self.slots.get(self.index(seq)?)
    }

    pub(super) fn slot_mut(&mut self, seq: Seq) -> Option<&mut Slot> {
        let index = self.index(seq)?;
        self.slots.get_mut(index)
    }

    pub(super) fn remove(&mut self, seq: Seq) -> Option<Entry> {
        let index = self.index(seq)?;
        let slot = self.slots.get_mut(index)?;
        let message = slot.message();
        let entry = slot.entry.take()?;
        self.holes += 1;
        self.bytes -= own_len(&entry);
        if self.is_last_of(message) {
            self.bytes -= message_len(&entry);
        }
        self.close_holes();
        Some(entry)
    }

    /// Without holes the place tells the index; with closed ones it tells the highest that it can have.
    fn index(&self, seq: Seq) -> Option<usize> {
        let guess = usize::try_from(seq.0.checked_sub(self.slots.front()?.seq)?).ok()?;
        if self.slots.get(guess).is_some_and(|slot| slot.seq == seq.0) {
            return Some(guess);
        }
        self.slots.binary_search_by_key(&seq.0, |slot| slot.seq).ok()
    }

    fn message_shared_with_last(&self, entry: &Entry) -> Option<u64> {
        let last = self.slots.back()?;
        let (a, b) = (last.entry.as_ref()?.message()?, entry.message()?);
        is_same_piece(a, b).then(|| last.message())
    }

    /// Takes one off the entries of a message, and says whether it was the last.
    fn is_last_of(&mut self, message: u64) -> bool {
        let Some(left) = self.sharing.get_mut(&message) else {
            return true;
        };
        *left -= 1;
        let last = *left == 0;
        if last {
            self.sharing.remove(&message);
        }
        last
    }

    fn close_holes(&mut self) {
        while self.slots.pop_front_if(|slot| slot.entry.is_none()).is_some() {
            self.holes -= 1;
        }
        if self.holes > self.slots.len() / 2 {
            self.slots.retain(|slot| slot.entry.is_some());
            self.holes = 0;
        }
    }
}

fn is_same_piece(a: &Text, b: &Text) -> bool {
    a.shares_with(b) && a.len() == b.len() && a.range_of(b).is_some()
}

fn message_len(entry: &Entry) -> usize {
    entry.message().map_or(0, |message| message.len())
}

/// Bytes of text that an entry keeps beside its log message: a gap's reason, a record that was copied.
fn own_len(entry: &Entry) -> usize {
    match entry {
        Entry::Arrival(arrival) if !arrival.record.text().shares_with(&arrival.message) => arrival.record.text().len(),
        Entry::Arrival(_) | Entry::Unreadable(_) => 0,
        Entry::Gap(gap) => gap.reason.len(),
    }
}
