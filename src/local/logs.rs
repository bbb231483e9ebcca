//! CloudWatch Logs' JSON protocol: targets to operations, faults in its manner, and the quota of its rates.

mod filter;
mod get;
mod groups;
mod insights;
mod live;
mod pattern;
mod put;

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde::Serialize;
use serde::de::DeserializeOwned;

use super::faults::{self, Kind};
use super::operation::Operation;
use super::store::Refused;
use super::wire::{Fault, Reply, Request, to_json};
use super::world::{World, lock};

pub(crate) use insights::Queries;

const JSON: &str = "application/x-amz-json-1.1";
/// Bytes of a page of events, each counted with its overhead.
const PAGE_BYTES: usize = 1024 * 1024;
/// Events of a page.
const PAGE_EVENTS: usize = 10_000;

/// What an operation gives: the body of its answer, or a refusal.
type Answer = Result<String, Fault>;

/// Answers a request by the operation that it names.
pub(crate) fn answer(world: &Arc<World>, operation: &Operation, request: &Request) -> Reply {
    if operation.name == "StartLiveTail" {
        let begun = parse(request).and_then(|input| live::start_live_tail(world, operation, input));
        return begun.unwrap_or_else(|fault| refusal(&fault));
    }
    if operation.name == "StartQuery" {
        let started = parse(request).and_then(|input| insights::start_query(world, &input));
        return started.unwrap_or_else(|fault| refusal(&fault));
    }
    let done = match operation.name.as_str() {
        "FilterLogEvents" => admit(world).and_then(|()| filter::filter_log_events(world, operation, parse(request)?)),
        "GetLogEvents" => parse(request).and_then(|input| get::get_log_events(world, operation, &input)),
        "DescribeLogGroups" => parse(request).and_then(|input| groups::describe_log_groups(world, &input)),
        "DescribeLogStreams" => parse(request).and_then(|input| groups::describe_log_streams(world, &input)),
        "ListLogGroups" => parse(request).and_then(|input| groups::list_log_groups(world, &input)),
        "GetQueryResults" => parse(request).and_then(|input| insights::get_query_results(world, &input)),
        "StopQuery" => parse(request).and_then(|input| insights::stop_query(world, &input)),
        "GetLogRecord" => parse(request).and_then(|input| insights::get_log_record(world, operation, &input)),
        "PutRetentionPolicy" => parse(request).and_then(|input| put::put_retention_policy(world, &input)),
        "DeleteRetentionPolicy" => parse(request).and_then(|input| put::delete_retention_policy(world, &input)),
        "PutLogEvents" => parse(request).and_then(|input| put::put_log_events(world, input)),
        "CreateLogGroup" => parse(request).and_then(|input| put::create_log_group(world, &input)),
        "CreateLogStream" => parse(request).and_then(|input| put::create_log_stream(world, &input)),
        other => {
            Err(Fault::new(400, "UnknownOperationException", format!("{other} is not offered by this local endpoint")))
        }
    };
    done.map_or_else(|fault| refusal(&fault), |body| Reply::new(200, JSON, body))
}

#[derive(Serialize)]
struct Refusal<'a> {
    #[serde(rename = "__type")]
    code: &'a str,
    message: &'a str,
}

/// A fault with the protocol's header and body.
pub(crate) fn refusal(fault: &Fault) -> Reply {
    let body = to_json(&Refusal { code: fault.code, message: &fault.message });
    Reply::new(fault.status, JSON, body).with("x-amzn-errortype", fault.code)
}

fn parse<T: DeserializeOwned>(request: &Request) -> Result<T, Fault> {
    let body = if request.body.is_empty() { b"{}".as_slice() } else { &request.body };
    serde_json::from_slice(body).map_err(|error| Fault::new(400, "SerializationException", error.to_string()))
}

fn invalid(message: impl Into<String>) -> Fault {
    Fault::new(400, "InvalidParameterException", message)
}

