//! The filter line while it is being edited.

use crossterm::event::KeyEvent;
use ratatui_textarea::{Input, Key, TextArea};

use crate::board::{Query, QueryError};
use crate::log::is_bidi_control;

/// The text being typed, the query it replaces, and what is wrong with it.
#[derive(Debug)]
pub struct FilterLine {
    area: TextArea<'static>,
    before: Query,
    error: Option<QueryError>,
}

impl FilterLine {
    /// Starts with the query in force.
    #[must_use]
    pub fn new(query: &Query) -> Self {
        let mut area = TextArea::from([query.to_string()]);
        area.move_cursor(ratatui_textarea::CursorMove::End);
        Self { area, before: query.clone(), error: None }
    }

    /// The query that was in force when editing began.
    #[must_use]
    pub fn before(&self) -> &Query {
        &self.before
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

    /// What is wrong with the text, when it is no query.
    #[must_use]
    pub fn error(&self) -> Option<&QueryError> {
        self.error.as_ref()
    }

    /// Empties the line.
    pub fn clear(&mut self) -> Option<Query> {
        self.area = TextArea::default();
        self.parse()
    }

    /// Takes a key as a line editor does; gives the new query when the text has become another one.
    pub fn key(&mut self, key: KeyEvent) -> Option<Query> {
        let input = Input::from(key);
        if input.ctrl && input.key == Key::Char('u') {
            // As in every shell; the text area's own meaning is to undo.
            return self.area.delete_line_by_head().then(|| self.parse()).flatten();
        }
        let breaks_line = matches!(input.key, Key::Enter) || (input.ctrl && input.key == Key::Char('m'));
        (!breaks_line && self.area.input(input)).then(|| self.parse()).flatten()
    }

    /// Takes pasted text, its line breaks as spaces and without characters that cannot be seen.
    pub fn paste(&mut self, text: &str) -> Option<Query> {
        let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
        self.area.insert_str(line.replace(|c: char| c.is_control() || is_bidi_control(c), ""));
        self.parse()
    }

    fn parse(&mut self) -> Option<Query> {
        match Query::parse(self.text()) {
            Ok(query) => {
                self.error = None;
                Some(query)
            }
            Err(error) => {
                self.error = Some(error);
                None
            }
        }
    }
}
