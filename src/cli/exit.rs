//! How a command ends: exit codes as the AWS CLI has them.

use std::fmt;
use std::io;

use crate::aws::AwsError;
use crate::config::Fault;
use crate::source::SourceError;

/// A failed command: the code it exits with and what it says on stderr.
#[derive(Debug, Clone)]
pub(super) struct Failure {
    /// 252 usage, 253 configuration or credentials, 254 the service, 255 anything else.
    pub(super) code: u8,
    /// What went wrong and what to do, without a trailing full stop's worth of guessing.
    pub(super) message: String,
}

impl Failure {
    /// The command line asks for something that cannot be done.
    pub(super) fn usage(message: impl Into<String>) -> Self {
        Self { code: 252, message: message.into() }
    }

    /// Settings that cannot be used.
    pub(super) fn configuration(message: impl Into<String>) -> Self {
        Self { code: 253, message: message.into() }
    }

    /// Everything that is wrong with the settings file.
    pub(super) fn settings(faults: &[Fault]) -> Self {
        let mut failure = Self::keymap(faults);
        // An editor mends no folder and no pipe.
        if faults.iter().all(|fault| fault.path().is_file()) {
            failure.message.push_str("\nmend it with: arrivals config edit");
        }
        failure
    }

    /// Everything has been said already.
    pub(super) fn silent(code: u8) -> Self {
        Self { code, message: String::new() }
    }

    /// Everything that is wrong with a file beside the settings.
    pub(super) fn keymap(faults: &[Fault]) -> Self {
        Self::configuration(faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    /// Results that could not be given to whoever waits for them.
    pub(super) fn unwritten(error: &io::Error) -> Self {
        Self::other(format!("cannot write to standard output: {error}"))
    }

    /// Anything else.
    pub(super) fn other(message: impl fmt::Display) -> Self {
        Self { code: 255, message: message.to_string() }
    }
}

impl From<&SourceError> for Failure {
    fn from(error: &SourceError) -> Self {
        Self { code: error.exit_code(), message: error.to_string() }
    }
}

impl From<AwsError> for Failure {
    fn from(error: AwsError) -> Self {
        Self { code: error.exit_kind().code(), message: error.to_string() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
