//! Queries of CloudWatch Logs Insights, and whole log events by their pointer or stream.

use std::sync::Arc;

use aws_sdk_cloudwatchlogs::types::{QueryStatus, ResultField};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

use super::logs::address;
use super::{AwsError, Clients};
use crate::log::{LogEvent, Origin, Text};

const START: &str = "logs:StartQuery";
const RESULTS: &str = "logs:GetQueryResults";
const STOP: &str = "logs:StopQuery";
const RECORD: &str = "logs:GetLogRecord";
const STREAM: &str = "logs:GetLogEvents";

/// A query of one log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogQuery {
    /// Name or ARN of the log group.
    pub group: Arc<str>,
    /// First second since the Unix epoch.
    pub start: i64,
    /// Last second, inclusive.
    pub end: i64,
    /// The query, which gives `@timestamp`, `@ingestionTime`, `@message` and `@logStream`.
    pub text: String,
    /// Most rows, 10 000 at most.
    pub limit: i32,
}

/// A log event that a query found; its message may have been cut.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryRow {
    /// The event, without an id.
    pub event: LogEvent,
    /// What [`Clients::log_record`] finds all of it by.
    pub pointer: String,
}

/// Where a query stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum QueryState {
    /// It waits or runs.
    UnderWay,
    /// It has found everything.
    Complete,
    /// It has ended without that, in the service's word: `Failed`, `Cancelled`, `Timeout`.
    Ended(String),
}

/// What a query has told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct QueryAnswer {
    /// Where it stands; only the rows of a complete query are all of them.
    pub state: QueryState,
    /// What it found, in the order of the query.
    pub rows: Vec<QueryRow>,
    /// Log events that matched, also those beyond the limit.
    pub matched: u64,
    /// Bytes that it went through so far, which AWS bills.
    pub scanned: u64,
}

impl Clients {
    /// Starts a query; gives its id.
    ///
    /// # Errors
    /// [`AwsError::Throttled`] also when as many queries run as the account may run; [`AwsError::GroupNotFound`]; and
    /// everything that can befall a request.
    pub async fn start_query(&self, query: &LogQuery) -> Result<String, AwsError> {
        let (name, arn) = address(&query.group);
        let asked = self
            .logs
            .start_query()
            .set_log_group_name(name)
            .set_log_group_identifiers(arn.map(|arn| vec![arn]))
            .start_time(query.start)
            .end_time(query.end)
            .query_string(&query.text)
            .limit(query.limit);
        match asked.send().await {
            Ok(started) => Ok(started.query_id.unwrap_or_default()),
            Err(error) if error.code() == Some("LimitExceededException") => {
                Err(AwsError::Throttled { action: START.into(), target: query.group.to_string() })
            }
            Err(error) => Err(self.refine(&query.group, self.explain(START, &query.group, &error)).await),
        }
    }

    /// What a query on `group` has found by now.
    ///
    /// # Errors
    /// Everything that can befall a request.
    pub async fn query_answer(&self, group: &Arc<str>, id: &str) -> Result<QueryAnswer, AwsError> {
        let answer = self.logs.get_query_results().query_id(id).send().await;
        let answer = answer.map_err(|error| self.explain(RESULTS, id, &error))?;
        let (matched, scanned) =
            answer.statistics.as_ref().map_or((0, 0), |told| (whole(told.records_matched), whole(told.bytes_scanned)));
        let state = state(answer.status.as_ref());
        let rows = answer.results.unwrap_or_default().into_iter().filter_map(|row| read(group, row)).collect();
        Ok(QueryAnswer { state, rows, matched, scanned })
    }

    /// Stops a query that runs; one that has ended is no error.
    ///
    /// # Errors
    /// Everything else that can befall a request.
    pub async fn stop_query(&self, id: &str) -> Result<(), AwsError> {
        match self.logs.stop_query().query_id(id).send().await {
            Err(error) if !matches!(error.code(), Some("InvalidParameterException" | "ResourceNotFoundException")) => {
                Err(self.explain(STOP, id, &error))
            }
            _ => Ok(()),
        }
    }

    /// The whole message of the event that a row points to.
    ///
    /// # Errors
    /// When it does not exist any more, and everything that can befall a request.
    pub async fn log_record(&self, group: &str, pointer: &str) -> Result<String, AwsError> {
        let answer = self.logs.get_log_record().log_record_pointer(pointer).send().await;
        let answer = answer.map_err(|error| self.explain(RECORD, group, &error))?;
        let message = answer.log_record.and_then(|mut record| record.remove("@message"));
        message.ok_or_else(|| AwsError::NotFound {
            action: RECORD.into(),
            target: group.to_owned(),
            detail: "the record has no @message".into(),
        })
    }

