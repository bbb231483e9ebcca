//! What a shell makes of the lines, and what the note says.

#[cfg(unix)]
use std::process::Command;

use jiff::tz::TimeZone;

use super::*;
use crate::log::{KeptOrigin, LogEvent, Origin, Text};
use crate::record::{Finder, Found, Kept, Masks};

const ARN: &str = "arn:aws:lambda:eu-central-1:123123123123:function:sender:$LATEST";

fn arrival(id: &str, payload: &str, condition: &str) -> Arrival {
    let message = format!(
        r#"{{"version":"1.0","timestamp":"2026-11-20T10:15:43.658Z","requestContext":{{"requestId":"{id}","functionArn":"{ARN}","condition":"{condition}","approximateInvokeCount":3}},"requestPayload":{payload},"responsePayload":{{"errorType":"ValueError","errorMessage":"no stock of 7"}}}}"#
    );
    let mut found = Vec::new();
    let origin = Origin { timestamp: Some(1_795_169_743_658), ..Origin::default() };
    Finder::new().push(&LogEvent { origin, message: Text::from(message) }, &mut found);
    match found.pop() {
        Some(Found::Arrival(arrival)) => arrival,
        other => panic!("no arrival but {other:?}"),
    }
}

/// The words that a shell hands to `aws`, one on each line.
#[cfg(unix)]
fn words(line: &str) -> Vec<String> {
    let script = format!("aws() {{ for word; do printf '%s\\0' \"$word\"; done; }}\n{line}");
    let output = Command::new("sh").args(["-c", &script]).output().unwrap();
    assert!(output.status.success());
    String::from_utf8(output.stdout).unwrap().split_terminator('\0').map(str::to_owned).collect()
}

#[cfg(unix)]
#[test]
fn a_shell_hands_the_payload_over_as_it_is() {
    for payload in
        [r#"{"a":"it's $HOME `id` \\ \"x\" !"}"#, "\"größe 😀\"", "null", "12345678901234567890", r#"["a'b''c"]"#]
    {
        let line = invoke(&arrival("r", payload, "x"), Some("http://127.0.0.1:1")).unwrap();
        let words = words(&line);
        let at = words.iter().position(|word| word == "--payload").unwrap();
        assert_eq!(words[at + 1], payload);
        assert_eq!(words[..4], ["lambda", "invoke", "--function-name", ARN]);
        assert!(words.windows(2).any(|pair| pair == ["--endpoint-url", "http://127.0.0.1:1"]));
    }
    let broken = invoke(&arrival("r", "{\n \"a\": 1}", "x"), None).unwrap();
    assert!(broken.contains("--payload ewogImEiOiAxfQ=="), "{broken}");
}

#[cfg(unix)]
#[test]
fn a_long_payload_goes_through_a_pipe() {
    let payload = format!("\"{}\"", "a'".repeat(100_000));
    let line = invoke(&arrival("r", &payload, "x"), None).unwrap();
    let script = format!("aws() {{ cat; }}\n{line}");
    let file = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(file.path(), script).unwrap();
    let output = Command::new("sh").arg(file.path()).output().unwrap();
    assert_eq!(String::from_utf8(output.stdout).unwrap(), payload);
}

#[test]
fn curl_signs_and_names_the_function() {
    let line = curl(&arrival("r", "{}", "x"), None).unwrap();
    let url = "https://lambda.eu-central-1.amazonaws.com/2015-03-31/functions/arn%3Aaws%3Alambda%3Aeu-central-1%3A123123123123%3Afunction%3Asender%3A%24LATEST/invocations";
    assert!(line.contains(url) && line.contains("aws:amz:eu-central-1:lambda"), "{line}");
}

#[test]
fn files_are_named_by_function_and_request() {
    assert_eq!(stem(&arrival("../x y", "{}", "x")), "sender-___x_y");
    assert_eq!(test_event(&arrival("r", r#"{"a":1.0}"#, "x")).as_deref(), Some("{\n  \"a\": 1.0\n}"));
}

#[test]
fn no_two_bars_of_the_note_have_the_same_time() {
    let mut arrivals = [arrival("r1", "1", "RetriesExhausted"), arrival("r2", "2", "RetriesExhausted")];
    let later = arrivals[1].origin.timestamp().map(|time| time + 400);
    arrivals[1].origin = KeptOrigin::from(&Origin { timestamp: later, ..Origin::default() });
    let text = note::write(&arrivals, &Masks::default(), "", 1_795_170_000_000, &TimeZone::UTC);
    let bars = text.lines().filter(|line| line.ends_with('✓')).filter_map(|line| line.split_once("  "));
    let times: Vec<_> = bars.map(|(time, _)| time).collect();
    assert_eq!(times, ["11-20 10:15:43", "11-20 10:15:44"], "{text}");
}

#[test]
fn the_note_tells_counts_groups_samples_and_order() {
    let mut arrivals = [arrival("r1", r#"{"n":1,"token":"abc"}"#, "RetriesExhausted"), arrival("r2", "{}", "Success")];
    arrivals[0].kept = Some(Box::new(Kept { marked: true, note: Some("the stock was off".to_owned()) }));
    let masks = Masks::new(true, &[], []);
    let text = note::write(&arrivals, &masks, "fn:sender", 1_795_170_000_000, &TimeZone::UTC);
    insta::assert_snapshot!(text.replace(env!("CARGO_PKG_VERSION"), "VERSION"));
}
