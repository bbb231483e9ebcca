//! `jq:'…'`: any jq expression over the record. It is typed key by key over a live board, so that its bounds are narrow.

use std::sync::Arc;

use jaq_json::Val;

use crate::record::jq::{Expression, Flaw};

/// Rounds of loops that an expression may take over one record.
const ROUNDS: u32 = 100_000;
/// Values that are looked at before none is taken for true.
const OUTPUTS: usize = 10_000;

/// An expression that compares by its spelling.
#[derive(Clone)]
pub(super) struct Jq {
    written: String,
    expression: Arc<Expression>,
}

impl Jq {
    pub(super) fn new(written: &str) -> Result<Self, Flaw> {
        let expression = Arc::new(Expression::compile(written)?);
        Ok(Self { written: written.to_owned(), expression })
    }

    pub(super) fn written(&self) -> &str {
        &self.written
    }

    /// Whether any of the values that it gives for a record is neither `false` nor `null`.
    pub(super) fn matches(&self, record: &str) -> bool {
        let any = self.expression.run(record, ROUNDS, |values| {
            // An error ends the values, as it does in jq.
            let mut outputs = values.take(OUTPUTS).map_while(Result::ok);
            outputs.any(|value| !matches!(value, Val::Null | Val::Bool(false)))
        });
        any.unwrap_or(false)
    }
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
            (".big == 9007199254740993", true),
            ("empty", false),
            ("error", false),
            ("halt", false),
            ("env | length >= 0", false),
            ("until(false; .)", false),
        ] {
            assert_eq!(matches(written), expected, "{written}");
        }
    }

    #[test]
    fn a_record_that_is_nested_without_end_does_not_match() {
        let record = format!("{{\"requestPayload\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert!(!Jq::new("true").expect("compiles").matches(&record));
    }
}
