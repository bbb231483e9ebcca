//! The only place where the model changes.

mod browse;
mod command;
mod differences;
mod export;
mod groups;
mod jobs;
mod metering;
mod mouse;
mod overlay;
mod pair;
mod reasons;
mod record;
mod replay;
mod timeline;
mod wiring;

use std::sync::Arc;

use crossterm::event::{Event, KeyCode, KeyEvent, KeyEventKind};

use crate::board::{Entry, Pane, Query, Seq, State};
use crate::log::{Follow, plural};
use crate::record::Kept;
use crate::source::{Batch, SourceUpdate};

use super::action::Action;
use super::keymap::Context;
use super::message::{Effect, Message};
use super::model::{DifferenceList, Geometry, Health, List, Model, Overlay, index};

/// Failures that are gathered into groups between two looks at the clock.
const GROUPED: usize = 512;
/// Records that are compared before the keyboard is heard again.
const COMPARED: usize = 256;

impl Model {
    /// Takes in what happened at `now` (milliseconds since the Unix epoch) and says what is to be done about it.
    pub fn update(&mut self, message: Message, now: i64) -> Vec<Effect> {
        self.now = now;
        self.board.set_now(now);
        let mut effects = Vec::new();
        match message {
            Message::Terminal(event) => self.terminal(event, &mut effects),
            Message::Background { is_light } => self.suit(is_light, &mut effects),
            Message::Source(update) => self.source_update(update, &mut effects),
            Message::Place(place) => self.placed(place, &mut effects),
            Message::Coloured { generation, colours } => self.detail.colour(generation, colours),
            Message::Job { ticket, news } => self.job(ticket, news, &mut effects),
            Message::Edited(wrong) => wrong.into_iter().for_each(|words| self.notify(words)),
            Message::Told(word) => self.notify(word),
            Message::PayloadEdited(edited) => self.edited_outside(edited),
            Message::Tick => {
                self.notice = self.notice.take().filter(|notice| now < notice.until);
                self.replay_tick(&mut effects);
            }
        }
        self.refresh(&mut effects);
        self.meter(&mut effects);
        self.wonder(&mut effects);
        effects
    }

    /// Begins: the journal of replays is asked what was sent before. The endpoint's clock goes `time_scale` times as
    /// fast as the service's.
    pub fn begin(&mut self, now: i64, time_scale: f64) -> Vec<Effect> {
        self.now = now;
        self.replays.time_scale = time_scale;
        let mut effects = Vec::new();
        self.ask_journal(&mut effects);
        effects
    }

    /// Lets the filter look at some more entries; `true` while there are more to look at.
    pub fn advance(&mut self, budget: usize, effects: &mut Vec<Effect>) -> bool {
        let mut more = self.board.advance(budget);
        if let Some(Overlay::Groups(list)) = &mut self.overlay {
            more |= list.advance(&self.board, GROUPED);
        }
        if let Some(Overlay::Differences(list)) = &mut self.overlay {
            if list.is_waiting() && !more {
                **list = DifferenceList::new(self.board.failures_in_sight(), false, Arc::clone(&self.masks));
            }
            more |= list.advance(&self.board, COMPARED);
        }
        more |= self.pack(effects);
        self.refresh(effects);
        more
    }

    /// Learns what was drawn where.
    pub fn drawn(&mut self, geometry: Geometry) {
        self.detail.resize(usize::from(geometry.detail.width), usize::from(geometry.detail.height));
        if let Some(Overlay::Pair(pair)) = &mut self.overlay {
            pair.resize(usize::from(geometry.help.width), usize::from(geometry.help.height));
        }
        if geometry.screen != self.geometry.screen {
            self.lists.iter_mut().for_each(List::fill);
        }
        self.geometry = geometry;
    }

    fn terminal(&mut self, event: Event, effects: &mut Vec<Effect>) {
        match event {
            Event::Key(key) if key.kind != KeyEventKind::Release => self.key(key, effects),
            Event::Mouse(mouse) => self.mouse(mouse, effects),
            Event::Paste(text) => self.paste(&text),
            Event::FocusLost => self.away = Some([0; 2]),
            Event::FocusGained => self.welcome_back(),
            _ => {}
        }
    }

    fn key(&mut self, key: KeyEvent, effects: &mut Vec<Effect>) {
        self.notice = None;
        let context = self.context();
        self.greeting = self.greeting.take().filter(|_| context != Context::Browse);
        let action = self.contexts().into_iter().find_map(|context| self.keymap.action(context, key));
        if context == Context::Browse
            && let KeyCode::Char(c) = key.code
            && let Some(digit) = c.to_digit(10)
            && self.counts(digit, action.is_some())
        {
            return;
        }
        match (action, context) {
            (Some(Action::Suspend), _) => effects.push(Effect::Suspend),
            (Some(action), Context::Browse) => self.browse(action, effects),
            (action, Context::Copy) => self.copy_choice(action, effects),
            (action, Context::PairCopy) => self.copy_of_pair(action, effects),
            (Some(action), _) => self.overlay_action(action, effects),
            (None, _) => self.type_text(key, effects),
        }
        self.count = None;
    }

