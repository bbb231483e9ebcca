//! `GetLogEvents`: one stream, forwards or backwards, with tokens that never end.

use std::borrow::Cow;
use std::time::Instant;

use serde::{Deserialize, Serialize};

use super::super::event_id::{EventId, LATEST};
use super::super::faults::Kind;
use super::super::operation::Operation;
use super::super::store::{EVENT_OVERHEAD, Group, Refused, StoredEvent};
use super::super::wire::{Fault, to_json};
use super::super::world::{World, lock};
use super::{Answer, PAGE_BYTES, PAGE_EVENTS, group_name, invalid, limit, may_unmask, shown};

/// `GetLogEvents`' parameters.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Get {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_name: String,
    start_time: Option<i64>,
    end_time: Option<i64>,
    next_token: Option<String>,
    limit: Option<i64>,
    start_from_head: Option<bool>,
    #[serde(default)]
    unmask: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Event<'a> {
    timestamp: i64,
    message: Cow<'a, str>,
    ingestion_time: i64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    events: Vec<Event<'a>>,
    next_forward_token: String,
    next_backward_token: String,
}

/// A cut between events and the side of it that is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Cursor {
    /// Events at or behind the cut.
    Forward(EventId),
    /// Events before it.
    Backward(EventId),
}

/// One page of a stream, in the order of time also when it is read backwards.
pub(super) fn get_log_events(world: &World, operation: &Operation, input: &Get) -> Answer {
    may_unmask(world, operation, input.unmask)?;
    if input.next_token.is_some() && world.faults.strikes(|kind| matches!(kind, Kind::Token(_)), operation) {
        return Err(refused_token());
    }
    let name = group_name(world, input.log_group_name.as_deref(), input.log_group_identifier.as_deref())?;
    let most = limit(input.limit, PAGE_EVENTS, PAGE_EVENTS)?.min(world.faults.page(operation).unwrap_or(PAGE_EVENTS));
    let (from, to) = (input.start_time.unwrap_or(0), input.end_time.unwrap_or(LATEST));
    let cursor = match &input.next_token {
        Some(token) => Cursor::read(token)?,
        None if input.start_from_head.unwrap_or(false) => Cursor::Forward(EventId::first_at(from)),
        None => Cursor::Backward(EventId::first_at(to)),
    };
    let logs = lock(&world.logs);
    let group = logs.readable(&name, "GetLogEvents")?;
    if !group.streams.contains_key(input.log_stream_name.as_str()) {
        return Err(Refused::NoStream.into());
    }
    let found = page(group, &input.log_stream_name, (from, to), cursor, most);
    let (backward, forward) = match (found.first(), found.last()) {
        (Some((first, _)), Some((last, _))) => (*first, last.next()),
        _ => (cursor.place(), cursor.place()),
    };
    let events = found.into_iter().map(|found| describe(world, found, input.unmask)).collect();
    let next_forward_token = format!("f/{}/s", forward.to_digits());
    let next_backward_token = format!("b/{}/s", backward.to_digits());
    Ok(to_json(&Page { events, next_forward_token, next_backward_token }))
}

fn page<'a>(
    group: &'a Group,
    stream: &str,
    (from, to): (i64, i64),
    cursor: Cursor,
    most: usize,
) -> Vec<(EventId, &'a StoredEvent)> {
    let (start, end) = (EventId::first_at(from), EventId::first_at(to));
    let (low, high) = match cursor {
        Cursor::Forward(cut) => (start.max(cut), end),
        Cursor::Backward(cut) => (start, end.min(cut)),
    };
    if low >= high {
        return Vec::new();
    }
    let now = Instant::now();
    let of_stream = group.events.range(low..high);
    let of_stream = of_stream.filter(|(_, event)| &*event.stream == stream && event.is_taken_in(now));
    let of_stream = of_stream.map(|(id, event)| (*id, event));
    match cursor {
        Cursor::Forward(_) => bounded(of_stream, most),
        Cursor::Backward(_) => {
            let mut found = bounded(of_stream.rev(), most);
            found.reverse();
            found
        }
    }
}

/// As many as fit a page; one at least.
fn bounded<'a>(
    events: impl Iterator<Item = (EventId, &'a StoredEvent)>,
    most: usize,
) -> Vec<(EventId, &'a StoredEvent)> {
    let mut bytes = 0;
    let fits = events.take(most).enumerate().take_while(|(at, (_, event))| {
        bytes += event.message.len() + EVENT_OVERHEAD;
        *at == 0 || bytes <= PAGE_BYTES
    });
    fits.map(|(_, event)| event).collect()
}

fn describe<'a>(world: &World, (id, event): (EventId, &'a StoredEvent), unmask: bool) -> Event<'a> {
    let message = shown(world, &event.message, unmask);
    Event { timestamp: id.timestamp, message, ingestion_time: event.ingestion_time }
}

fn refused_token() -> Fault {
    invalid("The specified nextToken is invalid.")
}

impl Cursor {
    fn place(self) -> EventId {
        match self {
            Self::Forward(cut) | Self::Backward(cut) => cut,
        }
    }

    fn read(token: &str) -> Result<Self, Fault> {
        let inside = |head: &str| EventId::from_digits(token.strip_prefix(head)?.strip_suffix("/s")?);
        let found = inside("f/").map(Self::Forward).or_else(|| inside("b/").map(Self::Backward));
        found.ok_or_else(refused_token)
    }
}
