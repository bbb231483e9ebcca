//! Following the brackets and strings of one printed object over the pieces that it was cut into.
//!
//! JSON and the print of a Python dict are told from other text by their punctuation alone: what a word or a string
//! says is left to the readers of the whole. JSON in a string of a string is followed too; its first quote tells
//! below how many layers of escapes it stands.

/// Brackets that may be open at once; no writer nests like this, and memory is kept for each.
const DEEPEST: usize = 1 << 20;

/// How far an object got with a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::record) enum Scan {
    /// It goes on in the next piece.
    Open,
    /// Its last bracket stands before this byte of the text.
    Closed(usize),
    /// This byte cannot belong to it.
    Broken(usize),
}

/// An object that is read piece by piece, each byte once.
#[derive(Debug)]
pub(in crate::record) struct Scanner {
    brackets: Vec<u8>,
    expect: Expect,
    token: Token,
    layers: Option<u32>,
    backslashes: usize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    KeyOrEnd,
    Colon,
    Value,
    ValueOrEnd,
    CommaOrEnd,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Token {
    None,
    Word,
    /// A string, and the quote that ends it.
    String(u8),
}

/// What a byte did; `None` when it must not stand where it stands.
type Step = Option<Goes>;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Goes {
    On,
    Closed,
}

impl Scanner {
    /// Waits for the brace that opens the object.
    pub(in crate::record) fn new() -> Self {
        Self { brackets: Vec::new(), expect: Expect::Value, token: Token::None, layers: None, backslashes: 0 }
    }

    /// Whether a string is open: its own, one around it, or an escape of that.
    pub(super) fn is_in_string(&self) -> bool {
        matches!(self.token, Token::String(_)) || self.layers > Some(0) || self.backslashes > 0
    }

