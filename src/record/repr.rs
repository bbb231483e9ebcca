//! Reading what Python prints of a dict, back to the JSON that it was parsed from.
//!
//! The literals are those that `repr` writes for parsed JSON: dicts with string keys, lists, tuples, strings, `True`,
//! `False`, `None`, and finite numbers. Anything else is no literal of JSON, and nothing is guessed. Numbers keep their
//! spelling, keys their order, and half a surrogate pair stays one as an escape.

mod string;

use serde::de::IgnoredAny;

use super::json::Broken;

/// A literal that was read.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Repr {
    /// Bytes that it takes.
    pub(super) length: usize,
    /// What it says, in JSON.
    pub(super) json: String,
}

/// Reads the dict that `text` starts with.
///
/// # Errors
/// Says where it stopped being the print of a dict, and whether it only ended too early. What was read until then is
/// given too, and is JSON that breaks off.
pub(super) fn read(text: &str) -> Result<Repr, (Broken, String)> {
    let mut reader =
        Reader { text, at: 0, json: String::with_capacity(text.len()), open: Vec::new(), expect: Expect::Value };
    loop {
        match reader.step() {
            Ok(()) if reader.open.is_empty() => return Ok(Repr { length: reader.at, json: reader.json }),
            Ok(()) => {}
            Err(stop) => return Err((Broken { read: reader.at, cut: stop == Stop::Cut }, reader.json)),
        }
    }
}

/// Why reading ended early.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Stop {
    /// The text is at its end.
    Cut,
    /// No print of a dict goes on so.
    Broken,
}

struct Reader<'a> {
    text: &'a str,
    at: usize,
    json: String,
    /// The brackets that are open, as those that close them.
    open: Vec<u8>,
    expect: Expect,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expect {
    KeyOrEnd,
    Key,
    Colon,
    Value,
    ValueOrEnd,
    CommaOrEnd,
}

impl Reader<'_> {
    /// Reads one bracket, mark, string or word.
    fn step(&mut self) -> Result<(), Stop> {
        let rest = self.text[self.at..].trim_ascii_start();
        self.at = self.text.len() - rest.len();
        match (*rest.as_bytes().first().ok_or(Stop::Cut)?, self.expect) {
            (b'{', _) => self.open(b'}', "{", Expect::KeyOrEnd),
            (b'[', _) => self.open(b']', "[", Expect::ValueOrEnd),
            (b'(', _) => self.open(b')', "[", Expect::ValueOrEnd),
            (byte @ (b'}' | b']' | b')'), _) => self.close(byte),
            (b',', Expect::CommaOrEnd) => {
                self.comma();
                Ok(())
            }
            (b':', Expect::Colon) => {
                self.mark(": ", Expect::Value);
                Ok(())
            }
            (b'"' | b'\'', _) => self.string(rest),
            _ => self.word(rest),
        }
    }

    fn mark(&mut self, json: &str, then: Expect) {
        self.json.push_str(json);
        self.expect = then;
        self.at += 1;
    }

    fn open(&mut self, closing: u8, json: &str, inside: Expect) -> Result<(), Stop> {
        if self.open.is_empty() && closing != b'}' {
            return Err(Stop::Broken);
        }
        if !self.open.is_empty() {
            self.value_may_stand_here()?;
        }
        self.open.push(closing);
        self.mark(json, inside);
        Ok(())
    }

    fn close(&mut self, closing: u8) -> Result<(), Stop> {
        let fits = matches!(self.expect, Expect::KeyOrEnd | Expect::ValueOrEnd | Expect::CommaOrEnd);
        if !fits || self.open.pop() != Some(closing) {
            return Err(Stop::Broken);
        }
        self.mark(if closing == b'}' { "}" } else { "]" }, Expect::CommaOrEnd);
        Ok(())
    }

    /// A tuple of one item is printed with a comma after it.
    fn comma(&mut self) {
        if self.open.last() == Some(&b')') && self.text[self.at + 1..].starts_with(')') {
            return self.mark("", Expect::CommaOrEnd);
        }
        let then = if self.open.last() == Some(&b'}') { Expect::Key } else { Expect::Value };
        self.mark(", ", then);
    }

    fn string(&mut self, rest: &str) -> Result<(), Stop> {
        self.expect = match self.expect {
            Expect::KeyOrEnd | Expect::Key => Expect::Colon,
            _ => {
                self.value_may_stand_here()?;
                Expect::CommaOrEnd
            }
        };
        self.at += string::read(rest, &mut self.json)?;
        Ok(())
    }

    fn word(&mut self, rest: &str) -> Result<(), Stop> {
        self.value_may_stand_here()?;
        let length = rest.find(|c: char| !c.is_ascii_alphanumeric() && !"+-.".contains(c));
        let word = &rest[..length.unwrap_or(rest.len())];
        let json = match word {
            _ if length.is_none() => return Err(Stop::Cut),
            "True" => "true",
            "False" => "false",
            "None" => "null",
            number if is_number(number) => number,
            _ => return Err(Stop::Broken),
        };
        self.json.push_str(json);
        self.expect = Expect::CommaOrEnd;
        self.at += word.len();
        Ok(())
    }

    fn value_may_stand_here(&self) -> Result<(), Stop> {
        let fits = matches!(self.expect, Expect::Value | Expect::ValueOrEnd) && !self.open.is_empty();
        fits.then_some(()).ok_or(Stop::Broken)
    }
}

/// Whether a word is a number as JSON spells it; `nan` and `inf` are none.
fn is_number(word: &str) -> bool {
    word.starts_with(|c: char| c == '-' || c.is_ascii_digit()) && serde_json::from_str::<IgnoredAny>(word).is_ok()
}

#[cfg(test)]
mod tests;
