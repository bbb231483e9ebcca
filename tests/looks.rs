//! Looks: themes, borders, and text of any script in its columns.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

mod common;

use std::fs;
use std::process::Command;

use arrivals::config::read_text;
use arrivals::ui::{Background, Depth, Scheme, Theme};
use common::screen::{draw, rows};
use common::{board_of, events, press, press_all, record};
use crossterm::event::KeyCode;
use insta::assert_snapshot;
use ratatui::buffer::Buffer;
use ratatui::style::Color;
use unicode_width::UnicodeWidthStr;

fn plain() -> Theme {
    Theme::new(Depth::Ansi256, Background::Dark)
}

#[test]
fn every_theme_tells_outcomes_apart_at_every_depth() {
    for scheme in Scheme::shipped() {
        for depth in [Depth::Ansi16, Depth::Ansi256, Depth::True] {
            let theme = scheme.theme(depth);
            let colour = |outcome| theme.outcome(outcome).fg.unwrap();
            let (failure, success) =
                (colour(arrivals::record::Outcome::Failure), colour(arrivals::record::Outcome::Success));
            assert_ne!(failure, success, "{} {depth:?}", scheme.name());
            let fits = |colour: Color| match colour {
                Color::Rgb(..) => depth == Depth::True,
                Color::Indexed(_) => depth >= Depth::Ansi256,
                _ => true,
            };
            let buffer = draw(&mut board_of(&events()), 120, 40, &theme);
            assert!(buffer.content.iter().all(|cell| fits(cell.fg) && fits(cell.bg)), "{} {depth:?}", scheme.name());
        }
    }
}

#[test]
fn a_theme_changes_colours_and_no_text() {
    let wanted = rows(&draw(&mut board_of(&events()), 120, 40, &plain()));
    for scheme in Scheme::shipped() {
        assert_eq!(rows(&draw(&mut board_of(&events()), 120, 40, &scheme.theme(Depth::True))), wanted);
    }
}

#[test]
fn the_picker_shows_the_theme_under_the_cursor_and_takes_it_back() {
    let mut model = board_of(&events());
    model.themes = Scheme::shipped().iter().map(|scheme| scheme.name().to_owned()).collect();
    press_all(&mut model, "Tjj");
    assert_eq!(model.theme, 2);
    assert_snapshot!(rows(&draw(&mut model, 80, 24, &plain())).join("\n"));
    press(&mut model, KeyCode::Esc);
    assert!(model.theme == 0 && model.overlay.is_none());
    press_all(&mut model, "Tj");
    press(&mut model, KeyCode::Enter);
    assert_eq!(model.theme, 1);
    assert!(model.notice.as_ref().unwrap().text.contains("theme = \"light\""));
}

#[test]
fn a_wrong_theme_file_is_told_with_its_place() {
    for entry in fs::read_dir("tests/data/themes").unwrap() {
        let path = entry.unwrap().path();
        let text = String::from_utf8_lossy(&fs::read(&path).unwrap()).into_owned();
        let faults = match read_text(&path) {
            Ok(read) => Scheme::parse("mine", &path, &read.unwrap()).unwrap_err(),
            Err(fault) => vec![fault],
        };
        let said = faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n");
        for wanted in text.lines().filter_map(|line| line.strip_prefix("#! ")) {
            assert!(said.contains(wanted), "{}: {wanted}\n{said}", path.display());
        }
    }
}

#[test]
fn borders_can_do_without_box_characters() {
    let shown = rows(&draw(&mut board_of(&events()), 120, 40, &plain().with_ascii(true))).join("\n");
    assert!(!shown.chars().any(|c| ('\u{2500}'..='\u{257f}').contains(&c)), "{shown}");
    assert!(shown.contains("+ 1 Failures 9 -") && shown.contains("\n|"), "{shown}");
}

