//! One walk through an object that tells of its members, and of the members of objects in it.

use super::members::each_member;
use super::skip::{self, End, Span};

/// What is told of by a walk. The members of the object are on level 1, those of an object that is the value of one on level 2.
pub(in crate::record) trait Visit {
    /// Meets a key if `rest` begins with the one that is expected next; gives the length of it and its colon.
    fn expected(&mut self, _level: usize, _rest: &[u8]) -> Option<usize> {
        None
    }

    /// Meets any other key.
    fn key(&mut self, level: usize, key: Span);

    /// Whether the members of the object are to be told of that is the value of the last key of level 1.
    fn enters(&self) -> bool {
        false
    }

    /// Meets the end of the value of the key that was met last on its level.
    fn value(&mut self, level: usize, value: Span);
}

/// Walks through the object that `bytes` begin with, or begin with behind white space; gives where it ends.
#[inline]
pub(in crate::record) fn walk(bytes: &[u8], visit: &mut impl Visit) -> End {
    each_member(bytes, 0, |at| member(bytes, at, visit))
}

#[allow(clippy::inline_always, reason = "one loop over variables that stay in registers")]
#[inline(always)]
fn member(bytes: &[u8], at: usize, visit: &mut impl Visit) -> End {
    let start = key(bytes, at, 1, visit)?;
    if bytes[start] != b'{' || !visit.enters() {
        return value(bytes, start, 1, visit);
    }
    let end = each_member(bytes, start, |at| {
        let start = key(bytes, at, 2, visit)?;
        value(bytes, start, 2, visit)
    })?;
    visit.value(1, Span { start, end, has_escape: false });
    Ok(end)
}

/// Passes over a key to where its value begins.
#[allow(clippy::inline_always, reason = "one loop over variables that stay in registers")]
#[inline(always)]
fn key(bytes: &[u8], at: usize, level: usize, visit: &mut impl Visit) -> End {
    if let Some(length) = visit.expected(level, &bytes[at..]) {
        return Ok(skip::token(bytes, at + length)?.0);
    }
    let (key, start) = skip::key(bytes, at)?;
    visit.key(level, key);
    Ok(start)
}

#[allow(clippy::inline_always, reason = "one loop over variables that stay in registers")]
#[inline(always)]
fn value(bytes: &[u8], at: usize, level: usize, visit: &mut impl Visit) -> End {
    let value = skip::span(bytes, at)?;
    visit.value(level, value);
    Ok(value.end)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::json::Broken;
    use crate::record::json::skip::tests::nearly_json;

    /// Everything that a walk tells.
    #[derive(Debug, Default, PartialEq, Eq)]
    struct Told {
        text: String,
        expected: Vec<&'static str>,
        keys: [String; 2],
        members: Vec<(usize, String, String)>,
    }

    impl Visit for Told {
        fn enters(&self) -> bool {
            true
        }

        fn expected(&mut self, level: usize, rest: &[u8]) -> Option<usize> {
            let key = self.expected.iter().find(|key| rest.starts_with(key.as_bytes()))?;
            self.keys[level - 1] = key[..key.len() - 1].to_owned();
            Some(key.len())
        }

        fn key(&mut self, level: usize, key: Span) {
            self.keys[level - 1] = self.text[key.start..key.end].to_owned();
        }

        fn value(&mut self, level: usize, value: Span) {
            let (key, text) = (self.keys[level - 1].clone(), &self.text[value.start..value.end]);
            assert_eq!(value.has_escape, text.starts_with('"') && text.contains('\\'), "{text}");
            self.members.push((level, key, text.to_owned()));
        }
    }

    fn told(text: &str, expected: &[&'static str]) -> (End, Told) {
        let mut told = Told { text: text.to_owned(), expected: expected.to_vec(), ..Told::default() };
        (walk(text.as_bytes(), &mut told), told)
    }

    /// The same, by walks through each object of its own.
    fn slowly(text: &str, at: usize, level: usize, members: &mut Vec<(usize, String, String)>) -> End {
        let bytes = text.as_bytes();
        crate::record::json::each_member(bytes, at, |at| {
            let (key, start) = skip::key(bytes, at)?;
            let end = match bytes[start..].first() {
                Some(b'{') if level == 1 => slowly(text, start, 2, members)?,
                _ => skip::value(bytes, start)?,
            };
            members.push((level, text[key.start..key.end].to_owned(), text[start..end].to_owned()));
            Ok(end)
        })
    }

    #[test]
    fn two_levels_are_told() {
        let text = r#" { "a" : "\"" , "b":{"c":[{"d":1}], "e" : {"f":2},"g":{} } ,"h":[{"i":3}],"j":[]}x"#;
        let (end, told) = told(text, &["\"b\":", "\"g\":"]);
        let expected = [
            (1, "\"a\"", r#""\"""#),
            (2, "\"c\"", r#"[{"d":1}]"#),
            (2, "\"e\"", r#"{"f":2}"#),
            (2, "\"g\"", "{}"),
            (1, "\"b\"", r#"{"c":[{"d":1}], "e" : {"f":2},"g":{} }"#),
            (1, "\"h\"", r#"[{"i":3}]"#),
            (1, "\"j\"", "[]"),
        ];
        assert_eq!(end, Ok(text.len() - 1));
        assert_eq!(told.members, expected.map(|(level, key, value)| (level, key.to_owned(), value.to_owned())));
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn it_is_what_walks_through_each_object_tell(text in nearly_json(), open in "( |\\{|\\{\"a\":|\\{\"b\":\\{|\\{\"\":1,\"b\":\\{\"a\":)") {
            let text = format!("{open}{text}");
            let mut members = Vec::new();
            let end = slowly(&text, 0, 1, &mut members);
            for expected in [&[][..], &["\"a\":"], &["\"b\":", "\"c\":"]] {
                let (walked, told) = told(&text, expected);
                prop_assert_eq!(walked, end, "{}", text);
                prop_assert_eq!(&told.members, &members, "{}", text);
            }
        }

        #[test]
        fn every_beginning_of_an_object_is_cut(text in nearly_json()) {
            let text = format!("{{\"a\":[{text}");
            if let (Ok(end), _) = told(&text, &["\"a\":"]) {
                for length in (1..end).filter(|&length| text.is_char_boundary(length)) {
                    prop_assert_eq!(told(&text[..length], &["\"a\":"]).0, Err(Broken { read: length, cut: true }));
                }
            }
        }
    }
}
