//! Taking out of an error's message what differs from one failure to the next.

/// Stands for what was taken out.
const MASK: char = '#';

/// Letters that are taken for a hexadecimal number even without a digit.
const SHORTEST_HEX: usize = 8;

/// Bytes after which an opening quote is no longer taken for one.
const LONGEST_QUOTED: usize = 256;

/// The message without the request id, quoted values, and words that hold a digit: numbers, ids, times, addresses.
///
/// Words with digits that do not vary (`s3`) go as well. That seldom joins different failures, since type and frame
/// count too; a word that stays although it varies would tear equal ones apart.
pub(super) fn masked(message: &str, request_id: Option<&str>) -> String {
    let known = request_id.filter(|id| !id.is_empty());
    let message = known.map_or_else(|| message.to_owned(), |id| message.replace(id, "#"));
    let mut out = String::with_capacity(message.len());
    let mut rest = message.as_str();
    let mut before = ' ';
    while let Some(first) = rest.chars().next() {
        let length = quoted(rest, before).unwrap_or_else(|| word(rest));
        let (piece, after) = rest.split_at(length.max(first.len_utf8()));
        if varies(piece) {
            out.push(MASK);
        } else {
            out.push_str(piece);
        }
        before = piece.chars().next_back().unwrap_or(' ');
        rest = after;
    }
    out
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

/// Length of the word that `text` starts with; what joins the parts of ids, times, addresses and paths belongs to it.
fn word(text: &str) -> usize {
    let end = text.find(|c: char| !c.is_alphanumeric() && !matches!(c, '_' | '-' | '.' | ':' | '/' | '@' | '+' | '#'));
    text[..end.unwrap_or(text.len())].trim_end_matches(['.', ':', '-']).len()
}

fn varies(piece: &str) -> bool {
    let is_quoted = piece.len() > 1 && piece.starts_with(['"', '\'', '`']);
    let is_hex = piece.len() >= SHORTEST_HEX && piece.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_quoted || is_hex || piece.contains(|c: char| c.is_numeric() || c == MASK)
}

#[cfg(test)]
mod tests {
    use super::masked;

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
