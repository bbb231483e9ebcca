//! The record that is open: its tab, its text, and how far it is scrolled.

use std::collections::VecDeque;
use std::sync::Arc;

use super::page::{Page, Room};
use super::tree::Tree;
use crate::app::document::{Document, Paint};
use crate::board::{Entry, Seq};
use crate::log::Text;
use crate::record::Outcome;

/// Trees that are kept with their folds after the reader has gone on.
const KEPT_TREES: usize = 16;

/// Rows of kept trees, 32 bytes each.
const KEPT_ROWS: usize = 250_000;

/// A side of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tab {
    /// The error with its frames.
    Trace,
    /// What was sent to the function.
    Request,
    /// What came back.
    Response,
    /// The log event as it was logged.
    Raw,
}

impl Tab {
    /// Every tab, in the order on screen.
    pub const ALL: [Self; 4] = [Self::Trace, Self::Request, Self::Response, Self::Raw];

    /// The tab's title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Trace => "Trace",
            Self::Request => "Request",
            Self::Response => "Response",
            Self::Raw => "Raw",
        }
    }

    /// The tab `steps` further on, going round.
    #[must_use]
    pub fn step(self, steps: isize) -> Self {
        let count = Self::ALL.len().cast_signed();
        let here = Self::ALL.iter().position(|tab| *tab == self).unwrap_or(0).cast_signed();
        Self::ALL[(here + steps).rem_euclid(count).cast_unsigned()]
    }
}

/// What a tab of the open entry shows.
#[derive(Debug)]
pub enum Content {
    /// Text.
    Page(Page),
    /// A payload.
    Tree(Tree),
}

/// The open entry, laid out for the room it has.
#[derive(Debug)]
pub struct Detail {
    failure_tab: Tab,
    success_tab: Tab,
    shown: Option<(Seq, Tab)>,
    content: Content,
    /// Trees that were shown before, the last one in front: who comes back finds them as they were.
    kept: VecDeque<((Seq, Tab), Tree)>,
    generation: u64,
    room: Room,
}

impl Default for Detail {
    fn default() -> Self {
        Self {
            failure_tab: Tab::Trace,
            success_tab: Tab::Response,
            shown: None,
            content: Content::Page(Page::default()),
            kept: VecDeque::new(),
            generation: 0,
            room: Room { width: 80, height: 1, wrap: true },
        }
    }
}

impl Detail {
    /// The tab that opens for an entry: remembered apart for failures and successes.
    #[must_use]
    pub fn tab(&self, entry: Option<&Entry>) -> Tab {
        match entry {
            Some(Entry::Arrival(arrival)) if arrival.record.outcome() == Outcome::Success => self.success_tab,
            Some(Entry::Unreadable(_) | Entry::Gap(_)) => Tab::Raw,
            _ => self.failure_tab,
        }
    }

    /// Remembers the tab for entries of this kind.
    pub fn choose_tab(&mut self, entry: &Entry, tab: Tab) {
        match entry {
            Entry::Arrival(arrival) if arrival.record.outcome() == Outcome::Success => self.success_tab = tab,
            Entry::Arrival(_) => self.failure_tab = tab,
            Entry::Unreadable(_) | Entry::Gap(_) => {}
        }
    }

    /// Shows an entry; gives the job of colouring its text, when that is a new one with text to colour.
    pub fn show(&mut self, entry: Option<(Seq, &Entry)>) -> Option<(u64, Arc<Document>)> {
        let tab = self.tab(entry.map(|(_, entry)| entry));
        let wanted = entry.map(|(seq, _)| (seq, tab));
        if self.shown == wanted {
            return None;
        }
        self.keep();
        self.shown = wanted;
        self.generation += 1;
        self.content = match entry {
            Some((seq, entry)) => self.content(seq, entry, tab),
            None => Content::Page(Page::default()),
        };
        match &self.content {
            Content::Page(page) => page.to_colour().map(|document| (self.generation, document)),
            Content::Tree(_) => None,
        }
    }

    fn content(&mut self, seq: Seq, entry: &Entry, tab: Tab) -> Content {
        let tree = self.kept_tree((seq, tab)).or_else(|| Tree::new(payload(entry, tab)?));
        match tree {
            Some(mut tree) => {
                tree.resize(self.room.width, self.room.height);
                Content::Tree(tree)
            }
            None => Content::Page(Page::new(Document::of(entry, tab), self.room)),
        }
    }

