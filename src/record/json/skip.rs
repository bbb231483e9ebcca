//! Passing over JSON values: where one ends, and whether it is one.
//!
//! The grammar is RFC 8259's, taken strictly. Nothing is decoded and nothing recurses, so that finding a record costs
//! little more than looking at its bytes.

/// Bytes that are looked at together.
const PIECE: usize = 32;

/// Words of eight bytes that most strings are not longer than.
const SHORT: usize = 5;

/// Where a text stopped being JSON.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Broken {
    /// Bytes that were read before it broke.
    pub read: usize,
    /// Whether the text ended too early, and was good so far.
    pub cut: bool,
}

/// Where something ends, or where it broke.
pub type End = Result<usize, Broken>;

/// Where a value or a key stands in a text.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Span {
    /// Where it begins.
    pub start: usize,
    /// Where it ends.
    pub end: usize,
    /// Whether it is a string in which something is escaped.
    pub has_escape: bool,
}

/// The value that begins at `at`, which is no white space.
///
/// # Errors
///
/// Where it broke, when it is none.
#[allow(clippy::inline_always, reason = "a result this large costs more to hand over than a short string to read")]
#[inline(always)]
pub fn span(bytes: &[u8], at: usize) -> Result<Span, Broken> {
    if bytes.get(at) == Some(&b'"') {
        return text(bytes, at);
    }
    value(bytes, at).map(|end| Span { start: at, end, has_escape: false })
}

#[cold]
fn cut(bytes: &[u8]) -> Broken {
    Broken { read: bytes.len(), cut: true }
}

/// What breaks at a byte that must not stand there.
#[cold]
pub(super) fn broken(at: usize) -> Broken {
    Broken { read: at + 1, cut: false }
}

/// Where the next byte that is no white space stands, and which it is.
///
/// # Errors
///
/// The end of the text, when there is none.
#[inline]
pub fn token(bytes: &[u8], at: usize) -> Result<(usize, u8), Broken> {
    token_in::<false>(bytes, at)
}

/// The same; a line break is no white space within one line.
#[allow(clippy::inline_always, reason = "hardly ever more than two comparisons")]
#[inline(always)]
fn token_in<const IN_LINE: bool>(bytes: &[u8], at: usize) -> Result<(usize, u8), Broken> {
    match bytes.get(at) {
        Some(&byte) if byte > b' ' => Ok((at, byte)),
        _ => blank::<IN_LINE>(bytes, at),
    }
}

/// The same where white space may stand.
#[inline(never)]
fn blank<const IN_LINE: bool>(bytes: &[u8], mut at: usize) -> Result<(usize, u8), Broken> {
    while let Some(&byte) = bytes.get(at) {
        if !matches!(byte, b' ' | b'\r' | b'\t') && (IN_LINE || byte != b'\n') {
            return Ok((at, byte));
        }
        at += 1;
    }
    Err(cut(bytes))
}

/// Passes over the value that begins at `at`, which is no white space.
pub(super) fn value(bytes: &[u8], at: usize) -> End {
    match bytes.get(at) {
        Some(b'{' | b'[') => nested::<false>(bytes, at, |_, _, _| true),
        Some(_) => scalar(bytes, at),
        None => Err(cut(bytes)),
    }
}

/// Length of the object that `bytes` begin with, if it ends in its line and `goes_on` says so of every key. It is told where
/// the key stands, where its value begins, and how many brackets are open there.
pub(in crate::record) fn in_line(bytes: &[u8], goes_on: impl FnMut(Span, usize, usize) -> bool) -> Option<usize> {
    if bytes.starts_with(b"{") { nested::<true>(bytes, 0, goes_on).ok() } else { None }
}

