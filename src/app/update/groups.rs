//! Keys among the groups of failures.

use crate::app::action::Action;
use crate::app::model::{DifferenceList, GroupList, Model, Overlay};

impl Model {
    pub(super) fn open_groups(&mut self) {
        self.overlay = Some(Overlay::Groups(Box::new(GroupList::new(&self.board))));
    }

    pub(super) fn in_groups(&mut self, mut list: Box<GroupList>, action: Action) -> Option<Overlay> {
        if let Some(rows) = action.rows(self.half_screen()) {
            list.step(rows);
        }
        match action {
            Action::Groups => list.sort(),
            Action::Accept => {
                let query = list.chosen().map(|group| group.within(self.query()))?;
                self.set_query(query);
                return None;
            }
            Action::Differences => {
                let query = list.chosen().map(|group| group.within(self.query()))?;
                self.set_query(query);
                return Some(Overlay::Differences(Box::new(DifferenceList::waiting())));
            }
            Action::Back => return None,
            _ => {}
        }
        Some(Overlay::Groups(list))
    }
}
