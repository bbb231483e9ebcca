//! The SDK's clients, made once and shared, and its errors in words that say what to do next.
//!
//! Everything follows the AWS CLI: the same flags, environment variables and configuration files, the same
//! order between them, and its exit codes. The SDK retries nothing here: reads are repeated by whoever asked, so
//! that the wait can be shown, and an invocation is never sent twice.

mod bundle;
mod connect;
mod connection;
mod credentials;
mod error;
mod function_log;
mod groups;
mod host_prefix;
mod http;
mod identity;
mod insights;
mod latest;
mod live;
mod logs;
mod names;
mod permission;
mod profile;
mod sdk_error;
mod skew;
mod telling;
mod told;

pub use connect::connect;
pub use connection::Connection;
pub use error::{AwsError, ExitKind, Recovery};
pub use function_log::FunctionLog;
pub use groups::GroupInfo;
pub use identity::Identity;
pub use insights::{LogQuery, QueryAnswer, QueryRow, QueryState};
pub use live::{LiveEnd, LiveRange, LiveSession, LiveUpdate};
pub use logs::{LogPage, LogRange, region_of};

use std::path::PathBuf;
use std::sync::Arc;

use profile::Login;

/// What the AWS flags say; what they leave open comes from the environment and the configuration files.
#[derive(Debug, Clone, Default)]
pub struct Settings {
    /// Name of the profile; its credentials then win over those in the environment.
    pub profile: Option<String>,
    /// Region, such as `eu-central-1`.
    pub region: Option<String>,
    /// Where every service is called instead of AWS.
    pub endpoint_url: Option<String>,
    /// File of further root certificates in PEM form.
    pub ca_bundle: Option<PathBuf>,
    /// Keys that replace every other source of credentials; for the embedded endpoint, which takes any.
    pub keys: Option<Keys>,
}

/// A pair of long-term keys.
#[derive(Clone)]
pub struct Keys {
    /// Access key id.
    pub id: String,
    /// Secret access key.
    pub secret: String,
}

impl std::fmt::Debug for Keys {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Keys(…)")
    }
}

/// One client for each service, over one HTTP client and one set of credentials; cheap to clone.
#[derive(Debug, Clone)]
pub struct Clients {
    /// CloudWatch Logs.
    pub logs: aws_sdk_cloudwatchlogs::Client,
    /// Lambda, for reading configurations.
    pub lambda: aws_sdk_lambda::Client,
    /// Lambda, for invoking: it waits as long as a function may run, and never sends twice.
    pub invoke: aws_sdk_lambda::Client,
    /// CloudWatch, for its metrics.
    pub metrics: aws_sdk_cloudwatch::Client,
    sts: aws_sdk_sts::Client,
    region: Arc<str>,
    login: Login,
    /// What is called instead of AWS.
    endpoint: Option<Arc<str>>,
    /// The proxy that requests go through.
    proxy: Option<Arc<str>>,
    settings: Arc<Settings>,
}

impl Clients {
    /// Makes the clients anew from the same settings: these have read the configuration files once, and never see
    /// the session keys that a later login writes there.
    ///
    /// # Errors
    /// As with [`connect()`].
    pub async fn reconnect(&self) -> Result<Self, AwsError> {
        connect(&self.settings).await
    }

    /// Clients whose Lambda is that of another region; the logs stay where they are.
    #[must_use]
    pub fn at(&self, region: &str) -> Self {
        if *self.region == *region {
            return self.clone();
        }
        let lambda = |client: &aws_sdk_lambda::Client| {
            let region = aws_config::Region::new(region.to_owned());
            aws_sdk_lambda::Client::from_conf(client.config().to_builder().region(region).build())
        };
        Self { lambda: lambda(&self.lambda), invoke: lambda(&self.invoke), ..self.clone() }
    }

    /// Clients with the same settings for another region.
    ///
    /// # Errors
    /// As with [`connect()`].
    pub async fn in_region(&self, region: &str) -> Result<Self, AwsError> {
        connect(&Settings { region: Some(region.to_owned()), ..Settings::clone(&self.settings) }).await
    }

    /// The region that was settled on.
    #[must_use]
    pub fn region(&self) -> &str {
        &self.region
    }

    /// The flags that have the AWS CLI do a command where these clients are: ` --region eu-central-1 --profile prod`.
    #[must_use]
    pub fn command_flags(&self) -> String {
        let profile = self.profile().map(|name| format!(" --profile {name}")).unwrap_or_default();
        let endpoint = self.settings.endpoint_url.as_ref().map(|url| format!(" --endpoint-url {url}"));
        format!(" --region {}{profile}{}", self.region, endpoint.unwrap_or_default())
    }

    /// Endpoint that stands in for AWS, when a flag, the environment or the profile gives one.
    #[must_use]
    pub fn endpoint_url(&self) -> Option<&str> {
        self.endpoint.as_deref()
    }

    /// The profile that was asked for, by flag or environment.
    #[must_use]
    pub fn profile(&self) -> Option<&str> {
        self.login.profile()
    }
}
