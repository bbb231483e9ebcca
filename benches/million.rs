//! The board at a million arrivals of 1.2 KB each, three of ten of them failures: figures against their bounds.
//!
//! `cargo bench --bench million` prints one line a figure, the best of several runs. A number after `--` takes so many
//! arrivals instead.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may fail by panicking, and says what it found")]

#[path = "../tests/common/mod.rs"]
mod common;

use std::time::{Duration, Instant};

use arrivals::app::keymap::Keymap;
use arrivals::app::message::Message;
use arrivals::app::model::{Model, Place, SourceState};
use arrivals::board::{Board, Entry, Pane, Query};
use arrivals::log::{LogEvent, Origin, Text};
use arrivals::record::{Finder, Found};
use arrivals::source::{Batch, SourceUpdate};
use arrivals::ui::{self, Background, Depth, Theme};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// Runs of which the best counts.
const RUNS: usize = 5;
/// How long the board filters, or takes arrivals in, before it hears the keyboard again.
const TURN: Duration = Duration::from_millis(4);

/// Queries, and how soon each must have its exact count, in milliseconds; none for those that only must be progressive.
const QUERIES: &[(&str, Option<u64>)] = &[
    ("condition:EventAgeExceeded", Some(300)),
    ("fn:sender-3", Some(300)),
    ("version:7", Some(300)),
    ("outcome:failure not fn:sender-1", Some(300)),
    ("id:0000f", Some(300)),
    ("count>=3", Some(300)),
    ("age<2h", Some(300)),
    ("is:replayable", Some(300)),
    ("error:timeout", Some(300)),
    ("error:total", Some(300)),
    ("sender-3", Some(300)),
    ("nothing-has-this", Some(300)),
    ("grüße", Some(300)),
    ("request.order=77", Some(1000)),
    ("request.lines[].sku=4711", Some(1000)),
    ("response.errorType~^Type", Some(1000)),
    ("/no total$/", None),
    ("jq:'.requestPayload.lines | length > 3'", None),
];

fn main() {
    let count = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000);
    let before = resident();
    let started = Instant::now();
    let mut model = filled(count);
    println!("{count} arrivals found and taken in after {:.1} s", started.elapsed().as_secs_f32());
    memory(&model, before);
    for &(query, bound) in QUERIES {
        filter(&mut model, query, bound);
    }
    model.board.set_query(Query::all());
    while model.advance(1 << 15, &mut Vec::new()) {}
    frame(&mut model);
    stream(&mut model, count);
}

