//! From rows to records: what Insights has cut is fetched by its pointer, and what is only a part of a record is read
//! with what stands around it in its stream.
//!
//! Each log event that holds the word which was queried belongs to one piece of time, and with it the record that it is
//! part of, wherever that begins. So pieces can be read in any order, and none finds what another does.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::sync::Arc;

use futures_util::stream::{self, StreamExt};

use super::{Shared, WORD};
use crate::aws::{AwsError, QueryRow, Recovery};
use crate::log::{LogEvent, Text};
use crate::record::{Finder, Found, Reason, Unreadable};

/// Events that are fetched by their pointers at the same time.
const AT_ONCE: usize = 8;

/// What the rows hold whose own time is `own`, in the order of time.
pub(super) async fn found(
    shared: &Shared,
    group: usize,
    rows: Vec<QueryRow>,
    own: &RangeInclusive<i64>,
) -> Result<Vec<Found>, AwsError> {
    let (mut whole, broken) = apart(rows).await;
    let fetched: Vec<Result<LogEvent, AwsError>> =
        stream::iter(broken).map(|row| fetch(shared, group, row)).buffered(AT_ONCE).collect().await;
    let fetched = fetched.into_iter().collect::<Result<Vec<LogEvent>, AwsError>>()?;
    let mut broken = Vec::new();
    for event in fetched {
        match records(&event) {
            Some(found) => whole.push((event.clone(), found)),
            None => broken.push(event),
        }
    }
    let mut all: Vec<Found> = Vec::new();
    for window in windows(&broken) {
        match around(shared, group, &window).await? {
            Some(events) => {
                whole.retain(|(event, _)| !window.holds(event));
                let found = search(&events);
                all.extend(found.into_iter().filter(|(hit, _)| own.contains(hit)).map(|(_, found)| found));
            }
            None => all.extend(broken.iter().filter(|event| window.holds(event)).flat_map(alone)),
        }
    }
    all.extend(whole.into_iter().flat_map(|(_, found)| found));
    let before = shared.ends[group].before;
    all.retain(|found| found.time() < before);
    all.sort_by_key(Found::time);
    Ok(all)
}

type Whole = Vec<(LogEvent, Vec<Found>)>;

/// The rows that hold nothing but whole records, with these; and the others.
async fn apart(rows: Vec<QueryRow>) -> (Whole, Vec<QueryRow>) {
    let search = move || {
        let (mut whole, mut broken) = (Vec::new(), Vec::new());
        for row in rows {
            match records(&row.event) {
                Some(found) => whole.push((row.event, found)),
                None => broken.push(row),
            }
        }
        (whole, broken)
    };
    // A task is only lost when the program ends.
    tokio::task::spawn_blocking(search).await.unwrap_or_default()
}

/// The records of an event that is complete in itself.
fn records(event: &LogEvent) -> Option<Vec<Found>> {
    let (mut finder, mut found) = (Finder::new(), Vec::new());
    finder.push(event, &mut found);
    let is_whole = finder.is_idle() && !found.is_empty() && found.iter().all(|one| matches!(one, Found::Arrival(_)));
    is_whole.then_some(found)
}

/// All of an event, as far as it can be had.
async fn fetch(shared: &Shared, group: usize, row: QueryRow) -> Result<LogEvent, AwsError> {
    let (name, pointer) = (&shared.options.groups[group], row.pointer.as_str());
    match shared.ask(name, |clients| async move { clients.log_record(name, pointer).await }).await {
        Ok(message) => Ok(LogEvent { message: Text::from(message), ..row.event }),
        Err(error) if is_of_the_event(&error) => {
            tracing::debug!(%error, "a log event could not be fetched");
            Ok(row.event)
        }
        Err(error) => Err(error),
    }
}

/// Whether other events may be had although this one cannot.
fn is_of_the_event(error: &AwsError) -> bool {
    error.recovery() == Recovery::Never && !error.is_denied()
}

/// A time in a stream.
#[derive(Debug, PartialEq, Eq)]
struct Window {
    stream: Arc<str>,
    from: i64,
    to: i64,
}

