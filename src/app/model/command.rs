//! The command line: every action by its name.

use crossterm::event::KeyEvent;

use crate::app::action::Action;
use crate::app::keymap::{Context, Keymap};

use super::TextLine;

/// An action that the typed text may mean.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Candidate {
    /// What it starts.
    pub action: Action,
    /// Its name, as it is typed.
    pub name: String,
    /// What it does.
    pub help: String,
}

/// The text being typed, and the actions that it may mean.
#[derive(Debug)]
pub struct CommandLine {
    line: TextLine,
    all: Vec<Candidate>,
    fitting: Vec<usize>,
    cursor: usize,
}

impl CommandLine {
    /// An empty line over the actions of the board.
    #[must_use]
    pub fn new(keymap: &Keymap) -> Self {
        let mut all: Vec<Candidate> = Vec::new();
        for binding in keymap.of(Context::Browse).filter(|binding| binding.action != Action::Command) {
            let name = binding.action.name();
            if !all.iter().any(|known| known.name == name) {
                all.push(Candidate { action: binding.action, name, help: binding.help.clone() });
            }
        }
        let mut command = Self { line: TextLine::default(), all, fitting: Vec::new(), cursor: 0 };
        command.find();
        command
    }

    /// The line.
    #[must_use]
    pub fn line(&self) -> &TextLine {
        &self.line
    }

    /// The actions that fit what is typed, the best first.
    pub fn candidates(&self) -> impl ExactSizeIterator<Item = &Candidate> {
        self.fitting.iter().map(|at| &self.all[*at])
    }

    /// Which candidate would be started.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.cursor
    }

    /// The action that would be started; `None` when nothing fits.
    #[must_use]
    pub fn action(&self) -> Option<Action> {
        self.fitting.get(self.cursor).map(|at| self.all[*at].action)
    }

    /// Goes to another candidate, going round.
    pub fn step(&mut self, steps: isize) {
        let count = self.fitting.len().cast_signed().max(1);
        self.cursor = (self.cursor.cast_signed() + steps).rem_euclid(count).cast_unsigned();
    }

    /// Writes the candidate's name out.
    pub fn complete(&mut self) {
        if let Some(at) = self.fitting.get(self.cursor) {
            self.line = TextLine::new(&self.all[*at].name);
            self.find();
        }
    }

    /// Empties the line.
    pub fn clear(&mut self) {
        self.line = TextLine::default();
        self.find();
    }

    /// Takes a key as a line editor does.
    pub fn key(&mut self, key: KeyEvent) {
        if self.line.key(key) {
            self.find();
        }
    }

    /// Takes pasted text.
    pub fn paste(&mut self, text: &str) {
        self.line.paste(text);
        self.find();
    }

    /// Names that begin with the text stand before those that hold its letters in order, and those before the help's words.
    fn find(&mut self) {
        let typed = self.line.text().trim().to_lowercase();
        let rank = |candidate: &Candidate| {
            if candidate.name == typed {
                Some(0)
            } else if candidate.name.starts_with(&typed) {
                Some(1)
            } else if candidate.name.contains(&typed) {
                Some(2)
            } else if holds_in_order(&candidate.name, &typed) {
                Some(3)
            } else {
                candidate.help.to_lowercase().contains(&typed).then_some(4)
            }
        };
        let mut ranked: Vec<_> =
            self.all.iter().enumerate().filter_map(|(at, candidate)| Some((rank(candidate)?, at))).collect();
        ranked.sort_unstable();
        self.fitting = ranked.into_iter().map(|(_, at)| at).collect();
        self.cursor = 0;
    }
}

fn holds_in_order(name: &str, letters: &str) -> bool {
    let mut rest = name.chars();
    letters.chars().all(|letter| rest.any(|c| c == letter))
}
