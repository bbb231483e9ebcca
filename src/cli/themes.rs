//! The themes: shipped ones and the user's, and which of them is in force.

use std::fs;
use std::path::{Path, PathBuf};

use crate::config::{Fault, Folders, nearest, read_text};
use crate::ui::{Background, Depth, Scheme, Theme};

use super::args::{BackgroundArg, Borders, LookArgs, Switch};
use super::exit::Failure;

/// Every theme with its name, and the place of the one in force.
pub(super) struct Choice {
    pub(super) names: Vec<String>,
    pub(super) themes: Vec<Theme>,
    pub(super) chosen: usize,
    /// Those for a dark and for a light background, when the terminal is to be asked for its own.
    pub(super) by_background: Option<[usize; 2]>,
}

/// The themes as flags, settings and terminal want them.
///
/// # Errors
/// When a file of the user's cannot be used, or there is no theme of the name that was asked for.
pub(super) fn find(look: &LookArgs) -> Result<Choice, Failure> {
    let found = Theme::from_env(|name| std::env::var(name).ok());
    let depth = match look.color {
        Switch::Auto => found.depth(),
        Switch::Off => Depth::Mono,
        Switch::On => found.depth().max(Depth::Ansi16),
    };
    let background = match look.background {
        BackgroundArg::Auto => found.background(),
        BackgroundArg::Dark => Background::Dark,
        BackgroundArg::Light => Background::Light,
    };
    let own = own().map_err(|faults| Failure::keymap(&faults))?;
    let schemes: Vec<_> = Scheme::shipped().iter().cloned().chain(own).collect();
    let names: Vec<_> = schemes.iter().map(|scheme| scheme.name().to_owned()).collect();
    let chosen = match &look.theme {
        // The last of a name counts: the user's own goes over a shipped one.
        Some(name) => {
            let place = names.iter().rposition(|known| known == name);
            place.ok_or_else(|| Failure::configuration(unknown(name, &names)))?
        }
        None => for_background(&schemes, background),
    };
    let by_background = [Background::Dark, Background::Light].map(|background| for_background(&schemes, background));
    let asks = look.theme.is_none() && look.background == BackgroundArg::Auto && depth > Depth::Mono && answers();
    let ascii = look.borders == Borders::Ascii;
    let themes = schemes.iter().map(|scheme| scheme.theme(depth).with_ascii(ascii)).collect();
    Ok(Choice { names, themes, chosen, by_background: asks.then_some(by_background) })
}

fn for_background(schemes: &[Scheme], background: Background) -> usize {
    schemes.iter().position(|scheme| scheme.background() == background).unwrap_or(0)
}

/// Whether the terminal may be asked: the console of Linux would write the question out, and Windows gives answers as keys
/// that cannot be told from the user's.
fn answers() -> bool {
    cfg!(unix) && !std::env::var("TERM").is_ok_and(|term| term.starts_with("linux"))
}

/// A theme's name as a flag, a variable or the settings file gives it: one that is there and sound.
///
/// # Errors
/// When there is none of that name, or its file cannot be used.
pub(super) fn name(text: &str) -> Result<String, String> {
    let paths = paths().map_err(|fault| fault.to_string())?;
    if let Some(path) = paths.iter().find(|path| stem(path) == text) {
        return read(path).map(|_| text.to_owned()).map_err(|faults| Failure::keymap(&faults).message);
    }
    let mut names: Vec<_> = Scheme::shipped().iter().map(|scheme| scheme.name().to_owned()).collect();
    names.extend(paths.iter().map(|path| stem(path)));
    if names.iter().any(|known| known == text) { Ok(text.to_owned()) } else { Err(unknown(text, &names)) }
}

fn unknown(name: &str, names: &[String]) -> String {
    let near = nearest(name, names.iter().map(String::as_str));
    let hint = near.map_or_else(|| format!("there are {}", names.join(", ")), |near| format!("did you mean {near}?"));
    format!("there is no theme {name}; {hint}")
}

/// The user's own, in the order of their names.
fn own() -> Result<Vec<Scheme>, Vec<Fault>> {
    paths().map_err(|fault| vec![fault])?.iter().map(|path| read(path)).collect()
}

/// The user's files, in the order of their names.
fn paths() -> Result<Vec<PathBuf>, Fault> {
    let Ok(folder) = Folders::find().map(|folders| folders.themes()) else { return Ok(Vec::new()) };
    let entries = match fs::read_dir(&folder) {
        Err(_) if !folder.exists() => return Ok(Vec::new()),
        entries => entries.map_err(|error| Fault::of_file(&folder, format!("{error}; {FOLDER}")))?,
    };
    let mut paths: Vec<PathBuf> = entries.flatten().map(|entry| entry.path()).collect();
    paths.retain(|path| path.extension().is_some_and(|end| end == "toml"));
    paths.sort();
    Ok(paths)
}

/// What belongs where themes are looked for.
const FOLDER: &str = "a folder of themes belongs there that you may read, or nothing";

fn stem(path: &Path) -> String {
    path.file_stem().unwrap_or_default().to_string_lossy().into_owned()
}

fn read(path: &Path) -> Result<Scheme, Vec<Fault>> {
    let text = read_text(path).map_err(|fault| vec![fault])?;
    let text = text.ok_or_else(|| vec![Fault::of_file(path, "it points to a file that is not there: remove it")])?;
    Scheme::parse(&stem(path), path, &text)
}
