//! Resource policies: who may invoke a function, one policy for each qualifier.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::super::deployment::Function;
use super::super::names::FunctionRef;
use super::super::readers::Statement;
use super::super::wire::{Fault, Reply, Request};
use super::super::world::{World, lock};
use super::{Answer, invalid, json as answer_json, not_found, reference, unknown};

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Permission {
    statement_id: String,
    action: String,
    principal: String,
    source_arn: Option<String>,
    source_account: Option<String>,
}

#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
struct Policy {
    policy: String,
    revision_id: String,
}

/// `GetPolicy` and `AddPermission`.
pub(super) fn whole(world: &World, request: &Request, name: &str) -> Answer {
    let wanted = reference(world, request, name)?;
    let mut functions = lock(&world.functions);
    let function = functions.get_mut(&wanted.name).ok_or_else(|| no_function(world, &wanted))?;
    match request.method.as_str() {
        "GET" => get(world, function, &wanted),
        "POST" => add(world, request, function, wanted),
        _ => Ok(unknown(request)),
    }
}

/// `RemovePermission`.
pub(super) fn remove(world: &World, request: &Request, name: &str, id: &str) -> Answer {
    let wanted = reference(world, request, name)?;
    let mut functions = lock(&world.functions);
    let policies = &mut functions.get_mut(&wanted.name).ok_or_else(|| no_function(world, &wanted))?.policies;
    let statements = policies.get_mut(&wanted.qualifier).ok_or_else(nothing)?;
    let at = statements.iter().position(|statement| statement.id == id);
    statements.remove(at.ok_or_else(|| not_found(format!("Statement {id} is not found in resource policy.")))?);
    policies.retain(|_, statements| !statements.is_empty());
    Ok(Reply::empty(204))
}

fn get(world: &World, function: &Function, wanted: &FunctionRef) -> Answer {
    let statements = function.policies.get(&wanted.qualifier).ok_or_else(nothing)?;
    let statements: Vec<Value> = statements.iter().map(|statement| describe(world, wanted, statement)).collect();
    let policy = json!({"Version": "2012-10-17", "Id": "default", "Statement": statements});
    let revision_id = format!("00000000-0000-4000-8000-{:012x}", function.modified);
    Ok(answer_json(200, &Policy { policy: policy.to_string(), revision_id }))
}

fn add(world: &World, request: &Request, function: &mut Function, wanted: FunctionRef) -> Answer {
    let given: Permission = serde_json::from_slice(&request.body).map_err(|error| invalid(error.to_string()))?;
    let statement = Statement {
        id: given.statement_id,
        action: given.action,
        principal: given.principal,
        source: given.source_arn,
        account: given.source_account,
    };
    let text = describe(world, &wanted, &statement).to_string();
    let statements = function.policies.entry(wanted.qualifier).or_default();
    if statements.iter().any(|known| known.id == statement.id) {
        let message = format!(
            "The statement id ({}) provided already exists. Please provide a new statement id, or remove the existing statement.",
            statement.id
        );
        return Err(Fault::new(409, "ResourceConflictException", message));
    }
    statements.push(statement);
    Ok(answer_json(201, &json!({"Statement": text})))
}

fn describe(world: &World, of: &FunctionRef, statement: &Statement) -> Value {
    let resource = match &of.qualifier {
        Some(qualifier) => world.names.qualified_arn(&of.name, qualifier),
        None => world.names.function_arn(&of.name),
    };
    let mut described = json!({"Sid": statement.id, "Effect": "Allow", "Principal": principal(&statement.principal),
                               "Action": statement.action, "Resource": resource});
    let mut condition = Map::new();
    if let Some(account) = &statement.account {
        condition.insert("StringEquals".to_owned(), json!({"AWS:SourceAccount": account}));
    }
    if let Some(source) = &statement.source {
        condition.insert("ArnLike".to_owned(), json!({"AWS:SourceArn": source}));
    }
    if !condition.is_empty() {
        described["Condition"] = Value::Object(condition);
    }
    described
}

fn principal(named: &str) -> Value {
    match named {
        "*" => json!("*"),
        account if account.bytes().all(|byte| byte.is_ascii_digit()) => {
            json!({"AWS": format!("arn:aws:iam::{account}:root")})
        }
        arn if arn.starts_with("arn:") => json!({"AWS": arn}),
        service => json!({"Service": service}),
    }
}

fn nothing() -> Fault {
    not_found("The resource you requested does not exist.".to_owned())
}

fn no_function(world: &World, wanted: &FunctionRef) -> Fault {
    not_found(format!("Function not found: {}", world.names.function_arn(&wanted.name)))
}