/// Passes over an object or an array and whatever it holds, as long as `goes_on` says so of its keys.
fn nested<const IN_LINE: bool>(bytes: &[u8], start: usize, mut goes_on: impl FnMut(Span, usize, usize) -> bool) -> End {
    let mut open = Brackets::default();
    let (mut at, mut byte) = token_in::<IN_LINE>(bytes, start)?;
    loop {
        // Here a member, an item or the value itself begins.
        if open.is_object() {
            let key_at = at;
            let (key, value) = key_in::<IN_LINE>(bytes, at)?;
            if !goes_on(key, value, open.depth) {
                return Err(broken(key_at));
            }
            (at, byte) = (value, bytes[value]);
        }
        at = match byte {
            b'"' => text(bytes, at)?.end,
            b'{' | b'[' => {
                open.push(byte == b'{');
                (at, byte) = token_in::<IN_LINE>(bytes, at + 1)?;
                if !matches!(byte, b'}' | b']') {
                    continue;
                }
                at
            }
            _ => scalar(bytes, at)?,
        };
        // Here one has ended, or nothing was in the brackets.
        loop {
            (at, byte) = token_in::<IN_LINE>(bytes, at)?;
            if byte == b',' {
                (at, byte) = token_in::<IN_LINE>(bytes, at + 1)?;
                break;
            }
            if byte != open.closing() {
                return Err(broken(at));
            }
            at += 1;
            if open.pop() {
                return Ok(at);
            }
        }
    }
}

/// The key that begins at `at`, and where its value begins.
///
/// # Errors
///
/// Where it broke, when it is none.
#[allow(clippy::inline_always, reason = "a result this large costs more to hand over than a short key to read")]
#[inline(always)]
pub fn key(bytes: &[u8], at: usize) -> Result<(Span, usize), Broken> {
    key_in::<false>(bytes, at)
}

#[allow(clippy::inline_always, reason = "a result this large costs more to hand over than a short key to read")]
#[inline(always)]
fn key_in<const IN_LINE: bool>(bytes: &[u8], at: usize) -> Result<(Span, usize), Broken> {
    let key = match bytes.get(at) {
        Some(b'"') => text(bytes, at)?,
        Some(_) => return Err(broken(at)),
        None => return Err(cut(bytes)),
    };
    match token_in::<IN_LINE>(bytes, key.end)? {
        (colon, b':') => Ok((key, token_in::<IN_LINE>(bytes, colon + 1)?.0)),
        (other, _) => Err(broken(other)),
    }
}

/// Passes over the string, the number or the literal that begins at `at`.
#[inline]
pub(in crate::record) fn scalar(bytes: &[u8], at: usize) -> End {
    match bytes.get(at) {
        Some(b'"') => string(bytes, at),
        Some(b'-' | b'0'..=b'9') => number(bytes, at),
        Some(b't') => word(bytes, at, b"true"),
        Some(b'f') => word(bytes, at, b"false"),
        Some(b'n') => word(bytes, at, b"null"),
        Some(_) => Err(broken(at)),
        None => Err(cut(bytes)),
    }
}

fn word(bytes: &[u8], at: usize, word: &[u8]) -> End {
    let there = &bytes[at..bytes.len().min(at + word.len())];
    match there.iter().zip(word).position(|(byte, expected)| byte != expected) {
        Some(offset) => Err(broken(at + offset)),
        None if there.len() < word.len() => Err(cut(bytes)),
        None => Ok(at + word.len()),
    }
}

/// Passes over the string whose quote stands at `at`.
fn string(bytes: &[u8], at: usize) -> End {
    text(bytes, at).map(|text| text.end)
}

/// The string whose quote stands at `start`.
#[allow(clippy::inline_always, reason = "a result this large costs more to hand over than a short string to read")]
#[inline(always)]
pub(super) fn text(bytes: &[u8], start: usize) -> Result<Span, Broken> {
    let at = plain(bytes, start + 1);
    if bytes.get(at) == Some(&b'"') {
        return Ok(Span { start, end: at + 1, has_escape: false });
    }
    escaped(bytes, start, at)
}

/// Passes over what is left of a string at `at`, and its quote.
#[inline]
pub(in crate::record) fn rest_of_text(bytes: &[u8], at: usize) -> End {
    let end = plain(bytes, at);
    if bytes.get(end) == Some(&b'"') { Ok(end + 1) } else { escaped(bytes, at, end).map(|text| text.end) }
}

