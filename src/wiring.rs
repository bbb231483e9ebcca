//! Where the outcomes of a function go: sender, event-invoke configs, destinations, receivers, log groups.
//!
//! Everything is read through Lambda's own API. A queue's readers are its event source mappings. Who is subscribed to a
//! topic, and what the rules of a bus invoke, is known to SNS and EventBridge alone; but each needs a permission on the
//! function, and that stands in the function's resource policy. A rule of the default bus names no bus, and what a rule
//! matches or passes on cannot be seen from here: such receivers are possible ones.

mod arn;
mod examine;
mod explore;
mod finding;
mod hearsay;
mod landing;
mod lines;
mod metrics;
mod patience;
mod policy;
mod reckoning;
mod rules;

pub use arn::Kind;
pub use examine::{Examined, Facts, Group, examine};
pub use explore::{Explorer, FunctionInfo};
pub use finding::{Finding, Gravity};
pub use hearsay::receiver_of;
pub use landing::Landing;
pub use lines::{Line, Weight, lines};
pub use metrics::{Counts, Measure, Minutes, measure};
pub use reckoning::{Excess, Reckoning, Seen};

/// What becomes of a function's asynchronous invocations.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Sender {
    /// Its bare name.
    pub name: String,
    /// Its ARN, without a qualifier.
    pub arn: String,
    /// Its execution role's ARN, which has to be allowed to reach the destinations.
    pub role: Option<String>,
    /// ARN of the queue or topic that gets its failed events, beside any record.
    pub dead_letter: Option<String>,
    /// The only qualifier that was looked at, when one was named.
    pub only: Option<String>,
    /// Its event-invoke configs, that of `$LATEST` first.
    pub routes: Vec<Route>,
    /// What could not be read, each with the reason.
    pub unread: Vec<String>,
}

/// The event-invoke config of one qualifier.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Route {
    /// `$LATEST`, a version or an alias.
    pub qualifier: String,
    /// Retries after a failed attempt, 0 to 2; 2 when not set.
    pub retries: Option<u32>,
    /// Seconds after which an event is given up; 21 600 when not set.
    pub age: Option<u32>,
    /// Where successes go.
    pub on_success: Option<Destination>,
    /// Where failures go.
    pub on_failure: Option<Destination>,
}

/// Where records go, and who reads them there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Destination {
    /// Its ARN.
    pub arn: String,
    /// What it is.
    pub kind: Kind,
    /// The functions that get the records from it, with their log groups.
    pub receivers: Vec<Receiver>,
    /// Why its receivers are not known, when they are not.
    pub unknown: Option<Unknown>,
}

/// Why the receivers of a destination are not known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unknown {
    /// The function that it names does not exist.
    Gone(String),
    /// They may not be read.
    Unread(String),
}

impl std::fmt::Display for Unknown {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (Self::Gone(why) | Self::Unread(why)) = self;
        f.write_str(why)
    }
}

/// A function that gets records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Receiver {
    /// Its bare name.
    pub function: String,
    /// Its qualifier, when one was given.
    pub qualifier: Option<String>,
    /// How the records come to it.
    pub via: Via,
    /// How it logs.
    pub logging: Logging,
}

/// How records come to a receiver.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Via {
    /// It is the destination itself.
    Directly,
    /// An event source mapping reads the queue for it.
    Mapping {
        /// The mapping's id.
        uuid: String,
        /// Its state, such as `Enabled`.
        state: String,
    },
    /// Its policy lets the topic invoke it.
    Topic,
    /// Its policy lets this rule of the bus invoke it.
    Rule(String),
}

/// How a function logs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Logging {
    /// Its log group.
    pub group: String,
    /// Whether lines are JSON; levels count only then.
    pub json: bool,
    /// Level below which lines of its code are dropped, such as `WARN`.
    pub application: Option<String>,
    /// Level below which lines of the service are dropped.
    pub system: Option<String>,
    /// Whether this was read, and is not the guess of who may not read it.
    pub known: bool,
}

impl Sender {
    /// The destinations of all qualifiers, or of one, each once.
    pub fn destinations(&self, qualifier: Option<&str>) -> impl Iterator<Item = &Destination> {
        let routes = self.routes.iter().filter(move |route| qualifier.is_none_or(|wanted| wanted == route.qualifier));
        let mut seen: Vec<&str> = Vec::new();
        routes.flat_map(Route::destinations).filter(move |destination| {
            let new = !seen.contains(&destination.arn.as_str());
            seen.push(&destination.arn);
            new
        })
    }

    /// The log groups that its records land in, each once.
    #[must_use]
    pub fn groups(&self, qualifier: Option<&str>) -> Vec<String> {
        let mut groups = Vec::new();
        for receiver in self.destinations(qualifier).flat_map(|destination| &destination.receivers) {
            if !groups.contains(&receiver.logging.group) {
                groups.push(receiver.logging.group.clone());
            }
        }
        groups
    }
}

impl Route {
    /// Its destinations, that of failures first.
    pub fn destinations(&self) -> impl Iterator<Item = &Destination> {
        self.on_failure.iter().chain(&self.on_success)
    }
}

impl Receiver {
    /// Name and qualifier.
    #[must_use]
    pub fn label(&self) -> String {
        match &self.qualifier {
            Some(qualifier) => format!("{}:{qualifier}", self.function),
            None => self.function.clone(),
        }
    }
}
