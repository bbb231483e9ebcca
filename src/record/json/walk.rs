//! Walking through sound JSON text without building anything.
//!
//! Records have been checked when they were read, so that nothing is checked here again; text that is not sound gives
//! nonsense or nothing, and never a panic.

use std::borrow::Cow;

use super::tokens::string_length;
use super::unquote;

/// What a JSON value is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum ValueKind {
    /// `{…}`.
    Object,
    /// `[…]`.
    Array,
    /// A text.
    String,
    /// A number.
    Number,
    /// `true` or `false`.
    Bool,
    /// `null`.
    Null,
}

impl ValueKind {
    /// What the value that `text` begins with is.
    #[must_use]
    pub fn of(text: &str) -> Self {
        match text.as_bytes().first() {
            Some(b'{') => Self::Object,
            Some(b'[') => Self::Array,
            Some(b'"') => Self::String,
            Some(b't' | b'f') => Self::Bool,
            Some(b'n') | None => Self::Null,
            Some(_) => Self::Number,
        }
    }

    /// One word for it: `object`, `array`, `string`, `number`, `boolean`, `null`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Object => "object",
            Self::Array => "array",
            Self::String => "string",
            Self::Number => "number",
            Self::Bool => "boolean",
            Self::Null => "null",
        }
    }
}

/// The key of a member as it is written, with its quotes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct RawKey<'a>(&'a str);

impl<'a> RawKey<'a> {
    /// The key as it is written, with its quotes.
    #[must_use]
    pub fn written(self) -> &'a str {
        self.0
    }

    /// The key, decoded.
    #[must_use]
    pub fn decoded(self) -> Cow<'a, str> {
        unquote(self.0).unwrap_or(Cow::Borrowed(self.0))
    }

    /// Whether it is this key. Most are compared as they are written.
    #[must_use]
    pub fn is(self, key: &str) -> bool {
        let inner = self.0.get(1..self.0.len().saturating_sub(1)).unwrap_or_default();
        if memchr::memchr(b'\\', inner.as_bytes()).is_none() { inner == key } else { self.decoded() == key }
    }
}

/// What a JSON string says; `None` for any other value.
#[must_use]
pub fn string(value: &str) -> Option<Cow<'_, str>> {
    unquote(value)
}

/// Key and value of every member of an object in the order they are written; nothing for another value.
#[must_use]
pub fn entries(value: &str) -> Entries<'_> {
    Entries { inside: Inside::of(value, b'{') }
}

/// The items of an array; nothing for another value.
#[must_use]
pub fn elements(value: &str) -> Elements<'_> {
    Elements { inside: Inside::of(value, b'[') }
}

/// The value of a key: of double ones the last.
#[must_use]
pub fn member<'a>(value: &'a str, key: &str) -> Option<&'a str> {
    entries(value).filter(|(name, _)| name.is(key)).last().map(|(_, value)| value)
}

/// See [`entries`].
#[derive(Debug, Clone)]
pub struct Entries<'a> {
    inside: Inside<'a>,
}

impl<'a> Iterator for Entries<'a> {
    type Item = (RawKey<'a>, &'a str);

    fn next(&mut self) -> Option<Self::Item> {
        let key = self.inside.value()?;
        let value = self.inside.value()?;
        Some((RawKey(key), value))
    }
}

/// See [`elements`].
#[derive(Debug, Clone)]
pub struct Elements<'a> {
    inside: Inside<'a>,
}

impl<'a> Iterator for Elements<'a> {
    type Item = &'a str;

    fn next(&mut self) -> Option<&'a str> {
        self.inside.value()
    }
}

/// A place between the values of an object or array.
#[derive(Debug, Clone)]
struct Inside<'a> {
    text: &'a str,
    at: usize,
}

impl<'a> Inside<'a> {
    fn of(value: &'a str, open: u8) -> Self {
        let at = if value.as_bytes().first() == Some(&open) { 1 } else { value.len() };
        Self { text: value, at }
    }

    /// The next value, past the commas, colons and spaces before it; `None` at the closing bracket.
    fn value(&mut self) -> Option<&'a str> {
        let bytes = self.text.as_bytes();
        while bytes.get(self.at).is_some_and(|&byte| matches!(byte, b' ' | b'\n' | b'\r' | b'\t' | b',' | b':')) {
            self.at += 1;
        }
        let rest = bytes.get(self.at..).filter(|rest| !rest.is_empty() && !matches!(rest[0], b'}' | b']'))?;
        let length = value_length(rest);
        let value = self.text.get(self.at..self.at + length);
        self.at += length;
        value
    }
}

/// Length of the value that `rest` begins with.
fn value_length(rest: &[u8]) -> usize {
    match rest[0] {
        b'"' => string_length(rest),
        b'{' | b'[' => container_length(rest),
        _ => rest
            .iter()
            .position(|byte| matches!(byte, b',' | b'}' | b']' | b' ' | b'\n' | b'\r' | b'\t' | b':'))
            .unwrap_or(rest.len()),
    }
}

fn container_length(rest: &[u8]) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    while let Some(&byte) = rest.get(at) {
        match byte {
            b'"' => {
                at += string_length(&rest[at..]);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => {
                depth -= 1;
                if depth == 0 {
                    return at + 1;
                }
            }
            _ => {}
        }
        at += 1;
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn members_and_items_are_found() {
        let text = r#"{ "a" : 1.0 , "b":{"c":[1, "]}" ,null]},"a":"last\"" }"#;
        let seen: Vec<_> = entries(text).map(|(key, value)| (key.decoded().into_owned(), value)).collect();
        let expected = [("a", "1.0"), ("b", r#"{"c":[1, "]}" ,null]}"#), ("a", r#""last\"""#)];
        assert_eq!(seen, expected.map(|(key, value)| (key.to_owned(), value)));
        assert_eq!(member(text, "a"), Some(r#""last\"""#));
        assert_eq!(member(text, "x"), None);
        let inner = member(member(text, "b").expect("b"), "c").expect("c");
        assert_eq!(elements(inner).collect::<Vec<_>>(), ["1", r#""]}""#, "null"]);
    }

    #[test]
    fn keys_are_compared_as_they_read() {
        let text = r#"{"\u0061b":1}"#;
        assert_eq!(member(text, "ab"), Some("1"));
        assert_eq!(member(text, r"\u0061b"), None);
    }

    #[test]
    fn other_values_have_none() {
        for text in ["1", "\"{}\"", "null", "", "[", "{"] {
            assert_eq!(entries(text).count(), 0, "{text}");
        }
        assert_eq!(elements("{\"a\":1}").count(), 0);
        assert_eq!(elements("[]").count(), 0);
    }

    proptest! {
        #[test]
        fn nothing_panics(text in "[{}\\[\\],:\" \\\\a0é]{0,24}") {
            for (key, value) in entries(&text) {
                prop_assert!(key.is(&key.decoded()) || key.written().contains('\\') || !key.written().starts_with('"'));
                prop_assert!(text.contains(value));
            }
            prop_assert!(elements(&text).count() <= text.len());
        }
    }
}
