//! One run of a function: its environment, its time, its time-out and the log events around it.

mod lines;

use std::fmt::Write as _;
use std::sync::Arc;
use std::time::Duration;

use serde_json::json;

use super::clock::{day_path, iso_millis, now_ms};
use super::deployment::{Lease, Level, Logging, Target};
use super::functions::{Call, Ending, Run};
use super::json::Json;
use super::store::EVENT_OVERHEAD;
use super::wire::to_json;
use super::world::{World, lock};
use lines::Line;

/// An invocation that was accepted.
#[derive(Debug, Clone)]
pub(crate) struct Invocation {
    /// Its request id.
    pub(crate) request_id: String,
    /// What it runs.
    pub(crate) target: Target,
    /// Its payload, valid JSON, byte for byte as it came.
    pub(crate) payload: Arc<str>,
}

/// What came of one run.
#[derive(Debug)]
pub(crate) struct Outcome {
    /// Whether it was an error.
    pub(crate) failed: bool,
    /// The function's result, or its error, as JSON.
    pub(crate) payload: String,
    /// Everything that was logged.
    pub(crate) log: String,
    /// How long it took, by the service's time.
    pub(crate) took: Duration,
}

/// The longest message that CloudWatch takes in one event.
const LONGEST: usize = 1024 * 1024 - EVENT_OVERHEAD;

/// Runs an invocation in the environment that it was leased.
pub(crate) async fn execute(world: &Arc<World>, lease: Lease, invocation: &Invocation) -> Outcome {
    let definition = invocation.target.definition;
    let mut journal = Journal::new(world, &lease, definition.name);
    let init = initialised(world, &lease, invocation, &mut journal).await;
    let id = &invocation.request_id;
    let version = invocation.target.version;
    journal.system(Line {
        text: format!("START RequestId: {id} Version: {version}\n"),
        kind: Some("start"),
        level: Level::Info,
        record: &json!({"requestId": id, "version": version}),
    });
    let run = limited(run_code(invocation), invocation);
    for line in &run.lines {
        journal.printed(line);
    }
    journal.ship();
    world.clock.pass(run.took).await;
    if let Some(complaint) = complaint(&run, invocation) {
        journal.complaint(id, &complaint);
    }
    journal.system(Line {
        text: format!("END RequestId: {id}\n"),
        kind: None,
        level: Level::Info,
        record: &json!({"requestId": id}),
    });
    journal.system(report(world, invocation, &run, init).line());
    journal.ship();
    let (failed, payload) = match run.ending {
        Ending::Returned(json) => (false, json),
        Ending::Failed(json) => (true, json),
    };
    Outcome { failed, payload, log: journal.log, took: init + run.took }
}

/// Starts a new environment, when that is what was leased, and gives the time it took.
async fn initialised(world: &World, lease: &Lease, invocation: &Invocation, journal: &mut Journal<'_>) -> Duration {
    if !lease.cold {
        return Duration::ZERO;
    }
    let version = invocation.target.definition.runtime.version();
    journal.system(Line {
        text: init_start(world, invocation),
        kind: Some("initStart"),
        level: Level::Info,
        record: &json!({"initializationType": "on-demand", "phase": "init", "runtimeVersion": version}),
    });
    journal.ship();
    let init = invocation.target.definition.runtime.init();
    world.clock.pass(init).await;
    init
}

fn run_code(invocation: &Invocation) -> Run {
    let call = Call {
        request_id: &invocation.request_id,
        payload: &invocation.payload,
        event: Json::parse(&invocation.payload).unwrap_or(Json::Null),
        now: now_ms(),
    };
    (invocation.target.definition.code)(&call)
}

/// Ends a run that takes longer than its function may.
fn limited(run: Run, invocation: &Invocation) -> Run {
    let seconds = invocation.target.definition.timeout;
    let limit = Duration::from_secs(u64::from(seconds));
    if run.took < limit {
        return run;
    }
    let id = &invocation.request_id;
    let message = format!("RequestId: {id} Error: Task timed out after {seconds}.00 seconds");
    let message = to_json(&message);
    let json = format!("{{\"errorType\":\"Sandbox.Timedout\",\"errorMessage\":{message}}}");
    Run { took: limit, complaint: None, ending: Ending::Failed(json), ..run }
}

/// Whether a run was stopped at its limit.
fn timed_out(run: &Run, invocation: &Invocation) -> bool {
    run.took >= Duration::from_secs(u64::from(invocation.target.definition.timeout))
}

/// What is logged when a run has failed: by its runtime, or by the service that stopped it.
fn complaint(run: &Run, invocation: &Invocation) -> Option<String> {
    if !timed_out(run, invocation) {
        return run.complaint.clone();
    }
    let (id, seconds) = (&invocation.request_id, invocation.target.definition.timeout);
    let now = iso_millis(now_ms());
    Some(format!("{now} {id} Task timed out after {seconds}.00 seconds\n"))
}

fn init_start(world: &World, invocation: &Invocation) -> String {
    let version = invocation.target.definition.runtime.version();
    let region = &world.names.region;
    let hash = "7b620fc2e66107a1046b140b9d320295811af3ad5d4c6a011fad1fa65127e9e6";
    format!("INIT_START Runtime Version: {version}\tRuntime Version ARN: arn:aws:lambda:{region}::runtime:{hash}\n")
}

