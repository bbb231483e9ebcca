//! Stopping the way back for a while.

use std::sync::Arc;

use tokio::sync::watch;

/// Stops a read of the past, and lets it go on where it was. Clones stand for the same read.
#[derive(Debug, Clone)]
pub struct Halt {
    is_halted: Arc<watch::Sender<bool>>,
}

impl Default for Halt {
    fn default() -> Self {
        Self { is_halted: Arc::new(watch::Sender::new(false)) }
    }
}

impl Halt {
    /// Asks for nothing older from now on, or lets the read go on.
    pub fn set(&self, is_halted: bool) {
        self.is_halted.send_replace(is_halted);
    }

    /// Whether it is stopped.
    #[must_use]
    pub fn is_set(&self) -> bool {
        *self.is_halted.borrow()
    }

    /// Tells of every change from now on.
    pub(in crate::source) fn watched(&self) -> watch::Receiver<bool> {
        self.is_halted.subscribe()
    }
}
