//! Pages of FilterLogEvents.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;

use super::{AwsError, Clients, names};
use crate::log::{EventId, LogEvent, Origin, Text};

const FILTER: &str = "logs:FilterLogEvents";

/// What part of a log group is read.
#[derive(Debug, Clone, Default)]
pub struct LogRange {
    /// Name or ARN of the log group.
    pub group: Arc<str>,
    /// First millisecond since the Unix epoch.
    pub start: i64,
    /// Last millisecond, inclusive; what comes later than now counts too when it is left out.
    pub end: Option<i64>,
    /// CloudWatch's filter pattern.
    pub pattern: Option<String>,
    /// Names of log streams, 100 at most; all when empty.
    pub streams: Vec<String>,
    /// What the names of log streams begin with.
    pub stream_prefix: Option<String>,
    /// Most events on a page; the service's own limit of 10 000 and 1 MiB when left out.
    pub limit: Option<i32>,
    /// Whether values that data protection masks are shown, which takes the permission `logs:Unmask`.
    pub unmask: bool,
}

/// One page, in the order of its timestamps.
#[derive(Debug, Clone, Default)]
pub struct LogPage {
    /// The events; none does not mean that there are no further pages.
    pub events: Vec<LogEvent>,
    /// What gets the next page; `None` on the last.
    pub next_token: Option<String>,
}

/// Pages that reading a whole range may take.
const MOST_PAGES: usize = 40;

impl Clients {
    /// All events of `range`, each once, in the order of their time: for ranges of some pages, of which it reads at most 40.
    ///
    /// # Errors
    /// As [`Clients::log_page`].
    pub async fn log_events(&self, range: &LogRange) -> Result<Vec<LogEvent>, AwsError> {
        let (mut events, mut token) = (Vec::new(), None);
        for _ in 0..MOST_PAGES {
            let page = self.log_page(range, token.as_deref()).await?;
            events.extend(page.events);
            token = page.next_token;
            if token.is_none() {
                break;
            }
        }
        let mut seen = HashSet::new();
        events.retain(|event: &LogEvent| event.origin.event_id.clone().is_none_or(|id| seen.insert(id)));
        events.sort_by_key(|event| event.origin.timestamp);
        Ok(events)
    }

    /// Reads one page of `range`: the first, or the one that `token` of an earlier page stands for.
    ///
    /// # Errors
    /// [`AwsError::PageExpired`] when the token is no longer taken, [`AwsError::GroupNotFound`] with similar
    /// names, and everything that can befall a request.
    pub async fn log_page(&self, range: &LogRange, token: Option<&str>) -> Result<LogPage, AwsError> {
        let (name, identifier) = address(&range.group);
        let answer = self
            .logs
            .filter_log_events()
            .set_log_group_name(name)
            .set_log_group_identifier(identifier)
            .start_time(range.start.max(0))
            .set_end_time(range.end)
            .set_filter_pattern(range.pattern.clone())
            .set_log_stream_names((!range.streams.is_empty()).then(|| range.streams.clone()))
            .set_log_stream_name_prefix(range.stream_prefix.clone())
            .set_limit(range.limit)
            .set_unmask(range.unmask.then_some(true))
            .set_next_token(token.map(str::to_owned))
            .send()
            .await;
        match answer {
            Ok(page) => Ok(LogPage {
                events: events(&range.group, page.events.unwrap_or_default()),
                next_token: page.next_token.filter(|token| !token.is_empty()),
            }),
            Err(error) if token.is_some() && is_token_fault(error.code(), error.message()) => {
                let detail = error.message().unwrap_or_default().to_owned();
                Err(AwsError::PageExpired { target: range.group.to_string(), detail })
            }
            Err(error) => Err(self.refine(&range.group, self.explain(FILTER, &range.group, &error)).await),
        }
    }

    pub(super) async fn refine(&self, group: &str, error: AwsError) -> AwsError {
        match error {
            AwsError::NotFound { .. } => self.missing(group).await,
            AwsError::Service { detail, .. } if class_in(&detail).is_some() => AwsError::GroupClass {
                group: group.to_owned(),
                class: class_in(&detail).unwrap_or_default().to_owned(),
            },
            error => error,
        }
    }

    /// What is to be said of a log group that does not exist.
    pub(crate) async fn missing(&self, group: &str) -> AwsError {
        AwsError::GroupNotFound {
            group: group.to_owned(),
            region: self.region().to_owned(),
            near: self.near_groups(group).await,
        }
    }

