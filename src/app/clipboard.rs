//! The system's clipboard, beside the terminal's own (OSC 52), which some terminals refuse.

use std::io::Write;
use std::process::{Command, Stdio};

/// Hands text to the first program that is there and takes it. Nothing is lost when none is: the terminal was asked as well.
pub(super) fn copy(text: String) {
    let env = |name: &str| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    let programs = programs(env);
    if programs.is_empty() {
        return;
    }
    // A thread of its own: a program may keep its standard input open for as long as it holds the text.
    std::thread::spawn(move || programs.iter().any(|words| give(words, &text)));
}

/// What may be there. Over ssh the machine's clipboard is not the reader's.
fn programs(env: impl Fn(&str) -> bool) -> Vec<&'static [&'static str]> {
    if env("SSH_CONNECTION") {
        return Vec::new();
    }
    let mut programs: Vec<&'static [&'static str]> = Vec::new();
    if cfg!(target_os = "macos") {
        programs.push(&["pbcopy"]);
    }
    if cfg!(windows) || env("WSL_DISTRO_NAME") {
        programs.push(&["clip.exe"]);
    }
    if env("WAYLAND_DISPLAY") {
        programs.push(&["wl-copy"]);
    }
    if env("DISPLAY") {
        programs.push(&["xclip", "-selection", "clipboard"]);
    }
    programs
}

fn give(words: &[&str], text: &str) -> bool {
    let mut command = Command::new(words[0]);
    command.args(&words[1..]).stdin(Stdio::piped()).stdout(Stdio::null()).stderr(Stdio::null());
    let Ok(mut program) = command.spawn() else { return false };
    let given = program.stdin.take().is_some_and(|mut input| input.write_all(text.as_bytes()).is_ok());
    given && program.wait().is_ok_and(|status| status.success())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_desktop_tells_the_program() {
        let with = |set: &[&str]| programs(|name| set.contains(&name));
        let last = |set: &[&str]| with(set).last().map(|words| words[0]);
        assert_eq!(last(&["WAYLAND_DISPLAY"]), Some("wl-copy"));
        assert_eq!(last(&["DISPLAY"]), Some("xclip"));
        assert!(with(&["DISPLAY", "SSH_CONNECTION"]).is_empty());
    }

    #[cfg(unix)]
    #[test]
    fn a_program_gets_the_text_byte_for_byte() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("held").display().to_string();
        let script = format!("cat > {path}");
        assert!(give(&["sh", "-c", &script], "größer\n{\"n\":1.10}"));
        assert_eq!(std::fs::read_to_string(path).unwrap(), "größer\n{\"n\":1.10}");
        assert!(!give(&["no-such-program"], "text"));
    }
}
