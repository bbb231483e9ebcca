//! Following log groups through the AWS SDK, against the embedded endpoint and against one that plays a script.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test's helper fails the test as the test itself does")]

#[path = "tail/answers.rs"]
mod answers;
#[path = "tail/archive.rs"]
mod archive;
#[path = "tail/bench.rs"]
mod bench;
#[path = "tail/broken.rs"]
mod broken;
#[cfg(unix)]
#[path = "tail/choices.rs"]
mod choices;
#[path = "tail/clients.rs"]
mod clients;
#[path = "tail/following.rs"]
mod following;
#[path = "tail/groups.rs"]
mod groups;
#[path = "tail/insights.rs"]
mod insights;
#[path = "tail/late.rs"]
mod late;
#[path = "tail/live.rs"]
mod live;
#[path = "tail/login.rs"]
mod login;
#[path = "tail/program.rs"]
mod program;
#[path = "tail/reaching.rs"]
mod reaching;
#[path = "tail/refusals.rs"]
mod refusals;
#[path = "tail/script.rs"]
mod script;
#[cfg(unix)]
#[path = "common/session.rs"]
mod session;
#[cfg(unix)]
#[path = "tail/shown.rs"]
mod shown;
#[path = "tail/trouble.rs"]
mod trouble;
#[cfg(unix)]
#[path = "tail/wrong.rs"]
mod wrong;
