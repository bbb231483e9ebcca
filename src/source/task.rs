//! The task that a source runs in.

use tokio::sync::mpsc;
use tokio::task::JoinSet;

use super::{CHANNEL, SourceError, SourceUpdate};

/// Runs `work` in a task of the current runtime, and tells how it ended, also when it panicked.
///
/// Dropping the receiver ends the task.
pub(super) fn start<F, W>(work: F) -> mpsc::Receiver<SourceUpdate>
where
    F: FnOnce(mpsc::Sender<SourceUpdate>) -> W,
    W: Future<Output = Result<(), SourceError>> + Send + 'static,
{
    let (updates, receiver) = mpsc::channel(CHANNEL);
    // A set aborts its tasks when it is dropped, also while the runtime shuts down.
    let mut working = JoinSet::new();
    working.spawn(work(updates.clone()));
    tokio::spawn(async move {
        let joined = tokio::select! {
            () = updates.closed() => return,
            Some(joined) = working.join_next() => joined,
        };
        let result = joined.unwrap_or_else(|error| Err(SourceError::Internal(error.to_string())));
        // Nobody needs to know when nobody listens.
        let _ = updates.send(SourceUpdate::Ended(result)).await;
    });
    receiver
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_panic_is_told_as_the_end() {
        let mut updates = start(|_updates| async { panic!("lost the thread") });
        let Some(SourceUpdate::Ended(Err(error))) = updates.recv().await else { panic!("no end") };
        assert!(matches!(error, SourceError::Internal(_)));
        let text = error.to_string();
        assert!(text.starts_with("reading stopped unexpectedly: ") && text.contains("lost the thread"), "{text}");
        assert!(updates.recv().await.is_none());
    }

    #[tokio::test]
    async fn dropping_the_receiver_ends_the_work() {
        let (held, released) = tokio::sync::oneshot::channel::<()>();
        let updates = start(|_updates| async move {
            let _held = held;
            std::future::pending().await
        });
        drop(updates);
        assert!(released.await.is_err());
    }
}
