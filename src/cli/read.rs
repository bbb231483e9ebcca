//! `arrivals read`: files and standard input.

use std::io::{self, IsTerminal};
use std::path::PathBuf;

use tokio::sync::mpsc;

use crate::app::model::Place;
use crate::aws::Connection;
use crate::source::{Stopper, file};

use super::args::{AwsArgs, LookArgs, OutputFormat, ReadArgs};
use super::exit::Failure;
use super::{board, stream};

/// Reads the files that were named, or standard input.
///
/// # Errors
/// When a file cannot be read, or the output fails.
pub(super) async fn run(args: ReadArgs, aws: AwsArgs, look: LookArgs) -> Result<(), Failure> {
    let (query, format) = (args.output.query(&look.config.filters)?, args.output.format()?);
    let files = if args.files.is_empty() { vec![PathBuf::from("-")] } else { args.files };
    let typed = files.iter().any(|file| file.as_os_str() == "-") && io::stdin().is_terminal();
    if typed && format == OutputFormat::Board {
        return Err(Failure::usage("standard input is the terminal: name a FILE, or pipe the log in"));
    }
    let names = files.iter().map(|file| file.display().to_string()).collect();
    let stopper = Stopper::default();
    let updates = file::start_until(files, args.follow, stopper.clone());
    if format == OutputFormat::Board {
        let place = Place { names, ..Place::default() };
        // A file needs no AWS; what the user asks for beside it may.
        let sending = aws.clone().sending_beside();
        let reading = Connection::lazy(aws.settings());
        let world = board::world(reading.clone(), sending.unwrap_or(reading));
        return board::run(place, query, look, updates, mpsc::channel(1).1, world).await;
    }
    stream::run_until(updates, query, format, false, stopper).await
}