/// The same, of which nothing ends the string before `at`.
#[inline(never)]
fn escaped(bytes: &[u8], start: usize, mut at: usize) -> Result<Span, Broken> {
    loop {
        match bytes.get(at) {
            Some(b'"') => return Ok(Span { start, end: at + 1, has_escape: true }),
            Some(b'\\') => at = plain(bytes, escape(bytes, at + 1)?),
            Some(_) => return Err(broken(at)),
            None => return Err(cut(bytes)),
        }
    }
}

/// Where the next byte stands that is a quote, a backslash or a control character.
#[allow(clippy::inline_always, reason = "most strings are short")]
#[inline(always)]
fn plain(bytes: &[u8], mut at: usize) -> usize {
    for _ in 0..SHORT {
        let Some(word) = bytes.get(at..).and_then(|rest| rest.first_chunk()) else { break };
        let marks = special(u64::from_le_bytes(*word));
        if marks != 0 {
            return at + first(marks);
        }
        at += 8;
    }
    long_plain(bytes, at)
}

/// The same in what is long, or near the end of the text.
#[inline(never)]
fn long_plain(bytes: &[u8], mut at: usize) -> usize {
    let has_special = |piece: &[u8; PIECE]| piece.iter().fold(false, |any, &byte| any | is_special(byte));
    while bytes[at..].first_chunk().is_some_and(|piece| !has_special(piece)) {
        at += PIECE;
    }
    while let Some(word) = bytes[at..].first_chunk() {
        match first(special(u64::from_le_bytes(*word))) {
            8 => at += 8,
            offset => return at + offset,
        }
    }
    while bytes.get(at).is_some_and(|&byte| !is_special(byte)) {
        at += 1;
    }
    at
}

/// One in each of eight bytes.
const EACH: u64 = u64::MAX / 0xff;

/// Marks those of eight bytes that are special. A changed bit puts a quote next to the controls.
fn special(word: u64) -> u64 {
    (less(word ^ (EACH * 2), 0x21) | is(word, b'\\')) & (EACH << 7)
}

/// Which of eight bytes, the lowest first, is a backslash; 8 when none is.
pub(super) fn first_backslash(word: u64) -> usize {
    first(is(word, b'\\'))
}

/// The first byte with its highest bit set; only the lowest of those is to be relied on.
fn first(marks: u64) -> usize {
    (marks & (EACH << 7)).trailing_zeros() as usize / 8
}

fn is(word: u64, byte: u8) -> u64 {
    less(word ^ (EACH * u64::from(byte)), 1)
}

/// A byte from which more is taken than it holds sets its highest bit, and may do so to those above it.
fn less(word: u64, than: u8) -> u64 {
    word.wrapping_sub(EACH * u64::from(than)) & !word
}

#[allow(clippy::needless_bitwise_bool, reason = "without branches it is compiled to instructions for many bytes")]
fn is_special(byte: u8) -> bool {
    (byte == b'"') | (byte == b'\\') | (byte < 0x20)
}

/// Passes over what follows a backslash.
fn escape(bytes: &[u8], at: usize) -> End {
    match bytes.get(at) {
        Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't') => Ok(at + 1),
        Some(b'u') => {
            let digits = &bytes[at + 1..bytes.len().min(at + 5)];
            match digits.iter().position(|digit| !digit.is_ascii_hexdigit()) {
                Some(offset) => Err(broken(at + 1 + offset)),
                None if digits.len() < 4 => Err(cut(bytes)),
                None => Ok(at + 5),
            }
        }
        Some(_) => Err(broken(at)),
        None => Err(cut(bytes)),
    }
}

#[inline]
fn number(bytes: &[u8], mut at: usize) -> End {
    if bytes[at] == b'-' {
        at += 1;
    }
    at = match bytes.get(at) {
        Some(b'0') => at + 1,
        _ => digits(bytes, at)?,
    };
    if bytes.get(at) == Some(&b'.') {
        at = digits(bytes, at + 1)?;
    }
    if let Some(b'e' | b'E') = bytes.get(at) {
        at += 1;
        if let Some(b'+' | b'-') = bytes.get(at) {
            at += 1;
        }
        at = digits(bytes, at)?;
    }
    Ok(at)
}

