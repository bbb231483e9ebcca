//! Invocation records.
