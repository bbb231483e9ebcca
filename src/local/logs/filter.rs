//! `FilterLogEvents`: all streams of a group in the order of time, page by page.

use std::borrow::Cow;
use std::collections::HashSet;
use std::hash::{BuildHasher as _, BuildHasherDefault, DefaultHasher};
use std::ops::Bound;
use std::time::Instant;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::{Deserialize, Serialize};

use super::super::event_id::{EventId, LATEST};
use super::super::faults::Kind;
use super::super::operation::Operation;
use super::super::store::{EVENT_OVERHEAD, Group, StoredEvent};
use super::super::wire::{Fault, to_json};
use super::super::world::{World, lock};
use super::pattern::Pattern;
use super::{Answer, PAGE_BYTES, PAGE_EVENTS, group_name, invalid, limit, may_unmask, shown};

/// `FilterLogEvents`' parameters; `interleaved` changes nothing.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Filter {
    log_group_name: Option<String>,
    log_group_identifier: Option<String>,
    log_stream_names: Option<Vec<String>>,
    log_stream_name_prefix: Option<String>,
    start_time: Option<i64>,
    end_time: Option<i64>,
    #[serde(rename = "filterPattern")]
    pattern: Option<String>,
    next_token: Option<String>,
    limit: Option<i64>,
    #[serde(default)]
    unmask: bool,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Found<'a> {
    log_stream_name: &'a str,
    timestamp: i64,
    message: Cow<'a, str>,
    ingestion_time: i64,
    event_id: String,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page<'a> {
    events: Vec<Found<'a>>,
    searched_log_streams: [(); 0],
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

/// One page. It ends at its limits, and also when many events were looked at and few matched.
pub(super) fn filter_log_events(world: &World, operation: &Operation, input: Filter) -> Answer {
    may_unmask(world, operation, input.unmask)?;
    let luck = Luck::of(world, operation, input.next_token.is_some())?;
    let unmask = input.unmask;
    let name = group_name(world, input.log_group_name.as_deref(), input.log_group_identifier.as_deref())?;
    let (most, query) = (limit(input.limit, PAGE_EVENTS, PAGE_EVENTS)?, fingerprint(&input, &name));
    let start = input.next_token.as_deref().map(|token| read_token(token, query)).transpose()?;
    let search = Search::new(input)?;
    let logs = lock(&world.logs);
    let group = logs.readable(&name, "FilterLogEvents")?;
    let first = start.unwrap_or(EventId::first_at(search.from));
    let (found, rest) = if luck.is_empty {
        (Vec::new(), Some(first))
    } else {
        repeated(world, operation, search.page(group, first, most.min(luck.most), world.scan))
    };
    let events = found.into_iter().map(|found| describe(world, found, unmask)).collect();
    let next_token = rest.map(|next| token(world, next, query));
    Ok(to_json(&Page { events, searched_log_streams: [], next_token }))
}

/// What the faults make of a request that is answered.
struct Luck {
    most: usize,
    is_empty: bool,
}

impl Luck {
    fn of(world: &World, operation: &Operation, has_token: bool) -> Result<Self, Fault> {
        if has_token && world.faults.strikes(|kind| matches!(kind, Kind::Token(_)), operation) {
            return Err(refused_token());
        }
        let most = world.faults.page(operation).unwrap_or(PAGE_EVENTS);
        Ok(Self { most, is_empty: world.faults.strikes(|kind| matches!(kind, Kind::Empty(_)), operation) })
    }
}

type Events<'a> = Vec<(EventId, &'a StoredEvent)>;

/// The page with some of its events twice, the last one perhaps again on the next page.
fn repeated<'a>(
    world: &World,
    operation: &Operation,
    (found, rest): (Events<'a>, Option<EventId>),
) -> (Events<'a>, Option<EventId>) {
    let again = || world.faults.strikes(|kind| matches!(kind, Kind::Repeat(_)), operation);
    let last = found.last().map(|(id, _)| *id);
    // A page of a single event would follow upon itself for ever.
    let rest = if found.len() > 1 && rest.is_some() && again() { last } else { rest };
    let twice = found.into_iter().flat_map(|event| std::iter::repeat_n(event, if again() { 2 } else { 1 }));
    (twice.collect(), rest)
}

