//! Nothing is sent that nobody has agreed to.

use std::collections::BTreeSet;

use crate::aws::Clients;
use crate::config::{Config, Guard};
use crate::log::visible;
use crate::record::FunctionArn;
use crate::replay::plan::Plan;

use super::super::args::ReplayArgs;
use super::super::ask;
use super::super::exit::Failure;

const READ_ONLY: &str =
    "nothing was sent: read-only takes replay away (--read-only, ARRIVALS_READ_ONLY, or the settings file)";
const NO_TERMINAL: &str = "nothing was sent: there is no terminal to ask on; give --yes, or --dry-run to see the plan";

/// Whether anybody could agree, before anything is read for it.
///
/// # Errors
/// When replay is taken away, or nobody is there to ask.
pub(super) fn possible(args: &ReplayArgs, config: &Config) -> Result<(), Failure> {
    if args.dry_run {
        return Ok(());
    }
    if config.read_only {
        return Err(Failure::usage(READ_ONLY));
    }
    if args.yes || ask::is_possible() { Ok(()) } else { Err(Failure::usage(NO_TERMINAL)) }
}

/// Asks whether the plan may be sent, on the terminal or by what the flags say already.
///
/// # Errors
/// When it may not.
pub(super) async fn ask(plan: &Plan, args: &ReplayArgs, config: &Config, clients: &Clients) -> Result<(), Failure> {
    let names: BTreeSet<String> =
        plan.items.iter().map(|item| FunctionArn::parse(&item.call.target).name().to_owned()).collect();
    let guard = guard(plan, config, clients).await;
    if guard.read_only {
        return Err(Failure::usage(READ_ONLY));
    }
    let confirmed = names.iter().all(|name| args.confirm.contains(name));
    if args.yes && (confirmed || !guard.confirm_by_name) {
        return Ok(());
    }
    match (guard.confirm_by_name, ask::is_possible()) {
        (true, false) => Err(Failure::usage(format!(
            "nothing was sent: this is production, where the functions must be named: --yes --confirm {}",
            names.iter().map(|name| visible(name).into_owned()).collect::<Vec<_>>().join(",")
        ))),
        (false, false) => Err(Failure::usage(NO_TERMINAL)),
        (true, true) => names
            .iter()
            .try_for_each(|name| typed(&format!("This is production. Type {} to send: ", visible(name)), name)),
        (false, true) => typed(&format!("Send {}? Type yes to send: ", payloads(plan.items.len())), "yes"),
    }
}

/// The strictest of what holds for who sends and where it goes.
async fn guard(plan: &Plan, config: &Config, clients: &Clients) -> Guard {
    let mut accounts: BTreeSet<String> = plan
        .items
        .iter()
        .filter_map(|item| FunctionArn::parse(&item.call.target).account().map(str::to_owned))
        .collect();
    if !config.production.accounts.is_empty() {
        // Without an answer, the accounts of the functions say enough.
        accounts.extend(clients.identity().await.ok().map(|identity| identity.account));
    }
    config.sending_guard(clients.profile(), accounts.iter().map(String::as_str))
}

fn typed(question: &str, wanted: &str) -> Result<(), Failure> {
    if ask::agreed(question, wanted)? { Ok(()) } else { Err(Failure::usage("nothing was sent")) }
}

/// A number of payloads in words.
pub(super) fn payloads(count: usize) -> String {
    if count == 1 { "1 payload".to_owned() } else { format!("{count} payloads") }
}
