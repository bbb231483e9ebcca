//! From the SDK's errors to ours.

use std::error::Error;

use aws_credential_types::provider::error::CredentialsError;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::{ConnectorError, SdkError};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use jiff::Timestamp;

use super::profile::Login;
use super::told::told;
use super::{AwsError, Clients, permission, skew};

impl Clients {
    /// What went wrong when `action` (the IAM action) was asked for on `target`.
    pub(crate) fn explain<E>(&self, action: &str, target: &str, error: &SdkError<E, HttpResponse>) -> AwsError
    where
        E: ProvideErrorMetadata + Error + 'static,
    {
        if let Some(cause) = find::<CredentialsError>(error) {
            return of_credentials(cause, &self.login);
        }
        let SdkError::ServiceError(answer) = error else {
            return of_connection(action, error, self.proxy.as_deref());
        };
        let status = answer.raw().status().as_u16();
        let date = answer.raw().headers().get("date").map(str::to_owned);
        let Some(code) = error.code().map(str::to_owned).or_else(|| (status >= 400).then(|| format!("HTTP {status}")))
        else {
            // A success that cannot be read was not sent by AWS, but by some gateway or login page on the way.
            return of_connection(action, error, self.proxy.as_deref());
        };
        let detail = error.message().map_or_else(|| chain(error), str::to_owned);
        self.of_answer(action, target, &Answer { code, detail, status, date })
    }

    fn of_answer(&self, action: &str, target: &str, answer: &Answer) -> AwsError {
        let skew = skew::ahead(&answer.code, &answer.detail, answer.date.as_deref(), Timestamp::now());
        if let Some(ahead) = skew {
            return AwsError::ClockSkew { problem: skew::told(ahead) };
        }
        let (action, target, detail) = (action.to_owned(), target.to_owned(), answer.detail.clone());
        match answer.code.as_str() {
            code if is_throttling(code) || answer.status == 429 => AwsError::Throttled { action, target },
            "AccessDeniedException" | "AccessDenied" | "UnauthorizedOperation" => {
                let arn = target.starts_with("arn:").then_some(target.as_str());
                let policy = permission::smallest(&action, &detail, arn);
                AwsError::Denied { action, target, detail, policy }
            }
            "ResourceNotFoundException" => AwsError::NotFound { action, target, detail },
            "ExpiredTokenException" | "ExpiredToken" | "RequestExpired" => expired(&self.login),
            "UnrecognizedClientException"
            | "InvalidClientTokenId"
            | "InvalidSignatureException"
            | "SignatureDoesNotMatch"
            | "IncompleteSignature"
            | "MissingAuthenticationToken" => AwsError::Credentials {
                problem: format!("AWS does not accept the credentials ({detail})"),
                mend: self.login.mend(),
            },
            code => AwsError::Service { action, target, code: code.to_owned(), detail, passing: answer.status >= 500 },
        }
    }
}

struct Answer {
    code: String,
    detail: String,
    status: u16,
    /// When it was answered, by the service's clock.
    date: Option<String>,
}

fn is_throttling(code: &str) -> bool {
    matches!(
        code,
        "ThrottlingException"
            | "Throttling"
            | "ThrottledException"
            | "TooManyRequestsException"
            | "RequestLimitExceeded"
            | "RequestThrottled"
            | "SlowDown"
    )
}

/// What never reached the service, or came back in pieces.
fn of_connection(action: &str, error: &(dyn Error + 'static), proxy: Option<&str>) -> AwsError {
    let detail = chain(error);
    if is_certificate(&detail) {
        return certificate(detail);
    }
    if let Some(problem) = of_endpoint(&detail) {
        return AwsError::Configuration {
            problem: format!("{action} cannot be asked for ({problem})"),
            mend: "check the region and the endpoint, in the flags, the environment and the profile".into(),
        };
    }
    AwsError::Network { action: action.to_owned(), mend: reach(&detail, proxy), detail }
}

/// What to check when the service cannot be reached: a name that cannot be resolved, the proxy, or the way as a whole.
fn reach(detail: &str, proxy: Option<&str>) -> String {
    let through = proxy.map(|url| format!("; requests go through the proxy {url}, by HTTPS_PROXY or HTTP_PROXY"));
    let lower = detail.to_lowercase();
    let check = if lower.contains("dns error") || lower.contains("lookup address") || lower.contains("name or service")
    {
        "its name cannot be resolved: check the network, its DNS or VPN, --region and --endpoint-url"
    } else {
        "check the network, --region and --endpoint-url"
    };
    format!("{check}{}", through.unwrap_or_default())
}

/// What the SDK says of an endpoint that cannot be: with FIPS and one's own at once, or without a scheme.
fn of_endpoint(detail: &str) -> Option<&str> {
    let from = detail.find("Invalid Configuration").or_else(|| detail.find("failed to apply endpoint"))?;
    // The whole request follows.
    detail[from..].split(" to request ").next()
}

fn is_certificate(detail: &str) -> bool {
    detail.contains("certificate") || detail.contains("UnknownIssuer")
}

fn certificate(detail: String) -> AwsError {
    AwsError::Certificate {
        detail,
        mend: "give the root certificate of your network with --ca-bundle or AWS_CA_BUNDLE".into(),
    }
}

/// What a failed credentials provider means to the user.
pub(super) fn of_credentials(error: &CredentialsError, login: &Login) -> AwsError {
    if let Some(CredentialsError::ProviderTimedOut(late)) = find(error) {
        let waited = late.timeout_duration().as_secs();
        return AwsError::CredentialsLate {
            problem: format!("no AWS credentials came within {waited} s"),
            mend: login.mend(),
        };
    }
    let detail = told(&chain(error));
    // The last provider to be asked is the instance metadata service, which hardly ever is what was meant.
    if matches!(error, CredentialsError::CredentialsNotLoaded(_)) || detail.contains("IMDS") {
        return no_credentials(login);
    }
    if find::<ConnectorError>(error).is_some() {
        if is_certificate(&detail) {
            return certificate(detail);
        }
        let problem = format!("the AWS credentials cannot be had now ({detail})");
        return AwsError::CredentialsLate { problem, mend: login.mend() };
    }
    let lower = detail.to_lowercase();
    // The sign-in portal takes a session that was ended there for an unknown one.
    let is_over = ["expired", "sso token", "unauthorizedexception"].iter().any(|word| lower.contains(word));
    if is_over {
        return AwsError::Expired { problem: "the login has expired".into(), mend: mended(&detail, login) };
    }
    AwsError::Credentials { problem: "the AWS credentials cannot be used".into(), mend: mended(&detail, login) }
}

/// The command before the reason: it is what is wanted where a line is cut.
fn mended(detail: &str, login: &Login) -> String {
    format!("{} ({detail})", login.mend())
}

/// No provider had any credentials.
pub(super) fn no_credentials(login: &Login) -> AwsError {
    let choose = if login.profile().is_none() { ", or choose a profile with --profile" } else { "" };
    AwsError::Credentials { problem: "no AWS credentials were found".into(), mend: format!("{}{choose}", login.mend()) }
}

fn expired(login: &Login) -> AwsError {
    AwsError::Expired { problem: "the AWS credentials have expired".into(), mend: login.mend() }
}

fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    causes(error).find_map(|cause| cause.downcast_ref())
}

fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| error.source())
}

/// An error and its causes in one line, without the ones that only repeat or announce the next.
fn chain(error: &(dyn Error + 'static)) -> String {
    let mut parts: Vec<String> = Vec::new();
    for text in causes(error).map(ToString::to_string) {
        if parts.last().is_none_or(|last| !last.contains(&text)) {
            parts.push(text);
        }
    }
    // The outermost layers say no more than "dispatch failure" and "io error".
    let start = parts.len().saturating_sub(2);
    parts[start..].join(": ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::aws::Recovery;

    #[derive(Debug, thiserror::Error)]
    #[error("{0}")]
    struct Layer(&'static str, #[source] Option<Box<dyn Error + Send + Sync>>);

    fn layers(texts: &[&'static str]) -> Layer {
        let (first, rest) = texts.split_first().unwrap();
        Layer(first, (!rest.is_empty()).then(|| Box::new(layers(rest)) as _))
    }

    #[test]
    fn only_the_inner_causes_are_told() {
        let error = layers(&["dispatch failure", "io error", "client error (Connect)", "Connection refused"]);
        assert_eq!(chain(&error), "client error (Connect): Connection refused");
    }

    #[test]
    fn credentials_errors_name_the_command() {
        let missing = CredentialsError::not_loaded(layers(&["no providers in chain provided credentials"]));
        assert_eq!(
            of_credentials(&missing, &Login::default()).to_string(),
            "no AWS credentials were found; run: aws configure, or choose a profile with --profile"
        );
        let sso = CredentialsError::provider_error(layers(&["the SSO token has expired and cannot be refreshed"]));
        let told = of_credentials(&sso, &Login::default());
        assert!(matches!(told, AwsError::Expired { .. }));
        assert_eq!(
            told.to_string(),
            "the login has expired; run: aws configure (an error occurred while loading credentials: the SSO token has expired \
             and cannot be refreshed)"
        );
    }

    #[test]
    fn credentials_that_cannot_be_had_now_are_waited_for() {
        let late = CredentialsError::provider_timed_out(std::time::Duration::from_mins(1));
        let offline = CredentialsError::provider_error(ConnectorError::io(layers(&["no route to host"]).into()));
        let told = [late, offline].map(|error| of_credentials(&error, &Login::default()));
        assert_eq!(told[0].to_string(), "no AWS credentials came within 60 s; run: aws configure");
        assert_eq!(
            told[1].to_string(),
            "the AWS credentials cannot be had now (io error: no route to host); run: aws configure"
        );
        assert!(told.iter().all(|error| error.recovery() == Recovery::Wait && error.exit_kind().code() == 253));
    }

    #[test]
    fn what_cannot_be_reached_tells_what_to_check() {
        let dns = "client error (Connect): dns error: failed to lookup address information";
        assert!(reach(dns, None).starts_with("its name cannot be resolved: check the network, its DNS or VPN"));
        let refused = reach("tcp connect error: Connection refused", Some("http://proxy:3128"));
        assert!(refused.ends_with("requests go through the proxy http://proxy:3128, by HTTPS_PROXY or HTTP_PROXY"));
        assert_eq!(reach("timed out", None), "check the network, --region and --endpoint-url");
    }

    #[test]
    fn an_endpoint_that_cannot_be_is_no_matter_of_the_connection() {
        let fips =
            layers(&["dispatch failure", "other", "Invalid Configuration: FIPS and custom endpoint are not supported"]);
        let error = of_connection("logs:FilterLogEvents", &fips, None);
        assert!(
            matches!(&error, AwsError::Configuration { problem, .. }
            if problem == "logs:FilterLogEvents cannot be asked for (Invalid Configuration: FIPS and custom endpoint are not supported)"),
            "{error}"
        );
        let bare = layers(&["failed to apply endpoint `localhost:3` to request `Request { … }`", "invalid uri"]);
        let error = of_connection("logs:FilterLogEvents", &bare, None);
        assert!(
            matches!(&error, AwsError::Configuration { problem, .. }
            if problem == "logs:FilterLogEvents cannot be asked for (failed to apply endpoint `localhost:3`)"),
            "{error}"
        );
    }
}
