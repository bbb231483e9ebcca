//! Which key starts which action, read from `assets/keymap.toml`.

mod patch;

use crokey::KeyCombination;
use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};
use serde::Deserialize;

use super::action::{Action, kebab_case};

/// What the keyboard speaks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Context {
    /// The lists and the detail.
    Browse,
    /// A payload in the detail; what has no meaning there is heard as on the board.
    Tree,
    /// The filter line.
    Filter,
    /// The attempts in the detail; what has no meaning there is heard as on the board.
    Attempts,
    /// A trace in the detail; what has no meaning there is heard as on the board.
    Trace,
    /// Other text in the detail; what has no meaning there is heard as on the board.
    Text,
    /// The menu of conditions.
    Conditions,
    /// The groups of failures.
    Groups,
    /// What failures have in common.
    Differences,
    /// The histogram.
    Timeline,
    /// Two records side by side.
    Pair,
    /// The choice of what to copy of two records.
    PairCopy,
    /// The choice of what to copy of a payload.
    Copy,
    /// The line of the text to look for.
    Search,
    /// The sheet of one replay.
    Replay,
    /// A payload that is edited in place.
    Edit,
    /// A line that is typed on the sheet.
    Line,
    /// A list on the sheet, of which one is chosen.
    Choice,
    /// The question whether to send.
    Confirm,
    /// What a replay that ran at once came to.
    Returned,
    /// The plan of several replays.
    Replays,
    /// Several replays under way.
    Run,
    /// The picker of functions and log groups.
    Picker,
    /// The page of a function's wiring.
    Wiring,
    /// The menu of what is taken along.
    Export,
    /// The line of a note.
    Note,
    /// The help overlay.
    Help,
    /// The search in the help.
    HelpSearch,
    /// The command line.
    Command,
    /// The picker of themes.
    Themes,
    /// The ledger.
    Ledger,
}

impl Context {
    /// All of them, in the order of the help.
    pub const ALL: [Self; 31] = [
        Self::Browse,
        Self::Tree,
        Self::Trace,
        Self::Attempts,
        Self::Text,
        Self::Copy,
        Self::Search,
        Self::Export,
        Self::Note,
        Self::Filter,
        Self::Conditions,
        Self::Groups,
        Self::Differences,
        Self::Timeline,
        Self::Pair,
        Self::PairCopy,
        Self::Replay,
        Self::Edit,
        Self::Line,
        Self::Choice,
        Self::Confirm,
        Self::Returned,
        Self::Replays,
        Self::Run,
        Self::Picker,
        Self::Wiring,
        Self::Command,
        Self::Themes,
        Self::Ledger,
        Self::Help,
        Self::HelpSearch,
    ];

    /// The context's name in a keymap file.
    #[must_use]
    pub fn name(self) -> String {
        kebab_case(&format!("{self:?}"))
    }

    /// Title of the context's part of the help.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Browse => "On the board",
            Self::Tree => "In a payload",
            Self::Trace => "In a trace",
            Self::Attempts => "Among the attempts",
            Self::Text => "In other text",
            Self::Copy => "Copying from a payload",
            Self::Search => "In the line of the search",
            Self::Export => "Taking records along",
            Self::Note => "In the line of a note",
            Self::Filter => "In the filter line",
            Self::Conditions => "In the condition menu",
            Self::Groups => "Among the groups of failures",
            Self::Differences => "Among what failures have in common",
            Self::Timeline => "In the histogram",
            Self::Pair => "With two records side by side",
            Self::PairCopy => "Copying from two records",
            Self::Replay => "On the sheet of a replay",
            Self::Edit => "Editing a payload",
            Self::Line => "Typing on the sheet",
            Self::Choice => "Choosing on the sheet",
            Self::Confirm => "Before something is sent",
            Self::Returned => "Looking at what a replay returned",
            Self::Replays => "In the plan of several replays",
            Self::Run => "While several replays are sent",
            Self::Picker => "In the picker",
            Self::Wiring => "On the wiring page",
            Self::Help => "In this help",
            Self::HelpSearch => "In the search of this help",
            Self::Command => "In the command line",
            Self::Themes => "In the picker of themes",
            Self::Ledger => "In the ledger",
        }
    }
}

