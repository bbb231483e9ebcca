//! Why a record was written.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::sync::Arc;

/// Why Lambda wrote a record: the success, or what ended the attempts.
///
/// Conditions compare by their name, so that an unknown one is as good as a known one.
#[derive(Debug, Clone)]
pub enum Condition {
    /// The function returned.
    Success,
    /// All attempts failed, or the function was deleted after the event had been accepted.
    RetriesExhausted,
    /// The event grew too old before it could be tried (again).
    EventAgeExceeded,
    /// The function may not run at all: its reserved concurrency is 0.
    ZeroReservedConcurrency,
    /// An event source mapping gave up on a batch after its last attempt.
    RetryAttemptsExhausted,
    /// An event source mapping gave up on a batch that had become too old.
    RecordAgeExceeded,
    /// A batch of a Kafka event source was too large to invoke with.
    MaximumPayloadSizeExceeded,
    /// Lambda stopped a loop of functions that invoke each other.
    RecursiveInvocation,
    /// A condition that this program does not know; a failure under its own name.
    Other(Arc<str>),
}

/// How an invocation ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Outcome {
    /// The function returned.
    Success,
    /// Any condition but `Success`.
    Failure,
}

impl Outcome {
    /// `success` or `failure`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Success => "success",
            Self::Failure => "failure",
        }
    }
}

impl Condition {
    /// The name that the record gives.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Success => "Success",
            Self::RetriesExhausted => "RetriesExhausted",
            Self::EventAgeExceeded => "EventAgeExceeded",
            Self::ZeroReservedConcurrency => "ZeroReservedConcurrency",
            Self::RetryAttemptsExhausted => "RetryAttemptsExhausted",
            Self::RecordAgeExceeded => "RecordAgeExceeded",
            Self::MaximumPayloadSizeExceeded => "MaximumPayloadSizeExceeded",
            Self::RecursiveInvocation => "RecursiveInvocation",
            Self::Other(name) => name,
        }
    }

    /// `Success` is the success; every other condition, known or not, is a failure.
    #[must_use]
    pub fn outcome(&self) -> Outcome {
        if self.as_str() == "Success" { Outcome::Success } else { Outcome::Failure }
    }

    /// One short word for a narrow column, or the name itself where there is no short one.
    #[must_use]
    pub fn short(&self) -> &str {
        match self {
            Self::RetriesExhausted => "Retries",
            Self::EventAgeExceeded => "Aged",
            Self::ZeroReservedConcurrency => "Zero",
            Self::RetryAttemptsExhausted | Self::RecordAgeExceeded | Self::MaximumPayloadSizeExceeded => "Stream",
            Self::Success | Self::RecursiveInvocation | Self::Other(_) => self.as_str(),
        }
    }

    /// The condition of that name, unless this program does not know it.
    pub(super) fn known(name: &str) -> Option<Self> {
        Some(match name {
            "Success" => Self::Success,
            "RetriesExhausted" => Self::RetriesExhausted,
            "EventAgeExceeded" => Self::EventAgeExceeded,
            "ZeroReservedConcurrency" => Self::ZeroReservedConcurrency,
            "RetryAttemptsExhausted" => Self::RetryAttemptsExhausted,
            "RecordAgeExceeded" => Self::RecordAgeExceeded,
            "MaximumPayloadSizeExceeded" => Self::MaximumPayloadSizeExceeded,
            "RecursiveInvocation" => Self::RecursiveInvocation,
            _ => return None,
        })
    }
}

impl From<&str> for Condition {
    fn from(name: &str) -> Self {
        Self::known(name).unwrap_or_else(|| Self::Other(Arc::from(name)))
    }
}

impl PartialEq for Condition {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for Condition {}

impl Hash for Condition {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

impl PartialOrd for Condition {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Condition {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_is_given_back() {
        for (name, short) in [
            ("Success", "Success"),
            ("RetriesExhausted", "Retries"),
            ("EventAgeExceeded", "Aged"),
            ("ZeroReservedConcurrency", "Zero"),
            ("RetryAttemptsExhausted", "Stream"),
            ("RecordAgeExceeded", "Stream"),
            ("MaximumPayloadSizeExceeded", "Stream"),
            ("RecursiveInvocation", "RecursiveInvocation"),
            ("SomethingNew", "SomethingNew"),
        ] {
            let condition = Condition::from(name);
            assert_eq!(condition.as_str(), name);
            assert_eq!(condition.short(), short);
        }
    }

    #[test]
    fn only_success_is_a_success() {
        assert_eq!(Condition::from("Success").outcome(), Outcome::Success);
        for name in ["RetriesExhausted", "success", "", "SomethingNew"] {
            assert_eq!(Condition::from(name).outcome(), Outcome::Failure);
        }
    }

    #[test]
    fn conditions_compare_by_name() {
        assert_eq!(Condition::Other(Arc::from("Success")), Condition::Success);
        assert!(Condition::from("EventAgeExceeded") < Condition::from("RetriesExhausted"));
    }
}
