//! Sending payloads again, and learning what became of them.
//!
//! A [`Plan`] says which records' payloads can go where, and why others cannot. A [`Run`] decides when each goes: it
//! is pure, and learns the time and what happened from [`drive()`], which sends through an [`Invoker`] and keeps the
//! [`Journal`]. A send that was accepted has the request id of the record to come; [`Join`] brings the two together in
//! whatever order they come. What speaks against a send is found by the [`guard`].
//!
//! Bytes are sent as the record has them, unless somebody edited them.

pub mod attempts;
pub mod drive;
pub mod facts;
pub mod guard;
pub mod invoker;
mod join;
pub mod journal;
pub mod jq;
pub mod payload;
pub mod plan;
mod rate;
pub mod run;

use std::fmt;

use serde::{Deserialize, Serialize};

pub use drive::drive;
pub use invoker::Invoker;
pub use join::{Answer, Join};
pub use journal::Journal;
pub use plan::Plan;
pub use run::Run;

use crate::log::EventId;
use crate::record::{Arrival, FunctionArn, InvocationRecord, Outcome};

/// Names an invocation that may be replayed: every record of it, redelivered or read again, has the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Key(String);

impl Key {
    /// The key of a record: its request id or, without one, the place of the log event that it was found in.
    #[must_use]
    pub fn of(arrival: &Arrival) -> Self {
        let origin = &arrival.origin;
        arrival.record.request_id().map_or_else(
            || {
                let event = origin.event_id().map(EventId::text).unwrap_or_default();
                let time = arrival.record.view().timestamp.unwrap_or_default().into_owned();
                Self(format!("{}/{event}/{time}", arrival.record.function().map_or("", FunctionArn::as_str)))
            },
            Self::from,
        )
    }

    /// The text, a request id for nearly all.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Key {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a replay ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Verdict {
    /// Success or failure.
    #[serde(with = "outcome")]
    pub outcome: Outcome,
    /// The condition of the record that tells it.
    pub condition: String,
    /// Whether it failed as the record did that was replayed; `None` when it did not fail, or the first had not.
    pub same_fingerprint: Option<bool>,
    /// From the acceptance to the record, in milliseconds.
    pub millis: i64,
}

impl Verdict {
    /// What `record` says of the replay of a record with this fingerprint, that was accepted at `sent` (milliseconds
    /// since the Unix epoch) and of which `record` was heard at `heard`.
    #[must_use]
    pub fn of(record: &InvocationRecord, fingerprint: Option<&str>, sent: i64, heard: i64) -> Self {
        // The record's own time does not count the way through the log, but is another machine's.
        let ended = record.timestamp().filter(|time| (sent..=heard).contains(time)).unwrap_or(heard);
        let same = record.fingerprint().map(|found| found.to_string()).zip(fingerprint);
        Self {
            outcome: record.outcome(),
            condition: record.condition().as_str().to_owned(),
            same_fingerprint: same.map(|(found, first)| found == first),
            millis: (ended - sent).max(0),
        }
    }

    /// A failure of the same fingerprint in words, `RetriesExhausted again`; what fails at once has no such condition.
    #[must_use]
    pub fn again(&self) -> String {
        if ["Unhandled", "Handled"].contains(&self.condition.as_str()) {
            return format!("failed again ({})", self.condition);
        }
        format!("{} again", self.condition)
    }

    /// The verdict in words: `Success after 2.1 s`, `RetriesExhausted again, same fingerprint, after 3 min 1 s`.
    #[must_use]
    pub fn words(&self) -> String {
        let after = duration_words(self.millis);
        match (self.outcome, self.same_fingerprint) {
            (Outcome::Success, _) => format!("Success after {after}"),
            (_, Some(true)) => format!("{}, same fingerprint, after {after}", self.again()),
            (_, Some(false)) => format!("{}, another error, after {after}", self.condition),
            (_, None) => format!("{} after {after}", self.condition),
        }
    }
}

/// A time span in words: `40 ms`, `2.1 s`, `3 min`, `3 min 1 s`, `2 h 5 min`.
#[must_use]
pub fn duration_words(millis: i64) -> String {
    let seconds = millis.max(0) / 1000;
    let two = |whole: i64, unit: &str, rest: i64, small: &str| match rest {
        0 => format!("{whole} {unit}"),
        rest => format!("{whole} {unit} {rest} {small}"),
    };
    match seconds {
        0 => format!("{} ms", millis.max(0)),
        1..60 => format!("{:.1} s", millis.max(0) as f64 / 1000.0),
        60..3600 => two(seconds / 60, "min", seconds % 60, "s"),
        _ => two(seconds / 3600, "h", seconds % 3600 / 60, "min"),
    }
}

mod outcome {
    use serde::{Deserialize, Deserializer, Serializer};

    use crate::record::Outcome;

    #[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
    pub(super) fn serialize<S: Serializer>(outcome: &Outcome, to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(outcome.as_str())
    }

    pub(super) fn deserialize<'a, D: Deserializer<'a>>(from: D) -> Result<Outcome, D::Error> {
        let word = String::deserialize(from)?;
        Ok(if word == Outcome::Success.as_str() { Outcome::Success } else { Outcome::Failure })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn verdicts_read_well() {
        let verdict = |outcome, condition: &str, same_fingerprint, millis| {
            Verdict { outcome, condition: condition.to_owned(), same_fingerprint, millis }.words()
        };
        assert_eq!(verdict(Outcome::Success, "Success", None, 2_140), "Success after 2.1 s");
        assert_eq!(
            verdict(Outcome::Failure, "RetriesExhausted", Some(true), 181_000),
            "RetriesExhausted again, same fingerprint, after 3 min 1 s"
        );
        assert_eq!(
            verdict(Outcome::Failure, "Unhandled", Some(true), 6),
            "failed again (Unhandled), same fingerprint, after 6 ms"
        );
        assert_eq!(
            verdict(Outcome::Failure, "EventAgeExceeded", Some(false), 7_500_000),
            "EventAgeExceeded, another error, after 2 h 5 min"
        );
    }
}
