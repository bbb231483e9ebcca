//! `DescribeLogGroups`, `ListLogGroups` and `DescribeLogStreams`.

use std::sync::Arc;

use regex::Regex;
use serde::{Deserialize, Serialize};

use super::super::paging;
use super::super::store::{Group, Stream};
use super::super::wire::{Fault, to_json};
use super::super::world::{World, lock};
use super::{Answer, group_name, invalid, limit};

/// `DescribeLogGroups`' parameters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Groups {
    log_group_name_prefix: Option<String>,
    log_group_name_pattern: Option<String>,
    log_group_class: Option<String>,
    log_group_identifiers: Option<Vec<String>>,
    next_token: Option<String>,
    limit: Option<i64>,
}

/// `ListLogGroups`' parameters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Listed {
    log_group_name_pattern: Option<String>,
    log_group_class: Option<String>,
    next_token: Option<String>,
    limit: Option<i64>,
}

#[derive(Serialize)]
struct Summary {
    #[serde(rename = "logGroupName")]
    name: String,
    #[serde(rename = "logGroupArn")]
    arn: String,
    #[serde(rename = "logGroupClass")]
    class: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct SummaryPage {
    log_groups: Vec<Summary>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// `DescribeLogStreams`' parameters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Streams {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name_prefix: Option<String>,
    order_by: Option<String>,
    descending: Option<bool>,
    next_token: Option<String>,
    limit: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DescribedGroup {
    log_group_name: String,
    creation_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    retention_in_days: Option<u32>,
    metric_filter_count: u32,
    arn: String,
    stored_bytes: usize,
    log_group_class: &'static str,
    log_group_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    data_protection_status: Option<&'static str>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct DescribedStream {
    log_stream_name: String,
    creation_time: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    first_event_timestamp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_event_timestamp: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_ingestion_time: Option<i64>,
    upload_sequence_token: &'static str,
    arn: String,
    stored_bytes: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct GroupPage {
    log_groups: Vec<DescribedGroup>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct StreamPage {
    log_streams: Vec<DescribedStream>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// Groups by name, of a prefix or with a part in their name.
pub(super) fn describe_log_groups(world: &World, input: &Groups) -> Answer {
    if input.log_group_name_prefix.is_some() && input.log_group_name_pattern.is_some() {
        return Err(invalid("LogGroup name prefix and LogGroup name pattern are mutually exclusive parameters."));
    }
    let identified = input
        .log_group_identifiers
        .as_ref()
        .map(|all| all.iter().filter_map(|one| group_name(world, None, Some(one)).ok()).collect::<Vec<String>>());
    let logs = lock(&world.logs);
    let wanted = logs.groups().iter().filter(|(name, group)| {
        input.log_group_name_prefix.as_ref().is_none_or(|prefix| name.starts_with(prefix.as_str()))
            && input.log_group_name_pattern.as_ref().is_none_or(|part| name.contains(part.as_str()))
            && input.log_group_class.as_ref().is_none_or(|class| class == group.class)
            && identified.as_ref().is_none_or(|names| names.contains(name))
    });
    let all = wanted.map(|(name, group)| describe_group(world, name, group)).collect();
    let (log_groups, next_token) = page(all, input.next_token.as_deref(), limit(input.limit, 50, 50)?)?;
    Ok(to_json(&GroupPage { log_groups, next_token }))
}

/// Groups by name, of a class or with names that a regular expression finds.
pub(super) fn list_log_groups(world: &World, input: &Listed) -> Answer {
    let pattern = input.log_group_name_pattern.as_deref().map(Regex::new).transpose();
    let pattern = pattern.map_err(|_| invalid("The logGroupNamePattern is no regular expression."))?;
    let logs = lock(&world.logs);
    let wanted = logs.groups().iter().filter(|(name, group)| {
        pattern.as_ref().is_none_or(|pattern| pattern.is_match(name))
            && input.log_group_class.as_ref().is_none_or(|class| class == group.class)
    });
    let summary = |(name, group): (&String, &Group)| Summary {
        name: name.clone(),
        arn: world.names.group_arn(name),
        class: group.class,
    };
    let all = wanted.map(summary).collect();
    let (log_groups, next_token) = page(all, input.next_token.as_deref(), limit(input.limit, 1000, 50)?)?;
    Ok(to_json(&SummaryPage { log_groups, next_token }))
}

fn describe_group(world: &World, name: &str, group: &Group) -> DescribedGroup {
    let log_group_arn = world.names.group_arn(name);
    DescribedGroup {
        log_group_name: name.to_owned(),
        creation_time: group.created,
        retention_in_days: group.retention,
        metric_filter_count: 0,
        arn: format!("{log_group_arn}:*"),
        stored_bytes: group.bytes,
        log_group_class: group.class,
        log_group_arn,
        data_protection_status: world.faults.protects().then_some("ACTIVATED"),
    }
}

/// Streams of a group, by name or by their last event.
pub(super) fn describe_log_streams(world: &World, input: &Streams) -> Answer {
    let name = group_name(world, input.log_group_name.as_deref(), input.log_group_identifier.as_deref())?;
    let by_time = is_by_time(input)?;
    let logs = lock(&world.logs);
    let group = logs.group(&name)?;
    let prefix = input.log_stream_name_prefix.as_deref().unwrap_or_default();
    let mut wanted: Vec<(&Arc<str>, &Stream)> =
        group.streams.iter().filter(|(name, _)| name.starts_with(prefix)).collect();
    if by_time {
        wanted.sort_by_key(|(_, stream)| stream.span.map_or(stream.created, |(_, last)| last));
    }
    if input.descending.unwrap_or(false) {
        wanted.reverse();
    }
    let arn = world.names.group_arn(&name);
    let all = wanted.into_iter().map(|(name, stream)| describe_stream(&arn, name, stream)).collect();
    let (log_streams, next_token) = page(all, input.next_token.as_deref(), limit(input.limit, 50, 50)?)?;
    Ok(to_json(&StreamPage { log_streams, next_token }))
}

/// Whether streams are ordered by their last event; by their name otherwise.
fn is_by_time(input: &Streams) -> Result<bool, Fault> {
    match input.order_by.as_deref() {
        None | Some("LogStreamName") => Ok(false),
        Some("LastEventTime") if input.log_stream_name_prefix.is_some() => {
            Err(invalid("Cannot order by LastEventTime with a logStreamNamePrefix."))
        }
        Some("LastEventTime") => Ok(true),
        Some(other) => Err(invalid(format!("Value '{other}' at 'orderBy' is no order"))),
    }
}

fn describe_stream(group_arn: &str, name: &str, stream: &Stream) -> DescribedStream {
    DescribedStream {
        log_stream_name: name.to_owned(),
        creation_time: stream.created,
        first_event_timestamp: stream.span.map(|(first, _)| first),
        last_event_timestamp: stream.span.map(|(_, last)| last),
        last_ingestion_time: stream.last_ingestion,
        upload_sequence_token: "49600000000000000000000000000000000000000000000000000000",
        arn: format!("{group_arn}:log-stream:{name}"),
        // AWS stopped counting bytes by stream in 2019.
        stored_bytes: 0,
    }
}

fn page<T>(items: Vec<T>, token: Option<&str>, most: usize) -> Result<(Vec<T>, Option<String>), Fault> {
    paging::page(items, token, most).ok_or_else(|| invalid("The specified nextToken is invalid."))
}