impl Window {
    fn holds(&self, event: &LogEvent) -> bool {
        event.origin.log_stream.as_ref() == Some(&self.stream)
            && event.origin.timestamp.is_some_and(|time| (self.from..=self.to).contains(&time))
    }
}

/// Where the records lie that these events are parts of; no two of a stream touch each other.
fn windows(broken: &[LogEvent]) -> Vec<Window> {
    let mut streams: BTreeMap<&Arc<str>, Vec<i64>> = BTreeMap::new();
    for event in broken {
        if let (Some(stream), Some(time)) = (&event.origin.log_stream, event.origin.timestamp) {
            streams.entry(stream).or_default().push(time);
        }
    }
    let mut windows: Vec<Window> = Vec::new();
    for (stream, mut times) in streams {
        times.sort_unstable();
        for time in times {
            let (from, to) = (time - Finder::SPAN, time + Finder::SPAN);
            match windows.last_mut() {
                Some(last) if last.stream == *stream && from <= last.to + 1 => last.to = to,
                _ => windows.push(Window { stream: Arc::clone(stream), from, to }),
            }
        }
    }
    windows
}

/// The events of a window; none when they cannot be had.
async fn around(shared: &Shared, group: usize, window: &Window) -> Result<Option<Vec<LogEvent>>, AwsError> {
    let name = &shared.options.groups[group];
    let (stream, span) = (&window.stream, (window.from, window.to));
    match shared.ask(name, |clients| async move { clients.stream_events(name, stream, span).await }).await {
        Ok(events) => Ok(Some(events)),
        Err(error) if is_of_the_event(&error) => {
            tracing::debug!(%error, "what stands around a log event could not be read");
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// What is found in events of a stream, each with the time of the event that holds the word which was queried.
fn search(events: &[LogEvent]) -> Vec<(i64, Found)> {
    let (mut finder, mut found, mut hits) = (Finder::new(), Vec::new(), Vec::new());
    let mut hit = None;
    let mut note = |found: &mut Vec<Found>, hit: Option<i64>| {
        hits.extend(
            found.drain(..).map(|found| (hit.filter(|hit| *hit >= found.time()).unwrap_or(found.time()), found)),
        );
    };
    for event in events {
        if event.message.contains(WORD) {
            hit = event.origin.timestamp;
        }
        finder.push(event, &mut found);
        note(&mut found, hit);
    }
    finder.finish(&mut found);
    note(&mut found, hit);
    hits
}

/// What an event holds that could not be completed.
fn alone(event: &LogEvent) -> Vec<Found> {
    let (mut finder, mut found) = (Finder::new(), Vec::new());
    finder.push(event, &mut found);
    finder.finish(&mut found);
    if found.is_empty() {
        let (origin, message) = (event.origin.clone(), event.message.clone());
        found.push(Found::Unreadable(Unreadable { origin, message, reason: Reason::Cut }));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Origin;

    fn event(stream: &str, time: i64, message: &str) -> LogEvent {
        let origin = Origin { log_stream: Some(stream.into()), timestamp: Some(time), ..Origin::default() };
        LogEvent { origin, message: Text::from(message) }
    }

    #[test]
    fn parts_that_may_belong_together_are_read_together() {
        let span = Finder::SPAN;
        let broken = [event("a", 0, ""), event("b", 5, ""), event("a", 2 * span, ""), event("a", 5 * span, "")];
        let window = |stream: &str, from, to| Window { stream: stream.into(), from, to };
        assert_eq!(
            windows(&broken),
            [window("a", -span, 3 * span), window("a", 4 * span, 6 * span), window("b", 5 - span, 5 + span)]
        );
    }

    #[test]
    fn a_part_that_cannot_be_completed_is_unreadable() {
        for message in [r#"{"requestContext":{"approximateInvokeCount":"#, r#""approximateInvokeCount":3"#] {
            let found = alone(&event("a", 0, message));
            assert!(matches!(found.as_slice(), [Found::Unreadable(_)]), "{found:?}");
        }
    }
}
