//! Objects that an assignment leads through and that are missing: jq makes them, and jaq leaves that to its filters.

use jaq_core::load::lex::{Lexer, Tok, Token};
use jaq_core::load::span;
use jaq_core::native::{self, Fun};
use jaq_core::{Exn, Native};
use jaq_json::Val;

use super::Data;

/// What a path is wrapped in on the left of an assignment, by its definition.
pub(super) const DEFINITION: &str = "def there(f): f | object_there;";

/// Parts of the longest path that is led through what is missing.
const MOST: usize = 64;
/// Words after which a path begins, rather than going on from what they name.
const BEFORE_PATHS: [&str; 8] = ["if", "then", "elif", "else", "and", "or", "try", "catch"];

/// The filter that is its input; null is an object without entries where something is assigned through it.
pub(super) fn function() -> Fun<Data> {
    let there = Native::new(|cv| native::bome(Ok(cv.1)))
        .with_paths(|cv| Box::new(std::iter::once(Ok(cv.1))))
        .with_update(|cv, update| match made(cv.1) {
            Ok(value) => update(value),
            Err(error) => Box::new(std::iter::once(Err(error))),
        });
    ("object_there", native::v(0), there)
}

fn made(value: Val) -> Result<Val, Exn<'static, Val>> {
    match value {
        Val::Null => Ok(<Val as jaq_core::ValT>::from_map([])?),
        there => Ok(there),
    }
}

/// The expression where what it assigns to may be missing; `None` when it assigns to no path.
pub(super) fn leading_through(written: &str) -> Option<String> {
    let tokens = Lexer::new(written).lex().ok()?;
    let mut marks = Vec::new();
    mark(written, &tokens, &mut marks);
    marks.sort_by_key(|(at, _)| *at);
    let (mut text, mut end) = (String::new(), 0);
    for (at, mark) in &marks {
        text += written.get(end..*at)?;
        text += mark;
        end = *at;
    }
    text += written.get(end..)?;
    (!marks.is_empty()).then_some(text)
}

/// Collects what is written in, and before which byte.
fn mark(written: &str, tokens: &[Token<&str>], marks: &mut Vec<(usize, String)>) {
    for (at, Token(_, kind)) in tokens.iter().enumerate() {
        match kind {
            Tok::Block(inside) => mark(written, inside, marks),
            Tok::Sym if assigns(tokens[at].0) => {
                let path = path_before(&tokens[..at]);
                marks.extend(path.into_iter().flat_map(|path| wrapped(written, path)));
            }
            _ => {}
        }
    }
}

fn assigns(symbol: &str) -> bool {
    symbol.ends_with('=') && !["==", "!=", "<=", ">="].contains(&symbol)
}

/// The path that the tokens end with, when it begins at the value itself.
fn path_before<'a, 't>(tokens: &'t [Token<&'a str>]) -> Option<&'t [Token<&'a str>]> {
    let parts = tokens.iter().rev().take_while(|token| is_part(token)).count();
    let (before, path) = tokens.split_at(tokens.len() - parts);
    let begins = path.first().is_some_and(|Token(text, kind)| matches!(kind, Tok::Sym) && text.starts_with('.'));
    let apart = before.last().is_none_or(|Token(text, kind)| match kind {
        Tok::Sym => !text.starts_with('.'),
        Tok::Word => BEFORE_PATHS.contains(text),
        _ => false,
    });
    (begins && apart).then_some(path)
}

/// Whether it can be a part of a path: `.name`, `."a name"`, `[…]`, `?`.
fn is_part(Token(text, kind): &Token<&str>) -> bool {
    match kind {
        Tok::Sym => *text == "?" || text.starts_with('.') && *text != "..",
        Tok::Str(_) => true,
        Tok::Block(_) => text.starts_with('['),
        _ => false,
    }
}

/// Wraps everything before each name in the path: `.a.b` becomes `there(there(.).a).b`.
fn wrapped(written: &str, path: &[Token<&str>]) -> Vec<(usize, String)> {
    let place = |token: &Token<&str>| span(written, token.0).start;
    let is_name = |at: &usize| {
        let is_string = path.get(at + 1).is_some_and(|Token(_, kind)| matches!(kind, Tok::Str(_)));
        let text = path[*at].0;
        text.starts_with('.') && (text.len() > 1 || is_string)
    };
    let ends: Vec<_> = (1..path.len()).filter(is_name).collect();
    if ends.len() > MOST {
        return Vec::new();
    }
    let root = if is_name(&0) { "there(.)" } else { "" };
    let start = format!("{}{root}", "there(".repeat(ends.len()));
    let closing = ends.into_iter().map(|at| (place(&path[at]), ")".to_owned()));
    std::iter::once((place(&path[0]), start)).chain(closing).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_assigned_to_is_wrapped() {
        for (written, expected) in [
            (".a = 1", Some("there(.).a = 1")),
            (".a.b.c |= . + 1", Some("there(there(there(.).a).b).c |= . + 1")),
            (r#".x | ."a b"."c" //= 2"#, Some(r#".x | there(there(.)."a b")."c" //= 2"#)),
            (".items[].a.b = 1", Some("there(there(there(.).items[]).a).b = 1")),
            ("[if .a then .b.c = 1 else .d end]", Some("[if .a then there(there(.).b).c = 1 else .d end]")),
            (r#".["x"].y = .a.b"#, Some(r#"there(.["x"]).y = .a.b"#)),
            (".a.b == 1 and .c.d <= 2", None),
            ("$x.a = 1", None),
            ("first.a.b = 1", None),
        ] {
            assert_eq!(leading_through(written).as_deref(), expected, "{written}");
        }
    }
}
