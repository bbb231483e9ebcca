//! Replays: what is sent, what the runs tell, and the records that answer.

mod bulk;
mod sheet;

use std::collections::HashMap;

use crate::app::jobs::{Answer, JobError, News, Order, ReplayAnswer, ReplayRequest, Request, Ticket};
use crate::app::message::Effect;
use crate::app::model::{Active, Counting, Heard, Model, Pending};
use crate::board::{Entry, Replay, ReplayState, Seq, State};
use crate::record::{FunctionArn, InvocationRecord};
use crate::replay::drive::{Control, Told};
use crate::replay::facts::EventConfig;
use crate::replay::invoker::{Kind, Reply};
use crate::replay::journal::{Attempt, AttemptId, Fate};
use crate::replay::plan::Item;
use crate::replay::run::{Mode, State as Sent};
use crate::replay::{Plan, Verdict};

/// Between two counts of the attempts of a replay that is looked at, in milliseconds.
const COUNT_EVERY: i64 = 4_000;

impl Model {
    /// Asks the journal what was sent before, by this program or another.
    pub(super) fn ask_journal(&mut self, effects: &mut Vec<Effect>) {
        self.replays.asking = Some(self.start(Request::Replay(ReplayRequest::History), effects));
    }

    /// Why nothing can be replayed here at all.
    pub(super) fn replay_is_taken_away(&mut self) -> bool {
        if self.guard.read_only {
            self.notify("read-only by flag, ARRIVALS_READ_ONLY or settings: no replay");
        }
        self.guard.read_only
    }

    /// Starts a run of this plan.
    pub(super) fn start_run(&mut self, order: Order, bulk: bool, effects: &mut Vec<Effect>) -> Ticket {
        let plan = std::sync::Arc::clone(&order.plan);
        let queued = Replay { at: self.now, new_request_id: None, state: ReplayState::Queued };
        for item in plan.items.iter().filter(|item| item.call.kind != Kind::DryRun) {
            self.board.replays_mut().begin(item.key.as_str(), queued.clone());
        }
        let rows = self.rows_of(&plan);
        let replays = vec![queued; plan.items.len()];
        let ticket = self.start(Request::Replay(ReplayRequest::Run(order)), effects);
        self.replays
            .runs
            .insert(ticket, Active { plan, progress: None, replays, rows, over: false, bulk, saved: None });
        self.replays.warned = false;
        ticket
    }

    /// The rows of each item of a plan.
    fn rows_of(&self, plan: &Plan) -> Vec<Vec<Seq>> {
        let places: HashMap<&str, usize> =
            plan.items.iter().enumerate().map(|(at, item)| (item.key.as_str(), at)).collect();
        let mut rows = vec![Vec::new(); plan.items.len()];
        for (seq, arrival) in self.board.arrivals() {
            let place = arrival.record.request_id().and_then(|id| places.get(id));
            if let Some(&place) = place {
                rows[place].push(seq);
            }
        }
        rows
    }

    /// News of a job of replay; `false` when it is none.
    pub(super) fn replay_news(&mut self, ticket: Ticket, news: &News, effects: &mut Vec<Effect>) -> bool {
        if self.replays.runs.contains_key(&ticket) {
            self.run_news(ticket, news, effects);
        } else if self.replays.asking == Some(ticket) {
            self.journal_news(news, effects);
        } else if self.replays.counting.as_ref().is_some_and(|counting| counting.ticket == ticket) {
            self.attempts_news(news);
        } else if let Some((_, run)) = self.replays.saving.filter(|(saving, _)| *saving == ticket) {
            self.replays.saving = None;
            self.saved(run, news);
        } else if let Some(at) = self.replays.noting.iter().position(|noting| *noting == ticket) {
            self.replays.noting.remove(at);
            if let News::Done(Err(error)) = news {
                self.notify(error.to_string());
            }
        } else {
            return self.sheet_news(ticket, news) || self.bulk_news(ticket, news);
        }
        true
    }

