//! Asynchronous invocations: accepted, run, retried, and reported to their destinations.

mod record;
mod retry;

use std::sync::Arc;
use std::sync::atomic::Ordering;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use self::record::{Record, Response};
use self::retry::{Life, Policy, Step};
use super::clock::now_ms;
use super::deployment::{Busy, EventInvokeConfig, Lease, Target};
use super::execution::{Invocation, Outcome, execute};
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
}

impl Queue {
    /// An empty queue.
    pub(crate) fn new() -> Self {
        Self {
            events: Arc::new(Semaphore::new(MOST_EVENTS)),
            kilobytes: Arc::new(Semaphore::new(MOST_KILOBYTES)),
        }
    }

    fn try_room(&self, bytes: usize) -> Option<Room> {
        let kilobytes = Arc::clone(&self.kilobytes)
            .try_acquire_many_owned(kilobytes(bytes))
            .ok()?;
        Some((
            Arc::clone(&self.events).try_acquire_owned().ok()?,
            kilobytes,
        ))
    }

    async fn room(&self, bytes: usize) -> Option<Room> {
        let kilobytes = Arc::clone(&self.kilobytes)
            .acquire_many_owned(kilobytes(bytes))
            .await
            .ok()?;
        Some((
            Arc::clone(&self.events).acquire_owned().await.ok()?,
            kilobytes,
        ))
    }
}

fn kilobytes(bytes: usize) -> u32 {
    u32::try_from(bytes.div_ceil(1024).clamp(1, MOST_KILOBYTES)).unwrap_or(1)
}

/// Accepts an invocation, which runs on its own from here.
pub(crate) fn accept(world: &Arc<World>, invocation: Invocation) -> Result<(), Fault> {
    let room = world
        .queue
        .try_room(invocation.payload.len())
        .ok_or_else(|| {
            let fault = Fault::new(429, "TooManyRequestsException", "Rate Exceeded.");
            Fault {
                reason: Some("FunctionInvocationRateLimitExceeded"),
                ..fault
            }
        })?;
    start(world, invocation, room, 0);
    Ok(())
}

fn start(world: &Arc<World>, invocation: Invocation, room: Room, hops: u32) {
    let config = current_config(world, &invocation.target).unwrap_or_default();
    let event = Event {
        invocation,
        config,
        hops,
    };
    let task = live(Arc::clone(world), event, room);
    world.tasks.spawn(Box::pin(task));
}

/// The config of the qualifier that was invoked; `None` when the function is gone.
fn current_config(world: &World, target: &Target) -> Option<EventInvokeConfig> {
    let functions = lock(&world.functions);
    let function = functions.get(target.definition.name)?;
    Some(
        function
            .configs
            .get(&target.qualifier)
            .cloned()
            .unwrap_or_default(),
    )
}

/// An event's life from its acceptance to its record.
async fn live(world: Arc<World>, mut event: Event, room: Room) {
    let mut life = Life::default();
    let mut last = None;
    let condition = loop {
        let step = attempt(&world, &mut event, &mut life, &mut last).await;
        match step {
            Next::Wait(wait) => world.clock.pass(wait).await,
            Next::End(condition) => break condition,
        }
    };
    // Its place is free before its record waits for one: otherwise a full queue could not drain.
    drop(room);
    report(&world, event, condition, life.runs(), last.as_ref()).await;
}

enum Next {
    Wait(std::time::Duration),
    End(&'static str),
}

/// What the last attempt that says something about the event came to.
enum Last {
    Ran(Outcome),
    Gone,
    Throttled,
}

async fn attempt(
    world: &Arc<World>,
    event: &mut Event,
    life: &mut Life,
    last: &mut Option<Last>,
) -> Next {
    if let Some(config) = current_config(world, &event.invocation.target) {
        event.config = config;
    }
    let policy = Policy::of(event.config.retries, event.config.age);
    let step = match Lease::take(world, &event.invocation.target) {
        Ok(lease) => {
            let outcome = execute(world, lease, &event.invocation).await;
            life.ran(outcome.took);
            let failed = outcome.failed;
            *last = Some(Last::Ran(outcome));
            if !failed {
                return Next::End("Success");
            }
            life.after_error(policy)
        }
        Err(Busy::Zero) => {
            *last = None;
            return Next::End("ZeroReservedConcurrency");
        }
        Err(Busy::Gone) => {
            life.ran(std::time::Duration::ZERO);
            *last = Some(Last::Gone);
            life.after_error(policy)
        }
        Err(Busy::Reserved | Busy::Account) => {
            last.get_or_insert(Last::Throttled);
            life.after_throttle(policy)
        }
    };
    match step {
        Step::Again(wait) => Next::Wait(wait),
        Step::Exhausted => Next::End("RetriesExhausted"),
        Step::TooOld => Next::End("EventAgeExceeded"),
    }
}

async fn report(
    world: &Arc<World>,
    event: Event,
    condition: &str,
    count: u32,
    last: Option<&Last>,
) {
    let Event {
        invocation,
        config,
        hops,
    } = event;
    let destination = if condition == "Success" {
        config.on_success
    } else {
        config.on_failure
    };
    let Some(destination) = destination else {
        return;
    };
    let target = &invocation.target;
    let response = match last {
        None => Response::None,
        Some(Last::Gone) => Response::Status(404),
        Some(Last::Throttled) => Response::Status(429),
        Some(Last::Ran(outcome)) => Response::Ran {
            version: target.version,
            failed: outcome.failed,
            payload: &outcome.payload,
        },
    };
    let record = Record {
        timestamp: now_ms(),
        request_id: &invocation.request_id,
        function_arn: &world
            .names
            .qualified_arn(target.definition.name, &target.qualifier),
        condition,
        count,
        request_payload: &invocation.payload,
        response,
    };
    if deliver(world, &destination, record.to_json(), hops + 1)
        .await
        .is_none()
    {
        world.undelivered.fetch_add(1, Ordering::Relaxed);
    }
}

/// Invokes the receiver; `None` when the destination is no function of this endpoint.
async fn deliver(world: &Arc<World>, destination: &str, record: String, hops: u32) -> Option<()> {
    let wanted = world.names.function(destination, None).ok()?;
    let target = lock(&world.functions).resolve(&world.names, &wanted).ok()?;
    if !destination.starts_with("arn:") || hops > MOST_HOPS {
        return None;
    }
    let room = world.queue.room(record.len()).await?;
    let invocation = Invocation {
        request_id: world.ids.uuid(),
        target,
        payload: Arc::from(record),
    };
    start(world, invocation, room, hops);
    Some(())
}
