//! Turning to other log groups while the board is open.

use std::sync::Arc;

use tokio::sync::mpsc;

use crate::aws::AwsError;
use crate::source::{SourceUpdate, history, poll};

use super::jobs::{World, place};
use super::message::Message;
use super::model::Place;

/// Messages that may wait to be heard.
const CHANNEL: usize = 16;

/// Reads the groups as the command line says how, and gives what comes as the board hears it. Dropping it ends the read.
pub(super) fn start(world: World, groups: Vec<Arc<str>>) -> mpsc::Receiver<Message> {
    let (send, messages) = mpsc::channel(CHANNEL);
    tokio::spawn(async move {
        if let Err(error) = run(world, groups, &send).await {
            // The board may be gone by now.
            let _ = send.send(Message::Source(SourceUpdate::Ended(Err(error.into())))).await;
        }
    });
    messages
}

async fn run(world: World, groups: Vec<Arc<str>>, send: &mpsc::Sender<Message>) -> Result<(), AwsError> {
    let clients = world.aws.clients().await?;
    let place = Place {
        names: groups.iter().map(ToString::to_string).collect(),
        since: world.since(),
        counted_since: world.counted_since(),
        ..place(&clients)
    };
    let _ = send.send(Message::Place(place)).await;
    if world.queried {
        let why =
            "polling: queries cost, and are agreed to before the board begins: arrivals tail GROUP --engine insights";
        let _ = send.send(Message::Told(why.to_owned())).await;
    }
    let mut updates = history::start(clients, world.limiter, poll::Options { groups, ..world.tail });
    while let Some(update) = updates.recv().await {
        if send.send(Message::Source(update)).await.is_err() {
            break;
        }
    }
    Ok(())
}
