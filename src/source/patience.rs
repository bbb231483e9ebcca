//! Whether a failure is waited out.

use crate::aws::{AwsError, Recovery};

/// Failures in a row after which a read that is to end gives up: about a minute.
pub(super) const PATIENCE: u32 = 8;

/// How a read stands when a request of it fails.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
pub(super) struct Standing {
    /// Whether it goes on for ever.
    pub(super) follows: bool,
    /// Whether somebody is there to log in again.
    pub(super) patient: bool,
    /// Whether any group has answered: the credentials were good then.
    pub(super) answered: bool,
    /// Whether this group has.
    pub(super) found: bool,
    /// Failures in a row.
    pub(super) failures: u32,
}

impl Standing {
    /// Whether the failure will not pass, or has not for too long.
    pub(super) fn gives_up(self, error: &AwsError) -> bool {
        match error.recovery() {
            // A clock does not set itself right within a read.
            Recovery::Wait if matches!(error, AwsError::ClockSkew { .. }) => !self.follows,
            Recovery::Wait | Recovery::SlowDown => !self.follows && self.failures >= PATIENCE,
            // Who has seen some of the log can log in again; who has just begun is told at once.
            Recovery::LogIn if self.patient && matches!(error, AwsError::Expired { .. }) => !self.follows,
            Recovery::LogIn => !self.follows || !self.answered,
            // A group that was there and is gone may come back: a stack is deployed anew, an endpoint started again.
            Recovery::Never => !(self.found && self.follows && matches!(error, AwsError::GroupNotFound { .. })),
            Recovery::Restart => true,
        }
    }
}
