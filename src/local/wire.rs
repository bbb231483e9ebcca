//! Requests and answers, apart from HTTP's mechanics.

use bytes::Bytes;
use hyper::HeaderMap;
use hyper::Method;
use serde::Serialize;
use tokio::sync::mpsc;

/// A whole request.
#[derive(Debug)]
pub(crate) struct Request {
    /// Its method.
    pub(crate) method: Method,
    /// Its path, still percent-encoded.
    pub(crate) path: String,
    /// Its query parameters, decoded.
    pub(crate) query: Vec<(String, String)>,
    /// Its headers.
    pub(crate) headers: HeaderMap,
    /// Its body.
    pub(crate) body: Bytes,
    /// The id that the answer will carry, a UUID.
    pub(crate) id: String,
}

impl Request {
    /// A header's value, when it is text.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    /// A query parameter that is not empty.
    pub(crate) fn parameter(&self, name: &str) -> Option<&str> {
        let found = self.query.iter().find(|(key, _)| key == name);
        found.map(|(_, value)| value.as_str()).filter(|value| !value.is_empty())
    }
}

/// An answer.
#[derive(Debug)]
pub(crate) struct Reply {
    /// HTTP status.
    pub(crate) status: u16,
    /// Headers beside the request id, the date and the length.
    pub(crate) headers: Vec<(&'static str, String)>,
    /// Body.
    pub(crate) body: Body,
}

/// The body of an answer.
#[derive(Debug)]
pub(crate) enum Body {
    /// All of it.
    Whole(Bytes),
    /// What comes, until its sender is gone.
    Stream(mpsc::Receiver<Bytes>),
}

impl Reply {
    /// An answer of this type.
    pub(crate) fn new(status: u16, content_type: &str, body: impl Into<Bytes>) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self { status, headers, body: Body::Whole(body.into()) }
    }

    /// An answer of this type that goes on until its sender is dropped.
    pub(crate) fn streaming(content_type: &str, pieces: mpsc::Receiver<Bytes>) -> Self {
        let headers = vec![("content-type", content_type.to_owned())];
        Self { status: 200, headers, body: Body::Stream(pieces) }
    }

    /// An answer without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self { status, headers: Vec::new(), body: Body::Whole(Bytes::new()) }
    }

    /// The same answer with a further header.
    pub(crate) fn with(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What a service refuses, before it is written in the service's own manner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    /// HTTP status.
    pub(crate) status: u16,
    /// Name of the exception, such as `ResourceNotFoundException`.
    pub(crate) code: &'static str,
    /// What went wrong.
    pub(crate) message: String,
    /// Lambda's `Reason` of a throttle.
    pub(crate) reason: Option<&'static str>,
}

impl Fault {
    /// A fault without a reason.
    pub(crate) fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self { status, code, message: message.into(), reason: None }
    }
}

/// JSON text of a value made of strings, numbers and lists, which cannot fail.
pub(crate) fn to_json<T: Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// Resolves `%41`, and `+` as a space when it comes from a query or a form.
pub(crate) fn percent_decoded(text: &str, plus_is_space: bool) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let [first, after @ ..] = rest {
        let hex = after.get(..2).filter(|_| *first == b'%').and_then(hex_byte);
        out.push(match (hex, first) {
            (Some(byte), _) => byte,
            (None, b'+') if plus_is_space => b' ',
            (None, other) => *other,
        });
        rest = if hex.is_some() { &after[2..] } else { after };
    }
    String::from_utf8_lossy(&out).into_owned()
}

fn hex_byte(digits: &[u8]) -> Option<u8> {
    let text = std::str::from_utf8(digits).ok()?;
    u8::from_str_radix(text, 16).ok()
}

/// Name and value pairs of a query string or a form.
pub(crate) fn pairs(text: &str) -> Vec<(String, String)> {
    let parts = text.split('&').filter(|part| !part.is_empty());
    let split = parts.map(|part| part.split_once('=').unwrap_or((part, "")));
    split.map(|(name, value)| (percent_decoded(name, true), percent_decoded(value, true))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percent_escapes_are_resolved() {
        assert_eq!(percent_decoded("arn%3Aaws%3alambda%2fx", false), "arn:aws:lambda/x");
        assert_eq!(percent_decoded("%24LATEST+%", false), "$LATEST+%");
        assert_eq!(percent_decoded("%zz%4", false), "%zz%4");
        assert_eq!(percent_decoded("%é1", false), "%é1");
    }

    #[test]
    fn queries_are_split_into_pairs() {
        let found = pairs("Action=GetCallerIdentity&a=b+c&d&&e=%3D");
        let expected = [("Action", "GetCallerIdentity"), ("a", "b c"), ("d", ""), ("e", "=")];
        assert_eq!(found, expected.map(|(name, value)| (name.to_owned(), value.to_owned())));
    }
}
