//! One walk through an object that tells of its members, and of the members of objects in it.

use super::skip::{self, Brackets, Broken, End, Span};

/// What is told of by a walk. The members of the object are on level 1, those of an object that is the value of one on level 2.
pub(in crate::record) trait Visit {
    /// Levels that are told of, 1 or 2.
    const LEVELS: usize;

    /// Meets a key if `rest` begins with the one that is expected next; gives the length of it and its colon.
    fn expected(&mut self, _level: usize, _rest: &[u8]) -> Option<usize> {
        None
    }

    /// Meets any other key.
    fn key(&mut self, level: usize, key: Span);

    /// Meets the end of the value of the key that was met last on its level.
    fn value(&mut self, level: usize, value: Span);
}

/// Walks through the object that `bytes` begin with, or begin with behind white space; gives where it ends.
#[inline]
pub(in crate::record) fn walk(bytes: &[u8], visit: &mut impl Visit) -> End {
    let (start, first) = skip::token(bytes, 0)?;
    if first != b'{' {
        return Err(skip::broken(start));
    }
    let mut walk = Walk { bytes, at: start, byte: first, open: Brackets::default(), starts: [0; 2], visit };
    walk.open.push(true);
    walk.token(start + 1)?;
    if walk.byte == b'}' {
        return Ok(walk.at + 1);
    }
    loop {
        walk.key()?;
        if let Some(has_escape) = walk.begin()?
            && walk.end(has_escape)?
        {
            return Ok(walk.at);
        }
    }
}

struct Walk<'b, 'v, V> {
    bytes: &'b [u8],
    at: usize,
    /// The byte at `at`.
    byte: u8,
    open: Brackets,
    /// Where the values begin that are open, of each level that is told of.
    starts: [usize; 2],
    visit: &'v mut V,
}

#[allow(clippy::inline_always, reason = "one loop over variables that stay in registers")]
impl<V: Visit> Walk<'_, '_, V> {
    /// Passes over the key that begins here, in an object, to where its value begins.
    #[inline(always)]
    fn key(&mut self) -> Result<(), Broken> {
        if !self.open.is_object() {
            return Ok(());
        }
        let level = self.open.depth();
        if level > V::LEVELS {
            self.written_key()?;
            return Ok(());
        }
        if let Some(length) = self.visit.expected(level, &self.bytes[self.at..]) {
            self.token(self.at + length)?;
        } else {
            let key = self.written_key()?;
            self.visit.key(level, key);
        }
        self.starts[level - 1] = self.at;
        Ok(())
    }

    /// Passes over any key and its colon.
    #[inline(always)]
    fn written_key(&mut self) -> Result<Span, Broken> {
        if self.byte != b'"' {
            return Err(skip::broken(self.at));
        }
        let key = skip::text(self.bytes, self.at)?;
        self.token(key.end)?;
        if self.byte != b':' {
            return Err(skip::broken(self.at));
        }
        self.token(self.at + 1)?;
        Ok(key)
    }

    /// Passes over a value, or over the bracket that it begins with; gives for a whole one whether something in it is escaped.
    #[inline(always)]
    fn begin(&mut self) -> Result<Option<bool>, Broken> {
        match self.byte {
            b'"' => {
                let text = skip::text(self.bytes, self.at)?;
                self.at = text.end;
                Ok(Some(text.has_escape))
            }
            b'{' | b'[' => self.bracket().map(|is_empty| is_empty.then_some(false)),
            _ => {
                self.at = skip::scalar(self.bytes, self.at)?;
                Ok(Some(false))
            }
        }
    }

    /// Passes over a bracket, and over the closing one if nothing is between; gives whether that is so.
    #[inline(always)]
    fn bracket(&mut self) -> Result<bool, Broken> {
        let is_object = self.byte == b'{';
        self.token(self.at + 1)?;
        match (self.byte, is_object) {
            (b'}', true) | (b']', false) => {
                self.at += 1;
                Ok(true)
            }
            (b'}', false) => Err(skip::broken(self.at)),
            _ => {
                self.open.push(is_object);
                Ok(false)
            }
        }
    }

    /// Passes over what follows a value that ends here, to where the next key or value begins; gives whether the object has
    /// ended.
    #[inline(always)]
    fn end(&mut self, mut has_escape: bool) -> Result<bool, Broken> {
        loop {
            let level = self.open.depth();
            if level <= V::LEVELS && self.open.is_object() {
                self.visit.value(level, Span { start: self.starts[level - 1], end: self.at, has_escape });
            }
            self.token(self.at)?;
            match (self.byte, self.open.is_object()) {
                (b',', _) => return self.token(self.at + 1).map(|()| false),
                (b'}', true) | (b']', false) => {}
                _ => return Err(skip::broken(self.at)),
            }
            self.at += 1;
            if self.open.pop() {
                return Ok(true);
            }
            has_escape = false;
        }
    }

    /// Goes to the next byte that is no white space.
    #[inline(always)]
    fn token(&mut self, at: usize) -> Result<(), Broken> {
        (self.at, self.byte) = skip::token(self.bytes, at)?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
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
        const LEVELS: usize = 2;

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
