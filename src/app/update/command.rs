//! Keys in the command line, in the help and in the picker of themes.

use crate::app::action::Action;
use crate::app::message::Effect;
use crate::app::model::{CommandLine, Help, Model, Overlay, TextLine, ThemeMenu};

/// Longest count that is taken: more rows than any board shows.
const LONGEST_COUNT: usize = 999_999;

impl Model {
    pub(super) fn in_command(
        &mut self,
        mut command: Box<CommandLine>,
        action: Action,
        effects: &mut Vec<Effect>,
    ) -> Option<Overlay> {
        match action {
            Action::Up => command.step(-1),
            Action::Down => command.step(1),
            Action::Complete => command.complete(),
            Action::Clear => command.clear(),
            Action::Back => return None,
            Action::Accept => {
                match command.action() {
                    // It may open an overlay of its own.
                    Some(action) => self.browse(action, effects),
                    None => self.notify(format!("there is no action {}", command.line().text())),
                }
                return self.overlay.take();
            }
            _ => {}
        }
        Some(Overlay::Command(command))
    }

    pub(super) fn in_help(&mut self, mut help: Box<Help>, action: Action) -> Option<Overlay> {
        let height = usize::from(self.geometry.help.height);
        let last = self.geometry.help_lines.saturating_sub(height);
        let rows: isize = match action {
            Action::Filter => {
                help.search.get_or_insert_default();
                help.typing = true;
                0
            }
            Action::Accept => {
                help.typing = false;
                0
            }
            Action::Clear => {
                help.search = Some(TextLine::default());
                0
            }
            Action::Back if help.search.is_some() => {
                *help = Help::default();
                0
            }
            Action::Back => return None,
            _ => action.rows(height.cast_signed()).unwrap_or(0),
        };
        help.top = help.top.saturating_add_signed(rows).min(last);
        Some(Overlay::Help(help))
    }

    /// Every theme is shown while the cursor is on it.
    pub(super) fn in_themes(&mut self, menu: ThemeMenu, action: Action, effects: &mut Vec<Effect>) -> Option<Overlay> {
        let last = self.themes.len().saturating_sub(1);
        let (theme, open) = match action {
            Action::Up => (self.theme.saturating_sub(1), true),
            Action::Down => ((self.theme + 1).min(last), true),
            Action::Back => (menu.before, false),
            Action::Accept => (self.theme, false),
            _ => (self.theme, true),
        };
        self.wear(theme, effects);
        if action == Action::Accept
            && let Some(name) = self.themes.get(theme).cloned()
        {
            self.notify(format!(
                "kept for what is read here; for everything: theme = \"{name}\" in [looks] of the settings"
            ));
            (self.chosen_theme, self.by_background) = (Some(name), None);
        }
        open.then_some(Overlay::Themes(menu))
    }

    /// The terminal has told its background: a theme for it, unless one was chosen.
    pub(super) fn suit(&mut self, is_light: bool, effects: &mut Vec<Effect>) {
        if let Some([dark, light]) = self.by_background {
            self.wear(if is_light { light } else { dark }, effects);
        }
    }

    fn wear(&mut self, theme: usize, effects: &mut Vec<Effect>) {
        if theme != self.theme {
            self.theme = theme;
            let colouring = self.detail.colouring();
            effects.extend(colouring.map(|(generation, document)| Effect::Colour { generation, document }));
        }
    }

    /// How often a movement is made: once unless a count was typed.
    pub(super) fn times(&self) -> isize {
        self.count.unwrap_or(1).cast_signed()
    }

    /// A digit that starts nothing by itself begins a count, and every digit goes on with one.
    pub(super) fn counts(&mut self, digit: u32, bound: bool) -> bool {
        let digit = digit as usize;
        match self.count {
            Some(count) => self.count = Some((count * 10 + digit).min(LONGEST_COUNT)),
            None if !bound => self.count = Some(digit),
            None => return false,
        }
        true
    }
}
