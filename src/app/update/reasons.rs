//! Why nothing has come, asked once when a log turns out to be empty.

use crate::app::jobs::{Answer, News, Request, Ticket};
use crate::app::message::Effect;
use crate::app::model::{Health, Model};
use crate::board::Pane;

impl Model {
    /// Asks why there is nothing, once the history is read and has no record.
    pub(super) fn wonder(&mut self, effects: &mut Vec<Effect>) {
        let is_read = matches!(self.source.health, Health::Following { .. } | Health::Ended);
        let is_empty = Pane::ALL.into_iter().all(|pane| self.board.kept(pane) == 0);
        let place = &self.source.place;
        if !is_read || !is_empty || self.reasons.asked || place.region.is_none() || place.names.is_empty() {
            return;
        }
        let request = Request::WhyEmpty { function: place.function.clone(), groups: place.names.clone() };
        self.reasons.asked = true;
        self.reasons.asking = Some(self.start(request, effects));
    }

    /// Whether this was the job that asked.
    pub(super) fn reasoned(&mut self, ticket: Ticket, news: &News) -> bool {
        if self.reasons.asking != Some(ticket) {
            return false;
        }
        self.reasons.asking = None;
        if let News::Done(Ok(Answer::Reasons(found))) = news {
            self.reasons.found.clone_from(found);
        }
        true
    }
}
