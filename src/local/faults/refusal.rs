//! Refusals, in the words of each service.

use jiff::Timestamp;

use super::super::names::Names;
use super::super::operation::{Operation, Service};
use super::super::wire::Fault;
use super::rule::Kind;

/// What a request is refused with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Too many requests.
    Throttled,
    /// The service has failed.
    Failed,
    /// There is no such thing.
    Missing,
    /// The caller may not do it.
    Denied,
    /// The caller's credentials are too old.
    Expired,
    /// The caller's clock is behind.
    Skewed,
}

impl Refusal {
    pub(super) fn of(kind: &Kind) -> Option<Self> {
        match kind {
            Kind::Throttle(_) => Some(Self::Throttled),
            Kind::Error(_) => Some(Self::Failed),
            Kind::Missing(_) => Some(Self::Missing),
            Kind::Denied(_) => Some(Self::Denied),
            Kind::Expired(_) => Some(Self::Expired),
            Kind::Skew(_) => Some(Self::Skewed),
            _ => None,
        }
    }

    /// As the operation's service says it: status, code and message follow the service's own answers.
    pub(crate) fn fault(self, operation: &Operation, names: &Names) -> Fault {
        match (self, operation.service) {
            (Self::Throttled, Service::Lambda) => {
                let fault = Fault::new(429, "TooManyRequestsException", "Rate Exceeded.");
                Fault { reason: Some("CallerRateLimitExceeded"), ..fault }
            }
            (Self::Throttled, Service::Sts) => Fault::new(400, "Throttling", "Rate exceeded"),
            (Self::Throttled, _) => Fault::new(400, "ThrottlingException", "Rate exceeded"),
            (Self::Failed, Service::Lambda) => {
                Fault::new(500, "ServiceException", "An error occurred and the request cannot be processed.")
            }
            (Self::Failed, _) => Fault::new(
                500,
                "InternalFailure",
                "The request processing has failed because of an unknown error, exception or failure.",
            ),
            (Self::Missing, Service::Lambda) => {
                Fault::new(404, "ResourceNotFoundException", "The resource you requested does not exist.")
            }
            (Self::Missing, _) => {
                Fault::new(400, "ResourceNotFoundException", "The specified resource does not exist.")
            }
            (Self::Denied, service) => denied(service, operation, names),
            (Self::Expired, service) => expired(service),
            (Self::Skewed, _) => skewed(Timestamp::now()),
        }
    }
}

fn denied(service: Service, operation: &Operation, names: &Names) -> Fault {
    let action = operation.action();
    let message = format!(
        "User: {} is not authorized to perform: {action} on resource: {} because no identity-based policy allows the {action} action",
        names.caller_arn(),
        operation.resource(names)
    );
    match service {
        Service::Lambda => Fault::new(403, "AccessDeniedException", message),
        Service::CloudWatch | Service::Sts => Fault::new(403, "AccessDenied", message),
        Service::Logs => Fault::new(400, "AccessDeniedException", message),
    }
}

fn expired(service: Service) -> Fault {
    let message = "The security token included in the request is expired";
    match service {
        Service::Lambda => Fault::new(403, "ExpiredTokenException", message),
        Service::CloudWatch | Service::Sts => Fault::new(403, "ExpiredToken", message),
        Service::Logs => Fault::new(400, "ExpiredTokenException", message),
    }
}

/// The signature was made at `signed`, which is twelve minutes ago by the service's clock.
fn skewed(signed: Timestamp) -> Fault {
    let stamp =
        |minutes: i64| (signed + jiff::SignedDuration::from_mins(minutes)).strftime("%Y%m%dT%H%M%SZ").to_string();
    let (signed, earliest, now) = (stamp(0), stamp(7), stamp(12));
    let message = format!("Signature expired: {signed} is now earlier than {earliest} ({now} - 5 min.)");
    Fault::new(403, "InvalidSignatureException", message)
}
