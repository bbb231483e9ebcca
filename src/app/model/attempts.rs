//! The attempts of an invocation: what was found of them, and whose lines are unfolded.

use std::collections::BTreeSet;

use jiff::tz::TimeZone;

use super::page::{Page, Room};
use crate::app::document::{Course, Document, Lookup, Target};
use crate::app::jobs::AttemptsFound;

/// What the attempts tab of one record shows.
#[derive(Debug)]
pub struct Attempts {
    course: Course,
    lookup: Lookup,
    open: BTreeSet<usize>,
    zone: TimeZone,
    page: Page,
}

impl Attempts {
    pub(super) fn new(course: Course, zone: TimeZone, room: Room) -> Self {
        let (lookup, open) = (Lookup::Idle, BTreeSet::new());
        let page = Page::new(Document::attempts(&course, &lookup, &open, &zone), room);
        Self { course, lookup, open, zone, page }
    }

    /// The text.
    #[must_use]
    pub fn page(&self) -> &Page {
        &self.page
    }

    pub(super) fn page_mut(&mut self) -> &mut Page {
        &mut self.page
    }

    /// Whether nobody has asked the log yet, and there is something to ask for.
    #[must_use]
    pub fn may_ask(&self) -> bool {
        self.course.nowhere.is_none() && matches!(self.lookup, Lookup::Idle | Lookup::Failed(_))
    }

    /// Whether there are attempts with lines to unfold.
    #[must_use]
    pub fn has_lines(&self) -> bool {
        matches!(self.lookup, Lookup::Done(_)) && self.page.has_targets()
    }

    pub(super) fn asked(&mut self, room: Room) {
        self.lookup = Lookup::Running;
        self.redraw(room);
    }

    pub(super) fn answer(&mut self, answer: Result<Box<AttemptsFound>, String>, room: Room) {
        self.lookup = answer.map_or_else(Lookup::Failed, Lookup::Done);
        self.redraw(room);
        self.page.home(room);
    }

    /// Folds or unfolds the lines of the attempt that the cursor is on.
    pub(super) fn toggle(&mut self, room: Room) {
        if let Some(Target::Attempt(at)) = self.page.target()
            && at != usize::MAX
        {
            if !self.open.remove(&at) {
                self.open.insert(at);
            }
            self.redraw(room);
        }
    }

    /// Tells times in another zone.
    pub(super) fn tell_in(&mut self, zone: &TimeZone, room: Room) {
        if self.zone != *zone {
            self.zone = zone.clone();
            self.redraw(room);
        }
    }

    fn redraw(&mut self, room: Room) {
        self.page.replace(Document::attempts(&self.course, &self.lookup, &self.open, &self.zone), room);
    }
}
