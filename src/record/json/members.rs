//! Taking one level of an object or an array apart, without looking into its values.

use std::borrow::Cow;

use super::object::{self, Visit};
use super::skip::{self, Broken, End, Span};
use super::unescape;

/// The text of one JSON value, as it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Raw<'a>(&'a str);

impl<'a> Raw<'a> {
    /// The value whose text that is.
    pub(in crate::record) fn of(text: &'a str) -> Self {
        Self(text)
    }

    /// The text.
    #[must_use]
    pub fn get(self) -> &'a str {
        self.0
    }
}

/// One key and its value, both as they are written.
#[derive(Debug, Clone, Copy)]
pub(in crate::record) struct Member<'a> {
    /// Without its quotes.
    key: &'a str,
    /// Whether the key has no escapes.
    is_plain: bool,
    /// The value's text.
    pub(in crate::record) value: Raw<'a>,
}

impl<'a> Member<'a> {
    /// The key, decoded.
    pub(in crate::record) fn key(&self) -> Cow<'a, str> {
        if self.is_plain { Cow::Borrowed(self.key) } else { unescape(self.key) }
    }
}

/// The members of an object, in the order they are written, double ones included.
pub(in crate::record) type Members<'a> = Vec<Member<'a>>;

/// Reads the object that `text` starts with and gives its length in bytes.
///
/// What was read before an error stays in `members`.
pub(in crate::record) fn read<'a>(text: &'a str, members: &mut Members<'a>) -> Result<usize, Broken> {
    object::walk(text.as_bytes(), &mut Reading { text, members, key: Span::default() })
}

/// Collects the members of an object.
struct Reading<'a, 'm> {
    text: &'a str,
    members: &'m mut Members<'a>,
    key: Span,
}

impl Visit for Reading<'_, '_> {
    fn key(&mut self, _: usize, key: Span) {
        self.key = key;
    }

    fn value(&mut self, _: usize, value: Span) {
        let key = &self.text[self.key.start + 1..self.key.end - 1];
        let value = Raw(&self.text[value.start..value.end]);
        self.members.push(Member { key, is_plain: !self.key.has_escape, value });
    }
}

/// Calls `member` where each member of the object begins that begins at `at`, or behind white space there; it tells where
/// the member ends. Gives where the object ends.
///
/// # Errors
///
/// Where it broke, when it is no object.
#[allow(clippy::inline_always, reason = "one loop over variables that stay in registers")]
#[inline(always)]
pub fn each_member(bytes: &[u8], at: usize, member: impl FnMut(usize) -> End) -> End {
    each(bytes, at, [b'{', b'}'], member)
}

/// Calls `item` where each item of the array begins that begins at `at`, or behind white space there; it tells where
/// the item ends. Gives where the array ends.
///
/// # Errors
///
/// Where it broke, when it is no array.
pub fn each_item(bytes: &[u8], at: usize, item: impl FnMut(usize) -> End) -> End {
    each(bytes, at, [b'[', b']'], item)
}

#[allow(clippy::inline_always, reason = "the brackets are known where it is called")]
#[inline(always)]
fn each(bytes: &[u8], at: usize, [open, close]: [u8; 2], mut item: impl FnMut(usize) -> End) -> End {
    let (start, first) = skip::token(bytes, at)?;
    if first != open {
        return Err(skip::broken(start));
    }
    let (mut at, byte) = skip::token(bytes, start + 1)?;
    if byte == close {
        return Ok(at + 1);
    }
    loop {
        let (end, byte) = skip::token(bytes, item(at)?)?;
        match byte {
            b',' => at = skip::token(bytes, end + 1)?.0,
            byte if byte == close => return Ok(end + 1),
            _ => return Err(skip::broken(end)),
        }
    }
}

/// Length of the object that `text` starts with, if it is whole.
pub(in crate::record) fn length(text: &str) -> Option<usize> {
    skip::value(text.as_bytes(), 0).ok()
}

/// The members of `text`, which is one whole object; `None` for anything else.
pub(in crate::record) fn members(text: &str) -> Option<Members<'_>> {
    let mut members = Members::with_capacity(8);
    let length = read(text, &mut members).ok()?;
    text[length..].trim_ascii().is_empty().then_some(members)
}

/// The last member of that name: in JSON with double keys the last one wins.
pub(in crate::record) fn find<'a>(members: &[Member<'a>], key: &str) -> Option<Raw<'a>> {
    members.iter().rev().find(|member| member.key() == key).map(|member| member.value)
}

/// The items of `text`, which is one whole array; `None` for anything else.
pub(in crate::record) fn items(text: &str) -> Option<Vec<Raw<'_>>> {
    let mut items = Vec::new();
    let read = each_item(text.as_bytes(), 0, |at| {
        let end = skip::value(text.as_bytes(), at)?;
        items.push(Raw(&text[at..end]));
        Ok(end)
    });
    read.ok().map(|_| items)
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
        assert_eq!(find(&members, "b").map(Raw::get), Some(r#""\ud800""#));
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
