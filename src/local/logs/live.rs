//! `StartLiveTail`: events as they are taken in, over an event stream.
//!
//! A session begins with what is taken in after it; it tells what has come once a second, and what is more than
//! 500 events of it is sampled. It ends after three hours. Its events have no id.

mod frames;
mod session;

use std::collections::HashSet;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use tokio::sync::mpsc;

use super::super::operation::Operation;
use super::super::store::{Inbox, StoredEvent};
use super::super::wire::{Fault, Reply};
use super::super::world::{World, lock};
use super::pattern::Pattern;
use super::{group_name, invalid};
use session::Session;

/// How long a session lasts.
const LENGTH: Duration = Duration::from_hours(3);
/// Most groups of a session.
const GROUPS: usize = 10;
/// Updates that wait for a slow reader.
const WAITING: usize = 10;

/// `StartLiveTail`'s parameters.
#[derive(Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Live {
    log_group_identifiers: Vec<String>,
    log_stream_names: Option<Vec<String>>,
    log_stream_name_prefixes: Option<Vec<String>>,
    #[serde(rename = "logEventFilterPattern")]
    pattern: Option<String>,
}

/// Which events a session tells of.
struct Wanted {
    streams: Option<HashSet<String>>,
    prefixes: Option<Vec<String>>,
    pattern: Pattern,
}

/// Begins a session, which goes on until it is over or nobody listens.
pub(super) fn start_live_tail(world: &Arc<World>, operation: &Operation, input: Live) -> Result<Reply, Fault> {
    let groups = groups(world, &input)?;
    let wanted = Wanted::new(&input)?;
    let length = world.faults.session(operation).unwrap_or_else(|| world.clock.shortened(LENGTH));
    let inbox = Arc::new(Inbox::default());
    lock(&world.logs).subscribe(groups, &inbox);
    let (send, frames) = mpsc::channel(WAITING);
    let session = Session { world: Arc::clone(world), operation: operation.clone(), inbox, wanted, send };
    world.tasks.spawn(session.run(input, length));
    Ok(Reply::streaming("application/vnd.amazon.eventstream", frames))
}

/// Names of the groups, all of which are there and can be tailed.
fn groups(world: &World, input: &Live) -> Result<HashSet<String>, Fault> {
    let identifiers = &input.log_group_identifiers;
    if identifiers.is_empty() || identifiers.len() > GROUPS {
        return Err(invalid(format!(
            "1 validation error detected: 'logGroupIdentifiers' must have from 1 to {GROUPS} members"
        )));
    }
    if let Some(bad) =
        identifiers.iter().find(|identifier| !identifier.starts_with("arn:") || identifier.ends_with('*'))
    {
        return Err(invalid(format!("Invalid logGroupIdentifier: {bad} is no log group ARN without a final *")));
    }
    let names: HashSet<String> =
        identifiers.iter().map(|one| group_name(world, None, Some(one))).collect::<Result<_, _>>()?;
    let logs = lock(&world.logs);
    for name in &names {
        if logs.group(name)?.class != "STANDARD" {
            return Err(Fault::new(
                400,
                "InvalidOperationException",
                "Live Tail supports log groups of the Standard class only.",
            ));
        }
    }
    Ok(names)
}

impl Wanted {
    fn new(input: &Live) -> Result<Self, Fault> {
        let has_streams = input.log_stream_names.is_some() || input.log_stream_name_prefixes.is_some();
        if has_streams && input.log_group_identifiers.len() > 1 {
            return Err(invalid("Log streams can be named for a single log group only."));
        }
        if input.log_stream_names.is_some() && input.log_stream_name_prefixes.is_some() {
            return Err(invalid("logStreamNames and logStreamNamePrefixes are mutually exclusive parameters."));
        }
        let pattern = Pattern::parse(input.pattern.as_deref().unwrap_or_default()).map_err(invalid)?;
        let streams = input.log_stream_names.clone().map(|names| names.into_iter().collect());
        Ok(Self { streams, prefixes: input.log_stream_name_prefixes.clone(), pattern })
    }

    fn wants(&self, event: &StoredEvent) -> bool {
        self.streams.as_ref().is_none_or(|names| names.contains(&*event.stream))
            && self
                .prefixes
                .as_ref()
                .is_none_or(|all| all.iter().any(|prefix| event.stream.starts_with(prefix.as_str())))
            && self.pattern.matches(&event.message)
    }
}
