//! What a rule says.

use std::fmt;
use std::time::Duration;

use super::super::operation::Operation;

/// One thing that goes wrong, how often, and with which operations.
///
/// Written `KIND[=VALUE][@OPERATION[+OPERATION…]]`, such as `throttle=0.2@FilterLogEvents`, `throttle=next:3`,
/// `latency=400ms`, `late=0.3:1s..4s` or `denied@StartLiveTail`; it is parsed from that and displayed as that.
#[derive(Debug, Clone, PartialEq)]
pub struct FaultRule {
    /// What goes wrong.
    pub kind: Kind,
    /// Operations such as `Invoke`, or IAM actions such as `lambda:InvokeFunction`; all when empty.
    pub operations: Vec<String>,
}

/// What goes wrong.
#[derive(Debug, Clone, PartialEq)]
pub enum Kind {
    /// `throttle`: too many requests.
    Throttle(When),
    /// `error`: the service fails with a 500.
    Error(When),
    /// `missing`: what the request names is not there.
    Missing(When),
    /// `denied`: the caller may not do it.
    Denied(When),
    /// `expired`: the caller's credentials are too old.
    Expired(When),
    /// `skew`: the caller's clock is twelve minutes behind, so that its signature does not hold.
    Skew(When),
    /// `cut`: half of the answer comes, and the connection ends. The operation was carried out.
    Cut(When),
    /// `reset`: no answer comes, and the connection is reset. The operation was carried out.
    Reset(When),
    /// `token`: the token of a page is no longer taken.
    Token(When),
    /// `repeat`: a log event comes twice, on one page or on two.
    Repeat(When),
    /// `empty`: a page has no events, and a token for more.
    Empty(When),
    /// `sampled`: a live-tail update has only some of its events, and says so.
    Sampled(When),
    /// `latency`: a request waits this long.
    Latency(When, Span),
    /// `slow`: an answer's body takes this long to come.
    Slow(When, Span),
    /// `late`: a log event is taken in this long after it was logged.
    Late(When, Span),
    /// `bucket`: so many requests a second, which is also how many may come at once after a rest.
    Bucket(u32),
    /// `page`: at most so many events on a page.
    Page(usize),
    /// `session`: a live-tail session ends after this long.
    Session(Duration),
    /// `mask`: data protection hides a data identifier (`EmailAddress`, `IpAddress`, `CreditCardNumber`) or a text.
    Mask(String),
}

/// How often a fault strikes.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum When {
    /// Every time.
    Always,
    /// In this part of all cases, above 0 and at most 1.
    Share(f64),
    /// The next so many times, and then no more.
    Next(u32),
}

/// A time from a range, every value of it as likely as the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// The shortest.
    pub least: Duration,
    /// The longest.
    pub most: Duration,
}

impl FaultRule {
    /// Whether it has to do with an operation.
    pub(crate) fn concerns(&self, operation: &Operation) -> bool {
        self.operations.is_empty() || self.operations.iter().any(|name| operation.is_named(name))
    }
}

impl Kind {
    /// How often it strikes; `None` for what holds all the time.
    pub(super) fn when(&self) -> Option<When> {
        match self {
            Self::Throttle(when)
            | Self::Error(when)
            | Self::Missing(when)
            | Self::Denied(when)
            | Self::Expired(when)
            | Self::Skew(when)
            | Self::Cut(when)
            | Self::Reset(when)
            | Self::Token(when)
            | Self::Repeat(when)
            | Self::Empty(when)
            | Self::Sampled(when)
            | Self::Latency(when, _)
            | Self::Slow(when, _)
            | Self::Late(when, _) => Some(*when),
            Self::Bucket(_) | Self::Page(_) | Self::Session(_) | Self::Mask(_) => None,
        }
    }

    /// The word that it begins with when it is written.
    fn word(&self) -> &'static str {
        match self {
            Self::Throttle(_) => "throttle",
            Self::Error(_) => "error",
            Self::Missing(_) => "missing",
            Self::Denied(_) => "denied",
            Self::Expired(_) => "expired",
            Self::Skew(_) => "skew",
            Self::Cut(_) => "cut",
            Self::Reset(_) => "reset",
            Self::Token(_) => "token",
            Self::Repeat(_) => "repeat",
            Self::Empty(_) => "empty",
            Self::Sampled(_) => "sampled",
            Self::Latency(..) => "latency",
            Self::Slow(..) => "slow",
            Self::Late(..) => "late",
            Self::Bucket(_) => "bucket",
            Self::Page(_) => "page",
            Self::Session(_) => "session",
            Self::Mask(_) => "mask",
        }
    }

    fn value(&self) -> Option<String> {
        let value = match self {
            Self::Latency(When::Always, span) | Self::Slow(When::Always, span) | Self::Late(When::Always, span) => {
                span.to_string()
            }
            Self::Latency(when, span) | Self::Slow(when, span) | Self::Late(when, span) => format!("{when}:{span}"),
            Self::Bucket(rate) => rate.to_string(),
            Self::Page(most) => most.to_string(),
            Self::Session(length) => milliseconds(*length),
            Self::Mask(what) => what.clone(),
            other => return other.when().filter(|when| *when != When::Always).map(|when| when.to_string()),
        };
        Some(value)
    }
}

impl fmt::Display for FaultRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.kind.word())?;
        if let Some(value) = self.kind.value() {
            write!(f, "={value}")?;
        }
        if self.operations.is_empty() { Ok(()) } else { write!(f, "@{}", self.operations.join("+")) }
    }
}

impl fmt::Display for When {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Always => f.write_str("1"),
            Self::Share(share) => write!(f, "{share}"),
            Self::Next(count) => write!(f, "next:{count}"),
        }
    }
}

impl fmt::Display for Span {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.least == self.most {
            return f.write_str(&milliseconds(self.most));
        }
        write!(f, "{}..{}", milliseconds(self.least), milliseconds(self.most))
    }
}

fn milliseconds(time: Duration) -> String {
    format!("{}ms", time.as_millis())
}
