//! What speaks against a send, or should be known before it.

use std::time::Duration;

use jiff::tz::TimeZone;

use super::facts::Facts;
use super::invoker::Kind;
use super::journal::{Attempt, Fate};
use super::plan::Item;
use crate::aws::Identity;
use crate::record::FunctionArn;

/// Bytes that a payload could have until October 2025, and that an SNS topic still takes.
const FORMER_LIMIT: usize = 256 * 1024;

/// Something to know before a payload is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Warning {
    /// It was sent before.
    Replayed {
        /// When, in milliseconds since the Unix epoch.
        at: i64,
        /// What became of it.
        fate: Fate,
    },
    /// The record is older than Lambda keeps an event.
    Old {
        /// Its age.
        age: Duration,
        /// The maximum age.
        maximum: Duration,
    },
    /// The function is in another account than who sends.
    OtherAccount {
        /// Account of the function.
        function: String,
        /// Account of who sends.
        sender: String,
    },
    /// The function is in another region than the log that is read.
    OtherRegion {
        /// Region of the function.
        function: String,
        /// Region of the log.
        log: String,
    },
    /// The function's code has changed since the record was made.
    LatestChanged {
        /// When, in milliseconds since the Unix epoch.
        at: i64,
    },
    /// It goes to another version or alias than the record's.
    OtherQualifier {
        /// The record's own.
        from: String,
        /// Where it goes.
        to: String,
    },
    /// The record does not tell of a failure.
    Success,
    /// The function has no such version or alias.
    NoQualifier {
        /// The function's name.
        function: String,
        /// The qualifier that it would go to.
        name: String,
        /// Those that it has.
        known: String,
    },
    /// The payload was edited.
    Edited,
    /// The payload was rebuilt from a print that was not JSON.
    Recovered,
    /// The record was delivered more than once.
    Redelivered {
        /// How often before.
        times: u32,
    },
    /// A success starts something else in turn.
    StartsOthers {
        /// What.
        names: Vec<String>,
    },
    /// No record will come of a success, or of a failure.
    NoDestination {
        /// `success`, `failure`, or both.
        of: &'static str,
    },
    /// A synchronous invocation has no record.
    NoRecord,
    /// The function keeps tenants apart, and no tenant is named.
    NoTenant,
    /// The payload is near the limit.
    Large {
        /// Bytes that it has.
        bytes: usize,
    },
    /// Something could not be looked at.
    NotKnown {
        /// What.
        what: &'static str,
        /// Why.
        why: String,
    },
}

/// What a send is looked at with.
#[derive(Debug, Clone, Copy)]
pub struct Context<'a> {
    /// Now, in milliseconds since the Unix epoch.
    pub now: i64,
    /// The last send of the same record.
    pub last: Option<&'a Attempt>,
    /// What is known of the function, once that is known.
    pub facts: Option<&'a Facts>,
    /// Log groups that are watched: what lands in them starts nothing unseen.
    pub watched: &'a [String],
}

/// What to know before an item is sent; the gravest first.
#[must_use]
pub fn warnings(item: &Item, context: &Context<'_>) -> Vec<Warning> {
    let mut found = Vec::new();
    found.extend(context.last.map(|last| Warning::Replayed { at: last.at, fate: last.fate.clone() }));
    if let Some(facts) = context.facts {
        found.extend(place(item, facts));
        found.extend(code(item, facts));
        found.extend(age(item, facts, context.now));
        match no_qualifier(item, facts) {
            // What becomes of outcomes is not asked of a version that is not there.
            Some(warning) => found.push(warning),
            None => found.extend(outcomes(item, facts, context.watched)),
        }
        found.extend((facts.tenants && item.call.tenant.is_none()).then_some(Warning::NoTenant));
    }
    found.extend(qualifier(item));
    found.extend(item.fingerprint.is_none().then_some(Warning::Success));
    found.extend(item.edited.then_some(Warning::Edited));
    found.extend(item.recovered.then_some(Warning::Recovered));
    found.extend((item.redelivery > 0).then_some(Warning::Redelivered { times: item.redelivery }));
    found.extend((item.call.kind == Kind::RequestResponse).then_some(Warning::NoRecord));
    let bytes = item.call.payload.len();
    found.extend((bytes > FORMER_LIMIT).then_some(Warning::Large { bytes }));
    found
}

