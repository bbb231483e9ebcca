//! The one HTTP client that all services share.

use std::path::Path;

use aws_smithy_http_client::proxy::ProxyConfig;
use aws_smithy_http_client::tls::rustls_provider::CryptoMode;
use aws_smithy_http_client::tls::{Provider, TlsContext, TrustStore};
use aws_smithy_http_client::{Builder, Connector};
use aws_smithy_runtime_api::client::http::SharedHttpClient;

use super::{AwsError, bundle};

/// A client over rustls and ring, through the proxy that the environment names, trusting the system's roots and
/// those in `ca_bundle`.
pub(super) fn client(ca_bundle: Option<&Path>, proxy: ProxyConfig) -> Result<SharedHttpClient, AwsError> {
    let tls = tls_context(ca_bundle)?;
    // The plain builder has no proxy setting; this is what it does, with one.
    Ok(Builder::new().build_with_connector_fn(move |settings, components| {
        let mut connector = Connector::builder();
        connector.set_connector_settings(settings.cloned());
        if let Some(components) = components {
            connector.set_sleep_impl(components.sleep_impl());
        }
        connector
            .proxy_config(proxy.clone())
            .tls_provider(Provider::Rustls(CryptoMode::Ring))
            .tls_context(tls.clone())
            .build()
    }))
}

/// A client for an endpoint on this machine that is called without TLS and without a proxy.
pub(super) fn plain_client() -> SharedHttpClient {
    Builder::new().build_http()
}

/// The environment's proxy; none when `endpoint` is on this machine, where no proxy could find it.
pub(super) fn proxy(endpoint: Option<&str>) -> ProxyConfig {
    if endpoint.is_some_and(is_loopback) { ProxyConfig::disabled() } else { ProxyConfig::from_env() }
}

/// The environment's proxy for requests to `endpoint`, without the password that it may hold; none where they go there
/// straight.
pub(super) fn proxy_in_use(endpoint: Option<&str>) -> Option<String> {
    if endpoint.is_some_and(is_loopback) {
        return None;
    }
    let is_plain = endpoint.is_some_and(|url| url.starts_with("http://"));
    let own = if is_plain { ["HTTP_PROXY", "http_proxy"] } else { ["HTTPS_PROXY", "https_proxy"] };
    let names = own.into_iter().chain(["ALL_PROXY", "all_proxy"]);
    let url = names.filter_map(|name| std::env::var(name).ok()).find(|url| !url.is_empty())?;
    Some(without_login(&url))
}

fn without_login(url: &str) -> String {
    match url.rsplit_once('@') {
        Some((before, host)) => {
            let scheme = before.split_once("://").map(|(scheme, _)| format!("{scheme}://"));
            format!("{}{host}", scheme.unwrap_or_default())
        }
        None => url.to_owned(),
    }
}

fn is_loopback(endpoint: &str) -> bool {
    let rest = endpoint.split_once("://").map_or(endpoint, |(_, rest)| rest);
    let authority = rest.split('/').next().unwrap_or(rest);
    let host = authority.rsplit_once(':').map_or(authority, |(host, _)| host);
    host == "localhost" || host == "[::1]" || host.starts_with("127.")
}

fn tls_context(ca_bundle: Option<&Path>) -> Result<TlsContext, AwsError> {
    let mut roots = TrustStore::default();
    if let Some(path) = ca_bundle {
        roots.add_pem_certificate(bundle::read(path)?);
    }
    TlsContext::builder().with_trust_store(roots).build().map_err(|error| AwsError::Configuration {
        problem: format!("TLS cannot be set up ({error})"),
        mend: "check --ca-bundle and AWS_CA_BUNDLE".into(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoints_on_this_machine_are_called_without_a_proxy() {
        for endpoint in ["http://127.0.0.1:4566", "http://localhost:1/", "http://[::1]:80", "https://127.1.2.3"] {
            assert!(proxy(Some(endpoint)).is_disabled(), "{endpoint}");
        }
        for endpoint in ["https://logs.eu-central-1.amazonaws.com", "http://localhost.example:1"] {
            assert!(proxy(Some(endpoint)).is_from_env(), "{endpoint}");
        }
        assert!(proxy(None).is_from_env());
        assert_eq!(proxy_in_use(Some("http://127.0.0.1:4566")), None);
    }

    #[test]
    fn the_password_of_a_proxy_is_not_told() {
        assert_eq!(without_login("http://me:secret@proxy:3128"), "http://proxy:3128");
        assert_eq!(without_login("proxy:3128"), "proxy:3128");
    }
}
