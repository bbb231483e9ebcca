//! From settings to clients, with everything checked that can be before the first request.

use std::sync::Arc;
use std::time::Duration;

use aws_config::identity::IdentityCache;
use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::os_shim_internal::{Env, Fs};
use hyper::Uri;

use super::credentials::Checked;
use super::host_prefix::NoHostPrefix;
use super::profile::{self, Local, Login};
use super::telling::Telling;
use super::{AwsError, Clients, Keys, Settings, credentials, http, sdk_error};
use crate::log::visible;

const CONNECT: Duration = Duration::from_secs(5);
/// A page of FilterLogEvents may be searched for this long before its first byte comes.
const READ: Duration = Duration::from_secs(30);
/// A synchronous invocation answers when the function ends, after 15 minutes at most.
const INVOKE: Duration = Duration::from_mins(16);

/// Makes the clients, and checks that there is a profile, a region and credentials.
///
/// # Errors
/// What is missing, and the command or flag that gives it.
pub async fn connect(settings: &Settings) -> Result<Clients, AwsError> {
    let (config, login) = match &settings.keys {
        Some(keys) => (with_keys(settings, keys)?, Login::default()),
        None => configured(settings).await?,
    };
    let Some(region) = config.region().map(ToString::to_string) else {
        return Err(no_region(&login));
    };
    check_region(&region)?;
    // The SDK's own repetition would hide the wait, and could invoke a function twice.
    let config = config.into_builder().retry_config(RetryConfig::disabled()).build();
    let config = if settings.keys.is_some() { config } else { checked(config, &login).await? };
    Ok(clients(&config, &region, login, settings))
}

/// Nothing of the user's own set-up matters to an endpoint with keys of its own: neither files nor environment are
/// looked at.
fn with_keys(settings: &Settings, keys: &Keys) -> Result<SdkConfig, AwsError> {
    let endpoint = settings.endpoint_url.as_deref();
    check_endpoint(endpoint)?;
    let http = if endpoint.is_some_and(|url| url.starts_with("http://")) {
        http::plain_client()
    } else {
        http::client(settings.ca_bundle.as_deref(), ProxyConfig::disabled())?
    };
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(settings.region.clone().map(Region::new))
        .credentials_provider(SharedCredentialsProvider::new(Credentials::from_keys(&keys.id, &keys.secret, None)))
        .http_client(http);
    config.set_endpoint_url(settings.endpoint_url.clone());
    Ok(config.build())
}

/// What flags, environment and configuration files say together.
async fn configured(settings: &Settings) -> Result<(SdkConfig, Login), AwsError> {
    let local = profile::look(settings, &Env::real(), &Fs::real()).await?;
    let endpoint = local.endpoint_url.as_deref();
    check_endpoint(endpoint)?;
    let http = http::client(local.ca_bundle.as_deref(), http::proxy(endpoint))?;
    Ok((load(settings, &local, http).await, local.login))
}

/// The SDK takes an impossible endpoint or region for one that cannot be reached just now.
fn check_endpoint(url: Option<&str>) -> Result<(), AwsError> {
    let Some(url) = url else { return Ok(()) };
    let parsed = url.parse::<Uri>().ok();
    if parsed.is_some_and(|uri| uri.host().is_some() && matches!(uri.scheme_str(), Some("http" | "https"))) {
        return Ok(());
    }
    Err(AwsError::Configuration {
        problem: format!("{} is no endpoint URL", visible(url)),
        mend: "give one such as http://localhost:4566, in --endpoint-url or AWS_ENDPOINT_URL".into(),
    })
}

fn check_region(region: &str) -> Result<(), AwsError> {
    if region.chars().all(|c| c.is_ascii_alphanumeric() || c == '-') && region.len() < 64 {
        return Ok(());
    }
    Err(AwsError::Configuration {
        problem: format!("{} is no AWS region", visible(region)),
        mend: "give one such as eu-central-1, in --region, AWS_REGION or the profile".into(),
    })
}

async fn load(settings: &Settings, local: &Local, http: SharedHttpClient) -> SdkConfig {
    let region = local.region.clone().map(Region::new);
    // Providers of credentials do repeat their requests. Left to itself, the loader would read how often from the
    // environment, and panic at what other tools take there, such as the mode `legacy`.
    let retries = RetryConfig::standard();
    let provider = ProviderConfig::default()
        .with_http_client(http.clone())
        .with_region(region.clone())
        .with_retry_config(retries.clone());
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http).retry_config(retries);
    // Without one the SDK goes on to ask the instance that it may run on.
    if let Some(region) = region {
        loader = loader.region(region);
    }
    if let Some(url) = &settings.endpoint_url {
        loader = loader.endpoint_url(url);
    }
    if let Some(name) = local.login.profile() {
        loader = loader.profile_name(name);
    }
    // A profile given by flag wins over keys in the environment, as with the AWS CLI.
    if let Some(name) = &settings.profile {
        let profile = ProfileFileCredentialsProvider::builder().configure(&provider).profile_name(name);
        loader = loader.credentials_provider(profile.build());
    }
    loader.load().await
}