    /// All events of a stream from one millisecond to another, both inclusive, in the order of time, without ids.
    ///
    /// # Errors
    /// When the class of the group does not let it be read, and everything that can befall a request.
    pub async fn stream_events(
        &self,
        group: &Arc<str>,
        stream: &Arc<str>,
        (from, to): (i64, i64),
    ) -> Result<Vec<LogEvent>, AwsError> {
        let (name, arn) = address(group);
        let asked = self
            .logs
            .get_log_events()
            .set_log_group_name(name)
            .set_log_group_identifier(arn)
            .log_stream_name(&**stream)
            .start_time(from.max(0))
            .end_time(to.saturating_add(1))
            .start_from_head(true);
        let (mut events, mut token): (Vec<LogEvent>, Option<String>) = (Vec::new(), None);
        loop {
            let page = asked.clone().set_next_token(token.clone()).send().await;
            let page = page.map_err(|error| self.explain(STREAM, group, &error))?;
            events.extend(page.events.unwrap_or_default().into_iter().map(|event| LogEvent {
                origin: Origin {
                    log_group: Some(Arc::clone(group)),
                    log_stream: Some(Arc::clone(stream)),
                    timestamp: event.timestamp,
                    ingestion_time: event.ingestion_time,
                    ..Origin::default()
                },
                message: Text::from(event.message.unwrap_or_default()),
            }));
            // The end is the same token again.
            if page.next_forward_token.is_none() || page.next_forward_token == token {
                break;
            }
            token = page.next_forward_token;
        }
        events.sort_by_key(|event| event.origin.timestamp);
        Ok(events)
    }
}

/// A count, which the service gives as a number with a fraction.
fn whole(number: f64) -> u64 {
    #[allow(clippy::cast_sign_loss, reason = "what is less than nothing becomes nothing")]
    let whole = number as u64;
    whole
}

fn state(status: Option<&QueryStatus>) -> QueryState {
    match status {
        Some(QueryStatus::Complete) => QueryState::Complete,
        Some(ended @ (QueryStatus::Failed | QueryStatus::Cancelled | QueryStatus::Timeout)) => {
            QueryState::Ended(ended.as_str().to_owned())
        }
        _ => QueryState::UnderWay,
    }
}

fn read(group: &Arc<str>, row: Vec<ResultField>) -> Option<QueryRow> {
    let mut read = QueryRow {
        event: LogEvent {
            origin: Origin { log_group: Some(Arc::clone(group)), ..Origin::default() },
            message: Text::from(""),
        },
        pointer: String::new(),
    };
    for field in row {
        let value = field.value.unwrap_or_default();
        let origin = &mut read.event.origin;
        match field.field.as_deref() {
            Some("@timestamp") => origin.timestamp = milliseconds(&value),
            Some("@ingestionTime") => origin.ingestion_time = milliseconds(&value),
            Some("@logStream") => origin.log_stream = Some(Arc::from(value)),
            Some("@message") => read.event.message = Text::from(value),
            Some("@ptr") => read.pointer = value,
            _ => {}
        }
    }
    read.event.origin.timestamp.is_some().then_some(read)
}

/// Milliseconds since the Unix epoch of a time such as `2022-04-16 11:24:43.658`, which is in UTC.
fn milliseconds(text: &str) -> Option<i64> {
    let time: DateTime = text.parse().ok()?;
    Some(time.to_zoned(TimeZone::UTC).ok()?.timestamp().as_millisecond())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_events_with_a_pointer() {
        let field = |name: &str, value: &str| ResultField::builder().field(name).value(value).build();
        let row = vec![
            field("@timestamp", "2022-04-16 11:24:43.658"),
            field("@message", "m\n"),
            field("@logStream", "s"),
            field("@ptr", "p"),
        ];
        let row = read(&Arc::from("g"), row).unwrap();
        assert_eq!(row.event.origin.timestamp, Some(1_650_108_283_658));
        assert_eq!((row.event.message.as_str(), row.pointer.as_str()), ("m\n", "p"));
        assert_eq!(row.event.origin.log_stream.as_deref(), Some("s"));
        assert_eq!(read(&Arc::from("g"), vec![field("@message", "m")]), None);
    }

    #[test]
    fn only_a_complete_query_has_found_everything() {
        assert_eq!(state(Some(&QueryStatus::Complete)), QueryState::Complete);
        assert_eq!(state(Some(&QueryStatus::Running)), QueryState::UnderWay);
        assert_eq!(state(Some(&QueryStatus::Timeout)), QueryState::Ended("Timeout".into()));
        assert_eq!(state(None), QueryState::UnderWay);
    }
}
