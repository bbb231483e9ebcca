//! Search for a text in any case without copying what is searched.

use memchr::{memchr_iter, memchr2_iter, memmem};

/// A text to find whatever its case.
#[derive(Debug, Clone)]
pub(super) struct Needle {
    /// As it was written, for printing the query.
    written: String,
    search: Search,
}

#[derive(Debug, Clone)]
enum Search {
    /// No letters: the bytes as they are.
    Exact(Box<memmem::Finder<'static>>),
    /// ASCII with letters: the places of its rarest byte are compared in any case.
    Ascii { rare: usize },
    /// Lower-cased characters, compared one by one.
    Unicode(Vec<char>),
}

impl Needle {
    pub(super) fn new(written: &str) -> Self {
        Self { search: Search::new(written), written: written.to_owned() }
    }

    pub(super) fn written(&self) -> &str {
        &self.written
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        match &self.search {
            Search::Exact(finder) => finder.find(text.as_bytes()).is_some(),
            Search::Ascii { rare } => self.is_in_ascii(text.as_bytes(), *rare),
            Search::Unicode(wanted) => is_in_unicode(text, wanted),
        }
    }

    fn is_in_ascii(&self, text: &[u8], rare: usize) -> bool {
        let needle = self.written.as_bytes();
        let byte = needle[rare];
        let found = |at: usize| {
            let start = at.checked_sub(rare);
            start
                .and_then(|start| text.get(start..start + needle.len()))
                .is_some_and(|part| part.eq_ignore_ascii_case(needle))
        };
        if byte.is_ascii_alphabetic() {
            memchr2_iter(byte.to_ascii_lowercase(), byte.to_ascii_uppercase(), text).any(found)
        } else {
            memchr_iter(byte, text).any(found)
        }
    }
}

impl PartialEq for Needle {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Needle {}

impl Search {
    fn new(text: &str) -> Self {
        if !text.is_ascii() {
            return Self::Unicode(text.chars().flat_map(char::to_lowercase).collect());
        }
        if text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            let rarest = text.bytes().enumerate().min_by_key(|&(_, byte)| commonness(byte));
            return Self::Ascii { rare: rarest.map_or(0, |(at, _)| at) };
        }
        Self::Exact(Box::new(memmem::Finder::new(text).into_owned()))
    }
}

/// How common a byte is in JSON log lines, by rank: what the search skips to should stand out.
fn commonness(byte: u8) -> u8 {
    const LETTERS: &[u8] = b"zqjxkwvbyhgfpdmulcosrnaite";
    match byte.to_ascii_lowercase() {
        b' ' | b'"' | b':' | b',' => 60,
        byte @ b'0'..=b'9' => 50 - (byte - b'0'),
        byte @ b'a'..=b'z' => LETTERS.iter().position(|&letter| letter == byte).map_or(0, |rank| rank as u8 + 10),
        b'-' | b'/' | b'\\' | b'.' | b'{' | b'}' => 30,
        _ => 0,
    }
}

fn is_in_unicode(text: &str, wanted: &[char]) -> bool {
    text.char_indices().any(|(at, _)| {
        let mut found = text[at..].chars().flat_map(char::to_lowercase);
        wanted.iter().all(|&c| found.next() == Some(c))
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn case_does_not_matter() {
        for (needle, text, found) in [
            ("typeerror", "a TypeError: x", true),
            ("TYPEERROR", "a TypeError: x", true),
            ("typeerrors", "a TypeError: x", false),
            ("42-43", "41-42-43", true),
            ("a", "", false),
            ("", "", true),
            ("zebra", "a zebr", false),
            ("ünï", "grÜNÏng", true),
            ("ünï", "grun", false),
            ("straße", "STRAßE", true),
        ] {
            assert_eq!(Needle::new(needle).is_in(text), found, "{needle} in {text}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_lower_casing_both(needle in "[a-cA-C1 \"]{0,4}", text in "[a-cA-C1 \"é]{0,40}") {
            let expected = text.to_lowercase().contains(&needle.to_lowercase());
            prop_assert_eq!(Needle::new(&needle).is_in(&text), expected);
        }
    }
}
