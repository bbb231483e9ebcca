//! The board at a million arrivals of 1.2 KB each, three of ten of them failures: figures against their bounds.
//!
//! `cargo bench --bench million` ends with a table: what was measured, what is wanted, whether it holds. Of several runs
//! the best counts, for the machine has other work too; of a run, its slowest turn. A number after `--` takes so many
//! arrivals instead.
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a bench may fail by panicking, and says what it found")]

#[path = "../tests/common/mod.rs"]
mod common;
#[path = "million/records.rs"]
mod records;
#[path = "million/table.rs"]
mod table;

use std::time::{Duration, Instant};

use arrivals::app::keymap::Keymap;
use arrivals::app::message::Message;
use arrivals::app::model::{Model, Place, SourceState};
use arrivals::board::{Board, Entry, Pane, Query};
use arrivals::record::{Finder, Found};
use arrivals::source::{Batch, SourceUpdate};
use arrivals::ui::{self, Background, Depth, Theme};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use jiff::tz::TimeZone;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

use records::Records;
use table::Table;

/// Runs of which the best counts.
const RUNS: usize = 5;
/// How long the board filters, or takes arrivals in, before it hears the keyboard again.
const TURN: Duration = Duration::from_millis(4);
/// A key waits no longer for the loop's other work.
const KEY: u64 = 50;
/// From a key of the filter to the first rows.
const FIRST: u64 = 16;
/// Fewer rows may all stand at the far end of the log.
const FEW: usize = 1000;

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
    ("jq:'.requestContext.approximateInvokeCount > 2'", None),
];

fn main() {
    let count = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000);
    let started = Instant::now();
    let mut table = Table::default();
    let mut model = filled(count);
    println!("{count} arrivals found and taken in after {:.1} s", started.elapsed().as_secs_f32());
    memory(&model, &mut table);
    for &(query, bound) in QUERIES {
        filter(&mut model, query, bound, &mut table);
    }
    unfiltered(&mut model);
    overlay(&mut model, "groups", 'b', &mut table);
    overlay(&mut model, "differences", 'D', &mut table);
    frame(&mut model, &mut table);
    stream(&mut model, count, &mut table);
    table.print();
}

fn filled(count: usize) -> Model {
    let mut model = Model::new(
        Board::new(usize::MAX),
        SourceState::at(Place::default()),
        Keymap::shipped().unwrap(),
        TimeZone::UTC,
    );
    let (records, mut finder) = (Records::default(), Finder::new());
    for from in (0..count).step_by(10_000) {
        take_in(&mut model, records.found(&mut finder, from..(from + 10_000).min(count)));
    }
    model
}

fn take_in(model: &mut Model, found: Vec<Found>) {
    model.update(Message::Source(SourceUpdate::Found(Batch { found, ..Batch::default() })), common::NOW);
}

fn press(model: &mut Model, code: KeyCode) {
    let is_capital = matches!(code, KeyCode::Char(letter) if letter.is_uppercase());
    let modifiers = if is_capital { KeyModifiers::SHIFT } else { KeyModifiers::NONE };
    model.update(Message::Terminal(Event::Key(KeyEvent::new(code, modifiers))), common::NOW);
}

/// What this process has in memory, or had at most, in bytes.
fn of_this_process(name: &str) -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    line.split_whitespace().nth(1).and_then(|kilobytes| kilobytes.parse::<usize>().ok()).unwrap_or_default() * 1024
}

/// The whole process counts, its code and what finding the records took at the highest too.
fn memory(model: &Model, table: &mut Table) {
    let kept = model.board.bytes();
    let (now, most) = (of_this_process("VmRSS:"), of_this_process("VmHWM:"));
    let bound = kept + kept * 3 / 10 + (64 << 20);
    table.add(
        &format!("memory for {} MB of log events", kept >> 20),
        &format!("1.3 × + 64 MB = {} MB", bound >> 20),
        &format!("{} MB, {} MB at most", now >> 20, most >> 20),
        most <= bound,
    );
    let (entries, told) = (Pane::ALL.iter().map(|&pane| model.board.kept(pane)).sum::<usize>(), model.board.memory());
    table.add(
        "what --max-memory takes that for",
        "within 5 %",
        &format!("{} MB; {} B an arrival beside its text", told >> 20, (now - kept) / entries.max(1)),
        told.abs_diff(now) * 20 <= now,
    );
}

fn unfiltered(model: &mut Model) {
    model.board.set_query(Query::all());
    while model.advance(1 << 15, &mut Vec::new()) {}
}

/// What one run of a filter came to.
#[derive(Clone, Copy)]
struct Run {
    /// Until rows could be shown.
    first: Option<Duration>,
    /// Until the count was exact.
    whole: Duration,
    /// The longest turn in which no key is heard.
    slice: Duration,
    rows: usize,
}

/// From the key that completes a query to the first rows, and to the exact count, with the loop's other work left out.
fn run(model: &mut Model, query: &Query) -> Run {
    unfiltered(model);
    let started = Instant::now();
    model.board.set_query(query.clone());
    let (mut first, mut slice, mut turn) = (None, Duration::ZERO, started);
    loop {
        let more = model.advance(query.pace(), &mut Vec::new());
        slice = slice.max(turn.elapsed());
        turn = Instant::now();
        let rows = Pane::ALL.iter().map(|&pane| model.board.view(pane).len()).sum();
        if rows > 0 && first.is_none() {
            first = Some(started.elapsed());
        }
        if !more {
            return Run { first, whole: started.elapsed(), slice, rows };
        }
    }
}

