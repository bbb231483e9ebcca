//! The embedded endpoint: Lambda, CloudWatch Logs, CloudWatch's metrics and STS on a loopback socket, over their real wire protocols.
//!
//! The AWS CLI, boto3 and the Rust SDK work against it unchanged. It runs asynchronous invocations as the service does
//! (retries, age limits, destinations) on functions that stand in for code in several runtimes, and their invocation
//! records land in the log group of a receiver. Shapes follow recordings of AWS and the models of botocore.
//!
//! It checks no signature, keeps everything in bounded memory and forgets it at its end.

mod clock;
mod cloudwatch;
mod deployment;
mod event_id;
mod execution;
mod faults;
mod functions;
mod http;
mod ids;
mod json;
mod lambda;
mod logs;
mod metrics;
mod names;
mod operation;
mod paging;
mod pyjson;
mod queue;
mod readers;
mod shapes;
mod store;
mod sts;
mod wire;
mod world;

use std::net::Ipv4Addr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::net::TcpListener;

use self::clock::{Clock, now_ms};
use self::deployment::{Functions, Logging};
use self::faults::Faults;
use self::ids::Ids;
use self::logs::{Queries, Quota};
use self::metrics::Metrics;
use self::names::Names;
use self::queue::Queue;
use self::store::{Limits, LogStore};
use self::world::{Tasks, World, lock};

pub use self::faults::{FaultError, FaultRule, Kind as FaultKind, Span as FaultSpan, When as FaultWhen};

/// How the endpoint is started; [`Options::default`] fits a real-time endpoint on a free port.
#[derive(Debug, Clone, PartialEq)]
pub struct Options {
    /// TCP port on 127.0.0.1; 0 for a free one.
    pub port: u16,
    /// Divides every wait, run time and age limit of the service; 1 is real time, what is not above 0 counts as 1.
    pub time_scale: f64,
    /// Region in ARNs, such as `eu-central-1`.
    pub region: String,
    /// Account in ARNs, twelve digits.
    pub account: String,
    /// Requests that `FilterLogEvents` answers within any second, as the account's quota of 5; unbounded when `None`.
    pub filter_requests_per_second: Option<u32>,
    /// Log events that one `FilterLogEvents` looks at before it answers with a token, the page perhaps empty.
    pub scan_limit: usize,
    /// Whether the endpoint remembers what functions were invoked with, for [`Endpoint::received`].
    pub keep_payloads: bool,
    /// Log events that a group keeps; the oldest go first.
    pub group_events: usize,
    /// Bytes that a group keeps, each message counted with 26 bytes of overhead; the oldest go first.
    pub group_bytes: usize,
    /// Time between two updates of a live-tail session.
    pub live_update: Duration,
    /// Queries of Logs Insights that run at once, as the account's quota of 100.
    pub queries_at_once: usize,
    /// Bytes of a message that the results of a query show; `GetLogRecord` shows all of it.
    pub query_message: usize,
    /// What goes wrong from the start.
    pub faults: Vec<FaultRule>,
    /// Seed of the faults' chance.
    pub fault_seed: u64,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            port: 0,
            time_scale: 1.0,
            region: "eu-central-1".to_owned(),
            account: "123123123123".to_owned(),
            filter_requests_per_second: None,
            scan_limit: 100_000,
            keep_payloads: false,
            group_events: 200_000,
            group_bytes: 64 * 1024 * 1024,
            live_update: Duration::from_secs(1),
            queries_at_once: 100,
            query_message: 32 * 1024,
            faults: Vec::new(),
            fault_seed: 0,
        }
    }
}

/// An invocation that was accepted from outside.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Name of the function.
    pub function: String,
    /// Version or alias that was asked for.
    pub qualifier: String,
    /// Id of the invocation.
    pub request_id: String,
    /// The payload as the function gets it.
    pub payload: Arc<str>,
}

/// Why the endpoint could not be started.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    /// Another program listens on the port.
    #[error("port {port} on 127.0.0.1 is in use: choose another with --port, or --port 0 for a free one")]
    PortInUse {
        /// The port that was asked for.
        port: u16,
    },
    /// The port cannot be listened on for another reason, such as a privileged number.
    #[error("cannot listen on 127.0.0.1:{port}: choose another port with --port, or --port 0 for a free one")]
    Listen {
        /// The port that was asked for.
        port: u16,
        /// What the system said.
        #[source]
        source: std::io::Error,
    },
}

/// A running endpoint. Dropping it, or [`Endpoint::stop`], ends the server, its connections and its invocations.
#[derive(Debug)]
pub struct Endpoint {
    world: Arc<World>,
    url: String,
}

impl Endpoint {
    /// Starts an endpoint on the current tokio runtime, which needs its I/O and time drivers.
    ///
    /// # Errors
    ///
    /// When the port cannot be listened on.
    pub async fn start(options: Options) -> Result<Self, StartError> {
        let port = options.port;
        let listening = TcpListener::bind((Ipv4Addr::LOCALHOST, port)).await;
        let bound = listening.and_then(|listener| Ok((listener.local_addr()?, listener)));
        let (address, listener) = bound.map_err(|source| match source.kind() {
            std::io::ErrorKind::AddrInUse => StartError::PortInUse { port },
            _ => StartError::Listen { port, source },
        })?;
        let world = Arc::new(World::new(options));
        world.tasks.spawn(http::serve(listener, Arc::clone(&world)));
        Ok(Self { world, url: format!("http://{address}") })
    }

