//! Flags as keys of the settings file, and the file as defaults of the flags.

use std::error::Error as _;
use std::ffi::OsString;

use clap::builder::ValueParser;
use clap::{Arg, ArgAction, ArgMatches, Command, CommandFactory};

use crate::board::{Names, Query};
use crate::config::{Fault, FlagKey, FlagValue, Folders, Kind, Schema, Settings};
use crate::source::time_range;

use super::args::Cli;

/// Every key that the file may have.
pub(super) fn schema() -> Schema {
    Schema::new(flag_keys(&Cli::command()))
}

/// The user's settings, with every value checked as if it had been typed.
///
/// # Errors
/// Everything that is wrong with the file.
pub(super) fn load() -> Result<Settings, Vec<Fault>> {
    let Ok(folders) = Folders::find() else { return Ok(Settings::default()) };
    let settings = Settings::load(&folders, &schema())?;
    let faults = faults(&settings);
    if faults.is_empty() { Ok(settings) } else { Err(faults) }
}

/// What is wrong with a text of settings that are about to be used.
pub(super) fn faults(settings: &Settings) -> Vec<Fault> {
    let (command, names) = (Cli::command(), &settings.config.filters);
    let flags = settings.flags.iter().filter_map(|value| {
        let arg = find(&command, &value.key)?;
        let problem = value.texts.iter().find_map(|text| refusal(arg, text, names))?;
        Some(Fault::at(value.place.clone(), format!("{}: {problem}", value.key.dotted())))
    });
    let filters = names.iter().filter_map(|(name, text)| {
        let error = Query::parse_with(text, names).err()?;
        let path = settings.path.as_deref()?;
        let line = settings.lines.get(&format!("filters.{name}")).map(|line| format!("line {line}: "));
        let problem = format!("{}filters.{name} is not a query:\n{}", line.unwrap_or_default(), error.caret(text));
        Some(Fault::of_file(path, problem))
    });
    flags.chain(filters).collect()
}

/// Reads the command line over the settings: flags win over variables, and those over the file.
///
/// # Errors
/// What clap finds wrong, help and version included.
pub(super) fn parse(args: Vec<OsString>, settings: &Settings) -> Result<ArgMatches, clap::Error> {
    let command = settings.flags.iter().fold(Cli::command(), with_default);
    command.try_get_matches_from(args)
}

/// A value of the file becomes the flag's default, unless a variable that clap does not know of says otherwise.
fn with_default(command: Command, value: &FlagValue) -> Command {
    let name = value.key.name.clone();
    let opposite = name.strip_prefix("no-").map_or_else(|| format!("no-{name}"), str::to_owned);
    if [&name, &opposite].into_iter().any(|name| std::env::var_os(variable(name)).is_some()) {
        return command;
    }
    match value.key.section.as_deref().filter(|section| command.find_subcommand(section).is_some()) {
        Some(section) => command.mut_subcommand(section, |command| with_default_within(command, value)),
        None => with_default_within(command, value),
    }
}

/// Changes the flag where it is: on the command itself, or on one below it.
fn with_default_within(command: Command, value: &FlagValue) -> Command {
    let own = command.get_arguments().find(|arg| arg.get_long() == Some(&value.key.name));
    match own.map(|arg| arg.get_id().clone()) {
        Some(id) => command.mut_arg(id, |arg| arg.default_values(&value.texts)),
        None => command.mut_subcommands(|below| with_default_within(below, value)),
    }
}

/// The variable that stands for a flag.
pub(super) fn variable(flag: &str) -> String {
    format!("ARRIVALS_{}", flag.to_uppercase().replace('-', "_"))
}

/// The keys of all flags: those of a command in its section, those of every command in the section of their heading.
fn flag_keys(command: &Command) -> Vec<FlagKey> {
    let everywhere = command.get_arguments().filter_map(|arg| {
        let heading = arg.get_help_heading().map(str::to_lowercase);
        flag_key(arg, heading)
    });
    let commands = command.get_subcommands().flat_map(|command| {
        let section = command.get_name().to_owned();
        own_arguments(command).into_iter().filter_map(move |arg| flag_key(arg, Some(section.clone())))
    });
    everywhere.chain(commands).collect()
}

/// Arguments of a command and of the commands below it.
fn own_arguments(command: &Command) -> Vec<&Arg> {
    let below = command.get_subcommands().flat_map(Command::get_arguments);
    command.get_arguments().chain(below).collect()
}

fn flag_key(arg: &Arg, section: Option<String>) -> Option<FlagKey> {
    let name = arg.get_long().filter(|name| !arg.is_hide_set() && !matches!(*name, "help" | "version"))?;
    let about = arg.get_help().map(ToString::to_string).unwrap_or_default();
    Some(FlagKey {
        section,
        name: name.to_owned(),
        kind: kind(arg),
        about: about.split(" [env:").next().unwrap_or_default().to_owned(),
        default: arg.get_default_values().first().and_then(|text| text.to_str()).map(str::to_owned),
        placeholder: arg.get_value_names().and_then(|names| names.first()).map(ToString::to_string),
        variable: Some(variable(name)),
    })
}

