//! A sorted list that stays quick when entries come late, and can be read by index.

use std::collections::VecDeque;

use super::entry::Seq;

/// Keys in a chunk at most. Twice as much makes reading by index quicker and inserting slower.
const CHUNK: usize = 512;

/// Where an entry stands in time; those of one millisecond stand as they were appended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    /// Milliseconds since the Unix epoch.
    pub(super) time: i64,
    pub(super) seq: Seq,
}

impl Key {
    /// Before every entry.
    pub(super) const FIRST: Self = Self { time: i64::MIN, seq: Seq(0) };
    /// After every entry.
    pub(super) const LAST: Self = Self { time: i64::MAX, seq: Seq(u64::MAX) };
}

/// Keys in ascending order.
///
/// They lie in chunks: one flat list would move half of itself for every line of a second file that is read beside
/// the first, and a tree cannot tell what stands at an index. Both ends are O(1), an insertion is O(√n) with a
/// small factor, and so is an index (a million keys are some thousands of chunk lengths to add).
#[derive(Debug, Clone, Default)]
pub(super) struct Order {
    /// None of them is empty.
    chunks: VecDeque<VecDeque<Key>>,
    len: usize,
}

impl Order {
    pub(super) fn len(&self) -> usize {
        self.len
    }

    pub(super) fn first(&self) -> Option<Key> {
        self.chunks.front()?.front().copied()
    }

    pub(super) fn get(&self, index: usize) -> Option<Key> {
        let (chunk, offset) = self.locate_index(index)?;
        self.chunks[chunk].get(offset).copied()
    }

    /// How many keys are less than `key`.
    pub(super) fn rank(&self, key: Key) -> usize {
        let (chunk, offset) = self.locate(key);
        self.chunks.range(..chunk).map(VecDeque::len).sum::<usize>() + offset
    }

    /// The index of `key`, if it is in the list.
    pub(super) fn position(&self, key: Key) -> Option<usize> {
        let (chunk, offset) = self.locate(key);
        let found = self.chunks.get(chunk)?.get(offset) == Some(&key);
        found.then(|| self.rank(key))
    }

    pub(super) fn insert(&mut self, key: Key) {
        if self.chunks.is_empty() {
            self.chunks.push_back(VecDeque::new());
        }
        let (mut chunk, mut offset) = self.locate_gap(key);
        if self.chunks[chunk].len() == CHUNK {
            (chunk, offset) = self.make_room(chunk, offset);
        }
        self.chunks[chunk].insert(offset, key);
        self.len += 1;
    }

    /// Takes a key out, if it is in the list.
    pub(super) fn remove(&mut self, key: Key) -> bool {
        let (chunk, offset) = self.locate(key);
        if self.chunks.get(chunk).and_then(|keys| keys.get(offset)) != Some(&key) {
            return false;
        }
        self.chunks[chunk].remove(offset);
        if self.chunks[chunk].is_empty() {
            self.chunks.remove(chunk);
        }
        self.len -= 1;
        true
    }

    /// Keys from `index` on, ascending.
    pub(super) fn iter_from(&self, index: usize) -> impl Iterator<Item = Key> {
        let (chunk, offset) = self.locate_index(index).unwrap_or((self.chunks.len(), 0));
        let rest = self.chunks.range(chunk.min(self.chunks.len())..).skip(1).flatten();
        self.chunks.get(chunk).into_iter().flat_map(move |chunk| chunk.range(offset..)).chain(rest).copied()
    }

    /// Keys less than `key`, descending.
    pub(super) fn iter_before(&self, key: Key) -> impl Iterator<Item = Key> {
        let (chunk, offset) = self.locate(key);
        let part = self.chunks.get(chunk).into_iter().flat_map(move |chunk| chunk.range(..offset).rev());
        part.chain(self.chunks.range(..chunk).rev().flat_map(|chunk| chunk.iter().rev())).copied()
    }

    /// The chunk and the place in it where `key` is or would be; past the last chunk when it is after all.
    fn locate(&self, key: Key) -> (usize, usize) {
        let chunk = self.chunks.partition_point(|chunk| chunk.back().is_some_and(|last| *last < key));
        let offset = self.chunks.get(chunk).map_or(0, |chunk| chunk.partition_point(|other| *other < key));
        (chunk, offset)
    }

    /// The chunk that a new `key` goes into, and its place there. Most go to an end, which needs no search.
    fn locate_gap(&self, key: Key) -> (usize, usize) {
        if self.first().is_none_or(|first| key < first) {
            return (0, 0);
        }
        let last = self.chunks.len() - 1;
        if self.chunks[last].back().is_some_and(|back| *back < key) {
            return (last, self.chunks[last].len());
        }
        match self.locate(key) {
            // Between two chunks the one before takes it, which keeps chunks that were filled in order full.
            (chunk, 0) if chunk > 0 => (chunk - 1, self.chunks[chunk - 1].len()),
            place => place,
        }
    }

