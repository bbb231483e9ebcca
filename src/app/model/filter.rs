//! The filter line while it is being edited.

use std::sync::Arc;

use crossterm::event::KeyEvent;

use crate::board::{Board, Completion, Names, Query, QueryError};
use crate::record::Masks;

use super::TextLine;

/// The text being typed, the query it replaces, what is wrong with it, and what it may become.
#[derive(Debug)]
pub struct FilterLine {
    line: TextLine,
    before: Query,
    error: Option<QueryError>,
    names: Arc<Names>,
    /// What is not offered.
    masks: Arc<Masks>,
    offer: Option<Offer>,
    /// Place in the history, counted from its end, and what had been typed before it was looked at.
    recalled: Option<(usize, String)>,
}

/// What the word at the cursor may become, and which of it has been taken.
#[derive(Debug)]
pub struct Offer {
    completion: Completion,
    /// The line as it was before a candidate was put in.
    text: String,
    taken: Option<usize>,
}

impl Offer {
    /// The candidates, the best first.
    #[must_use]
    pub fn completion(&self) -> &Completion {
        &self.completion
    }

    /// Which candidate is in the line.
    #[must_use]
    pub fn taken(&self) -> Option<usize> {
        self.taken
    }
}

impl FilterLine {
    /// Starts with the query in force.
    #[must_use]
    pub fn new(query: &Query, names: Arc<Names>, masks: Arc<Masks>) -> Self {
        let line = TextLine::new(&query.to_string());
        Self { line, before: query.clone(), error: None, names, masks, offer: None, recalled: None }
    }

    /// The query that was in force when editing began.
    #[must_use]
    pub fn before(&self) -> &Query {
        &self.before
    }

    /// What is typed so far.
    #[must_use]
    pub fn text(&self) -> &str {
        self.line.text()
    }

    /// Column of the cursor, in characters.
    #[must_use]
    pub fn column(&self) -> usize {
        self.line.column()
    }

    /// What is wrong with the text, when it is no query.
    #[must_use]
    pub fn error(&self) -> Option<&QueryError> {
        self.error.as_ref()
    }

    /// What the word at the cursor may become.
    #[must_use]
    pub fn offer(&self) -> Option<&Offer> {
        self.offer.as_ref()
    }

    /// Empties the line.
    pub fn clear(&mut self) -> Option<Query> {
        self.line = TextLine::default();
        self.offer = None;
        self.parse()
    }

    /// Takes a key as a line editor does; gives the new query when the text has become another one.
    pub fn key(&mut self, key: KeyEvent, board: &Board) -> Option<Query> {
        if !self.line.key(key) {
            self.offer = None;
            return None;
        }
        self.recalled = None;
        self.look_up(board);
        self.parse()
    }

    /// Takes pasted text, its line breaks as spaces and without characters that cannot be seen.
    pub fn paste(&mut self, text: &str) -> Option<Query> {
        self.line.paste(text);
        self.offer = None;
        self.parse()
    }

    /// Puts the next candidate in, or the one before: the first time the best. Without any it looks for some.
    pub fn complete(&mut self, steps: isize, board: &Board) -> Option<Query> {
        if self.offer.is_none() {
            let completion = board.complete(self.text(), self.cursor_byte(), &self.names, &self.masks)?;
            self.offer = Some(Offer { completion, text: self.text().to_owned(), taken: None });
            if self.text().is_empty() {
                return None;
            }
        }
        let offer = self.offer.as_mut()?;
        let count = offer.completion.candidates.len().cast_signed();
        let next = offer
            .taken
            .map_or(if steps > 0 { 0 } else { count - 1 }, |at| (at.cast_signed() + steps).rem_euclid(count));
        offer.taken = Some(next.cast_unsigned());
        let candidate = offer.completion.candidates[next.cast_unsigned()].text.clone();
        let (head, tail) = (&offer.text[..offer.completion.range.start], &offer.text[offer.completion.range.end..]);
        let (text, column) = (format!("{head}{candidate}{tail}"), format!("{head}{candidate}").chars().count());
        self.line = TextLine::new(&text);
        self.line.go_to(column);
        self.parse()
    }

    /// Goes to an older filter of the history (its last is the newest), or with a negative number to a newer one.
    pub fn recall(&mut self, older: isize, history: &[String]) -> Option<Query> {
        let at = self.recalled.as_ref().map_or(0, |(at, _)| *at);
        let to = at.saturating_add_signed(older).min(history.len());
        if to == at {
            return None;
        }
        let typed = self.recalled.take().map_or_else(|| self.text().to_owned(), |(_, typed)| typed);
        self.line = TextLine::new(if to == 0 { &typed } else { &history[history.len() - to] });
        self.recalled = (to > 0).then_some((to, typed));
        self.offer = None;
        self.parse()
    }

    fn look_up(&mut self, board: &Board) {
        let cursor = self.cursor_byte();
        let in_word = self.text()[..cursor].chars().next_back().is_some_and(|c| !c.is_whitespace());
        let completion = in_word.then(|| board.complete(self.text(), cursor, &self.names, &self.masks)).flatten();
        let text = self.text().to_owned();
        self.offer = completion.map(|completion| Offer { completion, text, taken: None });
    }

    fn cursor_byte(&self) -> usize {
        self.text().char_indices().nth(self.column()).map_or(self.text().len(), |(at, _)| at)
    }

    fn parse(&mut self) -> Option<Query> {
        match Query::parse_with(self.text(), &self.names) {
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
