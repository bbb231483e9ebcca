//! The sheet of one replay.

use std::sync::Arc;

use crossterm::event::KeyEvent;
use ratatui_textarea::Input;

use crate::app::action::Action;
use crate::app::jobs::{Answer, News, Order, ReplayAnswer, ReplayRequest, Request, Ticket};
use crate::app::message::Effect;
use crate::app::model::{Editor, JqLine, Model, Overlay, Ran, Sheet, Stage, TextLine};
use crate::board::Entry;
use crate::record::FunctionArn;
use crate::replay::facts::EventConfig;
use crate::replay::invoker::{Kind, Reply};
use crate::replay::plan::Item;
use crate::replay::run::Pace;
use crate::replay::{Plan, Verdict};

/// Rows that a page of the payload scrolls.
const PAGE: usize = 10;

impl Model {
    /// Opens the sheet for the record under the cursor.
    pub(in crate::app::update) fn open_sheet(&mut self, effects: &mut Vec<Effect>) {
        if self.replay_is_taken_away() {
            return;
        }
        let Some(arrival) = self.open_entry().and_then(|(_, entry)| entry.arrival().cloned()) else {
            return self.notify("nothing to replay: no record is selected");
        };
        if let Some(why) = arrival.not_replayable() {
            return self.notify(format!("{why}, so it cannot be replayed"));
        }
        if arrival.record.function().is_none() {
            return self.notify("the record names no function, so it cannot be replayed");
        }
        self.hold();
        self.overlay = Some(Overlay::Replay(Box::new(Sheet::new(arrival))));
        self.settle_sheet();
        self.look_at_function(effects);
        self.ask_journal(effects);
    }

    pub(in crate::app::update) fn in_sheet(
        &mut self,
        mut sheet: Box<Sheet>,
        action: Action,
        effects: &mut Vec<Effect>,
    ) -> Option<Overlay> {
        let qualifiers = sheet.qualifiers();
        let by_name = self.sheet_guard(&sheet).confirm_by_name;
        match (&mut sheet.stage, action) {
            (Stage::Look | Stage::Ran(_), Action::Back) => return None,
            (Stage::Ran(_), _) => scroll(&mut sheet, action),
            (Stage::Look, _) => self.look_action(&mut sheet, action, effects),
            (Stage::Edit(editor), Action::Accept) => {
                let text = editor.text();
                if editor.error.is_none() {
                    sheet.edit(&text);
                    sheet.stage = Stage::Look;
                }
            }
            (Stage::Jq(_), Action::Accept) => self.change(&mut sheet, effects),
            (Stage::Tenant(line), Action::Accept) => {
                sheet.tenant = Some(line.text().trim().to_owned()).filter(|tenant| !tenant.is_empty());
                sheet.stage = Stage::Look;
            }
            (Stage::Qualifier(row), Action::Up) => *row = row.saturating_sub(1),
            (Stage::Qualifier(row), Action::Down) => *row = (*row + 1).min(qualifiers.len().saturating_sub(1)),
            (Stage::Qualifier(row), Action::Accept) => {
                let chosen = qualifiers.into_iter().nth(*row).map(|(name, _)| name);
                sheet.qualifier = chosen;
                sheet.stage = Stage::Look;
                self.overlay = Some(Overlay::Replay(sheet));
                self.settle_sheet();
                self.look_at_function(effects);
                return self.overlay.take();
            }
            (Stage::Confirm(line), Action::Accept) => {
                if !by_name || named(line.text(), sheet.item.as_ref().ok()) {
                    return self.send_sheet(sheet, effects);
                }
                self.notify("that is not the function's name; nothing was sent");
            }
            (_, Action::Back) => {
                effects.extend(sheet.changing.take().map(Effect::Cancel));
                sheet.stage = Stage::Look;
            }
            _ => {}
        }
        self.settled(sheet)
    }

    /// Changes the payload by the expression that is typed; its line stays until that is done.
    fn change(&mut self, sheet: &mut Sheet, effects: &mut Vec<Effect>) {
        let payload = sheet.payload().to_owned();
        let Stage::Jq(jq) = &mut sheet.stage else { return };
        if sheet.changing.is_some() {
            self.notify(JQ_AT_WORK);
        } else if jq.line.text().trim().is_empty() {
            sheet.stage = Stage::Look;
        } else {
            jq.error = None;
            let request = ReplayRequest::Change { program: jq.line.text().to_owned(), payload };
            sheet.changing = Some(self.start(Request::Replay(request), effects));
        }
    }

    fn settled(&mut self, sheet: Box<Sheet>) -> Option<Overlay> {
        self.overlay = Some(Overlay::Replay(sheet));
        self.settle_sheet();
        self.overlay.take()
    }

