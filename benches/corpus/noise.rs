//! What a receiver's log holds besides records.

use super::random::Random;

/// A message without a record in it.
pub fn message(random: &mut Random, number: u64) -> String {
    let id = format!("0d9b7a52-1111-4222-8333-{number:012x}");
    match random.below(12) {
        0 | 1 => format!("START RequestId: {id} Version: $LATEST"),
        2 | 3 => format!("END RequestId: {id}"),
        4 | 5 => format!(
            "REPORT RequestId: {id}\tDuration: {}.{:02} ms\tBilled Duration: {} ms\tMemory Size: 128 MB\tMax Memory Used: {} MB\t",
            random.below(900),
            random.below(100),
            random.below(900),
            30 + random.below(90),
        ),
        6 => format!(
            "[INFO]\t2026-11-20T10:15:{:02}.{:03}Z\t{id}\tchecking the stock of {}",
            random.below(60),
            random.below(1000),
            random.below(10_000)
        ),
        7 => format!(
            "2026-11-20T10:15:{:02}.{:03}Z\t{id}\tINFO\tit's order {} of [{}]",
            random.below(60),
            random.below(1000),
            number,
            "lorem ipsum ".repeat(random.below(12))
        ),
        8 => format!(
            "{{\"time\":\"2026-11-20T10:15:44.010Z\",\"type\":\"platform.report\",\"record\":{{\"requestId\":\"{id}\",\"metrics\":{{\"durationMs\":{}.1}}}}}}",
            random.below(900)
        ),
        9 => format!(
            "{{\"timestamp\":\"2026-11-20T10:15:44Z\",\"level\":\"INFO\",\"message\":\"order {number} is {{done}}\",\"requestId\":\"{id}\"}}"
        ),
        10 => format!("retry in {} ms {}", random.below(900), "x".repeat(random.below(200))),
        _ => format!("größe des lagers: {} – in ordnung", random.below(900)),
    }
}
