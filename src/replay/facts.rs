//! What is known of a function before its payloads are sent to it: who sends, what it has, what becomes of outcomes.

use std::time::Duration;

use aws_sdk_lambda::types::DestinationConfig;

use super::plan::target;
use crate::aws::{AwsError, Clients, Identity};
use crate::record::FunctionArn;

/// Found, or why not.
pub type Known<T> = Result<T, String>;

/// Lambda's own values where a function has no event-invoke config.
const DEFAULT_RETRIES: u32 = 2;
const DEFAULT_AGE: Duration = Duration::from_hours(6);

/// A version or an alias.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Qualifier {
    /// `$LATEST`, a number, or an alias.
    pub name: String,
    /// Version that an alias stands for.
    pub version: Option<String>,
}

/// What becomes of a function's asynchronous invocations.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventConfig {
    /// Retries after an error.
    pub retries: u32,
    /// Age after which an event is given up.
    pub age: Duration,
    /// ARN of the destination of successes.
    pub on_success: Option<String>,
    /// ARN of the destination of failures.
    pub on_failure: Option<String>,
}

impl Default for EventConfig {
    fn default() -> Self {
        Self { retries: DEFAULT_RETRIES, age: DEFAULT_AGE, on_success: None, on_failure: None }
    }
}

impl EventConfig {
    /// About how long an invocation takes that fails each time: one minute before the first retry, two before the
    /// second (developer guide, "How Lambda handles errors and retries with asynchronous invocation").
    #[must_use]
    pub fn failing(&self) -> Duration {
        let waits: u64 = (1..=u64::from(self.retries)).sum();
        Duration::from_mins(waits).min(self.age)
    }
}

/// What is known of a function.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Facts {
    /// Who sends.
    pub identity: Known<Identity>,
    /// Its versions and aliases, `$LATEST` first.
    pub qualifiers: Known<Vec<Qualifier>>,
    /// The event-invoke config of the qualifier that is sent to.
    pub config: Known<EventConfig>,
    /// When `$LATEST` was last changed, in milliseconds since the Unix epoch.
    pub modified: Known<i64>,
    /// Its log group.
    pub group: String,
    /// Whether it keeps tenants apart: then each invocation must name one.
    pub tenants: bool,
    /// What the destination of its successes starts in turn.
    pub starts: Vec<String>,
    /// Region that the clients are for.
    pub region: String,
}

/// Looks at a function with a qualifier; what may not be looked at says why.
pub async fn look(clients: &Clients, function: &FunctionArn) -> Facts {
    let home = clients.region().to_owned();
    let clients = function.region().map_or_else(|| clients.clone(), |region| clients.at(region));
    let (bare, words) = (bare(function), |error: AwsError| error.to_string());
    let (identity, qualifiers, config, code) = tokio::join!(
        clients.identity(),
        qualifiers(&clients, &bare),
        config(&clients, function.as_str()),
        code(&clients, &bare),
    );
    let (config, code) = (config.map_err(words), code.map_err(words));
    let starts = match config.as_ref().ok().and_then(|config| config.on_success.as_deref()) {
        Some(destination) => started_by(&clients, destination).await,
        None => Vec::new(),
    };
    Facts {
        identity: identity.map_err(words),
        qualifiers: qualifiers.map_err(words),
        config,
        group: code
            .as_ref()
            .ok()
            .and_then(|code| code.group.clone())
            .unwrap_or_else(|| format!("/aws/lambda/{}", function.name())),
        tenants: code.as_ref().is_ok_and(|code| code.tenants),
        modified: code.and_then(|code| code.modified.ok_or_else(|| "not told".to_owned())),
        starts,
        region: home,
    }
}

/// The event-invoke config of a function with its qualifier; Lambda's own values when it has none.
///
/// # Errors
/// What Lambda, or the way to it, said.
pub async fn config(clients: &Clients, function: &str) -> Result<EventConfig, AwsError> {
    let answer = clients.lambda.get_function_event_invoke_config().function_name(function).send().await;
    match answer {
        Ok(config) => {
            let (on_success, on_failure) = destinations(config.destination_config());
            Ok(EventConfig {
                retries: config
                    .maximum_retry_attempts
                    .and_then(|count| u32::try_from(count).ok())
                    .unwrap_or(DEFAULT_RETRIES),
                age: config
                    .maximum_event_age_in_seconds
                    .and_then(|age| u64::try_from(age).ok())
                    .map_or(DEFAULT_AGE, Duration::from_secs),
                on_success,
                on_failure,
            })
        }
        Err(error) => match clients.explain("lambda:GetFunctionEventInvokeConfig", function, &error) {
            AwsError::NotFound { .. } => Ok(EventConfig::default()),
            error => Err(error),
        },
    }
}

