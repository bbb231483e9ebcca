//! Keys on the board itself.

use std::sync::Arc;

use crate::app::action::Action;
use crate::app::keymap::Context;
use crate::app::message::Effect;
use crate::app::model::{
    CommandLine, ConditionMenu, FilterLine, Focus, Model, Overlay, Split, Tab, ThemeMenu, index, masked,
};
use crate::board::{Entry, Pane, Query};
use crate::record::Arrival;

impl Model {
    pub(super) fn browse(&mut self, action: Action, effects: &mut Vec<Effect>) {
        match action {
            Action::Quit => self.quit(effects),
            Action::Replay => self.open_sheet(effects),
            Action::Replays => self.open_bulk(effects),
            Action::Suspend => effects.push(Effect::Suspend),
            Action::Redraw => effects.push(Effect::Redraw),
            Action::Help => self.overlay = Some(Overlay::Help(Box::default())),
            Action::HaltReach => self.halt_reach(effects),
            Action::Ledger => self.overlay = Some(Overlay::Ledger(0)),
            Action::Command => self.overlay = Some(Overlay::Command(Box::new(CommandLine::new(&self.keymap)))),
            Action::Themes => self.overlay = Some(Overlay::Themes(ThemeMenu { before: self.theme })),
            Action::Filter => self.open_filter(),
            Action::Groups => self.open_groups(),
            Action::Differences => self.open_differences(),
            Action::Timeline => self.open_timeline(),
            Action::Compare => self.open_pair(effects),
            Action::Conditions => self.overlay = Some(Overlay::Conditions(ConditionMenu::new(&self.board))),
            Action::Pick => self.search(effects),
            Action::Wiring => self.wiring_of_record(effects),
            Action::Back => self.back(),
            Action::Time => {
                self.time = self.time.next();
                self.detail.tell_in(&self.clock_zone());
            }
            Action::Copy | Action::CopyRecord => self.copy(action, effects),
            Action::CopyMenu => self.overlay = Some(Overlay::Copy),
            Action::Search => self.open_search(),
            Action::ExportMenu => self.open_export(),
            Action::Note => self.open_note(),
            Action::Edit => self.edit_frame(effects),
            Action::ToggleFold => self.toggle_fold(effects),
            Action::Mouse => self.toggle_mouse(effects),
            Action::Narrower => self.resize(-50, 0),
            Action::Wider => self.resize(50, 0),
            Action::Taller => self.resize(0, -50),
            Action::Shorter => self.resize(0, 50),
            _ => self.look(action),
        }
    }

    /// Leaves, unless payloads are on their way: then only when asked again.
    fn quit(&mut self, effects: &mut Vec<Effect>) {
        if self.replays.is_sending() && !std::mem::replace(&mut self.replays.warned, true) {
            let key = |action| self.keymap.hint(Context::Browse, action).unwrap_or_default();
            let (quit, run) = (key(Action::Quit), key(Action::Replays));
            return self.notify(format!("still sending: {quit} again leaves it unfinished, {run} shows it"));
        }
        effects.push(Effect::Quit);
    }

    /// Stops reading back, or lets it go on.
    fn halt_reach(&mut self, effects: &mut Vec<Effect>) {
        let Some(reach) = &mut self.source.reach else {
            return self.notify("nothing is being read back");
        };
        reach.is_halted = !reach.is_halted;
        effects.push(Effect::HaltReach(reach.is_halted));
    }

    fn open_filter(&mut self) {
        let line = FilterLine::new(self.board.query(), Arc::clone(&self.names), Arc::clone(&self.masks));
        self.overlay = Some(Overlay::Filter(Box::new(line)));
    }

