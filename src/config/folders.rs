//! Where files lie: settings, and what the program remembers.

use std::path::PathBuf;

use etcetera::BaseStrategy as _;

/// Variable that names the settings file, wherever it lies.
const CONFIG_VARIABLE: &str = "ARRIVALS_CONFIG";

/// Nobody's home is known, so nothing of theirs can be found.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no home folder is known, so no settings can be found: set HOME, or name the file in ARRIVALS_CONFIG")]
pub struct NoHome;

/// The folders of one user, after the XDG Base Directory Specification, also on macOS.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Folders {
    /// The settings file.
    pub config_file: PathBuf,
    /// Whether the file was named in the environment: then it must be there.
    pub named: bool,
    /// Folder of settings: `keymap.toml` and `themes/` lie in it.
    pub config: PathBuf,
    /// Folder of what the program writes for itself: layouts, journals, reports, logs.
    pub state: PathBuf,
}

impl Folders {
    /// The folders as the environment tells them.
    ///
    /// # Errors
    /// When no home folder is known.
    pub fn find() -> Result<Self, NoHome> {
        let named = std::env::var_os(CONFIG_VARIABLE).filter(|path| !path.is_empty()).map(PathBuf::from);
        let base = etcetera::choose_base_strategy().map_err(|_| NoHome)?;
        let config = base.config_dir().join("arrivals");
        let state = base.state_dir().unwrap_or_else(|| base.data_dir()).join("arrivals");
        Ok(Self {
            named: named.is_some(),
            config_file: named.unwrap_or_else(|| config.join("config.toml")),
            config,
            state,
        })
    }

    /// The user's own keys.
    #[must_use]
    pub fn keymap(&self) -> PathBuf {
        self.config.join("keymap.toml")
    }

    /// The user's own themes.
    #[must_use]
    pub fn themes(&self) -> PathBuf {
        self.config.join("themes")
    }
}
