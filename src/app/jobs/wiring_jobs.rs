//! Finding the way: which functions send their outcomes where, and what lies there.

use jiff::Timestamp;
use tokio::sync::watch;

use crate::aws::{AwsError, Clients};
use crate::record::{Arrival, Outcome};
use crate::source::peek;
use crate::wiring::{self, Explorer, Gravity, Line, Sender};

use super::super::model::Place;
use super::{Answer, Reporter};

/// A log group's name and class.
pub type NamedGroup = (String, String);

/// The last record of a log group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The group.
    pub group: String,
    /// What it is, or why it cannot be told.
    pub last: Result<Option<Glance>, String>,
}

/// A record in a few words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Glance {
    /// When it was recorded, in milliseconds since the Unix epoch.
    pub time: Option<i64>,
    /// Name of its function, with its qualifier.
    pub function: String,
    /// Whether it tells of a success.
    pub succeeded: bool,
    /// Its condition, and the error where there is one.
    pub words: String,
}

/// Lists the log groups, and then looks at one function after the other.
pub(super) async fn discover(clients: Clients, reporter: &Reporter) -> Result<Answer, AwsError> {
    reporter.progress(Answer::At(place(&clients))).await;
    let mut token = None;
    loop {
        match clients.group_page(token).await {
            Ok((groups, next)) => {
                reporter.progress(Answer::Groups(groups)).await;
                token = next;
            }
            // Whoever may not list groups may find functions, and the other way round.
            Err(error @ AwsError::Denied { .. }) => {
                reporter.progress(Answer::NotListed(error.to_string())).await;
                token = None;
            }
            Err(error) => return Err(error),
        }
        if token.is_none() {
            break;
        }
    }
    let mut explorer = Explorer::new(clients);
    let (tell, mut told) = watch::channel((0, 0));
    let mut search = std::pin::pin!(explorer.senders(|done, total| {
        tell.send_replace((done, total));
    }));
    loop {
        tokio::select! {
            found = &mut search => return Ok(Answer::Senders(found?)),
            Ok(()) = told.changed() => {
                let (done, total) = *told.borrow_and_update();
                reporter.progress(Answer::Surveyed { done, total }).await;
            }
        }
    }
}

/// Where the clients look, as far as they know.
pub(crate) fn place(clients: &Clients) -> Place {
    Place {
        region: Some(clients.region().to_owned()),
        identity: clients.profile().map(str::to_owned),
        endpoint: clients.endpoint_url().map(str::to_owned),
        ..Place::default()
    }
}

/// Looks at one function as the doctor does.
pub(super) async fn examine(clients: Clients, function: &str) -> Result<Answer, AwsError> {
    let mut explorer = Explorer::new(clients);
    let sender = explorer.sender(function).await?;
    let examined = wiring::examine(&explorer, sender, Timestamp::now().as_millisecond()).await?;
    let lines: Vec<Line> = wiring::lines(&examined);
    Ok(Answer::Examined(lines))
}

/// Looks at the last record of a group; that it cannot be read is an answer too.
pub(super) async fn preview(clients: Clients, group: String) -> Answer {
    let last = peek::last_record(&clients, &group).await;
    let last = last.map(|arrival| arrival.as_ref().map(glance)).map_err(|error| error.to_string());
    Answer::Preview(Preview { group, last })
}

fn glance(arrival: &Arrival) -> Glance {
    let record = &arrival.record;
    let error = record.error();
    let parts = error.iter().flat_map(|error| [error.error_type.clone(), error.message.clone()]).flatten();
    let words: Vec<String> = parts.collect();
    let condition = record.condition();
    Glance {
        time: record.timestamp().or_else(|| arrival.origin.timestamp()),
        function: record.function().map_or_else(
            || "?".to_owned(),
            |arn| match arn.qualifier() {
                Some(qualifier) => format!("{}:{qualifier}", arn.name()),
                None => arn.name().to_owned(),
            },
        ),
        succeeded: record.outcome() == Outcome::Success,
        words: std::iter::once(condition.as_str().to_owned()).chain(words).collect::<Vec<_>>().join("  "),
    }
}

/// The destinations of a sender's qualifier in a few words: `failures and successes → receiver`.
#[must_use]
pub fn ways(sender: &Sender, qualifier: &str) -> String {
    let Some(route) = sender.routes.iter().find(|route| route.qualifier == qualifier) else { return String::new() };
    let name = |to: &wiring::Destination| match to.receivers.first() {
        Some(receiver) if to.kind == wiring::Kind::Function => receiver.label(),
        Some(receiver) => format!("{} {} → {}", to.kind.word(), short(&to.arn), receiver.label()),
        None => format!("{} {}", to.kind.word(), short(&to.arn)),
    };
    match (route.on_failure.as_ref().map(name), route.on_success.as_ref().map(name)) {
        (Some(failure), Some(success)) if failure == success => format!("all → {failure}"),
        (Some(failure), Some(success)) => format!("failures → {failure}, successes → {success}"),
        (Some(failure), None) => format!("failures → {failure}"),
        (None, Some(success)) => format!("successes → {success}"),
        (None, None) => "no destination".to_owned(),
    }
}

