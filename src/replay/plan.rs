//! What can be sent, where to, and why the rest cannot.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::fmt;
use std::sync::Arc;

use bytes::Bytes;

use super::Key;
use super::invoker::{Call, Kind};
use super::journal::{Fate, History};
use crate::log::{Text, plural};
use crate::record::{Arrival, FunctionArn, NotReplayable, Outcome};

/// One payload to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The record that it is of.
    pub key: Key,
    /// Function ARN with the qualifier that was asked for, as the record has it.
    pub function: FunctionArn,
    /// What is sent.
    pub call: Call,
    /// Whether the payload is another than the record's own.
    pub edited: bool,
    /// Fingerprint of the record's failure; `None` for a success.
    pub fingerprint: Option<Arc<str>>,
    /// When the record was made, in milliseconds since the Unix epoch.
    pub recorded: i64,
    /// How often this record was found before.
    pub redelivery: u32,
    /// Whether the record had to be rebuilt from a print, so that the payload's spelling is ours.
    pub recovered: bool,
    /// Earlier sends of this record that are known of.
    pub sent_before: usize,
}

/// Why a record's payload is not sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Skip {
    /// Its payload is not there, or not whole.
    NotReplayable(NotReplayable),
    /// It names no function.
    NoFunction,
    /// It tells of a success, and failures were asked for.
    Success,
    /// The same invocation is in the plan already: a redelivery.
    Redelivery,
    /// It was sent before.
    Replayed {
        /// When, in milliseconds since the Unix epoch.
        at: i64,
        /// Under which request id.
        new_request_id: Option<String>,
    },
    /// It may have been sent before: a run was cut off, or another one is at it.
    Unknown {
        /// When that send was begun, in milliseconds since the Unix epoch.
        at: i64,
    },
    /// It is what came of a replay: its payload was sent already, for another record.
    Answer {
        /// The record whose payload was sent.
        of: Key,
    },
    /// The payload is larger than the service takes.
    TooLarge {
        /// Bytes that it has.
        bytes: usize,
        /// Bytes that it may have.
        limit: usize,
    },
    /// The payload could not be changed as was asked for.
    NotChanged(String),
}

impl Skip {
    /// The kind of reason, for counting.
    #[must_use]
    pub fn cause(&self) -> String {
        match self {
            Self::NotReplayable(why) => why.to_string(),
            Self::NoFunction => "no function is named".to_owned(),
            Self::Success => "a success".to_owned(),
            Self::Redelivery => "a redelivery of one that is sent".to_owned(),
            Self::Replayed { .. } => "already replayed".to_owned(),
            Self::Answer { .. } => "what came of a replay".to_owned(),
            Self::Unknown { .. } => "unknown: perhaps sent by a run that was cut off".to_owned(),
            Self::TooLarge { limit, .. } => format!("larger than {limit} bytes"),
            Self::NotChanged(why) => why.clone(),
        }
    }
}

impl fmt::Display for Skip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let time = |at: i64| {
            jiff::Timestamp::from_millisecond(at).map_or_else(|_| at.to_string(), |time| format!("{time:.0}"))
        };
        match self {
            Self::Replayed { at, new_request_id } => {
                let id = new_request_id.as_deref().map(|id| format!(" as {id}")).unwrap_or_default();
                write!(f, "already replayed at {}{id}", time(*at))
            }
            Self::Unknown { at } => {
                write!(f, "unknown: a send was begun at {} and nobody knows what became of it", time(*at))
            }
            Self::Answer { of } => write!(f, "what came of a replay: it has the payload of {of}"),
            Self::TooLarge { bytes, limit } => write!(f, "{bytes} bytes are too large: Lambda takes {limit}"),
            other => f.write_str(&other.cause()),
        }
    }
}

/// A record that is left out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skipped {
    /// The record.
    pub key: Key,
    /// Its function, when it names one.
    pub function: Option<FunctionArn>,
    /// Why.
    pub why: Skip,
}

/// Changes a payload; the error says why it cannot.
pub type Change<'a> = dyn Fn(&str) -> Result<String, String> + 'a;

/// How payloads are to be sent.
pub struct Options<'a> {
    /// How functions are invoked.
    pub kind: Kind,
    /// Version or alias in place of the record's own.
    pub qualifier: Option<&'a str>,
    /// Tenant of multi-tenant functions.
    pub tenant: Option<&'a str>,
    /// Makes another payload; `None` leaves the record's own bytes.
    pub change: Option<&'a Change<'a>>,
    /// Whether successes are sent too.
    pub successes: bool,
    /// Whether the records of replays were chosen one by one; else each of their payloads is sent for the record that
    /// was replayed first, or not at all.
    pub answers: bool,
    /// Whether what was sent before, or perhaps was, is sent again.
    pub again: bool,
}

/// What is sent and what is not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Plan {
    /// What is sent, oldest record first.
    pub items: Vec<Item>,
    /// What is not.
    pub skipped: Vec<Skipped>,
}

