//! The open joins of one log stream.

use std::sync::Arc;

use super::join::{Fit, Join, Joined, Piece};
use super::{JOINS, LATE, Region, SPAN, Search};
use crate::log::LogEvent;

#[derive(Debug, Default)]
pub(super) struct Stream {
    pub(super) group: Option<Arc<str>>,
    pub(super) last_use: u64,
    /// Oldest first. Only the last may go on; the others wait for a late event.
    joins: Vec<Join>,
}

impl Stream {
    pub(super) fn is_empty(&self) -> bool {
        self.joins.is_empty()
    }

    /// Bytes of the messages that are kept.
    pub(super) fn bytes(&self) -> usize {
        self.joins.iter().map(Join::bytes).sum()
    }

    /// Whether an event of that time means anything to the joins.
    pub(super) fn awaits(&self, time: Option<i64>) -> bool {
        self.joins.iter().any(|join| !join.is_sealed() || join.is_late(time))
    }

    /// Offers an event to the joins; gives what of its message they did not take, as the byte where that begins.
    pub(super) fn offer(&mut self, event: &LogEvent, search: &mut Search<'_>) -> usize {
        self.joins.extract_if(.., |join| is_over(join, event)).for_each(|join| give_up(&join, search));
        if !self.awaits(event.origin.timestamp) {
            return 0;
        }
        let piece = Piece::new(event);
        self.joins.extract_if(.., |join| join.is_full(&piece)).for_each(|join| give_up(&join, search));
        self.offer_late(event, &piece, search).unwrap_or_else(|| self.offer_next(event, &piece, search))
    }

    /// Offers an event to the joins that it comes too late for.
    fn offer_late(&mut self, event: &LogEvent, piece: &Piece, search: &mut Search<'_>) -> Option<usize> {
        for at in 0..self.joins.len() {
            if !self.joins[at].is_late(event.origin.timestamp) {
                continue;
            }
            match self.joins[at].insert(piece) {
                Fit::Misfit => {}
                Fit::Open => {
                    let join = self.take(at);
                    self.joins.push(join);
                    return Some(event.message.len());
                }
                Fit::Closed(end) => {
                    let is_last = self.joins[at].ends_with(event);
                    self.complete(at, end, search);
                    return Some(if is_last { end } else { event.message.len() });
                }
            }
        }
        None
    }

    /// Offers an event to the join that goes on, and lets the waiting ones know that it came.
    fn offer_next(&mut self, event: &LogEvent, piece: &Piece, search: &mut Search<'_>) -> usize {
        let mut taken = None;
        for (at, join) in self.joins.iter_mut().enumerate().rev() {
            let is_before = event.origin.timestamp.is_some_and(|time| join.first_time() > Some(time));
            if !is_before && !join.is_sealed() && (join.is_stuck() || taken.is_none()) {
                let fit = join.append(piece);
                taken = taken.or((fit != Fit::Misfit).then_some((at, fit)));
            }
        }
        // Without a timestamp, nothing that comes later belongs before this event.
        let given_up = self.joins.extract_if(.., |join| join.is_stuck() && join.first_time().is_none());
        given_up.for_each(|join| give_up(&join, search));
        match taken {
            Some((at, Fit::Closed(end))) => {
                self.complete(at, end, search);
                end
            }
            Some(_) => event.message.len(),
            None => 0,
        }
    }

    /// Has the joined object searched, which ends before byte `end` of its last message.
    fn complete(&mut self, at: usize, end: usize, search: &mut Search<'_>) {
        let done = self.take(at);
        if let Some(Joined { event, start, before_last, is_damaged }) = done.joined() {
            let range = start..(before_last + end).min(event.message.len());
            search(Region { event: &event, range, may_go_on: false, is_damaged });
        }
    }

    /// Takes a join out, and with it those that a piece of it seemed to begin.
    fn take(&mut self, at: usize) -> Join {
        let join = self.joins.remove(at);
        self.joins.retain(|other| !join.holds_beginning_of(other));
        join
    }

    /// Begins a join, and gives up the one that has waited longest when there are too many.
    pub(super) fn begin(&mut self, join: Join, search: &mut Search<'_>) {
        if self.joins.len() >= JOINS {
            give_up(&self.joins.remove(0), search);
        }
        self.joins.push(join);
    }

    /// Gives up what need not wait any longer.
    pub(super) fn expire(&mut self, now: i64, search: &mut Search<'_>) {
        let expired = self.joins.extract_if(.., |join| {
            let patience = if join.is_stuck() { LATE } else { SPAN };
            join.fitted_time().is_some_and(|time| now.saturating_sub(time) > patience)
        });
        expired.for_each(|join| give_up(&join, search));
    }

    /// Gives up everything.
    pub(super) fn finish(self, search: &mut Search<'_>) {
        self.joins.iter().for_each(|join| give_up(join, search));
    }
}

fn is_over(join: &Join, event: &LogEvent) -> bool {
    join.first_time().zip(event.origin.timestamp).is_some_and(|(first, time)| time.saturating_sub(first) > SPAN)
}

fn give_up(join: &Join, search: &mut Search<'_>) {
    if let Some(Joined { event, start, is_damaged, .. }) = join.joined() {
        search(Region { range: start..event.message.len(), event: &event, may_go_on: false, is_damaged });
    }
}