#[test]
fn text_of_any_script_stays_in_its_columns() {
    let names =
        ["日本語日本語", "e\u{301}e\u{301}e\u{301}e\u{301}", "שלום עולם", "👩‍👩‍👧‍👦👍🏽🇩🇪", "नमस्ते", "ｗｉｄｅ", "plain"];
    let messages: Vec<_> = names
        .iter()
        .zip(0..)
        .map(|(name, second)| {
            let rest = format!(
                r#""requestPayload":{{"name":"{name}"}},"responseContext":{{"statusCode":200,"functionError":"Unhandled"}},"responsePayload":{{"errorType":"{name}","errorMessage":"{name} {name} {name} {name} {name} {name}"}}"#
            );
            record(second, "sender:$LATEST", "RetriesExhausted", 3, &rest)
        })
        .collect();
    for (width, height) in [(120, 40), (80, 24), (100, 30)] {
        let mut model = board_of(&messages);
        let shown = rows(&draw(&mut model, width, height, &plain()));
        for line in &shown {
            assert!(line.width() <= usize::from(width), "{line:?} takes {} cells of {width}", line.width());
        }
        if width < 100 {
            continue;
        }
        // The border between the panes stands in one column, whatever is written before it.
        let column = |line: &String| line.split_once("││").map(|(before, _)| before.width());
        let columns: Vec<_> = shown.iter().filter_map(column).collect();
        assert!(columns.len() >= names.len(), "{shown:#?}");
        assert!(columns.iter().all(|at| *at == columns[0]), "{columns:?} {shown:#?}");
    }
}

/// Names and texts of many scripts: wide, combining, from right to left, emoji of several characters, and characters that
/// are not shown at all.
const SCRIPTS: [&str; 9] = [
    "日本語日本語の関数名",
    "e\u{301}e\u{301}a\u{308}o\u{302}u\u{30a}",
    "שלום עולם",
    "مرحبا بالعالم",
    "👩‍👩‍👧‍👦👍🏽🇩🇪❤\u{fe0f}1\u{fe0f}\u{20e3}",
    "नमस्ते दुनिया",
    "ｗｉｄｅ",
    "zero\u{200b}width\u{feff}\u{202e}txet",
    "plain",
];

/// As many names that are written in cells of one kind.
const PLAIN: [&str; 9] = ["alpha", "bravo", "charlie", "delta", "echo", "foxtrot", "golf", "hotel", "plain"];

/// Columns of the cells of a row that are borders; a cell is what the terminal puts there, wide ones take two.
fn borders(buffer: &Buffer, y: u16) -> Vec<u16> {
    (0..buffer.area.width).filter(|&x| matches!(buffer[(x, y)].symbol(), "│" | "┌" | "┐" | "└" | "┘" | "─")).collect()
}

#[test]
fn frames_stand_in_the_same_cells_whatever_the_script() {
    let messages = |names: &[&str]| -> Vec<_> {
        let message = |(name, second): (&&str, i64)| {
            let rest = format!(
                r#""requestPayload":{{"{name}":"{name} {name}"}},"responseContext":{{"statusCode":200,"executedVersion":"{name}","functionError":"Unhandled"}},"responsePayload":{{"errorType":"{name}","errorMessage":"{name} {name} {name} {name} {name} {name}","stackTrace":["  File \"/var/task/{name}.py\", line 9, in {name}\n    raise {name}\n"]}}"#
            );
            let success = format!(
                r#""requestPayload":"{name}","responsePayload":{{"{name}":["{name}","{name} {name} {name}"]}}"#
            );
            [
                record(2 * second, &format!("{name}:{name}"), "RetriesExhausted", 3, &rest),
                record(2 * second + 1, name, "Success", 1, &success),
            ]
        };
        names.iter().zip(0..).flat_map(message).collect()
    };
    for (width, height, keys) in
        [(120, 40, ""), (80, 24, ""), (120, 40, "]"), (120, 40, "b"), (120, 40, "D"), (80, 24, "3]")]
    {
        let shown = |names: &[&str]| {
            let mut model = board_of(&messages(names));
            press_all(&mut model, keys);
            draw(&mut model, width, height, &plain())
        };
        let (wanted, strange) = (shown(&PLAIN), shown(&SCRIPTS));
        for y in 2..height - 1 {
            let of = |buffer: &Buffer| {
                borders(buffer, y).into_iter().filter(|x| is_frame(&wanted, *x, y)).collect::<Vec<_>>()
            };
            assert_eq!(of(&strange), of(&wanted), "{width}x{height} {keys:?} row {y}:\n{}", rows(&strange).join("\n"));
        }
        for line in rows(&strange) {
            assert_eq!(line.width(), usize::from(width), "{line:?}");
        }
    }
    // What a reader sees, to be looked at in the diff.
    let mut model = board_of(&messages(&SCRIPTS));
    for (width, height) in [(120, 40), (80, 24)] {
        let name = format!("scripts_{width}x{height}");
        assert_snapshot!(name, rows(&draw(&mut model, width, height, &plain())).join("\n"));
    }
}

/// Frames run from row to row; a line that a title or a text has is none.
fn is_frame(buffer: &Buffer, x: u16, y: u16) -> bool {
    let vertical = |y: u16| buffer.area.height > y && matches!(buffer[(x, y)].symbol(), "│" | "┌" | "┐" | "└" | "┘");
    vertical(y) && (vertical(y + 1) || vertical(y.saturating_sub(1)))
}