    /// A record has arrived that may answer a send.
    pub(super) fn may_answer(&mut self, seq: Seq, effects: &mut Vec<Effect>) {
        let sent_before = !self.board.replays().is_empty()
            && (self.board.get(seq).and_then(Entry::arrival))
                .and_then(|arrival| arrival.record.request_id())
                .is_some_and(|id| self.board.replays().all_of(id).iter().any(Replay::has_left));
        if sent_before {
            self.board.set_state(seq, State { replayed: true, ..self.board.state(seq) });
        }
        if !self.replays.listens() {
            return;
        }
        let Some(record) = self.board.get(seq).and_then(Entry::arrival).map(|arrival| arrival.record.clone()) else {
            return;
        };
        let id = record.request_id().unwrap_or_default().to_owned();
        if let Some(answer) = self.replays.join.arrived(&id, Heard { record, at: self.now }) {
            self.answered(&answer.attempt, &answer.record, effects);
        }
    }

    /// What changes by time alone: records that come no more, attempts that are counted again.
    pub(super) fn replay_tick(&mut self, effects: &mut Vec<Effect>) {
        for (id, new) in self.board.replays_mut().give_up(self.now) {
            let is_it = |pending: &Pending| pending.request_id == id && pending.new_request_id == new;
            let attempt = self.replays.pending.iter().find(|(_, pending)| is_it(pending)).map(|(id, _)| id.clone());
            let Some(pending) = attempt.and_then(|attempt| self.replays.pending.remove(&attempt)) else { continue };
            self.settle_pending(&pending, ReplayState::Unanswered);
            if let Some((ticket, item)) = pending.run {
                effects.push(Effect::Tell { ticket, control: Control::Unanswered { item } });
            }
        }
        self.count_attempts(effects);
    }

    /// Whether something on screen changes by time because of a replay.
    #[must_use]
    pub fn replay_waits(&self) -> bool {
        self.board.replays().waiting().next().is_some()
    }

    /// Counts the attempts of the open record's replay, now and then.
    fn count_attempts(&mut self, effects: &mut Vec<Effect>) {
        if self.replays.counting.is_some() || self.now - self.replays.counted < COUNT_EVERY {
            return;
        }
        let Some(arrival) = self.open_entry().and_then(|(_, entry)| entry.arrival()) else { return };
        let (Some(id), Some(function)) = (arrival.record.request_id(), arrival.record.function()) else { return };
        let Some(replay) = self.board.replays().of(id) else { return };
        let (ReplayState::Waiting { .. }, Some(new)) = (&replay.state, &replay.new_request_id) else { return };
        let function = function.as_str().to_owned();
        let group = self.replays.logs.get(&function).cloned();
        let (new, since) = (new.clone(), replay.at - 60_000);
        let request = ReplayRequest::Attempts { function: function.clone(), group, request_id: new.clone(), since };
        let ticket = self.start(Request::Replay(request), effects);
        self.replays.counting = Some(Counting { ticket, new_request_id: new, function });
        self.replays.counted = self.now;
    }

    fn attempts_news(&mut self, news: &News) {
        let Some(Counting { new_request_id, function, .. }) = self.replays.counting.take() else { return };
        // Who may not read the function's log does without.
        let News::Done(Ok(Answer::Replay(ReplayAnswer::Attempts(found)))) = news else { return };
        self.replays.logs.insert(function, found.group.clone());
        self.board.replays_mut().change(&new_request_id, |replay| {
            if let ReplayState::Waiting { attempts, .. } = &mut replay.state {
                *attempts = found.started;
            }
        });
    }

    fn journal_news(&mut self, news: &News, effects: &mut Vec<Effect>) {
        self.replays.asking = None;
        match news {
            News::Done(Ok(Answer::Replay(ReplayAnswer::History(history)))) => {
                self.replays.history = std::sync::Arc::clone(history);
                self.restore(effects);
                self.settle_sheet();
                self.settle_bulk();
            }
            News::Done(Err(error)) => self.notify(error.to_string()),
            _ => {}
        }
    }