    fn source_update(&mut self, update: SourceUpdate, effects: &mut Vec<Effect>) {
        let masked = self.source.ledger.masked;
        update.enter(&mut self.source.ledger);
        if masked == 0 && self.source.ledger.masked > 0 && self.source.place.region.is_some() {
            self.notify("values are masked: --unmask shows them to whoever has logs:Unmask");
        }
        match update {
            SourceUpdate::Found(batch) => self.take(batch, effects),
            SourceUpdate::Status(status) => self.source.heard(status, self.now),
            SourceUpdate::Gap(gap) => {
                self.board.append(gap.into());
            }
            SourceUpdate::Follow(Follow::Refused(why)) => self.notify(format!("polling: {why}")),
            SourceUpdate::Follow(Follow::Live) if self.source.ledger.traffic.sessions <= 1 => {
                self.notify(format!("live tail: {}", Follow::PRICE));
            }
            SourceUpdate::Filled(_) | SourceUpdate::Follow(_) | SourceUpdate::Traffic(_) => {}
            SourceUpdate::Ended(Ok(())) => self.source.health = Health::Ended,
            SourceUpdate::Ended(Err(error)) => {
                self.source.failure = Some((error.exit_code(), error.to_string()));
                self.source.health = Health::Failed(error.to_string());
            }
        }
    }

    fn take(&mut self, batch: Batch, effects: &mut Vec<Effect>) {
        let mut rows = [0; 2];
        // As the window counts them: what comes while a log is followed, and is older than what came before. What is
        // read back meanwhile is older, and in time.
        let follows = matches!(self.source.health, Health::Following { .. } | Health::Retrying { .. })
            && self.source.reach.is_none();
        for found in batch.found {
            let late = follows && self.board.newest().is_some_and(|newest| found.time() < newest);
            let entry = Entry::from(found);
            self.metering.note(&entry, self.now);
            let kept = entry.arrival().and_then(|arrival| arrival.kept.clone());
            let seq = self.board.append(entry);
            if let Some(kept) = kept {
                self.take_back(seq, *kept);
            }
            if late {
                self.board.set_state(seq, State { late, ..self.board.state(seq) });
            }
            self.may_answer(seq, effects);
            let pane = self.board.get(seq).map(Entry::pane).filter(|_| self.board.position(seq).is_some());
            if let Some(pane) = pane {
                rows[index(pane)] += 1;
            }
        }
        for pane in Pane::ALL {
            self.lists[index(pane)].arrived(rows[index(pane)]);
            if let Some(unseen) = &mut self.away {
                unseen[index(pane)] += rows[index(pane)];
            }
        }
    }

    /// Tells what came while the reader looked elsewhere.
    fn welcome_back(&mut self) {
        let [failures, successes] = self.away.take().unwrap_or_default();
        if failures + successes > 0 {
            let ess = if successes == 1 { "" } else { "es" };
            self.notify(format!(
                "while you looked elsewhere: {failures} failure{}, {successes} success{ess}",
                plural(failures)
            ));
        }
    }

    /// Marks and notes of a session that was saved.
    fn take_back(&mut self, seq: Seq, kept: Kept) {
        if kept.marked {
            self.board.mark(seq, true);
        }
        if let Some(note) = kept.note {
            self.notes.insert(seq, note);
        }
    }

    fn set_query(&mut self, query: Query) {
        if query != *self.board.query() {
            self.board.set_query(query);
            self.lists.iter_mut().for_each(List::fill);
            self.lists.iter_mut().for_each(List::forget_unseen);
        }
    }

    fn paste(&mut self, text: &str) {
        self.paste_in_picker(text);
        self.paste_search(text);
        match &mut self.overlay {
            Some(Overlay::Command(command)) => command.paste(text),
            Some(Overlay::Help(help)) if help.typing => help.paste(text),
            _ => {}
        }
        self.paste_in_sheet(text);
        self.paste_in_bulk(text);
        if let Some(Overlay::Filter(line)) = &mut self.overlay
            && let Some(query) = line.paste(text)
        {
            self.set_query(query);
        }
    }

    /// Brings selections and the detail in line with the views.
    fn refresh(&mut self, effects: &mut Vec<Effect>) {
        for pane in Pane::ALL {
            let (list, board, _) = self.moving(pane);
            list.settle(board);
        }
        let open = self.lists[index(self.shown)].selected();
        let entry = open.and_then(|seq| self.board.get(seq).map(|entry| (seq, entry)));
        let zone = self.clock_zone();
        if let Some((generation, document)) = self.detail.show(entry, &zone, &self.masks) {
            effects.push(Effect::Colour { generation, document });
        }
    }
}
