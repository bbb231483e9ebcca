//! A JSON value as code running in Lambda sees it: number text and lone surrogates survive.
//!
//! `serde_json::Value` refuses `1e400` and `"\ud800"`, which every runtime here accepts as an event.

/// One parsed value.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Json {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number as it was written.
    Number(String),
    /// A string; a surrogate without its partner becomes U+FFFD.
    Text(String),
    /// An array.
    List(Vec<Json>),
    /// An object, in the order it was written.
    Map(Vec<(String, Json)>),
}

/// Nesting beyond this is not parsed: Python's own limit is of the same order.
const DEEPEST: usize = 500;

impl Json {
    /// Parses text that is known to be valid JSON; `None` when it is nested too deeply or not valid after all.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        Parser { rest: text }.value(0)
    }

    /// Member of an object; the last one when a key is repeated.
    pub(crate) fn get(&self, key: &str) -> Option<&Self> {
        let Self::Map(members) = self else {
            return None;
        };
        members.iter().rev().find(|(name, _)| name == key).map(|(_, value)| value)
    }

    /// Text of a string.
    pub(crate) fn text(&self) -> Option<&str> {
        if let Self::Text(text) = self { Some(text) } else { None }
    }

    /// Value of a number.
    pub(crate) fn number(&self) -> Option<f64> {
        if let Self::Number(number) = self { number.parse().ok() } else { None }
    }

    /// Elements of an array.
    pub(crate) fn list(&self) -> Option<&[Self]> {
        if let Self::List(items) = self { Some(items) } else { None }
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn value(&mut self, depth: usize) -> Option<Json> {
        self.skip_space();
        match self.peek()? {
            b'{' if depth < DEEPEST => self.map(depth).map(Json::Map),
            b'[' if depth < DEEPEST => self.list(depth).map(Json::List),
            b'"' => self.string().map(Json::Text),
            b'-' | b'0'..=b'9' => Some(Json::Number(self.number())),
            b't' => self.word("true", Json::Bool(true)),
            b'f' => self.word("false", Json::Bool(false)),
            b'n' => self.word("null", Json::Null),
            _ => None,
        }
    }

    fn peek(&self) -> Option<u8> {
        self.rest.as_bytes().first().copied()
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches([' ', '\t', '\r', '\n']);
    }

    /// Consumes `wanted` after white space, or leaves the input as it is.
    fn eat(&mut self, wanted: char) -> bool {
        self.skip_space();
        let after = self.rest.strip_prefix(wanted);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn word(&mut self, word: &str, value: Json) -> Option<Json> {
        self.rest = self.rest.strip_prefix(word)?;
        Some(value)
    }

    fn number(&mut self) -> String {
        let inside = |c: char| c.is_ascii_digit() || matches!(c, '-' | '+' | '.' | 'e' | 'E');
        let end = self.rest.find(|c| !inside(c)).unwrap_or(self.rest.len());
        let (number, rest) = self.rest.split_at(end);
        self.rest = rest;
        number.to_owned()
    }

    fn list(&mut self, depth: usize) -> Option<Vec<Json>> {
        let mut items = Vec::new();
        self.eat('[');
        if self.eat(']') {
            return Some(items);
        }
        loop {
            items.push(self.value(depth + 1)?);
            if !self.eat(',') {
                return self.eat(']').then_some(items);
            }
        }
    }

    fn map(&mut self, depth: usize) -> Option<Vec<(String, Json)>> {
        let mut members = Vec::new();
        self.eat('{');
        if self.eat('}') {
            return Some(members);
        }
        loop {
            self.skip_space();
            let key = self.string()?;
            let value = self.eat(':').then(|| self.value(depth + 1))??;
            members.push((key, value));
            if !self.eat(',') {
                return self.eat('}').then_some(members);
            }
        }
    }

    fn string(&mut self) -> Option<String> {
        let bytes = self.rest.as_bytes();
        let mut at = 1;
        while *bytes.get(at)? != b'"' {
            at += if bytes[at] == b'\\' { 2 } else { 1 };
        }
        let (quoted, rest) = self.rest.split_at(at + 1);
        self.rest = rest;
        Some(unescaped(quoted.get(1..at)?))
    }
}

/// Resolves the escapes of a JSON string's inside.
fn unescaped(inside: &str) -> String {
    if !inside.contains('\\') {
        return inside.to_owned();
    }
    let units = units(inside);
    char::decode_utf16(units).map(|unit| unit.unwrap_or(char::REPLACEMENT_CHARACTER)).collect()
}

/// UTF-16 code units of a JSON string's inside, its escapes resolved.
pub(crate) fn units(inside: &str) -> Vec<u16> {
    let mut units = Vec::with_capacity(inside.len());
    let mut rest = inside.chars();
    while let Some(c) = rest.next() {
        if c == '\\' {
            units.push(escape(&mut rest));
        } else {
            units.extend_from_slice(c.encode_utf16(&mut [0; 2]));
        }
    }
    units
}

fn escape(rest: &mut std::str::Chars<'_>) -> u16 {
    match rest.next().unwrap_or('\\') {
        'b' => 8,
        'f' => 12,
        'n' => 10,
        'r' => 13,
        't' => 9,
        'u' => {
            let digits: String = rest.by_ref().take(4).collect();
            u16::from_str_radix(&digits, 16).unwrap_or(0xfffd)
        }
        other => u16::try_from(u32::from(other)).unwrap_or(0xfffd),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_come_as_they_were_written() {
        let json =
            Json::parse(r#" {"a":[1.0, 1e400,null ,true],"b" : {"c":"x\n\u00e9\ud83d\ude00\ud800"}, "a":"last"} "#)
                .unwrap();
        assert_eq!(json.get("a").and_then(Json::text), Some("last"));
        let text = json.get("b").and_then(|b| b.get("c")).and_then(Json::text);
        assert_eq!(text, Some("x\né😀\u{fffd}"));
        let list = Json::parse("[1.0,1e400,-7]").unwrap();
        assert_eq!(list.list().unwrap()[1], Json::Number("1e400".to_owned()));
        assert_eq!(list.list().unwrap()[2].number(), Some(-7.0));
        assert_eq!(Json::parse("[]"), Some(Json::List(Vec::new())));
        assert_eq!(Json::parse(" {} "), Some(Json::Map(Vec::new())));
    }

    #[test]
    fn deep_nesting_and_nonsense_are_refused_without_a_crash() {
        let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(Json::parse(&deep), None);
        for text in ["", "{", "[1", "\"", "\"\\", "{\"a\"", "tru", "{\"a\":}"] {
            assert_eq!(Json::parse(text), None, "{text}");
        }
    }
}
