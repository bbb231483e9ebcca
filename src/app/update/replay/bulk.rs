//! Several replays: their plan, and their run.

use std::fmt::Write as _;
use std::sync::Arc;

use crossterm::event::KeyEvent;

use crate::app::action::Action;
use crate::app::jobs::{Answer, News, Order, ReplayAnswer, ReplayRequest, Request, Ticket};
use crate::app::message::Effect;
use crate::app::model::{Bulk, BulkStage, JqLine, Model, Overlay, TextLine};
use crate::record::FunctionArn;
use crate::replay::drive::Control;

use super::sheet::{JQ_AT_WORK, SENDER_READ_ONLY};
use super::summary_line;

/// Functions that are looked at before several payloads are sent to them.
const MOST_TARGETS: usize = 20;

impl Model {
    /// Opens the run that is under way, or a plan for the marked records, else for the failures that the filter leaves.
    pub(in crate::app::update) fn open_bulk(&mut self, effects: &mut Vec<Effect>) {
        if self.replay_is_taken_away() {
            return;
        }
        let (arrivals, marked) = self.chosen();
        let mut bulk = Bulk::new(arrivals, marked);
        if let Some(ticket) =
            self.replays.bulk.filter(|ticket| self.replays.runs.get(ticket).is_some_and(|run| !run.over))
        {
            bulk.stage = BulkStage::Run(ticket);
        } else if bulk.arrivals.is_empty() {
            return self.notify("nothing to replay: no failure is in sight, and none is marked");
        }
        self.hold();
        self.overlay = Some(Overlay::Replays(Box::new(bulk)));
        self.settle_bulk();
        self.look_at_targets(effects);
        self.ask_journal(effects);
    }

    pub(in crate::app::update) fn in_bulk(
        &mut self,
        mut bulk: Box<Bulk>,
        action: Action,
        effects: &mut Vec<Effect>,
    ) -> Option<Overlay> {
        let asked = bulk.asked();
        match (&mut bulk.stage, action) {
            (BulkStage::Plan | BulkStage::Run(_), Action::Back) => return None,
            (_, Action::Back) => {
                effects.extend(bulk.changing.take().map(Effect::Cancel));
                bulk.stage = BulkStage::Plan;
            }
            (BulkStage::Plan, _) => self.plan_action(&mut bulk, action),
            (BulkStage::Jq(_), Action::Accept) => self.change_all(&mut bulk, effects),
            (BulkStage::Qualifier(line), Action::Accept) => {
                bulk.qualifier = Some(line.text().trim().to_owned()).filter(|name| !name.is_empty());
                bulk.stage = BulkStage::Plan;
            }
            (BulkStage::Confirm(line), Action::Accept) => {
                let typed: Vec<_> =
                    line.text().split([',', ' ']).filter(|name| !name.is_empty()).map(str::to_owned).collect();
                let named = bulk.functions().iter().all(|name| typed.contains(name));
                if self.bulk_guard(&bulk).confirm_by_name && !named {
                    self.notify("the functions' names are not all there; nothing was sent");
                } else {
                    self.send_bulk(&mut bulk, effects);
                }
            }
            (&mut BulkStage::Run(ticket), _) => self.run_action(ticket, action, effects),
            _ => {}
        }
        let settled = asked == bulk.asked();
        self.overlay = Some(Overlay::Replays(bulk));
        if !settled {
            self.settle_bulk();
            self.look_at_targets(effects);
        }
        self.overlay.take()
    }

