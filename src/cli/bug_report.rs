//! `arrivals bug-report`: what helps to find a defect, and nothing secret: names of variables and keys, not their values.

use std::fmt::Write as _;
use std::fs;

use crate::config::{Fault, Folders, Settings};

use super::exit::Failure;
use super::{crash, diary, keys};

/// Variables whose values say what the terminal can do, and nothing of the user.
const TOLD: [&str; 9] =
    ["TERM", "COLORTERM", "COLORFGBG", "TERM_PROGRAM", "TERM_PROGRAM_VERSION", "NO_COLOR", "LANG", "LC_ALL", "SHELL"];

/// Prints the report.
///
/// # Errors
/// When standard output cannot be written.
pub(super) fn run(loaded: &Result<Settings, Vec<Fault>>) -> Result<(), Failure> {
    super::print(report(loaded).as_bytes())
}

fn report(loaded: &Result<Settings, Vec<Fault>>) -> String {
    let mut text = format!("arrivals {}\n", env!("ARRIVALS_VERSION"));
    let (os, arch) = (std::env::consts::OS, std::env::consts::ARCH);
    let _ = writeln!(text, "system: {os} {arch}");
    match crossterm::terminal::size() {
        Ok((columns, rows)) => drop(writeln!(text, "terminal: {columns} columns, {rows} rows")),
        Err(_) => text.push_str("terminal: none\n"),
    }
    for name in TOLD {
        let _ = writeln!(text, "{name}: {}", std::env::var(name).unwrap_or_else(|_| "not set".to_owned()));
    }
    let _ = writeln!(text, "variables set, without their values: {}", names(&["ARRIVALS_", "AWS_"]));
    write_settings(&mut text, loaded);
    let _ = writeln!(text, "keys: {}", keys::keymap().map_or_else(|error| error.to_string(), |_| "sound".to_owned()));
    let _ = writeln!(text, "log: {}", told(&diary::usual_file()));
    let _ = writeln!(text, "last crash report: {}", last_crash());
    text
}

/// Names of variables that begin so.
fn names(prefixes: &[&str]) -> String {
    let names = std::env::vars_os().filter_map(|(name, _)| name.into_string().ok());
    let mut names: Vec<_> = names.filter(|name| prefixes.iter().any(|prefix| name.starts_with(prefix))).collect();
    names.sort();
    if names.is_empty() { "none".to_owned() } else { names.join(" ") }
}

fn write_settings(text: &mut String, loaded: &Result<Settings, Vec<Fault>>) {
    let path = Folders::find().map_or_else(|error| error.to_string(), |folders| told(&folders.config_file));
    let _ = writeln!(text, "settings: {path}");
    match loaded {
        Ok(settings) => {
            // The second part of a key may be the name of a profile or a filter.
            let mut keys: Vec<_> = settings.flags.iter().map(|flag| flag.key.dotted()).collect();
            keys.extend(settings.lines.keys().filter(|key| !key.contains('.')).cloned());
            keys.sort();
            keys.dedup();
            let _ = writeln!(text, "keys set in it, without their values: {}", keys.join(" "));
        }
        Err(faults) => {
            let _ =
                writeln!(text, "it cannot be used: {} faults, the first in line {}", faults.len(), faults[0].line());
        }
    }
}

fn told(path: &std::path::Path) -> String {
    let there = if path.exists() { "" } else { " (not there)" };
    format!("{}{there}", path.display())
}

fn last_crash() -> String {
    let entries = fs::read_dir(crash::folder()).into_iter().flatten().flatten().map(|entry| entry.path());
    let crash =
        |path: &std::path::PathBuf| path.file_name().is_some_and(|name| name.to_string_lossy().starts_with("crash-"));
    entries.filter(crash).max().map_or_else(|| "none".to_owned(), |path| path.display().to_string())
}
