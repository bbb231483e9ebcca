//! Changing payloads by a jq expression.

use crate::record::jq::{Expression, Flaw, Values};

/// Rounds of loops that an expression may take over one payload: more than a payload of a megabyte has values.
const ROUNDS: u32 = 1_000_000;

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
    #[error("the jq expression gives {0} for this payload, where it must give one value")]
    Count(&'static str),
}

/// A compiled expression.
pub struct Program {
    text: String,
    expression: Expression,
}

impl std::fmt::Debug for Program {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Program({:?})", self.text)
    }
}

impl Program {
    /// Compiles an expression in jq's language; it may use what jq offers without definitions, files, modules and the
    /// environment.
    ///
    /// # Errors
    /// What is wrong with it.
    pub fn compile(text: &str) -> Result<Self, JqError> {
        let expression =
            Expression::compile(text).map_err(|error| JqError::Syntax(text.to_owned(), flaw(text, &error)))?;
        Ok(Self { text: text.to_owned(), expression })
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
        self.expression.run(payload, ROUNDS, only).map_err(JqError::Input)?
    }
}

/// The only one of the values, as JSON text.
fn only(values: &mut Values<'_>) -> Result<String, JqError> {
    let first = values.next().ok_or(JqError::Count("nothing"))?;
    let value = first.map_err(|error| JqError::Failed(error.to_string()))?;
    if values.next().is_some() {
        return Err(JqError::Count("several values"));
    }
    let text = value.to_string();
    // jq's language has values that JSON does not: NaN, infinities, byte strings.
    super::payload::check(&text).map_err(|error| JqError::Failed(format!("its value is no JSON ({error})")))?;
    Ok(text)
}

/// The flaw with the text at its place.
fn flaw(text: &str, flaw: &Flaw) -> String {
    let found: String = text.get(flaw.at.start..).unwrap_or_default().chars().take(20).collect();
    let place = if found.is_empty() { "at the end".to_owned() } else { format!("at {found:?}") };
    format!("{} {place}", flaw.message)
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
            Err("the jq expression gives nothing for this payload, where it must give one value".to_owned())
        );
        assert_eq!(
            applied("1, 2", "1"),
            Err("the jq expression gives several values for this payload, where it must give one value".to_owned())
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
    fn it_comes_to_an_end() {
        assert_eq!(applied("last(repeat(1))", "{}"), Err(r#"jq: "it goes round too often""#.to_owned()));
    }

    #[test]
    fn errors_tell_the_place() {
        let refused = |text: &str| applied(text, "{}").unwrap_err();
        assert_eq!(refused(".a | foo"), r#"".a | foo" is no jq expression: jq knows no filter `foo` at "foo""#);
        assert_eq!(refused(".a ="), r#"".a =" is no jq expression: jq expected term at the end"#);
        assert_eq!(refused("(.a"), r#""(.a" is no jq expression: jq expected closing parenthesis at the end"#);
        assert!(refused(".a + \"x\" | tonumber").starts_with("jq: "), "{}", refused(".a + \"x\" | tonumber"));
    }
}
