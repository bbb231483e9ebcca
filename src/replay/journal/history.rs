//! All sends that the journal knows of.

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, RandomState};

use serde::{Deserialize, Serialize};

use super::super::{Key, Verdict};
use super::line::{Line, millis};

/// Names one send of one record's payload.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AttemptId(String);

impl AttemptId {
    /// A name that no other run gives, either.
    pub(super) fn new() -> Self {
        // Every `RandomState` has other keys.
        let random = RandomState::new().hash_one(std::process::id());
        Self(format!("{:x}-{random:016x}", super::now()))
    }
}

impl fmt::Display for AttemptId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What became of a send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Fate {
    /// Nobody knows: it is under way, or was cut off.
    Unknown {
        /// What cut it off, when it could still be told.
        why: Option<String>,
    },
    /// The service refused it: nothing was sent.
    Refused {
        /// In whose words.
        why: String,
    },
    /// The service accepted it.
    Sent {
        /// Request id of the new invocation, which is that of the record to come.
        new_request_id: Option<String>,
    },
    /// The record that answers it has arrived.
    Answered(Verdict),
}

/// One send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Its name.
    pub id: AttemptId,
    /// The record whose payload it was.
    pub key: Key,
    /// When it was begun, in milliseconds since the Unix epoch.
    pub at: i64,
    /// Function ARN with qualifier that it went to.
    pub target: String,
    /// Whether its payload was another than the record's own.
    pub edited: bool,
    /// Fingerprint of the record's failure.
    pub fingerprint: Option<String>,
    /// Request id of the new invocation, once it was accepted.
    pub new_request_id: Option<String>,
    /// What became of it.
    pub fate: Fate,
}

impl Attempt {
    /// Whether the payload has, or may have, reached the function's queue.
    #[must_use]
    pub fn may_have_left(&self) -> bool {
        !matches!(self.fate, Fate::Refused { .. })
    }
}

/// Every send by the record that it was of, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct History {
    attempts: Vec<Attempt>,
    by_id: HashMap<AttemptId, usize>,
    by_key: HashMap<Key, Vec<usize>>,
    by_new_request_id: HashMap<String, usize>,
}

impl History {
    /// The sends of a record that reached the function, or may have: not those that were refused.
    pub fn sends_of(&self, key: &Key) -> impl Iterator<Item = &Attempt> {
        let places = self.by_key.get(key).map_or(&[][..], Vec::as_slice);
        places.iter().map(|&place| &self.attempts[place]).filter(|attempt| attempt.may_have_left())
    }

    /// The last of them.
    #[must_use]
    pub fn last_send_of(&self, key: &Key) -> Option<&Attempt> {
        self.sends_of(key).last()
    }

    /// The record whose payload started the invocation of a record, through any number of replays; `None` when it is
    /// no replay that is known of.
    #[must_use]
    pub fn origin(&self, key: &Key) -> Option<&Key> {
        let sent = |key: &Key| self.by_new_request_id.get(key.as_str()).map(|&place| &self.attempts[place].key);
        // A file that somebody else wrote into may go round in circles.
        std::iter::successors(sent(key), |origin| sent(origin)).take(self.attempts.len()).last()
    }

    /// Every send, refused ones too.
    pub fn iter(&self) -> impl Iterator<Item = &Attempt> {
        self.attempts.iter()
    }

    pub(super) fn take(&mut self, line: Line) {
        match line {
            Line::Intent { attempt, at, record, target, edited, fingerprint, .. } => {
                let place = self.attempts.len();
                self.by_id.insert(attempt.clone(), place);
                self.by_key.entry(record.clone()).or_default().push(place);
                let (at, fate) = (millis(&at), Fate::Unknown { why: None });
                let new_request_id = None;
                let key = record;
                self.attempts.push(Attempt { id: attempt, key, at, target, edited, fingerprint, new_request_id, fate });
            }
            Line::Sent { attempt, new_request_id, .. } => {
                if let Some(&place) = self.by_id.get(&attempt) {
                    self.by_new_request_id.extend(new_request_id.clone().map(|id| (id, place)));
                    let known = &mut self.attempts[place];
                    known.new_request_id.clone_from(&new_request_id);
                    known.fate = Fate::Sent { new_request_id };
                }
            }
            Line::Refused { attempt, why, .. } => self.set(&attempt, Fate::Refused { why }),
            Line::Unknown { attempt, why, .. } => self.set(&attempt, Fate::Unknown { why: Some(why) }),
            Line::Answered { attempt, verdict, .. } => self.set(&attempt, Fate::Answered(verdict)),
        }
    }

    fn set(&mut self, id: &AttemptId, fate: Fate) {
        if let Some(known) = self.known(id) {
            known.fate = fate;
        }
    }

    fn known(&mut self, id: &AttemptId) -> Option<&mut Attempt> {
        self.by_id.get(id).map(|&place| &mut self.attempts[place])
    }
}
