//! Where log events come from, each origin telling the same story through a bounded channel.
//!
//! A source runs in its own task or thread. It finds the records itself, waits when the channel is full, and
//! ends soon after the receiving end is dropped.

pub mod backoff;
pub mod limiter;
pub mod window;
