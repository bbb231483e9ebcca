//! STS: the query protocol with XML answers, and its one operation that everybody calls first.

use super::wire::{Fault, Reply, Request, pairs};
use super::world::World;

/// Answers a form or a query with an `Action`.
pub(crate) fn answer(world: &World, request: &Request) -> Reply {
    let form = pairs(&String::from_utf8_lossy(&request.body));
    let in_form = form.iter().find(|(name, _)| name == "Action").map(|(_, value)| value.as_str());
    match in_form.or_else(|| request.parameter("Action")) {
        Some("GetCallerIdentity") => identity(world, request),
        other => unknown(other.unwrap_or("(none)"), request),
    }
}

fn identity(world: &World, request: &Request) -> Reply {
    let (account, arn) = (&world.names.account, world.names.caller_arn());
    let body = format!(
        "<GetCallerIdentityResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <GetCallerIdentityResult>\n    \
         <Arn>{arn}</Arn>\n    <UserId>AIDALOCALARRIVALS0000</UserId>\n    \
         <Account>{account}</Account>\n  </GetCallerIdentityResult>\n  <ResponseMetadata>\n    \
         <RequestId>{}</RequestId>\n  </ResponseMetadata>\n</GetCallerIdentityResponse>\n",
        request.id
    );
    Reply::new(200, "text/xml", body)
}

fn unknown(action: &str, request: &Request) -> Reply {
    let message = format!("Could not find operation {action} for version 2011-06-15");
    refusal(&Fault::new(400, "InvalidAction", message), request)
}

/// A fault in XML.
pub(crate) fn refusal(fault: &Fault, request: &Request) -> Reply {
    let body = format!(
        "<ErrorResponse xmlns=\"https://sts.amazonaws.com/doc/2011-06-15/\">\n  <Error>\n    <Type>Sender</Type>\n    \
         <Code>{}</Code>\n    <Message>{}</Message>\n  </Error>\n  <RequestId>{}</RequestId>\n</ErrorResponse>\n",
        fault.code,
        escaped(&fault.message),
        request.id
    );
    Reply::new(fault.status, "text/xml", body)
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}