/// The message of arrival `number`, 1.2 KB long.
fn message(number: usize) -> String {
    let (condition, payload) = match number % 10 {
        0..7 => ("Success", format!(r#"{{"pages":{number},"ok":true}}"#)),
        7 | 8 => (
            "RetriesExhausted",
            format!(
                r#"{{"errorMessage":"order {number} has no total","errorType":"{}","stackTrace":["  File \"/var/task/app.py\", line 9, in handler\n    total(order)\n","  File \"/var/task/order.py\", line {}, in total\n    raise TypeError()\n"]}}"#,
                ["TypeError", "KeyError", "ValueError"][number % 3],
                number % 4,
            ),
        ),
        _ => ("EventAgeExceeded", "null".to_owned()),
    };
    format!(
        r#"{{"version":"1.0","timestamp":"2026-11-20T10:15:43.658Z","requestContext":{{"requestId":"{number:08x}-871d-4d69-9b4f-a77c2ddd7fc9","functionArn":"arn:aws:lambda:eu-central-1:123123123123:function:sender-{}:$LATEST","condition":"{condition}","approximateInvokeCount":{}}},"requestPayload":{{"order":{number},"lines":[{{"sku":"4711","qty":{}}},{{"sku":"0815","qty":1}}],"filler":"{:x<480}"}},"responseContext":{{"statusCode":200,"executedVersion":"{}"}},"responsePayload":{payload}}}"#,
        number % 7,
        number % 4,
        number % 5,
        "lorem ipsum ".repeat(20),
        number % 3 + 6,
    )
}

/// What a source finds in the arrivals of these numbers, one a millisecond.
fn found(finder: &mut Finder, numbers: std::ops::Range<usize>) -> Vec<Found> {
    let mut found = Vec::with_capacity(numbers.len());
    for number in numbers {
        let at = common::NOW - 3_600_000 + i64::try_from(number).unwrap() * 3;
        let origin = Origin {
            log_group: Some("/aws/lambda/receiver".into()),
            log_stream: Some("2026/11/20/[$LATEST]0123456789abcdef0123456789abcdef".into()),
            timestamp: Some(at),
            ingestion_time: Some(at + 700),
            event_id: Some(format!("{number:056}").into()),
            ..Origin::default()
        };
        finder.push(&LogEvent { origin, message: Text::from(message(number)) }, &mut found);
    }
    found
}

fn filled(count: usize) -> Model {
    let mut model = Model::new(
        Board::new(usize::MAX),
        SourceState::at(Place::default()),
        Keymap::shipped().unwrap(),
        TimeZone::UTC,
    );
    let mut finder = Finder::new();
    for from in (0..count).step_by(10_000) {
        let found = found(&mut finder, from..(from + 10_000).min(count));
        model.update(Message::Source(SourceUpdate::Found(Batch { found, ..Batch::default() })), common::NOW);
    }
    model
}

/// Bytes of this process that lie in memory.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<usize>().ok()).unwrap_or_default() * 1024
}

fn memory(model: &Model, before: usize) {
    let (kept, used) = (model.board.bytes(), resident() - before);
    let bound = kept + kept * 3 / 10 + (64 << 20);
    println!(
        "memory: {} MB for {} MB of log events, {:.2} times (bound {} MB){}",
        used >> 20,
        kept >> 20,
        used as f64 / kept as f64,
        bound >> 20,
        if used > bound { "  OVER" } else { "" }
    );
}

/// From the key that completes a query to the first rows, and to the exact count, with the loop's other work left out.
fn filter(model: &mut Model, text: &str, bound: Option<u64>) {
    let query = Query::parse(text).unwrap();
    let (mut first, mut whole, mut slowest) = (Duration::MAX, Duration::MAX, Duration::MAX);
    let mut rows = 0;
    for _ in 0..if bound.is_some() { RUNS } else { 1 } {
        model.board.set_query(Query::all());
        while model.advance(1 << 15, &mut Vec::new()) {}
        let started = Instant::now();
        model.board.set_query(query.clone());
        let (mut seen, mut slice) = (None, Duration::ZERO);
        loop {
            let turn = Instant::now();
            let more = model.advance(query.pace(), &mut Vec::new());
            slice = slice.max(turn.elapsed());
            rows = Pane::ALL.iter().map(|&pane| model.board.view(pane).len()).sum();
            if rows > 0 && seen.is_none() {
                seen = Some(started.elapsed());
            }
            if !more {
                break;
            }
        }
        first = first.min(seen.unwrap_or(Duration::MAX));
        whole = whole.min(started.elapsed());
        slowest = slowest.min(slice);
    }
    let over = bound.is_some_and(|bound| whole > Duration::from_millis(bound)) || rows > 1000 && first.as_millis() > 16;
    println!(
        "{text:45} {rows:>8} rows, first {:>6.1} ms, all {:>7.1} ms, longest slice {:>5.1} ms{}",
        if rows > 0 { first.as_secs_f64() * 1e3 } else { f64::NAN },
        whole.as_secs_f64() * 1e3,
        slowest.as_secs_f64() * 1e3,
        if over { "  OVER" } else { "" }
    );
}

fn draw(model: &mut Model, terminal: &mut Terminal<TestBackend>) -> Duration {
    let theme = Theme::new(Depth::Ansi256, Background::Dark);
    let started = Instant::now();
    let mut geometry = None;
    terminal.draw(|frame| geometry = Some(ui::draw(frame, model, &theme))).unwrap();
    let drawn = started.elapsed();
    model.drawn(geometry.unwrap());
    drawn
}

fn frame(model: &mut Model) {
    let mut terminal = Terminal::new(TestBackend::new(200, 50)).unwrap();
    let best = (0..50).map(|_| draw(model, &mut terminal)).min().unwrap();
    println!("frame at 200×50: {:.2} ms{}", best.as_secs_f64() * 1e3, if best.as_millis() > 4 { "  OVER" } else { "" });
}

/// 50 000 arrivals in every second of ten, in batches of 500 while a text is filtered for: the longest turn of the loop
/// (taking in, filtering, a key, a frame) is the longest that a key waits.
fn stream(model: &mut Model, from: usize) {
    let mut finder = Finder::new();
    let batches: Vec<_> = (0..200).map(|at| found(&mut finder, from + at * 500..from + (at + 1) * 500)).collect();
    let mut terminal = Terminal::new(TestBackend::new(200, 50)).unwrap();
    model.board.set_query(Query::parse("sender-3 or total").unwrap());
    let (mut worst, started, mut total) = (Duration::ZERO, Instant::now(), 0);
    let mut batches = batches.into_iter();
    while let Some(batch) = batches.next() {
        let turn = Instant::now();
        let mut batch = Some(batch);
        while let Some(found) = batch.take() {
            total += found.len();
            model.update(Message::Source(SourceUpdate::Found(Batch { found, ..Batch::default() })), common::NOW);
            batch = (turn.elapsed() < TURN).then(|| batches.next()).flatten();
        }
        let filtering = Instant::now();
        while filtering.elapsed() < TURN && model.advance(model.query().pace(), &mut Vec::new()) {}
        model.update(Message::Terminal(Event::Key(KeyEvent::new(KeyCode::Up, KeyModifiers::NONE))), common::NOW);
        draw(model, &mut terminal);
        worst = worst.max(turn.elapsed());
    }
    let rate = total as f64 / started.elapsed().as_secs_f64();
    println!(
        "streaming in: {rate:.0} arrivals/s, the longest turn took {:.1} ms{}",
        worst.as_secs_f64() * 1e3,
        if worst.as_millis() > 50 || rate < 50_000.0 { "  OVER" } else { "" }
    );
    let entry = model.board.view(Pane::Failures).get(0).and_then(|seq| model.board.get(seq)).map(Entry::time);
    assert!(entry.is_some(), "the filter leaves something");
}
