//! How each runtime reports a failure: the JSON that it answers with and the log line that it writes.
//!
//! Shapes and key orders follow the runtime interface clients that AWS publishes.

pub(crate) mod dotnet;
pub(crate) mod go;
pub(crate) mod java;
pub(crate) mod node;
pub(crate) mod python;
pub(crate) mod ruby;
