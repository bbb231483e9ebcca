//! The program's own log: off unless asked for, and never with payloads, log text or credentials.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

use crate::config::{Folders, make_folder_of, private_file};

use super::args::LookArgs;
use super::exit::Failure;

/// Starts the log when a flag asks for it.
///
/// Only what this program tells of itself is written: the SDK's own events hold requests as they were signed.
///
/// # Errors
/// When the file cannot be written.
pub(super) fn start(look: &LookArgs) -> Result<(), Failure> {
    if !look.debug && look.log_file.is_none() {
        return Ok(());
    }
    let path = look.log_file.clone().unwrap_or_else(usual_file);
    let file = open(&path).map_err(|error| {
        Failure::configuration(format!("{} cannot be written: {error}; give another with --log-file", path.display()))
    })?;
    let level = if look.debug { LevelFilter::DEBUG } else { LevelFilter::INFO };
    let lines = tracing_subscriber::fmt::layer().with_writer(Mutex::new(file)).with_ansi(false);
    let own = Targets::new().with_target("arrivals", level);
    // A second start, in one process, finds the log of the first.
    let _ = tracing_subscriber::registry().with(own).with(lines).try_init();
    tracing::info!(version = env!("ARRIVALS_VERSION"), os = std::env::consts::OS, "started");
    Ok(())
}

/// Where the log lies when no file was named.
pub(super) fn usual_file() -> PathBuf {
    let folder = Folders::find().map_or_else(|_| std::env::temp_dir(), |folders| folders.state);
    folder.join("arrivals.log")
}

/// Opens a file for adding to it, readable by its owner alone.
fn open(path: &Path) -> io::Result<File> {
    make_folder_of(path)?;
    private_file().create(true).append(true).open(path)
}