    /// Whether the last byte belonged to a number or a literal, and `next` would too.
    pub(super) fn is_in_word(&self, next: Option<u8>) -> bool {
        self.token == Token::Word && next.is_some_and(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    }

    /// Reads on.
    pub(in crate::record) fn feed(&mut self, text: &str) -> Scan {
        let bytes = text.as_bytes();
        let mut at = 0;
        while at < bytes.len() {
            if let (Token::String(quote), 0) = (self.token, self.backslashes) {
                match memchr::memchr3(quote, b'\\', b'\n', &bytes[at..]) {
                    Some(offset) => at += offset,
                    None => return Scan::Open,
                }
            }
            at += 1;
            match self.byte(bytes[at - 1]) {
                Some(Goes::On) => {}
                Some(Goes::Closed) => return Scan::Closed(at),
                None => return Scan::Broken(at - 1),
            }
        }
        Scan::Open
    }

    fn byte(&mut self, byte: u8) -> Step {
        if byte == b'\\' {
            self.backslashes += 1;
            return Some(Goes::On);
        }
        let backslashes = std::mem::take(&mut self.backslashes);
        match (byte, self.token) {
            (b'"' | b'\'', _) => self.quote(byte, backslashes),
            // No writer leaves a line break as it is in a string.
            (b'\n', Token::String(_)) => None,
            (_, Token::String(_)) => Some(Goes::On),
            (b'n' | b'r' | b't', _) if backslashes > 0 => self.space(),
            _ if backslashes > 0 => None,
            _ => self.punctuation(byte),
        }
    }

    fn quote(&mut self, quote: u8, backslashes: usize) -> Step {
        let layers = self.layers(backslashes)?;
        match self.token {
            Token::String(open) if open != quote => return Some(Goes::On),
            Token::String(_) => {}
            _ if quote == b'\'' && layers > 0 => return None,
            _ => {}
        }
        let mut own = backslashes;
        for _ in 0..layers {
            // An even number ends the string around the object.
            own = (own % 2 == 1).then_some((own.saturating_sub(1)) / 2)?;
        }
        match self.token {
            Token::String(_) if own.is_multiple_of(2) => self.token = Token::None,
            Token::String(_) => {}
            _ if own > 0 => return None,
            _ => {
                self.expect = match self.expect {
                    Expect::KeyOrEnd => Expect::Colon,
                    Expect::Value | Expect::ValueOrEnd if !self.brackets.is_empty() => Expect::CommaOrEnd,
                    _ => return None,
                };
                self.token = Token::String(quote);
            }
        }
        Some(Goes::On)
    }

    /// How many layers of escapes lie over the object: its first quote has 2ⁿ - 1 backslashes below n layers.
    fn layers(&mut self, backslashes: usize) -> Option<u32> {
        if self.layers.is_none() {
            self.layers = (backslashes + 1).is_power_of_two().then_some((backslashes + 1).trailing_zeros());
        }
        self.layers
    }

    fn punctuation(&mut self, byte: u8) -> Step {
        match byte {
            b'{' => self.open(b'}', Expect::KeyOrEnd),
            b'[' => self.open(b']', Expect::ValueOrEnd),
            b'(' => self.open(b')', Expect::ValueOrEnd),
            b'}' | b']' | b')' => self.close(byte),
            b',' => self.comma(),
            b':' if self.expect == Expect::Colon => {
                self.expect = Expect::Value;
                Some(Goes::On)
            }
            b':' | b'=' => None,
            b' ' | b'\n' | b'\r' | b'\t' => self.space(),
            _ => self.word(),
        }
    }

    fn open(&mut self, closing: u8, inside: Expect) -> Step {
        let fits = matches!(self.expect, Expect::Value | Expect::ValueOrEnd)
            && (closing == b'}' || !self.brackets.is_empty())
            && self.brackets.len() < DEEPEST;
        self.brackets.push(closing);
        self.expect = inside;
        fits.then_some(Goes::On)
    }

    fn close(&mut self, closing: u8) -> Step {
        let fits = !matches!(self.expect, Expect::Value | Expect::Colon) && self.brackets.pop() == Some(closing);
        self.token = Token::None;
        self.expect = Expect::CommaOrEnd;
        let goes = if self.brackets.is_empty() { Goes::Closed } else { Goes::On };
        fits.then_some(goes)
    }

    fn comma(&mut self) -> Step {
        let fits = self.expect == Expect::CommaOrEnd;
        self.token = Token::None;
        self.expect = if self.brackets.last() == Some(&b'}') { Expect::KeyOrEnd } else { Expect::ValueOrEnd };
        fits.then_some(Goes::On)
    }

    /// White space goes on with any object, but ends a word.
    fn space(&mut self) -> Step {
        self.token = Token::None;
        (self.expect != Expect::Value || !self.brackets.is_empty()).then_some(Goes::On)
    }

    fn word(&mut self) -> Step {
        let goes_on = self.token == Token::Word;
        let begins = matches!(self.expect, Expect::Value | Expect::ValueOrEnd) && !self.brackets.is_empty();
        self.token = Token::Word;
        self.expect = Expect::CommaOrEnd;
        (goes_on || begins).then_some(Goes::On)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &[&str] = &[
        r#"{"a":1,"b":[true,null,-1.0e+5,{}],"c":"x\"y\\","d":{"e":[]}}"#,
        "{ \"a\" :\n [ 1 , 2 ] }",
        r#"{'a': "it's", 'b': (1,), 'c': 'say "hi" \'x\' \\', 'd': ()}"#,
        r#"{\"a\":\"b\\\"c\\\\\",\n\"d\":[1]}"#,
        r#"{\\\"a\\\":\\\"b\\\\\\\"c\\\",\\n\\\"d\\\":1}"#,
        "{}",
    ];

    #[test]
    fn an_object_ends_with_its_brace_however_it_is_cut() {
        for text in WHOLE {
            for cut in (0..text.len()).filter(|&cut| text.is_char_boundary(cut)) {
                let mut scanner = Scanner::new();
                assert_eq!(scanner.feed(&text[..cut]), Scan::Open, "{text} at {cut}");
                assert_eq!(scanner.feed(&format!("{} }}", &text[cut..])), Scan::Closed(text.len() - cut), "{text}");
            }
        }
    }

    #[test]
    fn what_no_writer_prints_is_broken() {
        for text in [
            "[1]",
            "x",
            "{{",
            "{a:1}",
            "{\"a\" \"b\"}",
            "{\"a\"=>1}",
            "{\"a\":1 2}",
            "{\"a\":[1}",
            "{\"a\":1]",
            "{\"a\":}",
            "{\"a\n",
            "{,",
            "{\"a {\"version\":1}",
            "{\"a\":b'x'}",
            "{\"a\":f(",
            "{\"a\":\\\"b",
            "{\\\\\"",
        ] {
            assert!(matches!(Scanner::new().feed(text), Scan::Broken(_)), "{text}");
        }
        assert!(matches!(Scanner::new().feed(&"{\"a\":".repeat(DEEPEST + 1)), Scan::Broken(_)));
    }
}
