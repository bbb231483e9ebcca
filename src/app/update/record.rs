//! Keys in the open record: the tree of a payload, what is copied of it, and the search in it.

use crossterm::event::KeyEvent;
use ratatui::layout::Position;

use crate::app::action::Action;
use crate::app::document::FrameId;
use crate::app::jobs::{Answer, AttemptsWanted, News, Request, SourceWanted};
use crate::app::message::Effect;
use crate::app::model::{Focus, Looking, Model, Overlay, Tab, Taken, TextLine};
use crate::board::{Entry, Seq};

impl Model {
    pub(super) fn in_tree(&mut self, action: Action) {
        let Some(tree) = self.detail.tree_mut() else { return };
        match action {
            Action::Fold => tree.fold(),
            Action::Unfold => tree.descend(),
            Action::FoldAll => tree.fold_all(),
            Action::ExpandAll => tree.expand_all(),
            _ => {}
        }
    }

    /// Goes to the next place (`1`) where the text is that was looked for, or the one before (`-1`).
    pub(super) fn next_match(&mut self, direction: isize) {
        match self.detail.matches() {
            Some(_) => self.detail.next_match(direction),
            None => self.notify("nothing is looked for yet"),
        }
    }

    pub(super) fn open_search(&mut self) {
        if self.detail.seq().is_some() {
            self.overlay = Some(Overlay::Search(Box::default()));
        }
    }

    pub(super) fn in_search(&mut self, line: Box<TextLine>, action: Action) -> Option<Overlay> {
        match action {
            Action::Accept => {
                if self.detail.matches().is_some_and(|(_, found)| found == 0) {
                    let what = if self.detail.tree().is_some() { "payload" } else { "text" };
                    self.notify(format!("{} is not in this {what}", line.text()));
                }
                None
            }
            Action::Back => {
                self.look_for("");
                None
            }
            _ => Some(Overlay::Search(line)),
        }
    }

    pub(super) fn edit_search(&mut self, key: KeyEvent) {
        let Some(Overlay::Search(line)) = &mut self.overlay else { return };
        if line.key(key) {
            let text = line.text().to_owned();
            self.look_for(&text);
        }
    }

    pub(super) fn paste_search(&mut self, text: &str) {
        let Some(Overlay::Search(line)) = &mut self.overlay else { return };
        line.paste(text);
        let text = line.text().to_owned();
        self.look_for(&text);
    }

    fn look_for(&mut self, text: &str) {
        self.detail.search(text);
    }

    /// Goes to the detail; a click on the place in a tree that the cursor is on folds or unfolds it.
    pub(super) fn click_detail(&mut self, place: Position, effects: &mut Vec<Effect>) {
        let text = self.geometry.detail;
        let had_focus = self.focus == Focus::Detail;
        self.focus_on(Focus::Detail);
        if text.contains(place) && !self.detail.point(usize::from(place.y - text.y)) && had_focus {
            self.toggle_fold(effects);
        }
    }

    /// Folds or unfolds what the cursor is on: in a payload, or in a trace.
    pub(super) fn toggle_fold(&mut self, effects: &mut Vec<Effect>) {
        if let Some(tree) = self.detail.tree_mut() {
            return tree.toggle();
        }
        if self.detail.toggle_attempt() {
            return self.ask_for_attempts(effects);
        }
        if let Some(id) = self.detail.toggle_in_trace() {
            self.look_up(id, false, effects);
        }
        self.recolour(effects);
    }

    /// Has the function's log asked for the attempts that are shown.
    pub(super) fn ask_for_attempts(&mut self, effects: &mut Vec<Effect>) {
        let Some((seq, Entry::Arrival(arrival))) = self.open_entry() else { return };
        let record = &arrival.record;
        let (Some(function), Some(request_id)) = (record.function(), record.request_id()) else { return };
        let wanted = AttemptsWanted {
            function: function.as_str().to_owned(),
            request_id: request_id.to_owned(),
            count: record.invoke_count(),
            made: record.timestamp().unwrap_or_else(|| arrival.time()),
            origin: (&arrival.origin).into(),
        };
        let ticket = self.start(Request::Attempts(Box::new(wanted)), effects);
        self.asking.push((ticket, seq));
        self.detail.attempts_asked();
    }