    /// Where it listens, such as `http://127.0.0.1:43210`.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Region in its ARNs.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.world.names.region
    }

    /// Account in its ARNs, twelve digits.
    #[must_use]
    pub fn account(&self) -> &str {
        &self.world.names.account
    }

    /// Has the next `requests` calls of `FilterLogEvents` answered with `ThrottlingException`.
    pub fn throttle_next(&self, requests: u32) {
        let (kind, operations) = (FaultKind::Throttle(FaultWhen::Next(requests)), vec!["FilterLogEvents".to_owned()]);
        self.add_faults([FaultRule { kind, operations }]);
    }

    /// Puts these faults in the place of all that were there, their counts at nothing.
    pub fn set_faults(&self, rules: impl IntoIterator<Item = FaultRule>) {
        self.world.faults.replace(None, rules.into_iter().collect());
    }

    /// Adds faults to those that are there.
    pub fn add_faults(&self, rules: impl IntoIterator<Item = FaultRule>) {
        self.world.faults.add(rules.into_iter().collect());
    }

    /// The faults, and how often each has struck.
    #[must_use]
    pub fn faults(&self) -> Vec<(FaultRule, u64)> {
        self.world.faults.struck()
    }

    /// Gives a qualifier a destination of failures without the checks of today, as when it was configured long ago.
    pub fn hold_failure_destination(&self, function: &str, qualifier: &str, arn: &str) {
        if let Some(function) = lock(&self.world.functions).get_mut(function) {
            function.configs.entry(qualifier.to_owned()).or_default().on_failure = Some(arn.to_owned());
        }
    }

    /// How often an operation such as `FilterLogEvents` was asked for.
    #[must_use]
    pub fn requests(&self, operation: &str) -> u64 {
        lock(&self.world.requests).get(operation).copied().unwrap_or(0)
    }

    /// Environment variables, as names and values, with which AWS tools find the endpoint.
    ///
    /// The keys are made up: the endpoint checks no signature, but tools refuse to send a request without one.
    #[must_use]
    pub fn exports(&self) -> [(&'static str, String); 6] {
        [
            ("AWS_ENDPOINT_URL", self.url.clone()),
            ("AWS_REGION", self.region().to_owned()),
            ("AWS_DEFAULT_REGION", self.region().to_owned()),
            ("AWS_ACCESS_KEY_ID", "AKIDLOCALARRIVALS000".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "local".to_owned()),
            // The seed's `--no-cli-pager` says the same, but only to the AWS CLI's version 2.
            ("AWS_PAGER", String::new()),
        ]
    }

    /// What functions were invoked with since the start, in order of acceptance, when [`Options::keep_payloads`] is set.
    #[must_use]
    pub fn received(&self) -> Vec<Received> {
        lock(&self.world.received).clone().unwrap_or_default()
    }

    /// Names of the functions whose outcomes go to the receiver.
    pub fn senders() -> impl Iterator<Item = &'static str> {
        functions::DEPLOYED.iter().filter(|function| function.outcomes_to.is_some()).map(|function| function.name)
    }

    /// Name of the function that prints the records, which land in the log group `/aws/lambda/` + this name.
    #[must_use]
    pub fn receiver() -> &'static str {
        "receiver"
    }

    /// Records that could not be delivered: no function of this endpoint is, or reads, their destination.
    #[must_use]
    pub fn delivery_failures(&self) -> u64 {
        self.world.undelivered.load(Ordering::Relaxed)
    }

    /// Ends the server and waits until everything that ran in it is gone.
    pub async fn stop(self) {
        let mut running = self.world.tasks.end();
        while running.join_next().await.is_some() {}
    }
}

impl Drop for Endpoint {
    fn drop(&mut self) {
        drop(self.world.tasks.end());
    }
}

impl World {
    fn new(options: Options) -> Self {
        let names = Names { region: options.region, account: options.account };
        let limits = Limits { events: options.group_events, bytes: options.group_bytes };
        let world = Self {
            clock: Clock::new(options.time_scale),
            ids: Ids::default(),
            logs: Mutex::new(LogStore::new(limits)),
            scan: options.scan_limit,
            received: Mutex::new(options.keep_payloads.then(Vec::new)),
            functions: Mutex::new(Functions::deploy(&names, now_ms())),
            mappings: Mutex::new(Vec::new()),
            metrics: Mutex::new(Metrics::default()),
            queue: Queue::new(),
            queries: Mutex::new(Queries::new(options.queries_at_once, options.query_message)),
            quota: Quota::new(options.filter_requests_per_second),
            live_update: options.live_update,
            requests: Mutex::default(),
            faults: Faults::new(options.fault_seed, options.faults),
            undelivered: AtomicU64::new(0),
            tasks: Tasks::new(),
            names,
        };
        world.create_groups();
        world
    }

    /// The groups are there from the start, as when a template deploys them with the functions.
    fn create_groups(&self) {
        let mut logs = lock(&self.logs);
        for function in functions::DEPLOYED {
            // The store is empty, so that nothing is there twice.
            let _ = logs.create_group(&Logging::default().group_of(function.name), "STANDARD");
        }
    }
}
