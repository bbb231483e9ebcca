//! From settings to clients, with everything checked that can be before the first request.

use std::time::Duration;

use aws_config::profile::ProfileFileCredentialsProvider;
use aws_config::provider_config::ProviderConfig;
use aws_config::retry::RetryConfig;
use aws_config::timeout::TimeoutConfig;
use aws_config::{BehaviorVersion, ConfigLoader, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_credential_types::provider::ProvideCredentials;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::os_shim_internal::{Env, Fs};

use super::profile::{self, Local, Login};
use super::{AwsError, Clients, Settings, http, sdk_error};

const CONNECT: Duration = Duration::from_secs(5);
/// A page of FilterLogEvents may be searched for this long before its first byte comes.
const READ: Duration = Duration::from_secs(30);
/// A synchronous invocation answers when the function ends, after 15 minutes at most.
const INVOKE: Duration = Duration::from_mins(16);
/// The instance metadata service, asked last, is given up by then.
const CREDENTIALS: Duration = Duration::from_secs(15);

/// Makes the clients, and checks that there is a profile, a region and credentials.
///
/// # Errors
/// What is missing, and the command or flag that gives it.
pub async fn connect(settings: &Settings) -> Result<Clients, AwsError> {
    let local = match settings.keys {
        // Nothing of the user's own set-up matters to an endpoint with keys of its own.
        Some(_) => Local {
            endpoint_url: settings.endpoint_url.clone(),
            ca_bundle: settings.ca_bundle.clone(),
            region: settings.region.clone(),
            ..Local::default()
        },
        None => profile::look(settings, &Env::real(), &Fs::real()).await?,
    };
    check_endpoint(local.endpoint_url.as_deref())?;
    let http = http_client(settings, &local)?;
    let config = load(settings, &local, http).await;
    let Some(region) = config.region().map(ToString::to_string) else {
        return Err(no_region(&local.login));
    };
    check_credentials(&config, &local.login).await?;
    Ok(clients(&config, &region, local.login))
}

fn check_endpoint(url: Option<&str>) -> Result<(), AwsError> {
    match url {
        Some(url) if !url.starts_with("http://") && !url.starts_with("https://") => Err(AwsError::Configuration {
            problem: format!("{url} is no endpoint URL"),
            mend: "begin it with http:// or https://, in --endpoint-url or AWS_ENDPOINT_URL".into(),
        }),
        _ => Ok(()),
    }
}

fn http_client(settings: &Settings, local: &Local) -> Result<SharedHttpClient, AwsError> {
    let endpoint = local.endpoint_url.as_deref();
    let is_plain = endpoint.is_some_and(|url| url.starts_with("http://"));
    if is_plain && settings.keys.is_some() {
        return Ok(http::plain_client());
    }
    http::client(local.ca_bundle.as_deref(), http::proxy(endpoint))
}

async fn load(settings: &Settings, local: &Local, http: SharedHttpClient) -> SdkConfig {
    let region = local.region.clone().map(Region::new);
    let provider = ProviderConfig::default().with_http_client(http.clone()).with_region(region.clone());
    let mut loader = aws_config::defaults(BehaviorVersion::latest()).http_client(http);
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
    with_credentials(loader, settings, &provider).load().await
}

/// Keys win over everything; a profile given by flag wins over keys in the environment, as with the AWS CLI.
fn with_credentials(loader: ConfigLoader, settings: &Settings, provider: &ProviderConfig) -> ConfigLoader {
    if let Some(keys) = &settings.keys {
        return loader.credentials_provider(Credentials::from_keys(&keys.id, &keys.secret, None));
    }
    let Some(name) = &settings.profile else {
        return loader;
    };
    loader
        .credentials_provider(ProfileFileCredentialsProvider::builder().configure(provider).profile_name(name).build())
}

fn no_region(login: &Login) -> AwsError {
    AwsError::Configuration {
        problem: "no AWS region is set".into(),
        mend: format!("give --region, set AWS_REGION, or run: {}", login.region_command()),
    }
}

async fn check_credentials(config: &SdkConfig, login: &Login) -> Result<(), AwsError> {
    let Some(provider) = config.credentials_provider() else {
        return Err(sdk_error::no_credentials(login));
    };
    match tokio::time::timeout(CREDENTIALS, provider.provide_credentials()).await {
        Ok(Ok(_)) => Ok(()),
        Ok(Err(error)) => Err(sdk_error::of_credentials(&error, login)),
        Err(_) => Err(sdk_error::no_credentials(login)),
    }
}

fn clients(config: &SdkConfig, region: &str, login: Login) -> Clients {
    let quick = timeouts(READ);
    let patient = timeouts(INVOKE);
    let lambda = |timeouts: &TimeoutConfig| {
        aws_sdk_lambda::Client::from_conf(
            aws_sdk_lambda::config::Builder::from(config)
                .retry_config(RetryConfig::disabled())
                .timeout_config(timeouts.clone())
                .build(),
        )
    };
    Clients {
        logs: aws_sdk_cloudwatchlogs::Client::from_conf(
            aws_sdk_cloudwatchlogs::config::Builder::from(config)
                .retry_config(RetryConfig::disabled())
                .timeout_config(quick.clone())
                .build(),
        ),
        lambda: lambda(&quick),
        invoke: lambda(&patient),
        sts: aws_sdk_sts::Client::from_conf(
            aws_sdk_sts::config::Builder::from(config)
                .retry_config(RetryConfig::disabled())
                .timeout_config(quick.clone())
                .build(),
        ),
        region: region.into(),
        login,
    }
}

fn timeouts(read: Duration) -> TimeoutConfig {
    TimeoutConfig::builder().connect_timeout(CONNECT).read_timeout(read).operation_timeout(read + CONNECT).build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn an_endpoint_needs_a_scheme() {
        let settings = Settings {
            endpoint_url: Some("localhost:4566".into()),
            keys: Some(crate::aws::Keys { id: "a".into(), secret: "b".into() }),
            region: Some("eu-central-1".into()),
            ..Settings::default()
        };
        let error = connect(&settings).await.unwrap_err();
        assert_eq!(
            error.to_string(),
            "localhost:4566 is no endpoint URL; begin it with http:// or https://, in --endpoint-url or AWS_ENDPOINT_URL"
        );
        assert_eq!(error.exit_kind().code(), 253);
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
