//! Lambda's REST interface: paths to operations, faults in its manner.

mod concurrency;
mod describe;
mod event_config;
mod invoke;
mod mappings;
mod paging;
mod policy;

use std::sync::Arc;

use hyper::Method;
use serde::Serialize;

use super::names::FunctionRef;
use super::wire::{Fault, Reply, Request, percent_decoded, to_json};
use super::world::World;

/// What an operation gives: an answer, or a refusal.
type Answer = Result<Reply, Fault>;

/// Answers a request whose path begins with a date.
pub(crate) async fn answer(world: &Arc<World>, request: &Request) -> Reply {
    let path: Vec<String> = request.path.split('/').skip(1).map(|part| percent_decoded(part, false)).collect();
    let parts: Vec<&str> = path.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
    let done = match parts.as_slice() {
        [_, "functions", name, "invocations"] if request.method == Method::POST => {
            invoke::invoke(world, request, name).await
        }
        [date, "functions", rest @ ..] => managed(world, request, date, rest),
        ["2015-03-31", "event-source-mappings", rest @ ..] => mapped(world, request, rest),
        _ => return unknown(request),
    };
    done.unwrap_or_else(|fault| refusal(&fault))
}

/// Everything but invocations.
fn managed(world: &World, request: &Request, date: &str, parts: &[&str]) -> Answer {
    let method = request.method.as_str();
    match (method, date, parts) {
        ("GET", "2015-03-31", []) => describe::list(world, request),
        ("GET", "2015-03-31", [name]) => describe::function(world, request, name),
        ("DELETE", "2015-03-31", [name]) => describe::delete(world, request, name),
        ("GET", "2015-03-31", [name, "configuration"]) => describe::configuration(world, request, name),
        ("PUT", "2015-03-31", [name, "configuration"]) => describe::update(world, request, name),
        (_, "2015-03-31", [name, "policy"]) => policy::whole(world, request, name),
        ("DELETE", "2015-03-31", [name, "policy", id]) => policy::remove(world, request, name, id),
        ("GET", "2015-03-31", [name, "aliases"]) => describe::aliases(world, request, name),
        ("GET", "2015-03-31", [name, "aliases", alias]) => describe::alias(world, name, alias),
        ("GET", "2015-03-31", [name, "versions"]) => describe::versions(world, request, name),
        ("GET", "2019-09-25", [name, "event-invoke-config", "list"]) => event_config::list(world, request, name),
        (_, "2019-09-25", [name, "event-invoke-config"]) => event_config::one(world, request, name),
        (_, "2017-10-31" | "2019-09-30", [name, "concurrency"]) => concurrency::answer(world, request, name),
        _ => Ok(unknown(request)),
    }
}

/// Event source mappings.
fn mapped(world: &World, request: &Request, parts: &[&str]) -> Answer {
    match (request.method.as_str(), parts) {
        ("GET", []) => mappings::list(world, request),
        ("POST", []) => mappings::create(world, request),
        ("GET", [uuid]) => mappings::get(world, uuid),
        ("PUT", [uuid]) => mappings::update(world, request, uuid),
        ("DELETE", [uuid]) => mappings::delete(world, uuid),
        _ => Ok(unknown(request)),
    }
}

/// Refuses an operation that Lambda may know and this endpoint does not.
pub(crate) fn unknown(request: &Request) -> Reply {
    let message = format!("{} {} is not offered by this local endpoint", request.method, request.path);
    refusal(&Fault::new(404, "UnknownOperationException", message))
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Refusal<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'static str>,
    r#type: &'static str,
    #[serde(rename = "Message", skip_serializing_if = "Option::is_none")]
    upper: Option<&'a str>,
    #[serde(rename = "message", skip_serializing_if = "Option::is_none")]
    lower: Option<&'a str>,
}

/// A fault with Lambda's header and body; some of its exceptions spell `Message`, most `message`.
pub(crate) fn refusal(fault: &Fault) -> Reply {
    let is_upper = matches!(fault.code, "ResourceNotFoundException" | "ServiceException" | "AccessDeniedException");
    let message = fault.message.as_str();
    let r#type = if fault.status < 500 { "User" } else { "Service" };
    let (upper, lower) = if is_upper { (Some(message), None) } else { (None, Some(message)) };
    let body = to_json(&Refusal { reason: fault.reason, r#type, upper, lower });
    Reply::new(fault.status, "application/json", body).with("x-amzn-errortype", fault.code)
}

/// An answer in JSON.
fn json<T: Serialize>(status: u16, value: &T) -> Reply {
    Reply::new(status, "application/json", to_json(value))
}

/// The function of a path, with the qualifier of its query.
fn reference(world: &World, request: &Request, name: &str) -> Result<FunctionRef, Fault> {
    world.names.function(name, request.parameter("Qualifier"))
}

/// A function or qualifier that is not there.
fn not_found(message: String) -> Fault {
    Fault::new(404, "ResourceNotFoundException", message)
}

/// A parameter that the service does not take.
fn invalid(message: impl Into<String>) -> Fault {
    Fault::new(400, "InvalidParameterValueException", message)
}

/// A parameter outside of its model's constraint.
fn constraint(value: impl std::fmt::Display, member: &str, rule: &str) -> Fault {
    let message = format!(
        "1 validation error detected: Value '{value}' at '{member}' failed to satisfy constraint: Member must {rule}"
    );
    Fault::new(400, "ValidationException", message)
}
