//! Event-invoke configs: one for each qualifier of a function.

use serde::{Deserialize, Serialize};

use super::super::clock::now_ms;
use super::super::deployment::{EventInvokeConfig, Function};
use super::super::names::{FunctionRef, LATEST};
use super::super::wire::{Fault, Reply, Request};
use super::super::world::{World, lock};
use super::paging::page;
use super::{Answer, constraint, invalid, json, not_found, reference, unknown};

/// What a caller sets.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    maximum_retry_attempts: Option<i64>,
    maximum_event_age_in_seconds: Option<i64>,
    destination_config: Option<Destinations>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Destinations {
    on_success: Option<Destination>,
    on_failure: Option<Destination>,
}

#[derive(Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Destination {
    #[serde(skip_serializing_if = "Option::is_none")]
    destination: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Described {
    last_modified: f64,
    function_arn: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum_retry_attempts: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    maximum_event_age_in_seconds: Option<u32>,
    destination_config: Destinations,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Page {
    function_event_invoke_configs: Vec<Described>,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
}

/// Get, put, update or delete the config of one qualifier.
pub(super) fn one(world: &World, request: &Request, name: &str) -> Answer {
    let wanted = reference(world, request, name)?;
    match request.method.as_str() {
        "GET" => get(world, &wanted),
        "PUT" => put(world, request, &wanted, false),
        "POST" => put(world, request, &wanted, true),
        "DELETE" => delete(world, &wanted),
        _ => Ok(unknown(request)),
    }
}

/// The configs of all qualifiers.
pub(super) fn list(world: &World, request: &Request, name: &str) -> Answer {
    let wanted = reference(world, request, name)?;
    let functions = lock(&world.functions);
    let function = functions.get(&wanted.name).ok_or_else(no_function)?;
    let all = function.configs.iter().map(|(qualifier, config)| describe(world, function, qualifier, config)).collect();
    let (function_event_invoke_configs, next_marker) = page(request, all, 50, 50)?;
    Ok(json(200, &Page { function_event_invoke_configs, next_marker }))
}

fn get(world: &World, wanted: &FunctionRef) -> Answer {
    let (functions, qualifier) = (lock(&world.functions), qualifier(wanted));
    let found = functions.get(&wanted.name).and_then(|function| Some((function, function.configs.get(qualifier)?)));
    let (function, config) = found.ok_or_else(|| no_config(world, wanted))?;
    Ok(json(200, &describe(world, function, qualifier, config)))
}

fn delete(world: &World, wanted: &FunctionRef) -> Answer {
    let mut functions = lock(&world.functions);
    let removed = functions.get_mut(&wanted.name).and_then(|function| function.configs.remove(qualifier(wanted)));
    removed.map(|_| Reply::empty(204)).ok_or_else(|| no_config(world, wanted))
}

/// Replaces a config, or changes only what is given when it is an update.
fn put(world: &World, request: &Request, wanted: &FunctionRef, update: bool) -> Answer {
    let settings: Settings = serde_json::from_slice(&request.body).map_err(|error| invalid(error.to_string()))?;
    settings.check()?;
    let mut functions = lock(&world.functions);
    if let Some(destinations) = &settings.destination_config {
        let known = |name: &str| functions.get(name).is_some();
        destinations.check(world, &wanted.name, known)?;
    }
    let qualifier = qualifier(wanted);
    let function = functions.get_mut(&wanted.name).ok_or_else(no_function)?;
    function.version_of(qualifier).ok_or_else(no_function)?;
    let before = function.configs.get(qualifier).cloned();
    let base = match before {
        Some(before) if update => before,
        None if update => return Err(no_config(world, wanted)),
        _ => EventInvokeConfig::default(),
    };
    function.configs.insert(qualifier.to_owned(), settings.over(base)?);
    let config = &function.configs[qualifier];
    Ok(json(200, &describe(world, function, qualifier, config)))
}

impl Settings {
    fn check(&self) -> Result<(), Fault> {
        let nothing = self.maximum_retry_attempts.is_none() && self.maximum_event_age_in_seconds.is_none();
        if nothing && self.destination_config.is_none() {
            return Err(invalid("You must specify at least one of error handling or destination setting."));
        }
        ranged(self.maximum_retry_attempts, "maximumRetryAttempts", 0, 2)?;
        ranged(self.maximum_event_age_in_seconds, "maximumEventAgeInSeconds", 60, 21_600)?;
        Ok(())
    }

    /// These settings, and `base` where they say nothing.
    fn over(self, base: EventInvokeConfig) -> Result<EventInvokeConfig, Fault> {
        let retries = ranged(self.maximum_retry_attempts, "maximumRetryAttempts", 0, 2)?;
        let age = ranged(self.maximum_event_age_in_seconds, "maximumEventAgeInSeconds", 60, 21_600)?;
        let (on_success, on_failure) = match self.destination_config {
            Some(destinations) => (arn(destinations.on_success), arn(destinations.on_failure)),
            None => (base.on_success, base.on_failure),
        };
        let (retries, age) = (retries.or(base.retries), age.or(base.age));
        Ok(EventInvokeConfig { retries, age, on_success, on_failure, modified: now_ms() })
    }
}

impl Destinations {
    fn check(&self, world: &World, function: &str, known: impl Fn(&str) -> bool) -> Result<(), Fault> {
        let success = self.on_success.as_ref().and_then(Destination::arn);
        let failure = self.on_failure.as_ref().and_then(Destination::arn);
        for (arn, is_success) in [(success, true), (failure, false)] {
            let Some(arn) = arn else { continue };
            match kind(arn) {
                Some("lambda") => check_function(world, arn, function, &known)?,
                Some("sqs") if is_fifo(arn) => return Err(self.refused()),
                Some("sns") if is_fifo(arn) => {
                    return Err(invalid("FIFO-type Amazon SNS topics aren't supported as a destination."));
                }
                Some("sqs" | "sns" | "events") => {}
                Some("s3") if !is_success => {}
                _ => return Err(self.refused()),
            }
        }
        Ok(())
    }

    fn refused(&self) -> Fault {
        let part = |name: &str, given: &Option<Destination>| {
            let arn = given.as_ref().and_then(Destination::arn);
            arn.map_or("null".to_owned(), |arn| format!("{name}(destination={arn})"))
        };
        invalid(format!(
            "The provided destination config DestinationConfig(onSuccess={}, onFailure={}) is invalid.",
            part("OnSuccess", &self.on_success),
            part("OnFailure", &self.on_failure)
        ))
    }
}

impl Destination {
    fn arn(&self) -> Option<&str> {
        self.destination.as_deref().filter(|arn| !arn.is_empty())
    }
}

/// FIFO queues and topics carry it in their names, in small letters only.
fn is_fifo(arn: &str) -> bool {
    arn.strip_suffix(".fifo").is_some()
}

/// The service of a destination's ARN.
fn kind(arn: &str) -> Option<&str> {
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    match parts.as_slice() {
        ["arn", partition, service, _, _, resource] if partition.starts_with("aws") && !resource.is_empty() => {
            Some(service)
        }
        _ => None,
    }
}

/// A function of this account has to be there, and may not be the sender itself.
fn check_function(world: &World, arn: &str, sender: &str, known: impl Fn(&str) -> bool) -> Result<(), Fault> {
    let refused = || invalid(format!("The destination ARN {arn} is invalid."));
    let wanted = world.names.function(arn, None).map_err(|_| refused())?;
    if wanted.name == sender {
        return Err(invalid("You can't specify the function as a destination for itself."));
    }
    known(&wanted.name).then_some(()).ok_or_else(refused)
}

fn ranged(value: Option<i64>, member: &str, least: u32, most: u32) -> Result<Option<u32>, Fault> {
    let Some(value) = value else { return Ok(None) };
    match u32::try_from(value) {
        Ok(number) if (least..=most).contains(&number) => Ok(Some(number)),
        Ok(number) if number > most => {
            Err(constraint(value, member, &format!("have value less than or equal to {most}")))
        }
        _ => Err(constraint(value, member, &format!("have value greater than or equal to {least}"))),
    }
}

fn arn(destination: Option<Destination>) -> Option<String> {
    destination?.destination.filter(|arn| !arn.is_empty())
}

fn qualifier(wanted: &FunctionRef) -> &str {
    wanted.qualifier.as_deref().unwrap_or(LATEST)
}

fn no_function() -> Fault {
    not_found("The function doesn't exist.".to_owned())
}

fn no_config(world: &World, wanted: &FunctionRef) -> Fault {
    let arn = world.names.qualified_arn(&wanted.name, qualifier(wanted));
    not_found(format!("The function {arn} doesn't have an EventInvokeConfig"))
}

fn describe(world: &World, function: &Function, qualifier: &str, config: &EventInvokeConfig) -> Described {
    let destination = |arn: &Option<String>| Some(Destination { destination: arn.clone() });
    Described {
        last_modified: config.modified as f64 / 1000.0,
        function_arn: world.names.qualified_arn(function.definition.name, qualifier),
        maximum_retry_attempts: config.retries,
        maximum_event_age_in_seconds: config.age,
        destination_config: Destinations {
            on_success: destination(&config.on_success),
            on_failure: destination(&config.on_failure),
        },
    }
}
