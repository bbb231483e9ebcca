//! Text that can be sliced without being copied.

use std::fmt;
use std::ops::{Deref, Range};
use std::sync::Arc;

/// A piece of a shared, immutable string.
///
/// A record that was logged bare is a slice of its log message, and its payloads are slices of it, so
/// keeping all three costs the bytes of one. A piece ends within the first 2 GiB.
#[derive(Clone)]
pub struct Text {
    whole: Arc<str>,
    start: u32,
    /// Where it ends, and in the highest bit whether bytes were lost: a text is kept for every record.
    end: u32,
}

/// The bit of `end` that tells that bytes were lost.
const DAMAGED: u32 = 1 << 31;

impl Text {
    /// The text as a string slice.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.whole[self.start as usize..(self.end & !DAMAGED) as usize]
    }

    /// The text that these bytes are; what is no UTF-8 becomes U+FFFD, and the text is damaged.
    #[must_use]
    pub fn lossy(bytes: &[u8]) -> Self {
        match std::str::from_utf8(bytes) {
            Ok(text) => Self::from(text),
            Err(_) => Self::from(String::from_utf8_lossy(bytes).as_ref()).damaged(),
        }
    }

    /// The same text, of which bytes were lost before it was read.
    #[must_use]
    pub fn damaged(mut self) -> Self {
        self.end |= DAMAGED;
        self
    }

    /// Whether bytes were lost before it was read: any U+FFFD in it may stand for them.
    #[must_use]
    pub fn is_damaged(&self) -> bool {
        self.end & DAMAGED != 0
    }

    /// The piece of this text that `part` is, shared when `part` borrows from it and copied otherwise.
    #[must_use]
    pub fn share(&self, part: &str) -> Self {
        self.range_of(part).map_or_else(
            || Self::from(part),
            |range| Self {
                whole: Arc::clone(&self.whole),
                start: self.start + range.start as u32,
                end: (self.start + range.end as u32) | (self.end & DAMAGED),
            },
        )
    }

    /// Where `part` lies in this text, if it borrows from it.
    #[must_use]
    pub fn range_of(&self, part: &str) -> Option<Range<usize>> {
        let base = self.as_str().as_ptr() as usize;
        let start = (part.as_ptr() as usize).checked_sub(base)?;
        let end = start + part.len();
        (end <= self.len()).then_some(start..end)
    }

    /// Whether both are pieces of one shared string.
    #[must_use]
    pub fn shares_with(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.whole, &other.whole)
    }
}

impl From<&str> for Text {
    fn from(text: &str) -> Self {
        Self { end: text.len() as u32, start: 0, whole: Arc::from(text) }
    }
}

impl From<String> for Text {
    fn from(text: String) -> Self {
        Self { end: text.len() as u32, start: 0, whole: Arc::from(text) }
    }
}

impl Deref for Text {
    type Target = str;

    fn deref(&self) -> &str {
        self.as_str()
    }
}

impl PartialEq for Text {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Text {}

impl fmt::Debug for Text {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Debug::fmt(self.as_str(), f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_borrowed_part_is_shared() {
        let whole = Text::from("prefix {\"a\":1} rest");
        let part = whole.share(&whole.as_str()[7..14]);
        assert_eq!(part.as_str(), "{\"a\":1}");
        assert!(part.shares_with(&whole));
    }

    #[test]
    fn a_part_of_a_part_is_shared() {
        let whole = Text::from("abcdef");
        let middle = whole.share(&whole.as_str()[1..5]);
        let inner = middle.share(&middle.as_str()[1..3]);
        assert_eq!(inner.as_str(), "cd");
        assert!(inner.shares_with(&whole));
    }

    #[test]
    fn what_was_lost_is_remembered() {
        assert!(!Text::lossy("größe \u{fffd}".as_bytes()).is_damaged());
        let damaged = Text::lossy(b"a \xff b");
        assert_eq!(damaged.as_str(), "a \u{fffd} b");
        assert!(damaged.is_damaged() && damaged.share(&damaged.as_str()[2..5]).is_damaged());
        assert_eq!(damaged.share(&damaged.as_str()[2..5]).as_str(), "\u{fffd}");
    }

    #[test]
    fn a_foreign_part_is_copied() {
        let whole = Text::from("abc");
        let part = whole.share("xyz");
        assert_eq!(part.as_str(), "xyz");
        assert!(!part.shares_with(&whole));
    }
}
