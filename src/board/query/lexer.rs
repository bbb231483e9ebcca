//! Cuts a query into tokens, and decides what is a field and what is plain text.

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

use super::error::QueryError;
use super::field::Field;

/// A piece of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Token {
    Open,
    Close,
    And,
    Or,
    Not,
    /// `field:value`, the value without its quotes.
    Field(Field, String),
    /// Free text, without its quotes.
    Text(String),
}

/// A token and the bytes of the query that it was read from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Spanned {
    pub(super) token: Token,
    pub(super) span: Range<usize>,
}

/// Cuts `text` into tokens.
///
/// # Errors
/// A quote that is not closed or runs into a word, a field that is not known, and a field without a value.
pub(super) fn lex(text: &str) -> Result<Vec<Spanned>, QueryError> {
    let mut lexer = Lexer { text, chars: text.char_indices().peekable() };
    let mut tokens = Vec::new();
    while let Some(spanned) = lexer.next()? {
        tokens.push(spanned);
    }
    Ok(tokens)
}

struct Lexer<'a> {
    text: &'a str,
    chars: Peekable<CharIndices<'a>>,
}

impl Lexer<'_> {
    fn next(&mut self) -> Result<Option<Spanned>, QueryError> {
        while self.chars.next_if(|&(_, c)| c.is_whitespace()).is_some() {}
        let Some(&(start, first)) = self.chars.peek() else {
            return Ok(None);
        };
        let token = match first {
            '(' => self.single(Token::Open),
            ')' => self.single(Token::Close),
            '"' => Token::Text(self.quoted()?),
            _ => self.word(start)?,
        };
        Ok(Some(Spanned { token, span: start..self.position() }))
    }

    fn position(&mut self) -> usize {
        self.chars.peek().map_or(self.text.len(), |&(at, _)| at)
    }

    fn single(&mut self, token: Token) -> Token {
        self.chars.next();
        token
    }

    /// A keyword, a field with its value, or one word of free text.
    fn word(&mut self, start: usize) -> Result<Token, QueryError> {
        let mut colon = None;
        while let Some((at, c)) = self.chars.next_if(|&(_, c)| !ends_word(c)) {
            if c == ':' && colon.is_none() {
                colon = Some(at);
                if is_name(&self.text[start..at]) && self.chars.peek().is_some_and(|&(_, c)| c == '"') {
                    return self.quoted_value(start..at);
                }
            }
        }
        let end = self.position();
        match colon {
            Some(colon) => bare_field(self.text, start, colon, end),
            None => Ok(keyword(&self.text[start..end])),
        }
    }

    fn quoted_value(&mut self, name: Range<usize>) -> Result<Token, QueryError> {
        let field = known_field(self.text, &name)?;
        Ok(Token::Field(field, self.quoted()?))
    }

    /// The text between two quotes. `\"` and `\\` are escapes; elsewhere a backslash stands for itself, so
    /// that escapes copied out of JSON need no care.
    fn quoted(&mut self) -> Result<String, QueryError> {
        let start = self.position();
        self.chars.next();
        let mut value = String::new();
        while let Some((_, c)) = self.chars.next() {
            match c {
                '"' => return self.boundary().map(|()| value),
                '\\' => value.push(self.chars.next_if(|&(_, c)| matches!(c, '"' | '\\')).map_or('\\', |(_, c)| c)),
                _ => value.push(c),
            }
        }
        Err(QueryError::new(start..start + 1, "this quote is not closed"))
    }

    /// A closing quote must end its word: `"a"b` more likely lacks an escape or a space than means two texts.
    fn boundary(&mut self) -> Result<(), QueryError> {
        match self.chars.peek() {
            Some(&(at, c)) if !ends_word(c) => Err(QueryError::new(
                at..at + c.len_utf8(),
                "expected a space after the closing quote (a quote inside a text is written \\\")",
            )),
            _ => Ok(()),
        }
    }
}

fn ends_word(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')')
}

fn keyword(word: &str) -> Token {
    if word.eq_ignore_ascii_case("and") {
        Token::And
    } else if word.eq_ignore_ascii_case("or") {
        Token::Or
    } else if word.eq_ignore_ascii_case("not") {
        Token::Not
    } else {
        Token::Text(word.to_owned())
    }
}

/// Field names are ASCII letters only, so `11:24:43`, `index.js:14` and `invoice-render:live` are text.
fn is_name(name: &str) -> bool {
    !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphabetic())
}

/// A word with a colon: a field, unless it looks like text that happens to have one.
///
/// Text is what has no field's name in front (`11:24:43`), and after a name that is not a field's, what looks like
/// a copied piece of a log: `TypeError:`, `https://host`, `C:\x`, `std::io`, `arn:aws:lambda`.
fn bare_field(text: &str, start: usize, colon: usize, end: usize) -> Result<Token, QueryError> {
    let (name, value) = (&text[start..colon], &text[colon + 1..end]);
    let as_text = || Ok(Token::Text(text[start..end].to_owned()));
    if !is_name(name) {
        return as_text();
    }
    if Field::from_name(name).is_none() && (value.is_empty() || value.starts_with(['/', '\\']) || value.contains(':')) {
        return as_text();
    }
    let field = known_field(text, &(start..colon))?;
    if value.is_empty() {
        let message = format!("expected {} after `{}:`", field.expects(), field.name());
        return Err(QueryError::new(end..end, message));
    }
    Ok(Token::Field(field, value.to_owned()))
}

fn known_field(text: &str, name: &Range<usize>) -> Result<Field, QueryError> {
    let written = &text[name.clone()];
    Field::from_name(written).ok_or_else(|| QueryError::new(name.clone(), Field::unknown(written)))
}
