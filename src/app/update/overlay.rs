//! Keys in the filter line and the condition menu, and which overlay takes what.

use crossterm::event::KeyEvent;

use crate::app::action::Action;
use crate::app::message::Effect;
use crate::app::model::{ConditionMenu, FilterLine, Model, Overlay};

impl Model {
    pub(super) fn overlay_action(&mut self, action: Action, effects: &mut Vec<Effect>) {
        self.overlay = match self.overlay.take() {
            Some(Overlay::Filter(line)) => self.in_filter(line, action, effects),
            Some(Overlay::Conditions(menu)) => self.in_menu(menu, action),
            Some(Overlay::Groups(list)) => self.in_groups(list, action),
            Some(Overlay::Timeline(timeline)) => self.in_timeline(timeline, action),
            Some(Overlay::Differences(list)) => self.in_differences(list, action, effects),
            Some(Overlay::Pair(pair)) => self.in_pair(pair, action, effects),
            Some(Overlay::Search(line)) => self.in_search(line, action),
            Some(Overlay::Copy) => Some(Overlay::Copy),
            Some(Overlay::Picker(picker)) => self.in_picker(picker, action, effects),
            Some(Overlay::Wiring(page)) => self.in_wiring(page, action, effects),
            Some(Overlay::Export(scope)) => self.in_export(scope, action, effects),
            Some(Overlay::Note(line)) => self.in_note(line, action),
            Some(Overlay::Help(help)) => self.in_help(help, action),
            Some(Overlay::Command(command)) => self.in_command(command, action, effects),
            Some(Overlay::Themes(menu)) => self.in_themes(menu, action, effects),
            Some(Overlay::Replay(sheet)) => self.in_sheet(sheet, action, effects),
            Some(Overlay::Replays(bulk)) => self.in_bulk(bulk, action, effects),
            Some(Overlay::Ledger(top)) => self.in_ledger(top, action),
            None => None,
        };
    }

    /// Rows that a page of a long list has.
    pub(super) fn half_screen(&self) -> isize {
        usize::from(self.geometry.screen.height / 2).max(1).cast_signed()
    }

    fn in_ledger(&self, top: usize, action: Action) -> Option<Overlay> {
        let last = self.geometry.help_lines.saturating_sub(usize::from(self.geometry.help.height));
        match action {
            Action::Up => Some(Overlay::Ledger(top.saturating_sub(1))),
            Action::Down => Some(Overlay::Ledger((top + 1).min(last))),
            Action::Back => None,
            _ => Some(Overlay::Ledger(top)),
        }
    }

    fn edit_filter(&mut self, key: KeyEvent) {
        if let Some(Overlay::Filter(line)) = &mut self.overlay
            && let Some(query) = line.key(key, &self.board)
        {
            self.set_query(query);
        }
    }

    /// A key that is text where the overlay takes text.
    pub(super) fn type_text(&mut self, key: KeyEvent, effects: &mut Vec<Effect>) {
        match &mut self.overlay {
            Some(Overlay::Filter(_)) => self.edit_filter(key),
            Some(Overlay::Search(_)) => self.edit_search(key),
            Some(Overlay::Picker(_)) => self.type_in_picker(key, effects),
            Some(Overlay::Note(line)) => drop(line.key(key)),
            Some(Overlay::Command(command)) => command.key(key),
            Some(Overlay::Help(help)) if help.typing => help.key(key),
            Some(Overlay::Replay(_)) => self.type_in_sheet(key),
            Some(Overlay::Replays(_)) => self.type_in_bulk(key),
            _ => {}
        }
    }

    fn in_filter(&mut self, mut line: Box<FilterLine>, action: Action, effects: &mut Vec<Effect>) -> Option<Overlay> {
        let query = match action {
            Action::Accept if line.error().is_none() => {
                effects.extend(self.remember(line.text()));
                return None;
            }
            Action::Back => {
                self.set_query(line.before().clone());
                return None;
            }
            Action::Clear => line.clear(),
            Action::Complete => line.complete(1, &self.board),
            Action::CompleteBack => line.complete(-1, &self.board),
            Action::Up => line.recall(1, &self.history),
            Action::Down => line.recall(-1, &self.history),
            _ => None,
        };
        if let Some(query) = query {
            self.set_query(query);
        }
        Some(Overlay::Filter(line))
    }

    /// Puts a filter at the end of the history, once.
    fn remember(&mut self, filter: &str) -> Option<Effect> {
        if filter.trim().is_empty() || self.history.last().is_some_and(|last| last == filter) {
            return None;
        }
        self.history.retain(|known| known != filter);
        self.history.push(filter.to_owned());
        Some(Effect::Remember(filter.to_owned()))
    }

    fn in_menu(&mut self, mut menu: ConditionMenu, action: Action) -> Option<Overlay> {
        match action {
            Action::Up => menu.step(-1, &self.board),
            Action::Down => menu.step(1, &self.board),
            Action::Toggle => menu.toggle(&self.board),
            Action::Accept => {
                let query = self.board.query().with_conditions(&menu.choice(&self.board));
                self.set_query(query);
                return None;
            }
            Action::Clear => {
                let query = self.board.query().without_conditions();
                self.set_query(query);
                return None;
            }
            Action::Back => return None,
            _ => {}
        }
        Some(Overlay::Conditions(menu))
    }
}
