//! The record that is open: its tab, its text, and how far it is scrolled.

use std::borrow::Cow;
use std::collections::VecDeque;
use std::sync::Arc;

use jiff::tz::TimeZone;
use serde::{Deserialize, Serialize};

use super::attempts::Attempts;
use super::page::{Page, Room};
use super::trace::Trace;
use super::tree::Tree;
use crate::app::document::{Course, Document, Excerpt, FrameId, Paint, Told};
use crate::app::jobs::AttemptsFound;
use crate::board::{Entry, Seq};
use crate::log::Text;
use crate::record::{Masks, Outcome, Unreadable};

/// Trees and traces that are kept with their folds after the reader has gone on.
const KEPT: usize = 16;

/// Rows of what is kept; one of a tree takes 32 bytes.
const KEPT_ROWS: usize = 250_000;

/// A side of the record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Tab {
    /// The error with its frames.
    Trace,
    /// What was sent to the function.
    Request,
    /// What came back.
    Response,
    /// Each run of the function, from its log.
    Attempts,
    /// The log event as it was logged.
    Raw,
}

impl Tab {
    /// Every tab, in the order on screen.
    pub const ALL: [Self; 5] = [Self::Trace, Self::Request, Self::Response, Self::Attempts, Self::Raw];

    /// The tab's title.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Trace => "Trace",
            Self::Request => "Request",
            Self::Response => "Response",
            Self::Attempts => "Attempts",
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
    /// A trace.
    Trace(Box<Trace>),
    /// The attempts of an invocation.
    Attempts(Box<Attempts>),
}

impl Content {
    /// What it takes to keep it, in rows; `None` for what is not worth being kept.
    fn size(&self) -> Option<usize> {
        match self {
            Self::Page(_) => None,
            Self::Tree(tree) => Some(tree.size()),
            Self::Trace(trace) => Some(trace.page().position().1),
            Self::Attempts(attempts) => Some(attempts.page().position().1),
        }
    }

    /// The text, when it is text.
    #[must_use]
    pub fn page(&self) -> Option<&Page> {
        match self {
            Self::Page(page) => Some(page),
            Self::Trace(trace) => Some(trace.page()),
            Self::Attempts(attempts) => Some(attempts.page()),
            Self::Tree(_) => None,
        }
    }

    fn page_mut(&mut self) -> Option<&mut Page> {
        match self {
            Self::Page(page) => Some(page),
            Self::Trace(trace) => Some(trace.page_mut()),
            Self::Attempts(attempts) => Some(attempts.page_mut()),
            Self::Tree(_) => None,
        }
    }
}

/// The open entry, laid out for the room it has.
#[derive(Debug)]
pub struct Detail {
    failure_tab: Tab,
    success_tab: Tab,
    shown: Option<(Seq, Tab)>,
    content: Content,
    /// Trees and traces that were shown before, the last one in front: who comes back finds them as they were.
    kept: VecDeque<((Seq, Tab), Content)>,
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

    /// The tabs that open for failures and for successes.
    #[must_use]
    pub fn tabs(&self) -> (Tab, Tab) {
        (self.failure_tab, self.success_tab)
    }

    /// Opens failures and successes on these tabs.
    pub fn open_on(&mut self, (failures, successes): (Tab, Tab)) {
        (self.failure_tab, self.success_tab) = (failures, successes);
    }

    /// Shows an entry; gives the job of colouring its text, when that is a new one with text to colour.
    ///
    /// What `masks` know as a secret is not shown.
    pub fn show(
        &mut self,
        entry: Option<(Seq, &Entry)>,
        zone: &TimeZone,
        masks: &Masks,
    ) -> Option<(u64, Arc<Document>)> {
        let tab = self.tab(entry.map(|(_, entry)| entry));
        let wanted = entry.map(|(seq, _)| (seq, tab));
        if self.shown == wanted {
            return None;
        }
        self.keep();
        self.shown = wanted;
        self.content = match entry {
            Some((seq, entry)) => self.content(seq, masked(masks, entry).as_ref().unwrap_or(entry), tab, zone),
            None => Content::Page(Page::default()),
        };
        self.colouring()
    }

    /// The job of colouring the text that is shown, when there is something to colour.
    pub(in crate::app) fn colouring(&mut self) -> Option<(u64, Arc<Document>)> {
        self.generation += 1;
        self.content.page()?.to_colour().map(|document| (self.generation, document))
    }