/// Passes over digits, of which there must be one.
#[inline]
fn digits(bytes: &[u8], start: usize) -> End {
    let mut at = start;
    while bytes.get(at).is_some_and(u8::is_ascii_digit) {
        at += 1;
    }
    match bytes.get(at) {
        _ if at > start => Ok(at),
        Some(_) => Err(broken(at)),
        None => Err(cut(bytes)),
    }
}

/// Which brackets are open, a bit each: braces are ones.
#[derive(Default)]
struct Brackets {
    bits: u64,
    depth: usize,
    /// The outer brackets of deep nesting, 64 in each.
    outer: Vec<u64>,
}

impl Brackets {
    /// Opens one, a brace or a square bracket.
    fn push(&mut self, is_object: bool) {
        if self.depth.is_multiple_of(64) && self.depth > 0 {
            self.outer.push(self.bits);
        }
        self.bits = self.bits << 1 | u64::from(is_object);
        self.depth += 1;
    }

    /// Whether the innermost is a brace.
    fn is_object(&self) -> bool {
        self.bits & 1 == 1
    }

    /// What closes the innermost.
    fn closing(&self) -> u8 {
        if self.is_object() { b'}' } else { b']' }
    }

    /// Closes the innermost; gives whether that was the last.
    fn pop(&mut self) -> bool {
        self.bits >>= 1;
        self.depth -= 1;
        if self.depth.is_multiple_of(64) {
            self.bits = self.outer.pop().unwrap_or_default();
        }
        self.depth == 0
    }
}

#[cfg(test)]
pub(super) mod tests {
    use super::*;
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::select;
    use serde::de::IgnoredAny;

    /// What serde's reader makes of the value that a text begins with.
    fn expected(text: &str) -> Option<usize> {
        let mut values = serde_json::Deserializer::from_str(text).into_iter::<IgnoredAny>();
        values.next()?.ok()?;
        Some(values.byte_offset())
    }

    /// Text that often is JSON.
    pub(in crate::record::json) fn nearly_json() -> impl Strategy<Value = String> {
        let pieces = vec![
            "{",
            "}",
            "[",
            "]",
            ",",
            ":",
            "\"",
            "\"a\":",
            "\"b\"",
            "{\"c\":1}",
            "[]",
            "{}",
            "0",
            "-",
            "12",
            ".5",
            "e+7",
            "E",
            "true",
            "fals",
            "false",
            "null",
            " ",
            "\n",
            "\t",
            "\u{c}",
            "ü",
            "\\",
            "\\n",
            "\\u00e9",
            "\\ud8",
            "\\x",
            "\u{1}",
            "abcdefghijklmnopq",
        ];
        vec(select(pieces), 0..24).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn an_independent_reader_agrees(text in nearly_json(), open in select(vec!["{", "[", "{\"a\":", "[1,", "{\"a\":["])) {
            let text = format!("{open}{text}");
            prop_assert_eq!(value(text.as_bytes(), 0).ok(), expected(&text), "{}", text);
        }

        #[test]
        fn every_beginning_of_a_value_is_cut(text in nearly_json()) {
            let text = format!("[{text}");
            if let Ok(end) = value(text.as_bytes(), 0) {
                for length in 1..end {
                    prop_assert_eq!(value(&text.as_bytes()[..length], 0), Err(Broken { read: length, cut: true }));
                }
            }
        }
    }

    #[test]
    fn brackets_are_kept_apart_however_deep() {
        for depth in [1, 63, 64, 65, 127, 128, 129, 1000, 100_000] {
            let open = "[{\"a\":".repeat(depth);
            let text = format!("{open}1{}", "}]".repeat(depth));
            assert_eq!(value(text.as_bytes(), 0), Ok(text.len()));
            let wrong = format!("{open}1{}", "]}".repeat(depth));
            assert_eq!(value(wrong.as_bytes(), 0), Err(broken(open.len() + 1)));
        }
    }
}
