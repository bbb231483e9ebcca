//! A line of text that is edited as in a shell.

use crossterm::event::KeyEvent;
use ratatui_textarea::{CursorMove, Input, Key, TextArea};

use crate::log::is_bidi_control;

/// One line, with readline's keys.
#[derive(Debug, Default)]
pub struct TextLine {
    area: TextArea<'static>,
}

impl TextLine {
    /// A line that begins with a text, its cursor at the end.
    #[must_use]
    pub fn new(text: &str) -> Self {
        let mut area = TextArea::from([text]);
        area.move_cursor(CursorMove::End);
        Self { area }
    }

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

    /// Puts the cursor before a character.
    pub fn go_to(&mut self, column: usize) {
        self.area.move_cursor(CursorMove::Jump(0, u16::try_from(column).unwrap_or(u16::MAX)));
    }

    /// Takes a key as readline does; `true` when the text has become another one.
    pub fn key(&mut self, key: KeyEvent) -> bool {
        let input = Input::from(key);
        match (input.ctrl, input.alt, input.key) {
            (_, _, Key::Enter) | (true, _, Key::Char('m' | 'j')) => false,
            // As in every shell; the text area's own meaning is to undo.
            (true, false, Key::Char('u')) => self.area.delete_line_by_head(),
            (true, false, Key::Char('y')) => self.area.paste(),
            (true, false, Key::Char('_' | '7')) => self.area.undo(),
            (true, false, Key::Char('t')) => self.transpose(),
            (false, true, Key::Char('b')) => self.walk(CursorMove::WordBack),
            (false, true, Key::Char('f')) => self.walk(CursorMove::WordForward),
            _ => self.area.input(input),
        }
    }

    /// Takes pasted text, its line breaks as spaces and without characters that cannot be seen.
    pub fn paste(&mut self, text: &str) {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.area.insert_str(line.replace(|c: char| c.is_control() || is_bidi_control(c), ""));
    }

    fn walk(&mut self, to: CursorMove) -> bool {
        self.area.move_cursor(to);
        false
    }

    /// Swaps the two characters before the cursor, which goes on when it stands between them.
    fn transpose(&mut self) -> bool {
        let mut chars: Vec<char> = self.text().chars().collect();
        let second = self.column().min(chars.len().saturating_sub(1));
        if second == 0 {
            return false;
        }
        chars.swap(second - 1, second);
        *self = Self::new(&chars.into_iter().collect::<String>());
        self.go_to(second + 1);
        true
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crossterm::event::{KeyCode, KeyModifiers};

    fn after(text: &str, keys: &[(KeyModifiers, char)]) -> (String, usize) {
        let mut line = TextLine::new(text);
        for (modifiers, key) in keys {
            line.key(KeyEvent::new(KeyCode::Char(*key), *modifiers));
        }
        (line.text().to_owned(), line.column())
    }

    #[test]
    fn it_is_edited_as_in_a_shell() {
        const CTRL: KeyModifiers = KeyModifiers::CONTROL;
        const ALT: KeyModifiers = KeyModifiers::ALT;
        const NONE: KeyModifiers = KeyModifiers::NONE;
        type Case = (&'static [(KeyModifiers, char)], &'static str, usize);
        let cases: [Case; 13] = [
            (&[(CTRL, 'a')], "one two", 0),
            (&[(CTRL, 'a'), (CTRL, 'e')], "one two", 7),
            (&[(CTRL, 'b'), (CTRL, 'b'), (CTRL, 'f')], "one two", 6),
            (&[(ALT, 'b')], "one two", 4),
            (&[(CTRL, 'a'), (ALT, 'f'), (NONE, 'x')], "one xtwo", 5),
            (&[(CTRL, 'w')], "one ", 4),
            (&[(CTRL, 'a'), (ALT, 'd')], " two", 0),
            (&[(ALT, 'b'), (CTRL, 'k')], "one ", 4),
            (&[(ALT, 'b'), (CTRL, 'u')], "two", 0),
            (&[(CTRL, 'w'), (CTRL, 'a'), (CTRL, 'y')], "twoone ", 3),
            (&[(CTRL, 'h')], "one tw", 6),
            (&[(CTRL, 'a'), (CTRL, 'd')], "ne two", 0),
            (&[(CTRL, 't')], "one tow", 7),
        ];
        for (keys, text, column) in cases {
            assert_eq!(after("one two", keys), (text.to_owned(), column), "{keys:?}");
        }
        assert_eq!(after("one two", &[(CTRL, 'w'), (CTRL, '_')]).0, "one two");
    }

    #[test]
    fn it_stays_one_line() {
        let mut line = TextLine::new("a");
        line.key(KeyEvent::new(KeyCode::Enter, KeyModifiers::NONE));
        line.key(KeyEvent::new(KeyCode::Char('j'), KeyModifiers::CONTROL));
        line.paste("b\n\u{1b}c\u{202e}");
        assert_eq!(line.text(), "ab c");
    }
}
