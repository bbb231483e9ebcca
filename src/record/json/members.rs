//! Taking one level of an object or an array apart, without looking into its values.

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::value::RawValue;

use super::unquote;

/// One key and its value, both as they are written.
#[derive(Debug, Clone, Copy)]
pub(in crate::record) struct Member<'a> {
    key: &'a RawValue,
    /// The value's text.
    pub(in crate::record) value: &'a RawValue,
}

impl<'a> Member<'a> {
    /// The key, decoded.
    pub(in crate::record) fn key(&self) -> Cow<'a, str> {
        unquote(self.key.get()).unwrap_or_default()
    }
}

/// The members of an object, in the order they are written, double ones included.
pub(in crate::record) type Members<'a> = Vec<Member<'a>>;

/// Where a text stopped being JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::record) struct Broken {
    /// Bytes that were read before it broke.
    pub(in crate::record) read: usize,
    /// Whether the text ended too early, and was good so far.
    pub(in crate::record) cut: bool,
}

/// Reads the object that `text` starts with and gives its length in bytes.
///
/// What was read before an error stays in `members`.
pub(in crate::record) fn read<'a>(text: &'a str, members: &mut Members<'a>) -> Result<usize, Broken> {
    let mut reader = serde_json::Deserializer::from_str(text);
    match (Object { members }).deserialize(&mut reader) {
        Ok(()) => Ok(reader.into_iter::<IgnoredAny>().byte_offset()),
        Err(error) => Err(broken(text, &error)),
    }
}

/// The members of `text`, which is one whole object; `None` for anything else.
pub(in crate::record) fn members(text: &str) -> Option<Members<'_>> {
    let mut members = Members::with_capacity(8);
    let length = read(text, &mut members).ok()?;
    text[length..].trim_ascii().is_empty().then_some(members)
}

/// The last member of that name: in JSON with double keys the last one wins.
pub(in crate::record) fn find<'a>(members: &[Member<'a>], key: &str) -> Option<&'a RawValue> {
    members.iter().rev().find(|member| member.key() == key).map(|member| member.value)
}

/// The items of `text`, which is one whole array; `None` for anything else.
pub(in crate::record) fn items(text: &str) -> Option<Vec<&RawValue>> {
    serde_json::Deserializer::from_str(text).deserialize_seq(Array).ok()
}

fn broken(text: &str, error: &serde_json::Error) -> Broken {
    if error.is_eof() {
        return Broken { read: text.len(), cut: true };
    }
    let lines_before = error.line().saturating_sub(1);
    let line_start = match lines_before {
        0 => 0,
        lines => memchr::memchr_iter(b'\n', text.as_bytes()).nth(lines - 1).map_or(0, |at| at + 1),
    };
    let read = (line_start + error.column()).min(text.len());
    // A number that ends after its sign, point or exponent is told as an error of its own.
    Broken { read, cut: read == text.len() && text.ends_with(['-', '.', 'e', 'E', '+']) }
}

struct Object<'m, 'a> {
    members: &'m mut Members<'a>,
}

impl<'a> DeserializeSeed<'a> for Object<'_, 'a> {
    type Value = ();

    fn deserialize<D: Deserializer<'a>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'a> Visitor<'a> for Object<'_, 'a> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'a>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(key) = map.next_key::<&'a RawValue>()? {
            let value = map.next_value::<&'a RawValue>()?;
            self.members.push(Member { key, value });
        }
        Ok(())
    }
}

struct Array;

impl<'a> Visitor<'a> for Array {
    type Value = Vec<&'a RawValue>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array")
    }

    fn visit_seq<A: SeqAccess<'a>>(self, mut sequence: A) -> Result<Self::Value, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = sequence.next_element::<&'a RawValue>()? {
            items.push(item);
        }
        Ok(items)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(members: &[Member<'_>]) -> Vec<(String, String)> {
        members.iter().map(|member| (member.key().into_owned(), member.value.get().to_owned())).collect()
    }

    #[test]
    fn members_keep_their_spelling_and_order() {
        let text = r#"{ "b" : 1.0 , "\u0061":[ 1e400 ],"b":"\ud800"}"#;
        let members = members(text).expect("an object");
        let expected = [("b", "1.0"), ("a", "[ 1e400 ]"), ("b", r#""\ud800""#)];
        assert_eq!(shown(&members), expected.map(|(key, value)| (key.to_owned(), value.to_owned())));
        assert_eq!(find(&members, "b").map(RawValue::get), Some(r#""\ud800""#));
    }

    #[test]
    fn the_length_ends_with_the_brace() {
        let mut found = Members::new();
        assert_eq!(read(r#"{"a":{}} {"b":1}"#, &mut found), Ok(8));
    }

    #[test]
    fn what_was_read_before_the_cut_is_kept() {
        let mut found = Members::new();
        let text = r#"{"a":1,"b":{"c":2},"d":"e"#;
        assert_eq!(read(text, &mut found), Err(Broken { read: text.len(), cut: true }));
        assert_eq!(shown(&found).len(), 2);
    }

    #[test]
    fn an_error_tells_where() {
        let mut found = Members::new();
        assert_eq!(read("{\"a\":1,\n x}", &mut found), Err(Broken { read: 10, cut: false }));
    }

    #[test]
    fn other_values_have_no_members() {
        for text in ["[1]", "1", "\"{}\"", "", "{} x"] {
            assert!(members(text).is_none(), "{text}");
        }
        assert!(items("{}").is_none());
        assert_eq!(items("[1, {}]").map(|items| items.len()), Some(2));
    }

    #[test]
    fn deep_nesting_does_not_recurse() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(members(&deep).is_some());
    }
}