fn kind(arg: &Arg) -> Kind {
    let words: Vec<_> = arg.get_possible_values().iter().map(|word| word.get_name().to_owned()).collect();
    let several = matches!(arg.get_action(), ArgAction::Append) || arg.get_value_delimiter().is_some();
    match arg.get_action() {
        ArgAction::SetTrue => Kind::Switch,
        _ if several => Kind::Texts,
        _ if is_switch(arg) => Kind::Switch,
        _ if !words.is_empty() => Kind::OneOf(words),
        _ => number(arg.get_value_parser()).unwrap_or(Kind::Text),
    }
}

/// A flag that may be given without a value, and then stands for yes.
fn is_switch(arg: &Arg) -> bool {
    arg.get_value_parser().type_id() == std::any::TypeId::of::<bool>()
}

fn number(parser: &ValueParser) -> Option<Kind> {
    use std::any::TypeId;
    let id = parser.type_id();
    let whole = [TypeId::of::<u16>(), TypeId::of::<u32>(), TypeId::of::<u64>(), TypeId::of::<usize>()];
    if whole.iter().any(|whole| id == *whole) {
        Some(Kind::Whole)
    } else {
        (id == TypeId::of::<f64>() || id == TypeId::of::<f32>()).then_some(Kind::Number)
    }
}

/// The argument that a key stands for.
fn find<'a>(command: &'a Command, key: &FlagKey) -> Option<&'a Arg> {
    let named = |arg: &&Arg| arg.get_long() == Some(key.name.as_str());
    match key.section.as_deref().and_then(|section| command.find_subcommand(section)) {
        Some(command) => own_arguments(command).into_iter().find(named),
        None => command.get_arguments().find(named),
    }
}

/// Why a flag would not take a text.
fn refusal(arg: &Arg, text: &str, names: &Names) -> Option<String> {
    let error = match arg.get_long() {
        Some("filter") => {
            return Query::parse_with(text, names).err().map(|error| format!("no query:\n{}", error.caret(text)));
        }
        Some("since" | "until") => {
            return time_range::parse(text, &jiff::Zoned::now()).err().map(|error| error.to_string());
        }
        _ => {
            let bare = Arg::new("value").long("value").value_parser(arg.get_value_parser().clone());
            let command = Command::new("value").no_binary_name(true).arg(bare);
            command.try_get_matches_from([format!("--value={text}")]).err()?
        }
    };
    let reason = error.source().map_or_else(|| "an empty value is not taken".to_owned(), ToString::to_string);
    Some(reason)
}

/// Where a value comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Origin {
    /// Nobody said anything.
    Default,
    /// A line of the file.
    File(String, usize),
    /// A variable.
    Variable(String),
    /// A flag.
    Flag(String),
}

impl std::fmt::Display for Origin {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Default => f.write_str("default"),
            Self::File(path, line) => write!(f, "{path}:{line}"),
            Self::Variable(name) => write!(f, "${name}"),
            Self::Flag(name) => write!(f, "--{name}"),
        }
    }
}

/// What holds for a flag, and who said so; no text when nothing does.
pub(super) fn effective(key: &FlagKey, settings: &Settings, matches: &ArgMatches) -> (Vec<String>, Origin) {
    let typed = Cli::command().get_arguments().find(|arg| arg.get_long() == Some(&key.name)).and_then(|arg| {
        let id = arg.get_id().as_str();
        let flag = matches.value_source(id) == Some(clap::parser::ValueSource::CommandLine);
        flag.then(|| raw(matches, id))
    });
    if let Some(texts) = typed.filter(|_| is_everywhere(key)) {
        return (texts, Origin::Flag(key.name.clone()));
    }
    let variable = variable(&key.name);
    if let Ok(text) = std::env::var(&variable) {
        return (vec![text], Origin::Variable(variable));
    }
    match settings.flags.iter().find(|value| value.key == *key) {
        Some(value) => {
            let path = value.place.path.display().to_string();
            (value.texts.clone(), Origin::File(path, value.place.line))
        }
        None => (key.default.clone().into_iter().collect(), Origin::Default),
    }
}

fn is_everywhere(key: &FlagKey) -> bool {
    key.section.as_deref().is_none_or(|section| Cli::command().find_subcommand(section).is_none())
}

fn raw(matches: &ArgMatches, id: &str) -> Vec<String> {
    let texts = matches.get_raw(id).into_iter().flatten().map(|text| text.to_string_lossy().into_owned());
    let texts: Vec<_> = texts.collect();
    if texts.is_empty() { vec!["true".to_owned()] } else { texts }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flag_has_a_variable_of_its_name() {
        let command = Cli::command();
        for key in flag_keys(&command) {
            let arg = find(&command, &key).unwrap();
            let known = arg.get_env().map(|name| name.to_string_lossy().into_owned());
            let told = arg.get_help().is_some_and(|help| help.to_string().contains(&variable(&key.name)));
            assert!(known == key.variable || told, "{} has no variable {}", key.dotted(), variable(&key.name));
        }
    }
}
