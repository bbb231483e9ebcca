//! When CloudWatch's counts are asked for, and what becomes of them.

use crate::app::jobs::{Answer, JobError, News, Request, Ticket};
use crate::app::message::Effect;
use crate::app::model::{Health, Model};
use crate::log;
use crate::source::UNTOLD;

/// Milliseconds behind the place that a read of the past has come to, in which records may be missing.
const EDGE: i64 = UNTOLD + 120_000;

impl Model {
    /// Asks for the counts, when it is time: once the history is read, since what is yet to come would count as missing.
    pub(super) fn meter(&mut self, effects: &mut Vec<Effect>) {
        let Some(since) = self.counted_since().filter(|_| self.has_history()) else { return };
        self.note_receivers();
        let Some((functions, span)) = self.metering.wanted(since, self.now) else { return };
        let ticket = self.start(Request::Measure { functions, from: span.0, to: span.1 }, effects);
        self.metering.ask(ticket, span);
    }

    /// From when on everything was read: what is still being read back is left out, and what may have begun in it.
    fn counted_since(&self) -> Option<i64> {
        let since = self.source.place.counted_since?;
        Some(self.source.reach.map_or(since, |reach| since.max(reach.to.saturating_add(EDGE))))
    }

    fn has_history(&self) -> bool {
        matches!(self.source.health, Health::Following { .. } | Health::Retrying { .. })
    }

    /// Takes note of the receivers that the names of the groups tell of, whether anything was read of them or not.
    fn note_receivers(&mut self) {
        let groups = self.source.place.names.iter();
        let named = groups.filter_map(|group| log::of_group(group)).map(str::to_owned);
        self.metering.receivers.extend(named.chain(self.source.place.receivers.iter().cloned()));
    }

    /// Whether this was the job that asked.
    pub(super) fn metered(&mut self, ticket: Ticket, news: &News) -> bool {
        let Some((_, reckoning)) = self.metering.asking.filter(|(asking, _)| *asking == ticket) else { return false };
        self.metering.asking = None;
        match news {
            News::Done(Ok(Answer::Counted(counts))) => {
                self.metering.counted(counts, reckoning);
            }
            News::Done(Err(JobError::Aws(error))) if error.is_denied() => {
                self.metering.refused = true;
                self.notify(format!("CloudWatch's own counts are left out: {error}"));
            }
            // What passes is asked again in a minute.
            _ => {}
        }
        true
    }
}
