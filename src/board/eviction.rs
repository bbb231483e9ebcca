//! What is not given up while there is anything else.

use super::entry::Pane;
use super::order::Key;

/// How far the oldest entries of each pane are all marked, so that thousands of marks are not gone through for every
/// entry that is given up.
#[derive(Debug)]
pub(super) struct Spared {
    failures: Key,
    successes: Key,
}

impl Default for Spared {
    fn default() -> Self {
        Self { failures: Key::FIRST, successes: Key::FIRST }
    }
}

impl Spared {
    /// Whatever stands before this key is marked.
    pub(super) fn until(&self, pane: Pane) -> Key {
        match pane {
            Pane::Failures => self.failures,
            Pane::Successes => self.successes,
        }
    }

    /// Whatever stands before `key` was seen to be marked.
    pub(super) fn pass(&mut self, pane: Pane, key: Key) {
        *self.until_mut(pane) = key;
    }

    /// The entry of that key is new, or its mark may have gone.
    pub(super) fn consider(&mut self, pane: Pane, key: Key) {
        let until = self.until_mut(pane);
        *until = key.min(*until);
    }

    fn until_mut(&mut self, pane: Pane) -> &mut Key {
        match pane {
            Pane::Failures => &mut self.failures,
            Pane::Successes => &mut self.successes,
        }
    }
}
