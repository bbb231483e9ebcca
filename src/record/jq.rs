//! What jq's language may use within this program.

use jaq_core::native::{self, Fun};
use jaq_core::{Error, data};
use jaq_json::Val;

/// Filters that reach out of an expression: to the environment, where credentials lie, and to the program's own end.
const REACH_OUT: [&str; 2] = ["env", "halt"];

/// The native filters of jq, where `env`, `halt` and `halt_error` are errors.
pub fn functions() -> impl Iterator<Item = Fun<data::JustLut<Val>>> {
    let kept = jaq_std::funs().filter(|(name, ..)| !REACH_OUT.contains(name));
    let refused = [
        native::run(("env", native::v(0), |_| native::bome(refusal("the environment cannot be read")))),
        native::run(("halt", native::v(1), |_| native::bome(refusal("an expression cannot end the program")))),
    ];
    jaq_core::funs().chain(kept).chain(jaq_json::funs()).chain(refused)
}

fn refusal(why: &str) -> Result<Val, Error<Val>> {
    Err(Error::str(why))
}
