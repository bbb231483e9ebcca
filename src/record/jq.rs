//! jq's language, run by jaq within bounds: an expression neither reaches out of itself, ends the program, nor runs for
//! ever, and neither its own nesting nor that of its input overflows the stack.
//!
//! The definitions that can loop are ours and count their rounds, and an expression defines none of its own: nothing
//! could bound one that calls itself.

mod paths;
mod room;

use std::cell::Cell;
use std::ops::Range;

use jaq_core::load::lex::{Expect, Lexer, StrPart, Tok, Token};
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::native::{self, Fun};
use jaq_core::{Compiler, Ctx, Error, Vars, data, unwrap_valr};
use jaq_json::{Val, read};

use super::json;
pub use room::with_room;

type Data = data::JustLut<Val>;

/// Bytes of the longest expression.
const LONGEST: usize = 16 * 1024;
/// Arrays and objects in each other that an input may have, as in jq.
const DEEPEST: usize = 10_000;

/// Filters that reach out of an expression: to the environment, where credentials lie, and to the program's own end.
const REACH_OUT: [&str; 2] = ["env", "halt"];

/// jq's loops with every round counted, by their definitions in its manual.
const LOOPS: &str = r"
def repeat(f): def rec: counted_round | f, rec; rec;
def recurse(f): def rec: counted_round | ., (f | rec); rec;
def recurse: recurse(.[]?);
def recurse(f; cond): recurse(f | select(cond));
def while(cond; update): def rec: counted_round | if cond then ., (update | rec) else empty end; rec;
def until(cond; update): def rec: counted_round | if cond then . else update | rec end; rec;
def range($from; $to; $by): $from |
   if $by > 0 then while(.  < $to; . + $by)
 elif $by < 0 then while(.  > $to; . + $by)
 else              while(. != $to; . + $by) end;
def range($from; $to): range($from; $to; 1);
def range($to): range(0; $to; 1);
";

thread_local! {
    static LEFT: Cell<u32> = const { Cell::new(0) };
}

/// An expression that was compiled.
pub struct Expression {
    filter: jaq_core::Filter<Data>,
}

/// What is wrong with an expression, and at which of its bytes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flaw {
    /// Bytes of the expression; none, at its end.
    pub at: Range<usize>,
    /// A clause such as `jq knows no filter foo`.
    pub message: String,
}

/// The values that an expression gives for an input, each of them or what went wrong there.
pub type Values<'a> = dyn Iterator<Item = Result<Val, Error<Val>>> + 'a;

impl Expression {
    /// Compiles an expression; it may use what jq offers without definitions, files, modules and the environment.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn compile(written: &str) -> Result<Self, Flaw> {
        if written.len() > LONGEST {
            let message = format!("a jq expression has {LONGEST} bytes at most, and this one {}", written.len());
            return Err(whole(written, message));
        }
        with_room(|| {
            refuse_definitions(written)?;
            // What is wrong with it is told of the text as it was written.
            let plain = compile(written)?;
            let leading = paths::leading_through(written).and_then(|leading| compile(&leading).ok());
            Ok(leading.unwrap_or(plain))
        })
    }

    /// What `take` makes of the values for a JSON text, with so many rounds of loops at most; the round after them is
    /// an error among the values.
    ///
    /// # Errors
    /// Why the input cannot be read.
    pub fn run<T: Send>(
        &self,
        input: &str,
        rounds: u32,
        take: impl FnOnce(&mut Values<'_>) -> T + Send,
    ) -> Result<T, String> {
        if json::depth(input) > DEEPEST {
            return Err(format!("it is nested more than {DEEPEST} deep"));
        }
        with_room(|| {
            let input = read::parse_single(input.as_bytes()).map_err(|error| error.to_string())?;
            LEFT.set(rounds);
            let context = Ctx::<Data>::new(&self.filter.lut, Vars::new([]));
            Ok(take(&mut self.filter.id.run((context, input)).map(unwrap_valr)))
        })
    }
}

