//! The user's own editor, on a file at a line.

use std::env;
use std::io;
use std::path::Path;
use std::process::{Command, ExitStatus};

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
