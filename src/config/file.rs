//! Reading the file.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::check::Check;
use super::fault::{Fault, Place};
use super::folders::Folders;
use super::schema::{FlagKey, Schema};
use super::sections::Config;
use super::text::read_text;

/// What to do about a file that is named and not there.
const GONE: &str =
    "there is no such file; ARRIVALS_CONFIG names it: unset that, or make the file with arrivals config edit";

/// What the file says for a flag.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FlagValue {
    /// The key.
    pub key: FlagKey,
    /// The values, as they would be typed after the flag.
    pub texts: Vec<String>,
    /// Where they stand.
    pub place: Place,
}

/// The file, read and found sound.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Settings {
    /// The file; `None` when there is none.
    pub path: Option<PathBuf>,
    /// What it says for flags.
    pub flags: Vec<FlagValue>,
    /// What it says beside them.
    pub config: Config,
    /// Lines of its keys, by their dotted names.
    pub lines: BTreeMap<String, usize>,
}

impl Settings {
    /// Reads the user's file; without one nothing is set.
    ///
    /// # Errors
    /// Everything that is wrong with the file, that it cannot be read, or that the one named in the environment is not there.
    pub fn load(folders: &Folders, schema: &Schema) -> Result<Self, Vec<Fault>> {
        let path = &folders.config_file;
        match read_text(path).map_err(|fault| vec![fault])? {
            Some(text) => Self::read(path, &text, schema),
            None if folders.named => Err(vec![Fault::of_file(path, GONE)]),
            None => Ok(Self::default()),
        }
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// Everything that is wrong with it.
    pub fn read(path: &Path, text: &str, schema: &Schema) -> Result<Self, Vec<Fault>> {
        let table = DeTable::parse(text).map_err(|error| vec![Fault::of_toml(path, text, &error)])?;
        let mut check = Check { path, text, faults: Vec::new() };
        check.table(table.get_ref(), schema.json(), "");
        if !check.faults.is_empty() {
            check.faults.sort_by_key(Fault::line);
            return Err(check.faults);
        }
        let config = toml::from_str(text).map_err(|error| vec![Fault::of_toml(path, text, &error)])?;
        let flags = schema.flags().iter().filter_map(|key| flag_value(key, table.get_ref(), path, text)).collect();
        let mut lines = BTreeMap::new();
        note_lines(table.get_ref(), "", text, &mut lines);
        Ok(Self { path: Some(path.to_owned()), flags, config, lines })
    }
}

fn flag_value(key: &FlagKey, table: &DeTable<'_>, path: &Path, text: &str) -> Option<FlagValue> {
    let table = match &key.section {
        None => table,
        Some(section) => table.get(section.as_str())?.get_ref().as_table()?,
    };
    let value = table.get(key.name.as_str())?;
    let place = Place::new(path, text, value.span());
    Some(FlagValue { key: key.clone(), texts: texts(value), place })
}

/// A value as it would be typed; a list as several.
fn texts(value: &Spanned<DeValue<'_>>) -> Vec<String> {
    match value.get_ref() {
        DeValue::String(text) => vec![text.to_string()],
        DeValue::Integer(number) => vec![number.to_string()],
        DeValue::Float(number) => vec![number.to_string()],
        DeValue::Boolean(on) => vec![on.to_string()],
        DeValue::Array(items) => items.iter().flat_map(texts).collect(),
        DeValue::Datetime(_) | DeValue::Table(_) => Vec::new(),
    }
}

fn note_lines(table: &DeTable<'_>, within: &str, text: &str, lines: &mut BTreeMap<String, usize>) {
    for (key, value) in table {
        let dotted = if within.is_empty() { key.get_ref().to_string() } else { format!("{within}.{}", key.get_ref()) };
        lines.insert(dotted.clone(), text[..key.span().start].matches('\n').count() + 1);
        if let DeValue::Table(inner) = value.get_ref() {
            note_lines(inner, &dotted, text, lines);
        }
    }
}
