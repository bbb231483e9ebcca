//! Changing payloads by a jq expression.

use jaq_core::load::{Arena, File, Loader};
use jaq_core::{Compiler, Ctx, Vars, data, unwrap_valr};
use jaq_json::{Val, read};

/// Why an expression gave no payload.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JqError {
    /// It is no jq expression.
    #[error("{0:?} is no jq expression: {1}")]
    Syntax(String, String),
    /// The payload cannot be read.
    #[error("the payload is no JSON: {0}")]
    Input(String),
    /// It failed on the payload.
    #[error("jq: {0}")]
    Failed(String),
    /// It gave nothing, or several values: a payload is one.
    #[error("the jq expression gives {0} for this payload, and not one value")]
    Count(&'static str),
}

type Filter = jaq_core::compile::Filter<jaq_core::Native<data::JustLut<Val>>>;

/// A compiled expression.
pub struct Program {
    text: String,
    filter: Filter,
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Program({:?})", self.text)
    }
}

impl Program {
    /// Compiles an expression in jq's language; it may use what `jq` offers without files, modules and the environment.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn compile(text: &str) -> Result<Self, JqError> {
        let syntax = |what: &str| JqError::Syntax(text.to_owned(), what.to_owned());
        let defs = jaq_core::defs().chain(jaq_std::defs()).chain(jaq_json::defs());
        let arena = Arena::default();
        let modules = Loader::new(defs)
            .load(&arena, File { code: text, path: () })
            .map_err(|errors| syntax(&load_error(&errors)))?;
        let filter = Compiler::default()
            .with_funs(crate::record::jq::functions())
            .compile(modules)
            .map_err(|errors| syntax(&compile_error(&errors)))?;
        Ok(Self { text: text.to_owned(), filter })
    }

    /// The expression as it was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The payload that it makes of one.
    ///
    /// # Errors
    /// When it fails on the payload, or gives anything but one value.
    pub fn apply(&self, payload: &str) -> Result<String, JqError> {
        let input = read::parse_single(payload.as_bytes()).map_err(|error| JqError::Input(error.to_string()))?;
        let context = Ctx::<data::JustLut<Val>>::new(&self.filter.lut, Vars::new([]));
        let mut outputs = self.filter.id.run((context, input)).map(unwrap_valr);
        let first = outputs.next().ok_or(JqError::Count("nothing"))?;
        let value = first.map_err(|error| JqError::Failed(error.to_string()))?;
        if outputs.next().is_some() {
            return Err(JqError::Count("several values"));
        }
        let text = value.to_string();
        // jq's language has values that JSON does not: NaN, infinities, byte strings.
        super::payload::check(&text).map_err(|error| JqError::Failed(format!("its value is no JSON ({error})")))?;
        Ok(text)
    }
}

type LoadErrors<'a> = jaq_core::load::Errors<&'a str, ()>;
type CompileErrors<'a> = jaq_core::compile::Errors<&'a str, ()>;

/// The first of the errors, with the text at its place.
fn load_error(errors: &LoadErrors<'_>) -> String {
    use jaq_core::load::{Error, lex};
    let place = |rest: &str| if rest.is_empty() { "at the end".to_owned() } else { format!("at {:?}", cut(rest)) };
    let first = errors.first().map(|(_, error)| match error {
        Error::Io(files) => files.first().map(|(file, why)| format!("{file}: {why}")),
        Error::Lex(places) => places.first().map(|(expected, rest)| match expected {
            lex::Expect::Delim(open) => format!("{open} is not closed"),
            other => format!("expected {} {}", other.as_str(), place(rest)),
        }),
        Error::Parse(places) => {
            places.first().map(|(expected, rest)| format!("expected {} {}", expected.as_str(), place(rest)))
        }
    });
    first.flatten().unwrap_or_else(|| "it cannot be read".to_owned())
}

fn compile_error(errors: &CompileErrors<'_>) -> String {
    let first = errors.iter().find_map(|(_, names)| names.first());
    first.map_or_else(|| "it cannot be read".to_owned(), |(name, kind)| format!("there is no {} {name}", kind.as_str()))
}

/// The beginning of a text.
fn cut(text: &str) -> &str {
    text.char_indices().nth(20).map_or(text, |(end, _)| &text[..end])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(program: &str, payload: &str) -> Result<String, String> {
        let program = Program::compile(program).map_err(|error| error.to_string())?;
        program.apply(payload).map_err(|error| error.to_string())
    }

    #[test]
    fn what_it_does_not_touch_keeps_its_spelling() {
        assert_eq!(
            applied(
                r#".return = "success""#,
                r#"{"return":"failure","big":12345678901234567890,"price":1.10,"b":[1.0]}"#
            ),
            Ok(r#"{"return":"success","big":12345678901234567890,"price":1.10,"b":[1.0]}"#.to_owned())
        );
    }

    #[test]
    fn a_payload_is_one_value() {
        assert_eq!(
            applied("empty", "1"),
            Err("the jq expression gives nothing for this payload, and not one value".to_owned())
        );
        assert_eq!(
            applied("1, 2", "1"),
            Err("the jq expression gives several values for this payload, and not one value".to_owned())
        );
        assert!(
            applied("nan", "1").is_err_and(|error| error.starts_with("jq: its value is no JSON"))
                || applied("nan", "1") == Ok("null".to_owned())
        );
    }

    #[test]
    fn it_neither_reads_the_environment_nor_ends_the_program() {
        for text in ["env", ".path = env.PATH"] {
            assert_eq!(applied(text, "{}"), Err(r#"jq: "the environment cannot be read""#.to_owned()), "{text}");
        }
        for text in ["halt", "halt_error", "halt_error(0)"] {
            assert_eq!(applied(text, "{}"), Err(r#"jq: "an expression cannot end the program""#.to_owned()), "{text}");
        }
    }

    #[test]
    fn errors_tell_the_place() {
        let refused = |text: &str| applied(text, "{}").unwrap_err();
        assert_eq!(refused(".a | foo"), r#"".a | foo" is no jq expression: there is no filter foo"#);
        assert_eq!(refused(".a ="), r#"".a =" is no jq expression: expected term at the end"#);
        assert_eq!(refused("(.a"), r#""(.a" is no jq expression: ( is not closed"#);
        assert!(refused(".a + \"x\" | tonumber").starts_with("jq: "), "{}", refused(".a + \"x\" | tonumber"));
    }
}
