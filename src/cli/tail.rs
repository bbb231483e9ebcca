//! `arrivals tail`: log groups, what was logged and what comes.

mod queries;

use std::io::{self, IsTerminal};
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::mpsc;

use crate::app::jobs::World;
use crate::app::model::Place;
use crate::aws::{AwsError, Clients, Connection, region_of};
use crate::log::{Gap, Origin};
use crate::source::limiter::Limiter;
use crate::source::{SourceUpdate, Status, history, poll, time_range};
use crate::wiring::Explorer;

use super::args::{AwsArgs, Engine, LookArgs, OutputFormat, TailArgs};
use super::exit::Failure;
use super::{board, stream};
use queries::Queries;

/// Wait between two looks for a login that the board asks for.
const LOGIN: Duration = Duration::from_secs(5);

/// Tails the log groups that were named, or those that receive a function's outcomes.
///
/// # Errors
/// When the arguments do not fit, AWS cannot be reached, or the output fails.
pub(super) async fn run(args: TailArgs, aws: AwsArgs, look: LookArgs) -> Result<(), Failure> {
    let (query, format, with_ledger) = (args.output.query(&look.config.filters)?, args.output.format()?, args.ledger);
    if with_ledger && format != OutputFormat::Jsonl {
        return Err(Failure::usage("--ledger needs --output jsonl: it is the last object of the lines"));
    }
    let mut plan = Plan { regions: aws.region.clone(), ..Plan::new(&args)? };
    plan.options.patient = format == OutputFormat::Board;
    let place = place(&args, &aws);
    let (tell, places) = mpsc::channel(1);
    let (send, updates) = mpsc::channel(16);
    let sending = aws.clone().sending_beside();
    let connection = Connection::lazy(aws.settings());
    let sending = sending.unwrap_or_else(|| connection.clone());
    let world = World {
        tail: plan.options.clone(),
        limiter: plan.limiter.clone(),
        queried: args.engine == Engine::Insights,
        metered: !args.no_metrics,
        ..board::world(connection.clone(), sending)
    };
    let place = Place { since: world.since(), counted_since: world.counted_since(), ..place };
    let stopper = plan.options.stopper.clone();
    let queries = queries::agreed(&mut plan, &args, &connection).await?;
    tokio::spawn(begin(plan, queries.clone(), connection, place.clone(), tell, send));
    let ended = if format == OutputFormat::Board {
        board::run(place, query, look, updates, places, world).await
    } else {
        stream::run_until(updates, query, format, with_ledger, stopper).await
    };
    if let Some(queries) = queries {
        queries.stop().await;
    }
    ended
}

/// Connects and reads: none of it on the board's task, which is there from the start.
async fn begin(
    plan: Plan,
    queries: Option<Queries>,
    connection: Connection,
    mut place: Place,
    tell: mpsc::Sender<Place>,
    send: mpsc::Sender<SourceUpdate>,
) {
    let (limiter, stopper) = (plan.limiter.clone(), plan.options.stopper.clone());
    let connected = tokio::select! {
        connected = connect(&plan, &connection, &send) => connected,
        () = stopper.stopped() => Ok(None),
    };
    let (clients, options, beside) = match connected {
        Ok(Some(connected)) => connected,
        ended => {
            // Whoever asked may be gone by now.
            let _ = send.send(SourceUpdate::Ended(ended.map(drop).map_err(Into::into))).await;
            return;
        }
    };
    place.region = Some(clients.region().to_owned());
    place.identity = clients.profile().map(str::to_owned);
    place.endpoint = clients.endpoint_url().map(str::to_owned);
    place.names = options.groups.iter().map(ToString::to_string).collect();
    place.receivers = beside.receivers;
    // Without a board nobody listens.
    let _ = tell.send(place).await;
    if let Some(gap) = beside.elsewhere {
        let _ = send.send(SourceUpdate::Gap(gap)).await;
    }
    let mut updates = match queries {
        Some(queries) => queries.start(clients, limiter, options),
        None => history::start(clients, limiter, options),
    };
    while let Some(update) = updates.recv().await {
        if send.send(update).await.is_err() {
            break;
        }
    }
}

/// What is known of a function's outcomes beside the groups that tell of them.
#[derive(Debug, Clone, Default)]
struct Beside {
    /// The functions that log to the groups.
    receivers: Vec<String>,
    /// What becomes of outcomes that no group tells of.
    elsewhere: Option<Gap>,
}

/// The clients, what is read with them, and what is known beside.
type Connected = (Clients, poll::Options, Beside);

/// Connects, and waits for a login where somebody is there for it; nothing once nobody is any more.
async fn connect(
    plan: &Plan,
    connection: &Connection,
    send: &mpsc::Sender<SourceUpdate>,
) -> Result<Option<Connected>, AwsError> {
    loop {
        match plan.connected(connection).await {
            // The command that mends it is on the screen, and what it changes is read anew.
            Err(error @ AwsError::Expired { .. }) if plan.options.patient => {
                let status = Status::Retrying { wait: LOGIN, reason: error.to_string(), throttled: false };
                if send.send(SourceUpdate::Status(status)).await.is_err() {
                    return Ok(None);
                }
                tokio::time::sleep(LOGIN).await;
                connection.forget().await;
            }
            connected => return connected.map(Some),
        }
    }
}

