//! Ctrl-C and SIGTERM, which end a follow without an error.

/// Returns when the user or the system asks the program to stop.
pub(super) async fn stopped() {
    #[cfg(unix)]
    {
        use tokio::signal::unix::{SignalKind, signal};
        if let Ok(mut terminate) = signal(SignalKind::terminate()) {
            tokio::select! {
                _ = terminate.recv() => return,
                () = ctrl_c() => return,
            }
        }
    }
    ctrl_c().await;
}

async fn ctrl_c() {
    if tokio::signal::ctrl_c().await.is_err() {
        // Without a handler the default one ends the process.
        std::future::pending::<()>().await;
    }
}
