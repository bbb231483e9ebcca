//! The records to choose from: of a file, or of a log.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::aws::Connection;
use crate::record::{Arrival, Found};
use crate::source::limiter::Limiter;
use crate::source::{SourceUpdate, file, poll, time_range};
use crate::wiring::Explorer;

use super::super::args::ReplayArgs;
use super::super::board::broken_off;
use super::super::exit::Failure;

/// Every arrival of the file, or of the log groups since the time that was given.
///
/// # Errors
/// When it cannot be read to its end: what was not seen cannot be chosen.
pub(super) async fn arrivals(args: &ReplayArgs, reading: &Connection) -> Result<Vec<Arrival>, Failure> {
    match &args.from {
        Some(path) => drain(file::start(vec![path.clone()], false)).await,
        None => drain(history(args, reading).await?).await,
    }
}

async fn history(args: &ReplayArgs, reading: &Connection) -> Result<mpsc::Receiver<SourceUpdate>, Failure> {
    let since = time_range::parse(&args.since, &jiff::Zoned::now());
    let since = since.map_err(|error| Failure::usage(format!("--since: {error}")))?;
    let clients = reading.clients().await?;
    let mut groups: Vec<Arc<str>> = args.groups.iter().map(|group| Arc::from(group.as_str())).collect();
    if let Some(function) = args.function.as_deref().filter(|_| groups.is_empty()) {
        groups = Explorer::new(clients.clone()).landing(function).await?.groups;
    }
    let options = poll::Options { groups, since, follow: false, ..poll::Options::default() };
    Ok(poll::start(clients, Limiter::default(), options))
}

async fn drain(mut updates: mpsc::Receiver<SourceUpdate>) -> Result<Vec<Arrival>, Failure> {
    let mut arrivals = Vec::new();
    loop {
        match updates.recv().await.unwrap_or_else(broken_off) {
            SourceUpdate::Found(batch) => arrivals.extend(batch.found.into_iter().filter_map(arrival)),
            SourceUpdate::Gap(gap) => return Err(Failure::other(format!("nothing was sent: {}", gap.reason))),
            SourceUpdate::Status(_) | SourceUpdate::Filled(_) | SourceUpdate::Follow(_) | SourceUpdate::Traffic(_) => {}
            SourceUpdate::Ended(Ok(())) => return Ok(arrivals),
            SourceUpdate::Ended(Err(error)) => return Err(Failure::from(&error)),
        }
    }
}

fn arrival(found: Found) -> Option<Arrival> {
    match found {
        Found::Arrival(arrival) => Some(arrival),
        Found::Unreadable(_) => None,
    }
}
