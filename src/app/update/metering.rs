//! When CloudWatch's counts are asked for, and what becomes of them.

use crate::app::jobs::{Answer, JobError, News, Request, Ticket};
use crate::app::message::Effect;
use crate::app::model::{Health, Model};
use crate::source::UNTOLD;

/// Milliseconds behind the place that a read of the past has come to, in which records may be missing.
const EDGE: i64 = UNTOLD + 120_000;

/// Where Lambda logs to, when nothing else is configured, before the name.
const USUAL: &str = "/aws/lambda/";

impl Model {
    /// Asks for the counts, when it is time: once the history is read, since what is yet to come would count as missing.
    pub(super) fn meter(&mut self, effects: &mut Vec<Effect>) {
        let Some(since) = self.counted_since().filter(|_| self.has_history()) else { return };
        let Some((functions, span)) = self.metering.wanted(since, &self.receivers(), self.now) else { return };
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

    /// Receivers by the usual names of the groups that are read.
    fn receivers(&self) -> Vec<String> {
        self.source.place.names.iter().filter_map(|name| name.strip_prefix(USUAL)).map(str::to_owned).collect()
    }

    /// Whether this was the job that asked.
    pub(super) fn metered(&mut self, ticket: Ticket, news: &News) -> bool {
        let Some((_, reckoning)) = self.metering.asking.filter(|(asking, _)| *asking == ticket) else { return false };
        self.metering.asking = None;
        match news {
            News::Done(Ok(Answer::Counted(counts))) => {
                let receivers = self.receivers();
                self.metering.counted(counts, reckoning, &receivers);
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
