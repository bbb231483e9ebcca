//! The lines as a reader sees them.

use super::*;
use crate::log::{LogEvent, Origin, Text};
use crate::record::{Finder, Found};

fn shown(message: &str) -> String {
    let mut found = Vec::new();
    let origin = Origin { timestamp: Some(1_650_108_283_658), ..Origin::default() };
    Finder::new().push(&LogEvent { origin, message: Text::from(message) }, &mut found);
    let mut out = Vec::new();
    for found in &found {
        match found {
            Found::Arrival(arrival) => write(&mut out, arrival, &TimeZone::UTC),
            Found::Unreadable(unreadable) => write_unreadable(&mut out, unreadable, &TimeZone::UTC),
        }
        .expect("memory takes everything");
    }
    String::from_utf8(out).expect("text")
}

fn record(condition: &str, rest: &str) -> String {
    format!(
        r#"{{"version":"1.0","requestContext":{{"requestId":"r1","functionArn":"arn:aws:lambda:r:1:function:sender:live","condition":"{condition}","approximateInvokeCount":3}}{rest}}}"#
    )
}

#[test]
fn failures() {
    for (condition, rest, expected) in [
        (
            "RetriesExhausted",
            r#","responsePayload":{"errorType":"RuntimeError","errorMessage":"\nI'm \u001b[31mred\t\nsecond"}"#,
            "RetriesExhausted ×3 r1 RuntimeError: I'm ␛[31mred",
        ),
        ("EventAgeExceeded", r#","responseContext":{"statusCode":429}"#, "EventAgeExceeded ×3 r1 status 429"),
        ("ZeroReservedConcurrency", "", "ZeroReservedConcurrency ×3 r1"),
        ("\u{202e}New", r#","responsePayload":"x""#, "\\u{202e}New ×3 r1 x"),
    ] {
        let expected = format!("2022-04-16T11:24:43.658+00:00 ✗ failure sender:live {expected}\n");
        assert_eq!(shown(&record(condition, rest)), expected);
    }
}

#[test]
fn a_success_shows_its_response() {
    let long = format!(",\"responsePayload\":\"{}\"", "ü".repeat(300));
    assert_eq!(
        shown(&record("Success", &long)),
        format!("2022-04-16T11:24:43.658+00:00 ✓ success sender:live Success ×3 r1 \"{}…\n", "ü".repeat(199))
    );
}

#[test]
fn what_is_unreadable_says_why() {
    assert_eq!(
        shown("{'version': '1.0', 'requestContext': {'condition': 'x'}, 'a': nan}\n"),
        "2022-04-16T11:24:43.658+00:00 ? unreadable: an invocation record printed as a Python object; log it with print(json.dumps(event)) | {'version': '1.0', 'requestContext': {'condition': 'x'}, 'a': nan}\n"
    );
}

#[test]
fn a_gap_says_where() {
    let gap = Gap {
        from: Some(0),
        to: None,
        reason: "sampled".into(),
        origin: Origin { log_group: Some("g".into()), ..Origin::default() },
    };
    let mut out = Vec::new();
    write_gap(&mut out, &gap, &TimeZone::fixed(jiff::tz::offset(2))).expect("memory takes everything");
    assert_eq!(String::from_utf8_lossy(&out), "1970-01-01T02:00:00.000+02:00 … gap until unknown in g: sampled\n");
}
