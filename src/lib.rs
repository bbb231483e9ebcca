//! `arrivals`: a terminal inspector for AWS Lambda destination events.
//!
//! The rooms and who may use whom are written down in `tests/architecture.rs`, which also checks them.

pub mod app;
pub mod aws;
pub mod board;
pub mod cli;
pub mod config;
pub mod local;
pub mod log;
pub mod output;
pub mod record;
pub mod replay;
pub mod source;
pub mod ui;
pub mod wiring;
