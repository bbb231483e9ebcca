//! `arrivals wiring`: where the outcomes of functions go, and what is wrong with that.

use std::io::{self, IsTerminal, Write};

use crate::aws::Connection;
use crate::output::wiring as written;
use crate::wiring::{Examined, Explorer, Sender, examine};

use super::args::{AwsArgs, OutputFormat, WiringArgs};
use super::exit::Failure;

/// Prints the wiring of the functions that were named, or of all that have an event-invoke config.
///
/// # Errors
/// When AWS cannot be reached or refuses, or a function does not exist: after all others were printed.
pub(super) async fn run(args: WiringArgs, aws: AwsArgs) -> Result<(), Failure> {
    let clients = Connection::lazy(aws.settings()).clients().await?;
    let mut explorer = Explorer::new(clients);
    let mut failed = None;
    if args.functions.is_empty() {
        let senders = explorer.senders(progress).await?;
        progress_done();
        if senders.is_empty() {
            say("no function has an event-invoke config here: no outcome is sent anywhere");
        }
        for sender in senders {
            print(&look(&explorer, sender).await?, &args)?;
        }
    }
    for function in &args.functions {
        match explorer.sender(function).await {
            Ok(sender) => print(&look(&explorer, sender).await?, &args)?,
            Err(error) => {
                failed = Some(error);
            }
        }
    }
    failed.map_or(Ok(()), |error| Err(error.into()))
}

async fn look(explorer: &Explorer, sender: Sender) -> Result<Examined, Failure> {
    Ok(examine(explorer, sender, jiff::Timestamp::now().as_millisecond()).await?)
}

fn print(examined: &Examined, args: &WiringArgs) -> Result<(), Failure> {
    let mut text = Vec::new();
    let written = match args.output {
        Some(OutputFormat::Jsonl) => written::write_jsonl(&mut text, examined),
        _ => written::write_text(&mut text, examined),
    };
    written.map_err(Failure::other)?;
    super::print(&text)
}

/// How far the search through all functions is, for whoever watches.
fn progress(done: usize, total: usize) {
    if io::stderr().is_terminal() {
        let _ = write!(io::stderr(), "\r{done} of {total} functions looked at");
    }
}

fn progress_done() {
    if io::stderr().is_terminal() {
        let _ = write!(io::stderr(), "\r\u{1b}[K");
    }
}

fn say(text: &str) {
    // Nobody is left to tell when stderr is closed.
    let _ = writeln!(io::stderr(), "{text}");
}
