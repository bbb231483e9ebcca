//! Keys among the groups of failures.

use crate::app::action::Action;
use crate::app::model::{DifferenceList, GroupList, Model, Overlay};

impl Model {
    pub(super) fn open_groups(&mut self) {
        self.overlay = Some(Overlay::Groups(Box::new(GroupList::new(&self.board))));
    }

    pub(super) fn in_groups(&mut self, mut list: Box<GroupList>, action: Action) -> Option<Overlay> {
        let page = usize::from(self.geometry.screen.height / 2).max(1).cast_signed();
        match action {
            Action::Up => list.step(-1),
            Action::Down => list.step(1),
            Action::PageUp => list.step(-page),
            Action::PageDown => list.step(page),
            Action::Top => list.step(isize::MIN / 2),
            Action::Bottom => list.step(isize::MAX / 2),
            Action::Groups => list = Box::new(GroupList::new(&self.board)),
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
