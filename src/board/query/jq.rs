//! `jq:'…'`: any jq expression over the record, run by jaq.
//!
//! An expression is typed key by key over a live board, so that it must end on every record: the definitions that can
//! loop are ours and count their steps, and an expression defines none of its own.

use std::cell::Cell;
use std::sync::Arc;

use jaq_core::load::lex::{Lexer, Tok, Token};
use jaq_core::load::{self, Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Error, Vars, data, native, unwrap_valr};
use jaq_json::{Val, read};

type Data = data::JustLut<Val>;
type Filter = jaq_core::Filter<Data>;

/// Rounds of loops that an expression may take over one record.
const STEPS: u32 = 100_000;
/// Values that are looked at before none is taken for true.
const OUTPUTS: usize = 10_000;

/// jq's loops with a step counted in every round, by their definitions in its manual.
const LOOPS: &str = r"
def repeat(f): def rec: counted_step | f, rec; rec;
def recurse(f): def rec: counted_step | ., (f | rec); rec;
def recurse: recurse(.[]?);
def recurse(f; cond): recurse(f | select(cond));
def while(cond; update): def rec: counted_step | if cond then ., (update | rec) else empty end; rec;
def until(cond; update): def rec: counted_step | if cond then . else update | rec end; rec;
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

/// An expression that compares by its spelling.
#[derive(Clone)]
pub(super) struct Jq {
    written: String,
    filter: Arc<Filter>,
}

/// What is wrong with an expression, and at which of its bytes.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct JqError {
    pub(super) at: usize,
    pub(super) len: usize,
    pub(super) message: String,
}

impl Jq {
    pub(super) fn new(written: &str) -> Result<Self, JqError> {
        refuse_definitions(written)?;
        let filter = Arc::new(compile(written)?);
        Ok(Self { written: written.to_owned(), filter })
    }

    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// Whether any of the values that it gives for a record is neither `false` nor `null`.
    pub(super) fn matches(&self, record: &str) -> bool {
        let Ok(input) = read::parse_single(record.as_bytes()) else { return false };
        LEFT.set(STEPS);
        let ctx = Ctx::<Data>::new(&self.filter.lut, Vars::new([]));
        let outputs = self.filter.id.run((ctx, input)).map(unwrap_valr).take(OUTPUTS);
        // An error ends the values, as it does in jq.
        outputs.map_while(Result::ok).any(|value| !matches!(value, Val::Null | Val::Bool(false)))
    }
}

fn compile(written: &str) -> Result<Filter, JqError> {
    let arena = Arena::default();
    let loops = load::parse(LOOPS, |parser| parser.defs()).unwrap_or_default();
    let definitions = jaq_core::defs().chain(loops).chain(jaq_std::defs()).chain(jaq_json::defs());
    let modules = Loader::new(definitions)
        .load(&arena, File { code: written, path: () })
        .map_err(|errors| loading(written, errors.into_iter().map(|(_, error)| error)))?;
    let step = native::run(("counted_step", native::v(0), |cv| native::bome(counted(cv.1))));
    let functions = crate::record::jq::functions().chain([step]);
    Compiler::default().with_funs(functions).compile(modules).map_err(|errors| {
        let undefined = errors.into_iter().flat_map(|(_, errors)| errors).next();
        undefined.map_or_else(
            || whole(written, "jq cannot read this".to_owned()),
            |(name, kind)| at(written, name, format!("jq knows no {} `{name}`", kind.as_str())),
        )
    })
}

fn counted(value: Val) -> Result<Val, Error<Val>> {
    let left = LEFT.get();
    if left == 0 {
        return Err(Error::str("too many steps for a filter"));
    }
    LEFT.set(left - 1);
    Ok(value)
}

