//! What is written for scripts, pipes and people without a terminal.

pub mod jsonl;
mod summary;
pub mod text;

pub use summary::Summary;
