//! Why nothing has come.

use crate::app::jobs::Ticket;

/// What may explain that a log has no record.
#[derive(Debug, Default)]
pub struct Reasons {
    /// Whether it was asked for this source.
    pub asked: bool,
    /// The job that asks, while it does.
    pub asking: Option<Ticket>,
    /// Each in a sentence, the gravest first.
    pub found: Vec<String>,
}
