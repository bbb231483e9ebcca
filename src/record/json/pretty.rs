//! Laying JSON text out over lines.

use super::tokens::{TokenKind, tokens};

/// Levels that are indented further than the one above; deeper ones stay there, or 100 000 brackets would ask for gigabytes.
const DEEPEST_INDENT: usize = 100;

/// Lays JSON text out with two spaces a level; keys stay in order and numbers keep their spelling.
///
/// Text that is not JSON is laid out as far as it goes.
#[must_use]
pub fn pretty(text: &str) -> String {
    let mut layout = Layout { out: String::with_capacity(text.len() * 2), depth: 0, last: Last::Start };
    for (kind, range) in tokens(text).filter(|(kind, _)| *kind != TokenKind::Space) {
        layout.add(kind, &text[range]);
    }
    layout.out
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Last {
    Start,
    Open,
    Comma,
    Other,
    Word,
}

struct Layout {
    out: String,
    depth: usize,
    last: Last,
}

impl Layout {
    fn add(&mut self, kind: TokenKind, piece: &str) {
        match (kind, piece) {
            (TokenKind::Punctuation, "}" | "]") => self.close(piece),
            (TokenKind::Punctuation, ",") => self.put(piece, Last::Comma),
            (TokenKind::Punctuation, ":") => self.put(": ", Last::Other),
            (TokenKind::Punctuation, _) => {
                self.separate(false);
                self.depth += 1;
                self.put(piece, Last::Open);
            }
            _ => {
                self.separate(true);
                self.put(piece, Last::Word);
            }
        }
    }

    fn close(&mut self, piece: &str) {
        self.depth = self.depth.saturating_sub(1);
        if self.last != Last::Open {
            self.new_line();
        }
        self.put(piece, Last::Other);
    }

    /// Starts a line where one is due, and keeps two words that only white space held apart from growing together.
    fn separate(&mut self, word: bool) {
        match self.last {
            Last::Open | Last::Comma => self.new_line(),
            Last::Word if word => self.out.push(' '),
            Last::Start | Last::Other | Last::Word => {}
        }
    }

    fn new_line(&mut self) {
        self.out.push('\n');
        for _ in 0..self.depth.min(DEEPEST_INDENT) {
            self.out.push_str("  ");
        }
    }

    fn put(&mut self, piece: &str, last: Last) {
        self.out.push_str(piece);
        self.last = last;
    }
}

#[cfg(test)]
mod tests {
    use super::pretty;

    #[test]
    fn numbers_and_order_stay() {
        assert_eq!(
            pretty(r#"{"b":1e400,"a":[9007199254740993,1.0,{}],"c":[]}"#),
            "{\n  \"b\": 1e400,\n  \"a\": [\n    9007199254740993,\n    1.0,\n    {}\n  ],\n  \"c\": []\n}"
        );
    }

    #[test]
    fn scalars_stay_as_they_are() {
        for text in ["null", "\"a  b\"", "12", ""] {
            assert_eq!(pretty(text), text);
        }
    }

    #[test]
    fn what_is_not_json_is_laid_out_too() {
        assert_eq!(pretty("1 2 ]] \"a\" \"b"), "1 2\n]\n]\"a\" \"b");
    }

    #[test]
    fn deep_nesting_stays_small() {
        assert!(pretty(&"[".repeat(100_000)).len() < 25_000_000);
    }
}
