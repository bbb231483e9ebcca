//! Taking out of an error's message what differs from one failure to the next.

use std::borrow::Cow;

use memchr::memmem;

/// What messages of the service begin with.
const LABEL: &str = "RequestId: ";

/// Stands for what was taken out.
const MASK: &str = "#";

/// Letters that are taken for a hexadecimal number even without a digit.
const SHORTEST_HEX: usize = 8;

/// Bytes after which an opening quote is no longer taken for one.
const LONGEST_QUOTED: usize = 256;

/// The message without the request id, quoted values, and words that hold a digit: numbers, ids, times, addresses.
pub(super) fn masked(message: &str, request_id: Option<&str>) -> String {
    let mut out = String::with_capacity(message.len());
    each_piece(message, request_id, |piece| out.push_str(piece));
    out
}

/// The same, a piece after the other.
///
/// Words with digits that do not vary (`s3`) go as well. That seldom joins different failures, since type and frame
/// count too; a word that stays although it varies would tear equal ones apart.
pub(super) fn each_piece(message: &str, request_id: Option<&str>, mut take: impl FnMut(&str)) {
    let message = without_id(message, request_id);
    let (mut rest, mut before) = (&*message, ' ');
    while let Some(&first) = rest.as_bytes().first() {
        // Most of a message is words and the spaces between them.
        let length = if first == b' ' { 1 } else { quoted(rest, before).unwrap_or_else(|| word(rest)) };
        let (piece, after) = rest.split_at(length);
        take(if varies(piece) { MASK } else { piece });
        before = piece.chars().next_back().unwrap_or(' ');
        rest = after;
    }
}

fn without_id<'a>(message: &'a str, request_id: Option<&str>) -> Cow<'a, str> {
    let mut masked = Cow::Borrowed("");
    let mut rest = message;
    let Some(id) = request_id.filter(|id| !id.is_empty()) else { return message.into() };
    while id.len() <= rest.len()
        && let Some(at) = find_id(rest, id)
    {
        masked += &rest[..at];
        masked += MASK;
        rest = &rest[at + id.len()..];
    }
    masked + rest
}

/// Where the id stands in a text that it may stand in; messages of the service begin with it.
fn find_id(text: &str, id: &str) -> Option<usize> {
    let is_labelled = text.strip_prefix(LABEL).is_some_and(|rest| rest.starts_with(id));
    if is_labelled && !LABEL.as_bytes().contains(&id.as_bytes()[0]) {
        return Some(LABEL.len());
    }
    memmem::find(text.as_bytes(), id.as_bytes())
}

/// Length of the quoted value that `text` starts with. An apostrophe inside a word opens and closes nothing.
fn quoted(text: &str, before: char) -> Option<usize> {
    let quote = text.chars().next().filter(|c| matches!(c, '"' | '\'' | '`'))?;
    if before.is_alphanumeric() {
        return None;
    }
    let closing = |&(at, _): &(usize, &str)| !text[at + 1..].starts_with(char::is_alphanumeric);
    text[1..]
        .match_indices(quote)
        .take_while(|(at, _)| *at < LONGEST_QUOTED)
        .map(|(at, found)| (at + 1, found))
        .find(closing)
        .map(|(at, _)| at + 1)
}

/// Length of the word that `text` starts with, and of one character if it starts with none; what joins the parts of ids,
/// times, addresses and paths belongs to it.
fn word(text: &str) -> usize {
    let bytes = text.as_bytes();
    let mut end = 0;
    while let Some(&byte) = bytes.get(end) {
        end += match char_at(text, end) {
            _ if byte.is_ascii_alphanumeric() || b"_-.:/@+#".contains(&byte) => 1,
            Some(c) if c.is_alphanumeric() => c.len_utf8(),
            _ => break,
        };
    }
    while end > 0 && b".:-".contains(&bytes[end - 1]) {
        end -= 1;
    }
    end.max(text.chars().next().map_or(0, char::len_utf8))
}

/// The character that begins there, unless it is ASCII.
fn char_at(text: &str, at: usize) -> Option<char> {
    if text.as_bytes()[at].is_ascii() { None } else { text[at..].chars().next() }
}

fn varies(piece: &str) -> bool {
    let bytes = piece.as_bytes();
    let is_quoted = bytes.len() > 1 && matches!(bytes[0], b'"' | b'\'' | b'`');
    let is_hex = || bytes.len() >= SHORTEST_HEX && bytes.iter().all(u8::is_ascii_hexdigit);
    let has_number = || bytes.iter().any(|&byte| byte.is_ascii_digit() || byte == b'#');
    is_quoted || has_number() || is_hex() || !piece.is_ascii() && piece.contains(char::is_numeric)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{MASK, masked};

    /// Length of the word that `text` starts with, a character after the other.
    fn slow_word(text: &str) -> usize {
        let end =
            text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.' | ':' | '/' | '@' | '+' | '#'));
        let length = text[..end.unwrap_or(text.len())].trim_end_matches(['.', ':', '-']).len();
        length.max(text.chars().next().map_or(0, char::len_utf8))
    }

    fn slowly_varies(piece: &str) -> bool {
        let is_quoted = piece.len() > 1 && piece.starts_with(['"', '\'', '`']);
        let is_hex = piece.len() >= super::SHORTEST_HEX && piece.bytes().all(|byte| byte.is_ascii_hexdigit());
        is_quoted || is_hex || piece.contains(|c: char| c.is_numeric() || c == '#')
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4096, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn words_are_what_their_characters_are(text in "[a-f09 ._:/#'\"é٣½–]{0,12}|\\PC{0,8}") {
            prop_assert_eq!(super::word(&text), slow_word(&text));
            prop_assert_eq!(super::varies(&text), slowly_varies(&text));
        }

        #[test]
        fn the_id_goes_wherever_it_stands(text in "(RequestId: )?(Id: |[ab ]){0,12}", id in "[ab]{0,3}|(Id: ){1,2}|t") {
            let replaced = if id.is_empty() { text.clone() } else { text.replace(&id, MASK) };
            prop_assert_eq!(super::without_id(&text, Some(&id)), replaced);
        }
    }

    #[test]
    fn what_varies_is_masked() {
        for (message, expected) in [
            ("order 17 failed", "order # failed"),
            (
                "RequestId: 6f0d0c1e-3a77-4a0e-9a51-0b6a3b1f0009 Error: Task timed out after 2.00 seconds",
                "RequestId: # Error: Task timed out after # seconds",
            ),
            ("2019-11-14T20:13:37.000Z late", "# late"),
            ("at 0x7f3a, deadbeefcafe, A-1001.", "at #, #, #."),
            ("no user 'ann' in \"db x\" or `t`", "no user # in # or #"),
            ("connect to 10.0.0.1:5432 refused", "connect to # refused"),
            ("missing /tmp/u17/x.json: x", "missing #: x"),
            ("the id req-x failed twice: req-x", "the id # failed twice: #"),
            ("", ""),
        ] {
            assert_eq!(masked(message, Some("req-x")), expected);
        }
    }

    #[test]
    fn what_is_said_stays() {
        for message in [
            "stock can't be negative",
            "I'm supposed to fail here; don't ask",
            "no file /var/task/app.py",
            "'open",
            "größer\nals",
        ] {
            assert_eq!(masked(message, None), message);
        }
    }
}
