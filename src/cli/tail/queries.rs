//! Queries of Logs Insights cost money: what they are likely to cost is said, and agreed to, before any is started.

use std::io::{self, Write};

use crate::aws::{Clients, Connection};
use crate::log::visible;
use crate::source::insights::{self, Running, Survey};
use crate::source::{SourceUpdate, limiter::Limiter, poll};

use super::super::args::{Engine, TailArgs};
use super::super::ask;
use super::super::exit::Failure;
use super::Plan;

/// Queries that were agreed to.
#[derive(Debug, Clone)]
pub(super) struct Queries {
    survey: Survey,
    running: Running,
}

/// What the flags ask for of Logs Insights, once it is agreed to; none where log events are asked for one and all.
///
/// # Errors
/// When the flags do not fit, the log groups cannot be described, or nobody has agreed.
pub(super) async fn agreed(
    plan: &mut Plan,
    args: &TailArgs,
    connection: &Connection,
) -> Result<Option<Queries>, Failure> {
    if args.engine == Engine::Poll {
        return Ok(None);
    }
    fits(args)?;
    let (clients, options, beside) = plan.connected(connection).await?;
    let survey = Survey::of(&clients, &options).await?;
    if survey.is_needed() {
        agree(&survey.words(), args.yes)?;
    } else {
        tell("Logs Insights is not needed: following reads the last hour anyway");
    }
    // What was found is not looked for again.
    *plan = Plan { regions: Vec::new(), function: None, options, beside, limiter: plan.limiter.clone() };
    Ok(Some(Queries { survey, running: Running::default() }))
}

fn fits(args: &TailArgs) -> Result<(), Failure> {
    let refused = [(args.filter_pattern.is_some(), "--filter-pattern"), (args.unmask, "--unmask")];
    match refused.into_iter().find(|(given, _)| *given) {
        Some((_, flag)) => Err(Failure::usage(format!(
            "{flag} does not go with --engine insights, whose queries have a pattern of their own and show no masked values"
        ))),
        None => Ok(()),
    }
}

fn agree(words: &str, yes: bool) -> Result<(), Failure> {
    if yes {
        tell(words);
        return Ok(());
    }
    if !ask::is_possible() {
        return Err(Failure::usage(format!(
            "nothing was queried: {words}; there is no terminal to ask on: give --yes to agree"
        )));
    }
    let agreed = ask::agreed(&format!("{}\nType yes to query: ", visible(words)), "yes")?;
    if agreed { Ok(()) } else { Err(Failure::usage("nothing was queried")) }
}

fn tell(words: &str) {
    // Whoever has closed stderr does not want to know.
    let _ = writeln!(io::stderr(), "{}", visible(words));
}

impl Queries {
    /// Starts reading through them.
    pub(super) fn start(
        &self,
        clients: Clients,
        limiter: Limiter,
        options: poll::Options,
    ) -> tokio::sync::mpsc::Receiver<SourceUpdate> {
        insights::start(clients, limiter, options, self.survey.clone(), self.running.clone())
    }

    /// Stops those that run.
    pub(super) async fn stop(&self) {
        self.running.stop_all().await;
    }
}
