//! `StartQuery`, `GetQueryResults`, `StopQuery`, `GetLogRecord`: CloudWatch Logs Insights, as far as it reads log events.
//!
//! A query is answered from what is there when it starts, but takes its time to say so: it is scheduled, runs and gives a
//! part of its rows meanwhile, and is complete, or cancelled.

mod language;
mod queries;
mod record;

use std::sync::Arc;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::super::event_id::EventId;
use super::super::store::LogStore;
use super::super::wire::{Fault, Reply, to_json};
use super::super::world::{World, lock};
use super::{Answer, JSON, group_name, invalid};
use language::{Malformed, Query};
use queries::{Outcome, Row};

pub(crate) use queries::Queries;
pub(super) use record::get_log_record;

/// Most groups of a query.
const GROUPS: usize = 50;
/// Most rows of a query.
const ROWS: usize = 100_000;
/// Rows where nothing is said, and most of those on a page.
const PAGE: usize = 10_000;

/// `StartQuery`'s parameters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Start {
    query_language: Option<String>,
    log_group_name: Option<String>,
    log_group_names: Option<Vec<String>>,
    log_group_identifiers: Option<Vec<String>>,
    #[serde(rename = "startTime")]
    from: i64,
    #[serde(rename = "endTime")]
    to: i64,
    query_string: String,
    limit: Option<i64>,
}

/// `GetQueryResults`' parameters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Get {
    query_id: String,
    next_token: Option<String>,
    max_items: Option<i64>,
}

/// `StopQuery`'s parameters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Stop {
    query_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Started {
    query_id: String,
}

#[derive(Serialize)]
struct Stopped {
    success: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Refusal<'a> {
    #[serde(rename = "__type")]
    code: &'static str,
    message: &'a str,
    query_compile_error: CompileError<'a>,
}

#[derive(Serialize)]
struct CompileError<'a> {
    location: Location,
    message: &'a str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Location {
    start_char_offset: usize,
    end_char_offset: usize,
}

/// Starts a query, and gives its id.
pub(super) fn start_query(world: &World, input: &Start) -> Result<Reply, Fault> {
    if input.query_language.as_deref().is_some_and(|language| language != "CWLI") {
        return Err(invalid("This local endpoint speaks the query language CWLI only."));
    }
    let query = match Query::parse(&input.query_string) {
        Ok(query) => query,
        Err(malformed) => return Ok(refusal(&malformed)),
    };
    let groups = groups(world, input)?;
    let most = match query.limit {
        Some(limit) => limit,
        None => super::limit(input.limit, ROWS, PAGE)?,
    };
    if input.from < 0 || input.to < input.from {
        return Err(invalid("The query's end time must not be before its start time, and both at least 0."));
    }
    let outcome = search(&lock(&world.logs), &groups, (input.from, input.to), &query, most)?;
    let id = world.ids.uuid();
    lock(&world.queries).start(id.clone(), outcome, world.clock, Instant::now())?;
    Ok(Reply::new(200, JSON, to_json(&Started { query_id: id })))
}

/// What is wrong with a query, with its place.
fn refusal(malformed: &Malformed) -> Reply {
    const CODE: &str = "MalformedQueryException";
    let location = Location { start_char_offset: malformed.start, end_char_offset: malformed.end };
    let query_compile_error = CompileError { location, message: &malformed.message };
    let body = to_json(&Refusal { code: CODE, message: &malformed.message, query_compile_error });
    Reply::new(400, JSON, body).with("x-amzn-errortype", CODE)
}

/// Names of the groups that one of the three parameters names.
fn groups(world: &World, input: &Start) -> Result<Vec<String>, Fault> {
    let single = input.log_group_name.clone().map(|name| vec![name]);
    let given = [single, input.log_group_names.clone(), input.log_group_identifiers.clone()];
    let mut given = given.into_iter().flatten();
    let (Some(named), None) = (given.next(), given.next()) else {
        return Err(invalid(
            "Exactly one of logGroupName, logGroupNames and logGroupIdentifiers must be given; SOURCE is not offered here.",
        ));
    };
    if named.is_empty() || named.len() > GROUPS {
        return Err(invalid(format!("From 1 to {GROUPS} log groups can be queried together.")));
    }
    named.iter().map(|one| group_name(world, None, Some(one))).collect()
}

/// Goes through the events of some seconds, both inclusive, and keeps the first rows of what the query wants.
fn search(
    logs: &LogStore,
    groups: &[String],
    (from, to): (i64, i64),
    query: &Query,
    most: usize,
) -> Result<Outcome, Fault> {
    let (start, end) = (from.saturating_mul(1_000), to.saturating_mul(1_000));
    let mut outcome = Outcome::of(query, groups.len());
    let now = Instant::now();
    for name in groups {
        let group = logs.group(name)?;
        if group.class == "DELIVERY" {
            return Err(invalid(format!("The log group {name} is of the class DELIVERY, which cannot be queried.")));
        }
        let shared: Arc<str> = Arc::from(name.as_str());
        let inside = group.events.range(EventId::first_at(start)..EventId::first_at(end.saturating_add(1)));
        for (id, event) in inside.filter(|(_, event)| event.is_taken_in(now)) {
            outcome.scan(event);
            if query.matches(&event.message, &event.stream) {
                outcome.rows.push(Row { id: *id, group: Arc::clone(&shared), event: event.clone() });
            }
        }
    }
    outcome.keep(query.ascending, most);
    Ok(outcome)
}

/// Where a query stands, and its rows so far.
pub(super) fn get_query_results(world: &World, input: &Get) -> Answer {
    let most = super::limit(input.max_items.filter(|most| *most != 0), PAGE, PAGE)?;
    let queries = lock(&world.queries);
    let answer = queries.results(&input.query_id, Instant::now(), |message| super::shown(world, message, false))?;
    answer.page(input.next_token.as_deref(), most, &world.names.account)
}

/// Cancels a query that has not ended.
pub(super) fn stop_query(world: &World, input: &Stop) -> Answer {
    lock(&world.queries).stop(&input.query_id, Instant::now())?;
    Ok(to_json(&Stopped { success: true }))
}
