//! The program in a pseudo-terminal of its own.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]
#![allow(dead_code, reason = "each test file uses a part")]

use std::io::{Read, Write};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant};

use portable_pty::{Child, CommandBuilder, MasterPty, PtySize, native_pty_system};

pub(crate) const DEADLINE: Duration = Duration::from_secs(20);

/// What a program asks of a terminal to learn its background.
const QUESTION: &[u8] = b"\x1b]11;?";

pub(crate) type Keys = Arc<Mutex<Box<dyn Write + Send>>>;

/// Types pieces, a while apart from each other: a slow line brings an answer so.
fn say(keys: &mut Keys, pieces: &str) {
    for piece in pieces.split('\n') {
        let mut keyboard = keys.lock().unwrap();
        keyboard.write_all(piece.as_bytes()).unwrap();
        keyboard.flush().unwrap();
        drop(keyboard);
        thread::sleep(Duration::from_millis(30));
    }
}

/// A program in a pseudo-terminal, and the screen it has drawn.
pub(crate) struct Session {
    pub(crate) child: Box<dyn Child + Send + Sync>,
    pub(crate) keys: Keys,
    pub(crate) pty: Box<dyn MasterPty + Send>,
    pub(crate) screen: Arc<Mutex<vt100::Parser>>,
}

impl Session {
    pub(crate) fn start(rows: u16, cols: u16, command: &mut CommandBuilder) -> Self {
        Self::start_in(rows, cols, command, &[])
    }

    /// The same in a terminal that answers the question for its background with these pieces, one after the other.
    pub(crate) fn start_in(rows: u16, cols: u16, command: &mut CommandBuilder, answer: &[&str]) -> Self {
        let size = PtySize { rows, cols, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        command.env("TERM", "xterm-256color");
        command.env_remove("NO_COLOR");
        command.env("XDG_CONFIG_HOME", "/nonexistent");
        // A test that needs a state folder brings its own.
        if command
            .get_env("XDG_STATE_HOME")
            .is_none_or(|state| !state.to_string_lossy().starts_with(&*std::env::temp_dir().to_string_lossy()))
        {
            command.env("XDG_STATE_HOME", "/dev/null");
        }
        let child = pair.slave.spawn_command(command.clone()).unwrap();
        drop(pair.slave);
        let parser = vt100::Parser::new(rows.try_into().unwrap(), cols.try_into().unwrap(), 0);
        let screen = Arc::new(Mutex::new(parser));
        let mut output = pair.master.try_clone_reader().unwrap();
        let shared = Arc::clone(&screen);
        let keys = Arc::new(Mutex::new(pair.master.take_writer().unwrap()));
        let (mut answers, answer) = (Arc::clone(&keys), answer.join("\n"));
        thread::spawn(move || {
            let (mut bytes, mut asked) = ([0; 8192], Vec::new());
            while let Ok(read @ 1..) = output.read(&mut bytes) {
                shared.lock().unwrap().process(&bytes[..read]);
                asked.extend_from_slice(&bytes[..read]);
                if asked.windows(QUESTION.len()).any(|part| part == QUESTION) {
                    asked.clear();
                    say(&mut answers, &answer);
                }
            }
        });
        Self { child, keys, pty: pair.master, screen }
    }

    pub(crate) fn arrivals(rows: u16, cols: u16, args: &[&str]) -> Self {
        let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_arrivals"));
        command.args(args);
        Self::start(rows, cols, &mut command)
    }

    pub(crate) fn text(&self) -> String {
        self.screen.lock().unwrap().screen().contents()
    }

    /// Whether text is on the screen with a background of its own, as what is under the cursor is.
    pub(crate) fn is_lit(&self, text: &str) -> bool {
        let parser = self.screen.lock().unwrap();
        let (screen, last) = (parser.screen(), text.chars().count() - 1);
        let (_, width) = screen.size();
        let rows: Vec<_> = screen.rows(0, width.into()).collect();
        rows.iter().zip(0..).any(|(row, y)| {
            let Some((before, _)) = row.split_once(text) else { return false };
            let x = before.chars().count() + last;
            screen.cell(y, x.try_into().unwrap()).is_some_and(|cell| cell.bgcolor() != vt100::Color::Default)
        })
    }

    pub(crate) fn press(&mut self, keys: &str) {
        let mut keyboard = self.keys.lock().unwrap();
        keyboard.write_all(keys.as_bytes()).unwrap();
        keyboard.flush().unwrap();
    }

    pub(crate) fn wait_until(&self, what: &str, holds: impl Fn(&str) -> bool) -> String {
        let started = Instant::now();
        loop {
            let text = self.text();
            if holds(&text) {
                return text;
            }
            assert!(started.elapsed() < DEADLINE, "{what} did not happen; the screen is:\n{text}");
            thread::sleep(Duration::from_millis(10));
        }
    }

    pub(crate) fn wait_for(&self, part: &str) -> String {
        self.wait_until(&format!("{part:?}"), |text| text.contains(part))
    }

    pub(crate) fn signal(&self, name: &str) {
        let id = self.child.process_id().unwrap().to_string();
        assert!(std::process::Command::new("kill").args([name, &id]).status().unwrap().success());
    }

    /// What the process does, as `ps` writes it.
    pub(crate) fn state(&self) -> String {
        let id = self.child.process_id().unwrap().to_string();
        let output = std::process::Command::new("ps").args(["-o", "stat=", "-p", &id]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    }

    /// Waits for the program's end and gives its exit code.
    pub(crate) fn end(&mut self) -> u32 {
        let started = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().unwrap() {
                return status.exit_code();
            }
            assert!(started.elapsed() < DEADLINE, "the program did not end; the screen is:\n{}", self.text());
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// The alternate screen, the mouse, the paste mode and the hidden cursor are all given back.
    pub(crate) fn assert_given_back(&self) {
        let given_back = || {
            let parser = self.screen.lock().unwrap();
            let screen = parser.screen();
            !screen.alternate_screen()
                && !screen.hide_cursor()
                && !screen.bracketed_paste()
                && screen.mouse_protocol_mode() == vt100::MouseProtocolMode::None
        };
        self.wait_until("giving the terminal back", |_| given_back());
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}
