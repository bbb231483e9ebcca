//! The whole program in a pseudo-terminal: what it shows, what its keys do, and that it leaves the terminal as it found it.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::print_stderr, reason = "a test may fail by panicking")]

#[path = "common/session.rs"]
mod session;

use std::io::{Read, Write};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{CommandBuilder, PtySize, native_pty_system};
use session::{DEADLINE, Session};

fn file(lines: &[&str]) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    for line in lines {
        writeln!(file, "{line}").unwrap();
    }
    file
}

const FAILURE: &str = r#"{"version":"1.0","timestamp":"2026-11-20T10:15:43.658Z","requestContext":{"requestId":"f1","functionArn":"arn:aws:lambda:eu-central-1:111122223333:function:sender:$LATEST","condition":"RetriesExhausted","approximateInvokeCount":3},"requestPayload":{"return":"failure"},"responseContext":{"statusCode":200,"executedVersion":"$LATEST","functionError":"Unhandled"},"responsePayload":{"errorMessage":"I'm supposed to fail here","errorType":"RuntimeError","stackTrace":["  File \"/var/task/sender_handler.py\", line 9, in lambda_handler\n    raise RuntimeError(\"I'm supposed to fail here\")\n"]}}"#;
const SUCCESS: &str = r#"{"version":"1.0","timestamp":"2026-11-20T10:15:44.658Z","requestContext":{"requestId":"s1","functionArn":"arn:aws:lambda:eu-central-1:111122223333:function:sender:$LATEST","condition":"Success","approximateInvokeCount":1},"requestPayload":{"return":"success"},"responseContext":{"statusCode":200,"executedVersion":"$LATEST"},"responsePayload":{"this_invocation":"was_successful"}}"#;

#[test]
fn the_demo_shows_the_attempts_of_a_failure() {
    let mut session = Session::arrivals(40, 140, &["demo", "--filter", "fn:sender outcome:failure"]);
    session.wait_for("RuntimeError: I'm supposed to fail here");
    session.press("\r]]]");
    session.wait_for("asks the function's log");
    session.press("\r");
    session.wait_for("3 attempts, as the record says");
    let text = session.text();
    assert!(text.contains("the same error each time") && text.contains("waited"), "{text}");
    assert!(text.contains("of the receiver"), "{text}");
    session.press("\r");
    session.wait_for("REPORT RequestId");
    session.press("q");
    assert_eq!(session.end(), 0);
}

#[test]
fn the_demo_shows_failures_and_successes_and_ends_on_q() {
    let mut session = Session::arrivals(40, 120, &["demo"]);
    session.wait_until("a failure and a success", |text| {
        text.contains("RuntimeError: I'm supposed to fail here")
            && text.contains("this_invocation")
            && text.contains("×3")
    });
    session.press("q");
    assert_eq!(session.end(), 0);
    session.assert_given_back();
}

#[test]
fn a_file_is_shown_and_its_records_can_be_opened() {
    let file = file(&["noise", FAILURE, SUCCESS]);
    let mut session = Session::arrivals(24, 80, &["read", file.path().to_str().unwrap()]);
    session.wait_for("● sender_handler.py:9");
    session.press("2\r");
    session.wait_for("\"this_invocation\": \"was_successful\"");
    session.press("\u{1b}");
    session.wait_for("1 Failures 1");
    session.press("q");
    assert_eq!(session.end(), 0);
}

#[test]
fn standard_input_is_data_and_the_keys_come_from_the_terminal() {
    let file = file(&[FAILURE]);
    let mut command = CommandBuilder::new("sh");
    let program = env!("CARGO_BIN_EXE_arrivals");
    command.args(["-c", &format!("cat {} | {program} read -", file.path().display())]);
    let mut session = Session::start(24, 80, &mut command);
    session.wait_for("RuntimeError");
    session.press("?");
    session.wait_for("On the board");
    session.press("q");
    session.wait_for("1 Failures 1");
    session.press("q");
    assert_eq!(session.end(), 0);
    session.assert_given_back();
}

#[test]
fn the_terminal_itself_is_no_input() {
    let mut session = Session::arrivals(24, 80, &["read"]);
    session.wait_for("standard input is the terminal");
    assert_eq!(session.end(), 252);
}

#[test]
fn signals_end_it_and_give_the_terminal_back() {
    let file = file(&[FAILURE]);
    for signal in ["-TERM", "-HUP"] {
        let mut session = Session::arrivals(24, 80, &["read", file.path().to_str().unwrap()]);
        session.wait_for("RuntimeError");
        session.signal(signal);
        assert_eq!(session.end(), 0, "{signal}");
        session.assert_given_back();
    }
}