impl From<Refused> for Fault {
    fn from(refused: Refused) -> Self {
        let (code, message) = match refused {
            Refused::NoGroup => ("ResourceNotFoundException", "The specified log group does not exist."),
            Refused::NoStream => ("ResourceNotFoundException", "The specified log stream does not exist."),
            Refused::Exists => ("ResourceAlreadyExistsException", "The specified resource already exists"),
            Refused::TooMany => ("LimitExceededException", "Resource limit exceeded."),
        };
        Self::new(400, code, message)
    }
}

/// The group that one of the two parameters names; an ARN may end in `:*`.
fn group_name(world: &World, name: Option<&str>, identifier: Option<&str>) -> Result<String, Fault> {
    let given = match (name, identifier) {
        (Some(_), Some(_)) => {
            return Err(invalid("LogGroup name and LogGroup ARN are mutually exclusive parameters."));
        }
        (None, None) => {
            return Err(invalid("Either LogGroup name or LogGroup ARN must be specified."));
        }
        (Some(given), None) | (None, Some(given)) => given,
    };
    if !given.starts_with("arn:") {
        return Ok(given.to_owned());
    }
    let bare = given.strip_suffix(":*").unwrap_or(given);
    let ours = bare.strip_prefix(world.names.group_arn("").as_str());
    ours.map(str::to_owned).ok_or_else(|| Fault::from(Refused::NoGroup))
}

/// A limit from 1 to `most`, which is also its default unless one is given.
fn limit(wanted: Option<i64>, most: usize, default: usize) -> Result<usize, Fault> {
    let Some(wanted) = wanted else {
        return Ok(default);
    };
    let in_range = usize::try_from(wanted).ok().filter(|number| (1..=most).contains(number));
    in_range.ok_or_else(|| {
        let rule = if wanted < 1 { "greater than or equal to 1".to_owned() } else { format!("less than or equal to {most}") };
        invalid(format!("1 validation error detected: Value '{wanted}' at 'limit' failed to satisfy constraint: Member must have value {rule}"))
    })
}

/// The account's requests per second, when they are counted.
#[derive(Debug)]
pub(crate) struct Quota {
    per_second: Option<u32>,
    recent: Mutex<VecDeque<Instant>>,
}

impl Quota {
    /// No bound for `None`.
    pub(crate) fn new(per_second: Option<u32>) -> Self {
        Self { per_second, recent: Mutex::new(VecDeque::new()) }
    }

    /// Counts a request; `false` when it is one too many within a second.
    fn admits(&self, now: Instant) -> bool {
        let Some(most) = self.per_second else {
            return true;
        };
        let mut recent = lock(&self.recent);
        while recent.front().is_some_and(|first| now.duration_since(*first) >= Duration::from_secs(1)) {
            recent.pop_front();
        }
        let admitted = recent.len() < most as usize;
        if admitted {
            recent.push_back(now);
        }
        admitted
    }
}

fn admit(world: &World) -> Result<(), Fault> {
    if world.quota.admits(Instant::now()) {
        Ok(())
    } else {
        Err(Fault::new(400, "ThrottlingException", "Rate exceeded"))
    }
}

/// A message as the caller may see it: sensitive data stays masked unless `unmask` asks otherwise.
fn shown<'a>(world: &World, message: &'a str, unmask: bool) -> Cow<'a, str> {
    let masked = if unmask { None } else { world.faults.masked(message) };
    masked.map_or(Cow::Borrowed(message), Cow::Owned)
}

/// Refuses to show sensitive data to who is denied `logs:Unmask`.
fn may_unmask(world: &World, operation: &Operation, unmask: bool) -> Result<(), Fault> {
    let unmasking = operation.also("Unmask");
    if unmask && world.faults.strikes(|kind| matches!(kind, Kind::Denied(_)), &unmasking) {
        return Err(faults::Refusal::Denied.fault(&unmasking, &world.names));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_quota_counts_any_second() {
        let (quota, start) = (Quota::new(Some(2)), Instant::now());
        let at = |ms: u64| quota.admits(start + Duration::from_millis(ms));
        assert_eq!([at(0), at(600), at(900), at(1000), at(1100), at(1700)], [true, true, false, true, false, true]);
        assert!(Quota::new(None).admits(start));
    }
}
