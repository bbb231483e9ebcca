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