    fn look_action(&mut self, sheet: &mut Sheet, action: Action, effects: &mut Vec<Effect>) {
        match action {
            Action::Edit => sheet.stage = Stage::Edit(Box::new(Editor::new(&sheet.laid_out()))),
            Action::Editor => effects.push(Effect::EditPayload(sheet.laid_out())),
            Action::Jq => sheet.stage = Stage::Jq(JqLine::new(&sheet.program)),
            Action::Diff => (sheet.diff, sheet.scroll) = (!sheet.diff, 0),
            Action::Restore => sheet.restore(),
            Action::Kind => {
                let here = Kind::ALL.iter().position(|kind| *kind == sheet.kind).unwrap_or(0);
                sheet.kind = Kind::ALL[(here + 1) % Kind::ALL.len()];
            }
            Action::Qualifier => {
                let chosen = sheet.chosen_qualifier();
                let row = sheet.qualifiers().iter().position(|(name, _)| *name == chosen);
                sheet.stage = Stage::Qualifier(row.unwrap_or(0));
            }
            Action::Tenant => sheet.stage = Stage::Tenant(TextLine::new(sheet.tenant.as_deref().unwrap_or_default())),
            Action::Send if self.sheet_guard(sheet).read_only => self.notify(SENDER_READ_ONLY),
            // Until then nobody knows whether it is production.
            Action::Send if sheet.looking.is_some() && !self.config.production.accounts.is_empty() => {
                self.notify("who sends is still being asked; nothing was sent");
            }
            Action::Send => match &sheet.item {
                Ok(_) => sheet.stage = Stage::Confirm(TextLine::default()),
                Err(why) => {
                    let why = format!("nothing can be sent: {why}");
                    self.notify(why);
                }
            },
            _ => scroll(sheet, action),
        }
    }

    /// A key that starts no action is typed.
    pub(in crate::app::update) fn type_in_sheet(&mut self, key: KeyEvent) {
        let Some(Overlay::Replay(sheet)) = &mut self.overlay else { return };
        match &mut sheet.stage {
            Stage::Edit(editor) => {
                if editor.area.input(Input::from(key)) {
                    editor.check();
                }
            }
            Stage::Jq(_) if sheet.changing.is_some() => self.notify(JQ_AT_WORK),
            Stage::Jq(JqLine { line, .. }) | Stage::Tenant(line) | Stage::Confirm(line) => {
                line.key(key);
            }
            Stage::Look | Stage::Qualifier(_) | Stage::Ran(_) => {}
        }
    }

    pub(in crate::app::update) fn paste_in_sheet(&mut self, text: &str) {
        let Some(Overlay::Replay(sheet)) = &mut self.overlay else { return };
        match &mut sheet.stage {
            Stage::Edit(editor) => {
                editor.area.insert_str(text);
                editor.check();
            }
            Stage::Jq(_) if sheet.changing.is_some() => self.notify(JQ_AT_WORK),
            Stage::Jq(JqLine { line, .. }) | Stage::Tenant(line) | Stage::Confirm(line) => line.paste(text),
            Stage::Look | Stage::Qualifier(_) | Stage::Ran(_) => {}
        }
    }

    /// What came back from the user's own editor.
    pub(in crate::app::update) fn edited_outside(&mut self, edited: Result<String, String>) {
        let Some(Overlay::Replay(sheet)) = &mut self.overlay else { return };
        match edited {
            Ok(text) => match crate::replay::payload::check(&text) {
                Ok(()) => sheet.edit(&text),
                Err(error) => {
                    let mut editor = Editor::new(text.trim_end_matches('\n'));
                    editor.check();
                    sheet.stage = Stage::Edit(Box::new(editor));
                    self.notify(format!("no JSON: {error}"));
                }
            },
            Err(why) => self.notify(why),
        }
        self.settle_sheet();
    }

    /// News of the sheet's own jobs.
    pub(super) fn sheet_news(&mut self, ticket: Ticket, news: &News) -> bool {
        let Some(Overlay::Replay(sheet)) = &mut self.overlay else { return false };
        if sheet.looking == Some(ticket) {
            sheet.looking = None;
            match news {
                News::Done(Ok(Answer::Replay(ReplayAnswer::Facts(facts)))) => sheet.facts = Some((**facts).clone()),
                News::Done(Err(error)) => sheet.trouble = Some(error.to_string()),
                _ => {}
            }
        } else if sheet.changing == Some(ticket) {
            sheet.changing = None;
            match news {
                News::Done(Ok(Answer::Replay(ReplayAnswer::Changed(made)))) => {
                    sheet.changed(made.as_deref().map_err(Clone::clone));
                }
                News::Done(Err(error)) => sheet.changed(Err(error.to_string())),
                _ => {}
            }
        } else {
            return false;
        }
        self.settle_sheet();
        true
    }