    fn plan_action(&mut self, bulk: &mut Bulk, action: Action) {
        match action {
            Action::Canary => bulk.pace.canary = !bulk.pace.canary,
            Action::Faster => bulk.step_rate(true),
            Action::Slower => bulk.step_rate(false),
            Action::Spacing => bulk.toggle_spacing(),
            Action::Up | Action::Down | Action::PageUp | Action::PageDown => self.scroll_plan(bulk, action),
            Action::StopAfter => bulk.step_stop(),
            Action::Again => bulk.again = !bulk.again,
            Action::Jq => bulk.stage = BulkStage::Jq(Box::new(JqLine::new(&bulk.program))),
            Action::Qualifier => {
                let qualifier = bulk.qualifier.as_deref().unwrap_or_default();
                bulk.stage = BulkStage::Qualifier(Box::new(TextLine::new(qualifier)));
            }
            Action::Send if self.bulk_guard(bulk).read_only => self.notify(SENDER_READ_ONLY),
            Action::Send if bulk.plan.items.is_empty() => self.notify("nothing can be sent"),
            Action::Send => bulk.stage = BulkStage::Confirm(Box::default()),
            _ => {}
        }
    }

    fn scroll_plan(&self, bulk: &mut Bulk, action: Action) {
        let height = usize::from(self.geometry.help.height);
        let last = self.geometry.help_lines.saturating_sub(height);
        bulk.scroll = match action {
            Action::Up => bulk.scroll.saturating_sub(1),
            Action::PageUp => bulk.scroll.saturating_sub(height),
            Action::PageDown => (bulk.scroll + height).min(last),
            _ => (bulk.scroll + 1).min(last),
        };
    }

    fn send_bulk(&mut self, bulk: &mut Bulk, effects: &mut Vec<Effect>) {
        for (target, facts) in &bulk.facts {
            if let Ok(config) = &facts.config {
                self.replays.configs.insert(target.clone(), config.clone());
            }
        }
        let order = Order { plan: Arc::clone(&bulk.plan), pace: bulk.pace.clone() };
        let ticket = self.start_run(order, true, effects);
        self.replays.bulk = Some(ticket);
        self.board.clear_marks();
        (bulk.stage, bulk.scroll) = (BulkStage::Run(ticket), 0);
    }

    /// Changes every payload by the expression that is typed, whose line stays until that is done, or takes the
    /// records' own again.
    fn change_all(&mut self, bulk: &mut Bulk, effects: &mut Vec<Effect>) {
        let payloads = Arc::new(bulk.payloads());
        let BulkStage::Jq(jq) = &mut bulk.stage else { return };
        if bulk.changing.is_some() {
            self.notify(JQ_AT_WORK);
        } else if jq.line.text().trim().is_empty() {
            bulk.changes = None;
            bulk.program.clear();
            bulk.stage = BulkStage::Plan;
        } else {
            jq.error = None;
            let request = ReplayRequest::ChangeAll { program: jq.line.text().trim().to_owned(), payloads };
            bulk.changing = Some(self.start(Request::Replay(request), effects));
        }
    }

    /// Looks at where the payloads go, as far as that is not known yet.
    fn look_at_targets(&mut self, effects: &mut Vec<Effect>) {
        let Some(Overlay::Replays(bulk)) = &self.overlay else { return };
        let is_new = |target: &&str| {
            !bulk.facts.contains_key(*target) && bulk.looking.iter().all(|(_, looked_at)| looked_at != target)
        };
        let new: Vec<String> = bulk.plan.targets().into_keys().filter(is_new).map(str::to_owned).collect();
        for target in new.into_iter().take(MOST_TARGETS) {
            let request = ReplayRequest::Facts(FunctionArn::parse(&target));
            let ticket = self.start(Request::Replay(request), effects);
            if let Some(Overlay::Replays(bulk)) = &mut self.overlay {
                bulk.looking.push((ticket, target));
            }
        }
    }

    /// News of the plan's own jobs; `false` when it is of another one.
    pub(super) fn bulk_news(&mut self, ticket: Ticket, news: &News) -> bool {
        let Some(Overlay::Replays(bulk)) = &mut self.overlay else { return false };
        if let Some((_, target)) = bulk.looking.iter().find(|(looking, _)| *looking == ticket) {
            if let News::Done(Ok(Answer::Replay(ReplayAnswer::Facts(facts)))) = news {
                bulk.facts.insert(target.clone(), (**facts).clone());
            }
        } else if bulk.changing == Some(ticket) {
            bulk.changing = None;
            match news {
                News::Done(Ok(Answer::Replay(ReplayAnswer::ChangedAll(made)))) => {
                    bulk.changed(made.as_ref().map_err(Clone::clone));
                }
                News::Done(Err(error)) => bulk.changed(Err(error.to_string())),
                _ => {}
            }
        } else {
            return false;
        }
        self.settle_bulk();
        true
    }

