//! Cuts a query into tokens, and decides what is a field and what is plain text.

use std::iter::Peekable;
use std::ops::Range;
use std::str::CharIndices;

use super::compare::Op;
use super::error::QueryError;
use super::field::Field;
use super::jq::Jq;
use super::path::{Literal, PathTest, Root, Step, Test, is_key_char};
use super::pattern::{self, Pattern};
use super::term::Term;

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
    /// A term that cannot be mistaken for another: a path, a pattern, an expression, a comparison.
    Term(Term),
    /// `@name`, a filter of the configuration.
    Named(String),
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
/// A quote that is not closed or runs into a word, a field that is not known, a field without a value, and whatever is
/// wrong inside a path, a pattern or an expression.
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
            _ => self.special(start)?.map_or_else(|| self.word(start), Ok)?,
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

    /// What is known by how it begins: `/pattern/`, `@name`, a payload path, a field with a comparison, `jq:'…'`.
    fn special(&mut self, start: usize) -> Result<Option<Token>, QueryError> {
        let rest = &self.text[start..];
        if rest.starts_with('/') {
            return self.pattern(start);
        }
        if let Some(name) = rest.strip_prefix('@') {
            return Ok(self.named(name));
        }
        if let Some(root) = path_root(rest) {
            return self.path(start, root).map(Some);
        }
        match compared_field(rest) {
            Some((field, op, length)) => self.comparison(field, op, start, length).map(Some),
            None if starts_any_case(rest, "jq:'") => self.expression(start).map(Some),
            None => Ok(None),
        }
    }

    fn pattern(&mut self, start: usize) -> Result<Option<Token>, QueryError> {
        let Some((written, length)) = pattern::delimited(&self.text[start..]) else { return Ok(None) };
        self.skip_to(start + length);
        let pattern = Pattern::new(&written).map_err(|message| QueryError::new(start..start + length, message))?;
        Ok(Some(Token::Term(Term::Pattern(pattern))))
    }

    fn named(&mut self, name: &str) -> Option<Token> {
        let length = name.find(|c: char| !(c.is_alphanumeric() || matches!(c, '_' | '-'))).unwrap_or(name.len());
        if length == 0 || !name[length..].chars().next().is_none_or(ends_word) {
            return None;
        }
        let end = self.text.len() - name.len() + length;
        self.skip_to(end);
        Some(Token::Named(name[..length].to_owned()))
    }

    fn comparison(&mut self, field: Field, op: Op, start: usize, length: usize) -> Result<Token, QueryError> {
        let value = start + length;
        self.skip_to(value);
        let end = self.end_of_word();
        if value == end {
            return Err(QueryError::new(end..end, format!("expected {}", field.expects())));
        }
        let term = Term::compared(field, Some(op), &self.text[value..end]);
        term.map(Token::Term).map_err(|message| QueryError::new(start..end, message))
    }

    /// `jq:'…'`; nothing is escaped between single quotes.
    fn expression(&mut self, start: usize) -> Result<Token, QueryError> {
        let inside = start + "jq:'".len();
        let Some(length) = self.text[inside..].find('\'') else {
            return Err(QueryError::new(inside - 1..inside, "this quote is not closed"));
        };
        self.skip_to(inside + length + 1);
        self.boundary()?;
        jq(&self.text[inside..inside + length], inside)
    }

    /// `request.order.items[0].sku="x"`.
    fn path(&mut self, start: usize, root: Root) -> Result<Token, QueryError> {
        self.skip_to(start + root.as_str().len());
        let steps = self.steps()?;
        let test = self.test()?;
        if steps.is_empty() && test == Test::Exists {
            // The word alone, which `path_root` has not let through.
            return Ok(Token::Text(root.as_str().to_owned()));
        }
        Ok(Token::Term(Term::Path(Box::new(PathTest { root, steps, test }))))
    }

    fn steps(&mut self) -> Result<Vec<Step>, QueryError> {
        let mut steps = Vec::new();
        loop {
            let at = self.position();
            if self.chars.next_if(|&(_, c)| c == '.').is_some() {
                steps.push(self.key()?);
            } else if self.chars.next_if(|&(_, c)| c == '[').is_some() {
                steps.push(self.index(at)?);
            } else {
                return Ok(steps);
            }
        }
    }

    fn key(&mut self) -> Result<Step, QueryError> {
        if self.chars.peek().is_some_and(|&(_, c)| c == '"') {
            return self.unbounded_quoted().map(Step::Key);
        }
        let start = self.position();
        while self.chars.next_if(|&(_, c)| is_key_char(c)).is_some() {}
        let end = self.position();
        if start == end {
            return Err(QueryError::new(end..end, "expected a key after `.`, in quotes when it has odd characters"));
        }
        Ok(Step::Key(self.text[start..end].to_owned()))
    }

    fn index(&mut self, open: usize) -> Result<Step, QueryError> {
        let start = self.position();
        while self.chars.next_if(|&(_, c)| c.is_ascii_digit()).is_some() {}
        let end = self.position();
        if self.chars.next_if(|&(_, c)| c == ']').is_none() {
            return Err(QueryError::new(open..end, "expected [0] for one item or [] for any"));
        }
        Ok(self.text[start..end].parse().map_or(Step::Each, Step::Index))
    }

    fn test(&mut self) -> Result<Test, QueryError> {
        let at = self.position();
        let rest = &self.text[at..];
        let (negated, fits) = (rest.starts_with("!~"), rest.starts_with('~'));
        if negated || fits {
            self.skip_to(at + 1 + usize::from(negated));
            let pattern = self.value(at)?.1;
            let pattern = Pattern::new(&pattern).map_err(|message| QueryError::new(at..self.position(), message))?;
            return Ok(if negated { Test::FitsNot(pattern) } else { Test::Fits(pattern) });
        }
        if let Some(op) = Op::at_start_of(rest) {
            self.skip_to(at + op.as_str().len());
            let (quoted, value) = self.value(at)?;
            let literal = if quoted { Literal::Text(value) } else { Literal::bare(&value) };
            return Ok(Test::Compare(op, literal));
        }
        match rest.chars().next() {
            Some(c) if !ends_word(c) => {
                let message = "expected `.key`, `[0]`, `[]`, or one of = != ~ !~ < <= > >= with a value";
                Err(QueryError::new(at..at + c.len_utf8(), message))
            }
            _ => Ok(Test::Exists),
        }
    }

    /// What a path is compared with, and whether it stood in quotes.
    fn value(&mut self, operator: usize) -> Result<(bool, String), QueryError> {
        if self.chars.peek().is_some_and(|&(_, c)| c == '"') {
            return Ok((true, self.quoted()?));
        }
        let start = self.position();
        let end = self.end_of_word();
        if start == end {
            let written = &self.text[operator..end];
            return Err(QueryError::new(end..end, format!("expected a value after `{written}`")));
        }
        Ok((false, self.text[start..end].to_owned()))
    }

    fn skip_to(&mut self, end: usize) {
        while self.chars.next_if(|&(at, _)| at < end).is_some() {}
    }

    fn end_of_word(&mut self) -> usize {
        while self.chars.next_if(|&(_, c)| !ends_word(c)).is_some() {}
        self.position()
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
        let inside = self.position() + 1;
        let value = self.quoted()?;
        if field != Field::Jq {
            return Ok(Token::Field(field, value));
        }
        let end = self.position().saturating_sub(1);
        let is_as_written = self.text.get(inside..end) == Some(value.as_str());
        // Behind an escape the places of the expression are not those of the query.
        jq(&value, inside)
            .map_err(|error| if is_as_written { error } else { QueryError::new(inside..end, error.message) })
    }

    /// The text between two quotes. `\"` and `\\` are escapes; elsewhere a backslash stands for itself, so
    /// that escapes copied out of JSON need no care.
    fn quoted(&mut self) -> Result<String, QueryError> {
        let value = self.unbounded_quoted()?;
        self.boundary().map(|()| value)
    }

    fn unbounded_quoted(&mut self) -> Result<String, QueryError> {
        let start = self.position();
        self.chars.next();
        let mut value = String::new();
        while let Some((_, c)) = self.chars.next() {
            match c {
                '"' => return Ok(value),
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

/// The payload that a word begins to name; the word alone is a text.
fn path_root(rest: &str) -> Option<Root> {
    Root::ALL.into_iter().find(|root| {
        let after = rest.strip_prefix(root.as_str()).and_then(|after| after.chars().next());
        after.is_some_and(|c| matches!(c, '.' | '[' | '=' | '!' | '~' | '<' | '>'))
    })
}

/// `count>=`, `age:<`, `time:`: a field that is compared, how, and the length of both.
fn compared_field(rest: &str) -> Option<(Field, Op, usize)> {
    let name = rest.bytes().take_while(u8::is_ascii_alphabetic).count();
    let field = Field::from_name(&rest[..name]).filter(|field| field.is_compared())?;
    let colon = usize::from(rest[name..].starts_with(':'));
    let op = Op::at_start_of(&rest[name + colon..])?;
    Some((field, op, name + colon + op.as_str().len()))
}

fn starts_any_case(text: &str, prefix: &str) -> bool {
    text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix))
}

/// The expression's own error lies `inside` the query.
fn jq(written: &str, inside: usize) -> Result<Token, QueryError> {
    Jq::new(written)
        .map(|jq| Token::Term(Term::Jq(jq)))
        .map_err(|flaw| QueryError::new(inside + flaw.at.start..inside + flaw.at.end, flaw.message))
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
    if field == Field::Jq {
        return jq(value, colon + 1);
    }
    Ok(Token::Field(field, value.to_owned()))
}

fn known_field(text: &str, name: &Range<usize>) -> Result<Field, QueryError> {
    let written = &text[name.clone()];
    Field::from_name(written).ok_or_else(|| QueryError::new(name.clone(), Field::unknown(written)))
}
