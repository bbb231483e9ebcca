//! Reads the tokens of a query by precedence: `not` binds tightest, then `and` (also unwritten), then `or`.

use std::ops::Range;

use super::Names;
use super::error::QueryError;
use super::expr::Expr;
use super::lexer::{Spanned, Token, lex};
use super::term::Term;

/// Parentheses and `not`s inside each other; more would only test the stack.
const DEEPEST: usize = 64;

/// Named filters inside named filters; more would only go in circles.
const DEEPEST_NAME: usize = 8;

/// Reads a whole query; an empty one matches everything. `names` are the filters that `@name` stands for.
pub(super) fn parse(text: &str, names: &Names) -> Result<Expr, QueryError> {
    read(text, names, 0)
}

fn read(text: &str, names: &Names, depth_of_names: usize) -> Result<Expr, QueryError> {
    let tokens = lex(text)?;
    if tokens.is_empty() {
        return Ok(Expr::everything());
    }
    let mut parser = Parser { tokens: &tokens, end: text.len(), depth: 0, names, named: depth_of_names };
    let expr = parser.any_of("at the start")?;
    match parser.tokens.first() {
        None => Ok(expr),
        Some(rest) => Err(QueryError::new(rest.span.clone(), "this parenthesis closes nothing")),
    }
}

struct Parser<'a> {
    tokens: &'a [Spanned],
    /// Length of the query, where what is missing is missing.
    end: usize,
    depth: usize,
    names: &'a Names,
    /// How many named filters this text lies in.
    named: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<&Token> {
        self.tokens.first().map(|spanned| &spanned.token)
    }

    fn take(&mut self) -> Option<&Spanned> {
        let (first, rest) = self.tokens.split_first()?;
        self.tokens = rest;
        Some(first)
    }

    fn take_if(&mut self, token: &Token) -> bool {
        let is_next = self.peek() == Some(token);
        if is_next {
            self.take();
        }
        is_next
    }

    fn any_of(&mut self, place: &str) -> Result<Expr, QueryError> {
        let mut parts = vec![self.all_of(place)?];
        while self.take_if(&Token::Or) {
            parts.push(self.all_of("after `or`")?);
        }
        Ok(Expr::any(parts))
    }

    fn all_of(&mut self, place: &str) -> Result<Expr, QueryError> {
        let mut parts = vec![self.one(place)?];
        loop {
            if self.take_if(&Token::And) {
                parts.push(self.one("after `and`")?);
            } else if matches!(self.peek(), None | Some(Token::Or | Token::Close)) {
                return Ok(Expr::all(parts));
            } else {
                parts.push(self.one("after `and`")?);
            }
        }
    }

    /// One term, negated term or group; `place` says where it is missing, for the error.
    fn one(&mut self, place: &str) -> Result<Expr, QueryError> {
        let end = self.end;
        let Some(Spanned { token, span }) = self.take().cloned() else {
            return Err(expected_term(end..end, place));
        };
        match token {
            Token::Text(text) => Ok(Expr::Term(Term::text(&text))),
            Token::Field(field, value) => {
                Term::field(field, &value).map(Expr::Term).map_err(|message| QueryError::new(span, message))
            }
            Token::Term(term) => Ok(Expr::Term(term)),
            Token::Named(name) => self.named(&name, &span),
            Token::Not => self.deeper(&span, |parser| Ok(Expr::not(parser.one("after `not`")?))),
            Token::Open => self.deeper(&span, |parser| parser.group(&span)),
            Token::Close | Token::And | Token::Or => Err(expected_term(span, place)),
        }
    }

    fn named(&self, name: &str, span: &Range<usize>) -> Result<Expr, QueryError> {
        let fault = |message: String| QueryError::new(span.clone(), message);
        let Some(text) = self.names.get(name) else {
            return Err(fault(unknown_name(name, self.names)));
        };
        if self.named == DEEPEST_NAME {
            return Err(fault(format!("the filter @{name} of the configuration contains itself")));
        }
        read(text, self.names, self.named + 1)
            .map_err(|error| fault(format!("the filter @{name} of the configuration is wrong: {error}")))
    }

    fn group(&mut self, open: &Range<usize>) -> Result<Expr, QueryError> {
        let inside = self.any_of("after `(`")?;
        if self.take_if(&Token::Close) {
            return Ok(inside);
        }
        Err(QueryError::new(open.clone(), "this parenthesis is not closed"))
    }

    fn deeper(
        &mut self,
        span: &Range<usize>,
        read: impl FnOnce(&mut Self) -> Result<Expr, QueryError>,
    ) -> Result<Expr, QueryError> {
        if self.depth == DEEPEST {
            return Err(QueryError::new(span.clone(), "nested too deeply"));
        }
        self.depth += 1;
        let expr = read(self);
        self.depth -= 1;
        expr
    }
}

fn unknown_name(name: &str, names: &Names) -> String {
    let known: Vec<_> = names.keys().map(|name| format!("@{name}")).collect();
    let known = match nearest_name(name, names) {
        Some(near) => format!("did you mean @{near}? Quotes make it text"),
        None if known.is_empty() => "none are configured, and quotes make it text".to_owned(),
        None => format!("there are {}, and quotes make it text", known.join(", ")),
    };
    format!("no filter is called @{name}; {known}")
}

/// The name that differs least from what was asked for, when that may be a slip of the hand.
fn nearest_name<'a>(asked: &str, names: &'a Names) -> Option<&'a str> {
    let edits = |name: &str| strsim::damerau_levenshtein(&asked.to_lowercase(), &name.to_lowercase());
    let most = asked.chars().count() / 3;
    names
        .keys()
        .map(|name| (edits(name), name.as_str()))
        .filter(|(edits, _)| *edits <= most)
        .min()
        .map(|(_, name)| name)
}

fn expected_term(span: Range<usize>, place: &str) -> QueryError {
    QueryError::new(span, format!("expected a field or a text {place}"))
}
