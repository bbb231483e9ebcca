//! A glance at a log group: the last record in it.

use crate::aws::{AwsError, Clients};
use crate::record::{Arrival, Finder, Found};

/// The last record among the newest events of a group; `None` when there is none among them.
///
/// # Errors
/// When the group may not be read, or AWS cannot be reached.
pub async fn last_record(clients: &Clients, group: &str) -> Result<Option<Arrival>, AwsError> {
    let events = clients.latest_events(group).await?;
    let (mut finder, mut found) = (Finder::new(), Vec::new());
    for event in &events {
        finder.push(event, &mut found);
    }
    finder.finish(&mut found);
    Ok(found.into_iter().rev().find_map(|found| match found {
        Found::Arrival(arrival) => Some(arrival),
        Found::Unreadable(_) => None,
    }))
}
