//! What the sender's own log says of an invocation that is under way.

use std::sync::Arc;

use crate::aws::{AwsError, Clients, LogRange};
use crate::record;

/// How far an invocation has come, by its function's log.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Attempts {
    /// The log group.
    pub group: String,
    /// Attempts that have started.
    pub started: usize,
}

/// Counts the attempts of an invocation since a time (milliseconds since the Unix epoch) in its function's log, which
/// is looked up unless it is known.
///
/// # Errors
/// What Lambda, CloudWatch Logs, or the way to them, said.
pub async fn count(
    clients: &Clients,
    function: &str,
    group: Option<String>,
    request_id: &str,
    since: i64,
) -> Result<Attempts, AwsError> {
    let group = match group {
        Some(group) => group,
        None => clients.function_log(function).await?.group,
    };
    let pattern = Some(format!("\"{request_id}\""));
    let range = LogRange { group: Arc::from(group.as_str()), start: since, pattern, ..LogRange::default() };
    let events = clients.log_events(&range).await?;
    Ok(Attempts { group, started: record::attempts(&events, request_id).len() })
}
