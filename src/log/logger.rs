//! Which function a log is of.

use super::{KeptOrigin, Origin};

/// Where Lambda logs to, when nothing else is configured, before the name.
const USUAL: &str = "/aws/lambda/";

impl Origin {
    /// Bare name of the Lambda function that has logged the event, as far as the names tell; several functions may share a
    /// log group.
    ///
    /// A group that was configured has streams named `YYYY/MM/DD/NAME[VERSION][ENVIRONMENT]`:
    /// <https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs-loggroups.html>. In the function's own group
    /// there is no name in them.
    #[must_use]
    pub fn logged_by(&self) -> Option<&str> {
        of_names(self.log_group.as_deref(), self.log_stream.as_deref())
    }
}

impl KeptOrigin {
    /// As [`Origin::logged_by`].
    #[must_use]
    pub fn logged_by(&self) -> Option<&str> {
        of_names(self.log_group(), self.log_stream())
    }
}

fn of_names<'a>(log_group: Option<&'a str>, log_stream: Option<&'a str>) -> Option<&'a str> {
    log_stream.and_then(of_stream).or_else(|| of_group(log_group?))
}

/// Bare name of the Lambda function that usually logs to a group of this name or ARN.
#[must_use]
pub fn of_group(group: &str) -> Option<&str> {
    let name = group.rsplit(":log-group:").next()?.trim_end_matches(":*").strip_prefix(USUAL)?;
    (!name.is_empty()).then_some(name)
}

fn of_stream(stream: &str) -> Option<&str> {
    let mut parts = stream.splitn(4, '/');
    let is_number = |part: &str, length: usize| part.len() == length && part.bytes().all(|byte| byte.is_ascii_digit());
    let is_dated = [4, 2, 2].into_iter().all(|length| parts.next().is_some_and(|part| is_number(part, length)));
    let (name, _) = parts.next().filter(|_| is_dated)?.split_once('[')?;
    (!name.is_empty()).then_some(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(group: Option<&str>, stream: &str) -> Option<String> {
        let origin = Origin { log_group: group.map(Into::into), log_stream: Some(stream.into()), ..Origin::default() };
        origin.logged_by().map(str::to_owned)
    }

    #[test]
    fn streams_of_a_shared_group_name_the_function() {
        let shared = Some("/shared");
        for (group, stream, name) in [
            (shared, "2026/11/25/receiver[$LATEST][0f3b]", Some("receiver")),
            (shared, "2026/11/25/billing-receiver[7]0f3b", Some("billing-receiver")),
            (shared, "2026/11/25/[$LATEST]0f3b", None),
            (shared, "receiver/1/2[x]", None),
            (Some("/aws/lambda/receiver"), "2026/11/25/[$LATEST]0f3b", Some("receiver")),
            (Some("arn:aws:logs:eu-central-1:1:log-group:/aws/lambda/receiver:*"), "s", Some("receiver")),
            (None, "s", None),
        ] {
            assert_eq!(of(group, stream).as_deref(), name, "{stream}");
        }
    }
}
