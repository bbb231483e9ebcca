//! Asynchronous invocations: accepted, run, retried, and reported to their destinations.

mod delivery;
mod record;
mod retry;

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::delivery::{Parcel, deliver};
use self::record::{Record, Response};
use self::retry::{Life, Policy, Step};
use super::clock::now_ms;
use super::deployment::{Busy, EventInvokeConfig, Lease, Target};
use super::execution::{Invocation, Outcome, execute};
use super::metrics::Metric;
use super::wire::Fault;
use super::world::{World, lock};

/// Events that wait or run.
const MOST_EVENTS: usize = 10_000;
/// Kilobytes of their payloads.
const MOST_KILOBYTES: usize = 128 * 1024;
/// Functions that invoke each other through destinations: AWS stops after about as many.
const MOST_HOPS: u32 = 16;

/// Room for accepted events.
#[derive(Debug)]
pub(crate) struct Queue {
    events: Arc<Semaphore>,
    kilobytes: Arc<Semaphore>,
}

/// An event's place in the queue.
type Room = (OwnedSemaphorePermit, OwnedSemaphorePermit);

/// An accepted event.
struct Event {
    invocation: Invocation,
    config: EventInvokeConfig,
    hops: u32,
    life: Life,
    last: Option<Last>,
}

/// What the last attempt that says something about the event came to.
enum Last {
    Ran(Outcome),
    Gone,
    Throttled,
}

impl Queue {
    /// An empty queue.
    pub(crate) fn new() -> Self {
        Self { events: Arc::new(Semaphore::new(MOST_EVENTS)), kilobytes: Arc::new(Semaphore::new(MOST_KILOBYTES)) }
    }

    fn try_room(&self, bytes: usize) -> Option<Room> {
        let kilobytes = Arc::clone(&self.kilobytes).try_acquire_many_owned(kilobytes(bytes)).ok()?;
        Some((Arc::clone(&self.events).try_acquire_owned().ok()?, kilobytes))
    }

    async fn room(&self, bytes: usize) -> Option<Room> {
        let kilobytes = Arc::clone(&self.kilobytes).acquire_many_owned(kilobytes(bytes)).await.ok()?;
        Some((Arc::clone(&self.events).acquire_owned().await.ok()?, kilobytes))
    }
}

fn kilobytes(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(1024).clamp(1, MOST_KILOBYTES)).unwrap_or(1)
}

/// Accepts an invocation, which runs on its own from here.
pub(crate) fn accept(world: &Arc<World>, invocation: Invocation) -> Result<(), Fault> {
    let room = world.queue.try_room(invocation.payload.len()).ok_or_else(|| {
        let fault = Fault::new(429, "TooManyRequestsException", "Rate Exceeded.");
        Fault { reason: Some("FunctionInvocationRateLimitExceeded"), ..fault }
    })?;
    start(world, invocation, room, 0);
    Ok(())
}

fn start(world: &Arc<World>, invocation: Invocation, room: Room, hops: u32) {
    world.count(&invocation.target, Metric::AsyncEventsReceived, 1.0);
    let config = current_config(world, &invocation.target).unwrap_or_default();
    let event = Event { invocation, config, hops, life: Life::default(), last: None };
    let task = live(Arc::clone(world), event, room);
    world.tasks.spawn(Box::pin(task));
}

/// The config of the qualifier that was invoked; `None` when the function is gone.
fn current_config(world: &World, target: &Target) -> Option<EventInvokeConfig> {
    let functions = lock(&world.functions);
    let function = functions.get(target.definition.name)?;
    Some(function.configs.get(&target.qualifier).cloned().unwrap_or_default())
}