/// A terminal that is closed, as a window is, or an ssh session.
#[test]
fn a_terminal_that_vanishes_is_no_defect() {
    let state = tempfile::tempdir().unwrap();
    let size = PtySize { rows: 24, cols: 80, pixel_width: 0, pixel_height: 0 };
    let pair = native_pty_system().openpty(size).unwrap();
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_arrivals"));
    command.arg("demo");
    command.env("TERM", "xterm-256color");
    command.env("XDG_STATE_HOME", state.path());
    let mut child = pair.slave.spawn_command(command).unwrap();
    drop(pair.slave);
    let (mut reader, mut shown, mut bytes) = (pair.master.try_clone_reader().unwrap(), Vec::new(), [0; 8192]);
    while !String::from_utf8_lossy(&shown).contains("RuntimeError") {
        let read = reader.read(&mut bytes).unwrap();
        shown.extend_from_slice(&bytes[..read]);
    }
    drop((reader, pair.master));
    let started = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(started.elapsed() < DEADLINE, "the program did not end");
        thread::sleep(Duration::from_millis(10));
    }
    let written = walkdir::WalkDir::new(state.path()).into_iter().map(|entry| entry.unwrap().file_name().to_owned());
    let reports: Vec<_> = written.filter(|name| name.to_string_lossy().starts_with("crash")).collect();
    assert!(reports.is_empty(), "{reports:?}");
}

#[test]
fn suspended_it_gives_the_terminal_back_and_returns_to_it() {
    let file = file(&[FAILURE]);
    let mut session = Session::arrivals(24, 80, &["read", file.path().to_str().unwrap()]);
    session.wait_for("RuntimeError");
    session.press("\u{1a}");
    session.assert_given_back();
    // Continued before it has stopped, it would stop for good.
    session.wait_until("stopping", |_| session.state().starts_with('T'));
    session.signal("-CONT");
    session.wait_until("returning to the board", |_| session.screen.lock().unwrap().screen().alternate_screen());
    session.wait_for("RuntimeError");
    session.press("q");
    assert_eq!(session.end(), 0);
}

/// The board with something behind it that panics: on a thread of its own, or on the board's.
#[test]
#[ignore = "run in a pseudo-terminal by the next test"]
fn a_board_that_panics() {
    let here = std::env::var("ARRIVALS_PANIC_HERE").is_ok();
    let panic = async move {
        tokio::time::sleep(Duration::from_millis(300)).await;
        panic!("on purpose");
    };
    let model = arrivals::app::model::Model::new(
        arrivals::board::Board::new(1 << 20),
        arrivals::app::model::SourceState::default(),
        arrivals::app::keymap::Keymap::shipped().unwrap(),
        jiff::tz::TimeZone::UTC,
    );
    let theme = arrivals::ui::Theme::new(arrivals::ui::Depth::Mono, arrivals::ui::Background::Dark);
    let (_inputs, inputs) = tokio::sync::mpsc::channel(1);
    let aws = arrivals::aws::Connection::lazy(arrivals::aws::Settings::default());
    let none = || "none".to_owned();
    let world = arrivals::app::jobs::World {
        sending: aws.clone(),
        aws,
        journal: Err(none()),
        reports: Err(none()),
        time_scale: 1.0,
        tail: arrivals::source::poll::Options::default(),
        queried: false,
        limiter: arrivals::source::limiter::Limiter::default(),
        metered: false,
    };
    let board = arrivals::app::run(model, Vec::new(), vec![theme], inputs, world, arrivals::app::History::default());
    tokio::runtime::Runtime::new().unwrap().block_on(async {
        if here {
            tokio::select! { _ = board => {}, () = panic => {} }
        } else {
            tokio::spawn(panic);
            assert!(board.await.unwrap_err().to_string().contains("on purpose"));
            eprintln!("the board ended with: on purpose");
        }
    });
}

#[test]
fn a_panic_gives_the_terminal_back_before_it_is_told() {
    for here in [true, false] {
        let mut command = CommandBuilder::new(std::env::current_exe().unwrap());
        command.args(["--exact", "a_board_that_panics", "--ignored", "--nocapture"]);
        command.env("RUST_BACKTRACE", "0");
        if here {
            command.env("ARRIVALS_PANIC_HERE", "1");
        }
        let mut session = Session::start(24, 80, &mut command);
        session.wait_for("on purpose");
        session.end();
        session.assert_given_back();
        session.wait_for("on purpose");
    }
}

#[test]
fn the_background_that_a_terminal_answers_chooses_the_theme_and_is_no_key() {
    let file = file(&[FAILURE, SUCCESS]);
    let light = "\u{1b}]11;rgb:ffff/fafa/f0f0\u{1b}\\";
    let pieces = ["\u{1b}]11;rgb:ffff/", "fafa/f0f0", "\u{1b}\\"];
    for (answer, theme) in [(&[light][..], "light"), (&pieces[..], "light"), (&["\u{1b}]11;rgb:00/00/00\u{7}"], "dark")]
    {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_arrivals"));
        command.args(["read", file.path().to_str().unwrap()]);
        let mut session = Session::start_in(24, 80, &mut command, answer);
        session.wait_for("RuntimeError");
        // A key after the answer: what has been heard before it is what the answer came to.
        session.press("T");
        session.wait_until(theme, |_| session.is_lit(&format!("│ {theme} ")));
        session.press("\u{1b}");
        let text = session.wait_until("the board", |text| !text.contains("high-contrast"));
        assert!(text.contains("1 Failures 1") && text.contains("3 [Trace]"), "{text}");
        session.press("q");
        assert_eq!(session.end(), 0);
    }
}