    /// What only changes where one looks.
    fn look(&mut self, action: Action) {
        match action {
            Action::Open => self.open(),
            Action::Zoom => {
                self.zoomed = !self.zoomed;
                self.opened = false;
            }
            Action::NextPane => self.cycle_focus(1),
            Action::PreviousPane => self.cycle_focus(-1),
            Action::FocusFailures => self.focus_on(Focus::List(Pane::Failures)),
            Action::FocusSuccesses => self.focus_on(Focus::List(Pane::Successes)),
            Action::FocusDetail => self.focus_on(Focus::Detail),
            Action::NextTab => self.step_tab(self.times()),
            Action::PreviousTab => self.step_tab(-self.times()),
            Action::Wrap => self.detail.toggle_wrap(),
            Action::Left => self.detail.scroll_sideways(-8 * self.times()),
            Action::Right => self.detail.scroll_sideways(8 * self.times()),
            Action::Freeze => self.freeze(),
            Action::Mark => self.mark(),
            _ => self.travel(action),
        }
    }

    /// Movement within what has the focus.
    fn travel(&mut self, action: Action) {
        let height = match self.focus {
            Focus::List(pane) => self.geometry.list_height(pane),
            Focus::Detail => self.detail.height(),
        };
        let page = height.saturating_sub(1).max(1).cast_signed();
        let times = self.times();
        match action {
            Action::Up => self.step(-times),
            Action::Down => self.step(times),
            Action::HalfPageUp => self.step(-times * (page + 1) / 2),
            Action::HalfPageDown => self.step(times * (page + 1) / 2),
            Action::PageUp => self.step(-times * page),
            Action::PageDown => self.step(times * page),
            Action::Top => self.step(isize::MIN / 2),
            Action::Bottom => self.bottom(),
            Action::ScrollUp => self.scroll(-times),
            Action::ScrollDown => self.scroll(times),
            Action::NextMatch => self.next_match(1),
            Action::PreviousMatch => self.next_match(-1),
            _ => self.in_tree(action),
        }
    }

    pub(super) fn step(&mut self, rows: isize) {
        match self.focus {
            Focus::Detail => self.detail.step(rows),
            Focus::List(pane) => {
                let (list, board, height) = self.moving(pane);
                list.step(board, rows, height);
            }
        }
    }

    /// Scrolls what has the focus; the cursor stays where it is as long as that is on screen.
    fn scroll(&mut self, rows: isize) {
        match self.focus {
            Focus::Detail => self.detail.scroll_by(rows),
            Focus::List(pane) => {
                let (list, board, height) = self.moving(pane);
                list.scroll(board, rows, height);
            }
        }
    }

    /// Marks the row, and goes on to the next older one: several in a row are marked by one key.
    fn mark(&mut self) {
        let Some(seq) = self.list(self.shown).selected() else { return };
        self.hold();
        self.board.mark(seq, !self.board.state(seq).marked);
        if let Focus::List(_) = self.focus {
            self.step(-1);
        }
    }

    fn bottom(&mut self) {
        match self.focus {
            Focus::Detail => self.detail.step(isize::MAX / 2),
            Focus::List(pane) => {
                let (list, board, _) = self.moving(pane);
                list.follow(board);
            }
        }
    }

    fn freeze(&mut self) {
        let (list, board, height) = self.moving(self.shown);
        if list.following() {
            list.hold(board, height);
        } else {
            list.follow(board);
        }
    }

    pub(super) fn focus_on(&mut self, focus: Focus) {
        self.focus = focus;
        match focus {
            Focus::List(pane) => self.shown = pane,
            Focus::Detail => self.hold(),
        }
    }

    fn cycle_focus(&mut self, steps: isize) {
        let order = [Focus::List(Pane::Failures), Focus::List(Pane::Successes), Focus::Detail];
        let here = order.iter().position(|focus| *focus == self.focus).unwrap_or(0).cast_signed();
        self.focus_on(order[(here + steps).rem_euclid(3).cast_unsigned()]);
    }

    fn open(&mut self) {
        if self.open_entry().is_some() {
            self.focus_on(Focus::Detail);
            self.opened = !self.zoomed;
            self.zoomed = true;
        }
    }