    /// Learns of the attempts of an invocation.
    pub(super) fn asked(&mut self, seq: Seq, news: News) {
        let News::Done(done) = news else { return };
        match done {
            Ok(Answer::Attempts(found)) => self.detail.answer_attempts(seq, Ok(found)),
            Ok(_) => {}
            Err(error) => self.detail.answer_attempts(seq, Err(error.to_string())),
        }
    }

    fn recolour(&mut self, effects: &mut Vec<Effect>) {
        if let Some((generation, document)) = self.detail.colouring() {
            effects.push(Effect::Colour { generation, document });
        }
    }

    /// Opens the editor at the frame under the cursor.
    pub(super) fn edit_frame(&mut self, effects: &mut Vec<Effect>) {
        let Some(trace) = self.detail.trace() else { return };
        let Some((id, frame)) = trace.frame() else {
            return self.notify("no frame is under the cursor");
        };
        match trace.found(id) {
            Some(path) => effects.push(Effect::Edit { path: path.clone(), line: frame.line.unwrap_or(1) }),
            None => self.look_up(id, true, effects),
        }
    }

    /// Has the file of a frame looked for.
    fn look_up(&mut self, frame: FrameId, edit: bool, effects: &mut Vec<Effect>) {
        let wanted = self.detail.trace().and_then(|trace| {
            let told = trace.told();
            let (function, maps) = (told.function.clone(), self.config.sources.clone());
            Some(SourceWanted { function, frame: told.frame(frame)?.clone(), maps })
        });
        if let (Some(wanted), Some(seq)) = (wanted, self.detail.seq()) {
            let ticket = self.start(Request::Source(Box::new(wanted)), effects);
            self.looking.push(Looking { ticket, seq, frame, edit });
        }
    }

    /// Learns which file a frame means.
    pub(super) fn looked(&mut self, looking: Looking, news: News, effects: &mut Vec<Effect>) {
        let News::Done(done) = news else { return };
        let found = match done {
            Ok(Answer::Source(excerpt)) => Ok(excerpt),
            Ok(_) => return,
            Err(error) => Err(error.to_string()),
        };
        if !looking.edit {
            self.detail.answer_trace(looking.seq, looking.frame, found);
            return self.recolour(effects);
        }
        match found {
            Ok(excerpt) => {
                effects.push(Effect::Edit { path: excerpt.path, line: excerpt.line });
            }
            Err(why) => self.notify(why),
        }
    }

    /// Copies what was chosen; any other key leaves the choice.
    pub(super) fn copy_choice(&mut self, action: Option<Action>, effects: &mut Vec<Effect>) {
        self.overlay = None;
        let taken = match action {
            Some(Action::CopyValue) => Taken::Value,
            Some(Action::CopyKey) => Taken::Key,
            Some(Action::CopyPath) => Taken::Path,
            Some(Action::CopySubtree) => Taken::Subtree,
            Some(Action::CopyPayload) => return self.copy(Action::Copy, effects),
            Some(Action::CopyRecord) => return self.copy(Action::CopyRecord, effects),
            _ => return,
        };
        let entry = self.open_entry().map(|(_, entry)| entry);
        let root = if self.detail.tab(entry) == Tab::Request { "request" } else { "response" };
        match self.detail.tree().and_then(|tree| tree.take(taken, root)) {
            Some(text) => {
                self.notify(copied(taken, &text));
                effects.push(Effect::Copy(text));
            }
            None => self.notify("nothing to copy: the outermost value has no key"),
        }
    }
}

/// Says what was copied; a path is short, and worth being read.
fn copied(taken: Taken, text: &str) -> String {
    match taken {
        Taken::Path => format!("copied {text}"),
        Taken::Key => format!("copied the key {text}"),
        Taken::Value => format!("copied the value, {} bytes", text.len()),
        Taken::Subtree => format!("copied its JSON, {} bytes", text.len()),
    }
}
