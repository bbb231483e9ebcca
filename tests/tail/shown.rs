//! The board in a terminal of the usual size.

use portable_pty::CommandBuilder;

use super::bench::GROUP;
use super::program::Home;
use super::session::Session;

/// Keys that every endpoint takes.
pub(crate) const KEYS: [(&str, &str); 2] = [("AWS_ACCESS_KEY_ID", "AKIDENV"), ("AWS_SECRET_ACCESS_KEY", "secret")];

/// The program in a terminal of 24 rows and 80 columns, with these variables and no others of AWS; one without a value is
/// left out.
pub(crate) fn board_of(home: &Home, args: &[&str], vars: &[(&str, &str)]) -> Session {
    let mut command = CommandBuilder::new(env!("CARGO_BIN_EXE_arrivals"));
    command.args(args);
    command.env_clear();
    for (name, value) in home.vars() {
        command.env(name, value);
    }
    for (name, value) in vars {
        if value.is_empty() {
            command.env_remove(name);
        } else {
            command.env(name, value);
        }
    }
    Session::start(24, 80, &mut command)
}

/// The board on the group of every endpoint.
pub(crate) fn board(home: &Home, args: &[&str], vars: &[(&str, &str)]) -> Session {
    board_of(home, &[&["tail", GROUP], args].concat(), vars)
}

/// Without blanks and lines, since words wrap where they may.
fn packed(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace() && !('\u{2500}'..='\u{257f}').contains(c)).collect()
}

pub(crate) fn shows(session: &Session, words: &str) {
    session.wait_until(words, |text| packed(text).contains(&packed(words)));
}

/// It shows the words, and ends with the code when it is left.
pub(crate) fn left(mut session: Session, words: &str, code: u32) {
    shows(&session, words);
    session.press("q");
    assert_eq!(session.end(), code, "{words}");
}