    /// Shows what the journal knows of, and waits for the records that nobody has seen yet.
    fn restore(&mut self, effects: &mut Vec<Effect>) {
        let history = std::sync::Arc::clone(&self.replays.history);
        for attempt in history.iter().filter(|attempt| attempt.may_have_left()) {
            if !self.replays.pending.contains_key(&attempt.id) && self.is_news(attempt) {
                self.restore_one(attempt, effects);
            }
        }
        self.mark_restored();
    }

    /// Whether the journal knows more of a sending than the board does.
    fn is_news(&self, attempt: &Attempt) -> bool {
        let replays = self.board.replays();
        match &attempt.new_request_id {
            Some(new) => {
                replays.origin(new).is_none_or(|(_, replay)| !matches!(replay.state, ReplayState::Answered { .. }))
            }
            // What is queued or sent here is in the journal without its end, too.
            None => replays.of(attempt.key.as_str()).is_none_or(|last| {
                last.at < attempt.at && !matches!(last.state, ReplayState::Queued | ReplayState::Sending)
            }),
        }
    }

    /// Notes on the rows that are there already what the journal knows of them.
    fn mark_restored(&mut self) {
        let left = |id: &str| self.board.replays().all_of(id).iter().any(Replay::has_left);
        let rows: Vec<Seq> = (self.board.arrivals())
            .filter(|(_, arrival)| arrival.record.request_id().is_some_and(left))
            .map(|(seq, _)| seq)
            .collect();
        for seq in rows {
            self.board.set_state(seq, State { replayed: true, ..self.board.state(seq) });
        }
    }

    fn restore_one(&mut self, attempt: &Attempt, effects: &mut Vec<Effect>) {
        let id = attempt.key.as_str().to_owned();
        let state = match &attempt.fate {
            Fate::Answered(verdict) => answered_state(verdict),
            Fate::Unknown { why } => ReplayState::Unknown(
                why.clone().unwrap_or_else(|| "the program was cut off, or is still at it".to_owned()),
            ),
            Fate::Refused { why } => ReplayState::Refused(why.clone()),
            Fate::Sent { .. } => self.waiting(attempt.at, None),
        };
        let waits = matches!(state, ReplayState::Waiting { until, .. } if until > self.now);
        let state =
            if matches!(state, ReplayState::Waiting { .. }) && !waits { ReplayState::Unanswered } else { state };
        let new_request_id = attempt.new_request_id.clone();
        self.board.replays_mut().learn(&id, Replay { at: attempt.at, new_request_id: new_request_id.clone(), state });
        if let Some(new) = new_request_id.filter(|_| waits) {
            let (fingerprint, sent) = (attempt.fingerprint.clone(), attempt.at);
            let pending = Pending { request_id: id, new_request_id: Some(new.clone()), fingerprint, sent, run: None };
            self.replays.pending.insert(attempt.id.clone(), pending);
            self.await_record(attempt.id.clone(), &new, effects);
        }
    }

    fn run_news(&mut self, ticket: Ticket, news: &News, effects: &mut Vec<Effect>) {
        match news {
            News::Progress(Answer::Replay(ReplayAnswer::Told(told))) => self.told(ticket, told, effects),
            News::Progress(_) => {}
            News::Done(Ok(_)) => self.run_over(ticket, None),
            News::Done(Err(error)) => self.run_over(ticket, Some(error)),
        }
    }

    /// A run is over; what it never sent is not marked as sent.
    fn run_over(&mut self, ticket: Ticket, error: Option<&JobError>) {
        let Some(run) = self.replays.runs.get_mut(&ticket) else { return };
        run.over = true;
        self.forget_unsent(ticket, &[ReplayState::Queued, ReplayState::Sending]);
        if let Some(error) = error {
            self.notify(format!("{error}; nothing was sent"));
        }
    }

