//! The seam to the Invoke API: one send, never repeated by itself.

use aws_sdk_lambda::error::SdkError;
use aws_sdk_lambda::operation::RequestId as _;
use aws_sdk_lambda::operation::invoke::{InvokeError, InvokeOutput};
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_lambda::types::{InvocationType, LogType};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;

use super::Verdict;
use super::plan::Item;
use crate::aws::{AwsError, Clients, Connection};
use crate::log::Text;
use crate::record::{Condition, FunctionArn, InvocationRecord};

/// Bytes of the payload of an asynchronous invocation (Lambda quotas, since October 2025; 256 KB before).
pub const EVENT_LIMIT: usize = 1024 * 1024;
/// Bytes of the payload of a synchronous invocation.
pub const SYNCHRONOUS_LIMIT: usize = 6 * 1024 * 1024;

/// How a function is invoked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum Kind {
    /// Queued by Lambda, retried, and reported to a destination.
    #[default]
    Event,
    /// Run at once; no destination hears of it.
    RequestResponse,
    /// Not run: only permission and parameters are checked.
    DryRun,
}

impl Kind {
    /// Every kind, in the order of the sheet.
    pub const ALL: [Self; 3] = [Self::Event, Self::RequestResponse, Self::DryRun];

    /// The API's own word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Event => "Event",
            Self::RequestResponse => "RequestResponse",
            Self::DryRun => "DryRun",
        }
    }

    /// Most bytes of a payload.
    #[must_use]
    pub fn limit(self) -> usize {
        match self {
            Self::Event => EVENT_LIMIT,
            Self::RequestResponse | Self::DryRun => SYNCHRONOUS_LIMIT,
        }
    }
}

/// One invocation to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// ARN (or name) of the function, with its qualifier.
    pub target: String,
    /// The payload, sent byte for byte.
    pub payload: Bytes,
    /// How it is invoked.
    pub kind: Kind,
    /// Tenant of a multi-tenant function.
    pub tenant: Option<String>,
}

/// What the service answered.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Reply {
    /// Id of the invocation, that of the record to come.
    pub request_id: Option<String>,
    /// What a synchronous invocation came to.
    pub returned: Option<Returned>,
}

/// What a synchronous invocation came to.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Returned {
    /// `Unhandled`, or the older `Handled`, when the function failed.
    pub function_error: Option<String>,
    /// What it returned, or its error.
    pub payload: String,
    /// The last 4 KB of its log.
    pub log: String,
    /// Version that ran.
    pub version: Option<String>,
}

impl Reply {
    /// How a synchronous invocation of `item` ended, that was begun and answered at these times (milliseconds since the
    /// Unix epoch); `None` for another kind.
    #[must_use]
    pub fn verdict(&self, item: &Item, begun: i64, answered: i64) -> Option<Verdict> {
        let record = self.record(item)?;
        let mut verdict = Verdict::of(&record, item.fingerprint.as_deref(), begun, answered);
        if let Some(error) = self.returned.as_ref().and_then(|returned| returned.function_error.clone()) {
            verdict.condition = error;
        }
        Some(verdict)
    }

    /// What a synchronous invocation came to, in the form of the record that an asynchronous one would have had, so
    /// that its error is read and compared alike.
    #[must_use]
    pub fn record(&self, item: &Item) -> Option<InvocationRecord> {
        let returned = self.returned.as_ref()?;
        let condition =
            if returned.function_error.is_some() { Condition::RetriesExhausted } else { Condition::Success };
        let quoted = |text: &str| serde_json::to_string(text).unwrap_or_else(|_| "\"\"".to_owned());
        let payload = if super::payload::check(&returned.payload).is_ok() {
            returned.payload.clone()
        } else {
            quoted(&returned.payload)
        };
        let text = format!(
            r#"{{"version":"1.0","requestContext":{{"requestId":{},"functionArn":{},"condition":"{}","approximateInvokeCount":1}},"responseContext":{{"statusCode":200,"executedVersion":{}}},"responsePayload":{payload}}}"#,
            quoted(self.request_id.as_deref().unwrap_or_default()),
            quoted(&item.call.target),
            condition.as_str(),
            quoted(returned.version.as_deref().unwrap_or_default()),
        );
        InvocationRecord::read(&Text::from(text)).ok()
    }
}

/// Why a call has no answer of the function's queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// Too many at once; nothing was sent.
    Throttled(AwsError),
    /// The service said no, or was never reached; nothing was sent.
    Refused(AwsError),
    /// It may have been sent: the way back broke, or the service failed in itself.
    Unknown(AwsError),
}

impl Refusal {
    /// What happened, and the next step.
    #[must_use]
    pub fn words(&self, call: &Call) -> String {
        match self {
            Self::Throttled(error) => {
                format!("{error}; nothing was sent, try again a little later or with a lower rate")
            }
            Self::Refused(error) => refused_words(error, call),
            Self::Unknown(error) => {
                format!("{error}; it may have been sent: look for it in the log before sending it again")
            }
        }
    }

    /// What the service, or the way to it, said.
    #[must_use]
    pub fn error(&self) -> &AwsError {
        match self {
            Self::Throttled(error) | Self::Refused(error) | Self::Unknown(error) => error,
        }
    }

    /// Whether nothing more goes through before the user has logged in.
    #[must_use]
    pub fn needs_login(&self) -> bool {
        matches!(self, Self::Refused(error) if error.may_pass_by_login())
    }

    /// What kind of refusal it is, for counting: the same word for the same cause.
    #[must_use]
    pub fn cause(&self) -> &'static str {
        match self {
            Self::Throttled(_) => "throttled",
            Self::Unknown(_) => "unknown",
            Self::Refused(AwsError::NotFound { .. }) => "not found",
            Self::Refused(AwsError::Denied { .. }) => "not allowed",
            Self::Refused(AwsError::Network { .. }) => "not reached",
            Self::Refused(_) => "refused",
        }
    }
}

