//! JSON that stands in a text as part of a string.

use std::ops::Range;

/// Where the string ends in which the brace stands: before the first quote that is not escaped.
///
/// When that quote belongs to a further object (`{\"a\":1} {"b":2}`), the string had no quotes of its own and ends before it.
pub(super) fn end(text: &str, brace: usize) -> usize {
    let bytes = text.as_bytes();
    let mut at = brace;
    loop {
        match bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
            Some(offset) if bytes[at + offset] == b'\\' => at += offset + 2,
            Some(offset) => return before_brace(text, brace, at + offset),
            None => return text.len(),
        }
    }
}

fn before_brace(text: &str, brace: usize, quote: usize) -> usize {
    let inside = text[brace..quote].trim_ascii_end();
    if inside.len() > 1 && inside.ends_with('{') { brace + inside.len() - 1 } else { quote }
}

/// Whether the object stands in single quotes with its backslashes doubled, as Python and Node.js print a string.
///
/// Read as it stands, its values would differ from what was sent. What is joined of events ends with the object.
pub(super) fn is_requoted(text: &str, object: Range<usize>) -> bool {
    let bytes = text.as_bytes();
    object.start > 0
        && bytes[object.start - 1] == b'\''
        && bytes.get(object.end).is_none_or(|&byte| byte == b'\'')
        && text[object].contains("\\\\")
}

/// Where an object that cannot be read ends: after the bracket that closes its brace, or with the text.
pub(super) fn broken_end(text: &str, brace: usize, quotes: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut string = None;
    let mut bytes = text.bytes().enumerate().skip(brace);
    while let Some((at, byte)) = bytes.next() {
        match (byte, string) {
            (b'\\', Some(_)) => drop(bytes.next()),
            (_, Some(quote)) if byte == quote => string = None,
            (_, Some(_)) => {}
            _ if quotes.contains(&byte) => string = Some(byte),
            (b'{' | b'[' | b'(', _) => depth += 1,
            (b'}' | b']' | b')', _) if depth <= 1 => return at + 1,
            (b'}' | b']' | b')', _) => depth -= 1,
            _ => {}
        }
    }
    text.len()
}

/// Whether the brace stands where a value of an object or an array would, or a string begins.
pub(super) fn is_value(text: &str, brace: usize) -> bool {
    let before = text[..brace].trim_ascii_end();
    before.ends_with([':', ',', '[', '(', '"', '\'', '\\', '='])
}

/// Whether the brace stands in a string that begins with the text, as `json.dumps(str(event))` writes it.
///
/// Gives the bytes that were looked at too.
pub(super) fn is_in_string(text: &str, brace: usize) -> (bool, usize) {
    let blank = text.len() - text.trim_ascii_start().len();
    if text.as_bytes().get(blank) != Some(&b'"') || blank >= brace {
        return (false, 0);
    }
    let end = end(text, blank + 1);
    (end >= brace, end.min(brace))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_broken_object_ends_with_its_brace() {
        for (text, end) in
            [("{'a': b'}', 'c': {}} {", 20), ("{'a': nan, 'it\\'s': \"}\"} x", 24), ("{'a': ('}", 9), ("{]", 2)]
        {
            assert_eq!(broken_end(text, 0, b"\"'"), end, "{text}");
        }
        assert_eq!(broken_end("{\"it's\": NaN} {}", 0, b"\""), 13);
    }

    #[test]
    fn a_string_ends_at_its_quote() {
        let text = r#"x="{\"a\":\"b\\\"\"}" y"#;
        assert_eq!(&text[3..end(text, 3)], r#"{\"a\":\"b\\\"\"}"#);
    }

    #[test]
    fn an_object_after_it_is_not_swallowed() {
        let text = r#"{\"a\":1} { "b":2}"#;
        assert_eq!(&text[..end(text, 0)], r#"{\"a\":1} "#);
    }

    #[test]
    fn without_a_quote_it_ends_with_the_text() {
        for text in ["{\\", "{\\\"a", "{\\é"] {
            assert_eq!(end(text, 0), text.len());
        }
    }
}
