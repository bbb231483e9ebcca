//! What was drawn where: for page sizes and for the mouse.

use ratatui::layout::{Position, Rect, Size};

use crate::board::Pane;

use super::Tab;

/// A border that the mouse can drag.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Border {
    /// Between the two lists.
    Lists,
    /// Between the lists and the detail.
    Detail,
}

/// The areas of the last frame; what was not drawn is empty.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Geometry {
    /// The whole screen.
    pub screen: Size,
    /// The rows of each list, failures first, without borders.
    pub lists: [Rect; 2],
    /// Both lists together.
    pub both_lists: Rect,
    /// Whether the lists stand one above the other.
    pub stacked: bool,
    /// Lists and detail together.
    pub body: Rect,
    /// The text of the detail, without borders and head.
    pub detail: Rect,
    /// The whole detail pane.
    pub detail_pane: Rect,
    /// The titles of the tabs.
    pub tabs: Vec<(Rect, Tab)>,
    /// The rows of the menu.
    pub menu: Rect,
    /// Row of the menu that is drawn first.
    pub menu_top: usize,
    /// The text of the help.
    pub help: Rect,
    /// Lines of the help, on screen or not.
    pub help_lines: usize,
}

impl Geometry {
    /// The list at a place, and the line in it.
    #[must_use]
    pub fn list_at(&self, place: Position) -> Option<(Pane, usize)> {
        Pane::ALL.into_iter().find_map(|pane| {
            let area = self.lists[super::index(pane)];
            area.contains(place).then(|| (pane, usize::from(place.y - area.y)))
        })
    }

    /// The tab whose title is at a place.
    #[must_use]
    pub fn tab_at(&self, place: Position) -> Option<Tab> {
        self.tabs.iter().find(|(area, _)| area.contains(place)).map(|(_, tab)| *tab)
    }

    /// The border at a place.
    #[must_use]
    pub fn border_at(&self, place: Position) -> Option<Border> {
        let [failures, successes] = self.lists;
        if failures.is_empty() || successes.is_empty() {
            return self.detail_border_at(place);
        }
        let between = if self.stacked {
            place.y >= failures.bottom() && place.y < successes.y && self.both_lists.contains(place)
        } else {
            place.x >= failures.right() && place.x < successes.x && self.both_lists.contains(place)
        };
        if between { Some(Border::Lists) } else { self.detail_border_at(place) }
    }

    fn detail_border_at(&self, place: Position) -> Option<Border> {
        let drawn = !self.detail_pane.is_empty() && !self.both_lists.is_empty();
        let near = place.y == self.detail_pane.y || place.y + 1 == self.detail_pane.y;
        (drawn && near && self.tab_at(place).is_none()).then_some(Border::Detail)
    }

    /// Rows that a list has room for.
    #[must_use]
    pub fn list_height(&self, pane: Pane) -> usize {
        usize::from(self.lists[super::index(pane)].height)
    }
}