#[test]
fn an_answer_that_comes_as_the_board_is_left_is_not_typed_into_the_shell() {
    let file = file(&[FAILURE]);
    let mut command = CommandBuilder::new("sh");
    let program = env!("CARGO_BIN_EXE_arrivals");
    command.args(["-c", &format!("{program} read {}; echo left; cat", file.path().display())]);
    let late = ["", "", "", "\u{1b}]11;rgb:ffff/ffff/ffff\u{1b}\\"];
    let mut session = Session::start_in(24, 80, &mut command, &late);
    session.wait_until("the board", |_| session.screen.lock().unwrap().screen().alternate_screen());
    session.press("q");
    session.wait_for("left");
    session.press("what is typed\r");
    let text = session.wait_for("what is typed");
    assert!(!text.contains("11;rgb"), "{text}");
}

#[test]
fn a_terminal_is_not_asked_when_the_background_or_the_theme_is_known() {
    let file = file(&[FAILURE]);
    for known in [["--background", "dark"], ["--theme", "light"], ["--color", "off"]] {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_arrivals"));
        command.args(["read", file.path().to_str().unwrap()]);
        command.args(known);
        // What asks is answered by leaving.
        let mut session = Session::start_in(24, 80, &mut command, &["q"]);
        session.wait_for("RuntimeError");
        session.press("?");
        session.wait_for("On the board");
        session.press("qq");
        assert_eq!(session.end(), 0);
    }
}

#[test]
fn a_screen_that_another_program_wrote_on_is_drawn_anew() {
    let file = file(&[FAILURE, SUCCESS]);
    let mut session = Session::arrivals(24, 80, &["read", file.path().to_str().unwrap()]);
    session.wait_for("RuntimeError");
    session.screen.lock().unwrap().process(b"\x1b[5;10Hwall: going down");
    session.wait_for("wall: going down");
    session.press("\u{c}");
    session.wait_until("drawing anew", |text| !text.contains("wall:") && text.contains("RuntimeError"));
    session.press("q");
    assert_eq!(session.end(), 0);
}

#[test]
fn a_new_size_is_drawn_at_once() {
    let file = file(&[FAILURE, SUCCESS]);
    let mut session = Session::arrivals(24, 80, &["read", file.path().to_str().unwrap()]);
    session.wait_for("RuntimeError");
    for (rows, cols) in [(11_u16, 39_u16), (40, 120), (12, 40)] {
        session.screen.lock().unwrap().screen_mut().set_size(rows.try_into().unwrap(), cols.try_into().unwrap());
        session.pty.resize(PtySize { rows, cols, pixel_width: 0, pixel_height: 0 }).unwrap();
        session.wait_for(if rows == 11 { "arrivals needs 40×12" } else { "RuntimeError" });
    }
    session.press("q");
    assert_eq!(session.end(), 0);
}

#[test]
fn a_failing_payload_is_mended_and_replayed_by_the_footer_alone() {
    for (rows, cols) in [(24, 80), (40, 120)] {
        let state = tempfile::tempdir().unwrap();
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_arrivals"));
        command.args(["demo", "--filter", "fn:sender"]);
        command.env("XDG_STATE_HOME", state.path());
        let mut session = Session::start(rows, cols, &mut command);
        session.wait_for("RuntimeError");
        session.press("r");
        session.wait_for("the record's own 21 bytes");
        session.wait_for(":user/local");
        session.press("e");
        session.wait_for("Ctrl-s keep");
        // Down, End, and eight times Backspace: the failure is wiped out.
        session.press("\x1b[B\x1b[F\x7f\x7f\x7f\x7f\x7f\x7f\x7f\x7f");
        session.wait_for("no JSON: line 2");
        session.press("success\"");
        session.wait_for("JSON, 25 bytes");
        session.press("\x13");
        session.wait_for("edited, 25 bytes instead of 21");
        session.press("s");
        session.wait_for("Enter sends 25 bytes to sender:$LATEST");
        session.press("\r");
        session.wait_until("the outcome on the row", |text| text.contains("↻ ✓"));
        session.wait_for("→ Success after");
        session.press("q");
        assert_eq!(session.end(), 0);
        // What the demo sends is not in the journal of real replays.
        assert!(!state.path().join("arrivals/replays.jsonl").exists());
    }
}
