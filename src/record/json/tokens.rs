//! Cutting JSON text into pieces for display.

use std::ops::Range;

/// What a piece of JSON text is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TokenKind {
    /// One of `{ } [ ] : ,`.
    Punctuation,
    /// A string that a colon follows.
    Key,
    /// Any other string, with its quotes; one that is not closed reaches to the end.
    String,
    /// A number as it is spelled.
    Number,
    /// `true`, `false`, `null`, and whatever else stands outside of strings in text that is not JSON.
    Literal,
    /// White space between the others.
    Space,
}

/// The pieces of `text` in order; together they cover every byte once, whether it is JSON or not.
pub fn tokens(text: &str) -> impl Iterator<Item = (TokenKind, Range<usize>)> {
    let mut start = 0;
    std::iter::from_fn(move || {
        let rest = text.as_bytes().get(start..).filter(|rest| !rest.is_empty())?;
        let (kind, length) = token(rest);
        let range = start..start + length;
        start = range.end;
        Some((kind, range))
    })
}

fn token(rest: &[u8]) -> (TokenKind, usize) {
    match rest[0] {
        b'{' | b'}' | b'[' | b']' | b':' | b',' => (TokenKind::Punctuation, 1),
        b'"' => {
            let length = string_length(rest);
            (string_kind(&rest[length..]), length)
        }
        b'-' | b'0'..=b'9' => (TokenKind::Number, run(rest, is_numeric)),
        byte if byte.is_ascii_whitespace() => (TokenKind::Space, run(rest, |byte| byte.is_ascii_whitespace())),
        _ => (TokenKind::Literal, run(rest, is_word)),
    }
}

fn run(rest: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    rest.iter().position(|&byte| !belongs(byte)).unwrap_or(rest.len())
}

fn is_numeric(byte: u8) -> bool {
    matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E')
}

fn is_word(byte: u8) -> bool {
    !byte.is_ascii_whitespace() && !matches!(byte, b'{' | b'}' | b'[' | b']' | b':' | b',' | b'"')
}

/// Length of the string that `rest` starts with, quotes included.
pub(super) fn string_length(rest: &[u8]) -> usize {
    let mut from = 1;
    while let Some(at) = rest.get(from..).and_then(|tail| memchr::memchr2(b'"', b'\\', tail)) {
        match rest[from + at] {
            b'"' => return from + at + 1,
            _ => from += at + 2,
        }
    }
    rest.len()
}

fn string_kind(after: &[u8]) -> TokenKind {
    match after.iter().find(|byte| !byte.is_ascii_whitespace()) {
        Some(b':') => TokenKind::Key,
        _ => TokenKind::String,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<(TokenKind, &str)> {
        tokens(text).map(|(kind, range)| (kind, &text[range])).collect()
    }

    #[test]
    fn an_object_is_cut_into_its_pieces() {
        use TokenKind::{Key, Literal, Number, Punctuation, Space, String};
        assert_eq!(
            cut(r#"{"a\"" : -1.0e+5,"b":[true,"x"]}"#),
            [
                (Punctuation, "{"),
                (Key, r#""a\"""#),
                (Space, " "),
                (Punctuation, ":"),
                (Space, " "),
                (Number, "-1.0e+5"),
                (Punctuation, ","),
                (Key, r#""b""#),
                (Punctuation, ":"),
                (Punctuation, "["),
                (Literal, "true"),
                (Punctuation, ","),
                (String, r#""x""#),
                (Punctuation, "]"),
                (Punctuation, "}"),
            ]
        );
    }

    #[test]
    fn what_is_not_json_is_cut_too() {
        use TokenKind::{Literal, Number, Space, String};
        assert_eq!(
            cut("größe 12ü \"open\\"),
            [(Literal, "größe"), (Space, " "), (Number, "12"), (Literal, "ü"), (Space, " "), (String, "\"open\\"),]
        );
        assert_eq!(cut(""), []);
    }
}