/// Nothing could bound a definition that calls itself.
fn refuse_definitions(written: &str) -> Result<(), JqError> {
    let tokens = Lexer::new(written).lex().unwrap_or_default();
    match definition(&tokens) {
        Some(word) => Err(at(written, word, "a filter's expression cannot define functions".to_owned())),
        None => Ok(()),
    }
}

fn definition<'a>(tokens: &[Token<&'a str>]) -> Option<&'a str> {
    use load::lex::StrPart;
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

fn loading<'a>(written: &str, errors: impl Iterator<Item = load::Error<&'a str>>) -> JqError {
    for error in errors {
        match error {
            load::Error::Lex(errors) => {
                if let Some((expected, found)) = errors.first() {
                    return at(written, first_char(found), format!("jq expected {}", expected.as_str()));
                }
            }
            load::Error::Parse(errors) => {
                if let Some((expected, found)) = errors.first() {
                    return at(written, found, format!("jq expected {}", expected.as_str()));
                }
            }
            load::Error::Io(_) => return whole(written, "a filter's expression cannot load modules".to_owned()),
        }
    }
    whole(written, "jq cannot read this".to_owned())
}

fn first_char(text: &str) -> &str {
    text.chars().next().map_or(text, |c| &text[..c.len_utf8()])
}

fn at(written: &str, part: &str, message: String) -> JqError {
    let range = load::span(written, part);
    if written.get(range.clone()).is_none() {
        return whole(written, message);
    }
    JqError { at: range.start, len: range.len(), message }
}

fn whole(written: &str, message: String) -> JqError {
    JqError { at: 0, len: written.len(), message }
}

impl std::fmt::Debug for Jq {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_tuple("Jq").field(&self.written).finish()
    }
}

impl PartialEq for Jq {
    fn eq(&self, other: &Self) -> bool {
        self.written == other.written
    }
}

impl Eq for Jq {}

#[cfg(test)]
mod tests {
    use super::*;

    const RECORD: &str = r#"{"requestPayload":{"items":[{"n":1},{"n":5}]},"big":9007199254740993}"#;

    fn matches(written: &str) -> bool {
        Jq::new(written).unwrap_or_else(|error| panic!("{written}: {error:?}")).matches(RECORD)
    }

    #[test]
    fn any_true_value_matches() {
        for (written, expected) in [
            (".requestPayload.items | length > 1", true),
            (".requestPayload.items | length > 3", false),
            (".requestPayload.items[].n == 5", true),
            (".requestPayload.missing", false),
            (".requestPayload | has(\"items\")", true),
            ("[.. | numbers] | length == 3", true),
            (".requestPayload.items | map(.n) | add == 6", true),
            ("[range(3)] == [0, 1, 2]", true),
            ("[range(5; 0; -2)] == [5, 3, 1]", true),
            (".big == 9007199254740993", true),
            ("empty", false),
            ("error", false),
        ] {
            assert_eq!(matches(written), expected, "{written}");
        }
    }

    #[test]
    fn nothing_runs_for_ever() {
        for written in [
            "last(repeat(1))",
            "[range(1e18)] | length",
            "until(false; .)",
            "[limit(1e18; repeat(1))] | length",
            "last(recurse(.))",
            "[while(true; .)]",
        ] {
            assert!(!matches(written), "{written}");
        }
    }

    #[test]
    fn nothing_reaches_out() {
        for written in ["halt", "halt(0)", "halt_error", "halt_error(3)", "env", "env | length >= 0"] {
            assert!(!matches(written), "{written}");
        }
    }

    #[test]
    fn errors_have_a_place() {
        for (written, place, message) in [
            (".a | foo(1)", (5, 3), "jq knows no filter `foo`"),
            (".a | def f: f; f", (5, 3), "a filter's expression cannot define functions"),
            (".a[", (3, 0), "jq expected closing bracket"),
        ] {
            let error = Jq::new(written).expect_err(written);
            assert_eq!(((error.at, error.len), error.message.as_str()), (place, message), "{written}");
        }
    }
}