/// What speaks against several sends: each kind of warning once, as it stands with the first payload that it concerns,
/// and with how many it stands.
#[must_use]
pub fn summed(warnings: impl IntoIterator<Item = Warning>) -> Vec<(Warning, usize)> {
    let mut sums: Vec<(Warning, usize)> = Vec::new();
    for warning in warnings {
        match sums.iter_mut().find(|(known, _)| known.is_like(&warning)) {
            Some((_, count)) => *count += 1,
            None => sums.push((warning, 1)),
        }
    }
    sums
}

impl Warning {
    /// Whether both warn of the same thing, whatever the times and sizes.
    fn is_like(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::NotKnown { what, .. }, Self::NotKnown { what: other, .. }) => what == other,
            (Self::NoQualifier { function, .. }, Self::NoQualifier { function: other, .. }) => function == other,
            _ => std::mem::discriminant(self) == std::mem::discriminant(other),
        }
    }
}

fn place(item: &Item, facts: &Facts) -> Vec<Warning> {
    let mut found = Vec::new();
    let own = |part: Option<&str>| part.map(str::to_owned);
    match (&facts.identity, own(item.function.account())) {
        (Ok(Identity { account, .. }), Some(function)) if *account != function => {
            found.push(Warning::OtherAccount { function, sender: account.clone() });
        }
        (Err(why), _) => found.push(Warning::NotKnown { what: "who sends", why: why.clone() }),
        _ => {}
    }
    if let Some(function) = own(item.function.region()).filter(|region| *region != facts.region) {
        found.push(Warning::OtherRegion { function, log: facts.region.clone() });
    }
    found
}

fn code(item: &Item, facts: &Facts) -> Option<Warning> {
    let to = FunctionArn::parse(&item.call.target);
    if to.qualifier().is_some_and(|qualifier| qualifier != "$LATEST") {
        return None;
    }
    match &facts.modified {
        Ok(at) if *at > item.recorded => Some(Warning::LatestChanged { at: *at }),
        Ok(_) => None,
        Err(why) => Some(Warning::NotKnown { what: "when $LATEST was changed", why: why.clone() }),
    }
}

fn age(item: &Item, facts: &Facts, now: i64) -> Option<Warning> {
    let maximum = facts.config.as_ref().ok()?.age;
    let age = Duration::from_millis(u64::try_from(now - item.recorded).unwrap_or(0));
    (age > maximum).then_some(Warning::Old { age, maximum })
}

fn outcomes(item: &Item, facts: &Facts, watched: &[String]) -> Vec<Warning> {
    let config = match &facts.config {
        Ok(config) => config,
        Err(why) => return vec![Warning::NotKnown { what: "what becomes of outcomes", why: why.clone() }],
    };
    let mut found = Vec::new();
    let seen = |name: &String| watched.iter().any(|group| group.rsplit('/').next() == Some(name));
    let names: Vec<_> = facts.starts.iter().filter(|name| !seen(name)).cloned().collect();
    if item.call.kind == Kind::Event {
        if !names.is_empty() {
            found.push(Warning::StartsOthers { names });
        }
        found.extend(match (&config.on_success, &config.on_failure) {
            (None, None) => Some(Warning::NoDestination { of: "success or failure" }),
            (None, _) => Some(Warning::NoDestination { of: "success" }),
            (_, None) => Some(Warning::NoDestination { of: "failure" }),
            _ => None,
        });
    }
    found
}

