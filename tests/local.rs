//! The embedded endpoint, driven by the Rust SDK as AWS is.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails the test as the test itself does")]

#[path = "local/bench.rs"]
mod bench;
#[path = "local/boto.rs"]
mod boto;
#[path = "local/botocore.rs"]
mod botocore;
#[path = "local/faults.rs"]
mod faults;
#[path = "local/insights.rs"]
mod insights;
#[path = "local/invocations.rs"]
mod invocations;
#[path = "local/lambda.rs"]
mod lambda;
#[path = "local/live.rs"]
mod live;
#[path = "local/logs.rs"]
mod logs;
#[path = "local/server.rs"]
mod server;
#[path = "local/wiring.rs"]
mod wiring;
