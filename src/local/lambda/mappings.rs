//! Event source mappings of queues.

use serde::{Deserialize, Serialize};

use super::super::clock::now_ms;
use super::super::readers::Mapping;
use super::super::wire::{Fault, Request};
use super::super::world::{World, lock};
use super::paging::page;
use super::{Answer, constraint, invalid, json, not_found};

/// What a caller sets.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    event_source_arn: Option<String>,
    function_name: Option<String>,
    enabled: Option<bool>,
    batch_size: Option<i64>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    #[serde(rename = "UUID")]
    uuid: String,
    batch_size: u32,
    maximum_batching_window_in_seconds: u32,
    event_source_arn: String,
    function_arn: String,
    last_modified: f64,
    state: &'static str,
    state_transition_reason: &'static str,
    function_response_types: [(); 0],
    event_source_mapping_arn: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
    event_source_mappings: Vec<Described>,
}

/// `ListEventSourceMappings`, of a source or a function when one is named.
pub(super) fn list(world: &World, request: &Request) -> Answer {
    let source = request.parameter("EventSourceArn");
    let function = request.parameter("FunctionName").map(|name| world.names.function(name, None)).transpose()?;
    let mappings = lock(&world.mappings);
    let wanted = mappings.iter().filter(|mapping| {
        source.is_none_or(|source| mapping.source == source)
            && function.as_ref().is_none_or(|function| mapping.function == function.name)
    });
    let all = wanted.map(|mapping| describe(world, mapping)).collect();
    let (event_source_mappings, next_marker) = page(request, all, 10_000, 50)?;
    Ok(json(200, &Page { next_marker, event_source_mappings }))
}

/// `CreateEventSourceMapping`, of a standard queue: other sources have no place here.
pub(super) fn create(world: &World, request: &Request) -> Answer {
    let settings = settings(request)?;
    let source = settings.event_source_arn.unwrap_or_default();
    if source.split(':').nth(2) != Some("sqs") {
        return Err(invalid("This local endpoint maps SQS queues only: EventSourceArn has to be one's ARN."));
    }
    let wanted = world.names.function(&settings.function_name.unwrap_or_default(), None)?;
    let known = lock(&world.functions).get(&wanted.name).is_some();
    known.then_some(()).ok_or_else(|| not_found(format!("Function not found: {}", wanted.name)))?;
    let mut mappings = lock(&world.mappings);
    if mappings.iter().any(|mapping| mapping.source == source && mapping.function == wanted.name) {
        let message = format!("An event source mapping with SQS arn {source} and function {} exists.", wanted.name);
        return Err(Fault::new(409, "ResourceConflictException", message));
    }
    let mapping = Mapping {
        uuid: world.ids.uuid(),
        source,
        function: wanted.name,
        qualifier: wanted.qualifier,
        enabled: settings.enabled.unwrap_or(true),
        batch: batch(settings.batch_size)?,
        modified: now_ms(),
    };
    let answer = json(202, &describe(world, &mapping));
    mappings.push(mapping);
    Ok(answer)
}

/// `GetEventSourceMapping`.
pub(super) fn get(world: &World, uuid: &str) -> Answer {
    let mappings = lock(&world.mappings);
    let found = mappings.iter().find(|mapping| mapping.uuid == uuid).ok_or_else(missing)?;
    Ok(json(200, &describe(world, found)))
}

/// `UpdateEventSourceMapping`: whether it reads, and how much.
pub(super) fn update(world: &World, request: &Request, uuid: &str) -> Answer {
    let settings = settings(request)?;
    let mut mappings = lock(&world.mappings);
    let found = mappings.iter_mut().find(|mapping| mapping.uuid == uuid).ok_or_else(missing)?;
    found.enabled = settings.enabled.unwrap_or(found.enabled);
    found.batch = batch(settings.batch_size.or(Some(i64::from(found.batch))))?;
    found.modified = now_ms();
    Ok(json(202, &describe(world, found)))
}

/// `DeleteEventSourceMapping`.
pub(super) fn delete(world: &World, uuid: &str) -> Answer {
    let mut mappings = lock(&world.mappings);
    let at = mappings.iter().position(|mapping| mapping.uuid == uuid).ok_or_else(missing)?;
    Ok(json(202, &Described { state: "Deleting", ..describe(world, &mappings.remove(at)) }))
}

fn settings(request: &Request) -> Result<Settings, Fault> {
    serde_json::from_slice(&request.body).map_err(|error| invalid(error.to_string()))
}

fn batch(wanted: Option<i64>) -> Result<u32, Fault> {
    let size = wanted.unwrap_or(10);
    let in_range = u32::try_from(size).ok().filter(|size| (1..=10_000).contains(size));
    in_range.ok_or_else(|| constraint(size, "batchSize", "have value between 1 and 10000"))
}

fn missing() -> Fault {
    not_found("The resource you requested does not exist.".to_owned())
}

fn describe(world: &World, mapping: &Mapping) -> Described {
    Described {
        uuid: mapping.uuid.clone(),
        batch_size: mapping.batch,
        maximum_batching_window_in_seconds: 0,
        event_source_arn: mapping.source.clone(),
        function_arn: match &mapping.qualifier {
            Some(qualifier) => world.names.qualified_arn(&mapping.function, qualifier),
            None => world.names.function_arn(&mapping.function),
        },
        last_modified: mapping.modified as f64 / 1000.0,
        state: if mapping.enabled { "Enabled" } else { "Disabled" },
        state_transition_reason: "USER_INITIATED",
        function_response_types: [],
        event_source_mapping_arn: world.names.mapping_arn(&mapping.uuid),
    }
}
