//! `arrivals replay`: failed payloads sent again, without the board.

mod answers;
mod asked;
mod consent;
mod gather;
mod report;

use std::io::{self, Write};
use std::time::Duration;

use tokio::sync::mpsc;

use crate::aws::{Clients, Connection};
use crate::config::Folders;
use crate::log::visible;
use crate::record::Arrival;
use crate::replay::drive::{Manner, SharedJournal};
use crate::replay::plan::{Plan, Skip};
use crate::replay::{Journal, Key, Run, drive, facts, journal};
use crate::wiring::Explorer;

use super::args::{AwsArgs, LookArgs, OutputFormat, ReplayArgs};
use super::exit::Failure;
use answers::{Answers, Waiting};
use asked::Asked;
use report::Report;

/// What a record needs beside the waits of a failing invocation: to run, to be delivered, logged and read.
const ON_THE_WAY: Duration = Duration::from_secs(15);

/// Sends the payloads of the records that were asked for.
///
/// # Errors
/// When the arguments do not fit, nothing can be sent, or what was sent did not end well: the exit code tells which.
pub(super) async fn run(args: ReplayArgs, aws: AwsArgs, look: LookArgs) -> Result<(), Failure> {
    let asked = Asked::of(&args, &look.config.filters)?;
    consent::possible(&args, &look.config)?;
    let sending = aws.clone().sending_beside();
    let reading = Connection::lazy(aws.settings());
    let sending = sending.unwrap_or_else(|| reading.clone());
    let arrivals = gather::arrivals(&args, &reading).await?;
    let chosen = asked.choose(&arrivals)?;
    let journal = open_journal()?;
    let plan = Plan::of(chosen.iter().copied(), &asked.options(), journal.history());
    asked.check(&plan)?;
    let mut report = Report::new(args.output, asked.expect.clone(), args.junit.clone());
    if args.dry_run {
        return dry_run(&plan, report);
    }
    tell(&plan);
    if plan.items.is_empty() {
        report_skipped(&mut report, &plan, &asked)?;
        return report.end(0);
    }
    let clients = sending.clients().await?;
    consent::ask(&plan, &args, &look.config, &clients).await?;
    let waiting = waiting(&args, &asked, &plan, &reading, &clients).await?;
    report_skipped(&mut report, &plan, &asked)?;
    send(&asked, plan, journal, clients, waiting, report).await
}

fn open_journal() -> Result<Journal, Failure> {
    let folders = Folders::find().map_err(|error| Failure::configuration(error.to_string()))?;
    Journal::open(&folders.state.join(journal::FILE)).map_err(|error| Failure::configuration(error.to_string()))
}

/// Says what would be sent, on standard output: it is what was asked for.
fn dry_run(plan: &Plan, mut report: Report) -> Result<(), Failure> {
    tell(plan);
    for item in &plan.items {
        report.planned(item)?;
    }
    for skipped in &plan.skipped {
        report.skipped(skipped)?;
    }
    report.flush()
}

/// The plan, for whoever is asked or watches.
fn tell(plan: &Plan) {
    let mut summary = format!("to send: {}\n", plan.words());
    if plan.successes() > 0 {
        summary += "  of successes, what went well is done once more\n";
    }
    let targets = plan.targets().into_iter().map(|(target, count)| format!("  {count} to {}\n", visible(target)));
    let causes = plan.causes().into_iter().map(|(why, count)| format!("  {count} not sent: {}\n", visible(&why)));
    let text: String = std::iter::once(summary).chain(targets).chain(causes).collect();
    // Whoever has closed stderr does not want to know.
    let _ = io::stderr().write_all(text.as_bytes());
}

/// A record that was asked for by its id and cannot be sent has a line of its own.
fn report_skipped(report: &mut Report, plan: &Plan, asked: &Asked<'_>) -> Result<(), Failure> {
    let told = |why: &Skip| asked.by_id() && !matches!(why, Skip::Redelivery) || matches!(why, Skip::Unknown { .. });
    plan.skipped.iter().filter(|skipped| told(&skipped.why)).try_for_each(|skipped| report.skipped(skipped))
}

/// Where the records are awaited, and for how long, when they are.
async fn waiting(
    args: &ReplayArgs,
    asked: &Asked<'_>,
    plan: &Plan,
    reading: &Connection,
    sending: &Clients,
) -> Result<Option<Waiting>, Failure> {
    if !asked.waits() {
        return Ok(None);
    }
    let reading = reading.clients().await?;
    let mut groups = args.groups.clone();
    let mut expected = Duration::ZERO;
    for target in plan.targets().keys() {
        if args.groups.is_empty() {
            let receivers = Explorer::new(sending.clone()).landing(target).await?;
            groups.extend(receivers.groups.iter().map(ToString::to_string));
        }
        // Without leave to look at it, the defaults are the best guess.
        let config = facts::config(sending, target).await.unwrap_or_default();
        expected = expected.max(config.failing() + ON_THE_WAY);
    }
    groups.sort();
    groups.dedup();
    let timeout = asked.timeout.unwrap_or(expected * 2);
    Waiting::start(reading, groups, timeout).await.map(Some)
}

async fn send(
    asked: &Asked<'_>,
    plan: Plan,
    journal: Journal,
    clients: Clients,
    waiting: Option<Waiting>,
    report: Report,
) -> Result<(), Failure> {
    let pace = asked.pace(waiting.as_ref().map(Waiting::timeout));
    let journal = SharedJournal::new(journal);
    let manner = Manner { wait: waiting.is_some(), attended: false };
    let (controls, control) = mpsc::unbounded_channel();
    let (tell, told) = mpsc::channel(64);
    let mut answers = Answers::new(plan.items.clone(), waiting, controls, journal.clone(), report);
    let driven = tokio::spawn(drive(Run::new(plan, pace), clients, journal, control, tell, manner));
    answers.listen(told).await?;
    let run = driven.await.map_err(Failure::other)?;
    answers.end(&run)
}

/// The arrivals of one invocation, by its request id.
fn of_id<'a>(arrivals: &'a [Arrival], id: &str) -> Option<&'a Arrival> {
    arrivals.iter().find(|arrival| Key::of(arrival).as_str() == id)
}

/// Whether a form of output is one of this command's.
fn check_output(format: OutputFormat) -> Result<(), Failure> {
    if format == OutputFormat::Board {
        return Err(Failure::usage("replay has no board: --output is text or jsonl; on the board of tail, r replays"));
    }
    Ok(())
}