fn describe<'a>(world: &World, (id, event): (EventId, &'a StoredEvent), unmask: bool) -> Found<'a> {
    Found {
        log_stream_name: &event.stream,
        timestamp: id.timestamp,
        message: shown(world, &event.message, unmask),
        ingestion_time: event.ingestion_time,
        event_id: id.to_digits(),
    }
}

/// What a request looks for.
struct Search {
    streams: Option<HashSet<String>>,
    prefix: Option<String>,
    from: i64,
    to: i64,
    pattern: Pattern,
}

impl Search {
    fn new(input: Filter) -> Result<Self, Fault> {
        let streams = input.log_stream_names;
        if streams.is_some() && input.log_stream_name_prefix.is_some() {
            return Err(invalid("logStreamNames and logStreamNamePrefix are mutually exclusive parameters."));
        }
        if streams.as_ref().is_some_and(|names| names.is_empty() || names.len() > 100) {
            return Err(invalid("1 validation error detected: 'logStreamNames' must have from 1 to 100 members"));
        }
        let (from, to) = (input.start_time.unwrap_or(0), input.end_time.unwrap_or(LATEST));
        if from < 0 || to < 0 || from > to {
            return Err(invalid("StartTime must be less than or equal to EndTime, and both at least 0."));
        }
        let text = input.pattern.unwrap_or_default();
        let pattern = Pattern::parse(&text).map_err(invalid)?;
        let streams = streams.map(|names| names.into_iter().collect());
        Ok(Self { streams, prefix: input.log_stream_name_prefix, from, to, pattern })
    }

    /// Events from `first` on, and the place where the next page begins when there may be more.
    fn page<'a>(&self, group: &'a Group, first: EventId, most: usize, scan: usize) -> (Events<'a>, Option<EventId>) {
        let (mut found, mut bytes, now) = (Vec::new(), 0, Instant::now());
        let rest = group.events.range((Bound::Included(first), Bound::Unbounded));
        for (looked_at, (id, event)) in rest.take_while(|(id, _)| id.timestamp <= self.to).enumerate() {
            let size = event.message.len() + EVENT_OVERHEAD;
            let is_full = !found.is_empty() && bytes + size > PAGE_BYTES;
            if is_full || found.len() >= most || looked_at >= scan.max(1) {
                return (found, Some(*id));
            }
            if event.is_taken_in(now) && self.wants(event) {
                bytes += size;
                found.push((*id, event));
            }
        }
        (found, None)
    }

    fn wants(&self, event: &StoredEvent) -> bool {
        self.streams.as_ref().is_none_or(|names| names.contains(&*event.stream))
            && self.prefix.as_ref().is_none_or(|prefix| event.stream.starts_with(prefix.as_str()))
            && self.pattern.matches(&event.message)
    }
}

/// Tells one request's tokens from another's: a token goes with the parameters it was given for.
fn fingerprint(input: &Filter, group: &str) -> u64 {
    let asked = (group, &input.log_stream_names, &input.log_stream_name_prefix, &input.pattern);
    BuildHasherDefault::<DefaultHasher>::default().hash_one((asked, input.start_time, input.end_time))
}

/// No two tokens are alike, also of one place: a paginator takes one that comes again for the end.
fn token(world: &World, next: EventId, query: u64) -> String {
    STANDARD.encode(format!("{query:016x}/{}/{}", next.to_digits(), world.ids.hex32()))
}

fn read_token(token: &str, query: u64) -> Result<EventId, Fault> {
    let decoded = STANDARD.decode(token).ok().and_then(|bytes| String::from_utf8(bytes).ok());
    let place = decoded.as_deref().and_then(|text| {
        let (head, rest) = text.split_once('/')?;
        let (digits, _) = rest.split_once('/')?;
        EventId::from_digits(digits).filter(|_| head == format!("{query:016x}"))
    });
    place.ok_or_else(refused_token)
}

fn refused_token() -> Fault {
    invalid("The specified nextToken is invalid.")
}
