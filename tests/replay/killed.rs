//! The program is killed at random moments, again and again: nothing is sent twice, nothing is forgotten, and what
//! nobody can know is named.
//!
//! `ARRIVALS_KILLS=100 cargo test --test replay killed` kills it a hundred times.

use std::collections::{BTreeMap, BTreeSet};
use std::process::Stdio;
use std::thread;
use std::time::Duration;

use serde_json::Value;

use super::bench::Bench;

/// Payloads for each kill; a run has always more to send.
const PER_KILL: usize = 40;

fn kills() -> usize {
    std::env::var("ARRIVALS_KILLS").ok().and_then(|text| text.parse().ok()).unwrap_or(20)
}

/// A number below `most`, another one each time.
fn random(most: u64) -> u64 {
    use std::hash::{BuildHasher, RandomState};
    RandomState::new().hash_one(0_u8) % most
}

#[test]
fn no_payload_is_sent_twice_and_none_is_forgotten() {
    let (bench, kills) = (Bench::new(), kills());
    let count = PER_KILL * kills;
    let payloads: Vec<_> = (0..count).map(|number| format!(r#"{{"return":"success","n":{number}}}"#)).collect();
    let from =
        bench.records(payloads.iter().enumerate().map(|(at, payload)| (format!("id-{at:05}"), payload.as_str())));
    let args = [
        "--from",
        from.to_str().unwrap(),
        "--filter",
        "outcome:failure",
        "--yes",
        "--start-rate",
        "300",
        "--rate",
        "300",
    ];
    // Answers take a moment, so that a kill meets payloads on their way.
    bench.faults(&["latency=0.5:1ms..30ms@Invoke"]);
    let mut reached = 0;
    for _ in 0..kills {
        kill_after_some_sends(&bench, &args, &mut reached);
    }
    bench.faults(&[]);
    let last = bench.replay(&args);
    let unknown: BTreeSet<&str> = last
        .lines
        .iter()
        .filter(|line| line["status"] == "unknown")
        .map(|line| line["requestId"].as_str().unwrap())
        .collect();
    let received = bench.payloads();
    assert!(received.values().all(|times| *times == 1), "sent twice: {:?}", twice(&received));
    for (at, payload) in payloads.iter().enumerate() {
        let id = format!("id-{at:05}");
        assert!(received.contains_key(payload) || unknown.contains(id.as_str()), "{id} is forgotten");
    }
    assert_eq!(unknown, begun_without_end(&bench));
    assert_eq!(last.code, if unknown.is_empty() { 0 } else { 255 }, "{}", last.told);
    eprintln!("{kills} kills, {count} payloads, {} received, {} unknown", received.len(), unknown.len());
}

/// Starts a run, and kills it at a moment of its own while it sends.
fn kill_after_some_sends(bench: &Bench, args: &[&str], reached: &mut usize) {
    let mut command = bench.command(&[&["replay", "--output", "jsonl"], args].concat());
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
    let deadline = std::time::Instant::now() + Duration::from_mins(1);
    // Some runs die before their first payload, most while they send.
    let wanted = *reached + usize::try_from(random(20)).unwrap();
    while bench.received().len() < wanted && std::time::Instant::now() < deadline {
        assert!(child.try_wait().unwrap().is_none(), "the run ended before it was killed");
        thread::sleep(Duration::from_micros(200));
    }
    thread::sleep(Duration::from_micros(random(20_000)));
    child.kill().unwrap();
    child.wait().unwrap();
    *reached = bench.received().len();
}

/// Records whose last intent has no word on what became of it.
fn begun_without_end(bench: &Bench) -> BTreeSet<&'static str> {
    let text = std::fs::read_to_string(bench.path("state/arrivals/replays.jsonl")).unwrap();
    let mut open: BTreeMap<String, String> = BTreeMap::new();
    for line in text.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok()) {
        let attempt = line["attempt"].as_str().unwrap().to_owned();
        match line["event"].as_str() {
            Some("intent") => drop(open.insert(attempt, line["record"].as_str().unwrap().to_owned())),
            _ => drop(open.remove(&attempt)),
        }
    }
    open.into_values().map(|id| &*id.leak()).collect()
}

fn twice(received: &BTreeMap<String, usize>) -> Vec<&String> {
    received.iter().filter(|(_, times)| **times > 1).map(|(payload, _)| payload).collect()
}