    fn content(&mut self, seq: Seq, entry: &Entry, tab: Tab, zone: &TimeZone) -> Content {
        let mut content = self.taken_back((seq, tab)).unwrap_or_else(|| self.new_content(entry, tab, zone));
        if let Content::Tree(tree) = &mut content {
            tree.resize(self.room.width, self.room.height);
        } else if let Some(page) = content.page_mut() {
            page.lay_out(self.room);
        }
        if let Content::Attempts(attempts) = &mut content {
            attempts.tell_in(zone, self.room);
        }
        content
    }

    fn new_content(&self, entry: &Entry, tab: Tab, zone: &TimeZone) -> Content {
        if let (Entry::Arrival(arrival), Tab::Attempts) = (entry, tab) {
            return Content::Attempts(Box::new(Attempts::new(Course::of(arrival), zone.clone(), self.room)));
        }
        if let (Entry::Arrival(arrival), Tab::Trace) = (entry, tab) {
            return Content::Trace(Box::new(Trace::new(Told::of(arrival), self.room)));
        }
        match payload(entry, tab).and_then(Tree::new) {
            Some(tree) => Content::Tree(tree),
            None => Content::Page(Page::new(Document::of(entry, tab), self.room)),
        }
    }

    fn taken_back(&mut self, key: (Seq, Tab)) -> Option<Content> {
        let at = self.kept.iter().position(|(kept, _)| *kept == key)?;
        self.kept.remove(at).map(|(_, content)| content)
    }

    /// Keeps what was shown, and gives up what was left longest ago.
    fn keep(&mut self) {
        let content = std::mem::replace(&mut self.content, Content::Page(Page::default()));
        let Some(key) = self.shown.filter(|_| content.size().is_some()) else { return };
        self.kept.push_front((key, content));
        let mut rows = 0;
        let fitting = self.kept.iter().take(KEPT).take_while(|(_, content)| {
            rows += content.size().unwrap_or_default();
            rows <= KEPT_ROWS
        });
        let fitting = fitting.count().max(1);
        self.kept.truncate(fitting);
    }