fn no_region(login: &Login) -> AwsError {
    AwsError::Configuration {
        problem: "no AWS region is set".into(),
        mend: format!("give --region, set AWS_REGION, or run: {}", login.region_command()),
    }
}

/// Fetches credentials, and has the clients begin with them.
async fn checked(config: SdkConfig, login: &Login) -> Result<SdkConfig, AwsError> {
    let Some(provider) = config.credentials_provider() else {
        return Err(sdk_error::no_credentials(login));
    };
    let checked = Checked::new(provider).await.map_err(|error| sdk_error::of_credentials(&error, login))?;
    // The provider's own limit comes first and says what it was that took so long.
    let cache = IdentityCache::lazy().load_timeout(credentials::LIMIT + CONNECT).build();
    Ok(config
        .into_builder()
        .credentials_provider(SharedCredentialsProvider::new(checked))
        .identity_cache(cache)
        .build())
}

fn clients(config: &SdkConfig, region: &str, login: Login, settings: &Settings) -> Clients {
    let quick = config.clone().into_builder().timeout_config(timeouts(READ)).build();
    let patient = config.clone().into_builder().timeout_config(timeouts(INVOKE)).build();
    Clients {
        logs: logs(&quick),
        lambda: lambda(&quick),
        invoke: lambda(&patient),
        metrics: aws_sdk_cloudwatch::Client::from_conf(
            aws_sdk_cloudwatch::config::Builder::from(&quick).interceptor(Telling).build(),
        ),
        sts: aws_sdk_sts::Client::from_conf(aws_sdk_sts::config::Builder::from(&quick).interceptor(Telling).build()),
        region: region.into(),
        login,
        endpoint: config.endpoint_url().map(Arc::from),
        // With keys of its own, an endpoint is called straight.
        proxy: http::proxy_in_use(config.endpoint_url()).filter(|_| settings.keys.is_none()).map(Arc::from),
        settings: Arc::new(settings.clone()),
    }
}

fn lambda(config: &SdkConfig) -> aws_sdk_lambda::Client {
    aws_sdk_lambda::Client::from_conf(aws_sdk_lambda::config::Builder::from(config).interceptor(Telling).build())
}

/// With an endpoint of one's own, nothing is put before its host.
fn logs(config: &SdkConfig) -> aws_sdk_cloudwatchlogs::Client {
    let builder = aws_sdk_cloudwatchlogs::config::Builder::from(config).interceptor(Telling);
    let builder = if config.endpoint_url().is_some() { builder.interceptor(NoHostPrefix) } else { builder };
    aws_sdk_cloudwatchlogs::Client::from_conf(builder.build())
}

/// The whole of an operation may begin with fetching credentials.
fn timeouts(read: Duration) -> TimeoutConfig {
    TimeoutConfig::builder()
        .connect_timeout(CONNECT)
        .read_timeout(read)
        .operation_timeout(credentials::LIMIT + CONNECT + read)
        .build()
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn refusal(endpoint: &str, region: &str) -> String {
        let settings = Settings {
            endpoint_url: Some(endpoint.into()),
            keys: Some(Keys { id: "a".into(), secret: "b".into() }),
            region: Some(region.into()),
            ..Settings::default()
        };
        let error = connect(&settings).await.unwrap_err();
        assert_eq!(error.exit_kind().code(), 253);
        error.to_string()
    }

    #[tokio::test]
    async fn an_endpoint_needs_a_scheme_and_a_host() {
        for url in ["localhost:4566", "http://", "http://exa mple", "ftp://example.com"] {
            assert_eq!(
                refusal(url, "eu-central-1").await,
                format!(
                    "{url} is no endpoint URL; give one such as http://localhost:4566, in --endpoint-url or AWS_ENDPOINT_URL"
                )
            );
        }
    }

    #[tokio::test]
    async fn a_region_is_a_name() {
        assert_eq!(
            refusal("http://localhost", "eu central").await,
            "eu central is no AWS region; give one such as eu-central-1, in --region, AWS_REGION or the profile"
        );
    }

    #[test]
    fn a_region_is_needed() {
        let error = no_region(&Login::default());
        assert_eq!(
            error.to_string(),
            "no AWS region is set; give --region, set AWS_REGION, or run: aws configure set region REGION"
        );
    }
}
