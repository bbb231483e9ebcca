//! Sessions of StartLiveTail.

use std::sync::Arc;

use aws_sdk_cloudwatchlogs::operation::start_live_tail::StartLiveTailOutput;
use aws_sdk_cloudwatchlogs::types::error::StartLiveTailResponseStreamError as Fault;
use aws_sdk_cloudwatchlogs::types::{LiveTailSessionLogEvent, StartLiveTailResponseStream as Said};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{AwsError, Clients};
use crate::log::{LogEvent, Origin, Text};

const TAIL: &str = "logs:StartLiveTail";

/// What a session tells of.
#[derive(Debug, Clone, Default)]
pub struct LiveRange {
    /// Names or ARNs of the log groups, ten at most.
    pub groups: Vec<Arc<str>>,
    /// CloudWatch's filter pattern.
    pub pattern: Option<String>,
    /// Names of log streams, for a single group; all when empty.
    pub streams: Vec<String>,
    /// What the names of log streams begin with, for a single group.
    pub stream_prefix: Option<String>,
}

/// A session that has begun. Dropping it ends it, and what it costs.
#[derive(Debug)]
pub struct LiveSession {
    stream: StartLiveTailOutput,
    groups: Vec<Arc<str>>,
    clients: Clients,
}

/// What was taken in within about a second.
#[derive(Debug, Clone, Default)]
pub struct LiveUpdate {
    /// Events without ids, each with the place of its group in [`LiveRange::groups`].
    pub events: Vec<(usize, LogEvent)>,
    /// Whether there were more than these.
    pub sampled: bool,
}

/// How a session ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LiveEnd {
    /// It has lasted as long as sessions may.
    Over,
    /// It broke off.
    Broken(AwsError),
}

impl Clients {
    /// Begins a session on log groups of this region, and waits for the service to say so.
    ///
    /// # Errors
    /// Everything that can befall a request; what is not allowed, or not offered for a group, is not worth another try.
    pub async fn live_tail(&self, range: &LiveRange) -> Result<LiveSession, AwsError> {
        let target = range.groups.join(", ");
        let asked = self
            .logs
            .start_live_tail()
            .set_log_group_identifiers(Some(self.arns(&range.groups).await?))
            .set_log_event_filter_pattern(range.pattern.clone())
            .set_log_stream_names((!range.streams.is_empty()).then(|| range.streams.clone()))
            .set_log_stream_name_prefixes(range.stream_prefix.clone().map(|prefix| vec![prefix]));
        let stream = asked.send().await.map_err(|error| self.explain(TAIL, &target, &error))?;
        let mut session = LiveSession { stream, groups: range.groups.clone(), clients: self.clone() };
        session.next().await.map_err(|end| match end {
            LiveEnd::Broken(error) => error,
            LiveEnd::Over => self.broken("the session ended before it began"),
        })?;
        Ok(session)
    }

    /// ARNs as live tail takes them: without the final `:*`.
    async fn arns(&self, groups: &[Arc<str>]) -> Result<Vec<String>, AwsError> {
        let mut arns = Vec::with_capacity(groups.len());
        for group in groups {
            arns.push(match group.strip_prefix("arn:") {
                Some(_) => group.trim_end_matches(":*").to_owned(),
                None => self.group_arn(group).await?,
            });
        }
        Ok(arns)
    }

    /// ARN of a log group of this account and region.
    ///
    /// # Errors
    /// When STS does not tell the account.
    pub async fn group_arn(&self, name: &str) -> Result<String, AwsError> {
        let identity = self.identity().await?;
        let partition = identity.arn.split(':').nth(1).filter(|part| !part.is_empty()).unwrap_or("aws");
        Ok(format!("arn:{partition}:logs:{}:{}:log-group:{name}", self.region(), identity.account))
    }

    fn broken(&self, detail: impl Into<String>) -> AwsError {
        AwsError::Network {
            action: format!("{TAIL} in {}", self.region()),
            detail: detail.into(),
            mend: "check the network, --region and --endpoint-url".into(),
        }
    }
}

impl LiveSession {
    /// Waits for what was taken in next; without any event about once a second.
    ///
    /// # Errors
    /// The session's end.
    pub async fn next(&mut self) -> Result<LiveUpdate, LiveEnd> {
        match self.stream.response_stream.recv().await {
            Ok(Some(Said::SessionUpdate(update))) => {
                let events = update.session_results.unwrap_or_default();
                let events = events.into_iter().filter_map(|event| self.event(event)).collect();
                Ok(LiveUpdate { events, sampled: update.session_metadata.is_some_and(|metadata| metadata.sampled) })
            }
            // The start, or what a later version of the service says beside.
            Ok(Some(_)) => Ok(LiveUpdate::default()),
            Ok(None) => Err(LiveEnd::Broken(self.clients.broken("the stream has ended"))),
            Err(error) => Err(self.end(&error)),
        }
    }

    fn end(&self, error: &aws_sdk_cloudwatchlogs::error::SdkError<Fault, impl Sized>) -> LiveEnd {
        match error.as_service_error() {
            Some(Fault::SessionTimeoutException(_)) => LiveEnd::Over,
            Some(fault) => {
                let why = fault.message().or(fault.code()).unwrap_or("the session has failed");
                LiveEnd::Broken(self.clients.broken(why))
            }
            None => LiveEnd::Broken(self.clients.broken("the connection has ended")),
        }
    }

    fn event(&self, event: LiveTailSessionLogEvent) -> Option<(usize, LogEvent)> {
        let at = place(&self.groups, event.log_group_identifier.as_deref())?;
        let origin = Origin {
            log_group: Some(Arc::clone(&self.groups[at])),
            log_stream: event.log_stream_name.map(Arc::from),
            timestamp: event.timestamp,
            ingestion_time: event.ingestion_time,
            ..Origin::default()
        };
        Some((at, LogEvent { origin, message: Text::from(event.message.unwrap_or_default()) }))
    }
}

/// Which of the groups is meant: by its name, its ARN, or its account and name.
fn place(groups: &[Arc<str>], identifier: Option<&str>) -> Option<usize> {
    let Some(identifier) = identifier else { return (groups.len() == 1).then_some(0) };
    let name = |text: &str| text.trim_end_matches(":*").rsplit(':').next().unwrap_or_default().to_owned();
    groups.iter().position(|group| name(group) == name(identifier))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_known_however_it_is_named() {
        let arn = "arn:aws:logs:eu-central-1:123123123123:log-group:/b:*";
        let groups = [Arc::from("/a"), Arc::from(arn)];
        for (identifier, at) in [("/a", 0), ("123123123123:/a", 0), ("123123123123:/b", 1), (arn, 1), ("/b", 1)] {
            assert_eq!(place(&groups, Some(identifier)), Some(at), "{identifier}");
        }
        assert_eq!(place(&groups, Some("/c")), None);
        assert_eq!((place(&groups, None), place(&groups[..1], None)), (None, Some(0)));
    }
}
