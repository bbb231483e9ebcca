//! `arrivals demo`: the embedded endpoint, some traffic, and what becomes of it, in one process.

mod traffic;

use std::collections::HashSet;
use std::time::Duration;

use aws_sdk_lambda::error::DisplayErrorContext;
use aws_sdk_lambda::operation::RequestId as _;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use tokio::sync::mpsc;
use tokio::time::Instant;

use crate::app::jobs::World;
use crate::app::model::Place;
use crate::aws::{self, Clients, Connection, Keys, Settings};
use crate::local::{Endpoint, Options};
use crate::record::Found;
use crate::source::limiter::Limiter;
use crate::source::{SourceUpdate, poll};

use super::args::{DemoArgs, LookArgs, OutputFormat};
use super::exit::Failure;
use super::{board, stream};

/// Calls that fill the board at the start, and all that a demo off the terminal makes.
const FIRST: usize = 24;
/// Time between two of the first calls.
const BRISK: Duration = Duration::from_millis(60);
/// Time between two calls from then on.
const CALM: Duration = Duration::from_millis(1500);
/// How long a demo off the terminal waits for its records; the whole of it takes 15 s at most.
const PATIENCE: Duration = Duration::from_secs(12);

/// Runs the demo: on a terminal until the user leaves it, elsewhere until its records have arrived.
///
/// # Errors
/// When the port cannot be had, or the endpoint cannot be reached.
pub(super) async fn run(args: DemoArgs, look: LookArgs) -> Result<(), Failure> {
    let (query, format) = (args.output.query(&look.config.filters)?, args.output.format()?);
    let options = Options { port: args.port, time_scale: args.time_scale, ..args.faults.options() };
    let endpoint = Endpoint::start(options).await.map_err(Failure::other)?;
    let clients = aws::connect(&settings(&endpoint)).await?;
    shorten_patience(&clients).await?;
    let updates = poll::start(clients.clone(), Limiter::default(), tail());
    if format == OutputFormat::Board {
        // What is replayed here means nothing to later runs, and the journal of real replays nothing here.
        let own = tempfile::tempdir().map_err(Failure::other)?;
        let (reading, sending) = (Connection::ready(clients.clone()), Connection::ready(clients.clone()));
        let world = board::world_with(reading, sending, board::journal_in(own.path()));
        let world = World { time_scale: args.time_scale, tail: tail(), ..world };
        let traffic = tokio::spawn(send_without_end(clients));
        let shown = board::run(place(&endpoint), query, look, updates, mpsc::channel(1).1, world).await;
        traffic.abort();
        return shown;
    }
    let sent = send_first(&clients).await?;
    stream::run(until_answered(updates, sent), query, format).await
}

fn settings(endpoint: &Endpoint) -> Settings {
    let export =
        |wanted: &str| endpoint.exports().into_iter().find(|(name, _)| *name == wanted).map(|(_, value)| value);
    let keys = export("AWS_ACCESS_KEY_ID").zip(export("AWS_SECRET_ACCESS_KEY"));
    Settings {
        region: Some(endpoint.region().to_owned()),
        endpoint_url: Some(endpoint.url().to_owned()),
        keys: keys.map(|(id, secret)| Keys { id, secret }),
        ..Settings::default()
    }
}

fn group() -> String {
    format!("/aws/lambda/{}", Endpoint::receiver())
}

fn tail() -> poll::Options {
    poll::Options { groups: vec![group().into()], interval: Duration::from_secs(1), ..poll::Options::default() }
}

fn place(endpoint: &Endpoint) -> Place {
    Place {
        names: vec![group()],
        region: Some(endpoint.region().to_owned()),
        identity: Some(format!("demo/{}", endpoint.account())),
        endpoint: Some(endpoint.url().to_owned()),
        counted_since: Some(jiff::Timestamp::now().as_millisecond()),
        ..Place::default()
    }
}

async fn send_without_end(clients: Clients) {
    for (at, call) in traffic::calls().enumerate() {
        if send(&clients, call).await.is_err() {
            // The endpoint is in this process: when it refuses, the tail on it tells why.
            return;
        }
        tokio::time::sleep(if at < FIRST { BRISK } else { CALM }).await;
    }
}

/// Makes the first calls and gives the ids under which they were accepted.
async fn send_first(clients: &Clients) -> Result<HashSet<String>, Failure> {
    let mut accepted = HashSet::new();
    for call in traffic::calls().take(FIRST) {
        accepted.extend(send(clients, call).await?);
        tokio::time::sleep(BRISK).await;
    }
    Ok(accepted)
}

/// Gives one function's events so short a life that none is tried twice: they end as `EventAgeExceeded`.
async fn shorten_patience(clients: &Clients) -> Result<(), Failure> {
    let request = clients.lambda.update_function_event_invoke_config().function_name("geo-enrich");
    request.maximum_event_age_in_seconds(60).send().await.map_err(|error| refused(&error))?;
    Ok(())
}

/// Makes one call, on a function that is switched off meanwhile if the call wants it so.
async fn send(clients: &Clients, call: traffic::Call) -> Result<Option<String>, Failure> {
    if !call.switched_off {
        return invoke(clients, call).await;
    }
    let function = call.function;
    let off = clients.lambda.put_function_concurrency().function_name(function).reserved_concurrent_executions(0);
    off.send().await.map_err(|error| refused(&error))?;
    let accepted = invoke(clients, call).await;
    tokio::time::sleep(BRISK).await;
    let on = clients.lambda.delete_function_concurrency().function_name(function);
    on.send().await.map_err(|error| refused(&error))?;
    accepted
}

/// Invokes asynchronously; the id of the answer is the one in the record to come.
async fn invoke(clients: &Clients, call: traffic::Call) -> Result<Option<String>, Failure> {
    let request = clients.invoke.invoke().function_name(call.function).invocation_type(InvocationType::Event);
    let answer = request.payload(Blob::new(call.payload)).send().await.map_err(|error| refused(&error))?;
    Ok(answer.request_id().map(str::to_owned))
}

fn refused(error: &(dyn std::error::Error + 'static)) -> Failure {
    let why = DisplayErrorContext(error);
    Failure { code: 254, message: format!("the embedded endpoint refused the demo's traffic: {why}") }
}

/// Passes updates on until every call is answered or patience is at an end.
fn until_answered(
    mut updates: mpsc::Receiver<SourceUpdate>,
    mut waiting: HashSet<String>,
) -> mpsc::Receiver<SourceUpdate> {
    let (send, passed) = mpsc::channel(16);
    let deadline = Instant::now() + PATIENCE;
    tokio::spawn(async move {
        while !waiting.is_empty() {
            let Ok(Some(update)) = tokio::time::timeout_at(deadline, updates.recv()).await else { break };
            answered(&update, &mut waiting);
            if send.send(update).await.is_err() {
                return;
            }
        }
        // The stream may have ended by itself.
        let _ = send.send(SourceUpdate::Ended(Ok(()))).await;
    });
    passed
}

fn answered(update: &SourceUpdate, waiting: &mut HashSet<String>) {
    let SourceUpdate::Found(batch) = update else { return };
    for found in &batch.found {
        if let Found::Arrival(arrival) = found
            && let Some(id) = arrival.record.request_id()
        {
            waiting.remove(id);
        }
    }
}