fn compile(written: &str) -> Result<Expression, Flaw> {
    let arena = Arena::default();
    let own = [LOOPS, paths::DEFINITION].into_iter().filter_map(|text| load::parse(text, |parser| parser.defs()));
    let definitions = jaq_core::defs().chain(own.flatten()).chain(jaq_std::defs()).chain(jaq_json::defs());
    let modules = Loader::new(definitions)
        .load(&arena, File { code: written, path: () })
        .map_err(|errors| loading(written, errors.into_iter().map(|(_, error)| error)))?;
    let filter = Compiler::default().with_funs(functions()).compile(modules).map_err(|errors| {
        let undefined = errors.into_iter().flat_map(|(_, errors)| errors).next();
        undefined.map_or_else(
            || whole(written, "jq cannot read this".to_owned()),
            |(name, kind)| part(written, name, format!("jq knows no {} `{name}`", kind.as_str())),
        )
    })?;
    Ok(Expression { filter })
}

/// The native filters of jq, where `env`, `halt` and `halt_error` are errors.
fn functions() -> impl Iterator<Item = Fun<Data>> {
    let kept = jaq_std::funs().filter(|(name, ..)| !REACH_OUT.contains(name));
    let own = [
        native::run(("env", native::v(0), |_| native::bome(refusal("the environment cannot be read")))),
        native::run(("halt", native::v(1), |_| native::bome(refusal("an expression cannot end the program")))),
        native::run(("counted_round", native::v(0), |cv| native::bome(counted(cv.1)))),
        paths::function(),
    ];
    jaq_core::funs().chain(kept).chain(jaq_json::funs()).chain(own)
}

fn refusal(why: &str) -> Result<Val, Error<Val>> {
    Err(Error::str(why))
}

fn counted(value: Val) -> Result<Val, Error<Val>> {
    let left = LEFT.get();
    if left == 0 {
        return refusal("it goes round too often");
    }
    LEFT.set(left - 1);
    Ok(value)
}

fn refuse_definitions(written: &str) -> Result<(), Flaw> {
    let tokens = Lexer::new(written).lex().unwrap_or_default();
    match definition(&tokens) {
        Some(word) => Err(part(written, word, "an expression cannot define functions here".to_owned())),
        None => Ok(()),
    }
}

fn definition<'a>(tokens: &[Token<&'a str>]) -> Option<&'a str> {
    tokens.iter().find_map(|Token(text, kind)| match kind {
        Tok::Word if *text == "def" => Some(*text),
        Tok::Block(inside) => definition(inside),
        Tok::Str(parts) => parts.iter().find_map(|part| match part {
            StrPart::Term(token) => definition(std::slice::from_ref(token)),
            _ => None,
        }),
        _ => None,
    })
}

fn loading<'a>(written: &str, errors: impl Iterator<Item = load::Error<&'a str>>) -> Flaw {
    for error in errors {
        match error {
            load::Error::Lex(errors) => {
                if let Some((expected, found)) = errors.first() {
                    return lexing(written, expected, found);
                }
            }
            load::Error::Parse(errors) => {
                if let Some((expected, found)) = errors.first() {
                    return part(written, found, format!("jq expected {}", expected.as_str()));
                }
            }
            load::Error::Io(_) => return whole(written, "an expression cannot load modules".to_owned()),
        }
    }
    whole(written, "jq cannot read this".to_owned())
}

fn lexing(written: &str, expected: &Expect<&str>, found: &str) -> Flaw {
    let first = found.chars().next().map_or(found, |c| &found[..c.len_utf8()]);
    part(written, first, format!("jq expected {}", expected.as_str()))
}

fn part(written: &str, part: &str, message: String) -> Flaw {
    let at = load::span(written, part);
    if written.get(at.clone()).is_none() {
        return whole(written, message);
    }
    Flaw { at, message }
}

