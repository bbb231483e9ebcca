//! From ingestion to the screen: how long an event takes that is followed by polls and by live tail.
//!
//! `cargo bench --bench latency` logs a thousand records, one after the other, to an endpoint in this process, and draws
//! a frame for each update; `--records N` for another number.
#![allow(
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a bench may fail by panicking, and prints what it measures"
)]

#[path = "../tests/tail/bench.rs"]
#[allow(dead_code, clippy::panic, reason = "the bench serves tests too")]
mod bench;

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::{Duration, Instant};

use arrivals::app::message::Message;
use arrivals::source::limiter::Limiter;
use arrivals::source::{SourceUpdate, poll};
use arrivals::ui::{self, Background, Depth, Theme};
use bench::{Bench, GROUP, now};
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn main() {
    let args: Vec<String> = std::env::args().collect();
    let records = args.iter().position(|arg| arg == "--records").map_or(1_000, |at| args[at + 1].parse().unwrap());
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    for live in [false, true] {
        let mut times = runtime.block_on(measure(records, live));
        times.sort_unstable();
        let (median, worst) = (times[times.len() / 2], times[times.len() - 1]);
        let name = if live { "live tail" } else { "polling  " };
        println!("{name}  {} records  median {median:?}  worst {worst:?}", times.len());
    }
}

/// The time from each record's ingestion to the frame that shows it.
async fn measure(records: usize, live: bool) -> Vec<Duration> {
    let bench = Bench::new().await;
    let options = poll::Options { groups: vec![GROUP.into()], since: now() - 60_000, live, ..poll::Options::default() };
    let mut updates = poll::start(bench.clients.clone(), Limiter::default(), options);
    let (mut model, theme) = (common::board_of(&[]), Theme::new(Depth::Ansi256, Background::Dark));
    let mut terminal = Terminal::new(TestBackend::new(120, 40)).unwrap();
    let logging = async {
        // A session has begun by then.
        tokio::time::sleep(Duration::from_secs(8)).await;
        let mut logged = Vec::with_capacity(records);
        for number in 0..records {
            // Not in step with the polls.
            tokio::time::sleep(Duration::from_millis(37 + number as u64 * 7 % 31)).await;
            bench.record(GROUP, now(), &number.to_string()).await;
            logged.push(Instant::now());
        }
        logged
    };
    let showing = async {
        let mut shown = vec![None; records];
        let mut left = records;
        while left > 0 {
            let update = updates.recv().await.unwrap();
            let ids = ids(&update);
            model.update(Message::Source(update), now());
            terminal.draw(|frame| drop(ui::draw(frame, &model, &theme))).unwrap();
            for id in ids {
                left -= usize::from(shown[id].replace(Instant::now()).is_none());
            }
        }
        shown
    };
    let (logged, shown) = tokio::join!(logging, showing);
    let times = logged.into_iter().zip(shown);
    times.map(|(logged, shown)| shown.unwrap().saturating_duration_since(logged)).collect()
}

fn ids(update: &SourceUpdate) -> Vec<usize> {
    let SourceUpdate::Found(batch) = update else { return Vec::new() };
    let arrivals = batch.found.iter().filter_map(|found| match found {
        arrivals::record::Found::Arrival(arrival) => arrival.record.request_id()?.parse().ok(),
        arrivals::record::Found::Unreadable(_) => None,
    });
    arrivals.collect()
}
