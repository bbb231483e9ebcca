//! The command line: what was asked for, put together from the rooms, and how it ends.

mod args;
mod ask;
mod board;
mod bug_report;
mod config;
mod crash;
mod demo;
mod diary;
mod exit;
mod interrupt;
mod keys;
mod local;
mod memory;
mod pick;
mod progress;
mod read;
mod replay;
mod settings;
mod stream;
mod tail;
mod themes;
mod wiring;

use std::ffi::OsString;
use std::io::{self, IsTerminal, Write};
use std::process::ExitCode;
use std::sync::Arc;

use clap::error::ErrorKind;
use clap::parser::ValueSource;
use clap::{ArgMatches, CommandFactory, FromArgMatches};

use crate::board::{Names, Query};
use crate::config::{Config, Fault, Settings};
use crate::log::visible_lines;

use args::{Cli, Command, LookArgs, OutputArgs, OutputFormat};
use exit::Failure;

/// Runs the program on the command line's arguments.
#[must_use]
pub fn main() -> ExitCode {
    crash::watch();
    run(std::env::args_os())
}

fn run(args: impl IntoIterator<Item = OsString>) -> ExitCode {
    let loaded = settings::load();
    let none = Settings::default();
    let matches = match settings::parse(args.into_iter().collect(), loaded.as_ref().unwrap_or(&none)) {
        Ok(matches) => matches,
        Err(error) => return refuse(&error),
    };
    let ended = match Cli::from_arg_matches(&matches) {
        Ok(cli) => start(cli, loaded, &matches),
        Err(error) => return refuse(&error),
    };
    ended.map_or_else(|failure| fail(&failure), |()| ExitCode::SUCCESS)
}

fn fail(failure: &Failure) -> ExitCode {
    if !failure.message.is_empty() {
        // Nobody is left to tell when stderr is closed.
        let _ = writeln!(io::stderr(), "arrivals: {}", visible_lines(&failure.to_string(), "\n"));
    }
    ExitCode::from(failure.code)
}

/// Help and version are answers; everything else clap says is a usage error.
fn refuse(error: &clap::Error) -> ExitCode {
    let printed = error.print();
    match (error.kind(), printed) {
        (ErrorKind::DisplayHelp | ErrorKind::DisplayVersion, Err(error))
            if error.kind() != io::ErrorKind::BrokenPipe =>
        {
            fail(&Failure::unwritten(&error))
        }
        (ErrorKind::DisplayHelp | ErrorKind::DisplayVersion, _) => ExitCode::SUCCESS,
        _ => ExitCode::from(252),
    }
}

fn start(mut cli: Cli, loaded: Result<Settings, Vec<Fault>>, matches: &ArgMatches) -> Result<(), Failure> {
    if cli.aws.no_verify_ssl {
        let hint = "certificates are always checked: give the one to trust with --ca-bundle FILE";
        return Err(Failure::usage(format!("--no-verify-ssl is refused; {hint}")));
    }
    refuse_regions(&cli)?;
    let said = [Some(ValueSource::CommandLine), Some(ValueSource::EnvVariable)];
    cli.look.theme_is_said = said.contains(&matches.value_source("theme"));
    let Some(command) = cli.command else {
        return pick(cli.aws, cli.look, loaded);
    };
    match command {
        Command::Completions { shell } => print_completions(shell),
        Command::Man => print_manual(),
        Command::Config(command) => config::run(&command, loaded, matches),
        Command::BugReport => bug_report::run(&loaded),
        Command::Tail(args) => block_on(tail::run(args, cli.aws, settled(cli.look, loaded)?)),
        Command::Wiring(args) => settled(cli.look, loaded).and_then(|_| block_on(wiring::run(args, cli.aws))),
        Command::Read(args) => block_on(read::run(args, cli.aws, settled(cli.look, loaded)?)),
        Command::Replay(args) => block_on(replay::run(*args, cli.aws, settled(cli.look, loaded)?)),
        Command::Local(args) => settled(cli.look, loaded).and_then(|_| block_on(local::run(&args))),
        Command::Demo(args) => block_on(demo::run(args, settled(cli.look, loaded)?)),
    }
}

/// Only `tail` reads in several regions at once; what asks nothing of AWS does not mind.
fn refuse_regions(cli: &Cli) -> Result<(), Failure> {
    let is_elsewhere = !matches!(cli.command, None | Some(Command::Wiring(_) | Command::Replay(_)));
    if cli.aws.region.len() < 2 || is_elsewhere {
        return Ok(());
    }
    let regions = cli.aws.region.join(", ");
    Err(Failure::usage(format!("--region names several ({regions}): only tail reads them together; name one")))
}

/// Without a command: the picker on a terminal, and the usage elsewhere.
fn pick(aws: args::AwsArgs, look: LookArgs, loaded: Result<Settings, Vec<Fault>>) -> Result<(), Failure> {
    if !io::stdout().is_terminal() {
        return Err(Failure::usage(format!("a command is missing\n\n{}", Cli::command().render_help())));
    }
    block_on(pick::run(aws, settled(look, loaded)?))
}

/// The looks with what the settings file says beside the flags; nothing runs on settings that are broken.
fn settled(mut look: LookArgs, loaded: Result<Settings, Vec<Fault>>) -> Result<LookArgs, Failure> {
    let settings = loaded.map_err(|faults| Failure::settings(&faults))?;
    diary::start(&look)?;
    look.config = Arc::new(Config { read_only: look.read_only, ..settings.config });
    Ok(look)
}

/// Runs a command to its end, and does not wait for what it left behind: nobody would see the result.
fn block_on(command: impl Future<Output = Result<(), Failure>>) -> Result<(), Failure> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()
        .map_err(|error| Failure::other(format!("cannot start the runtime: {error}")))?;
    let ended = runtime.block_on(command);
    runtime.shutdown_background();
    ended
}

fn print_completions(shell: clap_complete::Shell) -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_complete::generate(shell, &mut Cli::command(), "arrivals", &mut text);
    print(&text)
}

fn print_manual() -> Result<(), Failure> {
    let mut text = Vec::new();
    clap_mangen::Man::new(Cli::command()).render(&mut text).map_err(Failure::other)?;
    text.extend(keys::manual()?.into_bytes());
    print(&text)
}

/// Writes to standard output; a reader that has gone away is no error.
fn print(text: &[u8]) -> Result<(), Failure> {
    match io::stdout().write_all(text).and_then(|()| io::stdout().flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(Failure::unwritten(&error)),
        _ => Ok(()),
    }
}

impl OutputArgs {
    /// The board on a terminal, text elsewhere, unless said.
    fn format(&self) -> Result<OutputFormat, Failure> {
        let terminal = io::stdout().is_terminal();
        match self.output {
            Some(OutputFormat::Board) if !terminal => {
                Err(Failure::usage("--output board needs a terminal on standard output; text and jsonl do not"))
            }
            Some(format) => Ok(format),
            None if terminal => Ok(OutputFormat::Board),
            None => Ok(OutputFormat::Text),
        }
    }

    /// The filter's query, or what is wrong with it, with its place; `names` are the filters of the configuration.
    fn query(&self, names: &Names) -> Result<Query, Failure> {
        let text = self.filter.as_deref().unwrap_or_default();
        Query::parse_with(text, names)
            .map_err(|error| Failure::usage(format!("--filter is not a query:\n{}", error.caret(text))))
    }
}
