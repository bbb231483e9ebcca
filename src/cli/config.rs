//! `arrivals config`: where the settings lie, what may stand in them, what holds, and changing them.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;
use std::{env, fs};

use clap::ArgMatches;

use crate::config::{Fault, FlagKey, Folders, Settings};

use super::args::ConfigCommand;
use super::exit::Failure;
use super::settings::{self, Origin};

/// Runs one of the commands on settings that may be broken.
///
/// # Errors
/// What is wrong with the settings, or the editor.
pub(super) fn run(
    command: &ConfigCommand,
    loaded: Result<Settings, Vec<Fault>>,
    matches: &ArgMatches,
) -> Result<(), Failure> {
    match command {
        ConfigCommand::Path => super::print(format!("{}\n", folders()?.config_file.display()).as_bytes()),
        ConfigCommand::Default => super::print(settings::schema().starter().as_bytes()),
        ConfigCommand::Schema => {
            let schema = serde_json::to_string_pretty(settings::schema().json()).map_err(Failure::other)?;
            super::print(format!("{schema}\n").as_bytes())
        }
        ConfigCommand::Show { origin } => {
            let loaded = loaded.map_err(|faults| Failure::settings(&faults))?;
            super::print(show(&loaded, matches, *origin).map_err(Failure::other)?.as_bytes())
        }
        ConfigCommand::Edit => edit(&folders()?),
    }
}

fn folders() -> Result<Folders, Failure> {
    Folders::find().map_err(|error| Failure::configuration(error.to_string()))
}

/// What holds, as a file would say it.
fn show(settings: &Settings, matches: &ArgMatches, origin: bool) -> Result<String, toml::ser::Error> {
    let mut text = String::new();
    let schema = settings::schema();
    // A key of the file's top stands before every section.
    let (top, others): (Vec<_>, Vec<_>) = schema.flags().iter().partition(|key| key.section.is_none());
    write_flags(&mut text, &top, settings, matches, origin)?;
    write_sections(&mut text, settings, origin)?;
    write_flags(&mut text, &others, settings, matches, origin)?;
    Ok(text)
}

fn write_flags(
    text: &mut String,
    keys: &[&FlagKey],
    settings: &Settings,
    matches: &ArgMatches,
    origin: bool,
) -> Result<(), toml::ser::Error> {
    let mut section = None;
    for key in keys {
        if key.section != section {
            section.clone_from(&key.section);
            let _ = writeln!(text, "\n[{}]", key.section.as_deref().unwrap_or_default());
        }
        let (texts, from) = settings::effective(key, settings, matches);
        if texts.is_empty() {
            write_line(text, &format!("# {} is not set", key.name), None);
        } else {
            let value = toml::Value::try_from(key.kind.value(&texts))?;
            write_line(text, &format!("{} = {value}", key.name), origin.then_some(&from));
        }
    }
    Ok(())
}

fn write_line(text: &mut String, line: &str, origin: Option<&Origin>) {
    let _ = match origin {
        Some(origin) => writeln!(text, "{line:<40} # {origin}"),
        None => writeln!(text, "{line}"),
    };
}

/// The sections that no flag stands for; each key is told with the line of the file that it comes from.
fn write_sections(text: &mut String, settings: &Settings, origin: bool) -> Result<(), toml::ser::Error> {
    let mut within = String::new();
    for line in toml::to_string(&settings.config)?.lines() {
        let header = line.strip_prefix('[').map(|name| name.trim_matches(['[', ']']).replace('"', ""));
        if let Some(name) = &header {
            within.clone_from(name);
        }
        let dotted = match (&header, line.split_once(" = ")) {
            (Some(name), _) => name.clone(),
            (None, Some((key, _))) if within.is_empty() => key.to_owned(),
            (None, Some((key, _))) => format!("{within}.{key}"),
            (None, None) => {
                let _ = writeln!(text, "{line}");
                continue;
            }
        };
        write_line(text, line, origin.then(|| place(settings, &dotted)).as_ref());
    }
    Ok(())
}

fn place(settings: &Settings, dotted: &str) -> Origin {
    let path = settings.path.as_deref().map(|path| path.display().to_string()).unwrap_or_default();
    settings.lines.get(dotted).map_or(Origin::Default, |line| Origin::File(path, *line))
}

/// Opens the file in the user's editor, made from the commented default when there is none, and checks what came of it.
fn edit(folders: &Folders) -> Result<(), Failure> {
    let path = &folders.config_file;
    if !path.exists() {
        let written = path.parent().map_or(Ok(()), fs::create_dir_all);
        written
            .and_then(|()| fs::write(path, settings::schema().starter()))
            .map_err(|error| Failure::configuration(format!("{} cannot be made: {error}", path.display())))?;
    }
    let editor = editor();
    let status = open(&editor, path).map_err(|error| {
        Failure::other(format!("the editor {editor} cannot be started: {error}; set VISUAL or EDITOR"))
    })?;
    if !status.success() {
        return Err(Failure::other(format!("the editor {editor} ended with {status}")));
    }
    settings::load().map(|_| ()).map_err(|faults| Failure::settings(&faults))
}

fn editor() -> String {
    let set = |name: &str| env::var(name).ok().filter(|command| !command.trim().is_empty());
    let usual = if cfg!(windows) { "notepad" } else { "vi" };
    set("VISUAL").or_else(|| set("EDITOR")).unwrap_or_else(|| usual.to_owned())
}

/// The variables may hold arguments, as in `code --wait`.
fn open(editor: &str, path: &Path) -> std::io::Result<std::process::ExitStatus> {
    let mut words = editor.split_whitespace();
    let program = words.next().unwrap_or(editor);
    Command::new(program).args(words).arg(path).status()
}
