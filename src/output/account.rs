//! The ledger, for the end of a line and as JSON.

use std::io::{self, Write};
use std::time::Duration;

use serde::Serialize;

use crate::log::{Gap, Lateness, Ledger, Traffic, query_price};

/// What may be done about masked values.
const UNMASK: &str = "--unmask shows them to whoever has logs:Unmask";

/// What the ledger of a log that is asked for adds to the summary: all that is not nothing, each behind a `; `.
#[must_use]
pub fn account(ledger: &Ledger) -> String {
    let traffic = ledger.traffic;
    if traffic.requests == 0 {
        // Of files, the summary tells all.
        return String::new();
    }
    let late = &ledger.late;
    let parts = [
        (late.total() > 0).then(|| format!("{} late (up to {})", late.total(), seconds(late.longest()))),
        (ledger.swept > 0).then(|| format!("{} of them found by a sweep", ledger.swept)),
        (ledger.repeated > 0).then(|| format!("{} repeated", ledger.repeated)),
        (ledger.masked > 0).then(|| format!("{} with masked values ({UNMASK})", ledger.masked)),
        (ledger.crashes > 0).then(|| format!("{} crashes of the receiver", ledger.crashes)),
        (ledger.gap_count() > 0).then(|| gaps(ledger)),
        Some(requests(ledger)),
        (traffic.queries > 0).then(|| queries(traffic)),
        (traffic.sessions > 0).then(|| format!("{} of live tail", minutes(traffic.live))),
        ledger.lag.map(|lag| format!("lag {}", seconds(lag))),
    ];
    let parts: Vec<String> = parts.into_iter().flatten().collect();
    format!("; {}", parts.join("; "))
}

fn gaps(ledger: &Ledger) -> String {
    let (count, open) = (ledger.gap_count(), ledger.open_gaps());
    let noun = if count == 1 { "gap" } else { "gaps" };
    if open == count { format!("{count} {noun}") } else { format!("{count} {noun} ({} filled)", count - open) }
}

fn requests(ledger: &Ledger) -> String {
    let traffic = ledger.traffic;
    let noun = if traffic.requests == 1 { "request" } else { "requests" };
    let counted = |number: u64, word: &str| (number > 0).then(|| format!("{number} {word}"));
    let trouble: Vec<String> =
        [counted(traffic.throttled, "throttled"), counted(traffic.failed, "failed")].into_iter().flatten().collect();
    if trouble.is_empty() {
        format!("{} {noun}", traffic.requests)
    } else {
        format!("{} {noun} ({})", traffic.requests, trouble.join(", "))
    }
}

fn queries(traffic: Traffic) -> String {
    let noun = if traffic.queries == 1 { "query" } else { "queries" };
    let price = query_price(traffic.scanned);
    format!("{} {noun} through {:.1} MB (about USD {price:.4})", traffic.queries, traffic.scanned as f64 / 1e6)
}

fn seconds(time: Duration) -> String {
    format!("{:.1} s", time.as_secs_f64())
}

fn minutes(time: Duration) -> String {
    format!("{:.1} min", time.as_secs_f64() / 60.0)
}

