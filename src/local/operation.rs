//! Which operation of which service a request asks for.

use hyper::Method;
use serde::Deserialize;

use super::cloudwatch;
use super::names::Names;
use super::wire::{Request, pairs, percent_decoded};

/// A service that is spoken here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Service {
    /// CloudWatch, for its metrics.
    CloudWatch,
    /// CloudWatch Logs.
    Logs,
    /// Lambda.
    Lambda,
    /// STS.
    Sts,
}

/// An operation as the service's model names it, and what it is to be done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Operation {
    /// The service.
    pub(crate) service: Service,
    /// Such as `FilterLogEvents` or `Invoke`.
    pub(crate) name: String,
    /// The log group or function; empty when the request names none.
    target: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct LogsTarget {
    #[serde(rename = "logGroupName")]
    name: Option<String>,
    #[serde(rename = "logGroupIdentifier")]
    identifier: Option<String>,
    #[serde(rename = "logGroupNames")]
    names: Vec<String>,
    #[serde(rename = "logGroupIdentifiers")]
    identifiers: Vec<String>,
}

impl Operation {
    /// Reads it from the operation's header, the path or the form.
    pub(crate) fn of(request: &Request) -> Self {
        if let Some(name) = cloudwatch::operation(request) {
            return Self { service: Service::CloudWatch, name: name.to_owned(), target: String::new() };
        }
        if let Some(target) = request.header("x-amz-target") {
            return Self::of_logs(target, &request.body);
        }
        let path: Vec<String> = request.path.split('/').skip(1).map(|part| percent_decoded(part, false)).collect();
        let parts: Vec<&str> = path.iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        match parts.as_slice() {
            [_, rest @ ..] if !rest.is_empty() => Self::of_lambda(&request.method, rest),
            _ => Self::of_sts(request),
        }
    }

    fn of_logs(target: &str, body: &[u8]) -> Self {
        let asked: LogsTarget = serde_json::from_slice(body).unwrap_or_default();
        let group = asked.name.or(asked.identifier).or_else(|| asked.names.into_iter().chain(asked.identifiers).next());
        let name = target.rsplit('.').next().unwrap_or(target).to_owned();
        Self { service: Service::Logs, name, target: group.unwrap_or_default() }
    }

    fn of_lambda(method: &Method, parts: &[&str]) -> Self {
        let target = if parts[0] == "functions" { parts.get(1).copied().unwrap_or_default() } else { "" };
        Self { service: Service::Lambda, name: lambda(method.as_str(), parts), target: target.to_owned() }
    }

    fn of_sts(request: &Request) -> Self {
        let form = pairs(&String::from_utf8_lossy(&request.body));
        let in_form = form.into_iter().find(|(name, _)| name == "Action").map(|(_, value)| value);
        let name = in_form.or_else(|| request.parameter("Action").map(str::to_owned)).unwrap_or_default();
        Self { service: Service::Sts, name, target: String::new() }
    }

    /// Another operation of the same service on the same thing.
    pub(crate) fn also(&self, name: &str) -> Self {
        Self { name: name.to_owned(), ..self.clone() }
    }

    /// Whether a rule means it by this name: the operation's, or that of the IAM action it takes.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        name == self.name || name == self.action()
    }

    /// The IAM action that it takes.
    pub(crate) fn action(&self) -> String {
        match (self.service, self.name.as_str()) {
            (Service::Lambda, "Invoke") => "lambda:InvokeFunction".to_owned(),
            (Service::Lambda, name) => format!("lambda:{name}"),
            (Service::CloudWatch, name) => format!("cloudwatch:{name}"),
            (Service::Logs, name) => format!("logs:{name}"),
            (Service::Sts, name) => format!("sts:{name}"),
        }
    }

    /// ARN of what it is done to, as a refusal names it.
    pub(super) fn resource(&self, names: &Names) -> String {
        match self.service {
            _ if self.target.is_empty() => "*".to_owned(),
            _ if self.target.starts_with("arn:") => self.target.clone(),
            Service::Logs => format!("{}:log-stream:", names.group_arn(&self.target)),
            Service::Lambda => names.function_arn(&self.target),
            Service::CloudWatch | Service::Sts => "*".to_owned(),
        }
    }
}

