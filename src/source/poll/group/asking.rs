//! Asking for pages, and what is done when they do not come.

use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Group;
use crate::aws::{AwsError, LogPage, LogRange, Recovery};
use crate::source::patience::{PATIENCE, Standing};
use crate::source::{self, SourceError, Status, backoff};

/// What comes of asking for a page.
pub(super) enum Paged {
    Page(LogPage),
    /// The token is not taken.
    Refused(AwsError),
}

impl Group<'_> {
    /// One page, however often it has to be asked for.
    pub(super) async fn page(&mut self, range: &LogRange, token: Option<&str>) -> Result<Paged, SourceError> {
        loop {
            self.shared.limiter.acquire().await;
            let asked = self.ask(range, token).await;
            self.shared.count(source::asked(&asked));
            match asked {
                Ok(page) => {
                    self.shared.limiter.answered();
                    self.backoff.reset();
                    self.shared.answered.store(true, Ordering::Relaxed);
                    self.found = true;
                    return Ok(Paged::Page(page));
                }
                Err(error) if error.recovery() == Recovery::Restart => return Ok(Paged::Refused(error)),
                Err(error) => self.endure(error).await?,
            }
        }
    }

    /// Waits after a failure that may pass; gives back one that will not, or has not for too long.
    pub(super) async fn endure(&mut self, error: AwsError) -> Result<(), SourceError> {
        let recovery = error.recovery();
        if self.standing().gives_up(&error) {
            return Err(error.into());
        }
        tracing::debug!(%error, "will be tried again");
        let throttled = recovery == Recovery::SlowDown;
        if throttled {
            self.shared.limiter.throttled();
            self.cadence.slow_down();
        }
        let wait = self.backoff.next(backoff::random());
        self.wait(wait, &error, throttled).await;
        if recovery == Recovery::LogIn {
            self.shared.connection.renew().await;
        }
        Ok(())
    }

    fn standing(&self) -> Standing {
        Standing {
            follows: self.follows(),
            patient: self.options.patient,
            answered: self.shared.answered.load(Ordering::Relaxed),
            found: self.found,
            failures: self.backoff.failures(),
        }
    }

    async fn wait(&self, wait: Duration, error: &AwsError, throttled: bool) {
        self.tell(Status::Retrying { wait, reason: error.to_string(), throttled }).await;
        tokio::time::sleep(wait).await;
    }

    /// Waits before a range is read from its start because a page token was refused. That happens to a token that
    /// was kept too long; only if it goes on so is it trouble.
    pub(super) async fn restart(&mut self, error: AwsError) -> Result<(), SourceError> {
        let before = self.refused.failures();
        if before >= PATIENCE && !self.follows() {
            return Err(error.into());
        }
        tracing::debug!(%error, "reading the range again");
        let wait = self.refused.next(backoff::random());
        if before > 0 {
            self.wait(wait, &error, false).await;
        }
        Ok(())
    }

    async fn ask(&self, range: &LogRange, token: Option<&str>) -> Result<LogPage, AwsError> {
        self.shared.connection.of(&range.group).await?.log_page(range, token).await
    }
}