    /// What a run has in these states is not marked any more as something that it sends.
    fn forget_unsent(&mut self, ticket: Ticket, states: &[ReplayState]) {
        let Some(run) = self.replays.runs.get(&ticket) else { return };
        for (item, replay) in run.plan.items.iter().zip(&run.replays) {
            if item.call.kind != Kind::DryRun && states.contains(&replay.state) {
                self.board.replays_mut().forget(item.key.as_str(), &replay.state);
            }
        }
    }

    fn told(&mut self, ticket: Ticket, told: &Told, effects: &mut Vec<Effect>) {
        match told {
            Told::Progress(progress) => {
                if let Some(run) = self.replays.runs.get_mut(&ticket) {
                    run.progress = Some(progress.clone());
                }
                if matches!(progress.mode, Mode::Cancelled | Mode::Stopped(_)) {
                    self.forget_unsent(ticket, &[ReplayState::Queued]);
                }
            }
            Told::Sending { item } => {
                let Some(planned) = self.item(ticket, *item) else { return };
                let replay = Replay { at: self.now, new_request_id: None, state: ReplayState::Sending };
                self.set_replay(&planned, (ticket, *item), replay);
            }
            Told::Failed { item, state, .. } => self.not_sent(ticket, *item, state),
            Told::Accepted { item, attempt, reply, verdict, at } => {
                let Some(planned) = self.item(ticket, *item) else { return };
                self.accepted(&planned, (ticket, *item), attempt.as_ref(), reply, verdict.as_ref(), *at, effects);
            }
        }
    }

    fn item(&self, ticket: Ticket, item: usize) -> Option<Item> {
        self.replays.runs.get(&ticket)?.plan.items.get(item).cloned()
    }

    fn is_bulk(&self, ticket: Ticket) -> bool {
        self.replays.runs.get(&ticket).is_some_and(|run| run.bulk)
    }

    fn not_sent(&mut self, ticket: Ticket, item: usize, state: &Sent) {
        let Some(planned) = self.item(ticket, item) else { return };
        let state = match state {
            Sent::Refused(why) => ReplayState::Refused(why.clone()),
            Sent::Unknown(why) => ReplayState::Unknown(why.clone()),
            _ => ReplayState::Queued,
        };
        if let (ReplayState::Refused(why) | ReplayState::Unknown(why), false) = (&state, self.is_bulk(ticket)) {
            self.notify(why.clone());
            self.not_run(ticket);
        }
        let replay = Replay { at: self.now, new_request_id: None, state };
        self.set_replay(&planned, (ticket, item), replay);
    }

    #[expect(clippy::too_many_arguments, reason = "all that is told of an acceptance")]
    fn accepted(
        &mut self,
        item: &Item,
        run: (Ticket, usize),
        attempt: Option<&AttemptId>,
        reply: &Reply,
        verdict: Option<&Verdict>,
        at: i64,
        effects: &mut Vec<Effect>,
    ) {
        let new_request_id = reply.request_id.clone();
        let Some(attempt) = attempt else {
            let to = FunctionArn::parse(&item.call.target);
            let qualifier = to.qualifier().unwrap_or("$LATEST");
            return self.notify(format!("nothing was run: {}:{qualifier} may be invoked so", to.name()));
        };
        if let Some(verdict) = verdict {
            self.ran(run.0, reply, verdict);
            let state = answered_state(verdict);
            return self.set_replay(item, run, Replay { at, new_request_id, state });
        }
        let config = self.config_of(item);
        let state = self.waiting(at, config.as_ref());
        self.set_replay(item, run, Replay { at, new_request_id: new_request_id.clone(), state });
        let fingerprint = item.fingerprint.as_deref().map(str::to_owned);
        let request_id = item.key.as_str().to_owned();
        let pending =
            Pending { request_id, new_request_id: new_request_id.clone(), fingerprint, sent: at, run: Some(run) };
        self.replays.pending.insert(attempt.clone(), pending);
        if let Some(new) = new_request_id {
            self.await_record(attempt.clone(), &new, effects);
        }
    }

    fn await_record(&mut self, attempt: AttemptId, new_request_id: &str, effects: &mut Vec<Effect>) {
        if let Some(answer) = self.replays.join.accepted(attempt, new_request_id) {
            self.answered(&answer.attempt, &answer.record, effects);
        }
    }