    /// Works the open sheet out anew.
    pub(super) fn settle_sheet(&mut self) {
        let (history, now) = (Arc::clone(&self.replays.history), self.now);
        let watched = self.source.place.names.clone();
        if let Some(Overlay::Replay(sheet)) = &mut self.overlay {
            sheet.settle(&history, now, &watched);
        }
    }

    fn look_at_function(&mut self, effects: &mut Vec<Effect>) {
        let Some(Overlay::Replay(sheet)) = &self.overlay else { return };
        let Some(target) = sheet.target() else { return };
        let ticket = self.start(Request::Replay(ReplayRequest::Facts(target)), effects);
        if let Some(Overlay::Replay(sheet)) = &mut self.overlay {
            effects.extend(sheet.looking.replace(ticket).map(Effect::Cancel));
        }
    }

    fn send_sheet(&mut self, mut sheet: Box<Sheet>, effects: &mut Vec<Effect>) -> Option<Overlay> {
        let Ok(item) = &sheet.item else { return Some(Overlay::Replay(sheet)) };
        let word = if item.call.kind == Kind::DryRun { "asking whether it could be sent…" } else { "sending…" };
        self.notify(word);
        if let Some(config) = sheet.facts.as_ref().and_then(|facts| facts.config.as_ref().ok()) {
            self.replays.configs.insert(item.call.target.clone(), config.clone());
        }
        let plan = Arc::new(Plan { items: vec![item.clone()], skipped: Vec::new() });
        // One payload is not tried again behind the user's back: a throttle is told.
        let pace = Pace { patient: false, stop_after: None, ..Pace::default() };
        let ticket = self.start_run(Order { plan, pace }, false, effects);
        match sheet.kind {
            Kind::Event => return None,
            // What it came to is seen where it was sent.
            Kind::RequestResponse => (sheet.stage, sheet.scroll) = (Stage::Ran(Ran { ticket, came_to: None }), 0),
            Kind::DryRun => sheet.stage = Stage::Look,
        }
        Some(Overlay::Replay(sheet))
    }

    /// A synchronous replay has ended: its sheet shows what it returned, if that is still open.
    pub(super) fn ran(&mut self, ticket: Ticket, reply: &Reply, verdict: &Verdict) {
        self.notify(format!("ran at once: {}", verdict.words()));
        if let Some(Overlay::Replay(sheet)) = &mut self.overlay
            && let Stage::Ran(ran) = &mut sheet.stage
            && ticket == ran.ticket
        {
            ran.came_to = Some((reply.returned.clone().unwrap_or_default(), verdict.words()));
        }
    }

    /// A synchronous replay was not sent: its sheet, if that is still open, can send it again.
    pub(super) fn not_run(&mut self, ticket: Ticket) {
        if let Some(Overlay::Replay(sheet)) = &mut self.overlay
            && matches!(&sheet.stage, Stage::Ran(ran) if ran.ticket == ticket)
        {
            sheet.stage = Stage::Look;
        }
    }

    /// The event-invoke config of where an item goes, when that was looked at.
    pub(super) fn config_of(&self, item: &Item) -> Option<EventConfig> {
        self.replays.configs.get(&item.call.target).cloned()
    }

    /// The chosen arrivals of the board: those that are marked, else the failures that the filter leaves.
    pub(super) fn chosen(&self) -> (Vec<crate::record::Arrival>, bool) {
        let marked: Vec<_> = self.board.marked().filter_map(|(_, entry)| entry.arrival().cloned()).collect();
        if !marked.is_empty() {
            return (marked, true);
        }
        let view = self.board.view(crate::board::Pane::Failures);
        let rows = (0..view.len()).filter_map(|row| view.get(row)).filter_map(|seq| self.board.get(seq));
        (rows.filter_map(Entry::arrival).cloned().collect(), false)
    }
}

/// What takes replay away although reading alone would allow it.
pub(super) const SENDER_READ_ONLY: &str = "nothing was sent: the settings make its profile read-only";
pub(super) const JQ_AT_WORK: &str = "jq is still at work; nothing was sent, and Esc ends it";

fn scroll(sheet: &mut Sheet, action: Action) {
    match action {
        Action::Up => sheet.scroll = sheet.scroll.saturating_sub(1),
        Action::Down => sheet.scroll += 1,
        Action::PageUp => sheet.scroll = sheet.scroll.saturating_sub(PAGE),
        Action::PageDown => sheet.scroll += PAGE,
        _ => {}
    }
}

/// Whether a text is the name of the function that an item goes to.
fn named(text: &str, item: Option<&Item>) -> bool {
    item.is_some_and(|item| FunctionArn::parse(&item.call.target).name() == text.trim())
}