fn refused_words(error: &AwsError, call: &Call) -> String {
    let arn = FunctionArn::parse(&call.target);
    match error {
        AwsError::NotFound { .. } => {
            let what = arn.qualifier().filter(|qualifier| *qualifier != "$LATEST").map_or_else(
                || format!("the function {} is not there", arn.name()),
                |qualifier| format!("{} has no version or alias {qualifier}, or is not there itself", arn.name()),
            );
            format!("{what}; nothing was sent, choose another qualifier")
        }
        AwsError::Denied { .. } => {
            format!("{error}; nothing was sent, allow it or send as another with --replay-profile")
        }
        AwsError::Service { code, .. } if code == "RequestTooLargeException" => {
            format!(
                "the payload of {} bytes is too large for {}; nothing was sent, make it smaller",
                call.payload.len(),
                call.kind.as_str()
            )
        }
        AwsError::Service { code, detail, .. } if code == "InvalidRequestContentException" => {
            format!("Lambda does not take the payload as JSON ({detail}); nothing was sent, edit it")
        }
        error => format!("{error}; nothing was sent"),
    }
}

/// Invokes functions.
pub trait Invoker: Clone + Send + Sync + 'static {
    /// Makes one call, once.
    ///
    /// # Errors
    /// Why nothing was sent, or why nobody knows whether it was.
    fn invoke(&self, call: Call) -> impl Future<Output = Result<Reply, Refusal>> + Send;
}

impl Invoker for Clients {
    async fn invoke(&self, call: Call) -> Result<Reply, Refusal> {
        // The record says where its function is; that need not be where its log is read.
        let clients = FunctionArn::parse(&call.target).region().map_or_else(|| self.clone(), |region| self.at(region));
        let wanted = InvocationType::from(call.kind.as_str());
        let mut request = clients
            .invoke
            .invoke()
            .function_name(&call.target)
            .invocation_type(wanted)
            .set_tenant_id(call.tenant.clone())
            .payload(Blob::new(call.payload.to_vec()));
        if call.kind == Kind::RequestResponse {
            request = request.log_type(LogType::Tail);
        }
        match request.send().await {
            Ok(output) => Ok(reply(&output, call.kind)),
            Err(error) => Err(refusal(&error, self.explain("lambda:InvokeFunction", &call.target, &error))),
        }
    }
}

/// Sends as long as the login holds; once it has expired, the next send reads the configuration files anew.
impl Invoker for Connection {
    async fn invoke(&self, call: Call) -> Result<Reply, Refusal> {
        let clients = self.clients().await.map_err(Refusal::Refused)?;
        let answer = clients.invoke(call).await;
        if answer.as_ref().is_err_and(Refusal::needs_login) {
            self.forget().await;
        }
        answer
    }
}

fn reply(output: &InvokeOutput, kind: Kind) -> Reply {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let log = output.log_result().and_then(|log| STANDARD.decode(log).ok());
    let returned = (kind == Kind::RequestResponse).then(|| Returned {
        function_error: output.function_error().map(str::to_owned),
        payload: output.payload().map(|payload| text(payload.as_ref())).unwrap_or_default(),
        log: log.map(|log| text(&log)).unwrap_or_default(),
        version: output.executed_version().map(str::to_owned),
    });
    Reply { request_id: output.request_id().map(str::to_owned), returned }
}

fn refusal(error: &SdkError<InvokeError>, told: AwsError) -> Refusal {
    if matches!(told, AwsError::Throttled { .. }) {
        return Refusal::Throttled(told);
    }
    let sent = match error {
        SdkError::ServiceError(answer) => answer.raw().status().as_u16() >= 500,
        SdkError::ConstructionFailure(_) => false,
        SdkError::DispatchFailure(_) => !never_left(error),
        _ => true,
    };
    if sent { Refusal::Unknown(told) } else { Refusal::Refused(told) }
}

/// Whether a request failed before there was a connection to send it on: no credentials, no route, no listener.
fn never_left(error: &SdkError<InvokeError>) -> bool {
    let causes = std::iter::successors(Some(error as &dyn std::error::Error), |&error| error.source());
    causes
        .map(ToString::to_string)
        .any(|text| text.contains("(Connect)") || text.contains("HTTP connect timeout") || text.contains("credentials"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn call(target: &str) -> Call {
        Call { target: target.to_owned(), payload: Bytes::from_static(b"{}"), kind: Kind::Event, tenant: None }
    }

    #[test]
    fn refusals_name_the_next_step() {
        let arn = "arn:aws:lambda:eu-central-1:123123123123:function:sender";
        let missing = || {
            let (action, target) = ("lambda:InvokeFunction".to_owned(), arn.to_owned());
            Refusal::Refused(AwsError::NotFound { action, target, detail: "Function not found".to_owned() })
        };
        assert_eq!(
            missing().words(&call(&format!("{arn}:$LATEST"))),
            "the function sender is not there; nothing was sent, choose another qualifier"
        );
        assert_eq!(
            missing().words(&call(&format!("{arn}:live"))),
            "sender has no version or alias live, or is not there itself; nothing was sent, choose another qualifier"
        );
        let throttled = AwsError::Throttled { action: "lambda:InvokeFunction".to_owned(), target: "sender".to_owned() };
        assert_eq!(
            Refusal::Throttled(throttled).words(&call(arn)),
            "lambda:InvokeFunction on sender is throttled; nothing was sent, try again a little later or with a lower rate"
        );
        assert_eq!(missing().cause(), "not found");
    }
}
