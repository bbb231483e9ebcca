//! Invocation records: what Lambda tells a destination of an asynchronous invocation.
//!
//! The shapes follow recordings of the service (invocation record version 1.0): only `version`, `requestContext`
//! with a `condition`, and a `requestId` or `functionArn` can be relied on; everything else is absent in some real record.

mod arn;
mod arrival;
mod assemble;
mod attempt;
mod batch;
mod condition;
mod crash;
mod dead_letter;
mod deliveries;
mod dull;
mod error;
mod extract;
mod finder;
mod fingerprint;
mod invocation;
pub mod jq;
pub mod json;
mod label;
pub(crate) mod latest;
mod masks;
mod prints;
mod reason;
mod redacted;
mod repr;
mod restore;
mod time;
mod view;

pub use arn::FunctionArn;
pub use arrival::{Arrival, Envelope, Found, Kept, NotReplayable, Unreadable};
pub use attempt::{Attempt, attempts};
pub use batch::Batch;
pub use condition::{Condition, Outcome};
pub use crash::{Crash, Ending};
pub use dull::DullObjects;
pub use error::{InvocationError, Owner, StackFrame};
pub use finder::{Finder, Uncounted, may_begin};
pub use fingerprint::Fingerprint;
pub use invocation::{InvocationRecord, Kind};
pub use label::Label;
pub use masks::Masks;
pub use reason::Reason;
pub use time::epoch_millis;
pub use view::{BatchInfo, NotARecord, RecordView};

/// Where in `bytes` the word stands that every record holds.
#[must_use]
pub fn key_in(bytes: &[u8]) -> Option<usize> {
    extract::key_in(bytes)
}

/// Whether nothing that a function printed goes on behind a line: the platform writes it around an invocation.
#[must_use]
pub fn ends_prints(line: &[u8]) -> bool {
    assemble::ends_prints(line)
}

/// Bytes of the word that [`key_in`] finds.
pub const KEY: usize = extract::WORD.len();
