//! Queries that run or have run, and what they found.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{Duration, Instant};

use serde::Serialize;

use super::super::super::clock::Clock;
use super::super::super::event_id::EventId;
use super::super::super::paging;
use super::super::super::store::StoredEvent;
use super::super::super::wire::{Fault, to_json};
use super::super::{Answer, invalid};
use super::language::{Field, Query};
use super::record::pointer;

/// Queries that are remembered; the oldest are forgotten first.
const KEPT: usize = 1_000;
/// How long a query is scheduled, and runs at least.
const SCHEDULED: Duration = Duration::from_millis(200);
const RUNNING: Duration = Duration::from_millis(300);
/// Bytes that a query goes through within a second.
const BYTES_PER_SECOND: f64 = 500e6;

/// A log event that a query wants.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) id: EventId,
    pub(super) group: Arc<str>,
    pub(super) event: StoredEvent,
}

/// What a query found, and what it took.
#[derive(Debug)]
pub(super) struct Outcome {
    pub(super) rows: Vec<Row>,
    fields: Vec<Field>,
    statistics: Statistics,
}

#[derive(Debug, Clone, Copy, Serialize)]
#[serde(rename_all = "camelCase")]
struct Statistics {
    records_matched: f64,
    records_scanned: f64,
    estimated_records_skipped: f64,
    bytes_scanned: f64,
    estimated_bytes_skipped: f64,
    log_groups_scanned: f64,
}

impl Outcome {
    /// Of a query on so many groups that has gone through nothing.
    pub(super) fn of(query: &Query, groups: usize) -> Self {
        let statistics = Statistics {
            records_matched: 0.0,
            records_scanned: 0.0,
            estimated_records_skipped: 0.0,
            bytes_scanned: 0.0,
            estimated_bytes_skipped: 0.0,
            log_groups_scanned: groups as f64,
        };
        Self { rows: Vec::new(), fields: query.fields.clone(), statistics }
    }

    /// Counts an event that was gone through.
    pub(super) fn scan(&mut self, event: &StoredEvent) {
        self.statistics.records_scanned += 1.0;
        self.statistics.bytes_scanned += event.message.len() as f64;
    }

    /// Puts the rows in order, and keeps the first of them.
    pub(super) fn keep(&mut self, ascending: bool, most: usize) {
        self.statistics.records_matched = self.rows.len() as f64;
        if ascending {
            self.rows.sort_by_key(|row| row.id);
        } else {
            self.rows.sort_by_key(|row| Reverse(row.id));
        }
        self.rows.truncate(most);
    }
}

#[derive(Debug)]
struct Kept {
    id: String,
    began: Instant,
    scheduled: Duration,
    takes: Duration,
    is_stopped: bool,
    outcome: Outcome,
}

impl Kept {
    fn status(&self, now: Instant) -> &'static str {
        match now.duration_since(self.began) {
            _ if self.is_stopped => "Cancelled",
            elapsed if elapsed < self.scheduled => "Scheduled",
            elapsed if elapsed < self.takes => "Running",
            _ => "Complete",
        }
    }

    fn is_under_way(&self, now: Instant) -> bool {
        matches!(self.status(now), "Scheduled" | "Running")
    }
}

/// The queries of the account.
#[derive(Debug)]
pub(crate) struct Queries {
    most: usize,
    message: usize,
    kept: VecDeque<Kept>,
}

impl Queries {
    /// At most so many run at once, and results show so many bytes of a message.
    pub(crate) fn new(most: usize, message: usize) -> Self {
        Self { most, message, kept: VecDeque::new() }
    }

    /// Lets a query run, unless too many do.
    pub(super) fn start(&mut self, id: String, outcome: Outcome, clock: Clock, now: Instant) -> Result<(), Fault> {
        if self.kept.iter().filter(|kept| kept.is_under_way(now)).count() >= self.most {
            let message = format!("Account maximum query concurrency limit of [{}] reached.", self.most);
            return Err(Fault::new(400, "LimitExceededException", message));
        }
        if self.kept.len() >= KEPT {
            self.kept.pop_front();
        }
        let scheduled = clock.shortened(SCHEDULED);
        let runs = RUNNING + Duration::from_secs_f64(outcome.statistics.bytes_scanned / BYTES_PER_SECOND);
        let takes = scheduled + clock.shortened(runs);
        self.kept.push_back(Kept { id, began: now, scheduled, takes, is_stopped: false, outcome });
        Ok(())
    }

    /// Cancels a query.
    pub(super) fn stop(&mut self, id: &str, now: Instant) -> Result<(), Fault> {
        let kept = self.kept.iter_mut().find(|kept| kept.id == id).ok_or_else(|| unknown(id))?;
        if !kept.is_under_way(now) {
            return Err(invalid(format!("Query {id} has already ended with status {}.", kept.status(now))));
        }
        kept.is_stopped = true;
        kept.outcome.rows.clear();
        Ok(())
    }

