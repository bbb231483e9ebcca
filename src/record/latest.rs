//! What is remembered of a long log: the latest of it, so that memory does not grow with the log.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use crate::log::Hashed;

/// So many keys are remembered at least, …
const LEAST: usize = 224 * 1024;
/// … and at most, at some 20 bytes each.
pub(super) const MOST: usize = 2 * LEAST;

/// Values under keys that are hashes themselves; the oldest are forgotten.
#[derive(Debug)]
pub(crate) struct Latest<V> {
    recent: Table<V>,
    before: Table<V>,
}

type Table<V> = HashMap<u64, V, Hashed>;

impl<V> Default for Latest<V> {
    fn default() -> Self {
        Self { recent: Table::default(), before: Table::default() }
    }
}

impl<V: Copy> Latest<V> {
    /// The value under a key, if that has not been forgotten.
    pub(crate) fn get(&self, key: u64) -> Option<V> {
        self.recent.get(&key).or_else(|| self.before.get(&key)).copied()
    }

    /// Remembers a value; gives the one that was under the key before.
    pub(crate) fn insert(&mut self, key: u64, value: V) -> Option<V> {
        self.update(key, |_| value)
    }

    /// Remembers what is made of the value under a key; gives that one.
    pub(crate) fn update(&mut self, key: u64, value: impl FnOnce(Option<V>) -> V) -> Option<V> {
        if self.recent.len() >= LEAST && !self.recent.contains_key(&key) {
            self.before = std::mem::take(&mut self.recent);
        }
        match self.recent.entry(key) {
            Entry::Occupied(mut known) => {
                let before = Some(*known.get());
                known.insert(value(before));
                before
            }
            Entry::Vacant(new) => {
                let before = self.before.get(&key).copied();
                new.insert(value(before));
                before
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Spread over all bits, as hashes are.
    fn key(number: usize) -> u64 {
        (number as u64).wrapping_mul(0x9e37_79b9_7f4a_7c15)
    }

    #[test]
    fn the_latest_are_remembered_and_the_oldest_forgotten() {
        let mut latest = Latest::default();
        for number in 0..5 * LEAST {
            assert_eq!(latest.insert(key(number), number), None);
        }
        assert!((4 * LEAST..5 * LEAST).all(|number| latest.get(key(number)) == Some(number)));
        assert_eq!(latest.get(key(0)), None);
        assert!(latest.recent.len() + latest.before.len() <= MOST);
    }

    #[test]
    fn what_comes_again_stays() {
        let mut latest = Latest::default();
        latest.insert(key(0), 0);
        for number in 1..3 * LEAST {
            latest.insert(key(number), number);
            assert_eq!(latest.insert(key(0), number), Some(number - 1));
        }
    }
}
