//! Text from a log that may be shown: nothing in it reaches a terminal as a command.

use std::borrow::Cow;
use std::fmt::Write as _;

/// Stands where a line ended.
const LINE_BREAK: &str = "⏎";

/// Columns that a tab becomes; log text is cut into columns elsewhere, where a real tab could not be measured.
const TAB: &str = "    ";

/// The text on one line, with every control and bidi character made visible.
///
/// C0 controls and DEL become control pictures (`␛`), C1 and bidi controls become `\u{85}`, tabs become spaces and
/// line breaks `⏎`.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    visible_lines(text, LINE_BREAK)
}

/// The same as [`visible`], with `line_break` where a line ends; give `"\n"` to keep lines.
#[must_use]
pub fn visible_lines<'a>(text: &'a str, line_break: &str) -> Cow<'a, str> {
    let Some(first) = text.find(is_hidden) else {
        return Cow::Borrowed(text);
    };
    let mut out = String::with_capacity(text.len() + 16);
    out.push_str(&text[..first]);
    let mut chars = text[first..].chars().peekable();
    while let Some(c) = chars.next() {
        if c == '\r' && chars.peek() == Some(&'\n') {
            continue;
        }
        show(c, line_break, &mut out);
    }
    Cow::Owned(out)
}

/// Whether a character changes the direction of what follows: shown raw, it can make text read as another.
#[must_use]
pub fn is_bidi_control(c: char) -> bool {
    matches!(c, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn is_hidden(c: char) -> bool {
    c.is_control() || is_bidi_control(c) || matches!(c, '\u{2028}' | '\u{2029}')
}

fn show(c: char, line_break: &str, out: &mut String) {
    match c {
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => out.push_str(line_break),
        '\t' => out.push_str(TAB),
        '\0'..='\x1f' => out.extend(char::from_u32(0x2400 + u32::from(c))),
        '\x7f' => out.push('␡'),
        // Writing to a string cannot fail.
        _ if is_hidden(c) => drop(write!(out, "\\u{{{:x}}}", u32::from(c))),
        _ => out.push(c),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_text_is_borrowed() {
        assert!(matches!(visible("größer 😀 שלום"), Cow::Borrowed("größer 😀 שלום")));
    }

    #[test]
    fn controls_become_visible() {
        for (text, shown) in [
            ("\u{1b}[2J\u{7}", "␛[2J␇"),
            ("a\u{7f}\u{0}", "a␡␀"),
            ("\u{9b}31m", "\\u{9b}31m"),
            ("a\tb", "a    b"),
            ("one\r\ntwo\nthree\rfour\u{2028}", "one⏎two⏎three⏎four⏎"),
            ("\u{202e}evil\u{2069}", "\\u{202e}evil\\u{2069}"),
        ] {
            assert_eq!(visible(text), shown);
        }
    }

    #[test]
    fn lines_can_be_kept() {
        assert_eq!(visible_lines("a\r\nb\u{1b}", "\n"), "a\nb␛");
    }
}