    /// Existing groups with a name like `group`; none when they cannot be listed.
    async fn near_groups(&self, group: &str) -> Vec<String> {
        let last = names::last_part(group);
        let parent = &group[..group.rfind('/').map_or(0, |slash| slash + 1)];
        let request = self.logs.describe_log_groups();
        let (beside, alike) = tokio::join!(
            request.clone().set_log_group_name_prefix((!parent.is_empty()).then(|| parent.to_owned())).send(),
            request.log_group_name_pattern(last).send(),
        );
        let found: Vec<String> = [beside, alike]
            .into_iter()
            .flatten()
            .flat_map(|page| page.log_groups.unwrap_or_default())
            .filter_map(|group| group.log_group_name)
            .collect();
        names::near(group, found.iter().map(String::as_str))
    }
}

/// The class in `The log group NAME is of log-group-class INFREQUENT_ACCESS. FilterLogEvents is not supported …`.
fn class_in(detail: &str) -> Option<&str> {
    let class = detail.split("log-group-class ").nth(1)?;
    class.split(|c: char| !c.is_ascii_uppercase() && c != '_').next().filter(|class| !class.is_empty())
}

/// The group as the name or the identifier of a request: an ARN can only be the latter, without its final `:*`.
pub(super) fn address(group: &str) -> (Option<String>, Option<String>) {
    if group.starts_with("arn:") {
        (None, Some(group.trim_end_matches(":*").to_owned()))
    } else {
        (Some(group.to_owned()), None)
    }
}

/// The region that a log group's ARN names; `None` for a name.
#[must_use]
pub fn region_of(group: &str) -> Option<&str> {
    let mut parts = group.split(':');
    let is_arn = parts.next() == Some("arn") && parts.nth(1) == Some("logs");
    parts.next().filter(|region| is_arn && !region.is_empty())
}

fn is_token_fault(code: Option<&str>, message: Option<&str>) -> bool {
    // Filter patterns have tokens too.
    code == Some("InvalidParameterException") && message.is_some_and(|text| text.to_lowercase().contains("nexttoken"))
}

fn events(group: &Arc<str>, answered: Vec<FilteredLogEvent>) -> Vec<LogEvent> {
    let mut streams: HashMap<String, Arc<str>> = HashMap::new();
    let mut events: Vec<LogEvent> = answered
        .into_iter()
        .map(|event| LogEvent {
            origin: Origin {
                log_group: Some(Arc::clone(group)),
                log_stream: event.log_stream_name.map(|name| shared(&mut streams, name)),
                timestamp: event.timestamp,
                ingestion_time: event.ingestion_time,
                event_id: event.event_id.map(EventId::from),
                file: None,
                line: None,
            },
            message: Text::from(event.message.unwrap_or_default()),
        })
        .collect();
    // A stable sort: equal milliseconds keep the order of the service.
    events.sort_by_key(|event| event.origin.timestamp);
    events
}

/// One string for all events of a stream.
fn shared(streams: &mut HashMap<String, Arc<str>>, name: String) -> Arc<str> {
    Arc::clone(streams.entry(name).or_insert_with_key(|name| Arc::from(name.as_str())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_group_is_addressed_by_name_or_arn() {
        assert_eq!(address("/aws/lambda/a"), (Some("/aws/lambda/a".into()), None));
        let arn = "arn:aws:logs:eu-central-1:123123123123:log-group:/aws/lambda/a";
        assert_eq!(address(&format!("{arn}:*")), (None, Some(arn.into())));
        assert_eq!(region_of(arn), Some("eu-central-1"));
        assert_eq!([region_of("/aws/lambda/a"), region_of("arn:aws:s3:::bucket")], [None, None]);
    }

    #[test]
    fn only_a_refused_token_starts_the_range_again() {
        let code = Some("InvalidParameterException");
        assert!(is_token_fault(code, Some("The specified nextToken is invalid.")));
        assert!(!is_token_fault(code, Some("Invalid filter pattern")));
        assert!(!is_token_fault(Some("ResourceNotFoundException"), Some("token")));
    }

    #[test]
    fn events_of_a_page_come_in_order_of_time_and_share_their_stream() {
        let event = |stream: &str, timestamp: i64| {
            FilteredLogEvent::builder().log_stream_name(stream).timestamp(timestamp).message("m").build()
        };
        let page = events(&Arc::from("g"), vec![event("s", 5), event("s", 3), event("t", 4)]);
        let times: Vec<_> = page.iter().filter_map(|event| event.origin.timestamp).collect();
        assert_eq!(times, [3, 4, 5]);
        let stream = |index: usize| page[index].origin.log_stream.clone().unwrap();
        assert!(Arc::ptr_eq(&stream(0), &stream(2)));
    }
}