fn whole(written: &str, message: String) -> Flaw {
    Flaw { at: 0..written.len(), message }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(written: &str, input: &str) -> Result<Vec<String>, String> {
        let expression = Expression::compile(written).map_err(|flaw| flaw.message)?;
        expression.run(input, 100_000, |values| {
            values
                .map(|value| value.map_or_else(|error| format!("error: {error}"), |value| value.to_string()))
                .collect()
        })
    }

    fn value(written: &str) -> String {
        values(written, "{}").unwrap_or_else(|error| panic!("{written:.60}: {error}")).concat()
    }

    #[test]
    fn loops_are_those_of_jq() {
        for (written, expected) in [
            ("[range(3)]", "[0,1,2]"),
            ("[range(5; 0; -2)]", "[5,3,1]"),
            ("[limit(3; repeat(1))]", "[1,1,1]"),
            ("[1 | while(. < 9; . * 2)]", "[1,2,4,8]"),
            ("1 | until(. > 9; . * 2)", "16"),
            ("[[[1]] | ..]", "[[[1]],[1],1]"),
            ("[3 | recurse(if . > 0 then . - 1 else empty end)]", "[3,2,1,0]"),
        ] {
            assert_eq!(value(written), expected, "{written}");
        }
    }

    #[test]
    fn what_an_assignment_leads_through_is_made_as_in_jq() {
        for (written, input, expected) in [
            (".a.b.c = 1", "{}", r#"{"a":{"b":{"c":1}}}"#),
            (".a.b.c = 1", r#"{"a":{"b":null,"d":2}}"#, r#"{"a":{"b":{"c":1},"d":2}}"#),
            (".a = 1", "null", r#"{"a":1}"#),
            (".a.b |= . + 1", "{}", r#"{"a":{"b":1}}"#),
            (".a.b += 2 | .c.d //= 3", "{}", r#"{"a":{"b":2},"c":{"d":3}}"#),
            (".a.b = .x", r#"{"x":7}"#, r#"{"x":7,"a":{"b":7}}"#),
            (".[].a.b = 1", "[{},{}]", r#"[{"a":{"b":1}},{"a":{"b":1}}]"#),
            ("if .a then . else .a.b = (.a == null) end", "{}", r#"{"a":{"b":true}}"#),
            (".a.b", "{}", "null"),
            ("[paths]", "{}", "[]"),
            (".a.b = 1", r#"{"a":"text"}"#, r#"error: cannot use "text" as iterable (array or object)"#),
        ] {
            assert_eq!(values(written, input).map(|values| values.concat()), Ok(expected.to_owned()), "{written}");
        }
    }

    #[test]
    fn nothing_runs_for_ever() {
        for written in [
            "last(repeat(1))",
            "[range(1e18)] | length",
            "until(false; .)",
            "until(false; [.])",
            "[limit(1e18; repeat(1))] | length",
            "last(recurse(.))",
            "[while(true; .)]",
        ] {
            assert_eq!(value(written), r#"error: "it goes round too often""#, "{written}");
        }
    }

    #[test]
    fn nothing_reaches_out() {
        for (written, why) in [
            ("env", "the environment cannot be read"),
            ("env.PATH", "the environment cannot be read"),
            ("halt", "an expression cannot end the program"),
            ("halt_error", "an expression cannot end the program"),
            ("halt_error(0)", "an expression cannot end the program"),
        ] {
            assert_eq!(value(written), format!("error: \"{why}\""), "{written}");
        }
    }

    #[test]
    fn long_and_nested_expressions_fit_the_stack() {
        let times = LONGEST / 2;
        for (written, expected) in [
            (format!("1{}", "|.".repeat(times - 1)), "1".to_owned()),
            (format!("{}1", "-".repeat(times)), "1".to_owned()),
            (format!("{}1{}", "(".repeat(times - 1), ")".repeat(times - 1)), "1".to_owned()),
            (format!("{}{}", "[".repeat(times), "]".repeat(times)), "[".repeat(times) + &"]".repeat(times)),
            (format!("{}1", "try ".repeat(times / 2 - 1)), "1".to_owned()),
            (format!("1{}", "+1".repeat(times - 1)), times.to_string()),
        ] {
            assert_eq!(value(&written), expected, "{written:.60}");
        }
        let error = values(&" ".repeat(LONGEST + 1), "1").expect_err("too long");
        assert_eq!(error, "a jq expression has 16384 bytes at most, and this one 16385");
    }

    #[test]
    fn deep_input_is_refused_before_it_is_read() {
        let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
        assert_eq!(values(".", &nested(DEEPEST)), Ok(vec![nested(DEEPEST)]));
        for depth in [DEEPEST + 1, 1_000_000] {
            assert_eq!(values(".", &nested(depth)), Err("it is nested more than 10000 deep".to_owned()));
        }
    }

    #[test]
    fn flaws_have_a_place() {
        for (written, place, message) in [
            (".a | foo(1)", 5..8, "jq knows no filter `foo`"),
            (".a | def f: f; f", 5..8, "an expression cannot define functions here"),
            (".a[", 3..3, "jq expected closing bracket"),
            (".a =", 4..4, "jq expected term"),
            ("import \"a\" as a; 1", 0..18, "an expression cannot load modules"),
        ] {
            let flaw = Expression::compile(written).err().unwrap_or_else(|| panic!("{written}"));
            assert_eq!((flaw.at, flaw.message.as_str()), (place, message), "{written}");
        }
    }
}
