//! One query, from its start to what it found.

use std::ops::RangeInclusive;
use std::sync::Arc;
use std::time::Duration;

use super::ranges::Piece;
use super::{LIMIT, QUERY, Shared, whole};
use crate::aws::{AwsError, LogQuery, QueryAnswer, QueryRow, QueryState};
use crate::log::{Gap, Origin, Traffic};
use crate::record::Found;
use crate::source::{asked, backoff::Backoff};

/// Waits between two looks whether a query has ended.
const FIRST_LOOK: Duration = Duration::from_millis(100);
const LONGEST_LOOK: Duration = Duration::from_secs(2);
/// Queries on the same time that may fail before it is given up.
const FAILURES: u32 = 3;

/// What a query has read.
#[derive(Debug, Default)]
pub(super) struct Read {
    /// Records and what looks like them, in the order of time.
    pub(super) found: Vec<Found>,
    /// Log events that were found, and bytes of their messages.
    pub(super) events: u64,
    pub(super) bytes: u64,
    /// What is left to be queried, the newest first.
    pub(super) rest: Vec<Piece>,
    /// What cannot be had.
    pub(super) gap: Option<Gap>,
}

/// Queries a piece.
///
/// # Errors
/// [`AwsError::Throttled`] when too many queries run: nothing has begun then. And what does not pass.
pub(super) async fn read(shared: &Shared, piece: &Piece) -> Result<Read, AwsError> {
    let Some(answer) = answer(shared, piece).await? else { return Ok(too_long(shared, piece)) };
    let last = answer.rows.last().and_then(|row| row.event.origin.timestamp).map(|time| time.div_euclid(1_000));
    let (rows, matched) = (answer.rows.len(), answer.matched);
    let parted = piece.parted(rows, matched, shared.limit.unsigned_abs() as usize, last);
    let gap = parted.is_short.then(|| {
        let reason = format!("Logs Insights gives {rows} of the {matched} log events with records of this second");
        shared.gap(piece, reason)
    });
    if parted.read.is_empty() {
        return Ok(Read { rest: parted.rest, ..Read::default() });
    }
    let read = Piece { group: piece.group, from: *parted.read.start(), to: *parted.read.end() };
    let own = shared.own(&read);
    let rows = wanted(shared, answer.rows, &own);
    let (events, bytes) = (rows.len() as u64, rows.iter().map(|row| row.event.message.len() as u64).sum());
    let found = whole::found(shared, piece.group, rows, &own).await?;
    Ok(Read { found, events, bytes, rest: parted.rest, gap })
}

/// Rows of a time and of the streams that are read, the oldest first.
fn wanted(shared: &Shared, rows: Vec<QueryRow>, own: &RangeInclusive<i64>) -> Vec<QueryRow> {
    let (streams, prefix) = (&shared.options.streams, &shared.options.stream_prefix);
    let is_wanted = |row: &QueryRow| {
        let stream = row.event.origin.log_stream.as_deref().unwrap_or_default();
        row.event.origin.timestamp.is_some_and(|time| own.contains(&time))
            && (streams.is_empty() || streams.iter().any(|name| name == stream))
            && prefix.as_ref().is_none_or(|prefix| stream.starts_with(prefix.as_str()))
    };
    rows.into_iter().filter(is_wanted).collect()
}

/// A query that AWS has ended for the time it took: its parts may do.
fn too_long(shared: &Shared, piece: &Piece) -> Read {
    if let Some(rest) = piece.halves() {
        return Read { rest, ..Read::default() };
    }
    let reason = "Logs Insights needs more than an hour for this second".to_owned();
    Read { gap: Some(shared.gap(piece, reason)), ..Read::default() }
}

/// All that a query found; none when it took too long.
async fn answer(shared: &Shared, piece: &Piece) -> Result<Option<QueryAnswer>, AwsError> {
    let mut failures = 0;
    loop {
        let answer = ended(shared, piece).await?;
        shared.count(Traffic { queries: 1, scanned: answer.scanned, ..Traffic::default() });
        match answer.state {
            QueryState::Ended(word) if word == "Timeout" => return Ok(None),
            QueryState::Ended(word) => {
                failures += 1;
                if word == "Cancelled" || failures >= FAILURES {
                    return Err(broken(&shared.options.groups[piece.group], &word));
                }
            }
            QueryState::Complete | QueryState::UnderWay => return Ok(Some(answer)),
        }
    }
}

fn broken(group: &str, word: &str) -> AwsError {
    AwsError::Service {
        action: "logs:StartQuery".into(),
        target: group.to_owned(),
        code: word.to_owned(),
        detail: "the query has ended without its results".into(),
        passing: false,
    }
}

/// A query that has run to its end.
async fn ended(shared: &Shared, piece: &Piece) -> Result<QueryAnswer, AwsError> {
    let group = &shared.options.groups[piece.group];
    // The end is inclusive to the second: whether that means all of its milliseconds is left open.
    let query = LogQuery {
        group: Arc::clone(group),
        start: piece.from.max(0),
        end: piece.to + 1,
        text: format!("{QUERY} | limit {}", shared.limit),
        limit: shared.limit.min(LIMIT),
    };
    let mut backoff = Backoff::default();
    let ticket = loop {
        shared.limiter.acquire().await;
        let clients = shared.connection.of(group).await?;
        let started = shared.running.start(clients, query.clone()).await;
        shared.count(asked(&started));
        match started {
            Ok(ticket) => break ticket,
            Err(error @ AwsError::Throttled { .. }) => return Err(error),
            Err(error) => shared.endure(&mut backoff, error).await?,
        }
    };
    let mut wait = FIRST_LOOK;
    loop {
        tokio::time::sleep(wait).await;
        let id = ticket.id.as_str();
        let answer = shared.ask(group, |clients| async move { clients.query_answer(group, id).await }).await?;
        if answer.state != QueryState::UnderWay {
            ticket.ended();
            return Ok(answer);
        }
        wait = wait.mul_f64(1.5).min(LONGEST_LOOK);
    }
}

impl Shared {
    /// The milliseconds of a piece that are asked for.
    fn own(&self, piece: &Piece) -> RangeInclusive<i64> {
        let (millis, to) = (piece.millis(), self.ends[piece.group].to);
        (*millis.start()).max(self.options.since)..=(*millis.end()).min(to)
    }

    fn gap(&self, piece: &Piece, reason: String) -> Gap {
        let origin = Origin { log_group: Some(Arc::clone(&self.options.groups[piece.group])), ..Origin::default() };
        let own = self.own(piece);
        Gap { origin, from: Some(*own.start()), to: Some(*own.end()), reason }
    }
}
