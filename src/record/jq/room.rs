//! A stack for what calls itself as deep as its input is nested.

use std::cell::Cell;
use std::panic::resume_unwind;
use std::thread::{self, Builder};

/// Bytes of that stack: address space, of which only what is used becomes memory.
const ROOM: usize = 256 * 1024 * 1024;

thread_local! {
    static HAS_ROOM: Cell<bool> = const { Cell::new(false) };
}

/// Does `work` on a stack that no expression overflows; a thread of its own is started where this one has none.
///
/// Whoever runs many expressions wraps all of them, so that one thread does for all.
pub fn with_room<T: Send>(work: impl FnOnce() -> T + Send) -> T {
    if HAS_ROOM.get() {
        return work();
    }
    let roomy = || {
        HAS_ROOM.set(true);
        work()
    };
    thread::scope(|scope| match Builder::new().name("jq".into()).stack_size(ROOM).spawn_scoped(scope, roomy) {
        Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
        Err(error) => resume_unwind(Box::new(format!("no thread for a jq expression: {error}"))),
    })
}
