//! Replaying through the whole program and the real SDK, against the embedded endpoint.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "a test may fail by panicking"
)]

#[path = "replay/bench.rs"]
mod bench;
#[path = "replay/ends.rs"]
mod ends;
#[cfg(unix)]
#[path = "replay/killed.rs"]
mod killed;
#[path = "replay/many.rs"]
mod many;
#[path = "replay/one.rs"]
mod one;
