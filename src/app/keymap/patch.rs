//! The user's own keys, laid over the shipped ones.
//!
//! The file has a table for each mode, with an action's keys in each line: `quit = ["q", "x"]`. What it does not name stays
//! as it is; an empty list takes an action's keys away.

use std::path::Path;

use crokey::KeyCombination;
use toml::Spanned;
use toml::de::{DeString, DeTable, DeValue};

use crate::config::{Fault, Place, nearest};

use super::{Context, Keymap, KeymapError};

impl Keymap {
    /// These keys, changed as a file's text says.
    ///
    /// # Errors
    /// Everything that is wrong with the file: unknown modes, actions and keys, and keys with two meanings.
    pub fn patched(mut self, path: &Path, text: &str) -> Result<Self, Vec<Fault>> {
        let table = DeTable::parse(text).map_err(|error| vec![Fault::of_toml(path, text, &error)])?;
        let mut reading = Reading { path, text, faults: Vec::new() };
        for (mode, lines) in table.get_ref() {
            reading.mode(&mut self, mode, lines);
        }
        reading.faults.sort_by_key(Fault::line);
        if !reading.faults.is_empty() {
            return Err(reading.faults);
        }
        self.check_conflicts().map_err(|error| vec![reading.conflict(&error, table.get_ref())])?;
        Ok(self)
    }
}

struct Reading<'a> {
    path: &'a Path,
    text: &'a str,
    faults: Vec<Fault>,
}

impl Reading<'_> {
    fn mode(&mut self, keymap: &mut Keymap, name: &Spanned<DeString<'_>>, lines: &Spanned<DeValue<'_>>) {
        let Some(context) = Context::ALL.into_iter().find(|context| context.name() == *name.get_ref()) else {
            let known = Context::ALL.map(Context::name);
            return self.unknown("mode", name, known.iter().map(String::as_str));
        };
        let Some(lines) = lines.get_ref().as_table() else {
            return self.fault(lines.span(), format!("{} takes a table of actions and their keys", context.name()));
        };
        for (action, keys) in lines {
            self.action(keymap, context, action, keys);
        }
    }

    fn action(
        &mut self,
        keymap: &mut Keymap,
        context: Context,
        name: &Spanned<DeString<'_>>,
        keys: &Spanned<DeValue<'_>>,
    ) {
        let known: Vec<_> = keymap.of(context).map(|binding| binding.action.name()).collect();
        if !known.iter().any(|action| action == name.get_ref()) {
            return self.unknown("action", name, known.iter().map(String::as_str));
        }
        let keys = self.keys(name.get_ref(), keys);
        let named = |binding: &&mut super::Binding| {
            binding.context == context && binding.action.name() == name.get_ref().as_ref()
        };
        for (at, binding) in keymap.bindings.iter_mut().filter(named).enumerate() {
            // An action may have several lines in the help: the first takes all the keys.
            binding.keys = if at == 0 { keys.clone() } else { Vec::new() };
        }
    }

    /// The keys of a line, which may be one text or a list of them.
    fn keys(&mut self, action: &str, value: &Spanned<DeValue<'_>>) -> Vec<KeyCombination> {
        match value.get_ref() {
            DeValue::String(text) => self.key(text, value.span()).into_iter().collect(),
            DeValue::Array(items) => items.iter().flat_map(|item| self.keys(action, item)).collect(),
            _ => {
                self.fault(value.span(), format!("{action} takes keys such as \"q\", or a list of them"));
                Vec::new()
            }
        }
    }

    fn key(&mut self, text: &str, span: std::ops::Range<usize>) -> Option<KeyCombination> {
        // A capital alone is the letter with Shift; the parser takes it for the letter.
        let capital = text.chars().count() == 1 && text.chars().all(char::is_uppercase);
        let key = if capital { crokey::parse(&format!("shift-{text}")) } else { crokey::parse(text) };
        if key.is_err() {
            let how = "write a character, enter, esc, tab, space, up, pageup, f1, or ctrl-x, alt-x, shift-x";
            self.fault(span, format!("{text} is no key: {how}"));
        }
        key.ok()
    }

    fn unknown<'a>(&mut self, what: &str, name: &Spanned<DeString<'_>>, known: impl Iterator<Item = &'a str>) {
        let known: Vec<_> = known.collect();
        let hint = match nearest(name.get_ref(), known.iter().copied()) {
            Some(near) => format!("did you mean {near}?"),
            None => format!("there are {}", known.join(", ")),
        };
        self.fault(name.span(), format!("there is no {what} {}; {hint}", name.get_ref()));
    }

    /// A key with two meanings, at the line of the file that gave it one of them.
    fn conflict(&self, error: &KeymapError, table: &DeTable<'_>) -> Fault {
        let KeymapError::Conflict { first, second, context, .. } = error else {
            return Fault::of_file(self.path, error.to_string());
        };
        let line = |action: &super::Action| {
            let lines = table.get(context.name().as_str())?.get_ref().as_table()?;
            lines.get_key_value(action.name().as_str()).map(|(key, _)| key.span())
        };
        match line(second).or_else(|| line(first)) {
            Some(span) => Fault::at(Place::new(self.path, self.text, span), error.to_string()),
            None => Fault::of_file(self.path, error.to_string()),
        }
    }

    fn fault(&mut self, span: std::ops::Range<usize>, problem: String) {
        self.faults.push(Fault::at(Place::new(self.path, self.text, span), problem));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::app::action::Action;
    use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

    fn patched(text: &str) -> Result<Keymap, String> {
        let keymap = Keymap::shipped().unwrap().patched(Path::new("keymap.toml"), text);
        keymap.map_err(|faults| faults.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n"))
    }

    fn action(keymap: &Keymap, key: char) -> Option<Action> {
        keymap.action(Context::Browse, KeyEvent::new(KeyCode::Char(key), KeyModifiers::NONE))
    }

    #[test]
    fn named_actions_get_other_keys_and_the_rest_stays() {
        let keymap =
            patched("[browse]\nquit = [\"Q\", \"ctrl-q\"]\nfreeze = []\nzoom = \"-\"\nshorter = []\n").unwrap();
        assert_eq!(action(&keymap, 'q'), None);
        assert_eq!(action(&keymap, 'Q'), Some(Action::Quit));
        assert_eq!(action(&keymap, ' '), None);
        assert_eq!(action(&keymap, '-'), Some(Action::Zoom));
        assert_eq!(action(&keymap, 'j'), Some(Action::Down));
        assert_eq!(keymap.hint(Context::Browse, Action::Freeze), None);
    }

    #[test]
    fn a_conflict_names_both_and_the_line() {
        let said = patched("[browse]\n# Quit with the other hand.\nquit = \"j\"\n").unwrap_err();
        assert!(said.contains("line 3") && said.contains("key j starts both down and quit in mode browse"), "{said}");
    }
}
