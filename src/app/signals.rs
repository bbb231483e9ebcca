//! What the system tells a process in a terminal.

use std::io;

/// A signal that the board answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[cfg_attr(not(unix), expect(dead_code, reason = "only Unix stops a process from its terminal"))]
pub(super) enum Signal {
    /// Leave, and give the terminal back.
    End,
    /// Give the terminal back and stop, until it is continued.
    Stop,
    /// The process runs again after it was stopped.
    Resumed,
}

#[cfg(unix)]
pub(super) use unix::Signals;

#[cfg(unix)]
mod unix {
    use tokio::signal::unix::{Signal as Stream, SignalKind, signal};

    use super::{Signal, io};

    /// SIGTERM, SIGHUP, SIGINT, SIGTSTP and SIGCONT.
    pub(in crate::app) struct Signals {
        terminate: Stream,
        hang_up: Stream,
        interrupt: Stream,
        stop: Stream,
        resume: Stream,
    }

    impl Signals {
        pub(in crate::app) fn listen() -> io::Result<Self> {
            Ok(Self {
                terminate: signal(SignalKind::terminate())?,
                hang_up: signal(SignalKind::hangup())?,
                interrupt: signal(SignalKind::interrupt())?,
                stop: signal(SignalKind::from_raw(rustix::process::Signal::TSTP.as_raw()))?,
                resume: signal(SignalKind::from_raw(rustix::process::Signal::CONT.as_raw()))?,
            })
        }

        pub(in crate::app) async fn next(&mut self) -> Signal {
            tokio::select! {
                _ = self.terminate.recv() => Signal::End,
                _ = self.hang_up.recv() => Signal::End,
                _ = self.interrupt.recv() => Signal::End,
                _ = self.stop.recv() => Signal::Stop,
                _ = self.resume.recv() => Signal::Resumed,
            }
        }
    }
}

#[cfg(not(unix))]
pub(super) use other::Signals;

#[cfg(not(unix))]
mod other {
    use super::{Signal, io};

    /// Ctrl-C from outside the board.
    pub(in crate::app) struct Signals;

    impl Signals {
        pub(in crate::app) fn listen() -> io::Result<Self> {
            Ok(Self)
        }

        pub(in crate::app) async fn next(&mut self) -> Signal {
            match tokio::signal::ctrl_c().await {
                Ok(()) => Signal::End,
                Err(_) => std::future::pending().await,
            }
        }
    }
}
