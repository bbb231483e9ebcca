//! Finding where in a text an object begins that does not end there.

use super::{Scan, Scanner};
use crate::record::json;

/// Every byte may be looked at this often, …
const READS_PER_BYTE: usize = 16;

/// … and a short text as often as it takes.
const FREE: usize = 16 * 1024;

/// Whether a record may open with the brace before `inside`.
fn may_open(inside: &str) -> bool {
    matches!(inside.trim_ascii_start().as_bytes().first(), None | Some(b'"' | b'\'' | b'\\'))
}

/// The first brace from `start` on whose object is still open at the end of the text.
pub(in crate::record) fn find(text: &str, start: usize) -> Option<usize> {
    let mut budget = text.len().saturating_mul(READS_PER_BYTE).saturating_add(FREE);
    let mut at = start;
    while let Some(brace) = next(text, at) {
        // Most objects are whole JSON, which is read faster.
        if let Some(length) = json::length(&text[brace..]) {
            (budget, at) = (budget.checked_sub(length)?, brace + length);
            continue;
        }
        let (read, next) = match Scanner::new().feed(&text[brace..]) {
            Scan::Open => return Some(brace),
            Scan::Closed(length) => (length, brace + length),
            Scan::Broken(length) => (length, brace + 1),
        };
        budget = budget.checked_sub(read)?;
        at = next;
    }
    None
}

/// The first brace from `start` on that may open a record.
pub(super) fn next(text: &str, start: usize) -> Option<usize> {
    let braces = memchr::memchr_iter(b'{', text.as_bytes().get(start..)?);
    braces.map(|offset| start + offset).find(|brace| may_open(&text[brace + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_outermost_open_object_is_found() {
        for (text, open) in [
            ("", None),
            ("{", Some(0)),
            ("{\n", Some(0)),
            ("a {x} b", None),
            ("{\"a\":{\"b\":1}", Some(0)),
            ("{\"a\":1} got {\"b", Some(12)),
            ("{\"open {\"version\": {", Some(7)),
            ("it's {'a': (", Some(5)),
            ("\"{\\\"a\\\":", Some(1)),
            ("{\"a\":1}", None),
        ] {
            assert_eq!(find(text, 0), open, "{text}");
        }
    }

    #[test]
    fn hostile_text_is_given_up() {
        assert_eq!(find(&format!("{}]", "{\"a\":".repeat(100_000)), 0), None);
        assert_eq!(find(&"{\"".repeat(100_000), 99_999).map(|at| at % 2), Some(0));
    }
}