impl Plan {
    /// Plans to send the payloads of these arrivals.
    pub fn of<'a>(arrivals: impl IntoIterator<Item = &'a Arrival>, options: &Options<'_>, history: &History) -> Self {
        let arrivals: Vec<_> = arrivals.into_iter().map(|arrival| (Key::of(arrival), arrival)).collect();
        let mut plan = Self::default();
        let (mut keys, mut origins) = (HashSet::new(), HashSet::new());
        if options.again && !options.answers {
            origins.extend(arrivals.iter().map(|(key, _)| key));
        }
        for (key, arrival) in &arrivals {
            let origin = history.origin(key).filter(|_| !options.answers);
            let planned = match origin {
                _ if !keys.insert(key) => Err(Skip::Redelivery),
                Some(of) if !options.again || !origins.insert(of) => Err(Skip::Answer { of: of.clone() }),
                _ => item(arrival, key, options, history),
            };
            match planned {
                Ok(item) => plan.items.push(item),
                Err(why) => {
                    let function = arrival.record.function().cloned();
                    plan.skipped.push(Skipped { key: key.clone(), function, why });
                }
            }
        }
        plan.items.sort_by_key(|item| item.recorded);
        plan
    }

    /// How many payloads go to each target.
    #[must_use]
    pub fn targets(&self) -> BTreeMap<&str, usize> {
        let mut counts = BTreeMap::new();
        for item in &self.items {
            *counts.entry(item.call.target.as_str()).or_default() += 1;
        }
        counts
    }

    /// Payloads that differ in at least a byte.
    #[must_use]
    pub fn distinct_payloads(&self) -> usize {
        self.items.iter().map(|item| &item.call.payload).collect::<HashSet<_>>().len()
    }

    /// Kinds of failure, a canary for each.
    #[must_use]
    pub fn fingerprints(&self) -> usize {
        self.items.iter().filter_map(|item| item.fingerprint.as_ref()).collect::<HashSet<_>>().len()
    }

    /// Payloads of successes.
    #[must_use]
    pub fn successes(&self) -> usize {
        self.items.iter().filter(|item| item.fingerprint.is_none()).count()
    }

    /// What is sent, in words: `3 payloads, 2 of them different, 366 bytes, 1 kind of failure`.
    #[must_use]
    pub fn words(&self) -> String {
        let (all, different) = (self.items.len(), self.distinct_payloads());
        let (kinds, successes) = (self.fingerprints(), self.successes());
        let mut words = vec![format!("{all} payload{}", plural(all))];
        words.extend((all > 1).then(|| match different {
            1 => "all the same".to_owned(),
            _ if different == all => "all different".to_owned(),
            _ => format!("{different} of them different"),
        }));
        words.push(format!("{} byte{}", self.bytes(), plural(self.bytes())));
        words.extend((kinds > 0).then(|| format!("{kinds} kind{} of failure", plural(kinds))));
        words.extend((successes > 0).then(|| format!("{successes} success{}", if successes == 1 { "" } else { "es" })));
        words.join(", ")
    }

    /// Bytes of all payloads together.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.items.iter().map(|item| item.call.payload.len()).sum()
    }

    /// How many are left out for which reason, the most frequent first.
    #[must_use]
    pub fn causes(&self) -> Vec<(String, usize)> {
        let mut counts: HashMap<String, usize> = HashMap::new();
        for skipped in &self.skipped {
            *counts.entry(skipped.why.cause()).or_default() += 1;
        }
        let mut counts: Vec<_> = counts.into_iter().collect();
        counts.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        counts
    }
}

fn item(arrival: &Arrival, key: &Key, options: &Options<'_>, history: &History) -> Result<Item, Skip> {
    if let Some(why) = arrival.not_replayable() {
        return Err(Skip::NotReplayable(why));
    }
    let record = &arrival.record;
    if record.outcome() == Outcome::Success && !options.successes {
        return Err(Skip::Success);
    }
    let function = record.function().ok_or(Skip::NoFunction)?;
    if let Some(skip) = sent_before(key, history).filter(|_| !options.again) {
        return Err(skip);
    }
    let own = record.request_payload().ok_or(Skip::NotReplayable(NotReplayable::NoPayload))?;
    let payload = match options.change {
        Some(change) => Bytes::from(change(own).map_err(Skip::NotChanged)?),
        None => Bytes::from_owner(Piece(record.text().share(own))),
    };
    let (bytes, limit) = (payload.len(), options.kind.limit());
    if bytes > limit {
        return Err(Skip::TooLarge { bytes, limit });
    }
    Ok(Item {
        key: key.clone(),
        function: function.clone(),
        edited: payload != own.as_bytes(),
        call: Call {
            target: target(function, options.qualifier),
            payload,
            kind: options.kind,
            tenant: options.tenant.map(str::to_owned),
        },
        fingerprint: record.fingerprint().map(|fingerprint| fingerprint.to_string().into()),
        recorded: record.timestamp().unwrap_or_else(|| arrival.time()),
        redelivery: arrival.redelivery,
        recovered: arrival.recovered,
        sent_before: history.sends_of(key).count(),
    })
}

fn sent_before(key: &Key, history: &History) -> Option<Skip> {
    let last = history.last_send_of(key)?;
    Some(match &last.fate {
        Fate::Unknown { .. } => Skip::Unknown { at: last.at },
        _ => Skip::Replayed { at: last.at, new_request_id: last.new_request_id.clone() },
    })
}

/// A piece of a record's text, as bytes to send.
struct Piece(Text);

impl AsRef<[u8]> for Piece {
    fn as_ref(&self) -> &[u8] {
        self.0.as_bytes()
    }
}

/// The function's ARN with another qualifier, when one is given.
#[must_use]
pub fn target(function: &FunctionArn, qualifier: Option<&str>) -> String {
    let whole = function.as_str();
    let Some(wanted) = qualifier else { return whole.to_owned() };
    let own = function.qualifier().map_or(0, |own| own.len() + 1);
    let bare = whole.get(..whole.len() - own).unwrap_or(whole);
    format!("{bare}:{wanted}")
}

#[cfg(test)]
mod tests;
