//! Reads the tokens of a query by precedence: `not` binds tightest, then `and` (also unwritten), then `or`.

use std::ops::Range;

use super::error::QueryError;
use super::expr::Expr;
use super::lexer::{Spanned, Token, lex};
use super::term::Term;

/// Parentheses and `not`s inside each other; more would only test the stack.
const DEEPEST: usize = 64;

/// Reads a whole query; an empty one matches everything.
pub(super) fn parse(text: &str) -> Result<Expr, QueryError> {
    let tokens = lex(text)?;
    if tokens.is_empty() {
        return Ok(Expr::everything());
    }
    let mut parser = Parser { tokens: &tokens, end: text.len(), depth: 0 };
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
        let Some(Spanned { token, span }) = self.take() else {
            return Err(expected_term(end..end, place));
        };
        let span = span.clone();
        match token {
            Token::Text(text) => Ok(Expr::Term(Term::text(text))),
            Token::Field(field, value) => {
                Term::field(*field, value).map(Expr::Term).map_err(|message| QueryError::new(span, message))
            }
            Token::Not => self.deeper(&span, |parser| Ok(Expr::not(parser.one("after `not`")?))),
            Token::Open => self.deeper(&span, |parser| parser.group(&span)),
            Token::Close | Token::And | Token::Or => Err(expected_term(span, place)),
        }
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

fn expected_term(span: Range<usize>, place: &str) -> QueryError {
    QueryError::new(span, format!("expected a field or a text {place}"))
}
