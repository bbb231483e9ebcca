//! What jobs tell.

use crate::app::jobs::{Answer, News, Request, Ticket};
use crate::app::message::Effect;
use crate::app::model::{Model, Place};

impl Model {
    /// Starts a job; everything that is heard of it carries the ticket.
    pub(super) fn start(&mut self, request: Request, effects: &mut Vec<Effect>) -> Ticket {
        let ticket = self.tickets.take();
        effects.push(Effect::Start { ticket, request });
        ticket
    }

    /// Learns where the records come from, and asks as whom they are read.
    pub(super) fn placed(&mut self, place: Place, effects: &mut Vec<Effect>) {
        self.source.place = place;
        let profile = self.source.place.identity.clone();
        self.watch(profile.as_deref(), None);
        self.identifying = Some(self.start(Request::Identity, effects));
    }

    pub(super) fn job(&mut self, ticket: Ticket, news: News, effects: &mut Vec<Effect>) {
        if let Some(at) = self.saving.iter().position(|saving| *saving == ticket) {
            self.saving.remove(at);
            return self.taken_along(news);
        }
        if let Some(at) = self.asking.iter().position(|(asking, _)| *asking == ticket) {
            let (_, seq) = self.asking.remove(at);
            return self.asked(seq, news);
        }
        if let Some(at) = self.looking.iter().position(|looking| looking.ticket == ticket) {
            let looking = self.looking.remove(at);
            return self.looked(looking, news, effects);
        }
        if self.identifying == Some(ticket) {
            self.identified(news);
        } else if self.is_comparing(ticket) {
            self.compared(news);
        } else if !self.metered(ticket, &news)
            && !self.reasoned(ticket, &news)
            && !self.replay_news(ticket, &news, effects)
        {
            self.wiring_news(ticket, news, effects);
        }
    }

    /// Nothing depends on the identity: what went wrong with it is met by whoever reads, too.
    fn identified(&mut self, news: News) {
        self.identifying = None;
        if let News::Done(Ok(Answer::Identity(identity))) = news {
            let profile = self.source.place.identity.take();
            self.watch(profile.as_deref(), Some(&identity.account));
            let profile = profile.map(|profile| format!("{profile}/")).unwrap_or_default();
            self.source.place.identity = Some(format!("{profile}{}", identity.account));
        }
    }
}
