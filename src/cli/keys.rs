//! The keys: shipped ones with the user's own over them.

use std::fmt::Write as _;

use crate::app::keymap::{Context, Keymap};
use crate::config::{Folders, read_text};

use super::exit::Failure;

/// The keys in force.
///
/// # Errors
/// Everything that is wrong with the user's `keymap.toml`.
pub(super) fn keymap() -> Result<Keymap, Failure> {
    let shipped = Keymap::shipped().map_err(Failure::other)?;
    let Ok(path) = Folders::find().map(|folders| folders.keymap()) else { return Ok(shipped) };
    match read_text(&path).map_err(|fault| Failure::keymap(&[fault]))? {
        Some(text) => shipped.patched(&path, &text).map_err(|faults| Failure::keymap(&faults)),
        None => Ok(shipped),
    }
}

/// The manual page's part on the keys, from the same file as the help.
///
/// # Errors
/// Never for a released build: a test reads the same file.
pub(super) fn manual() -> Result<String, Failure> {
    let keymap = Keymap::shipped().map_err(Failure::other)?;
    let mut text = ".SH KEYS\n".to_owned();
    for context in Context::ALL {
        let _ = writeln!(text, ".SS {}", roff(context.title()));
        for binding in keymap.of(context) {
            let keys = binding.key_names().join(" ");
            let _ = writeln!(text, ".TP\n\\fB{}\\fR\n\\&{}", roff(&keys), roff(&binding.help));
        }
    }
    Ok(text)
}

/// Text that no formatter takes for a command.
fn roff(text: &str) -> String {
    text.replace('\\', "\\e").replace('-', "\\-").replace('\'', "\\(aq").replace('`', "\\(ga")
}