    /// Counts from the nearer end: what is looked at is mostly new.
    fn locate_index(&self, index: usize) -> Option<(usize, usize)> {
        let from_end = self.len.checked_sub(index + 1)?;
        if index < from_end { self.locate_from_front(index) } else { self.locate_from_back(from_end) }
    }

    fn locate_from_front(&self, mut index: usize) -> Option<(usize, usize)> {
        for (at, chunk) in self.chunks.iter().enumerate() {
            if index < chunk.len() {
                return Some((at, index));
            }
            index -= chunk.len();
        }
        None
    }

    fn locate_from_back(&self, mut from_end: usize) -> Option<(usize, usize)> {
        for (at, chunk) in self.chunks.iter().enumerate().rev() {
            if from_end < chunk.len() {
                return Some((at, chunk.len() - 1 - from_end));
            }
            from_end -= chunk.len();
        }
        None
    }

    /// Splits a full chunk around `offset` and says where the place is now. At an end a new chunk is started, so
    /// that what comes in order fills its chunks.
    fn make_room(&mut self, chunk: usize, offset: usize) -> (usize, usize) {
        let split = if offset == CHUNK || offset == 0 { offset } else { CHUNK / 2 };
        let tail = self.chunks[chunk].split_off(split);
        self.chunks.insert(chunk + 1, tail);
        match split {
            0 => (chunk, 0),
            _ if offset >= split => (chunk + 1, offset - split),
            _ => (chunk, offset),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn order_of(times: &[i64]) -> (Order, Vec<Key>) {
        let mut order = Order::default();
        let mut model = Vec::new();
        for (seq, &time) in times.iter().enumerate() {
            let key = Key { time, seq: Seq(seq as u64) };
            order.insert(key);
            model.push(key);
        }
        model.sort();
        (order, model)
    }

    fn agrees(order: &Order, model: &[Key]) {
        assert_eq!(order.len(), model.len());
        assert_eq!(order.first(), model.first().copied());
        assert_eq!(order.iter_from(0).collect::<Vec<_>>(), model);
        assert_eq!(order.get(model.len()), None);
        assert!(order.chunks.iter().all(|chunk| (1..=CHUNK).contains(&chunk.len())));
        for (index, &key) in model.iter().enumerate().step_by(97) {
            assert_eq!(order.get(index), Some(key));
            assert_eq!(order.position(key), Some(index));
            assert_eq!(order.position(Key { seq: Seq(u64::MAX), ..key }), None);
            assert_eq!(order.iter_from(index).next(), Some(key));
            assert_eq!(order.iter_from(index).count(), model.len() - index);
            let before: Vec<_> = model[..index].iter().rev().copied().collect();
            assert_eq!(order.iter_before(key).collect::<Vec<_>>(), before);
        }
    }

    #[test]
    fn in_order_fills_whole_chunks() {
        let (order, model) = order_of(&(0..1536).collect::<Vec<_>>());
        agrees(&order, &model);
        assert_eq!(order.chunks.len(), 3);
    }

    #[test]
    fn backwards_fills_whole_chunks() {
        let (order, model) = order_of(&(0..1536).rev().collect::<Vec<_>>());
        agrees(&order, &model);
        assert_eq!(order.chunks.len(), 3);
    }

    #[test]
    fn two_interleaved_files_are_sorted() {
        let times: Vec<_> = (0..4000).map(|i| i * 2).chain((0..4000).map(|i| i * 2 + 1)).collect();
        let (order, model) = order_of(&times);
        agrees(&order, &model);
    }

    #[test]
    fn an_empty_list_has_nothing() {
        let order = Order::default();
        assert_eq!(order.first(), None);
        assert_eq!(order.get(0), None);
        assert_eq!(order.iter_from(0).count(), 0);
        assert_eq!(order.iter_from(5).count(), 0);
        assert_eq!(order.iter_before(Key::LAST).count(), 0);
    }

    proptest! {
        #[test]
        fn any_order_of_insertion_is_sorted(times in prop::collection::vec(0i64..500, 0..3000), pops in 0usize..2000) {
            let (mut order, mut model) = order_of(&times);
            for _ in 0..pops {
                let expected = (!model.is_empty()).then(|| model.remove(0));
                prop_assert_eq!(order.first(), expected);
                prop_assert_eq!(expected.is_some_and(|key| order.remove(key)), expected.is_some());
            }
            agrees(&order, &model);
        }

        #[test]
        fn what_is_removed_is_gone(times in prop::collection::vec(0i64..500, 0..2000), picks in prop::collection::vec(0usize..4000, 0..400)) {
            let (mut order, mut model) = order_of(&times);
            for pick in picks {
                let key = model.get(pick).copied();
                prop_assert_eq!(key.is_some_and(|key| order.remove(key)), key.is_some());
                if let Some(key) = key {
                    model.remove(pick);
                    prop_assert!(!order.remove(key));
                }
            }
            agrees(&order, &model);
        }
    }
}