#[test]
fn a_theme_that_is_not_there_is_named_with_its_neighbour() {
    let mut command = Command::new("script");
    let program = env!("CARGO_BIN_EXE_arrivals");
    let line = format!("{program} read /dev/null --output board --theme drak");
    command.args(["-qec", &line, "/dev/null"]).env("XDG_CONFIG_HOME", "/nonexistent").env("TERM", "xterm");
    let Ok(output) = command.output() else { return };
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(said.contains("there is no theme drak; did you mean dark?"), "{said}");
    assert_eq!(output.status.code(), Some(252));
}

/// The picture of the README is what the board shows: this test fails when it has changed, and writes it when
/// `INSTA_UPDATE` is set as for the screens.
#[test]
fn the_picture_of_the_readme_is_the_board() {
    let theme = Scheme::shipped()[0].theme(Depth::True);
    let picture = svg(&draw(&mut board_of(&events()), 120, 32, &theme));
    let path = "assets/board.svg";
    if std::env::var("INSTA_UPDATE").is_ok_and(|mode| mode == "always") {
        fs::write(path, &picture).unwrap();
    }
    let known = fs::read_to_string(path).unwrap_or_default();
    assert!(known == picture, "{path} is not the board any more: INSTA_UPDATE=always cargo test --test looks");
}

/// The screen as a picture: a text for every run of cells that look alike, in columns of fixed width.
fn svg(buffer: &Buffer) -> String {
    use std::fmt::Write as _;
    let (width, height) = (f32::from(buffer.area.width) * 8.4 + 20.0, f32::from(buffer.area.height) * 18.0 + 20.0);
    let mut picture = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {width:.0} {height:.0}\" font-family=\"ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace\" font-size=\"14\">\n<title>The board of arrivals: failures, successes, and the trace of the selected record</title>\n<rect width=\"100%\" height=\"100%\" rx=\"8\" fill=\"#1b1e24\"/>\n"
    );
    for y in 0..buffer.area.height {
        let mut x = 0;
        while x < buffer.area.width {
            let (start, style) = (x, buffer[(x, y)].style());
            let mut run = String::new();
            while x < buffer.area.width && buffer[(x, y)].style() == style {
                run.push_str(buffer[(x, y)].symbol());
                x += buffer[(x, y)].symbol().width().max(1) as u16;
            }
            let (left, top) = (f32::from(start) * 8.4 + 10.0, f32::from(y) * 18.0 + 10.0);
            let wide = f32::from(x - start) * 8.4;
            if let Some(colour) = style.bg.and_then(hex) {
                let _ = writeln!(
                    picture,
                    "<rect x=\"{left:.1}\" y=\"{top:.1}\" width=\"{wide:.1}\" height=\"18\" fill=\"{colour}\"/>"
                );
            }
            if run.trim().is_empty() {
                continue;
            }
            let bold =
                if style.add_modifier.contains(ratatui::style::Modifier::BOLD) { " font-weight=\"bold\"" } else { "" };
            let dim = if style.add_modifier.contains(ratatui::style::Modifier::DIM) { " opacity=\"0.6\"" } else { "" };
            let fill = style.fg.and_then(hex).unwrap_or("#d8dee9".to_owned());
            let text = run.replace('&', "&amp;").replace('<', "&lt;").replace(' ', "\u{a0}");
            let _ = writeln!(
                picture,
                "<text x=\"{left:.1}\" y=\"{:.1}\" textLength=\"{wide:.1}\" lengthAdjust=\"spacingAndGlyphs\" fill=\"{fill}\"{bold}{dim}>{text}</text>",
                top + 13.5
            );
        }
    }
    picture + "</svg>\n"
}

/// Colours as a terminal of today shows them; `None` for its own.
fn hex(colour: Color) -> Option<String> {
    let named = match colour {
        Color::Red => "#ef6b73",
        Color::Green => "#8fc379",
        Color::Yellow => "#e5c07b",
        Color::Cyan => "#56b6c2",
        Color::Blue => "#61afef",
        Color::Magenta => "#c678dd",
        Color::Indexed(grey @ 232..) => {
            let level = 8 + (grey - 232) * 10;
            return Some(format!("#{level:02x}{level:02x}{level:02x}"));
        }
        Color::Rgb(r, g, b) => return Some(format!("#{r:02x}{g:02x}{b:02x}")),
        _ => return None,
    };
    Some(named.to_owned())
}