/// What to read, once it is known from where.
struct Plan {
    regions: Vec<String>,
    function: Option<String>,
    limiter: Limiter,
    options: poll::Options,
    /// What is known of the function's outcomes, once that was found out.
    beside: Beside,
}

impl Plan {
    fn new(args: &TailArgs) -> Result<Self, Failure> {
        let time = |flag: &str, text: &str| {
            time_range::parse(text, &jiff::Zoned::now()).map_err(|error| Failure::usage(format!("{flag}: {error}")))
        };
        let until = args.until.as_deref().map(|until| time("--until", until)).transpose()?;
        let since = time("--since", &args.since)?;
        if until.is_some_and(|until| until < since) {
            return Err(Failure::usage("--until lies before --since: nothing can be read between them"));
        }
        let options = poll::Options {
            groups: args.groups.iter().map(|group| Arc::from(group.as_str())).collect(),
            since,
            until,
            follow: until.is_none() && follows(args),
            pattern: args.filter_pattern.clone(),
            streams: args.log_stream_names.clone(),
            stream_prefix: args.log_stream_name_prefix.clone(),
            unmask: args.unmask,
            sweep: args.sweep,
            live: args.live,
            ..poll::Options::default()
        };
        let limiter = limiter(args.requests_per_second);
        Ok(Self { regions: Vec::new(), function: args.function.clone(), limiter, options, beside: Beside::default() })
    }

    async fn connected(&self, connection: &Connection) -> Result<Connected, AwsError> {
        let clients = connection.clients().await?;
        let (mut options, beside) = self.options(&clients).await?;
        options.groups = across(options.groups, &self.regions, &clients).await?;
        Ok((clients, options, beside))
    }

    /// The options with the groups of the function's receivers, and what is known beside.
    async fn options(&self, clients: &Clients) -> Result<(poll::Options, Beside), AwsError> {
        let mut options = self.options.clone();
        let Some(function) = &self.function else { return Ok((options, self.beside.clone())) };
        let landing = Explorer::new(clients.clone()).landing(function).await?;
        for group in landing.groups {
            if !options.groups.contains(&group) {
                options.groups.push(group);
            }
        }
        let elsewhere = (!landing.elsewhere.is_empty()).then(|| Gap {
            origin: Origin::default(),
            from: Some(options.since),
            to: None,
            reason: format!(
                "{function} also sends outcomes to {}: name the log group of what reads it to see them",
                landing.elsewhere.join(", ")
            ),
        });
        Ok((options, Beside { receivers: landing.receivers, elsewhere }))
    }
}

/// The groups by their ARNs, each that is only named in every region; as they are when there is one region.
async fn across(groups: Vec<Arc<str>>, regions: &[String], clients: &Clients) -> Result<Vec<Arc<str>>, AwsError> {
    if regions.len() < 2 {
        return Ok(groups);
    }
    let mut all = Vec::with_capacity(groups.len() * regions.len());
    for region in regions {
        let there = clients.in_region(region).await?;
        for group in groups.iter().filter(|group| region_of(group).is_none()) {
            all.push(Arc::from(there.group_arn(group).await?));
        }
    }
    all.extend(groups.into_iter().filter(|group| region_of(group).is_some()));
    Ok(all)
}

/// The flags, else the variables of the same names, else whether somebody is there to watch.
fn follows(args: &TailArgs) -> bool {
    // The values that `FalseyValueParser` takes for a no, as for every other flag.
    const NO: [&str; 7] = ["", "n", "no", "f", "false", "off", "0"];
    let set = |name: &str| std::env::var(name).is_ok_and(|value| !NO.contains(&value.to_lowercase().as_str()));
    if args.no_follow || args.follow.is_some() {
        !args.no_follow && args.follow == Some(true)
    } else if set("ARRIVALS_NO_FOLLOW") {
        false
    } else {
        set("ARRIVALS_FOLLOW") || io::stdout().is_terminal()
    }
}

fn limiter(per_second: u32) -> Limiter {
    if per_second == 0 { Limiter::unlimited() } else { Limiter::per_second(per_second) }
}

fn place(args: &TailArgs, aws: &AwsArgs) -> Place {
    let receivers = args.function.iter().map(|function| format!("receivers of {function}"));
    Place {
        names: args.groups.iter().cloned().chain(receivers).collect(),
        region: (!aws.region.is_empty()).then(|| aws.region.join(" ")),
        identity: aws.profile.clone(),
        endpoint: aws.endpoint_url.clone().or_else(|| std::env::var("AWS_ENDPOINT_URL").ok()),
        function: args.function.clone(),
        ..Place::default()
    }
}