fn destinations(config: Option<&DestinationConfig>) -> (Option<String>, Option<String>) {
    let Some(config) = config else { return (None, None) };
    let known = |arn: Option<&str>| arn.filter(|arn| !arn.is_empty()).map(str::to_owned);
    (
        known(config.on_success().and_then(|to| to.destination())),
        known(config.on_failure().and_then(|to| to.destination())),
    )
}

/// The ARN without its qualifier.
fn bare(function: &FunctionArn) -> String {
    let whole = target(function, None);
    let own = function.qualifier().map_or(0, |own| own.len() + 1);
    whole[..whole.len() - own].to_owned()
}

async fn qualifiers(clients: &Clients, function: &str) -> Result<Vec<Qualifier>, AwsError> {
    let mut found = Vec::new();
    let mut versions =
        clients.lambda.list_versions_by_function().function_name(function).into_paginator().items().send();
    while let Some(version) = versions.next().await {
        let version = version.map_err(|error| clients.explain("lambda:ListVersionsByFunction", function, &error))?;
        found.extend(version.version.map(|name| Qualifier { name, version: None }));
    }
    let mut aliases = clients.lambda.list_aliases().function_name(function).into_paginator().items().send();
    let mut named = Vec::new();
    while let Some(alias) = aliases.next().await {
        let alias = alias.map_err(|error| clients.explain("lambda:ListAliases", function, &error))?;
        named.extend(alias.name.map(|name| Qualifier { name, version: alias.function_version }));
    }
    // After $LATEST come the names that people give, and then the versions, newest first.
    let latest = found.iter().position(|version| version.name == "$LATEST").map(|at| found.remove(at));
    found.reverse();
    Ok(latest.into_iter().chain(named).chain(found).collect())
}

struct Code {
    modified: Option<i64>,
    group: Option<String>,
    tenants: bool,
}

async fn code(clients: &Clients, function: &str) -> Result<Code, AwsError> {
    let answer = clients.lambda.get_function_configuration().function_name(function).send().await;
    let code = answer.map_err(|error| clients.explain("lambda:GetFunctionConfiguration", function, &error))?;
    Ok(Code {
        modified: code.last_modified().and_then(modified),
        group: code.logging_config().and_then(|logging| logging.log_group()).map(str::to_owned),
        tenants: code.tenancy_config().is_some(),
    })
}

/// `2026-11-20T10:15:43.658+0000`, as Lambda writes it.
fn modified(text: &str) -> Option<i64> {
    let time = jiff::fmt::strtime::parse("%Y-%m-%dT%H:%M:%S%.f%z", text).ok()?;
    Some(time.to_timestamp().ok()?.as_millisecond())
}

/// What a destination's arrival starts: the function itself, or the functions that read the queue.
async fn started_by(clients: &Clients, destination: &str) -> Vec<String> {
    match destination.split(':').nth(2) {
        Some("lambda") => vec![FunctionArn::parse(destination).name().to_owned()],
        Some("sqs") => {
            let answer = clients.lambda.list_event_source_mappings().event_source_arn(destination).send().await;
            let mappings = answer.ok().and_then(|page| page.event_source_mappings).unwrap_or_default();
            mappings
                .iter()
                .filter_map(|mapping| mapping.function_arn())
                .map(|arn| FunctionArn::parse(arn).name().to_owned())
                .collect()
        }
        Some("sns") => vec![format!("the subscribers of {destination}")],
        Some("events") => vec![format!("the rules of {destination}")],
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_invocation_takes_three_minutes_by_default() {
        let config = |retries, age| EventConfig { retries, age: Duration::from_secs(age), ..EventConfig::default() };
        assert_eq!(EventConfig::default().failing(), Duration::from_mins(3));
        assert_eq!(config(1, 21_600).failing(), Duration::from_mins(1));
        assert_eq!(config(0, 21_600).failing(), Duration::ZERO);
        assert_eq!(config(2, 60).failing(), Duration::from_mins(1));
    }

    #[test]
    fn lambdas_times_are_read() {
        assert_eq!(modified("2026-11-20T10:15:43.658+0000"), Some(1_795_169_743_658));
        assert_eq!(modified("yesterday"), None);
    }

    #[test]
    fn the_bare_arn_has_no_qualifier() {
        let arn = "arn:aws:lambda:eu-central-1:1:function:f";
        for qualifier in ["", ":live", ":$LATEST"] {
            assert_eq!(bare(&FunctionArn::parse(&format!("{arn}{qualifier}"))), arn);
        }
    }
}
