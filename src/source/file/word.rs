use crate::record;

/// Where the word stands next that every record holds, remembered so that nothing is searched twice.
#[derive(Debug, Default)]
pub(super) struct NextWord {
    /// Up to here there is none.
    searched: usize,
    /// Whether there is one here; else what follows has not been searched.
    is_there: bool,
}

impl NextWord {
    /// Where the first word in `bytes` stands from `start` on, if there is one.
    pub(super) fn next(&mut self, bytes: &[u8], start: usize) -> Option<usize> {
        if self.searched < start {
            (self.searched, self.is_there) = (start, false);
        }
        if !self.is_there {
            let word = record::key_in(&bytes[self.searched..]);
            self.is_there = word.is_some();
            // One may have been cut where the bytes end.
            let least = bytes.len().saturating_sub(record::KEY);
            self.searched = word.map_or(self.searched.max(least), |offset| self.searched + offset);
        }
        self.is_there.then_some(self.searched)
    }

    /// The first `count` bytes are gone.
    pub(super) fn shift(&mut self, count: usize) {
        self.is_there &= self.searched >= count;
        self.searched = self.searched.saturating_sub(count);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_next_word_is_found_however_the_bytes_come(
            pieces in prop::collection::vec(prop::sample::select(vec!["requestContext", "request", "Context", "\"", "x\n"]), 0..20),
            steps in prop::collection::vec((1..40_usize, 0..40_usize, any::<bool>()), 1..30),
        ) {
            let text = pieces.concat();
            let (mut word, mut bytes, mut rest, mut start) = (NextWord::default(), Vec::new(), text.as_bytes(), 0);
            for (more, taken, is_shifted) in steps {
                let (come, to_come) = rest.split_at(more.min(rest.len()));
                bytes.extend_from_slice(come);
                rest = to_come;
                start = bytes.len().min(start + taken);
                if is_shifted {
                    word.shift(start);
                    bytes.drain(..start);
                    start = 0;
                }
                prop_assert_eq!(word.next(&bytes, start), record::key_in(&bytes[start..]).map(|at| at + start));
            }
        }
    }
}