fn short(arn: &str) -> &str {
    arn.rsplit([':', '/']).next().unwrap_or(arn)
}

/// Looks for what may explain that a log has no record: in the wiring of the sender, where it is known, and in the
/// receivers that log to the groups.
pub(super) async fn why_empty(clients: Clients, function: Option<&str>, groups: &[String]) -> Answer {
    let mut reasons = Vec::new();
    let mut explorer = Explorer::new(clients.clone());
    if let Some(function) = function {
        reasons.extend(of_sender(&mut explorer, function).await.unwrap_or_else(|error| vec![error.to_string()]));
    }
    for group in groups {
        let receiver = wiring::receiver_of(&explorer, group).await.filter(|_| function.is_none());
        reasons.extend(receiver.into_iter().flatten());
        reasons.extend(of_group(&clients, group).await);
    }
    Answer::Reasons(reasons)
}

/// What the doctor finds of consequence.
async fn of_sender(explorer: &mut Explorer, function: &str) -> Result<Vec<String>, AwsError> {
    let sender = explorer.sender(function).await?;
    let examined = wiring::examine(explorer, sender, Timestamp::now().as_millisecond()).await?;
    let grave = examined.findings.into_iter().filter(|finding| finding.gravity != Gravity::Note);
    Ok(grave.map(|finding| format!("{}: {}; {}", finding.subject, finding.found, finding.consequence)).collect())
}

/// Whether there is a record at all, only not in the range that is read.
async fn of_group(clients: &Clients, group: &str) -> Option<String> {
    match peek::last_record(clients, group).await {
        Ok(Some(arrival)) => {
            let time = arrival.origin.timestamp().and_then(|time| Timestamp::from_millisecond(time).ok())?;
            Some(format!("the last record in {group} was logged at {time:.0}: --since reads further back"))
        }
        Ok(None) => Some(format!(
            "{group}: no record is among the newest events of its latest log stream, however old these are"
        )),
        // That the group cannot be read is said by whoever reads it.
        Err(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_lambda::types::{ApplicationLogLevel, DestinationConfig, LogFormat, LoggingConfig, OnFailure};

    use super::*;
    use crate::aws::{self, Keys, Settings};
    use crate::local::{Endpoint, Options};

    const GROUP: &str = "/aws/lambda/receiver";

    async fn connect(endpoint: &Endpoint) -> Clients {
        let keys = Keys { id: "local".into(), secret: "local".into() };
        let settings = Settings {
            region: Some(endpoint.region().to_owned()),
            endpoint_url: Some(endpoint.url().to_owned()),
            keys: Some(keys),
            ..Settings::default()
        };
        aws::connect(&settings).await.unwrap()
    }

    async fn reasons(clients: &Clients, function: Option<&str>) -> String {
        match why_empty(clients.clone(), function, &[GROUP.to_owned()]).await {
            Answer::Reasons(found) => found.join("\n"),
            other => panic!("{other:?}"),
        }
    }

    #[tokio::test]
    async fn an_empty_log_is_explained_by_what_is_wrong_with_the_wiring() {
        let endpoint = Endpoint::start(Options { time_scale: 6000.0, ..Options::default() }).await.unwrap();
        let clients = connect(&endpoint).await;
        assert!(reasons(&clients, None).await.contains("no record is among the newest events"));

        let level =
            LoggingConfig::builder().log_format(LogFormat::Json).application_log_level(ApplicationLogLevel::Warn);
        let update = clients.lambda.update_function_configuration().function_name("receiver");
        update.logging_config(level.build()).send().await.unwrap();
        let told = reasons(&clients, None).await;
        assert!(told.contains("receiver logs JSON from WARN on: a record that it prints counts as INFO"), "{told}");

        let put = || clients.lambda.put_function_event_invoke_config().function_name("sender").qualifier("$LATEST");
        put().maximum_retry_attempts(1).send().await.unwrap();
        let told = reasons(&clients, Some("sender:$LATEST")).await;
        assert!(told.contains("sender:$LATEST: its event-invoke config names no destination"), "{told}");

        let told = reasons(&clients, Some("sender:7")).await;
        assert!(told.contains("sender:7: it has no event-invoke config"), "{told}");

        let queue = OnFailure::builder().destination("arn:aws:sqs:eu-central-1:123123123123:outcomes").build();
        let to = DestinationConfig::builder().on_failure(queue).build();
        put().destination_config(to).send().await.unwrap();
        let told = reasons(&clients, Some("sender")).await;
        assert!(told.contains("outcomes: no event source mapping reads the queue; records wait there"), "{told}");
    }
}
