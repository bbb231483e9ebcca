//! Objects in text without a record's words that mean nothing to a [`Finder`](super::Finder): they leave nothing open, and
//! hold no messages of a dead-letter queue. Log formats write one a line, which is why a single walk has to tell.
//!
//! What one place in a program logs differs in its values only. What stands around them is remembered, so that the next
//! such object is compared instead of walked through.

use super::dead_letter::ATTRIBUTE;
use super::json;

/// The first objects are remembered, so many of them, …
const MOST: usize = 64;
/// … unless they are longer, …
const LONGEST: usize = 1024;
/// … or there are more ways to go on from the same beginning.
const WAYS: usize = 4;

/// Passes over objects that mean nothing, and remembers them.
#[derive(Debug, Default)]
pub struct DullObjects {
    begins: Vec<Part>,
    /// Objects that were like those before, …
    alike: usize,
    /// … and that were not.
    others: usize,
}

/// What stands before a value, or behind the last one.
#[derive(Debug)]
struct Part {
    text: Box<[u8]>,
    follows: Follows,
    /// The parts that may stand behind the value.
    next: Vec<Part>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follows {
    /// A string, a number or a literal.
    Scalar,
    /// What is left of a string.
    Text,
    Nothing,
}

impl DullObjects {
    /// Length of the object that `bytes` begin with, if it ends in its line and none of its keys may matter.
    ///
    /// `depends` tells of each of its own keys how many bytes of its value have to be as they are for it not to matter;
    /// `None` when it may. It is given what stands between the quotes, and what follows from the value on, and says the
    /// same whenever it is asked.
    pub fn length(&mut self, bytes: &[u8], mut depends: impl FnMut(&[u8], &[u8]) -> Option<usize>) -> Option<usize> {
        // Where most are unlike those before, it would be in vain to compare them.
        if self.others <= self.alike + MOST
            && let Some(length) = self.known(bytes)
        {
            self.alike += 1;
            return Some(length);
        }
        self.others += 1;
        let (mut values, is_full) = (Vec::new(), self.others > MOST);
        let length = json::in_line(bytes, |key, value, depth| {
            let needed = match &bytes[key.start + 1..key.end - 1] {
                // A name with an escape may be any other.
                name if key.has_escape || name == ATTRIBUTE.as_bytes() => None,
                _ if depth > 1 => Some(0),
                name => depends(name, &bytes[value..]),
            };
            values.extend(needed.filter(|_| !is_full).map(|needed| (value, needed)));
            needed.is_some()
        })?;
        if !is_full && length <= LONGEST {
            self.remember(&bytes[..length], &values);
        }
        Some(length)
    }

    /// Length of the object that `bytes` begin with, if it is remembered but for its values.
    fn known(&self, bytes: &[u8]) -> Option<usize> {
        let (mut at, mut parts) = (0, &self.begins);
        loop {
            let rest = &bytes[at..];
            let part = parts.iter().find(|part| rest.starts_with(&part.text))?;
            at += part.text.len();
            at = match part.follows {
                Follows::Scalar => json::scalar(bytes, at).ok()?,
                Follows::Text => json::rest_of_text(bytes, at).ok()?,
                Follows::Nothing => return Some(at),
            };
            parts = &part.next;
        }
    }

