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
pub use error::{InvocationError, Owner, StackFrame};
pub use finder::Finder;
pub use fingerprint::Fingerprint;
pub use invocation::{InvocationRecord, Kind};
pub use label::Label;
pub use masks::Masks;
pub use reason::Reason;
pub use time::epoch_millis;

/// Where in `bytes` the first line may begin to matter to a [`Finder`] that is idle: a brace, or a record's words.
#[must_use]
pub fn may_matter_from(bytes: &[u8]) -> Option<usize> {
    let brace = memchr::memchr(b'{', bytes);
    extract::key_in(&bytes[..brace.unwrap_or(bytes.len())]).or(brace)
}
pub use view::{BatchInfo, NotARecord, RecordView};