/// What has the focus while the footer shows a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum FooterFor {
    /// A list.
    List,
    /// The detail.
    Detail,
}

/// One line of the keymap file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Binding {
    /// Where the keys are heard.
    #[serde(rename = "mode")]
    pub context: Context,
    /// What they start.
    pub action: Action,
    /// The keys; the first is the one the footer shows.
    pub keys: Vec<KeyCombination>,
    /// Line in the help overlay.
    pub help: String,
    /// Label in the footer; `None` keeps the binding out of it.
    pub footer: Option<String>,
    /// Where the footer shows it, when not everywhere.
    pub footer_for: Option<FooterFor>,
}

impl Binding {
    /// The keys as a reader types them: `G`, `Ctrl-d`, `↵`.
    #[must_use]
    pub fn key_names(&self) -> Vec<String> {
        self.keys.iter().map(|key| key_name(*key)).collect()
    }
}

/// The keys of every context.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Keymap {
    #[serde(rename = "binding")]
    bindings: Vec<Binding>,
}

/// A keymap file that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum KeymapError {
    /// The file is not valid TOML, or names an unknown action, mode or key.
    #[error("cannot read the keymap: {0}")]
    Syntax(#[from] toml::de::Error),
    /// One key would start two actions in the same place.
    #[error("key {key} starts both {} and {} in mode {}: give one of them another key", .first.name(), .second.name(), .context.name())]
    Conflict {
        /// The key, as a reader types it.
        key: String,
        /// The binding that comes first in the file.
        first: Action,
        /// The binding that comes later.
        second: Action,
        /// Where both are heard.
        context: Context,
    },
}

impl Keymap {
    /// Reads a keymap in the form of `assets/keymap.toml`.
    ///
    /// # Errors
    /// When the text is not such a file, or gives one key two meanings in one mode.
    pub fn parse(text: &str) -> Result<Self, KeymapError> {
        let keymap: Self = toml::from_str(text)?;
        keymap.check_conflicts()?;
        Ok(keymap)
    }

    /// The keymap that the program ships with.
    ///
    /// # Errors
    /// Never for a released build: a test reads the same file.
    pub fn shipped() -> Result<Self, KeymapError> {
        Self::parse(include_str!("../../assets/keymap.toml"))
    }

    /// What `event` starts in `context`.
    #[must_use]
    pub fn action(&self, context: Context, event: KeyEvent) -> Option<Action> {
        let pressed = combination(event);
        self.of(context).find(|binding| binding.keys.contains(&pressed)).map(|binding| binding.action)
    }

    /// The bindings of one context, in the file's order.
    pub fn of(&self, context: Context) -> impl Iterator<Item = &Binding> {
        self.bindings.iter().filter(move |binding| binding.context == context)
    }

    /// The key that the footer and hints show for an action.
    #[must_use]
    pub fn hint(&self, context: Context, action: Action) -> Option<String> {
        let binding = self.of(context).find(|binding| binding.action == action)?;
        binding.keys.first().map(|key| key_name(*key))
    }

    fn check_conflicts(&self) -> Result<(), KeymapError> {
        for (at, second) in self.bindings.iter().enumerate() {
            for first in self.bindings[..at].iter().filter(|first| first.context == second.context) {
                if let Some(key) = second.keys.iter().find(|key| first.keys.contains(key)) {
                    return Err(KeymapError::Conflict {
                        key: key_name(*key),
                        first: first.action,
                        second: second.action,
                        context: second.context,
                    });
                }
            }
        }
        Ok(())
    }
}

/// Some terminals report Shift with `?` or `<`, others do not: the character already says it.
fn combination(event: KeyEvent) -> KeyCombination {
    let mut event = event;
    if let KeyCode::Char(c) = event.code
        && !c.is_alphabetic()
        && c != ' '
    {
        event.modifiers.remove(KeyModifiers::SHIFT);
    }
    event.into()
}

