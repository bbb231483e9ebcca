//! What is written for scripts, pipes and people without a terminal.

mod account;
pub mod export;
pub mod jsonl;
pub mod replay;
mod summary;
pub mod text;
pub mod wiring;

pub use account::{account, write_account};
pub use summary::Summary;
