//! What the demo sends: payloads as callers would send them, some of which their functions cannot digest.

/// One asynchronous invocation to make.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Call {
    /// Function to invoke, with its qualifier when it is not `$LATEST`.
    pub(super) function: &'static str,
    /// JSON text to send.
    pub(super) payload: String,
    /// Whether the function may not run at all while this call is made, as when somebody has switched it off.
    pub(super) switched_off: bool,
}

/// The calls of a demo, one after another, without an end.
///
/// Whether a call fails is up to the function that gets it: nothing here decides an outcome.
pub(super) fn calls() -> impl Iterator<Item = Call> {
    (0_u32..).map(call)
}

fn call(number: u32) -> Call {
    // Multiplying by a large odd number spreads consecutive numbers: the same traffic in every demo, without a pattern to see.
    let spread = number.wrapping_mul(2_654_435_761) >> 8;
    let (function, payload) = match number % 12 {
        0 => ("sender", r#"{"return": "failure"}"#.to_owned()),
        1 | 8 => ("sender", r#"{"return": "success"}"#.to_owned()),
        2 => ("invoice-render", order(number, spread, false)),
        3 | 9 => ("order-intake:live", intake(number, 1 + spread % 90)),
        4 => ("geo-enrich", address(spread, number % 24 == 16)),
        5 => ("invoice-render:live", order(number, spread, true)),
        6 => ("thumbnailer", picture(number, spread)),
        7 => ("ledger-post", batch(number, spread, spread.is_multiple_of(2))),
        10 => ("coupon-apply", coupon(spread % 140)),
        _ => ("order-intake", intake(number, 60 + spread % 120)),
    };
    Call { function, payload, switched_off: number % 24 == 10 }
}

fn order(number: u32, spread: u32, priced: bool) -> String {
    let id = 41_000 + number;
    let cents = spread % 90_000;
    let totals = format!(r#","totals":{{"net":{},"total":{}.{:02}}}"#, cents / 119, cents / 100, cents % 100);
    format!(
        r#"{{"order":{{"id":"A-{id}","currency":"EUR","customer":{{"id":{},"locale":"de-DE"}}{}}},"channel":"web"}}"#,
        9_007_199_254_740_993_u64 + u64::from(spread),
        if priced { totals.as_str() } else { "" }
    )
}

fn intake(number: u32, quantity: u32) -> String {
    let id = 41_000 + number;
    format!(
        r#"{{"orderId":"A-{id}","items":[{{"sku":"KB-{}","quantity":2}},{{"sku":"MS-7","quantity":{quantity}}}]}}"#,
        100 + number % 17
    )
}

fn address(spread: u32, private: bool) -> String {
    let [_, b, c, d] = spread.to_be_bytes();
    let first = if private { "10" } else { "52" };
    format!(r#"{{"ip":"{first}.{b}.{c}.{d}","precision":{}}}"#, spread % 5)
}

fn picture(number: u32, spread: u32) -> String {
    let (width, height) = [(1024, 768), (4000, 3000), (12_000, 9_000), (640, 480)][(spread % 4) as usize];
    format!(r#"{{"bucket":"uploads","key":"2026/IMG_{number:04}.jpg","width":{width},"height":{height}}}"#)
}

fn batch(number: u32, spread: u32, balanced: bool) -> String {
    let cents = 100 + spread % 50_000;
    let amount = format!("{}.{:02}", cents / 100, cents % 100);
    let other = if balanced { amount.clone() } else { format!("{}.{:02}", cents / 100 + 1, cents % 100) };
    format!(
        r#"{{"batch":"B-{number}","entries":[{{"account":"1200","debit":{amount}}},{{"account":"8400","credit":{other}}}]}}"#
    )
}

fn coupon(percent: u32) -> String {
    format!(r#"{{"basket":"b-7731","coupon":{{"code":"AUTUMN","percent":{percent}}}}}"#)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn every_payload_is_json() {
        for call in calls().take(200) {
            serde_json::from_str::<serde_json::Value>(&call.payload).unwrap();
        }
    }

    #[test]
    fn every_sender_is_called() {
        let called: BTreeSet<_> = calls().take(12).map(|call| call.function).collect();
        let senders = [
            "coupon-apply",
            "geo-enrich",
            "invoice-render",
            "invoice-render:live",
            "ledger-post",
            "order-intake",
            "order-intake:live",
            "sender",
            "thumbnailer",
        ];
        assert_eq!(called, senders.into());
    }

    #[test]
    fn one_of_the_first_calls_finds_its_function_switched_off() {
        let off: Vec<_> = calls().take(24).filter(|call| call.switched_off).map(|call| call.function).collect();
        assert_eq!(off, ["coupon-apply"]);
    }

    #[test]
    fn the_seeds_two_events_come_first() {
        let first: Vec<_> = calls().take(2).map(|call| call.payload).collect();
        assert_eq!(first, [r#"{"return": "failure"}"#, r#"{"return": "success"}"#]);
    }
}
