//! Starting the board on a source.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use etcetera::BaseStrategy as _;
use tokio::sync::mpsc;

use crate::app::jobs::World;
use crate::app::message::Message;
use crate::app::model::{Model, Place, SourceState};
use crate::app::{self, BoardError, History};
use crate::aws::Connection;
use crate::board::{Board, Query};
use crate::config::Folders;
use crate::replay::drive::SharedJournal;
use crate::replay::{Journal, journal};
use crate::source::limiter::Limiter;
use crate::source::poll;
use crate::source::{SourceError, SourceUpdate};

use super::args::{LookArgs, OnOff};
use super::crash;
use super::exit::Failure;
use super::memory::Memory;
use super::themes;

/// Milliseconds that a log is read back that was picked, unless said.
const SINCE: i64 = 600_000;

/// Shows what `updates` brings, until the user leaves; `places` tells more of where it comes from as it becomes known.
/// What the user asks for is done in `world`.
///
/// # Errors
/// When the terminal cannot be used.
pub(super) async fn run(
    place: Place,
    query: Query,
    look: LookArgs,
    updates: mpsc::Receiver<SourceUpdate>,
    places: mpsc::Receiver<Place>,
    world: World,
) -> Result<(), Failure> {
    let mut board = Board::new(usize::try_from(look.max_memory.as_u64()).unwrap_or(usize::MAX));
    board.set_query(query);
    let keymap = super::keys::keymap()?;
    let picks = place.names.is_empty();
    let mut model = Model::new(board, SourceState::at(place), keymap, jiff::tz::TimeZone::system());
    model.configure(Arc::clone(&look.config));
    model.names = Arc::new(look.config.filters.clone());
    let themes = themes::find(&look)?;
    (model.themes, model.theme, model.by_background) = (themes.names, themes.chosen, themes.by_background);
    model.mouse = look.mouse == OnOff::On;
    model.replays.profile = world.sending.profile().map(str::to_owned);
    let memory = Memory::find();
    memory.recall(&mut model);
    if look.theme_is_said {
        model.theme = themes.chosen;
    }
    let history = history();
    model.history = history.read();
    let first = if picks { model.open_picker() } else { Vec::new() };
    let inputs = join(updates, places);
    let left = app::run(model, first, themes.themes, inputs, world, history).await.map_err(|error| defect(&error))?;
    let failure = left.source.failure.clone();
    memory.keep(left);
    // What the board showed last is said again where it can be read after it, and by its exit code.
    failure.map_or(Ok(()), |(code, message)| Err(Failure { code, message }))
}

/// A defect behind the board leaves a report, as one on its own thread does.
fn defect(error: &BoardError) -> Failure {
    match error {
        BoardError::Panicked(text) => Failure::other(crash::tell_text(text)),
        BoardError::Terminal(_) => Failure::other(error),
    }
}

/// What jobs of the board reach out through: AWS to read, AWS to send, the journal and the folder of reports.
pub(super) fn world(aws: Connection, sending: Connection) -> World {
    let journal = state().and_then(|state| journal_in(&state));
    world_with(aws, sending, journal)
}

/// The same with another journal than the user's.
pub(super) fn world_with(aws: Connection, sending: Connection, journal: Result<SharedJournal, String>) -> World {
    let reports = state().map(|state| state.join("reports"));
    let tail = poll::Options { since: jiff::Timestamp::now().as_millisecond() - SINCE, ..poll::Options::default() };
    World {
        aws,
        sending,
        journal,
        reports,
        time_scale: 1.0,
        tail,
        queried: false,
        limiter: Limiter::default(),
        metered: true,
    }
}

/// The folder of what the program writes for itself, or why there is none.
fn state() -> Result<PathBuf, String> {
    Folders::find().map(|folders| folders.state).map_err(|error| error.to_string())
}

/// The journal of replays in a folder, or why there is none.
pub(super) fn journal_in(folder: &Path) -> Result<SharedJournal, String> {
    Journal::open(&folder.join(journal::FILE)).map(SharedJournal::new).map_err(|error| error.to_string())
}

/// The filters of earlier runs, in the state folder of the user.
fn history() -> History {
    let strategy = etcetera::choose_base_strategy().ok();
    let folder = strategy.and_then(|strategy| strategy.state_dir().or_else(|| Some(strategy.data_dir())));
    folder.map(|folder| History::at(folder.join("arrivals").join("filters"))).unwrap_or_default()
}

/// One channel for all that the board hears of the outside.
fn join(mut updates: mpsc::Receiver<SourceUpdate>, mut places: mpsc::Receiver<Place>) -> mpsc::Receiver<Message> {
    let (send, inputs) = mpsc::channel(16);
    let names = send.clone();
    tokio::spawn(async move {
        while let Some(place) = places.recv().await {
            if names.send(Message::Place(place)).await.is_err() {
                break;
            }
        }
    });
    tokio::spawn(async move {
        let mut ended = false;
        while !ended {
            let update = updates.recv().await.unwrap_or_else(broken_off);
            ended = matches!(update, SourceUpdate::Ended(_));
            if send.send(Message::Source(update)).await.is_err() {
                break;
            }
        }
    });
    inputs
}

/// What a source that vanished would have said.
pub(super) fn broken_off() -> SourceUpdate {
    SourceUpdate::Ended(Err(SourceError::Internal("the source has gone".to_owned())))
}
