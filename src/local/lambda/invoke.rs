//! Invoke: `Event`, `RequestResponse` and `DryRun`.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::value::RawValue;

use super::super::Received;
use super::super::deployment::{Busy, Lease, Target};
use super::super::execution::{Invocation, Outcome, execute};
use super::super::queue;
use super::super::wire::{Fault, Reply, Request};
use super::super::world::{World, lock};
use super::{Answer, constraint, reference};

/// Bytes of an asynchronous invocation's payload.
const EVENT_LIMIT: usize = 1024 * 1024;
/// Bytes of a synchronous invocation's payload.
const SYNCHRONOUS_LIMIT: usize = 6 * 1024 * 1024;
/// Bytes of the log that `Tail` answers with.
const TAIL: usize = 4 * 1024;

/// Runs a function, or has it run.
pub(super) async fn invoke(world: &Arc<World>, request: &Request, name: &str) -> Answer {
    let kind = request.header("x-amz-invocation-type").unwrap_or("RequestResponse");
    let limit = match kind {
        "Event" => EVENT_LIMIT,
        "RequestResponse" | "DryRun" => SYNCHRONOUS_LIMIT,
        other => {
            let rule = "satisfy enum value set: [Event, RequestResponse, DryRun]";
            return Err(constraint(other, "invocationType", rule));
        }
    };
    let wanted = reference(world, request, name)?;
    let target = lock(&world.functions).resolve(&world.names, &wanted)?;
    let invocation = Invocation { request_id: request.id.clone(), target, payload: payload(&request.body, limit)? };
    match kind {
        "DryRun" => Ok(Reply::empty(204)),
        "Event" => {
            let received = received(&invocation);
            queue::accept(world, invocation)?;
            keep(world, received);
            Ok(Reply::empty(202))
        }
        _ => {
            keep(world, received(&invocation));
            run(world, request, invocation).await
        }
    }
}

fn received(invocation: &Invocation) -> Received {
    Received {
        function: invocation.target.definition.name.to_owned(),
        qualifier: invocation.target.qualifier.clone(),
        request_id: invocation.request_id.clone(),
        payload: Arc::clone(&invocation.payload),
    }
}

/// Remembers an invocation where somebody wants to know of it.
fn keep(world: &World, received: Received) {
    if let Some(kept) = lock(&world.received).as_mut() {
        kept.push(received);
    }
}

/// The payload's text: what it was sent as, or `{}` for nothing.
fn payload(body: &[u8], limit: usize) -> Result<Arc<str>, Fault> {
    if body.len() > limit {
        let message = format!("Request must be smaller than {limit} bytes for the InvokeFunction operation");
        return Err(Fault::new(413, "RequestTooLargeException", message));
    }
    if body.trim_ascii().is_empty() {
        return Ok(Arc::from("{}"));
    }
    let unreadable = |error: &dyn std::fmt::Display| {
        let message = format!("Could not parse request body into json: Could not parse payload into json: {error}");
        Fault::new(400, "InvalidRequestContentException", message)
    };
    let text = std::str::from_utf8(body).map_err(|error| unreadable(&error))?;
    match serde_json::from_str::<&RawValue>(text) {
        Ok(_) => Ok(Arc::from(text)),
        Err(error) => encoded(text).ok_or_else(|| unreadable(&error)),
    }
}

/// An event that was sent in base64.
///
/// The service takes none. The seed's commands are for the AWS CLI's version 2, which decodes `--payload` before it
/// sends it; version 1 sends it as it stands. Taking an encoded object here lets the same line work with both.
fn encoded(text: &str) -> Option<Arc<str>> {
    let decoded = String::from_utf8(STANDARD.decode(text.trim()).ok()?).ok()?;
    let object = decoded.trim_start().starts_with('{') && serde_json::from_str::<&RawValue>(&decoded).is_ok();
    object.then(|| Arc::from(decoded))
}

async fn run(world: &Arc<World>, request: &Request, invocation: Invocation) -> Answer {
    let lease = Lease::take(world, &invocation.target).map_err(|busy| refused(world, busy, &invocation.target))?;
    let outcome = execute(world, lease, &invocation).await;
    world.ran(&invocation.target, outcome.failed);
    Ok(answered(request, invocation.target.version, &outcome))
}

fn answered(request: &Request, version: &str, outcome: &Outcome) -> Reply {
    let mut reply =
        Reply::new(200, "application/json", outcome.payload.clone()).with("x-amz-executed-version", version);
    if outcome.failed {
        reply = reply.with("x-amz-function-error", "Unhandled");
    }
    if request.header("x-amz-log-type") == Some("Tail") {
        let log = outcome.log.as_bytes();
        reply = reply.with("x-amz-log-result", STANDARD.encode(&log[log.len().saturating_sub(TAIL)..]));
    }
    reply
}

fn refused(world: &World, busy: Busy, target: &Target) -> Fault {
    let reason = match busy {
        Busy::Gone => {
            let arn = world.names.qualified_arn(target.definition.name, &target.qualifier);
            return super::not_found(format!("Function not found: {arn}"));
        }
        Busy::Zero | Busy::Reserved => "ReservedFunctionConcurrentInvocationLimitExceeded",
        Busy::Account => "ConcurrentInvocationLimitExceeded",
    };
    let fault = Fault::new(429, "TooManyRequestsException", "Rate Exceeded.");
    Fault { reason: Some(reason), ..fault }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn payloads_are_checked_and_kept_as_they_came() {
        assert_eq!(&*payload(b"", 10).unwrap(), "{}");
        assert_eq!(&*payload(b" { }\n", 10).unwrap(), " { }\n");
        assert_eq!(&*payload(br#""\ud800""#, 10).unwrap(), r#""\ud800""#);
        assert_eq!(payload(b"{]", 10).unwrap_err().code, "InvalidRequestContentException");
        assert_eq!(payload(b"\"\xff\"", 10).unwrap_err().code, "InvalidRequestContentException");
        assert_eq!(payload(b"12345678901", 10).unwrap_err().status, 413);
    }

    #[test]
    fn an_encoded_object_is_taken_and_nothing_else_encoded() {
        assert_eq!(&*payload(b"eyJyZXR1cm4iOiAiZmFpbHVyZSJ9", 100).unwrap(), r#"{"return": "failure"}"#);
        let text = payload(STANDARD.encode("no event").as_bytes(), 100);
        assert_eq!(text.unwrap_err().code, "InvalidRequestContentException");
    }

    #[test]
    fn a_payload_of_nothing_but_brackets_is_no_danger() {
        let deep = format!("{}{}", "[".repeat(500_000), "]".repeat(500_000));
        assert!(payload(deep.as_bytes(), EVENT_LIMIT).is_ok());
    }
}
