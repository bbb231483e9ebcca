//! Clients that are there when somebody first needs them.

use std::sync::Arc;

use tokio::sync::Mutex;

use super::{AwsError, Clients, Settings, connect};

/// A way to AWS that is taken on the first need; clones share the clients.
///
/// A failure is not kept: the next need tries again, since the user may have logged in meanwhile.
#[derive(Debug, Clone)]
pub struct Connection {
    settings: Arc<Settings>,
    clients: Arc<Mutex<Option<Clients>>>,
}

impl Connection {
    /// A connection by these settings; nothing is looked at yet.
    #[must_use]
    pub fn lazy(settings: Settings) -> Self {
        Self { settings: Arc::new(settings), clients: Arc::default() }
    }

    /// A connection that is there already.
    #[must_use]
    pub fn ready(clients: Clients) -> Self {
        Self { settings: Arc::clone(&clients.settings), clients: Arc::new(Mutex::new(Some(clients))) }
    }

    /// The clients, made now if this is the first need. Who asks meanwhile waits for the same ones.
    ///
    /// # Errors
    /// As with [`connect()`].
    pub async fn clients(&self) -> Result<Clients, AwsError> {
        let mut clients = self.clients.lock().await;
        if let Some(clients) = &*clients {
            return Ok(clients.clone());
        }
        let made = connect(&self.settings).await?;
        Ok(clients.insert(made).clone())
    }

    /// The profile that the settings name; `None` leaves it to the environment.
    #[must_use]
    pub fn profile(&self) -> Option<&str> {
        self.settings.profile.as_deref()
    }

    /// Forgets the clients, so that the next need reads the configuration files anew: after a login has expired.
    pub async fn forget(&self) {
        *self.clients.lock().await = None;
    }
}

#[cfg(test)]
mod tests {
    use super::super::Keys;
    use super::*;

    fn settings(region: Option<&str>) -> Settings {
        Settings {
            region: region.map(str::to_owned),
            endpoint_url: Some("http://127.0.0.1:9".to_owned()),
            keys: Some(Keys { id: "a".to_owned(), secret: "b".to_owned() }),
            ..Settings::default()
        }
    }

    #[tokio::test]
    async fn clients_are_made_once_and_anew_when_forgotten() {
        let connection = Connection::lazy(settings(Some("eu-central-1")));
        let first = connection.clients().await.expect("clients");
        let second = connection.clone().clients().await.expect("clients");
        assert!(Arc::ptr_eq(&first.settings, &second.settings));
        connection.forget().await;
        let third = connection.clients().await.expect("clients");
        assert!(!Arc::ptr_eq(&first.settings, &third.settings));
        assert_eq!(third.region(), "eu-central-1");
    }

    #[tokio::test]
    async fn a_failure_is_not_kept() {
        let connection = Connection::lazy(settings(None));
        for _ in 0..2 {
            let error = connection.clients().await.expect_err("no region");
            assert!(error.to_string().starts_with("no AWS region is set"), "{error}");
        }
    }
}