    fn run_action(&mut self, ticket: Ticket, action: Action, effects: &mut Vec<Effect>) {
        let Some(run) = self.replays.runs.get(&ticket) else { return };
        let control = match action {
            Action::Pause | Action::CancelRun | Action::Release if !run.may_send() => {
                return self.notify("nothing more will be sent");
            }
            Action::Release if !run.holds_back() => {
                return self.notify("nothing is held back: a canary does that while it waits, or has failed");
            }
            Action::Pause if run.is_paused() => Control::Resume,
            Action::Pause => Control::Pause,
            Action::CancelRun => Control::Cancel,
            Action::Release => Control::Release,
            Action::Save => return self.save_summary(ticket, effects),
            _ => return,
        };
        effects.push(Effect::Tell { ticket, control });
    }

    pub(in crate::app::update) fn type_in_bulk(&mut self, key: KeyEvent) {
        let Some(Overlay::Replays(bulk)) = &mut self.overlay else { return };
        match &mut bulk.stage {
            BulkStage::Jq(_) if bulk.changing.is_some() => self.notify(JQ_AT_WORK),
            BulkStage::Jq(jq) => drop(jq.line.key(key)),
            BulkStage::Confirm(line) | BulkStage::Qualifier(line) => drop(line.key(key)),
            BulkStage::Plan | BulkStage::Run(_) => {}
        }
    }

    pub(in crate::app::update) fn paste_in_bulk(&mut self, text: &str) {
        let Some(Overlay::Replays(bulk)) = &mut self.overlay else { return };
        match &mut bulk.stage {
            BulkStage::Jq(_) if bulk.changing.is_some() => self.notify(JQ_AT_WORK),
            BulkStage::Jq(jq) => jq.line.paste(text),
            BulkStage::Confirm(line) | BulkStage::Qualifier(line) => line.paste(text),
            BulkStage::Plan | BulkStage::Run(_) => {}
        }
    }

    /// Works an open plan out anew.
    pub(super) fn settle_bulk(&mut self) {
        let (history, now) = (Arc::clone(&self.replays.history), self.now);
        let watched = self.source.place.names.clone();
        if let Some(Overlay::Replays(bulk)) = &mut self.overlay
            && !matches!(bulk.stage, BulkStage::Run(_))
        {
            bulk.settle(&history, now, &watched);
        }
    }

    fn save_summary(&mut self, ticket: Ticket, effects: &mut Vec<Effect>) {
        let Some(run) = self.replays.runs.get(&ticket) else { return };
        let mut text = String::from("request id\tnew request id\tfunction\toutcome\n");
        let mode = run.progress.as_ref().map(|progress| &progress.mode);
        for (item, replay) in run.plan.items.iter().zip(&run.replays) {
            text += &summary_line(item, replay, mode);
        }
        for skipped in &run.plan.skipped {
            let function = skipped.function.as_ref().map_or("-", |function| function.as_str());
            let _ = writeln!(text, "{}\t-\t{function}\tnot sent: {}", skipped.key, skipped.why);
        }
        self.replays.saving = Some((self.start(Request::Replay(ReplayRequest::Save(text)), effects), ticket));
    }

    /// The summary of this run is saved: its screen tells where, which no single line has the room for.
    pub(super) fn saved(&mut self, run: Ticket, news: &News) {
        match news {
            News::Done(Ok(Answer::Replay(ReplayAnswer::Saved(path)))) => {
                if let Some(run) = self.replays.runs.get_mut(&run) {
                    run.saved = Some(path.display().to_string());
                }
                self.notify("the summary is saved");
            }
            News::Done(Err(error)) => self.notify(error.to_string()),
            _ => {}
        }
    }
}