/// Versions and aliases that are named in place of one that is not there.
const MOST_NAMES: usize = 5;

fn no_qualifier(item: &Item, facts: &Facts) -> Option<Warning> {
    let to = FunctionArn::parse(&item.call.target);
    let (name, known) = (to.qualifier()?, facts.qualifiers.as_ref().ok()?);
    if known.is_empty() || known.iter().any(|known| known.name == name) {
        return None;
    }
    let mut names: Vec<_> = known.iter().take(MOST_NAMES).map(|known| known.name.as_str()).collect();
    names.extend((known.len() > MOST_NAMES).then_some("…"));
    Some(Warning::NoQualifier { function: to.name().to_owned(), name: name.to_owned(), known: names.join(", ") })
}

fn qualifier(item: &Item) -> Option<Warning> {
    let to = FunctionArn::parse(&item.call.target);
    let name = |arn: &FunctionArn| arn.qualifier().unwrap_or("$LATEST").to_owned();
    let (from, to) = (name(&item.function), name(&to));
    (from != to).then_some(Warning::OtherQualifier { from, to })
}

impl Warning {
    /// The warning in words, with times in this zone.
    #[must_use]
    pub fn words(&self, zone: &TimeZone) -> String {
        match self {
            Self::Replayed { at, fate } => format!("already replayed at {}{}", time(*at, zone), became(fate)),
            Self::Old { age, maximum } => {
                format!("{} old: older than the {} for which Lambda keeps an event", span(*age), span(*maximum))
            }
            Self::OtherAccount { function, sender } => {
                format!("the function is in account {function}, and {sender} sends")
            }
            Self::OtherRegion { function, log } => format!("the function is in {function}, its log is read in {log}"),
            Self::LatestChanged { at } => {
                format!("$LATEST was changed at {}, after the record was made", time(*at, zone))
            }
            Self::OtherQualifier { from, to } => format!("goes to {to} instead of {from}"),
            Self::Edited => "the payload was edited".to_owned(),
            Self::Recovered => {
                "the payload was rebuilt from a print that was not JSON: its spelling is not the first one's".to_owned()
            }
            Self::Redelivered { times: 1 } => "this record was delivered once before".to_owned(),
            Self::Redelivered { times } => format!("this record was delivered {times} times before"),
            Self::Success => "the record tells of a success: what went well is done once more".to_owned(),
            Self::NoQualifier { function, name, known } => {
                format!("{function} has no version or alias {name}, and Lambda will refuse it: it has {known}")
            }
            Self::StartsOthers { names } => format!("a success starts {}", names.join(", ")),
            Self::NoDestination { of } => format!("no record will come of a {of}: there is no destination for it"),
            Self::NoTenant => "the function keeps tenants apart, and none is named: Lambda will refuse it".to_owned(),
            Self::NoRecord => "runs at once, and no destination hears of it".to_owned(),
            Self::Large { bytes } => format!("{bytes} bytes: an SNS destination would leave the payloads out"),
            Self::NotKnown { what, why } => format!("{what} is not known: {why}"),
        }
    }
}

fn became(fate: &Fate) -> String {
    match fate {
        Fate::Unknown { .. } => ", and nobody knows whether it was sent".to_owned(),
        Fate::Refused { .. } => String::new(),
        Fate::Sent { .. } => ", no record seen yet".to_owned(),
        Fate::Answered(verdict) => format!(": {}", verdict.words()),
    }
}

fn time(at: i64, zone: &TimeZone) -> String {
    let time = jiff::Timestamp::from_millisecond(at);
    time.map_or_else(|_| at.to_string(), |time| time.to_zoned(zone.clone()).strftime("%Y-%m-%d %H:%M:%S").to_string())
}

fn span(span: Duration) -> String {
    super::duration_words(i64::try_from(span.as_millis()).unwrap_or(i64::MAX))
}

#[cfg(test)]
mod tests;
