//! `PutLogEvents`, `CreateLogGroup`, `CreateLogStream`, `PutRetentionPolicy`.

use std::sync::Arc;

use serde::{Deserialize, Serialize};

use super::super::clock::now_ms;
use super::super::store::EVENT_OVERHEAD;
use super::super::wire::{Fault, to_json};
use super::super::world::{World, lock};
use super::{Answer, PAGE_BYTES, PAGE_EVENTS, invalid};

const TWO_HOURS_MS: i64 = 2 * 3_600_000;
const FOURTEEN_DAYS_MS: i64 = 14 * 24 * 3_600_000;

/// `CreateLogGroup`'s parameters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct NewGroup {
    log_group_name: String,
    log_group_class: Option<String>,
}

/// `PutRetentionPolicy`'s and `DeleteRetentionPolicy`'s parameters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Retention {
    log_group_name: String,
    retention_in_days: Option<u32>,
}

/// `CreateLogStream`'s parameters.
#[derive(Deserialize)]
pub(super) struct NewStream {
    #[serde(rename = "logGroupName")]
    group: String,
    #[serde(rename = "logStreamName")]
    stream: String,
}

/// `PutLogEvents`' parameters; its sequence token is ignored, as AWS does since 2023.
#[derive(Deserialize)]
pub(super) struct Batch {
    #[serde(rename = "logGroupName")]
    group: String,
    #[serde(rename = "logStreamName")]
    stream: String,
    #[serde(rename = "logEvents")]
    events: Vec<Event>,
}

#[derive(Deserialize)]
struct Event {
    timestamp: i64,
    message: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Taken {
    next_sequence_token: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    rejected_log_events_info: Option<Rejected>,
}

#[derive(Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Rejected {
    #[serde(skip_serializing_if = "Option::is_none")]
    too_new_log_event_start_index: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    too_old_log_event_end_index: Option<usize>,
}

/// The days that CloudWatch takes.
const DAYS: [u32; 23] =
    [1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653, 3654];

/// Says how long a group's events are kept; none is deleted here, where they are in memory only.
pub(super) fn put_retention_policy(world: &World, input: &Retention) -> Answer {
    let days = input.retention_in_days.filter(|days| DAYS.contains(days));
    let days = days.ok_or_else(|| invalid("The retentionInDays is none of the days that can be chosen."))?;
    lock(&world.logs).group_mut(&input.log_group_name)?.retention = Some(days);
    Ok(String::new())
}

/// Keeps a group's events without end.
pub(super) fn delete_retention_policy(world: &World, input: &Retention) -> Answer {
    lock(&world.logs).group_mut(&input.log_group_name)?.retention = None;
    Ok(String::new())
}

/// Makes a log group.
pub(super) fn create_log_group(world: &World, input: &NewGroup) -> Answer {
    check_name("logGroupName", &input.log_group_name, |c| c.is_ascii_alphanumeric() || "._-/#".contains(c))?;
    let class = match input.log_group_class.as_deref() {
        None | Some("STANDARD") => "STANDARD",
        Some("INFREQUENT_ACCESS") => "INFREQUENT_ACCESS",
        Some("DELIVERY") => "DELIVERY",
        Some(other) => {
            return Err(invalid(format!("Value '{other}' at 'logGroupClass' is no log group class")));
        }
    };
    lock(&world.logs).create_group(&input.log_group_name, class)?;
    Ok(String::new())
}

/// Makes a log stream.
pub(super) fn create_log_stream(world: &World, input: &NewStream) -> Answer {
    check_name("logStreamName", &input.stream, |c| c != ':' && c != '*')?;
    lock(&world.logs).create_stream(&input.group, &input.stream)?;
    Ok(String::new())
}

fn check_name(member: &str, name: &str, allowed: impl Fn(char) -> bool) -> Result<(), Fault> {
    let good = !name.is_empty() && name.chars().count() <= 512 && name.chars().all(allowed);
    let message =
        || invalid(format!("1 validation error detected: Value '{name}' at '{member}' failed to satisfy constraint"));
    good.then_some(()).ok_or_else(message)
}

/// Takes events in, but for those that are too old or too new.
pub(super) fn put_log_events(world: &World, input: Batch) -> Answer {
    let events = input.events;
    check_batch(&events)?;
    let now = now_ms();
    let too_old = events.iter().take_while(|event| event.timestamp < now - FOURTEEN_DAYS_MS).count();
    let too_new = events.iter().take_while(|event| event.timestamp <= now + TWO_HOURS_MS).count();
    let rejected = Rejected {
        too_new_log_event_start_index: (too_new < events.len()).then_some(too_new),
        too_old_log_event_end_index: (too_old > 0).then_some(too_old),
    };
    let kept = events.into_iter().take(too_new).skip(too_old);
    let kept = kept.map(|event| (event.timestamp, Arc::from(event.message))).collect();
    world.log(&input.group, &input.stream, kept)?;
    let rejected_log_events_info = (rejected != Rejected::default()).then_some(rejected);
    Ok(to_json(&Taken {
        next_sequence_token: "49600000000000000000000000000000000000000000000000000000",
        rejected_log_events_info,
    }))
}

fn check_batch(events: &[Event]) -> Result<(), Fault> {
    if events.is_empty() || events.len() > PAGE_EVENTS {
        return Err(invalid("1 validation error detected: 'logEvents' must have from 1 to 10000 members"));
    }
    if events.iter().any(|event| event.message.is_empty() || event.timestamp < 0) {
        return Err(invalid("1 validation error detected: a log event needs a message and a timestamp of at least 0"));
    }
    let bytes: usize = events.iter().map(|event| event.message.len() + EVENT_OVERHEAD).sum();
    if bytes > PAGE_BYTES {
        return Err(invalid(format!("Upload too large: {bytes} bytes exceeds limit of {PAGE_BYTES}")));
    }
    if !events.is_sorted_by_key(|event| event.timestamp) {
        return Err(invalid("Log events in a single PutLogEvents request must be in chronological order."));
    }
    Ok(())
}