/// An event's life from its acceptance to its record.
async fn live(world: Arc<World>, mut event: Event, room: Room) {
    let condition = loop {
        match event.attempt(&world).await {
            Next::Wait(wait) => world.clock.pass(wait).await,
            Next::End(condition) => break condition,
        }
    };
    // Its place is free before its record waits for one: otherwise a full queue could not drain.
    drop(room);
    let succeeded = condition == "Success";
    if !succeeded {
        world.count(&event.invocation.target, Metric::AsyncEventsDropped, 1.0);
        event.bury(&world).await;
    }
    let destination = if succeeded { &event.config.on_success } else { &event.config.on_failure };
    if let Some(destination) = destination {
        let delivered = event.send(&world, destination, event.record(&world, condition), succeeded).await;
        if delivered.is_none() {
            world.undelivered.fetch_add(1, Ordering::Relaxed);
            world.count(&event.invocation.target, Metric::DestinationDeliveryFailures, 1.0);
        }
    }
}

impl Event {
    async fn send(&self, world: &Arc<World>, destination: &str, body: String, succeeded: bool) -> Option<()> {
        let target = &self.invocation.target;
        let sender = world.names.qualified_arn(target.definition.name, &target.qualifier);
        deliver(world, destination, Parcel { body, succeeded, sender: &sender, hops: self.hops + 1 }).await
    }

    /// Puts the event itself on the function's dead-letter queue, whatever becomes of its record.
    async fn bury(&self, world: &Arc<World>) {
        let target = &self.invocation.target;
        let queue =
            lock(&world.functions).get(target.definition.name).and_then(|function| function.dead_letter.clone());
        let Some(queue) = queue else { return };
        if self.send(world, &queue, self.invocation.payload.to_string(), false).await.is_none() {
            world.count(target, Metric::DeadLetterErrors, 1.0);
        }
    }

    /// Runs it, if it can run now, and decides what is next.
    async fn attempt(&mut self, world: &Arc<World>) -> Next {
        let target = &self.invocation.target;
        if let Some(config) = current_config(world, target) {
            self.config = config;
        }
        let policy = Policy::of(self.config.retries, self.config.age);
        let step = match Lease::take(world, target) {
            Ok(lease) => {
                world.count(target, Metric::AsyncEventAge, self.life.age().as_secs_f64() * 1000.0);
                let outcome = execute(world, lease, &self.invocation).await;
                world.ran(target, outcome.failed);
                return self.after_run(outcome, policy);
            }
            Err(Busy::Zero) => {
                self.last = None;
                return Next::End("ZeroReservedConcurrency");
            }
            Err(Busy::Gone) => {
                self.life.ran(Duration::ZERO);
                self.last = Some(Last::Gone);
                self.life.after_error(policy)
            }
            Err(Busy::Reserved | Busy::Account) => {
                self.last.get_or_insert(Last::Throttled);
                world.count(target, Metric::Throttles, 1.0);
                self.life.after_throttle(policy)
            }
        };
        step.into()
    }

    fn after_run(&mut self, outcome: Outcome, policy: Policy) -> Next {
        self.life.ran(outcome.took);
        let failed = outcome.failed;
        self.last = Some(Last::Ran(outcome));
        if failed { self.life.after_error(policy).into() } else { Next::End("Success") }
    }

    /// What its destination is told.
    fn record(&self, world: &World, condition: &str) -> String {
        let target = &self.invocation.target;
        let arn = (world.names).qualified_arn(target.definition.name, &target.qualifier);
        let response = match &self.last {
            None => Response::None,
            Some(Last::Gone) => Response::Status(404),
            Some(Last::Throttled) => Response::Status(429),
            Some(Last::Ran(outcome)) => {
                Response::Ran { version: target.version, failed: outcome.failed, payload: &outcome.payload }
            }
        };
        let record = Record {
            timestamp: now_ms(),
            request_id: &self.invocation.request_id,
            function_arn: &arn,
            condition,
            count: self.life.runs(),
            request_payload: &self.invocation.payload,
            response,
        };
        record.to_json()
    }
}

/// What happens to an event after an attempt.
enum Next {
    /// It waits and is tried again.
    Wait(Duration),
    /// It is reported with this condition.
    End(&'static str),
}

impl From<Step> for Next {
    fn from(step: Step) -> Self {
        match step {
            Step::Again(wait) => Self::Wait(wait),
            Step::Exhausted => Self::End("RetriesExhausted"),
            Step::TooOld => Self::End("EventAgeExceeded"),
        }
    }
}
