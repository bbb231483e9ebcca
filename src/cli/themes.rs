//! The themes: shipped ones and the user's, and which of them is in force.

use std::fs;
use std::path::PathBuf;

use crate::config::{Fault, Folders, nearest};
use crate::ui::{Background, Depth, Scheme, Theme};

use super::args::{BackgroundArg, Borders, LookArgs, Switch};
use super::exit::Failure;

/// Every theme with its name, and the place of the one in force.
pub(super) struct Choice {
    pub(super) names: Vec<String>,
    pub(super) themes: Vec<Theme>,
    pub(super) chosen: usize,
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
    let schemes: Vec<_> = Scheme::shipped().iter().cloned().chain(own()?).collect();
    let names: Vec<_> = schemes.iter().map(|scheme| scheme.name().to_owned()).collect();
    let chosen = match &look.theme {
        // The last of a name counts: the user's own goes over a shipped one.
        Some(name) => names.iter().rposition(|known| known == name).ok_or_else(|| unknown(name, &names))?,
        None => schemes.iter().position(|scheme| scheme.background() == background).unwrap_or(0),
    };
    let ascii = look.borders == Borders::Ascii;
    let themes = schemes.iter().map(|scheme| scheme.theme(depth).with_ascii(ascii)).collect();
    Ok(Choice { names, themes, chosen })
}

fn unknown(name: &str, names: &[String]) -> Failure {
    let near = nearest(name, names.iter().map(String::as_str));
    let hint = near.map_or_else(|| format!("there are {}", names.join(", ")), |near| format!("did you mean {near}?"));
    Failure::configuration(format!("there is no theme {name}; {hint}"))
}

/// The user's own, in the order of their names.
fn own() -> Result<Vec<Scheme>, Failure> {
    let Ok(folder) = Folders::find().map(|folders| folders.themes()) else { return Ok(Vec::new()) };
    let entries = fs::read_dir(folder).into_iter().flatten().flatten().map(|entry| entry.path());
    let mut paths: Vec<PathBuf> = entries.filter(|path| path.extension().is_some_and(|end| end == "toml")).collect();
    paths.sort();
    paths.into_iter().map(|path| read(&path)).collect()
}

fn read(path: &std::path::Path) -> Result<Scheme, Failure> {
    let name = path.file_stem().unwrap_or_default().to_string_lossy();
    let text = fs::read_to_string(path)
        .map_err(|error| Failure::keymap(&[Fault::of_file(path, format!("the theme cannot be read: {error}"))]))?;
    Scheme::parse(&name, path, &text).map_err(|faults| Failure::keymap(&faults))
}
