//! `json.dumps(json.loads(text))` as Python writes it.
//!
//! Separators are `", "` and `": "`, everything outside printable ASCII is escaped, the keys keep their order. Numbers
//! keep their text, where Python would turn `1.10` into `1.1` and `1e400` into `Infinity`; a repeated key stays repeated.

use std::fmt::Write as _;

use super::json;

/// Rewrites valid JSON as Python's `json.dumps` prints it.
pub(crate) fn dumps(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + text.len() / 8);
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        rest = match first {
            ' ' | '\t' | '\r' | '\n' => &rest[1..],
            '"' => string(rest, &mut out),
            _ => punctuation(first, rest, &mut out),
        };
    }
    out
}

/// A string's text, quoted as Python does.
pub(crate) fn quoted(text: &str) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let mut out = String::with_capacity(text.len() + 2);
    push_units(&units, &mut out);
    out
}

fn punctuation<'a>(first: char, rest: &'a str, out: &mut String) -> &'a str {
    match first {
        ',' => out.push_str(", "),
        ':' => out.push_str(": "),
        other => out.push(other),
    }
    &rest[first.len_utf8()..]
}

/// Writes the string that `rest` begins with and gives what follows it.
fn string<'a>(rest: &'a str, out: &mut String) -> &'a str {
    let bytes = rest.as_bytes();
    let mut end = 1;
    while end < bytes.len() && bytes[end] != b'"' {
        end += if bytes[end] == b'\\' { 2 } else { 1 };
    }
    let inside = rest.get(1..end).unwrap_or(&rest[1..]);
    push_units(&json::units(inside), out);
    rest.get(end + 1..).unwrap_or("")
}

fn push_units(units: &[u16], out: &mut String) {
    out.push('"');
    for &unit in units {
        push_unit(unit, out);
    }
    out.push('"');
}

fn push_unit(unit: u16, out: &mut String) {
    match unit {
        0x22 => out.push_str("\\\""),
        0x5c => out.push_str("\\\\"),
        0x08 => out.push_str("\\b"),
        0x09 => out.push_str("\\t"),
        0x0a => out.push_str("\\n"),
        0x0c => out.push_str("\\f"),
        0x0d => out.push_str("\\r"),
        0x20..=0x7e => out.push(char::from(unit as u8)),
        // Writing to a String cannot fail.
        _ => drop(write!(out, "\\u{unit:04x}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_comes_out_as_python_prints_it() {
        // Right-hand sides were printed by Python 3.11's json.dumps(json.loads(…)), numbers apart.
        let table = [
            (r#"{"a":1,"b":[1,2,{}],"c":""}"#, r#"{"a": 1, "b": [1, 2, {}], "c": ""}"#),
            ("{\n  \"a\" :\t[ ]\r\n}", r#"{"a": []}"#),
            (r#""é😀\u007f\/\b\f\n\r\t\"\\""#, r#""\u00e9\ud83d\ude00\u007f/\b\f\n\r\t\"\\""#),
            (r#""\ud800 \uD83D\uDE00 \u0041""#, r#""\ud800 \ud83d\ude00 A""#),
            (r#"{"k:,":"a, b: c"}"#, r#"{"k:,": "a, b: c"}"#),
            ("[9007199254740993, 1.0, 1e400, -0]", "[9007199254740993, 1.0, 1e400, -0]"),
            ("null", "null"),
        ];
        for (text, expected) in table {
            assert_eq!(dumps(text), expected);
        }
    }

    #[test]
    fn a_text_is_quoted_with_its_quotes_escaped() {
        assert_eq!(quoted("I'm \"é\""), r#""I'm \"\u00e9\"""#);
    }

    #[test]
    fn what_is_printed_twice_stays_the_same() {
        let once = dumps(r#"{"a":{"b":"\u0000ü","c":[true,false,null]}}"#);
        assert_eq!(dumps(&once), once);
    }
}