    fn answered(&mut self, attempt: &AttemptId, heard: &Heard, effects: &mut Vec<Effect>) {
        let Some(pending) = self.replays.pending.remove(attempt) else { return };
        let record: &InvocationRecord = &heard.record;
        let verdict = Verdict::of(record, pending.fingerprint.as_deref(), pending.sent, heard.at);
        self.settle_pending(&pending, answered_state(&verdict));
        let note = ReplayRequest::Answered(attempt.clone(), verdict.clone());
        let noting = self.start(Request::Replay(note), effects);
        self.replays.noting.push(noting);
        if pending.run.is_none_or(|(ticket, _)| !self.is_bulk(ticket)) {
            self.notify(format!("replayed → {}", verdict.words()));
        }
        if let Some((ticket, item)) = pending.run {
            effects.push(Effect::Tell { ticket, control: Control::Answered { item, verdict } });
        }
    }

    /// A replay that waits from `sent` on.
    fn waiting(&self, sent: i64, config: Option<&EventConfig>) -> ReplayState {
        let usual = EventConfig::default();
        let config = config.unwrap_or(&usual);
        let expected = sent + self.replays.scaled(config.failing());
        let until = sent + self.replays.scaled(config.age).max(60_000);
        ReplayState::Waiting { expected, until, attempts: 0 }
    }

    /// Notes how far a run has come with an item: in the run, on the record and, once it has left, on its rows.
    fn set_replay(&mut self, item: &Item, (ticket, at): (Ticket, usize), replay: Replay) {
        let Some(run) = self.replays.runs.get_mut(&ticket) else { return };
        if let Some(own) = run.replays.get_mut(at) {
            own.clone_from(&replay);
        }
        // A dry run says nothing of what became of the record's payload.
        if item.call.kind == Kind::DryRun {
            return;
        }
        let rows = if replay.has_left() { run.rows.get(at).cloned().unwrap_or_default() } else { Vec::new() };
        self.board.replays_mut().set(item.key.as_str(), replay);
        for seq in rows {
            self.board.set_state(seq, State { replayed: true, ..self.board.state(seq) });
        }
    }

    /// What was awaited has ended so: on the record, and in the run.
    fn settle_pending(&mut self, pending: &Pending, state: ReplayState) {
        if let Some(new) = &pending.new_request_id {
            self.board.replays_mut().change(new, |replay| replay.state = state.clone());
        }
        let run = pending.run.and_then(|(ticket, item)| self.replays.runs.get_mut(&ticket)?.replays.get_mut(item));
        if let Some(own) = run {
            own.state = state;
        }
    }
}

fn answered_state(verdict: &Verdict) -> ReplayState {
    ReplayState::Answered { outcome: verdict.outcome, words: verdict.words() }
}

/// How the replay of an item is told of in a summary of its run.
pub(super) fn summary_line(item: &Item, replay: &Replay, mode: Option<&Mode>) -> String {
    let what = match (&replay.state, mode) {
        (ReplayState::Queued, Some(Mode::Cancelled)) => "not sent: the run was cancelled".to_owned(),
        (ReplayState::Queued, Some(Mode::Stopped(why))) => format!("not sent: the run was stopped, {why}"),
        (ReplayState::Queued, _) => "queued, not sent yet".to_owned(),
        (ReplayState::Sending, _) => "on its way".to_owned(),
        (ReplayState::Waiting { .. }, _) => "sent, no record yet".to_owned(),
        (ReplayState::Answered { words, .. }, _) => words.clone(),
        (ReplayState::Unanswered, _) => "no record came".to_owned(),
        (ReplayState::Refused(why), _) => format!("not sent: {why}"),
        (ReplayState::Unknown(why), _) => format!("unknown: {why}"),
    };
    let new = replay.new_request_id.as_deref().unwrap_or("-");
    format!("{}\t{new}\t{}\t{what}\n", item.key, item.call.target)
}
