//! Reserved concurrency of a function.

use serde::{Deserialize, Serialize};

use super::super::wire::{Reply, Request};
use super::super::world::{World, lock};
use super::{Answer, constraint, invalid, json, not_found, reference, unknown};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Wanted {
    reserved_concurrent_executions: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Concurrency {
    #[serde(skip_serializing_if = "Option::is_none")]
    reserved_concurrent_executions: Option<u32>,
}

/// Put, get or delete.
pub(super) fn answer(world: &World, request: &Request, name: &str) -> Answer {
    let wanted = reference(world, request, name)?;
    let mut functions = lock(&world.functions);
    let gone = || not_found(format!("Function not found: {}", world.names.function_arn(&wanted.name)));
    let function = functions.get_mut(&wanted.name).ok_or_else(gone)?;
    if wanted.qualifier.is_some() {
        return Err(invalid(
            "This operation is permitted on Lambda functions only. Aliases and versions do not support this operation.",
        ));
    }
    match request.method.as_str() {
        "PUT" => function.reserved = Some(parse(&request.body)?),
        "DELETE" => {
            function.reserved = None;
            return Ok(Reply::empty(204));
        }
        "GET" => {}
        _ => return Ok(unknown(request)),
    }
    Ok(json(200, &Concurrency { reserved_concurrent_executions: function.reserved }))
}

fn parse(body: &[u8]) -> Result<u32, super::Fault> {
    let wanted: Wanted = serde_json::from_slice(body).map_err(|error| invalid(error.to_string()))?;
    let number = wanted.reserved_concurrent_executions;
    u32::try_from(number)
        .map_err(|_| constraint(number, "reservedConcurrentExecutions", "have value greater than or equal to 0"))
}
