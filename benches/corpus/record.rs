//! Records as Lambda writes them.

use super::random::Random;

const FUNCTIONS: [&str; 6] = [
    "orders:$LATEST",
    "invoice-render:live",
    "thumbnailer:7",
    "geo-enrich:$LATEST",
    "sender:$LATEST",
    "coupon-apply:2",
];

/// The request id of record number `number`.
pub fn request_id(number: u64) -> String {
    format!("6f0d0c1e-3a77-4a0e-9a51-{number:012x}")
}

/// A record, as compact as Lambda writes its own part; payloads have the spelling of who sent them.
pub fn record(random: &mut Random, number: u64) -> String {
    let (condition, count, rest) = outcome(random, number);
    let payload = payload(random, number);
    format!(
        r#"{{"version":"1.0","timestamp":"2026-11-20T10:{:02}:{:02}.{:03}Z","requestContext":{{"requestId":"{}","functionArn":"arn:aws:lambda:eu-central-1:111122223333:function:{}","condition":"{condition}","approximateInvokeCount":{count}}}{payload}{rest}}}"#,
        random.below(60),
        random.below(60),
        random.below(1000),
        request_id(number),
        random.pick(&FUNCTIONS),
    )
}

fn outcome(random: &mut Random, number: u64) -> (&'static str, u32, String) {
    let ran = r#","responseContext":{"statusCode":200,"executedVersion":"$LATEST""#;
    match random.below(10) {
        0..6 => (
            "Success",
            1,
            format!(r#"{ran}}},"responsePayload":{{"pages": {},"total": 1.10,"ok":true}}"#, random.below(90)),
        ),
        6 => ("EventAgeExceeded", 0, r#","responseContext":{"statusCode":429}"#.to_owned()),
        7 => ("RetriesExhausted", 2, r#","responseContext":{"statusCode":404}"#.to_owned()),
        8 => (
            "RetriesExhausted",
            3,
            format!(
                r#"{ran},"functionError":"Unhandled"}},"responsePayload":{{"errorType":"Sandbox.Timedout","errorMessage":"RequestId: {} Error: Task timed out after 3.00 seconds"}}"#,
                request_id(number)
            ),
        ),
        _ => (
            "RetriesExhausted",
            3,
            format!(
                r#"{ran},"functionError":"Unhandled"}},"responsePayload":{{"errorMessage":"stock of {} can't be \"negative\"","errorType":"ValueError","requestId":"{}","stackTrace":["  File \"/var/task/app.py\", line 12, in handler\n    check(order)\n","  File \"/var/task/stock.py\", line {}, in check\n    raise ValueError(\"stock\")\n"]}}"#,
                random.below(10_000),
                request_id(number),
                random.below(300),
            ),
        ),
    }
}

fn payload(random: &mut Random, number: u64) -> String {
    let lines: Vec<_> = (0..random.below(6))
        .map(|line| format!(r#"{{"sku":"{:04}","qty":{line},"price":{}.10}}"#, random.below(10_000), random.below(90)))
        .collect();
    let note = match random.below(8) {
        0 => r"\u001b[31mred\u001b[0m".to_owned(),
        1 => r#"größe: \"xl\" \\ 😀 {\"version\":\"1.0\"}"#.to_owned(),
        _ => "lorem ipsum ".repeat(random.below(24)),
    };
    format!(
        r#","requestPayload":{{"orderId":"A-{number}","big":9007199254740993,"lines":[{}],"note":"{note}","customer":{{"id":{},"tags":[],"vip":null}}}}"#,
        lines.join(","),
        random.next() >> 40
    )
}