    /// Remembers an object, given where its values begin, and how many bytes of each are part of it.
    fn remember(&mut self, object: &[u8], values: &[(usize, usize)]) {
        let (mut begin, mut parts) = (0, &mut self.begins);
        for &(value, needed) in values {
            let follows = match (object[value], needed) {
                (b'{' | b'[', 0) => continue,
                (_, 0) => Follows::Scalar,
                (b'"', _) => Follows::Text,
                _ => return,
            };
            let Some(end) = json::scalar(object, value).ok().filter(|end| value + needed < *end) else { return };
            let Some(next) = way(parts, &object[begin..value + needed], follows) else { return };
            (begin, parts) = (end, next);
        }
        way(parts, &object[begin..], Follows::Nothing);
    }
}

/// The parts that may stand behind this one, which is put to its like unless there are too many.
fn way<'p>(parts: &'p mut Vec<Part>, text: &[u8], follows: Follows) -> Option<&'p mut Vec<Part>> {
    let known = parts.iter().position(|part| part.follows == follows && *part.text == *text);
    let index = known.unwrap_or(parts.len());
    if known.is_none() && index < WAYS {
        parts.push(Part { text: text.into(), follows, next: Vec::new() });
    }
    parts.get_mut(index).map(|part| &mut part.next)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::DullObjects;
    use crate::log::{LogEvent, Origin, Text};
    use crate::record::Finder;
    use crate::record::assemble::open_object;

    fn length(text: &str) -> Option<usize> {
        DullObjects::default().length(text.as_bytes(), |_, _| Some(0))
    }

    #[test]
    fn an_object_ends_in_its_line() {
        for (text, expected) in [
            ("{}", Some(2)),
            ("{ \"a\" : [ { } , \"}\\\"\" ] }{", Some(25)),
            ("{\"RequestId\":1}\n", Some(15)),
            ("{\"a\":{\"RequestID\":1}}", None),
            ("{\"\\u0061\":1}", None),
            ("{\"a\":1\n}", None),
            ("{\"a\":\"\n\"}", None),
            ("{\"a\":1", None),
            ("{'a':1}", None),
            ("[{}]", None),
            ("", None),
        ] {
            assert_eq!(length(text), expected, "{text}");
        }
    }

    #[test]
    fn its_own_keys_are_told() {
        let mut told = Vec::new();
        let bytes = b"{\"a\":{\"b\":1},\"c\": 2}";
        let length = DullObjects::default().length(bytes, |key, rest| {
            told.push((key.to_owned(), rest[0]));
            Some(0)
        });
        assert_eq!((length, told), (Some(bytes.len()), vec![(b"a".to_vec(), b'{'), (b"c".to_vec(), b'2')]));
        assert_eq!(DullObjects::default().length(bytes, |key, _| (key != b"c").then_some(0)), None);
    }

    /// A date is needed of `a`, and nothing else may be `x`.
    fn depends(key: &[u8], rest: &[u8]) -> Option<usize> {
        match key {
            b"x" => None,
            b"a" => rest.starts_with(b"\"2026-").then_some(6),
            _ => Some(0),
        }
    }

    #[test]
    fn objects_that_differ_in_values_are_known() {
        let mut objects = DullObjects::default();
        let text = r#"{"a":"2026-11","b":{"c":"d", "e":[1]},"f":1.5,"g":null}"#;
        assert_eq!(
            (objects.known(text.as_bytes()), objects.length(text.as_bytes(), depends)),
            (None, Some(text.len()))
        );
        for text in [
            text,
            r#"{"a":"2026-","b":{"c":"\"{", "e":[1]},"f":-1e5,"g":"h"}"#,
            r#"{"a":"2026-\u00fc","b":{"c":17, "e":[1]},"f":true,"g":0}"#,
        ] {
            assert_eq!(objects.known(text.as_bytes()), Some(text.len()), "{text}");
            for end in 0..text.len() {
                assert_eq!(objects.known(&text.as_bytes()[..end]), None, "{text}");
            }
        }
        for text in [
            r#"{"a":"2025-11","b":{"c":"d", "e":[1]},"f":1.5,"g":null}"#,
            r#"{"a":"2026-11","b":{"c":"d", "e":[2]},"f":1.5,"g":null}"#,
            r#"{"a":"2026-11","b":{"c":"d", "e":[1]},"f":{},"g":null}"#,
            r#"{"a":"2026-11","b":{"c":"d", "e":[1]},"f":01,"g":null}"#,
            "{\"a\":\"2026-11\",\"b\":{\"c\":\"\n\", \"e\":[1]},\"f\":1,\"g\":null}",
        ] {
            assert_eq!(objects.known(text.as_bytes()), None, "{text}");
        }
    }

    fn nearly_json() -> impl Strategy<Value = String> {
        let pieces = vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\"a\":",
            "\"messageAttributes\":{",
            "\"messageAttributes\": ",
            "\"RequestID\":1,",
            "\"Request\\u0049D\":1,",
            "\"ErrorCode\":1,\"ErrorMessage\":1}",
            "\"{\\\"a\\\":\"",
            "{\"b\":1}",
            "\\",
            "'",
            " ",
            "\r",
            "\n",
            "ü",
            "1",
        ];
        prop::collection::vec(prop::sample::select(pieces), 0..10).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn what_is_remembered_changes_nothing(
            texts in prop::collection::vec("\\{(\"[abx]\":(\"(2026-)?[{\\\\n\"]?\"|1|-|\\{\"a\":1\\}|\\[1\\]|null),?){0,3}\\}( \\})?", 1..12)
        ) {
            let mut objects = DullObjects::default();
            for text in texts {
                let alone = DullObjects::default().length(text.as_bytes(), depends);
                prop_assert_eq!(objects.length(text.as_bytes(), depends), alone, "{}", text);
            }
        }

        #[test]
        fn a_dull_object_means_nothing(inside in nearly_json(), after in nearly_json()) {
            let text = format!("{{\"a\":{inside}}}{after}");
            let Some(length) = length(&text) else { return Ok(()) };
            let (object, after) = text.split_at(length);
            prop_assert!(serde_json::from_str::<serde::de::IgnoredAny>(object).is_ok() && !object.contains('\n'));
            prop_assert_eq!(open_object(&text, 0), open_object(after, 0).map(|brace| length + brace));
            let (mut finder, mut found) = (Finder::new(), Vec::new());
            finder.push(&LogEvent { origin: Origin::default(), message: Text::from(object) }, &mut found);
            prop_assert!(finder.is_idle() && found.is_empty());
        }
    }
}