fn filter(model: &mut Model, text: &str, bound: Option<u64>, table: &mut Table) {
    let query = Query::parse(text).unwrap();
    let runs: Vec<Run> = (0..bound.map_or(1, |_| RUNS)).map(|_| run(model, &query)).collect();
    let best = |of: fn(&Run) -> Duration| runs.iter().map(of).min().unwrap();
    let (first, whole, slice) =
        (best(|run| run.first.unwrap_or_default()), best(|run| run.whole), best(|run| run.slice));
    let rows = runs[0].rows;
    let is_soon = rows < FEW || first.as_millis() <= u128::from(FIRST);
    table.add(
        text,
        &bound.map_or_else(
            || format!("progressive, {FIRST} ms first"),
            |bound| format!("{FIRST} ms first, {bound} ms all"),
        ),
        &format!("{:.1} first, {:.0} all, {:.1} a turn; {rows} rows", millis(first), millis(whole), millis(slice)),
        is_soon && slice.as_millis() <= u128::from(KEY) && bound.is_none_or(|bound| whole.as_millis() <= bound.into()),
    );
}

fn millis(duration: Duration) -> f64 {
    duration.as_secs_f64() * 1e3
}

/// A list over all failures, from its key until it is complete, and closed again while it is not.
fn overlay(model: &mut Model, name: &str, key: char, table: &mut Table) {
    let (mut whole, mut slice, mut closing) = (Duration::MAX, Duration::MAX, Duration::MAX);
    for _ in 0..RUNS {
        let (all, longest) = opened(model, key);
        (whole, slice) = (whole.min(all), slice.min(longest));
        press(model, KeyCode::Esc);
        press(model, KeyCode::Char(key));
        let more = model.advance(1, &mut Vec::new());
        assert!(more, "{name} are not gathered at once");
        let started = Instant::now();
        press(model, KeyCode::Esc);
        assert!(!model.advance(1, &mut Vec::new()), "closing ends it");
        closing = closing.min(started.elapsed());
    }
    table.add(
        name,
        "1000 ms, progressive, cancellable",
        &format!("{:.0} ms, {:.1} a turn, {:.1} to cancel", millis(whole), millis(slice), millis(closing)),
        whole.as_millis() <= 1000 && slice.as_millis() <= KEY.into() && closing.as_millis() <= KEY.into(),
    );
}

fn opened(model: &mut Model, key: char) -> (Duration, Duration) {
    let (started, mut slice) = (Instant::now(), Duration::ZERO);
    press(model, KeyCode::Char(key));
    loop {
        let turn = Instant::now();
        let more = model.advance(model.query().pace(), &mut Vec::new());
        slice = slice.max(turn.elapsed());
        if !more {
            return (started.elapsed(), slice);
        }
    }
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

fn frame(model: &mut Model, table: &mut Table) {
    let mut terminal = Terminal::new(TestBackend::new(200, 50)).unwrap();
    let best = (0..50).map(|_| draw(model, &mut terminal)).min().unwrap();
    table.add("a frame at 200×50", "4 ms", &format!("{:.2} ms", millis(best)), best.as_millis() < 4);
}

/// 50 000 arrivals in every second of ten, in batches of 500 while a text is filtered for: the longest turn of the loop
/// (taking in, filtering, a key, a frame) is the longest that a key waits.
fn stream(model: &mut Model, from: usize, table: &mut Table) {
    let (records, mut finder) = (Records::default(), Finder::new());
    let found = |at: usize| from + at * 500..from + (at + 1) * 500;
    let batches: Vec<_> = (0..1000).map(|at| records.found(&mut finder, found(at))).collect();
    let mut terminal = Terminal::new(TestBackend::new(200, 50)).unwrap();
    model.board.set_query(Query::parse("sender-3 or total").unwrap());
    let (mut turns, started, mut total) = (Vec::new(), Instant::now(), 0);
    let mut batches = batches.into_iter();
    while let Some(batch) = batches.next() {
        let turn = Instant::now();
        let mut batch = Some(batch);
        while let Some(found) = batch.take() {
            total += found.len();
            take_in(model, found);
            batch = (turn.elapsed() < TURN).then(|| batches.next()).flatten();
        }
        let filtering = Instant::now();
        while filtering.elapsed() < TURN && model.advance(model.query().pace(), &mut Vec::new()) {}
        press(model, KeyCode::Up);
        draw(model, &mut terminal);
        turns.push(turn.elapsed());
    }
    let rate = total as f64 / started.elapsed().as_secs_f64();
    let worst = turns.iter().max().copied().unwrap_or_default();
    table.add(
        "streaming in, while a text is filtered for",
        &format!("50000/s, no key over {KEY} ms"),
        &format!("{rate:.0}/s, {:.1} ms at most", millis(worst)),
        rate >= 50_000.0 && worst.as_millis() <= KEY.into(),
    );
    let entry = model.board.view(Pane::Failures).get(0).and_then(|seq| model.board.get(seq)).map(Entry::time);
    assert!(entry.is_some(), "the filter leaves something");
}
