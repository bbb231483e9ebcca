//! What can go wrong with AWS, in the user's words.

/// An AWS failure. Displayed, it says what was done to what, and what to do next where that is known.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AwsError {
    /// Flags, environment or configuration files do not work together.
    #[error("{problem}; {mend}")]
    Configuration {
        /// What is wrong.
        problem: String,
        /// What to type or set.
        mend: String,
    },
    /// There are no credentials, or those there are do not work.
    #[error("{problem}; {mend}")]
    Credentials {
        /// What is wrong.
        problem: String,
        /// What to type.
        mend: String,
    },
    /// Credentials or an SSO session that worked once have run out.
    #[error("{problem}; {mend}")]
    Expired {
        /// What has expired.
        problem: String,
        /// What to type.
        mend: String,
    },
    /// Credentials cannot be had now: their provider takes too long, or cannot reach whom it asks.
    #[error("{problem}; {mend}")]
    CredentialsLate {
        /// What is wrong.
        problem: String,
        /// What to type if it does not pass.
        mend: String,
    },
    /// An action is not allowed.
    #[error("not allowed to {action} on {target}{}: {detail}", policy_words(.policy.as_deref()))]
    Denied {
        /// The IAM action, such as `logs:FilterLogEvents`.
        action: String,
        /// What it was to be done to.
        target: String,
        /// The service's own words.
        detail: String,
        /// The smallest policy that allows it; none where a policy denies it outright.
        policy: Option<String>,
    },
    /// This machine's clock and AWS's disagree, so that no signature holds.
    #[error("{problem}; set it, for example with: sudo timedatectl set-ntp true")]
    ClockSkew {
        /// How far the clock is off.
        problem: String,
    },
    /// The class of a log group does not let it be read by FilterLogEvents.
    #[error(
        "the log group {group} is of the class {class}, which cannot be followed or filtered; {}", class_words(.class)
    )]
    GroupClass {
        /// The log group.
        group: String,
        /// Its class, such as `INFREQUENT_ACCESS`.
        class: String,
    },
    /// A log group does not exist.
    #[error("there is no log group {group} in {region}{}", near_names(.near))]
    GroupNotFound {
        /// Name or ARN that was asked for.
        group: String,
        /// Where it was looked for.
        region: String,
        /// Groups with a similar name, the nearest first; at most three.
        near: Vec<String>,
    },
    /// Something else does not exist.
    #[error("{action} found no {target}: {detail}")]
    NotFound {
        /// The IAM action.
        action: String,
        /// What was looked for.
        target: String,
        /// The service's own words.
        detail: String,
    },
    /// No log group follows from a function's destinations.
    #[error("{problem}; {mend}")]
    NoReceiver {
        /// What is missing, or where the outcomes go instead.
        problem: String,
        /// What to give or to configure.
        mend: String,
    },
    /// The token of a page is no longer taken; reading starts again from a time.
    #[error("the page token for {target} is no longer taken: {detail}")]
    PageExpired {
        /// The log group.
        target: String,
        /// The service's own words.
        detail: String,
    },
    /// The service asks for fewer requests.
    #[error("{action} on {target} is throttled")]
    Throttled {
        /// The IAM action.
        action: String,
        /// What it was to be done to.
        target: String,
    },
    /// The service could not be reached, or did not answer in time.
    #[error("cannot reach the service for {action}: {detail}; {mend}")]
    Network {
        /// The IAM action.
        action: String,
        /// What the connection said.
        detail: String,
        /// What to check.
        mend: String,
    },
    /// The secure connection was refused by our side.
    #[error("the service's certificate was not accepted: {detail}; {mend}")]
    Certificate {
        /// What TLS said.
        detail: String,
        /// What to give.
        mend: String,
    },
    /// The service refused or failed in another way.
    #[error("{action} on {target} failed with {code}: {detail}")]
    Service {
        /// The IAM action.
        action: String,
        /// What it was to be done to.
        target: String,
        /// The service's error code, or its HTTP status.
        code: String,
        /// The service's own words.
        detail: String,
        /// Whether it may work when done again unchanged.
        passing: bool,
    },
}

/// Which of the AWS CLI's exit codes an error stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExitKind {
    /// 253: configuration or credentials.
    Configuration,
    /// 254: the service refused or failed.
    Service,
}

