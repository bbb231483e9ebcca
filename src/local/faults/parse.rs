//! Rules as they are written.

use std::str::FromStr;
use std::time::Duration;

use super::rule::{FaultRule, Kind, Span, When};

/// A rule that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "{text:?} is no fault ({why}): write KIND[=VALUE][@OPERATION], such as throttle=0.2@FilterLogEvents, late=0.3:1s..4s or cut=next:1@Invoke"
)]
pub struct FaultError {
    text: String,
    why: &'static str,
}

const KINDS: &str = "its kinds are throttle, error, missing, denied, expired, skew, cut, reset, token, repeat, empty, sampled, latency, slow, late, bucket, page, session and mask";
const WHEN: &str = "how often is a part such as 0.2 or 20%, or next:3";
const TIME: &str = "a time is 400ms, 2s, 5m, 1h, or a range such as 1s..4s";
const COUNT: &str = "the value is a number above 0";

impl FromStr for FaultRule {
    type Err = FaultError;

    fn from_str(text: &str) -> Result<Self, FaultError> {
        let fault = |why| FaultError { text: text.to_owned(), why };
        let (what, operations) = match text.trim().rsplit_once('@') {
            // An address that is masked has the sign too.
            Some((what, scope)) if is_scope(scope) => (what, scope.split('+').map(str::to_owned).collect()),
            _ => (text.trim(), Vec::new()),
        };
        let (word, value) = match what.split_once('=') {
            Some((word, value)) => (word, Some(value)),
            None => (what, None),
        };
        Ok(Self { kind: kind(word, value).map_err(fault)?, operations })
    }
}

fn is_scope(text: &str) -> bool {
    !text.is_empty()
        && text.split('+').all(|name| !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || c == ':'))
}

fn kind(word: &str, value: Option<&str>) -> Result<Kind, &'static str> {
    let needed = value.ok_or("it needs a value");
    Ok(match word {
        "throttle" => Kind::Throttle(when(value)?),
        "error" => Kind::Error(when(value)?),
        "missing" => Kind::Missing(when(value)?),
        "denied" => Kind::Denied(when(value)?),
        "expired" => Kind::Expired(when(value)?),
        "skew" => Kind::Skew(when(value)?),
        "cut" => Kind::Cut(when(value)?),
        "reset" => Kind::Reset(when(value)?),
        "token" => Kind::Token(when(value)?),
        "repeat" => Kind::Repeat(when(value)?),
        "empty" => Kind::Empty(when(value)?),
        "sampled" => Kind::Sampled(when(value)?),
        "latency" => timed(needed?).map(|(when, span)| Kind::Latency(when, span))?,
        "slow" => timed(needed?).map(|(when, span)| Kind::Slow(when, span))?,
        "late" => timed(needed?).map(|(when, span)| Kind::Late(when, span))?,
        "bucket" => Kind::Bucket(needed?.parse().ok().filter(|rate| *rate > 0).ok_or(COUNT)?),
        "page" => Kind::Page(needed?.parse().ok().filter(|most| *most > 0).ok_or(COUNT)?),
        "session" => Kind::Session(time(needed?)?),
        "mask" => Kind::Mask(needed?.to_owned()).some_text()?,
        _ => return Err(KINDS),
    })
}

impl Kind {
    fn some_text(self) -> Result<Self, &'static str> {
        if self == Self::Mask(String::new()) { Err("it needs a value") } else { Ok(self) }
    }
}

fn when(text: Option<&str>) -> Result<When, &'static str> {
    let Some(text) = text else { return Ok(When::Always) };
    if let Some(count) = text.strip_prefix("next:") {
        return count.parse().map(When::Next).map_err(|_| WHEN);
    }
    let share = match text.strip_suffix('%') {
        Some(percent) => percent.parse::<f64>().map(|percent| percent / 100.0),
        None => text.parse::<f64>(),
    };
    match share {
        Ok(share) if share > 0.0 && share < 1.0 => Ok(When::Share(share)),
        Ok(1.0) => Ok(When::Always),
        _ => Err(WHEN),
    }
}

/// `2s`, `1s..4s`, or either behind a part of all cases and a colon.
fn timed(text: &str) -> Result<(When, Span), &'static str> {
    match text.rsplit_once(':') {
        Some((often, span)) => Ok((when(Some(often))?, self::span(span)?)),
        None => Ok((When::Always, span(text)?)),
    }
}

fn span(text: &str) -> Result<Span, &'static str> {
    let (least, most) = text.split_once("..").unwrap_or((text, text));
    let span = Span { least: time(least)?, most: time(most)? };
    if span.least > span.most { Err("the range ends before it begins") } else { Ok(span) }
}

fn time(text: &str) -> Result<Duration, &'static str> {
    let digits = text.bytes().take_while(|byte| byte.is_ascii_digit() || *byte == b'.').count();
    let (number, unit) = text.split_at(digits);
    let seconds = match unit {
        "ms" => 0.001,
        "s" => 1.0,
        "m" => 60.0,
        "h" => 3_600.0,
        _ => return Err(TIME),
    };
    let number: f64 = number.parse().map_err(|_| TIME)?;
    Duration::try_from_secs_f64(number * seconds).map_err(|_| TIME)
}
