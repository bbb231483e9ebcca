//! Asking whoever sits at the terminal before something that cannot be taken back, or costs money.

use std::io::{self, IsTerminal, Write};

use super::exit::Failure;

/// Whether anybody is there to be asked.
pub(super) fn is_possible() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether the answer to the question is the one that is wanted, letter for letter.
///
/// # Errors
/// When standard input cannot be read.
pub(super) fn agreed(question: &str, wanted: &str) -> Result<bool, Failure> {
    let _ = write!(io::stderr(), "{question}");
    let mut answer = String::new();
    io::stdin().read_line(&mut answer).map_err(Failure::other)?;
    Ok(answer.trim() == wanted)
}
