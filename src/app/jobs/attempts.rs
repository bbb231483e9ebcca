//! Fetching the attempts of an invocation from the log of its function, and what its receiver logged around the record.

use std::sync::Arc;

use crate::aws::{AwsError, Clients, LogRange};
use crate::log::{LogEvent, Origin};
use crate::record::{self, Attempt};

/// Milliseconds before the record in which its attempts are looked for, one step after the other: retries come after one
/// and two minutes unless they are throttled, and an event lives six hours at most unless it is asked to live shorter.
const REACHES: [i64; 3] = [10 * 60_000, 60 * 60_000, 390 * 60_000];

/// Milliseconds after the record was made in which lines of its last attempt may still be logged.
const SLACK: i64 = 60_000;

/// Milliseconds before an attempt in which its environment may have been started.
const INIT: i64 = 15_000;

/// Milliseconds on either side of a record in which its receiver's lines are looked for.
const AROUND: i64 = 5_000;

/// Lines of an attempt that are kept.
const MOST_LINES: usize = 2_000;

/// Whose attempts are wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AttemptsWanted {
    /// The function that was invoked, as an ARN, with its qualifier.
    pub function: String,
    /// The invocation.
    pub request_id: String,
    /// How many attempts there should be, as far as the record knows.
    pub count: Option<u64>,
    /// When the record was made, in milliseconds since the Unix epoch.
    pub made: i64,
    /// Where the record was found.
    pub origin: Origin,
}

/// What the logs say of an invocation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct AttemptsFound {
    /// The function's log group.
    pub group: String,
    /// Why that is only where it usually is.
    pub guessed: Option<String>,
    /// The attempts.
    pub attempts: Vec<Attempt>,
    /// Why there may be more than were found.
    pub trouble: Option<String>,
    /// The receiver's lines around the record.
    pub receiver: Vec<LogEvent>,
    /// Why those are missing.
    pub receiver_trouble: Option<String>,
}

/// Looks for the attempts, and for the receiver's lines.
///
/// # Errors
/// Only when AWS cannot be asked at all: a permission that lacks is told in the answer, beside what the others gave.
pub(super) async fn find(clients: &Clients, wanted: &AttemptsWanted) -> Result<AttemptsFound, AwsError> {
    let log = clients.function_log(&wanted.function).await?;
    let mut found = AttemptsFound { group: log.group, guessed: log.guessed, ..AttemptsFound::default() };
    if let Err(error) = attempts(clients, wanted, &mut found).await {
        found.trouble = Some(error.to_string());
    }
    match receiver(clients, &wanted.origin, &wanted.request_id).await {
        Ok(lines) => found.receiver = lines,
        Err(error) => found.receiver_trouble = Some(error.to_string()),
    }
    Ok(found)
}

async fn attempts(clients: &Clients, wanted: &AttemptsWanted, found: &mut AttemptsFound) -> Result<(), AwsError> {
    for reach in REACHES {
        let start = wanted.made - reach;
        let named = LogRange {
            group: Arc::from(found.group.as_str()),
            start,
            end: Some(wanted.made + SLACK),
            pattern: Some(format!("\"{}\"", wanted.request_id)),
            ..LogRange::default()
        };
        let events = clients.log_events(&named).await?;
        found.attempts = record::attempts(&events, &wanted.request_id);
        if found.attempts.len() as u64 >= wanted.count.unwrap_or(1) {
            break;
        }
    }
    // What does not name the request, such as a print and the start of the environment, stands between in the stream.
    for attempt in &mut found.attempts {
        let whole = whole(clients, &found.group, attempt).await?;
        let mut again = record::attempts(&whole, &wanted.request_id);
        again.retain(|again| again.started == attempt.started);
        if let Some(mut again) = again.pop() {
            again.lines.truncate(MOST_LINES);
            *attempt = again;
        }
    }
    Ok(())
}

/// Every line of an attempt's stream from the start of its environment to its report.
async fn whole(clients: &Clients, group: &str, attempt: &Attempt) -> Result<Vec<LogEvent>, AwsError> {
    let Some(stream) = &attempt.stream else { return Ok(attempt.lines.clone()) };
    let range = LogRange {
        group: Arc::from(group),
        start: attempt.started - INIT,
        end: Some(attempt.ended.unwrap_or(attempt.started + SLACK)),
        streams: vec![stream.to_string()],
        ..LogRange::default()
    };
    clients.log_events(&range).await
}

/// The receiver's lines for the invocation that logged the record; those around it when its start is not among them.
async fn receiver(clients: &Clients, origin: &Origin, request_id: &str) -> Result<Vec<LogEvent>, AwsError> {
    let (Some(group), Some(stream), Some(at)) = (&origin.log_group, &origin.log_stream, origin.timestamp) else {
        return Ok(Vec::new());
    };
    let range = LogRange {
        group: Arc::clone(group),
        start: at - AROUND,
        end: Some(at + AROUND),
        streams: vec![stream.to_string()],
        ..LogRange::default()
    };
    let events = clients.log_events(&range).await?;
    let is_the_record = |event: &LogEvent| match (&origin.event_id, &event.origin.event_id) {
        (Some(wanted), Some(id)) => wanted == id,
        _ => event.origin.timestamp == Some(at) && event.message.contains(request_id),
    };
    let Some(place) = events.iter().position(is_the_record) else { return Ok(Vec::new()) };
    let first = events[..place].iter().rposition(begins).unwrap_or(0);
    let last = events[place..].iter().position(ends).map_or(events.len(), |after| place + after + 1);
    Ok(events[first..last].to_vec())
}

fn begins(event: &LogEvent) -> bool {
    event.message.starts_with("START RequestId: ") || event.message.contains("\"platform.start\"")
}

fn ends(event: &LogEvent) -> bool {
    event.message.starts_with("REPORT RequestId: ") || event.message.contains("\"platform.report\"")
}