fn report(world: &World, invocation: &Invocation, run: &Run, init: Duration) -> Report {
    let definition = invocation.target.definition;
    let timed_out = timed_out(run, invocation);
    let jitter = if timed_out { 0.0 } else { world.ids.below(200) as f64 / 100.0 };
    let (ran, init) = (run.took.as_secs_f64() * 1000.0 + jitter, init.as_secs_f64() * 1000.0);
    let used = definition.memory * 3 / 10 + world.ids.below(8) as u32;
    let mut line = format!(
        "REPORT RequestId: {}\tDuration: {ran:.2} ms\tBilled Duration: {} ms\tMemory Size: {} MB\tMax Memory Used: {used} MB\t",
        invocation.request_id,
        (ran + init).ceil(),
        definition.memory
    );
    if init > 0.0 {
        // Writing to a String cannot fail.
        let _ = write!(line, "Init Duration: {init:.2} ms\t");
    }
    line.push_str(if timed_out { "Status: timeout\n" } else { "\n" });
    let status = match &run.ending {
        _ if timed_out => "timeout",
        Ending::Failed(_) => "error",
        Ending::Returned(_) => "success",
    };
    let metrics = json!({"durationMs": ran, "billedDurationMs": (ran + init).ceil(), "memorySizeMB": definition.memory, "maxMemoryUsedMB": used});
    let record = json!({"requestId": invocation.request_id, "status": status, "metrics": metrics});
    let level = if status == "success" { Level::Info } else { Level::Warn };
    Report { text: line, level, record }
}

/// What the service tells of a run at its end.
struct Report {
    text: String,
    level: Level,
    record: serde_json::Value,
}

impl Report {
    fn line(&self) -> Line<'_, serde_json::Value> {
        Line { text: self.text.clone(), kind: Some("report"), level: self.level, record: &self.record }
    }
}

/// Log events on their way to an environment's stream.
struct Journal<'a> {
    world: &'a Arc<World>,
    group: String,
    stream: String,
    logging: Logging,
    pending: Vec<(i64, Arc<str>)>,
    log: String,
}

impl<'a> Journal<'a> {
    fn new(world: &'a Arc<World>, lease: &Lease, function: &str) -> Self {
        let logging = lock(&world.functions).get(function).map(|function| function.logging.clone()).unwrap_or_default();
        let group = logging.group_of(function);
        let stream = if logging.is_usual() { lease.stream().to_owned() } else { shared(lease.stream(), function) };
        Self { world, group, stream, logging, pending: Vec::new(), log: String::new() }
    }

    /// A line of the service.
    fn system<T: serde::Serialize>(&mut self, line: Line<'_, T>) {
        if let Some(line) = lines::system(&self.logging, line) {
            self.write(&line);
        }
    }

    /// A line of the function's code.
    fn printed(&mut self, line: &str) {
        if self.logging.keeps(line) {
            self.write(&format!("{line}\n"));
        }
    }

    /// What its runtime says of its failure.
    fn complaint(&mut self, request_id: &str, text: &str) {
        if let Some(line) = lines::complaint(&self.logging, request_id, text) {
            self.write(&line);
        }
    }

    fn write(&mut self, message: &str) {
        self.log.push_str(message);
        let now = now_ms();
        self.pending.extend(split(message, LONGEST).map(|part| (now, Arc::from(part))));
    }

    /// Sends what was written to CloudWatch, where it arrives some milliseconds later.
    fn ship(&mut self) {
        let (group, stream) = (self.group.clone(), self.stream.clone());
        let (world, events) = (Arc::clone(self.world), std::mem::take(&mut self.pending));
        let delay = Duration::from_millis(2 + self.world.ids.below(40));
        self.world.tasks.spawn(async move {
            tokio::time::sleep(delay).await;
            // Lambda makes a group that is not there; another shipment of the same environment may have made the stream.
            let _ = lock(&world.logs).create_group(&group, "STANDARD");
            let _ = lock(&world.logs).create_stream(&group, &stream);
            // Both are there now, unless the group holds as many streams as it may: then the events are dropped.
            let _ = world.log(&group, &stream, events);
        });
    }
}

impl World {
    /// The name of a new environment's stream, such as `2026/11/23/[$LATEST]0f…`.
    pub(crate) fn new_stream(&self, version: &str) -> String {
        format!("{}/[{version}]{}", day_path(now_ms()), self.ids.hex32())
    }
}

/// The name that a stream has in a group that was configured, which several functions may share: `2026/11/23/[$LATEST]0f…`
/// becomes `2026/11/23/receiver[$LATEST][0f…]`.
fn shared(stream: &str, function: &str) -> String {
    match stream.split_once('[').and_then(|(day, rest)| Some((day, rest.split_once(']')?))) {
        Some((day, (version, environment))) => format!("{day}{function}[{version}][{environment}]"),
        None => stream.to_owned(),
    }
}

/// Parts of at most `most` bytes, cut between characters.
fn split(text: &str, most: usize) -> impl Iterator<Item = &str> {
    let mut rest = text;
    std::iter::from_fn(move || {
        let cut = rest.floor_char_boundary(most.min(rest.len()));
        let (part, after) = rest.split_at(cut);
        rest = after;
        (!part.is_empty()).then_some(part)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_messages_are_split_between_characters() {
        assert_eq!(split("abcé", 4).collect::<Vec<_>>(), ["abc", "é"]);
        assert_eq!(split("", 4).count(), 0);
        assert_eq!(split("abcdefgh", 4).collect::<Vec<_>>(), ["abcd", "efgh"]);
    }
}
