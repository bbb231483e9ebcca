//! What the name of a log group tells of its receiver.

use super::explore::Explorer;
use super::rules;

/// Where Lambda logs to, when nothing else is configured, before the name.
const USUAL: &str = "/aws/lambda/";

/// Why the function that usually logs to a group may log no record there; `None` when the name tells of none, or it may
/// not be read.
pub async fn receiver_of(explorer: &Explorer, group: &str) -> Option<Vec<String>> {
    let name = group.rsplit(":log-group:").next()?.trim_end_matches(":*").strip_prefix(USUAL)?;
    let info = explorer.function(name).await.ok()?;
    let mut reasons = Vec::new();
    if info.logging.group != group {
        reasons.push(format!("{name} logs to {}, not to this group", info.logging.group));
    }
    if let Some(level) = rules::dropping(&info.logging) {
        reasons
            .push(format!("{name} logs JSON from {level} on: a record that it prints counts as INFO and is dropped"));
    }
    Some(reasons)
}