    /// Takes the colours of a document, unless another one is shown by now.
    pub fn colour(&mut self, generation: u64, colours: Vec<Paint>) {
        if let Some(page) = self.content.page_mut()
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
            Content::Tree(tree) => tree.resize(room.width, room.height),
            other => {
                let Some(page) = other.page_mut() else { return };
                if room.width == before.width { page.scroll_by(0, room) } else { page.lay_out(room) }
            }
        }
    }

    /// Wraps long lines, or cuts them.
    pub fn toggle_wrap(&mut self) {
        self.set_wrap(!self.room.wrap);
    }

    /// Whether long lines are wrapped rather than cut.
    #[must_use]
    pub fn wraps(&self) -> bool {
        self.room.wrap
    }

    /// Wraps long lines, or cuts them, as told.
    pub(in crate::app) fn set_wrap(&mut self, wrap: bool) {
        self.room.wrap = wrap;
        if let Some(page) = self.content.page_mut() {
            page.lay_out(self.room);
        }
    }

    /// Moves by rows: text under the screen, or the cursor where there is one.
    pub fn step(&mut self, rows: isize) {
        match &mut self.content {
            Content::Tree(tree) => tree.step(rows),
            other => {
                if let Some(page) = other.page_mut() {
                    page.step(rows, self.room);
                }
            }
        }
    }

    /// Scrolls by rows, within what is shown.
    pub fn scroll_by(&mut self, rows: isize) {
        match &mut self.content {
            Content::Tree(tree) => tree.scroll_by(rows),
            other => {
                if let Some(page) = other.page_mut() {
                    page.scroll_by(rows, self.room);
                }
            }
        }
    }

    /// Scrolls sideways by cells.
    pub fn scroll_sideways(&mut self, cells: isize) {
        if let Some(page) = self.content.page_mut() {
            page.scroll_sideways(cells, self.room);
        }
    }

    /// Looks for text in what is shown; `""` ends the search.
    pub fn search(&mut self, needle: &str) {
        match &mut self.content {
            Content::Tree(tree) => tree.search(needle),
            other => {
                if let Some(page) = other.page_mut() {
                    page.search(needle, self.room);
                }
            }
        }
    }

    /// Goes to the next place where it is (`1`), or the one before (`-1`).
    pub fn next_match(&mut self, direction: isize) {
        match &mut self.content {
            Content::Tree(tree) => tree.next_match(direction),
            other => {
                if let Some(page) = other.page_mut() {
                    page.next_match(direction, self.room);
                }
            }
        }
    }

    /// Which of the places the reader is on, counted from 1 (0: on none), and how many there are; `None` without a search.
    #[must_use]
    pub fn matches(&self) -> Option<(usize, usize)> {
        match &self.content {
            Content::Tree(tree) => tree.matches(),
            other => other.page().and_then(Page::matches),
        }
    }

    /// Puts the cursor on a row of the screen; `false` when it is there already, or there is none.
    pub(in crate::app) fn point(&mut self, row: usize) -> bool {
        match &mut self.content {
            Content::Tree(tree) => tree.point(row),
            other => other.page_mut().is_some_and(|page| page.point(row)),
        }
    }

    /// Folds or unfolds what the cursor of the trace is on; gives a frame whose code is wanted.
    pub(in crate::app) fn toggle_in_trace(&mut self) -> Option<FrameId> {
        match &mut self.content {
            Content::Trace(trace) => trace.toggle(self.room),
            Content::Page(_) | Content::Tree(_) | Content::Attempts(_) => None,
        }
    }

    /// Takes the code around a frame's line for the trace of an entry, wherever that is kept.
    pub(in crate::app) fn answer_trace(&mut self, seq: Seq, id: FrameId, found: Result<Excerpt, String>) {
        let room = self.room;
        if let Some(Content::Trace(trace)) = self.of_entry(seq, Tab::Trace) {
            trace.answer(id, found, room);
        }
    }

    /// Takes what was found of an entry's attempts, wherever they are kept.
    pub(in crate::app) fn answer_attempts(&mut self, seq: Seq, found: Result<Box<AttemptsFound>, String>) {
        let room = self.room;
        if let Some(Content::Attempts(attempts)) = self.of_entry(seq, Tab::Attempts) {
            attempts.answer(found, room);
        }
    }

    fn of_entry(&mut self, seq: Seq, tab: Tab) -> Option<&mut Content> {
        let shown = (self.shown == Some((seq, tab))).then_some(&mut self.content);
        shown.or_else(|| self.kept.iter_mut().find(|(key, _)| *key == (seq, tab)).map(|(_, content)| content))
    }

    /// Folds or unfolds the lines of an attempt; `true` when the log is to be asked instead.
    pub(in crate::app) fn toggle_attempt(&mut self) -> bool {
        let Content::Attempts(attempts) = &mut self.content else { return false };
        attempts.toggle(self.room);
        attempts.may_ask()
    }

    /// Shows that the log is being asked.
    pub(in crate::app) fn attempts_asked(&mut self) {
        if let Content::Attempts(attempts) = &mut self.content {
            attempts.asked(self.room);
        }
    }

    /// Tells times in another zone.
    pub(in crate::app) fn tell_in(&mut self, zone: &TimeZone) {
        if let Content::Attempts(attempts) = &mut self.content {
            attempts.tell_in(zone, self.room);
        }
    }

    /// The entry that is shown.
    #[must_use]
    pub fn seq(&self) -> Option<Seq> {
        self.shown.map(|(seq, _)| seq)
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
            Content::Page(_) | Content::Trace(_) | Content::Attempts(_) => None,
        }
    }

    /// The same, to move in it.
    pub fn tree_mut(&mut self) -> Option<&mut Tree> {
        match &mut self.content {
            Content::Tree(tree) => Some(tree),
            Content::Page(_) | Content::Trace(_) | Content::Attempts(_) => None,
        }
    }

    /// The trace, when one is shown.
    #[must_use]
    pub fn trace(&self) -> Option<&Trace> {
        match &self.content {
            Content::Trace(trace) => Some(trace),
            Content::Page(_) | Content::Tree(_) | Content::Attempts(_) => None,
        }
    }

    /// The text, when text is shown.
    #[must_use]
    pub fn text(&self) -> &str {
        self.content.page().map_or("", Page::text)
    }

    /// How the text is dressed.
    #[must_use]
    pub fn paints(&self) -> &[Paint] {
        self.content.page().map_or(&[], Page::paints)
    }

    /// Rows that it has room for.
    #[must_use]
    pub fn height(&self) -> usize {
        self.room.height
    }
}

/// The entry with its secrets masked, when it has any.
pub(in crate::app) fn masked(masks: &Masks, entry: &Entry) -> Option<Entry> {
    match entry {
        Entry::Arrival(arrival) => masks.arrival(arrival).map(Entry::from),
        Entry::Unreadable(unreadable) => match masks.text(&unreadable.message) {
            Cow::Owned(message) => {
                Some(Entry::from(Unreadable { message: Text::from(message), ..(**unreadable).clone() }))
            }
            Cow::Borrowed(_) => None,
        },
        Entry::Gap(_) => None,
    }
}

/// The payload that a tab shows.
fn payload(entry: &Entry, tab: Tab) -> Option<Text> {
    let record = &entry.arrival()?.record;
    let payload = match tab {
        Tab::Request => record.request_payload(),
        Tab::Response => record.response_payload(),
        Tab::Trace | Tab::Attempts | Tab::Raw => None,
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
