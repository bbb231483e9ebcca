//! An endpoint and the SDK's clients, ready to be used by a test.

use std::time::{Duration, Instant};

use arrivals::local::{Endpoint, Options};
use aws_config::retry::RetryConfig;
use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_credential_types::Credentials;
use aws_sdk_cloudwatchlogs::types::FilteredLogEvent;
use aws_sdk_lambda::operation::RequestId;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::InvocationType;
use aws_smithy_http_client::tls::Provider;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use serde_json::Value;

/// Where the records land.
pub(crate) const RECEIVER: &str = "/aws/lambda/receiver";

/// An endpoint and the clients that talk to it, without retries of their own.
pub(crate) struct Bench {
    pub(crate) endpoint: Endpoint,
    pub(crate) lambda: aws_sdk_lambda::Client,
    pub(crate) logs: aws_sdk_cloudwatchlogs::Client,
    pub(crate) config: SdkConfig,
}

impl Bench {
    /// An endpoint whose minute takes ten milliseconds.
    pub(crate) async fn fast() -> Self {
        Self::of(Options { time_scale: 6000.0, ..Options::default() }).await
    }

    /// An endpoint with these options.
    pub(crate) async fn of(options: Options) -> Self {
        let endpoint = Endpoint::start(options).await.unwrap();
        let config = sdk(&endpoint).await;
        let (lambda, logs) = (aws_sdk_lambda::Client::new(&config), aws_sdk_cloudwatchlogs::Client::new(&config));
        Self { endpoint, lambda, logs, config }
    }

    /// Invokes asynchronously and gives the request id.
    pub(crate) async fn event(&self, function: &str, payload: &str) -> String {
        let call = self.lambda.invoke().function_name(function).invocation_type(InvocationType::Event);
        let answer = call.payload(Blob::new(payload)).send().await.unwrap();
        assert_eq!(answer.status_code(), 202);
        assert!(answer.payload().is_none_or(|payload| payload.as_ref().is_empty()));
        answer.request_id().unwrap().to_owned()
    }

    /// All events of a group that match a pattern, over all pages.
    pub(crate) async fn find(&self, group: &str, pattern: &str) -> Vec<FilteredLogEvent> {
        let query = self.logs.filter_log_events().log_group_name(group).filter_pattern(pattern);
        let (mut pages, mut found) = (query.into_paginator().send(), Vec::new());
        while let Some(page) = pages.next().await {
            found.extend(page.unwrap().events.unwrap_or_default());
        }
        found
    }

    /// As many events of a group that match a pattern, once they are there.
    pub(crate) async fn awaited(&self, group: &str, pattern: &str, count: usize) -> Vec<FilteredLogEvent> {
        let deadline = Instant::now() + Duration::from_secs(30);
        loop {
            let found = self.find(group, pattern).await;
            if found.len() >= count {
                return found;
            }
            assert!(Instant::now() < deadline, "{} of {count} events for {pattern} in {group}", found.len());
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }

    /// What the receiver printed of this invocation.
    pub(crate) async fn arrival(&self, id: &str) -> FilteredLogEvent {
        let pattern = format!("{{ $.requestContext.requestId = \"{id}\" }}");
        self.awaited(RECEIVER, &pattern, 1).await.remove(0)
    }

    /// The record of this invocation.
    pub(crate) async fn record(&self, id: &str) -> Value {
        serde_json::from_str(self.arrival(id).await.message().unwrap()).unwrap()
    }
}

async fn sdk(endpoint: &Endpoint) -> SdkConfig {
    let http = aws_smithy_http_client::Builder::new().tls_provider(Provider::Rustls(CryptoMode::Ring)).build_https();
    aws_config::defaults(BehaviorVersion::latest())
        .http_client(http)
        .region(Region::new(endpoint.region().to_owned()))
        .credentials_provider(Credentials::from_keys("AKID", "secret", None))
        .endpoint_url(endpoint.url())
        .retry_config(RetryConfig::disabled())
        .load()
        .await
}
