//! `GetLogRecord`: a whole log event by the pointer of a row.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::super::super::event_id::EventId;
use super::super::super::operation::Operation;
use super::super::super::wire::{Fault, to_json};
use super::super::super::world::{World, lock};
use super::super::{Answer, invalid, may_unmask, shown};

/// `GetLogRecord`'s parameters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Pointed {
    log_record_pointer: String,
    #[serde(default)]
    unmask: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answered<'a> {
    log_record: Record<'a>,
}

#[derive(Serialize)]
struct Record<'a> {
    #[serde(rename = "@ingestionTime")]
    ingestion_time: String,
    #[serde(rename = "@log")]
    log: String,
    #[serde(rename = "@logStream")]
    stream: &'a str,
    #[serde(rename = "@message")]
    message: &'a str,
    #[serde(rename = "@ptr")]
    pointer: &'a str,
    #[serde(rename = "@timestamp")]
    timestamp: String,
}

/// What a row's `@ptr` says.
pub(super) fn pointer(group: &str, id: EventId) -> String {
    STANDARD.encode(format!("{}@{group}", id.to_digits()))
}

fn place(pointer: &str) -> Option<(EventId, String)> {
    let text = String::from_utf8(STANDARD.decode(pointer).ok()?).ok()?;
    let (digits, group) = text.split_once('@')?;
    Some((EventId::from_digits(digits)?, group.to_owned()))
}

/// All that is known of a log event, its message without an end too soon.
pub(crate) fn get_log_record(world: &World, operation: &Operation, input: &Pointed) -> Answer {
    may_unmask(world, operation, input.unmask)?;
    let (id, name) = place(&input.log_record_pointer).ok_or_else(|| invalid("Invalid log record pointer."))?;
    let logs = lock(&world.logs);
    let event = logs.group(&name)?.events.get(&id).ok_or_else(|| {
        Fault::new(400, "ResourceNotFoundException", "The log event of this pointer does not exist any more.")
    })?;
    let log_record = Record {
        ingestion_time: event.ingestion_time.to_string(),
        log: format!("{}:{name}", world.names.account),
        stream: &event.stream,
        message: &shown(world, &event.message, input.unmask),
        pointer: &input.log_record_pointer,
        timestamp: id.timestamp.to_string(),
    };
    Ok(to_json(&Answered { log_record }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pointer_leads_back_to_its_event() {
        let id = EventId { timestamp: 1_650_108_283_658, sequence: 7 };
        assert_eq!(place(&pointer("/a@b", id)), Some((id, "/a@b".to_owned())));
        assert_eq!(place("bogus"), None);
    }
}
