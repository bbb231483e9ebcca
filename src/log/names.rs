//! Names that many events and records share.

use std::collections::HashSet;
use std::sync::Arc;

use foldhash::quality::RandomState;

/// Keeps one copy of every name: a million records come from a handful of functions and streams.
#[derive(Debug, Default)]
pub struct Names(HashSet<Arc<str>, RandomState>);

/// So many names are kept at most: a group that is old has many streams.
const MOST: usize = 64 * 1024;

impl Names {
    /// The one copy of that name.
    #[must_use]
    pub fn shared(&mut self, name: &str) -> Arc<str> {
        if let Some(known) = self.0.get(name) {
            return Arc::clone(known);
        }
        if self.0.len() >= MOST {
            self.0.clear();
        }
        let new: Arc<str> = Arc::from(name);
        self.0.insert(Arc::clone(&new));
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_kept_once() {
        let mut names = Names::default();
        let (one, other) = (names.shared("orders"), names.shared("orders"));
        assert!(Arc::ptr_eq(&one, &other));
        for number in 0..2 * MOST {
            let _ = names.shared(&number.to_string());
        }
        assert!(names.0.len() <= MOST);
    }
}
