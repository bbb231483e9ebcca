//! The keys: counts, the command line, the search in the help, and the user's own.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

mod common;

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use arrivals::app::keymap::{Context, Keymap};
use arrivals::app::message::{Effect, Message};
use arrivals::app::model::{Focus, Model, Overlay};
use arrivals::board::Pane;
use arrivals::config::read_text;
use arrivals::ui::{self, Background, Depth, Theme};
use common::{board_of, events, press, press_all, update};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers};
use insta::assert_snapshot;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

fn drawn(messages: &[String], width: u16, height: u16) -> Model {
    let mut model = board_of(messages);
    screen(&mut model, width, height);
    model
}

fn screen(model: &mut Model, width: u16, height: u16) -> String {
    let theme = Theme::new(Depth::Ansi256, Background::Dark);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    for _ in 0..2 {
        let mut geometry = None;
        terminal.draw(|frame| geometry = Some(ui::draw(frame, model, &theme))).unwrap();
        model.drawn(geometry.unwrap());
    }
    terminal.backend().to_string()
}

fn many() -> Vec<String> {
    (0..60).map(|second| common::record(second, "f", "RetriesExhausted", 1, "\"requestPayload\":1")).collect()
}

fn row(model: &Model) -> u32 {
    let (_, entry) = model.open_entry().unwrap();
    let arrivals::board::Entry::Arrival(arrival) = entry else { panic!("{entry:?}") };
    arrival.record.request_id().unwrap()[32..].parse().unwrap()
}

#[test]
fn a_number_before_a_movement_counts_it() {
    let mut model = drawn(&many(), 80, 24);
    assert_eq!(row(&model), 59);
    press_all(&mut model, "5k");
    assert_eq!(row(&model), 54);
    press_all(&mut model, "k");
    assert_eq!(row(&model), 53);
    press_all(&mut model, "40k");
    assert_eq!(row(&model), 13);
    press_all(&mut model, "012j");
    assert_eq!(row(&model), 25);
    press_all(&mut model, "7zj");
    assert_eq!(row(&model), 26, "a count is gone with the next key");
    press_all(&mut model, "99999999999999999999k");
    assert_eq!(row(&model), 0);
}

#[test]
fn digits_of_panes_go_to_the_panes() {
    let mut model = drawn(&events(), 120, 40);
    press(&mut model, KeyCode::Char('2'));
    assert_eq!(model.focus, Focus::List(Pane::Successes));
    assert_eq!(model.count, None);
    press_all(&mut model, "42");
    assert_eq!(model.count, Some(42));
    assert!(screen(&mut model, 80, 24).contains("42× the next movement"));
    press(&mut model, KeyCode::Esc);
    assert_eq!(model.count, None);
}

#[test]
fn every_action_of_the_board_can_be_started_by_its_name() {
    let keymap = Keymap::shipped().unwrap();
    for binding in keymap.of(Context::Browse) {
        let (mut by_key, mut by_name) = (drawn(&events(), 120, 40), drawn(&events(), 120, 40));
        let key: KeyEvent = binding.keys[0].into();
        let wanted = update(&mut by_key, Message::Terminal(Event::Key(key)));
        press_all(&mut by_name, &format!(":{}", binding.action.name()));
        let started = press(&mut by_name, KeyCode::Enter);
        assert_eq!(started, wanted, "{:?}", binding.action);
        if binding.action.name() != "command" {
            assert_eq!(by_name.context(), by_key.context(), "{:?}", binding.action);
            assert_eq!(screen(&mut by_name, 120, 40), screen(&mut by_key, 120, 40), "{:?}", binding.action);
        }
    }
}

#[test]
fn the_command_line_offers_what_fits() {
    let mut model = drawn(&events(), 80, 24);
    press_all(&mut model, ":foc");
    assert_snapshot!(screen(&mut model, 80, 24));
    press(&mut model, KeyCode::Down);
    press(&mut model, KeyCode::Tab);
    let Some(Overlay::Command(command)) = &model.overlay else { panic!("{:?}", model.overlay) };
    assert_eq!(command.line().text(), "focus-successes");
    press(&mut model, KeyCode::Enter);
    assert_eq!(model.focus, Focus::List(Pane::Successes));
    press_all(&mut model, ":nothing of the kind");
    assert_eq!(press(&mut model, KeyCode::Enter), []);
    assert!(model.overlay.is_none() && model.notice.as_ref().unwrap().text.contains("no action"));
}

#[test]
fn words_of_the_help_find_an_action_too() {
    let mut model = drawn(&events(), 80, 24);
    press_all(&mut model, ":back to the shell");
    assert_eq!(press(&mut model, KeyCode::Enter), [Effect::Suspend]);
}

