//! Two things at the same time.

use std::panic::resume_unwind;
use std::thread;

/// Does `there` on a second core while it does `here`, and gives what both give.
pub(super) fn both<A: Send, B>(there: impl FnOnce() -> A + Send, here: impl FnOnce() -> B) -> (A, B) {
    thread::scope(|scope| {
        let other = scope.spawn(there);
        let here = here();
        (other.join().unwrap_or_else(|panic| resume_unwind(panic)), here)
    })
}
