//! Recognising records that were printed by something else than a JSON writer.

use std::ops::Range;

use super::position;
use crate::record::Reason;

const KEY: &str = super::WORD;
const CONDITION: &str = "condition";

/// Bytes of a request context that are looked through; a record's has about 200.
const WINDOW: usize = 2048;

/// Everything outside of `covered` that looks like a record, in order.
///
/// That is a key `requestContext` in any quoting, an opening bracket after it, and in the brackets a key `condition`:
/// what an API Gateway event calls so has no condition. What else the same print holds belongs to it.
pub(in crate::record) fn find(text: &str, covered: &[Range<usize>]) -> impl Iterator<Item = Reason> {
    let mut covered = covered.iter().peekable();
    let mut from = 0;
    std::iter::from_fn(move || {
        while let Some(at) = position(text, from) {
            while covered.next_if(|range| range.end <= at).is_some() {}
            match covered.peek() {
                Some(range) if range.start <= at => from = range.end,
                _ => {
                    let reason = judge(text, at);
                    // What else the print holds belongs to it.
                    let end = reason.map(|_| closing(text, at).unwrap_or(text.len()));
                    from = end.unwrap_or(at + KEY.len());
                    if reason.is_some() {
                        return reason;
                    }
                }
            }
        }
        None
    })
}

/// Whether a request context that no JSON writer printed is open at the end of the text, without its condition so far.
pub(in crate::record) fn goes_on(text: &str) -> bool {
    let mut from = 0;
    while let Some(at) = position(text, from) {
        let is_quoted = text[at + KEY.len()..].starts_with(['"', '\'', '\\']);
        let key =
            Key::read(text, at, KEY.len()).filter(|key| key.quote.is_none() && !is_quoted || key.separator == "=>");
        if key.is_some_and(|key| key.value == text.len() || is_open(text, key.value)) {
            return true;
        }
        from = at + KEY.len();
    }
    false
}

/// Whether brackets open at `value` that the text does not close.
fn is_open(text: &str, value: usize) -> bool {
    match open(text, value) {
        Some((Opening::Fields | Opening::Map, inside)) => closing(text, inside).is_none(),
        _ => false,
    }
}

/// Where the brackets end that were opened before `at`.
fn closing(text: &str, at: usize) -> Option<usize> {
    let mut depth = 0_usize;
    for (index, &byte) in text.as_bytes().iter().enumerate().skip(at) {
        match byte {
            b'[' if is_colour(&text.as_bytes()[..index]) => {}
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' if depth == 0 => return Some(index + 1),
            b'}' | b']' | b')' => depth -= 1,
            _ => {}
        }
    }
    None
}

/// What wrote the key `requestContext` at that place, if it opens a record's context.
fn judge(text: &str, at: usize) -> Option<Reason> {
    let key = Key::read(text, at, KEY.len())?;
    let (opening, context) = open(text, key.value)?;
    if opening == Opening::Hidden {
        return ["requestPayload", "responseContext"].iter().any(|other| text.contains(other)).then_some(Reason::Node);
    }
    let (condition, is_closed) = condition(text, context)?;
    Some(match (key.separator, opening, key.quote) {
        ("=>", _, _) => Reason::Ruby,
        ("=", _, _) if quote_at(text, condition.value) == Some(b'\'') => Reason::Python,
        ("=", _, _) => Reason::Java,
        (_, Opening::Map, _) => Reason::Go,
        (_, _, Some(b'\'')) => Reason::Python,
        (_, _, Some(_)) => json_like(&text[..at], is_closed),
        (_, _, None) if quote_at(text, condition.value) == Some(b'"') => Reason::Ruby,
        _ => Reason::Node,
    })
}

/// What wrote broken JSON that follows this text: a printed string of a printed object, or anybody.
pub(super) fn broken(before: &str) -> Reason {
    if before.ends_with("': '") {
        Reason::Python
    } else if before.ends_with(": '") {
        Reason::Node
    } else {
        Reason::Broken
    }
}

/// JSON in a single-quoted string belongs to the printer around it.
fn json_like(before: &str, is_closed: bool) -> Reason {
    if !is_closed {
        Reason::Cut
    } else if before.contains("': '") {
        Reason::Python
    } else if before.contains(": '") {
        Reason::Node
    } else {
        Reason::Broken
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Opening {
    /// `{`, or `Name(` before the fields of an object.
    Fields,
    /// `map[`.
    Map,
    /// `[Object]`, where `util.inspect` stopped.
    Hidden,
}

/// A word that is used as a key.
struct Key<'a> {
    quote: Option<u8>,
    separator: &'a str,
    /// Where its value starts.
    value: usize,
}

impl<'a> Key<'a> {
    fn read(text: &'a str, at: usize, length: usize) -> Option<Self> {
        let quote = match text[..at].trim_end_matches('\\').bytes().next_back() {
            Some(quote @ (b'"' | b'\'')) => Some(quote),
            Some(byte) if byte.is_ascii_alphanumeric() || byte == b'_' => return None,
            _ => None,
        };
        let unquoted = text[at + length..].trim_start_matches('\\').trim_start_matches(['"', '\'']);
        let rest = skip_space(unquoted);
        let separator = ["=>", "=", ":"].into_iter().find(|separator| rest.starts_with(separator))?;
        let value = skip_space(&rest[separator.len()..]);
        Some(Self { quote, separator, value: text.len() - value.len() })
    }
}

/// Skips white space, also where it is escaped.
fn skip_space(text: &str) -> &str {
    let mut rest = text.trim_ascii_start();
    while let Some(escaped) = rest.strip_prefix('\\') {
        let escaped = escaped.trim_start_matches('\\');
        let Some(after) = escaped.strip_prefix(['n', 'r', 't']) else {
            break;
        };
        rest = after.trim_ascii_start();
    }
    rest
}

/// What opens at `at`, and where its inside starts.
fn open(text: &str, at: usize) -> Option<(Opening, usize)> {
    let value = &text[at..];
    if value.starts_with('{') {
        Some((Opening::Fields, at + 1))
    } else if value.starts_with("map[") {
        Some((Opening::Map, at + 4))
    } else if value.starts_with("[Object]") {
        Some((Opening::Hidden, at))
    } else {
        let name =
            value.bytes().take_while(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'$')).count();
        (name > 0 && value.as_bytes().get(name) == Some(&b'(')).then_some((Opening::Fields, at + name + 1))
    }
}

/// The key `condition` in the brackets that were opened before `start`, and whether these are closed again.
fn condition(text: &str, start: usize) -> Option<(Key<'_>, bool)> {
    let mut found = None;
    let mut depth = 1_usize;
    for (at, &byte) in text.as_bytes().iter().enumerate().skip(start).take(WINDOW) {
        match byte {
            b'[' if is_colour(&text.as_bytes()[..at]) => {}
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth -= 1,
            b'c' if depth == 1 && found.is_none() && text.as_bytes()[at..].starts_with(CONDITION.as_bytes()) => {
                found = Key::read(text, at, CONDITION.len());
            }
            _ => {}
        }
        if depth == 0 {
            return found.map(|key| (key, true));
        }
    }
    found.map(|key| (key, false))
}

/// Whether a bracket after these bytes begins a colour sequence of a terminal (`ESC [`, also escaped), and opens nothing.
fn is_colour(before: &[u8]) -> bool {
    before.ends_with(b"\x1b") || before.ends_with(b"1b")
}

fn quote_at(text: &str, at: usize) -> Option<u8> {
    text[at..].trim_start_matches('\\').bytes().next()
}