    fn back(&mut self) {
        if self.focus == Focus::Detail {
            self.zoomed &= !self.opened;
            self.opened = false;
            self.focus_on(Focus::List(self.shown));
        } else if self.zoomed {
            self.zoomed = false;
        } else if self.query().is_all() {
            self.board.clear_marks();
        } else {
            self.set_query(Query::all());
        }
    }

    fn step_tab(&mut self, steps: isize) {
        let tab = self.detail.tab(self.open_entry().map(|(_, entry)| entry));
        self.choose_tab(tab.step(steps));
    }

    pub(super) fn choose_tab(&mut self, tab: Tab) {
        self.hold();
        let open = self.lists[index(self.shown)].selected();
        if let Some(entry) = open.and_then(|seq| self.board.get(seq)) {
            self.detail.choose_tab(entry, tab);
        }
    }

    fn toggle_mouse(&mut self, effects: &mut Vec<Effect>) {
        self.mouse = !self.mouse;
        let words = if self.mouse { "the mouse drives the board" } else { "the mouse selects text in the terminal" };
        self.notify(words);
        effects.push(Effect::CaptureMouse(self.mouse));
    }

    /// Moves the border between the lists, and the one above the detail, by thousandths.
    fn resize(&mut self, failures: i16, lists: i16) {
        let split = self.split_mut();
        let moved = |at: u16, by: i16| at.saturating_add_signed(by).clamp(*Split::RANGE.start(), *Split::RANGE.end());
        split.failures = moved(split.failures, failures);
        split.lists = moved(split.lists, lists);
    }

    pub(super) fn copy(&mut self, action: Action, effects: &mut Vec<Effect>) {
        let Some((what, text)) = self.copied_text(action) else {
            let why = match self.open_entry() {
                None => "no record is selected".to_owned(),
                Some((_, entry)) => {
                    format!("the record has no {}", self.detail.tab(Some(entry)).title().to_lowercase())
                }
            };
            return self.notify(format!("nothing to copy: {why}"));
        };
        let hides = self.open_entry().is_some_and(|(_, entry)| masked(&self.masks, entry).is_some());
        let hidden = if hides { ", secrets masked" } else { "" };
        self.notify(format!("copied the {what}, {} bytes{hidden}", text.len()));
        effects.push(Effect::Copy(text));
    }

    fn copied_text(&self, action: Action) -> Option<(&'static str, String)> {
        let (_, entry) = self.open_entry()?;
        let masked = masked(&self.masks, entry);
        let entry = masked.as_ref().unwrap_or(entry);
        let arrival = match entry {
            Entry::Arrival(arrival) => arrival,
            Entry::Unreadable(unreadable) => return Some(("log event", unreadable.message.to_string())),
            Entry::Gap(gap) => return Some(("gap", gap.reason.clone())),
        };
        let record = &arrival.record;
        if action == Action::CopyRecord {
            return Some(("record", record.text().to_string()));
        }
        match self.detail.tab(Some(entry)) {
            Tab::Trace => {
                let shown = self.detail.text();
                Some(("trace", trace_text(arrival, shown).unwrap_or_else(|| shown.to_owned())))
            }
            Tab::Request => record.request_payload().map(|text| ("request payload", text.to_string())),
            Tab::Response => record.response_payload().map(|text| ("response payload", text.to_string())),
            Tab::Attempts => Some(("attempts", self.detail.text().to_owned())),
            Tab::Raw => Some(("log event", arrival.message.to_string())),
        }
    }
}

/// The error's own words, and its frames as they are shown; `None` when the record tells of no error.
fn trace_text(arrival: &Arrival, shown: &str) -> Option<String> {
    let error = arrival.record.error()?;
    let words = [error.error_type, error.message].into_iter().flatten().collect::<Vec<_>>().join(": ");
    if error.frames.is_empty() && error.cause.is_none() {
        return Some(words);
    }
    Some(if shown.starts_with(&words) { shown.to_owned() } else { format!("{words}\n{shown}") })
}
