//! Keys and news of the picker and of the wiring page.

use std::sync::Arc;

use crossterm::event::{KeyCode, KeyEvent, KeyModifiers};

use crate::app::action::Action;
use crate::app::jobs::{Answer, News, Request, Ticket};
use crate::app::message::Effect;
use crate::app::model::{Detail, List, Metering, Model, Overlay, Picker, Place, Reasons, SourceState, WiringPage};
use crate::board::{Entry, Pane};

impl Model {
    /// Opens the picker, and says what is to be done for it.
    pub fn open_picker(&mut self) -> Vec<Effect> {
        let mut effects = Vec::new();
        self.search(&mut effects);
        effects
    }

    pub(super) fn search(&mut self, effects: &mut Vec<Effect>) {
        let mut picker = Picker::default();
        picker.searching = Some(self.start(Request::Discover, effects));
        self.overlay = Some(Overlay::Picker(Box::new(picker)));
    }

    pub(super) fn in_picker(
        &mut self,
        mut picker: Box<Picker>,
        action: Action,
        effects: &mut Vec<Effect>,
    ) -> Option<Overlay> {
        let page = isize::try_from(self.geometry.menu.height.max(2) - 1).unwrap_or(1);
        match action {
            Action::Up => picker.step(-1),
            Action::Down => picker.step(1),
            Action::PageUp => picker.step(-page),
            Action::PageDown => picker.step(page),
            Action::Clear => picker.edit(String::clear),
            Action::Accept => return self.pick(picker, effects),
            Action::Wiring => {
                let Some(function) = picker.picked().and_then(|row| row.function.clone()) else {
                    self.notify("a log group has no wiring; pick a function");
                    return Some(Overlay::Picker(picker));
                };
                return Some(self.wiring_from(picker, function, effects));
            }
            Action::Back => {
                give_up(&picker, effects);
                // Without a source there is nothing behind the picker.
                if self.source.place.names.is_empty() {
                    effects.push(Effect::Quit);
                }
                return None;
            }
            _ => {}
        }
        self.peek(&mut picker, effects);
        Some(Overlay::Picker(picker))
    }

    /// Takes a key that is no action: it is typed.
    pub(super) fn type_in_picker(&mut self, key: KeyEvent, effects: &mut Vec<Effect>) {
        let Some(Overlay::Picker(mut picker)) = self.overlay.take() else { return };
        match key.code {
            KeyCode::Char(c) if !key.modifiers.intersects(KeyModifiers::CONTROL | KeyModifiers::ALT) => {
                picker.edit(|text| text.push(c));
            }
            KeyCode::Backspace => picker.edit(|text| {
                text.pop();
            }),
            _ => {}
        }
        self.peek(&mut picker, effects);
        self.overlay = Some(Overlay::Picker(picker));
    }

    pub(super) fn paste_in_picker(&mut self, pasted: &str) {
        if let Some(Overlay::Picker(picker)) = &mut self.overlay {
            picker.edit(|text| text.extend(pasted.chars().filter(|c| !c.is_control())));
        }
    }

    /// Has the group under the cursor looked at, unless that was done.
    fn peek(&mut self, picker: &mut Picker, effects: &mut Vec<Effect>) {
        let Some(group) = picker.wanted().map(str::to_owned) else { return };
        let busy = picker.peeking.as_ref().is_some_and(|(_, other)| *other == group);
        if busy || picker.preview().is_some() {
            return;
        }
        if let Some((ticket, _)) = picker.peeking.take() {
            effects.push(Effect::Cancel(ticket));
        }
        let ticket = self.start(Request::Preview(group.clone()), effects);
        picker.peeking = Some((ticket, group));
    }

    fn pick(&mut self, picker: Box<Picker>, effects: &mut Vec<Effect>) -> Option<Overlay> {
        let Some(row) = picker.picked() else { return Some(Overlay::Picker(picker)) };
        if row.groups.is_empty() {
            let function = row.function.clone().unwrap_or_default();
            self.notify(format!("no log has the outcomes of {}: this is why", row.name));
            return Some(self.wiring_from(picker, function, effects));
        }
        let groups: Vec<Arc<str>> = row.groups.iter().map(|group| Arc::from(group.as_str())).collect();
        give_up(&picker, effects);
        self.tail(groups, effects);
        None
    }

    /// Turns to other log groups: what was read so far is given up.
    fn tail(&mut self, groups: Vec<Arc<str>>, effects: &mut Vec<Effect>) {
        self.keep_layout();
        let mut place = self.source.place.clone();
        place.names = groups.iter().map(ToString::to_string).collect();
        place.function = None;
        self.source = SourceState::at(place);
        self.board.empty();
        self.lists = Pane::ALL.map(List::new);
        let (tabs, wraps) = (self.detail.tabs(), self.detail.wraps());
        self.detail = Detail::default();
        self.detail.open_on(tabs);
        self.detail.set_wrap(wraps);
        self.recall_layout();
        (self.metering, self.reasons) = (Metering::default(), Reasons::default());
        (self.zoomed, self.opened) = (false, false);
        effects.push(Effect::Tail(groups));
    }

