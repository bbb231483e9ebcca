//! One copy of what many share.

use std::collections::HashMap;
use std::hash::{BuildHasher, Hash};
use std::sync::Arc;

use foldhash::quality::RandomState;

use super::Hashed;

/// So many are remembered at most: a group that is old has many streams, and records may be made up.
const MOST: usize = 64 * 1024;

/// Keeps one copy of each value, by the hash of what it is made of.
#[derive(Debug)]
pub struct Copies<T> {
    known: HashMap<u64, Arc<T>, Hashed>,
    hasher: RandomState,
}

impl<T> Copies<T> {
    /// The one copy of the value that is made of `parts`; `is_of` tells whether one is that.
    pub fn shared(&mut self, parts: impl Hash, is_of: impl FnOnce(&T) -> bool, make: impl FnOnce() -> T) -> Arc<T> {
        let hash = self.hasher.hash_one(parts);
        if let Some(known) = self.known.get(&hash).filter(|known| is_of(known)) {
            return Arc::clone(known);
        }
        if self.known.len() >= MOST {
            self.known.clear();
        }
        let new = Arc::new(make());
        self.known.insert(hash, Arc::clone(&new));
        new
    }

    /// How many are remembered.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.known.len()
    }
}

impl<T> Default for Copies<T> {
    fn default() -> Self {
        Self { known: HashMap::default(), hasher: RandomState::default() }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_is_kept_once_and_not_all_of_them_for_ever() {
        let mut copies = Copies::default();
        let mut shared = |number: usize| copies.shared(number, |known| *known == number, || number);
        let (one, other) = (shared(1), shared(1));
        assert!(Arc::ptr_eq(&one, &other) && *shared(2) == 2);
        for number in 0..2 * MOST {
            shared(number);
        }
        assert!(copies.len() <= MOST);
    }
}
