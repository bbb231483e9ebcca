//! A line of the journal.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::super::{Key, Verdict};
use super::Intent;
use super::history::{AttemptId, Fate};

/// A line as it is written; a later version may add fields and events, which this one passes over.
#[derive(Debug, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "kebab-case", rename_all_fields = "camelCase")]
pub(super) enum Line {
    /// A payload is about to leave.
    Intent {
        attempt: AttemptId,
        at: String,
        record: Key,
        target: String,
        bytes: usize,
        edited: bool,
        fingerprint: Option<String>,
    },
    /// It was accepted.
    Sent { attempt: AttemptId, at: String, new_request_id: Option<String> },
    /// It was refused: nothing was sent.
    Refused { attempt: AttemptId, at: String, why: String },
    /// Nobody knows whether it was accepted.
    Unknown { attempt: AttemptId, at: String, why: String },
    /// Its record has arrived, or its answer.
    Answered {
        attempt: AttemptId,
        at: String,
        #[serde(flatten)]
        verdict: Verdict,
    },
}

impl Line {
    pub(super) fn intent(id: &AttemptId, intent: &Intent, now: i64) -> Self {
        Self::Intent {
            attempt: id.clone(),
            at: written(now),
            record: intent.key.clone(),
            target: intent.target.clone(),
            bytes: intent.bytes,
            edited: intent.edited,
            fingerprint: intent.fingerprint.clone(),
        }
    }

    pub(super) fn fate(id: &AttemptId, fate: &Fate, now: i64) -> Self {
        let (attempt, at) = (id.clone(), written(now));
        match fate.clone() {
            Fate::Sent { new_request_id } => Self::Sent { attempt, at, new_request_id },
            Fate::Refused { why } => Self::Refused { attempt, at, why },
            Fate::Unknown { why } => Self::Unknown { attempt, at, why: why.unwrap_or_default() },
            Fate::Answered(verdict) => Self::Answered { attempt, at, verdict },
        }
    }
}

/// A time as people read it.
fn written(millis: i64) -> String {
    Timestamp::from_millisecond(millis).map_or_else(|_| millis.to_string(), |time| format!("{time:.3}"))
}

/// The time that [`written`] wrote.
pub(super) fn millis(text: &str) -> i64 {
    text.parse::<Timestamp>().map_or_else(|_| text.parse().unwrap_or(0), Timestamp::as_millisecond)
}
