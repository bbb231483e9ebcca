//! The histogram: what it shows, and the range of time that keys and the mouse choose in it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

mod common;

use arrivals::app::message::Message;
use arrivals::app::model::{Model, Overlay, Timeline};
use arrivals::board::{Pane, Query, TimeFrame};
use arrivals::source::{Batch, SourceUpdate};
use common::screen::screen;
use common::{NOW, board_of, found, press, press_all, record, update};
use crossterm::event::{Event, KeyCode, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use insta::assert_snapshot;

/// A record a second for five minutes, of which each fifth has failed, and a new version halfway.
fn messages(seconds: std::ops::Range<i64>) -> Vec<String> {
    let one = |second: i64| {
        let version = if second < 150 { "7" } else { "8" };
        let rest = format!(
            r#""requestPayload":{{"n":{second}}},"responseContext":{{"statusCode":200,"executedVersion":"{version}"}},"responsePayload":null"#
        );
        let failed = second % 5 == 0;
        let condition = if failed { "RetriesExhausted" } else { "Success" };
        record(second, "sender:live", condition, if failed { 3 } else { 1 }, &rest)
    };
    seconds.map(one).collect()
}

fn board() -> Model {
    let mut model = board_of(&messages(0..300));
    screen(&mut model, 120, 40);
    press(&mut model, KeyCode::Char('B'));
    screen(&mut model, 120, 40);
    model
}

/// What is shown, and what is chosen of it.
fn shown(model: &Model) -> (&Timeline, TimeFrame) {
    let Some(Overlay::Timeline(timeline)) = &model.overlay else { panic!("no histogram") };
    (timeline, timeline.frame(&model.board, usize::from(model.geometry.menu.width)))
}

fn chosen(model: &Model) -> std::ops::Range<i64> {
    let (timeline, frame) = shown(model);
    timeline.span(&frame)
}

#[test]
fn the_histogram() {
    let mut model = board();
    assert_snapshot!("histogram_at_120_by_40", screen(&mut model, 120, 40));
    assert_snapshot!("histogram_at_80_by_24", screen(&mut model, 80, 24));
    assert_snapshot!("histogram_at_200_by_50", screen(&mut model, 200, 50));
}

#[test]
fn a_range_of_keys_becomes_a_filter() {
    let mut model = board();
    let width = shown(&model).1.width;
    press_all(&mut model, "hhh hhhh");
    let span = chosen(&model);
    assert_eq!(span.end - span.start, 5 * width);
    press(&mut model, KeyCode::Enter);
    while model.advance(1000, &mut Vec::new()) {}
    assert!(model.overlay.is_none());
    assert_eq!(*model.query(), Query::all().within(span.start, span.end));
    let rows: usize = Pane::ALL.iter().map(|&pane| model.board.view(pane).len()).sum();
    let within = model.board.arrivals().filter(|(_, arrival)| span.contains(&arrival.time()));
    assert_eq!(rows, within.count());
    // Esc takes it back as any filter.
    press(&mut model, KeyCode::Esc);
    assert!(model.query().is_all());
}

#[test]
fn escape_gives_the_range_up_before_the_histogram() {
    let mut model = board();
    press_all(&mut model, " h");
    press(&mut model, KeyCode::Esc);
    assert!(!shown(&model).0.has_range());
    press(&mut model, KeyCode::Esc);
    assert!(model.overlay.is_none() && model.query().is_all());
}

fn mouse(model: &mut Model, kind: MouseEventKind, column: u16) {
    let row = model.geometry.menu.y + 1;
    let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    update(model, Message::Terminal(Event::Mouse(event)));
}

#[test]
fn the_mouse_draws_a_range_and_its_wheel_zooms() {
    let mut model = board();
    let left = model.geometry.menu.x;
    mouse(&mut model, MouseEventKind::Down(MouseButton::Left), left + 10);
    mouse(&mut model, MouseEventKind::Drag(MouseButton::Left), left + 14);
    mouse(&mut model, MouseEventKind::Up(MouseButton::Left), left + 14);
    let (timeline, frame) = shown(&model);
    assert_eq!(timeline.chosen(&frame), 10..15);
    let width = frame.width;
    mouse(&mut model, MouseEventKind::ScrollUp, left + 14);
    assert!(shown(&model).1.width < width);
    mouse(&mut model, MouseEventKind::ScrollDown, left + 14);
    assert_eq!(shown(&model).1.width, width);
}

#[test]
fn zooming_keeps_the_cursor_in_sight_and_all_comes_back() {
    let mut model = board();
    let whole = shown(&model).1;
    press_all(&mut model, "hhhhhhhhhhhhhhh");
    let cursor = chosen(&model).start;
    press_all(&mut model, "+++");
    let (_, frame) = shown(&model);
    assert!(frame.width < whole.width && (frame.from..frame.end()).contains(&cursor));
    press_all(&mut model, "g");
    let (_, frame) = shown(&model);
    let first = NOW - 300_000;
    assert!(frame.from <= first && chosen(&model).contains(&first), "{first} {frame:?} {:?}", chosen(&model));
    press_all(&mut model, "0");
    assert_eq!(shown(&model).1, whole);
    press_all(&mut model, "---");
    assert_eq!(shown(&model).1, whole);
}

#[test]
fn it_follows_what_comes_until_the_reader_goes_back() {
    let mut model = board();
    let arrive = |model: &mut Model, count: i64| {
        let found = found(&messages(0..count)).split_off(300);
        update(model, Message::Source(SourceUpdate::Found(Batch { found, ..Batch::default() })));
    };
    press_all(&mut model, "++G");
    let before = shown(&model).1;
    arrive(&mut model, 400);
    let (_, frame) = shown(&model);
    assert!(frame.end() > before.end() && frame.end() > NOW + 90_000);
    press_all(&mut model, "h");
    let held = shown(&model).1;
    arrive(&mut model, 500);
    assert_eq!(shown(&model).1, held);
}

#[test]
fn without_records_there_is_no_time() {
    let mut model = board_of(&[]);
    press(&mut model, KeyCode::Char('B'));
    assert!(model.overlay.is_none() && model.notice.is_some());
}

#[test]
fn the_readme_shows_the_real_screen() {
    let shown = screen(&mut board(), 80, 24);
    assert!(include_str!("../README.md").contains(shown.trim_end()), "README.md lacks\n{shown}");
}
