//! Values that CloudWatch's data protection has masked.

use std::sync::LazyLock;

use memchr::memmem;

/// Asterisks that make a mask; fewer are somebody's own text.
const SHORTEST: usize = 4;

static MASK: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\"****"));

/// Whether a string value of this JSON text is made of asterisks only.
pub(super) fn has_masked_value(json: &str) -> bool {
    // Most text has no asterisk at all.
    memchr::memchr(b'*', json.as_bytes()).is_some()
        && MASK.find_iter(json.as_bytes()).any(|quote| is_masked_value(json, quote))
}

fn is_masked_value(json: &str, quote: usize) -> bool {
    let backslashes = json[..quote].bytes().rev().take_while(|&byte| byte == b'\\').count();
    let inside = &json[quote + 1..];
    let rest = inside.trim_start_matches('*');
    let is_whole = inside.len() - rest.len() >= SHORTEST && rest.starts_with('"');
    let is_key = || rest[1..].trim_ascii_start().starts_with(':');
    backslashes.is_multiple_of(2) && is_whole && !is_key()
}

#[cfg(test)]
mod tests {
    use super::has_masked_value;

    #[test]
    fn only_whole_values_of_asterisks_are_masks() {
        for (json, masked) in [
            (r#"{"a":"****"}"#, true),
            (r#"{"a":["x","*********"]}"#, true),
            (r#"{"a":"***"}"#, false),
            (r#"{"****":1}"#, false),
            (r#"{"**** ":1,"****" : 2}"#, false),
            (r#"{"a":"****b"}"#, false),
            (r#"{"a":"b\"****"}"#, false),
            (r#"{"a":"\"****\""}"#, false),
            (r#"{"a":"\\","b":"****"}"#, true),
            ("{}", false),
        ] {
            assert_eq!(has_masked_value(json), masked, "{json}");
        }
    }
}
