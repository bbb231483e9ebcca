//! Search for a text in any case without copying what is searched.

use memchr::{memchr2_iter, memmem};
use regex::{Regex, RegexBuilder};

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
    /// ASCII with letters: the engine knows how to look for several spellings of the beginning at once.
    Ascii(Regex),
    /// Lower-cased characters, and the bytes that the first of them begins with in either case.
    Unicode { wanted: Vec<char>, leads: [u8; 2] },
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
            Search::Ascii(regex) => regex.is_match(text),
            Search::Unicode { wanted, leads } => self.may_be_in(text) && is_in_unicode(text, wanted, *leads),
        }
    }

    /// Nothing of ASCII becomes another character in lower case, and most texts are ASCII.
    fn may_be_in(&self, text: &str) -> bool {
        self.written.is_ascii() || !text.is_ascii()
    }

    /// Whether JSON may write it in another way than it was written here.
    pub(super) fn may_be_escaped(&self) -> bool {
        self.written
            .bytes()
            .any(|byte| !byte.is_ascii() || byte.is_ascii_control() || matches!(byte, b'"' | b'\\' | b'/'))
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
            return Self::unicode(text);
        }
        if !text.bytes().any(|byte| byte.is_ascii_alphabetic()) {
            return Self::Exact(Box::new(memmem::Finder::new(text).into_owned()));
        }
        let any_case = RegexBuilder::new(&regex::escape(text)).case_insensitive(true).unicode(false).build();
        any_case.map_or_else(|_| Self::unicode(text), Self::Ascii)
    }

    fn unicode(text: &str) -> Self {
        let wanted: Vec<char> = text.chars().flat_map(char::to_lowercase).collect();
        let first = wanted.first().copied().unwrap_or_default();
        let upper = first.to_uppercase().next().unwrap_or(first);
        Self::Unicode { wanted, leads: [lead(first), lead(upper)] }
    }
}

/// First byte of a character in UTF-8.
fn lead(c: char) -> u8 {
    c.encode_utf8(&mut [0; 4]).as_bytes()[0]
}

/// A lead byte is never inside a character, so every place it is found at is a boundary.
fn is_in_unicode(text: &str, wanted: &[char], leads: [u8; 2]) -> bool {
    memchr2_iter(leads[0], leads[1], text.as_bytes()).any(|at| {
        let mut found = text.get(at..).unwrap_or_default().chars().flat_map(char::to_lowercase);
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
            ("Ünï", "x ünÏ", true),
            ("ünï", "ü n ün ÜNÏ", true),
            ("xi\u{307}", "XİX", true),
            ("xi\u{307}", "XIX", false),
            ("日本", "東京、日本", true),
            ("日木", "東京、日本", false),
        ] {
            assert_eq!(Needle::new(needle).is_in(text), found, "{needle} in {text}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_lower_casing_both(needle in "[a-cA-C1 \"éÉ]{0,4}", text in "[a-cA-C1 \"éÉ]{0,40}") {
            let expected = text.to_lowercase().contains(&needle.to_lowercase());
            prop_assert_eq!(Needle::new(&needle).is_in(&text), expected);
        }
    }
}
