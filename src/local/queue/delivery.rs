//! Where an outcome goes: to a function, or through a queue, a topic or a bus to those that read it.

use std::sync::Arc;
use std::time::Duration;

use super::super::clock::{iso_millis, iso_seconds, now_ms};
use super::super::deployment::{Lease, Target};
use super::super::execution::{Invocation, execute};
use super::super::metrics::Metric;
use super::super::names::FunctionRef;
use super::super::readers::{self, Reader};
use super::super::wire::to_json;
use super::super::world::{World, lock};
use super::{MOST_HOPS, start};

/// After which a message that could not be handled is handed out again: the default of SQS.
const VISIBILITY: Duration = Duration::from_secs(30);
/// How often a message is handed out.
const MOST_RECEIVES: u32 = 3;

/// What is delivered.
pub(super) struct Parcel<'a> {
    /// JSON text.
    pub(super) body: String,
    /// What it tells of, for EventBridge: a success or a failure.
    pub(super) succeeded: bool,
    /// ARN of the function that sends it, with its qualifier.
    pub(super) sender: &'a str,
    /// Functions that have invoked each other so far.
    pub(super) hops: u32,
}

/// Delivers; `None` when nothing of this endpoint is behind the destination.
pub(super) async fn deliver(world: &Arc<World>, destination: &str, parcel: Parcel<'_>) -> Option<()> {
    if parcel.hops > MOST_HOPS {
        return None;
    }
    match destination.split(':').nth(2)? {
        "lambda" => invoke(world, destination, None, parcel.body, parcel.hops).await,
        "sqs" => enqueue(world, destination, &parcel),
        "sns" => {
            let subscribers = readers::subscribers(&lock(&world.functions), destination);
            let event = notification(world, destination, &parcel.body);
            fan_out(world, subscribers, event, parcel.hops).await
        }
        "events" => {
            let targets = readers::targets(&lock(&world.functions), destination);
            let event = bus_event(world, destination, &parcel);
            fan_out(world, targets, event, parcel.hops).await
        }
        _ => None,
    }
}

/// Invokes a function asynchronously, as Lambda, SNS and EventBridge do.
async fn invoke(world: &Arc<World>, function: &str, qualifier: Option<&str>, payload: String, hops: u32) -> Option<()> {
    let target = target(world, function, qualifier)?;
    let room = world.queue.room(payload.len()).await?;
    let invocation = Invocation { request_id: world.ids.uuid(), target, payload: Arc::from(payload) };
    start(world, invocation, room, hops);
    Some(())
}

fn target(world: &World, function: &str, qualifier: Option<&str>) -> Option<Target> {
    let wanted = world.names.function(function, qualifier).ok()?;
    lock(&world.functions).resolve(&world.names, &wanted).ok()
}

async fn fan_out(world: &Arc<World>, readers: Vec<Reader>, event: String, hops: u32) -> Option<()> {
    let mut reached = None;
    for (function, qualifier) in readers {
        reached = invoke(world, &function, qualifier.as_deref(), event.clone(), hops).await.or(reached);
    }
    reached
}

/// Puts a message on a queue, where the first mapping that reads takes it.
fn enqueue(world: &Arc<World>, queue: &str, parcel: &Parcel<'_>) -> Option<()> {
    let reader = lock(&world.mappings).iter().find(|mapping| mapping.source == queue && mapping.enabled).cloned()?;
    let wanted = FunctionRef { name: reader.function, qualifier: reader.qualifier };
    let target = lock(&world.functions).resolve(&world.names, &wanted).ok()?;
    let payload = Arc::from(message(world, queue, &parcel.body));
    let world_of_task = Arc::clone(world);
    world.tasks.spawn(async move { consume(&world_of_task, target, payload).await });
    Some(())
}

/// A mapping invokes synchronously, and hands out again what failed.
async fn consume(world: &Arc<World>, target: Target, payload: Arc<str>) {
    for _ in 0..MOST_RECEIVES {
        let invocation =
            Invocation { request_id: world.ids.uuid(), target: target.clone(), payload: Arc::clone(&payload) };
        if let Ok(lease) = Lease::take(world, &target) {
            let outcome = execute(world, lease, &invocation).await;
            world.ran(&target, outcome.failed);
            if !outcome.failed {
                return;
            }
        }
        world.clock.pass(VISIBILITY).await;
    }
}

/// An SQS event with one message.
fn message(world: &World, queue: &str, body: &str) -> String {
    let (id, handle, sent) = (world.ids.uuid(), world.ids.hex32(), now_ms());
    let (body, queue, region) = (to_json(body), to_json(queue), to_json(&world.names.region));
    format!(
        r#"{{"Records":[{{"messageId":"{id}","receiptHandle":"{handle}","body":{body},"attributes":{{"ApproximateReceiveCount":"1","SentTimestamp":"{sent}","SenderId":"AIDALOCALARRIVALS0000","ApproximateFirstReceiveTimestamp":"{sent}"}},"messageAttributes":{{}},"eventSource":"aws:sqs","eventSourceARN":{queue},"awsRegion":{region}}}]}}"#
    )
}

/// An SNS event with one notification.
fn notification(world: &World, topic: &str, body: &str) -> String {
    let (id, time) = (world.ids.uuid(), iso_millis(now_ms()));
    let (body, subscription, topic) =
        (to_json(body), to_json(&format!("{topic}:{}", world.ids.uuid())), to_json(topic));
    format!(
        r#"{{"Records":[{{"EventSource":"aws:sns","EventVersion":"1.0","EventSubscriptionArn":{subscription},"Sns":{{"Type":"Notification","MessageId":"{id}","TopicArn":{topic},"Subject":null,"Message":{body},"Timestamp":"{time}","SignatureVersion":"1","MessageAttributes":{{}}}}}}]}}"#
    )
}

/// An EventBridge event whose detail is the record as it stands.
fn bus_event(world: &World, bus: &str, parcel: &Parcel<'_>) -> String {
    let (id, time) = (world.ids.uuid(), iso_seconds(now_ms()));
    let (bus, sender) = (to_json(bus), to_json(parcel.sender));
    let (account, region) = (to_json(&world.names.account), to_json(&world.names.region));
    let (outcome, detail) = (if parcel.succeeded { "Success" } else { "Failure" }, &parcel.body);
    format!(
        r#"{{"version":"0","id":"{id}","detail-type":"Lambda Function Invocation Result - {outcome}","source":"lambda","account":{account},"time":"{time}","region":{region},"resources":[{bus},{sender}],"detail":{detail}}}"#
    )
}

impl World {
    /// Counts a run of a function.
    pub(crate) fn ran(&self, target: &Target, failed: bool) {
        self.count(target, Metric::Invocations, 1.0);
        self.count(target, Metric::Errors, if failed { 1.0 } else { 0.0 });
    }

    /// Counts something that happened to a function now.
    pub(crate) fn count(&self, target: &Target, metric: Metric, value: f64) {
        lock(&self.metrics).add(target.definition.name, &target.qualifier, metric, now_ms(), value);
    }
}
