//! A trace, what is unfolded in it, and the frame under the cursor.

use std::path::PathBuf;

use super::page::{Page, Room};
use crate::app::document::{Below, Document, Excerpt, FrameId, Target, Told, Unfolded};
use crate::record::StackFrame;

/// The trace of one record.
#[derive(Debug)]
pub struct Trace {
    told: Told,
    unfolded: Unfolded,
    page: Page,
}

impl Trace {
    pub(super) fn new(told: Told, room: Room) -> Self {
        let unfolded = Unfolded::default();
        let page = Page::new(Document::trace(&told, &unfolded), room);
        Self { told, unfolded, page }
    }

    /// The text.
    #[must_use]
    pub fn page(&self) -> &Page {
        &self.page
    }

    pub(super) fn page_mut(&mut self) -> &mut Page {
        &mut self.page
    }

    /// What the record tells.
    #[must_use]
    pub fn told(&self) -> &Told {
        &self.told
    }

    /// The frame that the cursor is on, and its name.
    #[must_use]
    pub fn frame(&self) -> Option<(FrameId, &StackFrame)> {
        match self.page.target()? {
            Target::Frame(id) => Some((id, self.told.frame(id)?)),
            Target::Frames(_) | Target::Attempt(_) => None,
        }
    }

    /// The file that was found for a frame.
    #[must_use]
    pub fn found(&self, id: FrameId) -> Option<&PathBuf> {
        match self.unfolded.below.get(&id)? {
            Below::Excerpt(excerpt) => Some(&excerpt.path),
            Below::Looking | Below::Nothing(_) => None,
        }
    }

    /// Folds or unfolds what the cursor is on; gives a frame whose code is wanted and not known yet.
    pub(super) fn toggle(&mut self, room: Room) -> Option<FrameId> {
        let wanted = match self.page.target()? {
            Target::Frames(first) => {
                if !self.unfolded.groups.remove(&first) {
                    self.unfolded.groups.insert(first);
                }
                None
            }
            Target::Frame(id) => {
                let was_open = self.unfolded.below.remove(&id).is_some();
                (!was_open).then_some(id)
            }
            Target::Attempt(_) => None,
        };
        if let Some(id) = wanted {
            self.unfolded.below.insert(id, Below::Looking);
        }
        self.redraw(room);
        wanted
    }

    /// Takes the code around a frame's line, or why there is none; what was folded meanwhile stays so.
    pub(super) fn answer(&mut self, id: FrameId, found: Result<Excerpt, String>, room: Room) {
        if let Some(below) = self.unfolded.below.get_mut(&id) {
            *below = found.map_or_else(Below::Nothing, Below::Excerpt);
            self.redraw(room);
        }
    }

    fn redraw(&mut self, room: Room) {
        self.page.replace(Document::trace(&self.told, &self.unfolded), room);
    }
}
