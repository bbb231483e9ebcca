//! The line in which text to look for is typed.

use crossterm::event::KeyEvent;
use ratatui_textarea::{Input, Key, TextArea};

use crate::log::is_bidi_control;

/// What is typed so far.
#[derive(Debug, Default)]
pub struct SearchLine {
    area: TextArea<'static>,
}

impl SearchLine {
    /// What is typed so far.
    #[must_use]
    pub fn text(&self) -> &str {
        self.area.lines().first().map_or("", String::as_str)
    }

    /// Column of the cursor, in characters.
    #[must_use]
    pub fn column(&self) -> usize {
        self.area.cursor().1
    }

    /// Takes a key as a line editor does; `true` when the text has become another one.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let input = Input::from(key);
        if input.ctrl && input.key == Key::Char('u') {
            return self.area.delete_line_by_head();
        }
        let breaks_line = matches!(input.key, Key::Enter) || (input.ctrl && input.key == Key::Char('m'));
        !breaks_line && self.area.input(input)
    }

    /// Takes pasted text, its line breaks as spaces and without characters that cannot be seen.
    pub fn paste(&mut self, text: &str) {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.area.insert_str(line.replace(|c: char| c.is_control() || is_bidi_control(c), ""));
    }
}
