//! The sections of the file that no flag stands for.

use std::collections::BTreeMap;
use std::path::PathBuf;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::json;

use super::pattern::{NamePattern, TextPattern};

/// What the file says beside the flags.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Config {
    /// Whether a flag, its variable or its key takes everything away that changes something, whatever the profile.
    #[serde(skip)]
    pub read_only: bool,
    /// What holds while an AWS profile is in use, by its name or a pattern with *.
    #[schemars(example = json!({"prod": {"read-only": true, "header": "red", "confirm-by-name": true}}))]
    pub profile: BTreeMap<String, Profile>,
    /// Where it matters most: a replay there wants the function's name typed.
    pub production: Production,
    /// Filters by name.
    #[schemars(example = json!({"orders": "fn:order* outcome:failure"}))]
    pub filters: BTreeMap<String, String>,
    /// Where the source lies that the lines of stack traces come from; the first that fits counts.
    #[schemars(example = json!([{"function": "order*", "from": "/var/task/", "to": "~/src/orders"}]))]
    pub sources: Vec<SourceMap>,
    /// Values that are masked on screen, in copies and in exports.
    pub redact: Redaction,
}

/// What holds while an AWS profile is in use.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Profile {
    /// Takes everything away that changes something, replay first of all.
    pub read_only: bool,
    /// Colour of the top line.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub header: Option<HeaderColour>,
    /// A replay wants the function's name typed.
    pub confirm_by_name: bool,
}

/// Colours that the top line can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum HeaderColour {
    /// Red, as on a production account.
    Red,
    /// Yellow.
    Yellow,
    /// Green.
    Green,
    /// Blue.
    Blue,
    /// Magenta.
    Magenta,
}

/// Where it matters most.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Production {
    /// AWS profiles, as patterns with *.
    #[schemars(example = json!(["*prod*"]))]
    pub profiles: Vec<NamePattern>,
    /// Account ids, as patterns with *.
    #[schemars(example = json!(["123456789012"]))]
    pub accounts: Vec<NamePattern>,
}

/// Where the source of a function lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub struct SourceMap {
    /// Functions that it holds for, as a pattern with *; every one when left out.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub function: Option<NamePattern>,
    /// What the paths in the trace begin with.
    #[serde(default = "task_root")]
    pub from: String,
    /// The folder that stands for it here; ~ is the home folder.
    pub to: PathBuf,
}

/// Folder that every function's code lies in.
fn task_root() -> String {
    "/var/task/".to_owned()
}

/// Which values are masked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(default, rename_all = "kebab-case")]
pub struct Redaction {
    /// Whether the built-in rules hold: keys, tokens, cards.
    pub built_in: bool,
    /// Paths of payload values, as in the filter language, with *.
    #[schemars(example = json!(["request.card.number", "*.password"]))]
    pub paths: Vec<String>,
    /// Regular expressions; what they match is masked.
    #[schemars(example = json!(["sk_live_[0-9A-Za-z]+"]))]
    pub patterns: Vec<TextPattern>,
}

impl Default for Redaction {
    fn default() -> Self {
        Self { built_in: true, paths: Vec::new(), patterns: Vec::new() }
    }
}

/// What a profile and an account ask for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Guard {
    /// Nothing may be changed.
    pub read_only: bool,
    /// A replay wants the function's name typed.
    pub confirm_by_name: bool,
    /// Colour of the top line.
    pub header: Option<HeaderColour>,
}

impl Config {
    /// What holds for a profile and an account, as far as they are known: the strictest of all that fits.
    #[must_use]
    pub fn guard(&self, profile: Option<&str>, account: Option<&str>) -> Guard {
        let fits = |patterns: &[NamePattern], name: Option<&str>| {
            name.is_some_and(|name| patterns.iter().any(|pattern| pattern.matches(name)))
        };
        let production = fits(&self.production.profiles, profile) || fits(&self.production.accounts, account);
        let mut guard = Guard { read_only: self.read_only, confirm_by_name: production, header: None };
        let sections = self
            .profile
            .iter()
            .filter(|(name, _)| profile.is_some_and(|profile| NamePattern::from(name.as_str()).matches(profile)));
        for (_, section) in sections {
            guard.read_only |= section.read_only;
            guard.confirm_by_name |= section.confirm_by_name;
            guard.header = section.header.or(guard.header);
        }
        guard
    }

    /// What holds for a send: the strictest for who sends and for every account that is concerned.
    pub fn sending_guard<'a>(&self, profile: Option<&str>, accounts: impl IntoIterator<Item = &'a str>) -> Guard {
        let known = accounts.into_iter().map(|account| self.guard(profile, Some(account)));
        known.fold(self.guard(profile, None), Guard::or)
    }
}

impl Guard {
    /// The stricter of both in everything.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self {
            read_only: self.read_only || other.read_only,
            confirm_by_name: self.confirm_by_name || other.confirm_by_name,
            header: self.header.or(other.header),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_strictest_of_all_that_fits_holds() {
        let config: Config = toml::from_str(
            "[profile.'prod*']\nread-only = true\n[profile.prod-eu]\nheader = 'red'\n\
             [production]\naccounts = ['1111*']\nprofiles = ['*live*']\n",
        )
        .unwrap();
        let guard = |profile, account| config.guard(profile, account);
        assert_eq!(guard(None, None), Guard::default());
        assert_eq!(guard(Some("dev"), Some("222233334444")), Guard::default());
        let prod = Guard { read_only: true, header: Some(HeaderColour::Red), confirm_by_name: false };
        assert_eq!(guard(Some("prod-eu"), None), prod);
        assert!(guard(Some("prod-eu"), Some("111122223333")).confirm_by_name);
        assert!(guard(Some("eu-live-1"), None).confirm_by_name);
    }
}
