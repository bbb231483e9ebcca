//! Functions, versions and aliases as Lambda describes them.

use serde::{Deserialize, Serialize};

use super::super::clock::{iso_offset, now_ms};
use super::super::deployment::{DescribedLogging, Function, WantedLogging};
use super::super::names::LATEST;
use super::super::wire::{Fault, Reply, Request};
use super::super::world::{World, lock};
use super::paging::page;
use super::{Answer, invalid, json, not_found, reference};

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Configuration {
    function_name: &'static str,
    function_arn: String,
    runtime: &'static str,
    role: String,
    handler: &'static str,
    code_size: u64,
    description: &'static str,
    timeout: u32,
    memory_size: u32,
    last_modified: String,
    code_sha256: &'static str,
    version: &'static str,
    tracing_config: Tracing,
    revision_id: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    state: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    last_update_status: Option<&'static str>,
    package_type: &'static str,
    architectures: [&'static str; 1],
    ephemeral_storage: Storage,
    #[serde(skip_serializing_if = "Option::is_none")]
    dead_letter_config: Option<DeadLetter>,
    logging_config: DescribedLogging,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Tracing {
    mode: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Storage {
    size: u32,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct DeadLetter {
    target_arn: Option<String>,
}

/// What of `UpdateFunctionConfiguration` is taken here.
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Settings {
    dead_letter_config: Option<DeadLetter>,
    logging_config: Option<WantedLogging>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Alias {
    #[serde(rename = "AliasArn")]
    arn: String,
    name: &'static str,
    function_version: &'static str,
    description: &'static str,
    revision_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Code {
    repository_type: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Concurrency {
    reserved_concurrent_executions: u32,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Whole {
    configuration: Configuration,
    code: Code,
    #[serde(skip_serializing_if = "Option::is_none")]
    concurrency: Option<Concurrency>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct FunctionPage {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
    functions: Vec<Configuration>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct VersionPage {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
    versions: Vec<Configuration>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct AliasPage {
    #[serde(skip_serializing_if = "Option::is_none")]
    next_marker: Option<String>,
    aliases: Vec<Alias>,
}

/// `ListFunctions`: the latest of each, or with `FunctionVersion=ALL` every version; it leaves their states out.
pub(super) fn list(world: &World, request: &Request) -> Answer {
    let functions = lock(&world.functions);
    let mut all: Vec<Configuration> = match request.parameter("FunctionVersion") {
        None => functions.iter().map(|function| configuration_of(world, function, None)).collect(),
        Some("ALL") => functions.iter().flat_map(|function| versions_of(world, function)).collect(),
        Some(other) => return Err(invalid(format!("Invalid FunctionVersion: {other}"))),
    };
    for configuration in &mut all {
        (configuration.state, configuration.last_update_status) = (None, None);
    }
    let (functions, next_marker) = page(request, all, 10_000, 50)?;
    Ok(json(200, &FunctionPage { next_marker, functions }))
}

/// `GetFunctionConfiguration`.
pub(super) fn configuration(world: &World, request: &Request, name: &str) -> Answer {
    described(world, request, name).map(|(configuration, _)| json(200, &configuration))
}

/// `UpdateFunctionConfiguration`: how it logs, and its dead-letter queue. The rest is fixed here.
pub(super) fn update(world: &World, request: &Request, name: &str) -> Answer {
    let wanted = world.names.function(name, None)?;
    let settings: Settings = serde_json::from_slice(&request.body).map_err(|error| invalid(error.to_string()))?;
    let mut functions = lock(&world.functions);
    let function = functions.get_mut(&wanted.name).ok_or_else(|| missing(world, &wanted.name, None))?;
    let logging = settings.logging_config.map(|logging| function.logging.with(logging)).transpose()?;
    if let Some(dead_letter) = settings.dead_letter_config {
        let target = dead_letter.target_arn.filter(|arn| !arn.is_empty());
        target.as_deref().map_or(Ok(()), check_dead_letter)?;
        function.dead_letter = target;
    }
    function.logging = logging.unwrap_or_else(|| function.logging.clone());
    function.modified = now_ms();
    Ok(json(200, &configuration_of(world, function, None)))
}

/// A dead-letter queue is a standard queue or topic.
fn check_dead_letter(arn: &str) -> Result<(), Fault> {
    let usable = matches!(arn.split(':').nth(2), Some("sqs" | "sns")) && !arn.to_lowercase().ends_with(".fifo");
    usable.then_some(()).ok_or_else(|| invalid(format!("The target {arn} of the dead-letter config is not supported.")))
}

/// `GetFunction`, without a place to fetch the code from: there is none.
pub(super) fn function(world: &World, request: &Request, name: &str) -> Answer {
    let (configuration, reserved) = described(world, request, name)?;
    let concurrency = reserved.map(|reserved_concurrent_executions| Concurrency { reserved_concurrent_executions });
    Ok(json(200, &Whole { configuration, code: Code { repository_type: "S3" }, concurrency }))
}

/// `DeleteFunction`, of a whole function: the versions here are fixed.
pub(super) fn delete(world: &World, request: &Request, name: &str) -> Answer {
    let wanted = reference(world, request, name)?;
    if wanted.qualifier.is_some() {
        return Err(invalid("This local endpoint deletes whole functions only"));
    }
    let removed = lock(&world.functions).remove(&wanted.name);
    removed.map(|_| Reply::empty(204)).ok_or_else(|| missing(world, &wanted.name, None))
}

/// `ListVersionsByFunction`.
pub(super) fn versions(world: &World, request: &Request, name: &str) -> Answer {
    let wanted = reference(world, request, name)?;
    let functions = lock(&world.functions);
    let function = functions.get(&wanted.name).ok_or_else(|| missing(world, &wanted.name, None))?;
    let (versions, next_marker) = page(request, versions_of(world, function), 10_000, 50)?;
    Ok(json(200, &VersionPage { next_marker, versions }))
}

/// `ListAliases`, of one version when `FunctionVersion` names it.
pub(super) fn aliases(world: &World, request: &Request, name: &str) -> Answer {
    let wanted = reference(world, request, name)?;
    let functions = lock(&world.functions);
    let function = functions.get(&wanted.name).ok_or_else(|| missing(world, &wanted.name, None))?;
    let version = request.parameter("FunctionVersion");
    let all = alias_of(world, function).filter(|alias| version.is_none_or(|version| version == alias.function_version));
    let (aliases, next_marker) = page(request, all.into_iter().collect(), 10_000, 50)?;
    Ok(json(200, &AliasPage { next_marker, aliases }))
}

/// `GetAlias`.
pub(super) fn alias(world: &World, name: &str, alias: &str) -> Answer {
    let wanted = world.names.function(name, None)?;
    let functions = lock(&world.functions);
    let found = functions.get(&wanted.name).and_then(|function| alias_of(world, function));
    let found = found.filter(|found| found.name == alias);
    let arn = world.names.qualified_arn(&wanted.name, alias);
    found.map(|found| json(200, &found)).ok_or_else(|| not_found(format!("Cannot find alias arn: {arn}")))
}

fn described(world: &World, request: &Request, name: &str) -> Result<(Configuration, Option<u32>), Fault> {
    let wanted = reference(world, request, name)?;
    let qualifier = wanted.qualifier.as_deref();
    let functions = lock(&world.functions);
    let found =
        functions.get(&wanted.name).filter(|function| function.version_of(qualifier.unwrap_or(LATEST)).is_some());
    let function = found.ok_or_else(|| missing(world, &wanted.name, qualifier))?;
    Ok((configuration_of(world, function, qualifier), function.reserved))
}

fn missing(world: &World, name: &str, qualifier: Option<&str>) -> Fault {
    let arn = match qualifier {
        Some(qualifier) => world.names.qualified_arn(name, qualifier),
        None => world.names.function_arn(name),
    };
    not_found(format!("Function not found: {arn}"))
}

fn versions_of(world: &World, function: &Function) -> Vec<Configuration> {
    let published = function.definition.published.map(|(version, _)| version);
    let qualifiers = std::iter::once(LATEST).chain(published);
    qualifiers.map(|qualifier| configuration_of(world, function, Some(qualifier))).collect()
}

fn alias_of(world: &World, function: &Function) -> Option<Alias> {
    let (function_version, name) = function.definition.published?;
    Some(Alias {
        arn: world.names.qualified_arn(function.definition.name, name),
        name,
        function_version,
        description: "",
        revision_id: revision(function),
    })
}

/// The ARN carries the qualifier that was asked for; `Version` says what it stands for.
fn configuration_of(world: &World, function: &Function, qualifier: Option<&str>) -> Configuration {
    let definition = function.definition;
    let function_arn = match qualifier {
        Some(qualifier) => world.names.qualified_arn(definition.name, qualifier),
        None => world.names.function_arn(definition.name),
    };
    Configuration {
        function_name: definition.name,
        function_arn,
        runtime: definition.runtime.id(),
        role: world.names.role_arn(definition.name),
        handler: definition.handler,
        code_size: 1024,
        description: definition.description,
        timeout: definition.timeout,
        memory_size: definition.memory,
        last_modified: iso_offset(function.modified),
        code_sha256: "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=",
        version: function.version_of(qualifier.unwrap_or(LATEST)).unwrap_or(LATEST),
        tracing_config: Tracing { mode: "PassThrough" },
        revision_id: revision(function),
        state: Some("Active"),
        last_update_status: Some("Successful"),
        package_type: "Zip",
        architectures: ["x86_64"],
        ephemeral_storage: Storage { size: 512 },
        dead_letter_config: function.dead_letter.clone().map(|arn| DeadLetter { target_arn: Some(arn) }),
        logging_config: function.logging.describe(definition.name),
    }
}

/// Changes with the deployment, as a revision does.
fn revision(function: &Function) -> String {
    format!("00000000-0000-4000-8000-{:012x}", function.modified)
}
