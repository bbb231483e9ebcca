//! `arrivals` alone: the board with its picker open.

use tokio::sync::mpsc;

use crate::app::model::Place;
use crate::aws::Connection;
use crate::board::Query;
use crate::source::SourceUpdate;

use super::args::{AwsArgs, LookArgs};
use super::board;
use super::exit::Failure;

/// Shows the picker until the user leaves it, and what was picked.
///
/// # Errors
/// When the terminal cannot be used, or what was picked could not be read.
pub(super) async fn run(aws: AwsArgs, look: LookArgs) -> Result<(), Failure> {
    let place = Place { endpoint: aws.endpoint_url.clone(), ..Place::default() };
    let sending = aws.clone().sending_beside();
    let reading = Connection::lazy(aws.settings());
    let world = board::world(reading.clone(), sending.unwrap_or(reading));
    // Nothing is read yet, and neither has it ended: the senders live as long as the board.
    let (_updates, updates) = mpsc::channel::<SourceUpdate>(1);
    let (_places, places) = mpsc::channel(1);
    board::run(place, Query::all(), look, updates, places, world).await
}
