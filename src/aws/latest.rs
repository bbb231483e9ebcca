//! The newest events of a log group, whenever they were logged.

use std::sync::Arc;

use aws_sdk_cloudwatchlogs::types::OrderBy;

use super::{AwsError, Clients};
use crate::log::{LogEvent, Origin, Text};

/// Events of a stream that are looked at.
const EVENTS: i32 = 200;

impl Clients {
    /// The newest events of the stream of `group` that was written to last, in the order of their times.
    ///
    /// Two requests that do not count against the quota of FilterLogEvents, however long ago the last event was.
    ///
    /// # Errors
    /// When streams may not be described or read, or AWS cannot be reached.
    pub async fn latest_events(&self, group: &str) -> Result<Vec<LogEvent>, AwsError> {
        let streams = self.logs.describe_log_streams().log_group_name(group);
        let streams = streams.order_by(OrderBy::LastEventTime).descending(true).limit(1).send().await;
        let streams = streams.map_err(|error| self.explain("logs:DescribeLogStreams", group, &error))?;
        let Some(stream) = streams.log_streams.unwrap_or_default().into_iter().find_map(|one| one.log_stream_name)
        else {
            return Ok(Vec::new());
        };
        let events = self.logs.get_log_events().log_group_name(group).log_stream_name(&stream);
        let events = events.start_from_head(false).limit(EVENTS).send().await;
        let events = events.map_err(|error| self.explain("logs:GetLogEvents", group, &error))?;
        let (group, stream): (Arc<str>, Arc<str>) = (Arc::from(group), Arc::from(stream));
        let found = events.events.unwrap_or_default().into_iter().map(|event| LogEvent {
            origin: Origin {
                log_group: Some(Arc::clone(&group)),
                log_stream: Some(Arc::clone(&stream)),
                timestamp: event.timestamp,
                ingestion_time: event.ingestion_time,
                ..Origin::default()
            },
            message: Text::from(event.message.unwrap_or_default()),
        });
        Ok(found.collect())
    }
}
