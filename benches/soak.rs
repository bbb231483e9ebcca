//! A long follow on a bad network: lost, repeated, and memory, minute by minute.
//!
//! `cargo bench --bench soak -- --minutes 60` starts an endpoint that fails in every way, logs 200 records a second to it
//! (`--rate`), and has the program follow them. `--live` follows with live tail, `--binary FILE` takes another program.
//! What was logged two minutes ago and has not been shown counts as lost.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a bench may fail by panicking, and prints what it measures"
)]

#[path = "soak/endpoint.rs"]
mod endpoint;
#[path = "soak/follower.rs"]
mod follower;

use std::time::{Duration, Instant};

use endpoint::Endpoint;
use follower::Follower;

/// How long after being logged a record counts as lost.
const GRACE: Duration = Duration::from_mins(2);

/// What goes wrong while it runs.
const FAULTS: &str = "late=0.2:100ms..4s,late=0.002:20s..80s,page=4000,empty=0.05@FilterLogEvents,repeat=0.02,\
    token=0.02,throttle=0.05@FilterLogEvents,error=0.02@FilterLogEvents,cut=0.02@FilterLogEvents,\
    reset=0.01@FilterLogEvents,slow=0.05:500ms@FilterLogEvents,latency=10ms..60ms@FilterLogEvents,\
    sampled=0.02,session=5m,cut=0.2@StartLiveTail";

struct Asked {
    minutes: u64,
    rate: u64,
    live: bool,
    binary: String,
}

fn main() {
    let asked = Asked::read();
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    runtime.block_on(run(&asked));
}

impl Asked {
    fn read() -> Self {
        let args: Vec<String> = std::env::args().skip(1).collect();
        let after = |name: &str| args.iter().position(|arg| arg == name).and_then(|at| args.get(at + 1)).cloned();
        let number = |name: &str, usual| after(name).map_or(usual, |text| text.parse().unwrap());
        Self {
            minutes: number("--minutes", 1),
            rate: number("--rate", 200),
            live: args.iter().any(|arg| arg == "--live"),
            binary: after("--binary").unwrap_or_else(|| env!("CARGO_BIN_EXE_arrivals").to_owned()),
        }
    }
}

async fn run(asked: &Asked) {
    let endpoint = Endpoint::start(&asked.binary, FAULTS).await;
    let follower = Follower::start(&asked.binary, &endpoint.url, asked.live);
    let (began, end) = (Instant::now(), Duration::from_mins(asked.minutes));
    println!("minute     logged      shown   missing  repeated   memory kB");
    let (mut logged, mut told, mut history) = (0, 0, Vec::new());
    while began.elapsed() < end {
        let due = began.elapsed().as_millis() as u64 * asked.rate / 1_000;
        endpoint.log(logged..due).await;
        logged = due;
        history.push((Instant::now(), logged));
        let minute = began.elapsed().as_secs() / 60;
        if minute > told {
            told = minute;
            report(minute, logged, settled(&mut history), &follower);
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    wait_for(&follower, logged).await;
    report(asked.minutes, logged, logged, &follower);
    println!("{}", follower.end().await);
}

/// How many were logged so long ago that they must have been shown.
fn settled(history: &mut Vec<(Instant, u64)>) -> u64 {
    let old = history.iter().take_while(|(at, _)| at.elapsed() > GRACE).count();
    let settled = old.checked_sub(1).map_or(0, |last| history[last].1);
    history.drain(..old.saturating_sub(1));
    settled
}

async fn wait_for(follower: &Follower, logged: u64) {
    let began = Instant::now();
    while follower.missing(logged) > 0 && began.elapsed() < 2 * GRACE {
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
}

fn report(minute: u64, logged: u64, settled: u64, follower: &Follower) {
    let (shown, repeated, missing) = (follower.shown(), follower.repeated(), follower.missing(settled));
    println!("{minute:>6} {logged:>10} {shown:>10} {missing:>9} {repeated:>9} {:>11}", follower.memory());
}
