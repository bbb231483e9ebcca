//! Keys among what failures have in common.

use crate::app::action::Action;
use crate::app::message::Effect;
use crate::app::model::{DifferenceList, Model, Overlay};

impl Model {
    /// Compares the marked failures, else those in sight, with the successes of their functions.
    pub(super) fn open_differences(&mut self) {
        let marked = self.board.marked_failures();
        let is_marked = !marked.is_empty();
        let failures = if is_marked { marked } else { self.board.failures_in_sight() };
        if failures.is_empty() {
            return self.notify("nothing to compare: no failure is in sight, and none is marked");
        }
        let list = DifferenceList::new(failures, is_marked, self.masks.clone());
        self.overlay = Some(Overlay::Differences(Box::new(list)));
    }

    pub(super) fn in_differences(
        &mut self,
        mut list: Box<DifferenceList>,
        action: Action,
        effects: &mut Vec<Effect>,
    ) -> Option<Overlay> {
        if let Some(rows) = action.rows(self.half_screen()) {
            list.step(rows);
        }
        match action {
            Action::ToggleFold => list.toggle(),
            Action::Copy => {
                if let Some(finding) = list.chosen() {
                    effects.push(Effect::Copy(finding.to_string()));
                    self.notify("copied the sentence");
                }
            }
            Action::Accept => {
                let finding = list.chosen()?;
                match self.query().with_finding(finding) {
                    Some(query) => {
                        self.set_query(query);
                        return None;
                    }
                    None => self.notify("the filter has no words for that"),
                }
            }
            Action::Back => return None,
            _ => {}
        }
        Some(Overlay::Differences(list))
    }
}