#[test]
fn the_help_can_be_searched() {
    let mut model = drawn(&events(), 120, 40);
    press_all(&mut model, "?/menu");
    assert_snapshot!(screen(&mut model, 120, 40));
    press(&mut model, KeyCode::Enter);
    assert_eq!(model.context(), Context::Help);
    press(&mut model, KeyCode::Esc);
    assert!(screen(&mut model, 120, 40).contains("/ searches"));
    press_all(&mut model, "/qqqqq");
    assert!(screen(&mut model, 120, 40).contains("Nothing in the help holds these words"));
    press(&mut model, KeyCode::Esc);
    press(&mut model, KeyCode::Esc);
    assert!(model.overlay.is_none());
}

#[test]
fn pasted_text_goes_into_the_line_that_is_edited() {
    let mut model = drawn(&events(), 120, 40);
    press(&mut model, KeyCode::Char(':'));
    update(&mut model, Message::Terminal(Event::Paste("zo\nom".into())));
    let Some(Overlay::Command(command)) = &model.overlay else { panic!("{:?}", model.overlay) };
    assert_eq!(command.line().text(), "zo om");
}

#[test]
fn ctrl_c_leaves_what_is_open_and_then_the_board() {
    let mut model = drawn(&events(), 120, 40);
    let ctrl_c = || Message::Terminal(Event::Key(KeyEvent::new(KeyCode::Char('c'), KeyModifiers::CONTROL)));
    for open in [":", "?", "/", "c"] {
        press_all(&mut model, open);
        assert!(model.overlay.is_some());
        assert_eq!(update(&mut model, ctrl_c()), []);
        assert!(model.overlay.is_none(), "{open}");
    }
    assert_eq!(update(&mut model, ctrl_c()), [Effect::Quit]);
}

#[test]
fn a_wrong_keymap_file_is_told_with_its_place() {
    for entry in fs::read_dir("tests/data/keymap").unwrap() {
        let path = entry.unwrap().path();
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        let faults = match read_text(&path) {
            Ok(read) => Keymap::shipped().unwrap().patched(&path, &read.unwrap()).unwrap_err(),
            Err(fault) => vec![fault],
        };
        let said = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        for wanted in text.lines().filter_map(|line| line.strip_prefix("#! ")) {
            assert!(said.contains(wanted), "{}: {wanted}\n{said}", path.display());
        }
    }
}

#[test]
fn help_and_footer_follow_the_users_keys() {
    let mut model = drawn(&events(), 200, 50);
    let text = "[browse]\nzoom = [\"alt-z\", \"f\"]\nfreeze = []\n";
    model.keymap = Keymap::shipped().unwrap().patched(Path::new("keymap.toml"), text).unwrap();
    let board = screen(&mut model, 200, 50);
    assert!(board.contains("Alt-z zoom") && !board.contains("freeze"), "{board}");
    press_all(&mut model, "?/zoom");
    assert!(screen(&mut model, 120, 40).contains("Alt-z f"));
}

/// The README lists every key; this test fails when one is missing, and writes the list when `INSTA_UPDATE` is set as for
/// the screens.
#[test]
fn the_readme_lists_every_key() {
    let keymap = Keymap::shipped().unwrap();
    let mut list = String::new();
    for context in Context::ALL {
        writeln!(list, "\n**{}**\n\n| keys | action | does |\n|---|---|---|", context.title()).unwrap();
        for binding in keymap.of(context) {
            let keys: Vec<_> = binding.key_names().iter().map(|key| format!("`{}`", key.replace('|', "\\|"))).collect();
            let help = binding.help.replace('|', "\\|");
            writeln!(list, "| {} | {} | {help} |", keys.join(" "), binding.action.name()).unwrap();
        }
    }
    let readme = fs::read_to_string("README.md").unwrap();
    let (before, rest) = readme.split_once("<!-- keys -->\n").unwrap();
    let (known, after) = rest.split_once("<!-- /keys -->").unwrap();
    if std::env::var("INSTA_UPDATE").is_ok_and(|mode| mode == "always") {
        fs::write("README.md", format!("{before}<!-- keys -->\n{list}\n<!-- /keys -->{after}")).unwrap();
    } else {
        assert!(known == format!("{list}\n"), "the keys of the README: INSTA_UPDATE=always cargo test --test keys");
    }
}

#[test]
fn the_manual_page_lists_every_key() {
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_arrivals")).arg("man").output().unwrap();
    let page = String::from_utf8(output.stdout).unwrap();
    for binding in Context::ALL.into_iter().flat_map(|context| {
        Keymap::shipped().unwrap().of(context).map(|binding| binding.help.clone()).collect::<Vec<_>>()
    }) {
        let first = binding.split(['-', '\'', '`', '\\']).next().unwrap();
        assert!(page.contains(first), "{binding}");
    }
    assert!(page.contains(".SH KEYS"));
}
