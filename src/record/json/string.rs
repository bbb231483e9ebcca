//! Reading JSON strings leniently: what no decoder should refuse in a log is a half of a surrogate pair.

use std::borrow::Cow;

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
    let Some(first) = memchr::memchr(b'\\', text.as_bytes()) else {
        return Cow::Borrowed(text);
    };
    let mut decoded = String::with_capacity(text.len());
    decoded.push_str(&text[..first]);
    let mut rest = &text[first..];
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        decoded.push_str(&rest[..at]);
        rest = escape(&rest[at..], &mut decoded);
    }
    decoded.push_str(rest);
    Cow::Owned(decoded)
}

/// Decodes the escape that `text` starts with and gives what follows it.
fn escape<'a>(text: &'a str, decoded: &mut String) -> &'a str {
    let plain = match text.as_bytes().get(1) {
        Some(b'"') => '"',
        Some(b'\\') => '\\',
        Some(b'/') => '/',
        Some(b'b') => '\u{8}',
        Some(b'f') => '\u{c}',
        Some(b'n') => '\n',
        Some(b'r') => '\r',
        Some(b't') => '\t',
        Some(b'u') => return unicode(text, decoded),
        _ => {
            decoded.push('\\');
            return &text[1..];
        }
    };
    decoded.push(plain);
    &text[2..]
}

/// Decodes `\uXXXX`, and the second half of a surrogate pair with it.
fn unicode<'a>(text: &'a str, decoded: &mut String) -> &'a str {
    let Some(unit) = code_unit(text) else {
        decoded.push('\\');
        return &text[1..];
    };
    let rest = &text[6..];
    if let (0xD800..0xDC00, Some(low @ 0xDC00..0xE000)) = (unit, code_unit(rest)) {
        let code = 0x1_0000 + ((unit - 0xD800) << 10) + (low - 0xDC00);
        decoded.push(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER));
        return &rest[6..];
    }
    decoded.push(char::from_u32(unit).unwrap_or(char::REPLACEMENT_CHARACTER));
    rest
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