/// Lambda's operations by method and path.
fn lambda(method: &str, parts: &[&str]) -> String {
    let name = match (method, parts) {
        ("POST", ["functions", _, "invocations"]) => "Invoke",
        ("GET", ["functions"]) => "ListFunctions",
        ("GET", ["functions", _]) => "GetFunction",
        ("DELETE", ["functions", _]) => "DeleteFunction",
        ("GET", ["functions", _, "configuration"]) => "GetFunctionConfiguration",
        ("GET", ["functions", _, "aliases"]) => "ListAliases",
        ("GET", ["functions", _, "aliases", _]) => "GetAlias",
        ("GET", ["functions", _, "versions"]) => "ListVersionsByFunction",
        ("GET", ["functions", _, "policy"]) => "GetPolicy",
        ("GET", ["functions", _, "event-invoke-config", "list"]) => "ListFunctionEventInvokeConfigs",
        ("GET", ["functions", _, "event-invoke-config"]) => "GetFunctionEventInvokeConfig",
        ("PUT", ["functions", _, "event-invoke-config"]) => "PutFunctionEventInvokeConfig",
        ("POST", ["functions", _, "event-invoke-config"]) => "UpdateFunctionEventInvokeConfig",
        ("DELETE", ["functions", _, "event-invoke-config"]) => "DeleteFunctionEventInvokeConfig",
        ("GET", ["functions", _, "concurrency"]) => "GetFunctionConcurrency",
        ("PUT", ["functions", _, "concurrency"]) => "PutFunctionConcurrency",
        ("DELETE", ["functions", _, "concurrency"]) => "DeleteFunctionConcurrency",
        ("PUT", ["functions", _, "configuration"]) => "UpdateFunctionConfiguration",
        ("POST", ["functions", _, "policy"]) => "AddPermission",
        ("DELETE", ["functions", _, "policy", _]) => "RemovePermission",
        ("GET", ["event-source-mappings"]) => "ListEventSourceMappings",
        ("POST", ["event-source-mappings"]) => "CreateEventSourceMapping",
        ("GET", ["event-source-mappings", _]) => "GetEventSourceMapping",
        ("PUT", ["event-source-mappings", _]) => "UpdateEventSourceMapping",
        ("DELETE", ["event-source-mappings", _]) => "DeleteEventSourceMapping",
        _ => "",
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;
    use hyper::HeaderMap;

    fn request(method: Method, path: &str, target: Option<&str>, body: &'static str) -> Request {
        let mut headers = HeaderMap::new();
        if let Some(target) = target {
            headers.insert("x-amz-target", target.parse().unwrap());
        }
        Request { method, path: path.into(), query: Vec::new(), headers, body: Bytes::from(body), id: String::new() }
    }

    #[test]
    fn operations_are_named_as_in_the_models() {
        let table = [
            (Method::POST, "/", Some("Logs_20140328.FilterLogEvents"), "{}", "logs:FilterLogEvents"),
            (Method::POST, "/2015-03-31/functions/a%3Ab/invocations", None, "", "lambda:InvokeFunction"),
            (
                Method::GET,
                "/2019-09-25/functions/a/event-invoke-config",
                None,
                "",
                "lambda:GetFunctionEventInvokeConfig",
            ),
            (Method::POST, "/", None, "Action=GetCallerIdentity&Version=2011-06-15", "sts:GetCallerIdentity"),
        ];
        for (method, path, target, body, action) in table {
            assert_eq!(Operation::of(&request(method, path, target, body)).action(), action);
        }
    }

    #[test]
    fn a_refusal_names_what_was_asked_for() {
        let names = Names { region: "eu-central-1".into(), account: "123123123123".into() };
        let body = r#"{"logGroupName":"/aws/lambda/receiver"}"#;
        let asked = Operation::of(&request(Method::POST, "/", Some("Logs_20140328.FilterLogEvents"), body));
        assert_eq!(
            asked.resource(&names),
            "arn:aws:logs:eu-central-1:123123123123:log-group:/aws/lambda/receiver:log-stream:"
        );
        let invoke = Operation::of(&request(Method::POST, "/2015-03-31/functions/sender/invocations", None, ""));
        assert_eq!(invoke.resource(&names), "arn:aws:lambda:eu-central-1:123123123123:function:sender");
    }
}
