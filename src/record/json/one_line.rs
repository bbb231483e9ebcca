//! JSON text that is safe to write as one line.

use std::borrow::Cow;
use std::fmt::Write as _;

use super::tokens::string_length;

/// Bytes that are looked at together.
const PIECE: usize = 32;

/// Writes JSON text without line breaks, and without characters that a terminal would obey.
///
/// Line breaks outside of strings are dropped. Inside strings, C0 and C1 controls, DEL and bidi controls become
/// `\uXXXX`. Nothing else changes, and doing it twice is doing it once.
#[must_use]
pub fn one_line(text: &str) -> Cow<'_, str> {
    let Some(first) = first_suspect(text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    if !text[first..].chars().any(|c| escaped(c) && c != '\t') {
        return tabs_in_strings(text);
    }
    Cow::Owned(rewritten(text))
}

/// Whether a text needs no escape at all to stand in a string of JSON that is written as one line.
#[must_use]
pub fn is_plain(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_plain = |rest: &[u8]| !rest.iter().fold(false, |any, &byte| any | needs_escape(byte));
    let short = || all_pieces::<8>(bytes, is_plain).unwrap_or_else(|| is_plain(bytes));
    all_pieces::<PIECE>(bytes, is_plain).or_else(|| all_pieces::<16>(bytes, is_plain)).unwrap_or_else(short)
}

/// Whether that is so of every piece of so many bytes, the last of which may overlap; `None` if there are not so many.
fn all_pieces<const N: usize>(bytes: &[u8], is_meant: impl Fn(&[u8]) -> bool) -> Option<bool> {
    let last = bytes.last_chunk::<N>()?;
    Some(bytes.as_chunks::<N>().0.iter().all(|piece| is_meant(piece)) && is_meant(last))
}

/// Where the first byte stands that may belong to a character which is escaped; most text has none.
fn first_suspect(bytes: &[u8]) -> Option<usize> {
    // Most text is visible ASCII, which takes the least to see.
    let start = first_piece(bytes, |byte| byte.wrapping_sub(b' ') > b'~' - b' ');
    let start = start + first_piece(bytes.get(start..)?, is_suspect);
    bytes.get(start..)?.iter().position(|&byte| is_suspect(byte)).map(|at| start + at)
}

/// Where the first piece begins in which there is such a byte; the length if there is none.
fn first_piece(bytes: &[u8], is_meant: impl Fn(u8) -> bool) -> usize {
    let (pieces, rest) = bytes.as_chunks::<PIECE>();
    let has_one = |piece: &[u8; PIECE]| piece.iter().fold(false, |any, &byte| any | is_meant(byte));
    if let Some(piece) = pieces.iter().position(has_one) {
        return piece * PIECE;
    }
    let mut last = [b' '; PIECE];
    last[..rest.len()].copy_from_slice(rest);
    if has_one(&last) { pieces.len() * PIECE } else { bytes.len() }
}

/// A tab is only harmful inside a string, where JSON does not allow it anyway.
fn tabs_in_strings(text: &str) -> Cow<'_, str> {
    let rewritten = rewritten(text);
    if rewritten == text { Cow::Borrowed(text) } else { Cow::Owned(rewritten) }
}

fn rewritten(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut rest = text;
    while let Some(quote) = memchr::memchr(b'"', rest.as_bytes()) {
        push_outside(&rest[..quote], &mut out);
        let end = quote + string_length(&rest.as_bytes()[quote..]);
        push_escaped(&rest[quote..end], &mut out);
        rest = &rest[end..];
    }
    push_outside(rest, &mut out);
    out
}

fn push_outside(text: &str, out: &mut String) {
    for part in text.split(['\r', '\n']) {
        out.push_str(part);
    }
}

fn push_escaped(text: &str, out: &mut String) {
    let mut clean = 0;
    for (at, c) in text.char_indices().filter(|&(_, c)| escaped(c)) {
        out.push_str(&text[clean..at]);
        // Writing to a string cannot fail.
        let _ = write!(out, "\\u{:04x}", u32::from(c));
        clean = at + c.len_utf8();
    }
    out.push_str(&text[clean..]);
}

/// Whether a byte may belong to a character that is escaped.
#[allow(clippy::needless_bitwise_bool, reason = "without branches it is compiled to instructions for many bytes")]
fn is_suspect(byte: u8) -> bool {
    (byte < 0x20) | (byte == 0x7f) | (byte == 0xc2) | (byte == 0xd8) | (byte == 0xe2)
}

/// Whether a byte in a string is written in another way, or may belong to a character that is.
#[allow(clippy::needless_bitwise_bool, reason = "without branches it is compiled to instructions for many bytes")]
fn needs_escape(byte: u8) -> bool {
    is_suspect(byte) | (byte == b'"') | (byte == b'\\')
}

/// Whether a character must not stand in a string as it is.
fn escaped(c: char) -> bool {
    c.is_control() || crate::log::is_bidi_control(c)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clean_text_is_borrowed() {
        for text in ["{\"a\":\"ü€😀’\"}", "", "{ \"a\" :\t1 }"] {
            assert!(matches!(one_line(text), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn what_needs_an_escape_is_found_wherever_it_stands() {
        for length in 0..100 {
            let text = "a".repeat(length);
            assert!(is_plain(&text));
            for at in 0..length {
                for odd in ["\"", "\\", "\n", "\u{7f}"] {
                    let mut text = text.clone();
                    text.replace_range(at..=at, odd);
                    assert!(!is_plain(&text), "{text}");
                }
            }
        }
    }

    #[test]
    fn line_breaks_outside_strings_are_dropped() {
        assert_eq!(one_line("{\r\n  \"a\": 1\n}\n"), "{  \"a\": 1}");
    }

    #[test]
    fn controls_inside_strings_are_escaped() {
        for (text, expected) in [
            ("\"\u{1b}[31m\u{7f}\"", r#""\u001b[31m\u007f""#),
            ("\"\u{85}\u{9b}\"", r#""\u0085\u009b""#),
            (
                "\"\u{202e}\u{2066}\u{2069}\u{200e}\u{200f}\u{61c}\u{202a}\"",
                r#""\u202e\u2066\u2069\u200e\u200f\u061c\u202a""#,
            ),
            ("\"a\nb\tc\\\"\u{0}\"", r#""a\u000ab\u0009c\"\u0000""#),
            ("\"é\u{2028}\u{200d}\"", "\"é\u{2028}\u{200d}\""),
        ] {
            assert_eq!(one_line(text), expected);
            assert_eq!(one_line(expected), expected);
        }
    }
}
