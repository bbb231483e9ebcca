//! Everything that the doctor wants to know about a sender, read once, and what follows from it.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use futures_util::stream::{self, StreamExt};

use crate::aws::{AwsError, Clients};

use super::explore::Explorer;
use super::finding::Finding;
use super::metrics::{Counts, measure};
use super::patience::patiently;
use super::{Sender, rules};

/// How far back the counts go, in milliseconds: a day.
const DAY: i64 = 24 * 3_600_000;
/// Requests that run at once.
const AT_ONCE: usize = 4;

/// A log group as far as it matters here.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// `STANDARD`, `INFREQUENT_ACCESS` or `DELIVERY`.
    pub class: String,
    /// Days that events are kept; for ever when not set.
    pub retention: Option<u32>,
    /// Whether a data protection policy masks values.
    pub protected: bool,
}

/// What is known of a sender and its surroundings.
#[derive(Debug, Clone, Default)]
pub struct Facts {
    /// The sender and where its outcomes go.
    pub sender: Sender,
    /// Its aliases.
    pub aliases: Vec<String>,
    /// Reserved concurrency by function, where there is one.
    pub reserved: BTreeMap<String, u32>,
    /// Log groups of its receivers; `None` for one that does not exist.
    pub groups: BTreeMap<String, Option<Group>>,
    /// What CloudWatch counted within the last day, by function.
    pub counts: Counts,
    /// Flags that every command needs: region, profile, endpoint.
    pub flags: String,
}

/// A sender with what is wrong with its wiring.
#[derive(Debug, Clone)]
pub struct Examined {
    /// What is known.
    pub facts: Facts,
    /// What follows, the gravest first.
    pub findings: Vec<Finding>,
}

/// Looks at a sender; `now` is in milliseconds since the Unix epoch. What may not be read is told in
/// [`Sender::unread`].
///
/// # Errors
/// When AWS cannot be reached, or the credentials are refused.
pub async fn examine(explorer: &Explorer, sender: Sender, now: i64) -> Result<Examined, AwsError> {
    let clients = &explorer.clients;
    let mut facts = Facts { flags: clients.command_flags(), sender, ..Facts::default() };
    let functions = functions_of(&facts.sender);
    facts.aliases = noted(aliases(clients, &facts.sender.name).await, &mut facts.sender.unread)?;
    facts.reserved = noted(reserved(clients, &functions).await, &mut facts.sender.unread)?;
    facts.groups = noted(groups(clients, &facts.sender.groups(None)).await, &mut facts.sender.unread)?;
    let counts = measure(clients, &functions, (now - DAY, now), Duration::from_hours(1)).await;
    facts.counts = noted(counts, &mut facts.sender.unread)?;
    let findings = rules::findings(&facts);
    Ok(Examined { facts, findings })
}

/// The sender and everything that receives from it.
fn functions_of(sender: &Sender) -> Vec<String> {
    let receivers = sender.destinations(None).flat_map(|destination| &destination.receivers);
    let names: BTreeSet<String> =
        receivers.map(|receiver| receiver.function.clone()).chain([sender.name.clone()]).collect();
    names.into_iter().collect()
}

/// What may not be read is left out, and told.
fn noted<T: Default>(read: Result<T, AwsError>, unread: &mut Vec<String>) -> Result<T, AwsError> {
    match read {
        Err(error @ (AwsError::Denied { .. } | AwsError::NotFound { .. })) => {
            unread.push(error.to_string());
            Ok(T::default())
        }
        read => read,
    }
}

async fn aliases(clients: &Clients, function: &str) -> Result<Vec<String>, AwsError> {
    let (mut found, mut marker) = (Vec::new(), None);
    loop {
        let page = patiently(async || {
            let request = clients.lambda.list_aliases().function_name(function).set_marker(marker.clone());
            request.send().await.map_err(|error| clients.explain("lambda:ListAliases", function, &error))
        });
        let page = page.await?;
        found.extend(page.aliases.unwrap_or_default().into_iter().filter_map(|alias| alias.name));
        marker = page.next_marker.filter(|marker| !marker.is_empty());
        if marker.is_none() {
            return Ok(found);
        }
    }
}

async fn reserved(clients: &Clients, functions: &[String]) -> Result<BTreeMap<String, u32>, AwsError> {
    let asked = stream::iter(functions.to_vec()).map(|function| async move {
        let function = function.as_str();
        let answer = patiently(async || {
            let request = clients.lambda.get_function_concurrency().function_name(function);
            request.send().await.map_err(|error| clients.explain("lambda:GetFunctionConcurrency", function, &error))
        });
        answer.await.map(|answer| (function.to_owned(), answer.reserved_concurrent_executions))
    });
    let answers: Vec<_> = asked.buffered(AT_ONCE).collect().await;
    let mut found = BTreeMap::new();
    for answer in answers {
        match answer {
            Ok((function, number)) => {
                found.extend(number.and_then(|number| Some((function, u32::try_from(number).ok()?))));
            }
            // A receiver of another account, or one that is gone, has been told of already.
            Err(AwsError::NotFound { .. }) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(found)
}

async fn groups(clients: &Clients, names: &[String]) -> Result<BTreeMap<String, Option<Group>>, AwsError> {
    let asked = stream::iter(names.to_vec()).map(|name| async move {
        let group = clients.group(&name).await;
        group.map(|group| (name, group))
    });
    let answers: Vec<_> = asked.buffered(AT_ONCE).collect().await;
    let described = answers.into_iter().collect::<Result<Vec<_>, _>>()?;
    Ok(described.into_iter().map(|(name, group)| (name, group.map(Group::from))).collect())
}

impl From<crate::aws::GroupInfo> for Group {
    fn from(info: crate::aws::GroupInfo) -> Self {
        Self { class: info.class, retention: info.retention, protected: info.protected }
    }
}