fn key_name(key: KeyCombination) -> String {
    let code: KeyEvent = key.into();
    let name = match code.code {
        KeyCode::Enter => "↵".to_owned(),
        KeyCode::Up => "↑".to_owned(),
        KeyCode::Down => "↓".to_owned(),
        KeyCode::Left => "←".to_owned(),
        KeyCode::Right => "→".to_owned(),
        KeyCode::BackTab => return "Shift-Tab".to_owned(),
        KeyCode::PageUp => "PgUp".to_owned(),
        KeyCode::PageDown => "PgDn".to_owned(),
        KeyCode::Char(' ') => "Space".to_owned(),
        KeyCode::Char(c) if code.modifiers.contains(KeyModifiers::SHIFT) => c.to_uppercase().collect(),
        KeyCode::Char(c) => c.to_string(),
        other => other.to_string(),
    };
    let shifts = code.modifiers.contains(KeyModifiers::SHIFT) && !matches!(code.code, KeyCode::Char(_));
    let name = if shifts { format!("Shift-{name}") } else { name };
    let name = if code.modifiers.contains(KeyModifiers::ALT) { format!("Alt-{name}") } else { name };
    if code.modifiers.contains(KeyModifiers::CONTROL) { format!("Ctrl-{name}") } else { name }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(code: KeyCode, modifiers: KeyModifiers) -> KeyEvent {
        KeyEvent::new(code, modifiers)
    }

    #[test]
    fn the_shipped_keymap_is_sound() {
        Keymap::shipped().unwrap();
    }

    #[test]
    fn upper_case_letters_are_keys_of_their_own() {
        let keymap = Keymap::shipped().unwrap();
        let upper = press(KeyCode::Char('G'), KeyModifiers::SHIFT);
        assert_eq!(keymap.action(Context::Browse, upper), Some(Action::Bottom));
        let upper_without_modifier = press(KeyCode::Char('G'), KeyModifiers::NONE);
        assert_eq!(keymap.action(Context::Browse, upper_without_modifier), Some(Action::Bottom));
        let lower = press(KeyCode::Char('g'), KeyModifiers::NONE);
        assert_eq!(keymap.action(Context::Browse, lower), Some(Action::Top));
    }

    #[test]
    fn shift_reported_with_a_symbol_does_not_hide_it() {
        let keymap = Keymap::shipped().unwrap();
        for modifiers in [KeyModifiers::NONE, KeyModifiers::SHIFT] {
            assert_eq!(keymap.action(Context::Browse, press(KeyCode::Char('?'), modifiers)), Some(Action::Help));
        }
    }

    #[test]
    fn keys_are_named_as_they_are_typed() {
        let keymap = Keymap::shipped().unwrap();
        let hint = |action| keymap.hint(Context::Browse, action).unwrap();
        assert_eq!(hint(Action::Bottom), "G");
        assert_eq!(hint(Action::HalfPageDown), "Ctrl-d");
        assert_eq!(hint(Action::PreviousPane), "Shift-Tab");
        assert_eq!(hint(Action::Open), "↵");
        assert_eq!(hint(Action::Freeze), "Space");
        assert_eq!(hint(Action::NextPane), "Tab");
    }

    #[test]
    fn a_key_with_two_meanings_is_refused_by_both_names() {
        let text = r#"
            [[binding]]
            mode = "browse"
            action = "quit"
            keys = ["q"]
            help = "Quit"

            [[binding]]
            mode = "browse"
            action = "help"
            keys = ["?", "q"]
            help = "Help"
        "#;
        let error = Keymap::parse(text).unwrap_err().to_string();
        assert_eq!(error, "key q starts both quit and help in mode browse: give one of them another key");
    }

    #[test]
    fn an_unknown_action_is_named() {
        let text = "[[binding]]\nmode = \"browse\"\naction = \"fly\"\nkeys = [\"f\"]\nhelp = \"Fly\"\n";
        assert!(Keymap::parse(text).unwrap_err().to_string().contains("unknown variant `fly`"));
    }
}