    /// What is known of a query, its messages as `shown` has them.
    pub(super) fn results<'a>(
        &'a self,
        id: &str,
        now: Instant,
        shown: impl Fn(&'a str) -> Cow<'a, str>,
    ) -> Result<Results<'a>, Fault> {
        let kept = self.kept.iter().find(|kept| kept.id == id).ok_or_else(|| unknown(id))?;
        let (status, outcome) = (kept.status(now), &kept.outcome);
        // While it runs, a query tells what it has found so far.
        let halves = match status {
            "Scheduled" => 0,
            "Running" => 1,
            _ => 2,
        };
        let rows = outcome.rows.iter().take(outcome.rows.len() * halves / 2);
        let rows = rows.map(|row| (row, cut(shown(&row.event.message), self.message))).collect();
        let statistics = outcome.statistics.share(halves as f64 / 2.0);
        Ok(Results { status, fields: &outcome.fields, rows, statistics })
    }
}

impl Statistics {
    fn share(self, share: f64) -> Self {
        Self {
            records_matched: (self.records_matched * share).floor(),
            records_scanned: (self.records_scanned * share).floor(),
            bytes_scanned: (self.bytes_scanned * share).floor(),
            ..self
        }
    }
}

fn unknown(id: &str) -> Fault {
    Fault::new(400, "ResourceNotFoundException", format!("Query with id {id} does not exist."))
}

/// At most so many bytes of a message, to the end of a character.
fn cut(message: Cow<'_, str>, most: usize) -> Cow<'_, str> {
    if message.len() <= most {
        return message;
    }
    let end = (0..=most).rev().find(|end| message.is_char_boundary(*end)).unwrap_or(0);
    match message {
        Cow::Borrowed(text) => Cow::Borrowed(&text[..end]),
        Cow::Owned(text) => Cow::Owned(text[..end].to_owned()),
    }
}

/// Where a query stands, and what it has found.
pub(super) struct Results<'a> {
    status: &'static str,
    fields: &'a [Field],
    rows: Vec<(&'a Row, Cow<'a, str>)>,
    statistics: Statistics,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Page {
    query_language: &'static str,
    results: Vec<Vec<Value>>,
    statistics: Statistics,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    next_token: Option<String>,
}

#[derive(Serialize)]
struct Value {
    field: &'static str,
    value: String,
}

impl Results<'_> {
    /// So many rows behind a token.
    pub(super) fn page(self, token: Option<&str>, most: usize, account: &str) -> Answer {
        let found = paging::page(self.rows, token, most);
        let (rows, next_token) = found.ok_or_else(|| invalid("The specified nextToken is invalid."))?;
        let results = rows.into_iter().map(|(row, message)| values(self.fields, row, &message, account)).collect();
        let (statistics, status) = (self.statistics, self.status);
        Ok(to_json(&Page { query_language: "CWLI", results, statistics, status, next_token }))
    }
}

fn values(fields: &[Field], row: &Row, message: &str, account: &str) -> Vec<Value> {
    let value = |field: &Field| match field {
        Field::Timestamp => spaced(row.id.timestamp),
        Field::IngestionTime => spaced(row.event.ingestion_time),
        Field::Message => message.to_owned(),
        Field::LogStream => row.event.stream.to_string(),
        Field::Log => format!("{account}:{}", row.group),
        Field::Ptr => pointer(&row.group, row.id),
    };
    fields.iter().chain([&Field::Ptr]).map(|field| Value { field: field.name(), value: value(field) }).collect()
}

/// Such as `2022-04-16 11:24:43.658`, in UTC.
fn spaced(ms: i64) -> String {
    super::super::super::clock::iso_millis(ms).replace('T', " ").trim_end_matches('Z').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_cut_between_characters() {
        assert_eq!(cut(Cow::Borrowed("añb"), 2), "a");
        assert_eq!(cut(Cow::Borrowed("añb"), 3), "añ");
        assert_eq!(cut(Cow::Owned("añb".to_owned()), 4), "añb");
    }

    #[test]
    fn times_are_written_as_insights_writes_them() {
        assert_eq!(spaced(1_650_108_283_658), "2022-04-16 11:24:43.658");
    }

    #[test]
    fn a_query_goes_through_its_states() {
        let query = Query::parse("fields @message").unwrap();
        let (clock, now) = (Clock::new(1.0), Instant::now());
        let mut queries = Queries::new(1, 100);
        queries.start("a".into(), Outcome::of(&query, 1), clock, now).unwrap();
        let status = |queries: &Queries, ms| {
            queries.results("a", now + Duration::from_millis(ms), Cow::Borrowed).map(|results| results.status)
        };
        assert_eq!(status(&queries, 0).unwrap(), "Scheduled");
        assert_eq!(status(&queries, 250).unwrap(), "Running");
        assert_eq!(status(&queries, 600).unwrap(), "Complete");
        let second = queries.start("b".into(), Outcome::of(&query, 1), clock, now).unwrap_err();
        assert_eq!(second.code, "LimitExceededException");
        queries.stop("a", now).unwrap();
        assert_eq!(status(&queries, 600).unwrap(), "Cancelled");
        queries.start("b".into(), Outcome::of(&query, 1), clock, now).unwrap();
        assert_eq!(queries.stop("a", now).unwrap_err().code, "InvalidParameterException");
        assert_eq!(queries.stop("c", now).unwrap_err().code, "ResourceNotFoundException");
    }
}
