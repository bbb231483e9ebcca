//! Reading JSON strings leniently: what no decoder should refuse in a log is a half of a surrogate pair.

use std::borrow::Cow;

use super::skip::first_backslash;

/// What a JSON string says, given with its quotes; `None` for any other value.
pub(in crate::record) fn unquote(raw: &str) -> Option<Cow<'_, str>> {
    let inner = raw.strip_prefix('"')?;
    Some(unescape(inner.strip_suffix('"').unwrap_or(inner)))
}

/// Undoes one layer of JSON escapes.
///
/// A lone surrogate becomes U+FFFD, and an escape that JSON does not know stays as it is.
#[must_use]
pub fn unescape(text: &str) -> Cow<'_, str> {
    if memchr::memchr(b'\\', text.as_bytes()).is_none() {
        return Cow::Borrowed(text);
    }
    let mut decoded = String::with_capacity(text.len());
    unescape_into(text, "\u{fffd}", &mut decoded);
    Cow::Owned(decoded)
}

/// Undoes one layer of JSON escapes at the end of `decoded`, with `lost` for a lone surrogate; gives whether there was one.
pub fn unescape_into(text: &str, lost: &str, decoded: &mut String) -> bool {
    let (mut rest, mut from, mut is_damaged) = (text, 0, false);
    while let Some(at) = backslash(&rest.as_bytes()[from..]).map(|at| from + at) {
        decoded.push_str(&rest[..at]);
        // What stands for itself is taken with what follows it.
        if let Some(b'"' | b'\\' | b'/') = rest.as_bytes().get(at + 1) {
            (rest, from) = (&rest[at + 1..], 1);
            continue;
        }
        let (unescaped, length) = escape(&rest[at..]);
        if let Some(unescaped) = unescaped {
            decoded.push(unescaped);
        } else {
            decoded.push_str(lost);
            is_damaged = true;
        }
        (rest, from) = (&rest[at + length..], 0);
    }
    decoded.push_str(rest);
    is_damaged
}

/// Where the first backslash stands; another one is mostly near.
fn backslash(bytes: &[u8]) -> Option<usize> {
    for (at, word) in bytes.as_chunks().0.iter().take(3).enumerate() {
        match first_backslash(u64::from_le_bytes(*word)) {
            8 => {}
            offset => return Some(8 * at + offset),
        }
    }
    let near = bytes.len().min(24) / 8 * 8;
    memchr::memchr(b'\\', &bytes[near..]).map(|offset| near + offset)
}

/// The character that the escape stands for which `text` starts with, unless it is half of one, and its length.
fn escape(text: &str) -> (Option<char>, usize) {
    let plain = match text.as_bytes().get(1) {
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(text),
        _ => return (Some('\\'), 1),
    };
    (Some(plain), 2)
}

/// Decodes `\uXXXX`, and the second half of a surrogate pair with it.
fn unicode(text: &str) -> (Option<char>, usize) {
    let Some(unit) = code_unit(text) else {
        return (Some('\\'), 1);
    };
    if let (0xD800..0xDC00, Some(low @ 0xDC00..0xE000)) = (unit, code_unit(&text[6..])) {
        return (char::from_u32(0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00)), 12);
    }
    (char::from_u32(unit), 6)
}

fn code_unit(text: &str) -> Option<u32> {
    let digits = text.strip_prefix("\\u")?.get(..4)?;
    digits.bytes().all(|digit| digit.is_ascii_hexdigit()).then_some(())?;
    u32::from_str_radix(digits, 16).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(unquote("\"plain ü\""), Some(Cow::Borrowed("plain ü"))));
        assert_eq!(unquote("12"), None);
    }

    #[test]
    fn escapes_are_undone() {
        for (raw, text) in [
            (r#""a\"b\\c\/d""#, "a\"b\\c/d"),
            (r#""\b\f\n\r\t""#, "\u{8}\u{c}\n\r\t"),
            (r#""\u00e9\u20AC""#, "é€"),
            (r#""\ud83d\ude00!""#, "😀!"),
            (r#""\ud83d!""#, "\u{fffd}!"),
            (r#""\ude00\ud83d""#, "\u{fffd}\u{fffd}"),
            (r#""\q \u12 \u""#, "\\q \\u12 \\u"),
            (r#""\uüüüü""#, "\\uüüüü"),
            ("\"end\\\"", "end\\"),
        ] {
            assert_eq!(unquote(raw).as_deref(), Some(text), "{raw}");
        }
    }
}