#[derive(Serialize)]
struct Line<'a> {
    ledger: Account<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Account<'a> {
    log_events: u64,
    bytes: u64,
    records: u64,
    masked: u64,
    unreadable: u64,
    crashes: u64,
    repeated: u64,
    late: Late,
    gaps: Vec<Missing<'a>>,
    gap_count: u64,
    open_gaps: u64,
    requests: u64,
    throttled: u64,
    failed: u64,
    sweeps: u64,
    live_sessions: u64,
    live_seconds: u64,
    queries: u64,
    bytes_scanned: u64,
    query_dollars: f64,
    lag_seconds: Option<f64>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Late {
    count: u64,
    found_by_sweeps: u64,
    longest_seconds: f64,
    histogram: Vec<Bar>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Bar {
    below_seconds: Option<u64>,
    count: u64,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Missing<'a> {
    log_group: Option<&'a str>,
    from: Option<i64>,
    to: Option<i64>,
    reason: &'a str,
    filled: bool,
}

/// Writes the ledger as one line of JSON, an object with the single key `ledger`.
///
/// # Errors
/// Those of `out`.
pub fn write_account(out: &mut impl Write, ledger: &Ledger) -> io::Result<()> {
    let line = serde_json::to_string(&Line { ledger: described(ledger) })?;
    writeln!(out, "{}", crate::record::json::one_line(&line))
}

fn described(ledger: &Ledger) -> Account<'_> {
    let traffic = ledger.traffic;
    let gaps = ledger.gaps().iter().map(|noted| missing(&noted.gap, noted.filled)).collect();
    Account {
        log_events: ledger.events,
        bytes: ledger.bytes,
        records: ledger.records,
        masked: ledger.masked,
        unreadable: ledger.unreadable,
        crashes: ledger.crashes,
        repeated: ledger.repeated,
        late: late(&ledger.late, ledger.swept),
        gaps,
        gap_count: ledger.gap_count(),
        open_gaps: ledger.open_gaps(),
        requests: traffic.requests,
        throttled: traffic.throttled,
        failed: traffic.failed,
        sweeps: traffic.sweeps,
        live_sessions: traffic.sessions,
        live_seconds: traffic.live.as_secs(),
        queries: traffic.queries,
        bytes_scanned: traffic.scanned,
        query_dollars: query_price(traffic.scanned),
        lag_seconds: ledger.lag.map(|lag| lag.as_secs_f64()),
    }
}

fn late(late: &Lateness, found_by_sweeps: u64) -> Late {
    let bounds = Lateness::BOUNDS.iter().map(|bound| Some(bound.as_secs())).chain([None]);
    let histogram = bounds.zip(late.counts()).map(|(below_seconds, count)| Bar { below_seconds, count: *count });
    let longest_seconds = late.longest().as_secs_f64();
    Late { count: late.total(), found_by_sweeps, longest_seconds, histogram: histogram.collect() }
}

fn missing(gap: &Gap, filled: bool) -> Missing<'_> {
    let log_group = gap.origin.log_group.as_deref();
    Missing { log_group, from: gap.from, to: gap.to, reason: &gap.reason, filled }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Origin;

    fn ledger() -> Ledger {
        let traffic = Traffic { requests: 40, throttled: 2, sweeps: 1, ..Traffic::default() };
        let mut ledger = Ledger::default();
        (ledger.events, ledger.repeated, ledger.traffic) = (9, 3, traffic);
        ledger.lag = Some(Duration::from_millis(1_234));
        ledger.late.note(Duration::from_secs(40));
        let gap = Gap { origin: Origin::default(), from: Some(5), to: None, reason: "lost".into() };
        ledger.note_gap(&gap);
        ledger.note_gap(&gap);
        ledger.fill(&gap);
        ledger
    }

    #[test]
    fn only_what_is_something_is_told() {
        assert_eq!(account(&Ledger::default()), "");
        let told = account(&ledger());
        let expected = "; 1 late (up to 40.0 s); 3 repeated; 2 gaps (1 filled); 40 requests (2 throttled); lag 1.2 s";
        assert_eq!(told, expected);
    }

    #[test]
    fn the_object_has_everything() {
        let mut out = Vec::new();
        write_account(&mut out, &ledger()).unwrap();
        let line = String::from_utf8(out).unwrap();
        assert!(line.starts_with(r#"{"ledger":{"logEvents":9,"bytes":0,"#), "{line}");
        assert!(
            line.contains(r#"{"belowSeconds":60,"count":1}"#) && line.contains(r#"{"belowSeconds":null,"count":0}"#)
        );
        let gap = r#"{"logGroup":null,"from":5,"to":null,"reason":"lost","filled":true}"#;
        assert!(line.contains(gap) && line.ends_with("}}\n"), "{line}");
    }
}
