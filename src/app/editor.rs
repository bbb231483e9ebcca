//! The user's own editor, on a file at a line, or on a payload.

use std::env;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus};

use crate::config::private_file;

/// The command that opens `path` at `line` in `$VISUAL`, `$EDITOR`, or what every system has.
pub(super) fn command(path: &Path, line: u64) -> Command {
    let set = |name: &str| env::var(name).ok().filter(|command| !command.trim().is_empty());
    let usual = if cfg!(windows) { "notepad" } else { "vi" };
    let editor = set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| usual.to_owned());
    with_line(&editor, path, line)
}

/// What went wrong with an editor that has ended.
pub(super) fn told(ended: io::Result<ExitStatus>) -> Option<String> {
    match ended {
        Ok(status) if status.success() => None,
        Ok(status) => Some(format!("the editor ended with {status}")),
        Err(error) => Some(format!("the editor cannot be started ({error}): set VISUAL or EDITOR")),
    }
}

/// A file of its own for a payload, for its owner alone.
///
/// # Errors
/// Why it cannot be written.
pub(super) fn scratch(text: &str) -> Result<PathBuf, String> {
    use std::hash::{BuildHasher, RandomState};
    let random = RandomState::new().hash_one(std::process::id());
    let path = env::temp_dir().join(format!("arrivals-payload-{random:016x}.json"));
    let made = private_file().write(true).create_new(true).open(&path);
    let written = made.and_then(|mut file| file.write_all(format!("{text}\n").as_bytes()));
    written.map(|()| path.clone()).map_err(|error| format!("cannot write {}: {error}", path.display()))
}

/// What the editor left of a payload; the file is gone then.
///
/// # Errors
/// When the editor failed, or the file cannot be read.
pub(super) fn given_back(path: &Path, wrong: Option<String>) -> Result<String, String> {
    let text = fs::read_to_string(path).map_err(|error| error.to_string());
    // It lies in the folder of temporary files, which is emptied anyway.
    let _ = fs::remove_file(path);
    let kept = |why: String| format!("{why}; the payload is as it was");
    wrong.map_or(text, Err).map_err(kept)
}

/// The variables may hold arguments, as in `code --wait`.
fn with_line(editor: &str, path: &Path, line: u64) -> Command {
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or(editor);
    let mut command = Command::new(program);
    command.args(words);
    let name = Path::new(program).file_stem().map(|name| name.to_string_lossy().to_lowercase()).unwrap_or_default();
    let place = format!("{}:{line}", path.display());
    match name.as_str() {
        "code" | "code-insiders" | "codium" | "cursor" => command.args(["--goto", &place]),
        "hx" | "helix" | "subl" | "zed" | "micro" => command.arg(&place),
        "idea" | "pycharm" | "goland" | "webstorm" | "rider" => command.args(["--line", &line.to_string()]).arg(path),
        "notepad" => command.arg(path),
        // vi and its kin, nano, emacs, kak, ed.
        _ => command.arg(format!("+{line}")).arg(path),
    };
    command
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_goes_there_and_back() {
        let path = scratch("{\"a\": 1}").unwrap();
        assert_eq!(given_back(&path, None).unwrap(), "{\"a\": 1}\n");
        assert!(!path.exists());
        let path = scratch("1").unwrap();
        assert_eq!(given_back(&path, Some("it failed".to_owned())).unwrap_err(), "it failed; the payload is as it was");
    }

    #[test]
    fn every_editor_is_told_the_line_in_its_own_way() {
        for (editor, expected) in [
            ("vi", "vi +9 /a b.py"),
            ("/usr/bin/nvim -R", "/usr/bin/nvim -R +9 /a b.py"),
            ("code --wait", "code --wait --goto /a b.py:9"),
            ("hx", "hx /a b.py:9"),
            ("idea", "idea --line 9 /a b.py"),
        ] {
            let command = with_line(editor, Path::new("/a b.py"), 9);
            let words: Vec<_> = std::iter::once(command.get_program())
                .chain(command.get_args())
                .map(|word| word.to_string_lossy())
                .collect();
            assert_eq!(words.join(" "), expected);
        }
    }
}
