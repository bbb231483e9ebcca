//! What the sender's own log says of an invocation that is under way.

use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;

use crate::aws::{AwsError, Clients};

/// How far an invocation has come, by its function's log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Attempts {
    /// Attempts that have started.
    pub started: usize,
    /// Attempts that have ended.
    pub ended: usize,
}

/// Counts the attempts of an invocation since a time (milliseconds since the Unix epoch) in a log group.
///
/// # Errors
/// What CloudWatch Logs, or the way to it, said.
pub async fn count(clients: &Clients, group: &str, request_id: &str, since: i64) -> Result<Attempts, AwsError> {
    let request = clients.logs.filter_log_events().log_group_name(group).start_time(since);
    let answer = request.filter_pattern(format!("\"{request_id}\"")).send().await;
    let page = answer.map_err(|error| clients.explain("logs:FilterLogEvents", group, &error))?;
    Ok(of(page.events(), request_id))
}

/// Platform lines of both log formats name the request id: `START RequestId: …` or `"type":"platform.start"`.
fn of(events: &[FilteredLogEvent], request_id: &str) -> Attempts {
    let lines = || events.iter().filter_map(|event| event.message()).filter(|line| line.contains(request_id));
    let count = |text: &str, json: &str| {
        lines().filter(|line| line.starts_with(text) || line.starts_with('{') && line.contains(json)).count()
    };
    Attempts {
        started: count("START RequestId: ", "\"platform.start\""),
        ended: count("END RequestId: ", "\"platform.runtimeDone\""),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_log_formats_are_counted() {
        let events = [
            "START RequestId: a Version: $LATEST\n",
            "[ERROR] RuntimeError in a\n",
            "END RequestId: a\n",
            "START RequestId: b Version: $LATEST\n",
            r#"{"time":"…","type":"platform.start","record":{"requestId":"a","version":"7"}}"#,
        ];
        let events = events.map(|message| FilteredLogEvent::builder().message(message).build());
        assert_eq!(of(&events, "a"), Attempts { started: 2, ended: 1 });
    }
}