    fn kept_tree(&mut self, key: (Seq, Tab)) -> Option<Tree> {
        let at = self.kept.iter().position(|(kept, _)| *kept == key)?;
        self.kept.remove(at).map(|(_, tree)| tree)
    }

    /// Keeps the tree that was shown, and gives up those that were left longest ago.
    fn keep(&mut self) {
        let Content::Tree(tree) = std::mem::replace(&mut self.content, Content::Page(Page::default())) else { return };
        let Some(key) = self.shown else { return };
        self.kept.push_front((key, tree));
        let mut rows = 0;
        let fitting = self.kept.iter().take(KEPT_TREES).take_while(|(_, tree)| {
            rows += tree.size();
            rows <= KEPT_ROWS
        });
        let fitting = fitting.count().max(1);
        self.kept.truncate(fitting);
    }

    /// Takes the colours of a document, unless another one is shown by now.
    pub fn colour(&mut self, generation: u64, colours: Vec<Paint>) {
        if let Content::Page(page) = &mut self.content
            && generation == self.generation
        {
            page.colour(colours);
        }
    }

    /// Fits what is shown to the room it has, in cells.
    pub fn resize(&mut self, width: usize, height: usize) {
        let room = Room { width: width.max(1), height: height.max(1), ..self.room };
        let before = std::mem::replace(&mut self.room, room);
        match &mut self.content {
            Content::Page(page) if room.width != before.width => page.lay_out(room),
            Content::Page(page) => page.scroll_by(0, room),
            Content::Tree(tree) => tree.resize(room.width, room.height),
        }
    }

    /// Wraps long lines, or cuts them.
    pub fn toggle_wrap(&mut self) {
        self.room.wrap = !self.room.wrap;
        if let Content::Page(page) = &mut self.content {
            page.lay_out(self.room);
        }
    }

    /// Moves by rows: text under the screen, or the cursor in a tree.
    pub fn step(&mut self, rows: isize) {
        match &mut self.content {
            Content::Page(page) => page.scroll_by(rows, self.room),
            Content::Tree(tree) => tree.step(rows),
        }
    }

    /// Scrolls by rows, within what is shown.
    pub fn scroll_by(&mut self, rows: isize) {
        match &mut self.content {
            Content::Page(page) => page.scroll_by(rows, self.room),
            Content::Tree(tree) => tree.scroll_by(rows),
        }
    }

    /// Scrolls sideways by cells.
    pub fn scroll_sideways(&mut self, cells: isize) {
        if let Content::Page(page) = &mut self.content {
            page.scroll_sideways(cells, self.room);
        }
    }

    /// What is shown.
    #[must_use]
    pub fn shows(&self) -> &Content {
        &self.content
    }

    /// The tree, when a payload is shown.
    #[must_use]
    pub fn tree(&self) -> Option<&Tree> {
        match &self.content {
            Content::Tree(tree) => Some(tree),
            Content::Page(_) => None,
        }
    }

    /// The same, to move in it.
    pub fn tree_mut(&mut self) -> Option<&mut Tree> {
        match &mut self.content {
            Content::Tree(tree) => Some(tree),
            Content::Page(_) => None,
        }
    }

    /// The text, when text is shown.
    #[must_use]
    pub fn text(&self) -> &str {
        match &self.content {
            Content::Page(page) => page.text(),
            Content::Tree(_) => "",
        }
    }

    /// How the text is dressed.
    #[must_use]
    pub fn paints(&self) -> &[Paint] {
        match &self.content {
            Content::Page(page) => page.paints(),
            Content::Tree(_) => &[],
        }
    }

    /// Rows that it has room for.
    #[must_use]
    pub fn height(&self) -> usize {
        self.room.height
    }
}

/// The payload that a tab shows.
fn payload(entry: &Entry, tab: Tab) -> Option<Text> {
    let record = &entry.arrival()?.record;
    let payload = match tab {
        Tab::Request => record.request_payload(),
        Tab::Response => record.response_payload(),
        Tab::Trace | Tab::Raw => None,
    };
    payload.map(|payload| record.text().share(payload))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tabs_go_round() {
        assert_eq!(Tab::Trace.step(-1), Tab::Raw);
        assert_eq!(Tab::Raw.step(1), Tab::Trace);
    }
}
