//! Drawing a frame, and laying the open record out.

#![allow(clippy::unwrap_used, reason = "a bench may fail by panicking")]

#[path = "../tests/common/mod.rs"]
mod common;

use arrivals::app::model::Model;
use arrivals::ui::{self, Background, Depth, Theme};
use crossterm::event::KeyCode;
use divan::Bencher;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn main() {
    divan::main();
}

/// A board with `count` records, nearly half of them failures.
fn board(count: usize) -> Model {
    let events: Vec<_> = (0..count).flat_map(|_| common::events()).take(count).collect();
    common::board_of(&events)
}

#[divan::bench(args = [(80, 24), (120, 40), (200, 50)])]
fn frame(bencher: Bencher<'_, '_>, (width, height): (u16, u16)) {
    let mut model = board(10_000);
    let theme = Theme::new(Depth::Ansi256, Background::Dark);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let mut geometry = None;
    terminal.draw(|frame| geometry = Some(ui::draw(frame, &model, &theme))).unwrap();
    model.drawn(geometry.unwrap());
    bencher.bench_local(|| {
        terminal.draw(|frame| drop(ui::draw(frame, &model, &theme))).unwrap();
    });
}

#[divan::bench]
fn next_record(bencher: Bencher<'_, '_>) {
    let mut model = board(10_000);
    bencher.bench_local(|| common::press(&mut model, KeyCode::Up));
}

/// A payload of 1 MB in 50 000 rows, and one of the same size that is one long string.
fn payload(kind: &str) -> String {
    let item = |at: usize| format!(r#"{{"sku":"KB-{at:06}","quantity":{at},"price":1.10,"ok":true}}"#);
    match kind {
        "rows" => {
            format!("[{}]", (0..8_400).map(item).map(|item| item + &" ".repeat(60)).collect::<Vec<_>>().join(","))
        }
        _ => format!(r#"["{}"]"#, "grün word ".repeat(95_000)),
    }
}

fn record(kind: &str) -> String {
    let rest = format!(r#""requestPayload":{},"responseContext":{{"statusCode":404}}"#, payload(kind));
    common::record(1, "sender:$LATEST", "RetriesExhausted", 1, &rest)
}

/// Going to the request tab and back, without the kept tree.
#[divan::bench(args = ["rows", "string"])]
fn open_payload(bencher: Bencher<'_, '_>, kind: &str) {
    let record = record(kind);
    bencher
        .with_inputs(|| {
            let mut model = common::board_of(std::slice::from_ref(&record));
            common::press(&mut model, KeyCode::Char('3'));
            model
        })
        .bench_local_values(|mut model| {
            common::press(&mut model, KeyCode::Char(']'));
            model
        });
}

/// A frame of a payload of 50 000 rows on the whole screen, after a key.
#[divan::bench(args = ["j", "h", "n", "C", "E"])]
fn key_in_payload(bencher: Bencher<'_, '_>, key: &str) {
    let mut model = common::board_of(&[record("rows")]);
    common::press(&mut model, KeyCode::Enter);
    common::press(&mut model, KeyCode::Char(']'));
    common::press_all(&mut model, "/kb-00");
    common::press(&mut model, KeyCode::Enter);
    let theme = Theme::new(Depth::Ansi256, Background::Dark);
    let mut terminal = Terminal::new(TestBackend::new(200, 50)).unwrap();
    let mut geometry = None;
    terminal.draw(|frame| geometry = Some(ui::draw(frame, &model, &theme))).unwrap();
    model.drawn(geometry.unwrap());
    bencher.bench_local(|| {
        common::press_all(&mut model, key);
        terminal.draw(|frame| drop(ui::draw(frame, &model, &theme))).unwrap();
    });
}
