//! Several replays: their plan, and their run.

use std::fmt::Write as _;
use std::sync::Arc;

use crossterm::event::KeyEvent;

use crate::app::action::Action;
use crate::app::jobs::{Answer, News, Order, ReplayAnswer, ReplayRequest, Request, Ticket};
use crate::app::message::Effect;
use crate::app::model::{Bulk, BulkStage, Model, Overlay};
use crate::replay::drive::Control;
use crate::replay::run::Mode;

use super::summary_line;

impl Model {
    /// Opens the run that is under way, or a plan for the marked records, else for the failures that the filter leaves.
    pub(in crate::app::update) fn open_bulk(&mut self, effects: &mut Vec<Effect>) {
        if self.replay_is_taken_away() {
            return;
        }
        let (arrivals, marked) = self.chosen();
        let mut bulk = Bulk::new(arrivals, marked, &self.replays.history);
        if let Some(ticket) =
            self.replays.bulk.filter(|ticket| self.replays.runs.get(ticket).is_some_and(|run| !run.over))
        {
            bulk.stage = BulkStage::Run(ticket);
        } else if bulk.arrivals.is_empty() {
            return self.notify("nothing to replay: no failure is in sight, and none is marked");
        }
        self.hold();
        self.overlay = Some(Overlay::Replays(Box::new(bulk)));
        self.ask_journal(effects);
    }

    pub(in crate::app::update) fn in_bulk(
        &mut self,
        mut bulk: Box<Bulk>,
        action: Action,
        effects: &mut Vec<Effect>,
    ) -> Option<Overlay> {
        match (&mut bulk.stage, action) {
            (BulkStage::Plan | BulkStage::Run(_), Action::Back) => return None,
            (BulkStage::Confirm(_), Action::Back) => bulk.stage = BulkStage::Plan,
            (BulkStage::Plan, Action::Canary) => bulk.pace.canary = !bulk.pace.canary,
            (BulkStage::Plan, Action::Faster) => bulk.step_rate(true),
            (BulkStage::Plan, Action::Slower) => bulk.step_rate(false),
            (BulkStage::Plan, Action::Spacing) => bulk.toggle_spacing(),
            (BulkStage::Plan, Action::Again) => {
                bulk.again = !bulk.again;
                bulk.settle(&self.replays.history);
            }
            (BulkStage::Plan, Action::Send) if bulk.plan.items.is_empty() => self.notify("nothing can be sent"),
            (BulkStage::Plan, Action::Send) => bulk.stage = BulkStage::Confirm(Box::default()),
            (BulkStage::Confirm(line), Action::Accept) => {
                let typed: Vec<_> =
                    line.text().split([',', ' ']).filter(|name| !name.is_empty()).map(str::to_owned).collect();
                let named = bulk.functions().iter().all(|name| typed.contains(name));
                if self.guard.confirm_by_name && !named {
                    self.notify("the functions' names are not all there; nothing was sent");
                } else {
                    let order = Order { plan: Arc::clone(&bulk.plan), pace: bulk.pace.clone() };
                    let ticket = self.start_run(order, true, effects);
                    self.replays.bulk = Some(ticket);
                    self.board.clear_marks();
                    bulk.stage = BulkStage::Run(ticket);
                }
            }
            (BulkStage::Run(ticket), _) => {
                let ticket = *ticket;
                self.run_action(ticket, action, effects);
            }
            _ => {}
        }
        Some(Overlay::Replays(bulk))
    }

    fn run_action(&mut self, ticket: Ticket, action: Action, effects: &mut Vec<Effect>) {
        let paused = self
            .replays
            .runs
            .get(&ticket)
            .and_then(|run| run.progress.as_ref())
            .map(|progress| progress.mode == Mode::Paused);
        let control = match action {
            Action::Pause if paused == Some(true) => Control::Resume,
            Action::Pause => Control::Pause,
            Action::CancelRun => Control::Cancel,
            Action::Release => Control::Release,
            Action::Save => return self.save_summary(ticket, effects),
            _ => return,
        };
        effects.push(Effect::Tell { ticket, control });
    }

    pub(in crate::app::update) fn type_in_bulk(&mut self, key: KeyEvent) {
        if let Some(Overlay::Replays(bulk)) = &mut self.overlay
            && let BulkStage::Confirm(line) = &mut bulk.stage
        {
            line.key(key);
        }
    }

    /// Works an open plan out anew.
    pub(super) fn settle_bulk(&mut self) {
        let history = Arc::clone(&self.replays.history);
        if let Some(Overlay::Replays(bulk)) = &mut self.overlay
            && !matches!(bulk.stage, BulkStage::Run(_))
        {
            bulk.settle(&history);
        }
    }

    fn save_summary(&mut self, ticket: Ticket, effects: &mut Vec<Effect>) {
        let Some(run) = self.replays.runs.get(&ticket) else { return };
        let mut text = String::from("request id\tnew request id\tfunction\toutcome\n");
        for item in &run.plan.items {
            let _ = write!(text, "{}", summary_line(item, self.board.replays().of(item.key.as_str())));
        }
        for skipped in &run.plan.skipped {
            let function = skipped.function.as_ref().map_or("-", |function| function.as_str());
            let _ = writeln!(text, "{}\t-\t{function}\tnot sent: {}", skipped.key, skipped.why);
        }
        self.replays.saving = Some(self.start(Request::Replay(ReplayRequest::Save(text)), effects));
    }

    pub(super) fn saved(&mut self, news: &News) {
        match news {
            News::Done(Ok(Answer::Replay(ReplayAnswer::Saved(path)))) => {
                self.notify(format!("saved {}", path.display()));
            }
            News::Done(Err(error)) => self.notify(error.to_string()),
            _ => {}
        }
    }
}