    /// The wiring of the function that the open record tells of.
    pub(super) fn wiring_of_record(&mut self, effects: &mut Vec<Effect>) {
        let function = self.open_entry().and_then(|(_, entry)| match entry {
            Entry::Arrival(arrival) => arrival.record.function().map(|arn| arn.name().to_owned()),
            _ => None,
        });
        let asked_for = || self.source.place.function.clone();
        let known = function.or_else(asked_for).or_else(|| self.metering.seen.functions().next().map(str::to_owned));
        match known {
            Some(function) => self.overlay = Some(Overlay::Wiring(Box::new(self.wiring_page(function, effects)))),
            None => self.search(effects),
        }
    }

    fn wiring_page(&mut self, function: String, effects: &mut Vec<Effect>) -> WiringPage {
        let looking = self.start(Request::Examine(function.clone()), effects);
        WiringPage::waiting(function, looking)
    }

    /// The wiring of a function of the picker, which goes on listing behind the page and comes back as it was left.
    fn wiring_from(&mut self, picker: Box<Picker>, function: String, effects: &mut Vec<Effect>) -> Overlay {
        let page = self.wiring_page(function, effects);
        Overlay::Wiring(Box::new(WiringPage { behind: Some(picker), ..page }))
    }

    pub(super) fn in_wiring(
        &mut self,
        mut page: Box<WiringPage>,
        action: Action,
        effects: &mut Vec<Effect>,
    ) -> Option<Overlay> {
        let height = usize::from(self.geometry.help.height);
        let last = self.geometry.help_lines.saturating_sub(height);
        let rows: isize = match action {
            Action::Up => -1,
            Action::Down => 1,
            Action::PageUp => -height.cast_signed(),
            Action::PageDown => height.cast_signed(),
            Action::Copy => {
                let commands = page.commands();
                self.notify(format!("copied {} commands", commands.lines().count()));
                effects.push(Effect::Copy(commands));
                0
            }
            Action::Back => {
                effects.extend(page.looking.map(Effect::Cancel));
                let mut picker = page.behind?;
                self.peek(&mut picker, effects);
                return Some(Overlay::Picker(picker));
            }
            _ => 0,
        };
        page.top = page.top.saturating_add_signed(rows).min(last);
        Some(Overlay::Wiring(page))
    }

    /// What a job told the picker or the wiring page.
    pub(super) fn wiring_news(&mut self, ticket: Ticket, news: News, effects: &mut Vec<Effect>) {
        match self.overlay.take() {
            Some(Overlay::Picker(mut picker)) => {
                self.in_picker_heard(&mut picker, ticket, news);
                self.peek(&mut picker, effects);
                self.overlay = Some(Overlay::Picker(picker));
            }
            Some(Overlay::Wiring(mut page)) => {
                match news {
                    News::Done(done) if page.looking == Some(ticket) => page.hear(done),
                    news => {
                        if let Some(picker) = &mut page.behind {
                            self.in_picker_heard(picker, ticket, news);
                        }
                    }
                }
                self.overlay = Some(Overlay::Wiring(page));
            }
            other => self.overlay = other,
        }
    }

    fn in_picker_heard(&mut self, picker: &mut Picker, ticket: Ticket, news: News) {
        match news {
            News::Progress(Answer::At(place)) if picker.searching == Some(ticket) => self.looking_at(place),
            news => heard(picker, ticket, news),
        }
    }

    /// Before anything is read, the header tells where it would be read.
    fn looking_at(&mut self, place: Place) {
        if self.source.place.names.is_empty() {
            self.source.place = place;
        }
    }
}

/// Ends what is done for the picker.
fn give_up(picker: &Picker, effects: &mut Vec<Effect>) {
    let jobs = picker.searching.into_iter().chain(picker.peeking.as_ref().map(|(ticket, _)| *ticket));
    effects.extend(jobs.map(Effect::Cancel));
}

fn heard(picker: &mut Picker, ticket: Ticket, news: News) {
    if picker.searching == Some(ticket) {
        if matches!(news, News::Done(_)) {
            picker.searching = None;
        }
        match news {
            News::Progress(answer) | News::Done(Ok(answer)) => found(picker, answer),
            News::Done(Err(error)) => picker.trouble.push(error.to_string()),
        }
    } else if picker.peeking.as_ref().is_some_and(|(peeking, _)| *peeking == ticket) {
        picker.peeking = None;
        if let News::Done(Ok(Answer::Preview(preview))) = news {
            picker.add_preview(preview);
        }
    }
}

fn found(picker: &mut Picker, answer: Answer) {
    match answer {
        Answer::Groups(groups) => picker.add_groups(groups),
        Answer::NotListed(why) => picker.trouble.push(why),
        Answer::Surveyed { done, total } => picker.surveyed = Some((done, total)),
        Answer::Senders(senders) => picker.set_senders(&senders),
        _ => {}
    }
}
