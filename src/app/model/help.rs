//! The help: every key, and a search in it.

use crossterm::event::KeyEvent;

use super::TextLine;

/// Which part of the help is on screen.
#[derive(Debug, Default)]
pub struct Help {
    /// Lines that it is scrolled.
    pub top: usize,
    /// What is searched for; `None` when everything is shown.
    pub search: Option<TextLine>,
    /// Whether the search is being typed.
    pub typing: bool,
}

impl Help {
    /// Takes a key of the search as a line editor does.
    pub fn key(&mut self, key: KeyEvent) {
        if self.search.get_or_insert_default().key(key) {
            self.top = 0;
        }
    }

    /// Takes text that is pasted into the search.
    pub fn paste(&mut self, text: &str) {
        self.search.get_or_insert_default().paste(text);
        self.top = 0;
    }

    /// Whether a line of the help, given by its parts, is shown.
    #[must_use]
    pub fn shows(&self, parts: &[&str]) -> bool {
        let Some(wanted) = self.search.as_ref().map(|line| line.text().to_lowercase()) else { return true };
        let text = parts.join(" ").to_lowercase();
        wanted.split_whitespace().all(|word| text.contains(word))
    }
}
