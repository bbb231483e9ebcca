//! Words of other programs, fit to be shown.

use std::sync::LazyLock;

use regex::{Captures, Regex};

use crate::log::visible;

/// Characters of a text that are shown: its beginning and, since it says what went wrong, more of its end.
const HEAD: usize = 120;
const TAIL: usize = 240;

/// A value after a name such as `SecretAccessKey` or `password`.
static NAMED: LazyLock<Option<Regex>> = LazyLock::new(|| {
    Regex::new(r#"(?i)((?:secret|token|password|passphrase)[\w-]*["']?(?:\s*=\s*["']?|\s*:\s*["']|:))[^\s"',;}]+"#).ok()
});

/// A run as long as a secret access key or longer.
static LONG: LazyLock<Option<Regex>> = LazyLock::new(|| Regex::new(r"[A-Za-z0-9+/=_-]{32,}").ok());

/// `text` on one line without control characters, without what looks like a secret, and of a bounded length.
pub(super) fn told(text: &str) -> String {
    let line = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ");
    shortened(&visible(&without_secrets(&line)))
}

fn without_secrets(text: &str) -> String {
    let (Some(named), Some(long)) = (&*NAMED, &*LONG) else {
        return String::new();
    };
    let text = named.replace_all(text, "${1}…");
    long.replace_all(&text, |found: &Captures<'_>| if is_random(&found[0]) { "…" } else { &found[0] }.to_owned())
        .into_owned()
}

/// Paths and names are long too, but rarely mix all three kinds of characters.
fn is_random(run: &str) -> bool {
    let has = |kind: fn(&char) -> bool| run.chars().any(|c| kind(&c));
    has(char::is_ascii_digit) && has(char::is_ascii_uppercase) && has(char::is_ascii_lowercase)
}

fn shortened(text: &str) -> String {
    let length = text.chars().count();
    if length <= HEAD + TAIL {
        return text.to_owned();
    }
    text.chars().take(HEAD).chain(" … ".chars()).chain(text.chars().skip(length - TAIL)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_one_line_without_control_characters() {
        assert_eq!(told("no \u{1b}[31msession\r\n\n  log in\tagain\n"), "no ␛[31msession log in    again");
    }

    #[test]
    fn secrets_are_left_out() {
        let cases = [
            (r#"{"SecretAccessKey": "abc/def", "Version": 1}"#, r#"{"SecretAccessKey": "…", "Version": 1}"#),
            ("aws_session_token=abc; next", "aws_session_token=…; next"),
            ("--password:hunter2 failed", "--password:… failed"),
            ("got wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY from x", "got … from x"),
            ("the SSO token: it has expired", "the SSO token: it has expired"),
            (
                "/usr/local/share/helpers/credentials-helper: not found",
                "/usr/local/share/helpers/credentials-helper: not found",
            ),
        ];
        for (text, expected) in cases {
            assert_eq!(told(text), expected);
        }
    }

    #[test]
    fn the_beginning_and_the_end_of_a_long_text_are_kept() {
        let text = told(&format!("begin {} end", "x ".repeat(1_000)));
        assert!(text.starts_with("begin x") && text.ends_with("end"), "{text}");
        assert!(text.chars().count() < 400);
    }
}
