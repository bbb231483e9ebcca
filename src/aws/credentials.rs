//! Credentials that are checked before the first request, and kept for it.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{self, ProvideCredentials, SharedCredentialsProvider, future};

/// A process may ask the user for a code first.
pub(super) const LIMIT: Duration = Duration::from_mins(1);

/// A provider that is asked once for the check and the first request, and never waited for longer than [`LIMIT`].
///
/// Some providers run a program or want a code typed in: whoever asks twice makes the user type twice.
#[derive(Debug)]
pub(super) struct Checked {
    provider: SharedCredentialsProvider,
    fetched: Mutex<Option<Credentials>>,
}

impl Checked {
    pub(super) async fn new(provider: SharedCredentialsProvider) -> Result<Self, CredentialsError> {
        let fetched = within_limit(&provider).await?;
        Ok(Self { provider, fetched: Mutex::new(Some(fetched)) })
    }

    async fn next(&self) -> provider::Result {
        let fetched = self.fetched.lock().unwrap_or_else(PoisonError::into_inner).take();
        match fetched {
            Some(credentials) => Ok(credentials),
            None => within_limit(&self.provider).await,
        }
    }
}

impl ProvideCredentials for Checked {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.next())
    }
}

async fn within_limit(provider: &SharedCredentialsProvider) -> provider::Result {
    match tokio::time::timeout(LIMIT, provider.provide_credentials()).await {
        Ok(answer) => answer.and_then(sendable),
        // The last ones known may still do, as with instance metadata.
        Err(_) => provider.fallback_on_interrupt().ok_or_else(|| CredentialsError::provider_timed_out(LIMIT)),
    }
}

/// Keys become part of a header, and the SDK panics at one with a line break, as a careless copy may have.
fn sendable(credentials: Credentials) -> provider::Result {
    let parts = [
        ("access key id", credentials.access_key_id()),
        ("session token", credentials.session_token().unwrap_or_default()),
    ];
    match parts.iter().find(|(_, value)| !value.chars().all(|c| c.is_ascii_graphic())) {
        Some((name, _)) => {
            Err(CredentialsError::invalid_configuration(format!("the {name} holds a space or another odd character")))
        }
        None => Ok(credentials),
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    #[derive(Debug, Default)]
    struct Counting(Arc<AtomicU32>);

    impl ProvideCredentials for Counting {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            let number = self.0.fetch_add(1, Ordering::Relaxed);
            future::ProvideCredentials::ready(Ok(Credentials::from_keys(number.to_string(), "s", None)))
        }
    }

    #[derive(Debug)]
    struct Silent;

    impl ProvideCredentials for Silent {
        fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
        where
            Self: 'a,
        {
            future::ProvideCredentials::new(std::future::pending())
        }
    }

    #[tokio::test]
    async fn the_first_request_takes_what_was_checked() {
        let counting = Counting::default();
        let asked = Arc::clone(&counting.0);
        let checked = Checked::new(SharedCredentialsProvider::new(counting)).await.unwrap();
        assert_eq!(checked.provide_credentials().await.unwrap().access_key_id(), "0");
        assert_eq!(asked.load(Ordering::Relaxed), 1);
        assert_eq!(checked.provide_credentials().await.unwrap().access_key_id(), "1");
    }

    #[tokio::test(start_paused = true)]
    async fn a_provider_that_says_nothing_is_given_up() {
        let error = Checked::new(SharedCredentialsProvider::new(Silent)).await.unwrap_err();
        assert!(matches!(error, CredentialsError::ProviderTimedOut(_)), "{error:?}");
    }

    #[tokio::test]
    async fn keys_that_cannot_be_sent_are_refused() {
        for (id, token) in [("A\nB", None), ("A", Some("t\n".to_owned()))] {
            let keys = Credentials::from_keys(id, "s", token);
            let error = Checked::new(SharedCredentialsProvider::new(keys)).await.unwrap_err();
            assert!(matches!(error, CredentialsError::InvalidConfiguration(_)), "{error:?}");
        }
    }
}
