//! Command lines that invoke a function with a record's payload.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;

use crate::record::Arrival;

/// Bytes of a payload from which on it is handed over through a pipe: a system takes 128 KiB in one argument at most.
const LONGEST_ARGUMENT: usize = 96 * 1024;

/// The line for the AWS CLI, version 2; `None` when the record has no payload or no function.
///
/// The payload is between single quotes, in which a shell changes nothing, or in base64 when it holds what a terminal
/// could change.
#[must_use]
pub fn invoke(arrival: &Arrival, endpoint: Option<&str>) -> Option<String> {
    let (payload, function) = parts(arrival)?;
    let place = place(arrival, endpoint);
    let command = |payload: &str| {
        format!(
            "aws lambda invoke --function-name {}{place} --invocation-type Event {payload} /dev/stdout",
            quoted(function)
        )
    };
    let format = "--cli-binary-format raw-in-base64-out";
    Some(if payload.len() > LONGEST_ARGUMENT {
        format!("printf %s {} | {}", quoted(payload), command(&format!("{format} --payload fileb:///dev/stdin")))
    } else if payload.chars().any(char::is_control) {
        command(&format!("--payload {}", BASE64_STANDARD.encode(payload)))
    } else {
        command(&format!("{format} --payload {}", quoted(payload)))
    })
}

/// The line for curl, which signs the request with the keys in the environment.
#[must_use]
pub fn curl(arrival: &Arrival, endpoint: Option<&str>) -> Option<String> {
    let (payload, function) = parts(arrival)?;
    let region = region(arrival).unwrap_or("$AWS_REGION");
    let host = endpoint.map_or_else(|| format!("https://lambda.{region}.amazonaws.com"), str::to_owned);
    let url = format!("{}/2015-03-31/functions/{}/invocations", host.trim_end_matches('/'), encoded(function));
    let data = if payload.len() > LONGEST_ARGUMENT { "@-".to_owned() } else { quoted(payload) };
    let command = format!(
        "curl -sS -X POST --aws-sigv4 \"aws:amz:{region}:lambda\" --user \"$AWS_ACCESS_KEY_ID:$AWS_SECRET_ACCESS_KEY\" \
         ${{AWS_SESSION_TOKEN:+-H \"X-Amz-Security-Token: $AWS_SESSION_TOKEN\"}} -H 'X-Amz-Invocation-Type: Event' \
         -H 'Content-Type: application/json' --data-binary {data} {}",
        quoted(&url)
    );
    Some(if data == "@-" { format!("printf %s {} | {command}", quoted(payload)) } else { command })
}

fn parts(arrival: &Arrival) -> Option<(&str, &str)> {
    Some((arrival.record.request_payload()?, arrival.record.function()?.as_str()))
}

fn place(arrival: &Arrival, endpoint: Option<&str>) -> String {
    let region = region(arrival).map(|region| format!(" --region {}", quoted(region))).unwrap_or_default();
    let endpoint = endpoint.map(|url| format!(" --endpoint-url {}", quoted(url))).unwrap_or_default();
    region + &endpoint
}

fn region(arrival: &Arrival) -> Option<&str> {
    let arn = arrival.record.function()?.as_str();
    arn.strip_prefix("arn:")?.split(':').nth(2).filter(|region| !region.is_empty())
}

/// A word of a POSIX shell.
fn quoted(text: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | ':' | '/' | '@' | '=' | ',');
    if !text.is_empty() && text.chars().all(plain) {
        text.to_owned()
    } else {
        format!("'{}'", text.replace('\'', r"'\''"))
    }
}

/// A part of a URL's path.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    for byte in text.bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            // Writing to a string cannot fail.
            _ => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}
