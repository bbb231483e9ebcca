//! Regular expressions: `/…/` over the text of an entry, and after `~` over a value of a payload.

use std::borrow::Cow;
use std::fmt;

use regex::Regex;

/// A regular expression that compares by its spelling.
#[derive(Debug, Clone)]
pub(super) struct Pattern {
    written: String,
    regex: Regex,
}

impl Pattern {
    /// Reads a pattern, or says what is wrong with it in one line.
    pub(super) fn new(written: &str) -> Result<Self, String> {
        match Regex::new(written) {
            Ok(regex) => Ok(Self { written: written.to_owned(), regex }),
            Err(error) => Err(format!("not a regular expression: {}", last_line(&error))),
        }
    }

    pub(super) fn written(&self) -> &str {
        &self.written
    }

    pub(super) fn is_in(&self, text: &str) -> bool {
        self.regex.is_match(text)
    }
}

/// The engine draws its own caret over several lines; only the last says what is wrong.
fn last_line(error: &regex::Error) -> String {
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.trim_start_matches("error: ").to_owned()
}

impl PartialEq for Pattern {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Pattern {}

/// `/…/`, with the slashes inside escaped.
impl fmt::Display for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "/{}/", escaped(&self.written))
    }
}

/// The pattern with a backslash before every slash that has none.
fn escaped(written: &str) -> Cow<'_, str> {
    if !written.contains('/') {
        return Cow::Borrowed(written);
    }
    let mut out = String::with_capacity(written.len() + 4);
    let mut chars = written.chars();
    while let Some(c) = chars.next() {
        match c {
            '\\' => {
                out.push(c);
                out.extend(chars.next());
            }
            '/' => out.push_str("\\/"),
            _ => out.push(c),
        }
    }
    Cow::Owned(out)
}

/// The pattern that `text` begins with after its first slash, and its length with both slashes and the flag behind.
///
/// `None` when no slash closes it, or a word goes on behind that: `/aws/lambda/receiver` is a text.
pub(super) fn delimited(text: &str) -> Option<(String, usize)> {
    let close = closing_slash(text)?;
    let inside = text.get(1..close)?.replace("\\/", "/");
    let rest = &text[close + 1..];
    let flag = rest.starts_with('i') && ends_word(&rest[1..]);
    if inside.is_empty() || !(flag || ends_word(rest)) {
        return None;
    }
    let pattern = if flag { format!("(?i){inside}") } else { inside };
    Some((pattern, close + 1 + usize::from(flag)))
}

/// Whether a slash begins a pattern that what stands behind `text` might close.
pub(super) fn opens(text: &str) -> bool {
    text.starts_with('/') && closing_slash(text).is_none()
}

fn closing_slash(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let mut at = 1;
    while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'/', b'\\', rest)) {
        match bytes[at + found] {
            b'/' => return Some(at + found),
            _ => at += found + 2,
        }
    }
    None
}

fn ends_word(rest: &str) -> bool {
    rest.chars().next().is_none_or(|c| c.is_whitespace() || matches!(c, '(' | ')'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn slashes_delimit_a_pattern() {
        for (text, expected) in [
            ("/a.b/ c", Some(("a.b", 5))),
            ("/timed out/i", Some(("(?i)timed out", 12))),
            (r"/a\/b/)", Some(("a/b", 6))),
            ("/aws/lambda/x", None),
            ("/open", None),
            ("//", None),
            ("/x/in", None),
        ] {
            let expected = expected.map(|(pattern, length): (&str, usize)| (pattern.to_owned(), length));
            assert_eq!(delimited(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_wrong_is_one_line() {
        let error = Pattern::new("a(").expect_err("unclosed");
        assert_eq!(error, "not a regular expression: unclosed group");
    }
}
