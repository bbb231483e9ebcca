//! Objects in text without a record's words that mean nothing to a [`Finder`](super::Finder): they leave nothing open, and
//! hold no messages of a dead-letter queue. Log formats write one a line, which is why a single walk has to tell.

use super::dead_letter::ATTRIBUTE;
use super::json;

/// Length of the object that `bytes` begin with, if it ends in its line and none of its keys may matter.
///
/// `is_dull` says so of each of its own keys: it is told what stands between the quotes, and what follows from the value on.
#[must_use]
pub fn dull_object(bytes: &[u8], mut is_dull: impl FnMut(&[u8], &[u8]) -> bool) -> Option<usize> {
    json::in_line(bytes, |key, value, depth| {
        let name = &bytes[key.start + 1..key.end - 1];
        // A name with an escape may be any other.
        !key.has_escape && name != ATTRIBUTE.as_bytes() && (depth > 1 || is_dull(name, &bytes[value..]))
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::dull_object;
    use crate::log::{LogEvent, Origin, Text};
    use crate::record::Finder;
    use crate::record::assemble::open_object;

    fn length(text: &str) -> Option<usize> {
        dull_object(text.as_bytes(), |_, _| true)
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
        let length = dull_object(bytes, |key, rest| {
            told.push((key.to_owned(), rest[0]));
            true
        });
        assert_eq!((length, told), (Some(bytes.len()), vec![(b"a".to_vec(), b'{'), (b"c".to_vec(), b'2')]));
        assert_eq!(dull_object(bytes, |key, _| key != b"c"), None);
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
