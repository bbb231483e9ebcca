//! `arrivals`: a terminal inspector for AWS Lambda destination events.
//!
//! The rooms and who may use whom are written down in `tests/architecture.rs`, which also checks them.

pub mod aws;
pub mod local;
pub mod log;
pub mod output;
pub mod record;
pub mod source;
