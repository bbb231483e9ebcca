//! Asking a reader to end.

use std::sync::Arc;

use tokio::sync::watch;

/// Asks a reader to end with what it has read so far. Clones stand for the same read.
#[derive(Debug, Clone)]
pub struct Stopper(Arc<watch::Sender<bool>>);

impl Default for Stopper {
    fn default() -> Self {
        Self(Arc::new(watch::Sender::new(false)))
    }
}

impl Stopper {
    /// The reader gives what waits for further events, and then its end.
    pub fn stop(&self) {
        self.0.send_replace(true);
    }

    /// Whether it was asked to.
    #[must_use]
    pub fn is_stopped(&self) -> bool {
        *self.0.borrow()
    }

    /// Waits until it is asked to.
    pub async fn stopped(&self) {
        // The sender lives as long as this.
        let _ = self.0.subscribe().wait_for(|stopped| *stopped).await;
    }
}