impl ExitKind {
    /// The exit code.
    #[must_use]
    pub fn code(self) -> u8 {
        match self {
            Self::Configuration => 253,
            Self::Service => 254,
        }
    }
}

/// What may help against an error.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Recovery {
    /// The same request, after a wait.
    Wait,
    /// The same request, more slowly.
    SlowDown,
    /// The same request with other credentials, once the user has logged in again.
    LogIn,
    /// Another request: the same range from its last known time.
    Restart,
    /// Nothing that we could do.
    Never,
}

impl AwsError {
    /// The exit code's kind.
    #[must_use]
    pub fn exit_kind(&self) -> ExitKind {
        match self {
            Self::Configuration { .. }
            | Self::Credentials { .. }
            | Self::CredentialsLate { .. }
            | Self::Expired { .. }
            | Self::NoReceiver { .. }
            | Self::ClockSkew { .. }
            | Self::Certificate { .. } => ExitKind::Configuration,
            _ => ExitKind::Service,
        }
    }

    /// Whether the user can mend it by logging in, after which the configuration files say something new.
    #[must_use]
    pub fn may_pass_by_login(&self) -> bool {
        self.recovery() == Recovery::LogIn
    }

    /// Whether a permission is missing.
    #[must_use]
    pub fn is_denied(&self) -> bool {
        matches!(self, Self::Denied { .. })
    }

    /// What may help.
    #[must_use]
    pub fn recovery(&self) -> Recovery {
        match self {
            Self::Throttled { .. } => Recovery::SlowDown,
            Self::Network { .. }
            | Self::CredentialsLate { .. }
            | Self::ClockSkew { .. }
            | Self::Service { passing: true, .. } => Recovery::Wait,
            // A helper that failed once may do better next time, as may the user.
            Self::Credentials { .. } | Self::Expired { .. } => Recovery::LogIn,
            Self::PageExpired { .. } => Recovery::Restart,
            _ => Recovery::Never,
        }
    }
}

/// Delivery groups cannot be queried either.
fn class_words(class: &str) -> &'static str {
    if class == "INFREQUENT_ACCESS" {
        "read what it holds with arrivals tail --engine insights, or have the receiver log to a group of the class STANDARD, \
         as arrivals wiring tells"
    } else {
        "have the receiver log to a group of the class STANDARD, as arrivals wiring tells"
    }
}

fn policy_words(policy: Option<&str>) -> String {
    policy.map_or_else(String::new, |policy| format!("; the smallest policy that allows it: {policy}; AWS says"))
}

fn near_names(near: &[String]) -> String {
    match near {
        [] => "; check the name, --region and --profile; arrivals alone lists the log groups".to_owned(),
        names => format!("; did you mean {}?", names.join(" or ")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_group_names_its_neighbours() {
        let error = AwsError::GroupNotFound {
            group: "/aws/lambda/recever".into(),
            region: "eu-central-1".into(),
            near: vec!["/aws/lambda/receiver".into(), "/aws/lambda/receiver-2".into()],
        };
        assert_eq!(
            error.to_string(),
            "there is no log group /aws/lambda/recever in eu-central-1; \
             did you mean /aws/lambda/receiver or /aws/lambda/receiver-2?"
        );
        assert_eq!(error.exit_kind().code(), 254);
        assert_eq!(error.recovery(), Recovery::Never);
        let stranger = AwsError::GroupNotFound { group: "/x".into(), region: "eu-central-1".into(), near: Vec::new() };
        assert_eq!(
            stranger.to_string(),
            "there is no log group /x in eu-central-1; \
             check the name, --region and --profile; arrivals alone lists the log groups"
        );
    }

    #[test]
    fn configuration_and_credentials_exit_with_253() {
        let problem = || "the profile prod does not exist".to_owned();
        let mend = || "aws configure --profile prod".to_owned();
        for error in [
            AwsError::Configuration { problem: problem(), mend: mend() },
            AwsError::Credentials { problem: problem(), mend: mend() },
            AwsError::Expired { problem: problem(), mend: mend() },
        ] {
            assert_eq!(error.exit_kind().code(), 253);
        }
    }
}
