//! Keys with two records side by side.

use std::sync::Arc;

use ratatui::layout::Position;

use crate::app::action::Action;
use crate::app::jobs::{Answer, CompareWanted, News, Request};
use crate::app::keymap::Context;
use crate::app::message::Effect;
use crate::app::model::{Model, Overlay, Pair, PairTaken, Ticket};
use crate::board::{Seq, Side};
use crate::record::Arrival;

impl Model {
    /// Sets the two marked records side by side, the older one left.
    pub(super) fn open_pair(&mut self, effects: &mut Vec<Effect>) {
        let records = self.marked_records().map(|(seq, arrival)| (seq, arrival.clone()));
        let mut marked: Vec<(Seq, Arrival)> = records.take(3).collect();
        marked.sort_by_key(|(seq, arrival)| (arrival.time(), *seq));
        let Ok([left, right]) = <[_; 2]>::try_from(marked) else {
            let words = self.not_two();
            return self.notify(words);
        };
        let records = Arc::new([left.1, right.1]);
        let wanted = CompareWanted { records, masks: Arc::clone(&self.masks) };
        let ticket = self.start(Request::Compare(wanted), effects);
        let mut pair = Pair::new([left.0, right.0], ticket);
        pair.resize(usize::from(self.geometry.screen.width).saturating_sub(2), usize::MAX);
        self.overlay = Some(Overlay::Pair(Box::new(pair)));
    }

    /// Why there is nothing to compare.
    fn not_two(&self) -> String {
        let key = |action| self.keymap.hint(Context::Browse, action).unwrap_or_default();
        let (mark, compare) = (key(Action::Mark), key(Action::Compare));
        match self.marked_records().count() {
            0 => format!("no record is marked: {mark} marks one, {compare} compares two"),
            1 => format!("one record is marked: {compare} compares two, {mark} marks another one"),
            more => format!("{more} records are marked: {compare} compares two, {mark} takes a mark away"),
        }
    }

    pub(super) fn in_pair(
        &mut self,
        mut pair: Box<Pair>,
        action: Action,
        effects: &mut Vec<Effect>,
    ) -> Option<Overlay> {
        let page = usize::from(self.geometry.help.height).saturating_sub(1).max(1).cast_signed();
        if let Some(lines) = action.rows(page) {
            pair.step(lines);
        }
        match action {
            Action::NextMatch => pair.next_change(1),
            Action::PreviousMatch => pair.next_change(-1),
            Action::ToggleFold => pair.toggle(),
            Action::Fold => pair.fold(),
            Action::Unfold => pair.unfold(),
            Action::ExpandAll => pair.fold_all(false),
            Action::FoldAll => pair.fold_all(true),
            Action::CopyMenu => pair.copying = true,
            Action::Back => {
                effects.extend(pair.comparing().map(Effect::Cancel));
                return None;
            }
            _ => {}
        }
        Some(Overlay::Pair(pair))
    }

    /// Copies what was chosen of two records; any other key leaves the choice.
    pub(super) fn copy_of_pair(&mut self, action: Option<Action>, effects: &mut Vec<Effect>) {
        let Some(Overlay::Pair(pair)) = &mut self.overlay else { return };
        pair.copying = false;
        let (taken, what) = match action {
            Some(Action::CopyValue) => (PairTaken::Value(Side::Left), "the left value"),
            Some(Action::CopyOther) => (PairTaken::Value(Side::Right), "the right value"),
            Some(Action::CopyKey) => (PairTaken::Key, "the key"),
            Some(Action::CopyPath) => (PairTaken::Path, "the path"),
            Some(Action::CopyBoth) => (PairTaken::Both, "the place with both values"),
            Some(Action::CopyAll) => (PairTaken::All, "everything that differs"),
            _ => return,
        };
        match pair.take(taken) {
            Some(text) => {
                self.notify(format!("copied {what}, {} bytes", text.len()));
                effects.push(Effect::Copy(text));
            }
            None => self.notify(format!("nothing to copy: {what} is not there")),
        }
    }

    pub(super) fn is_comparing(&self, ticket: Ticket) -> bool {
        matches!(&self.overlay, Some(Overlay::Pair(pair)) if pair.comparing() == Some(ticket))
    }

    /// Learns how two records compare.
    pub(super) fn compared(&mut self, news: News) {
        let (News::Done(done), Some(Overlay::Pair(pair))) = (news, &mut self.overlay) else { return };
        match done {
            Ok(Answer::Compared(comparison)) => pair.learn(Ok(*comparison)),
            Ok(_) => {}
            Err(error) => pair.learn(Err(error.to_string())),
        }
    }

    /// A click on the place that the cursor is on folds or unfolds it.
    pub(super) fn click_pair(&mut self, place: Position) {
        let area = self.geometry.help;
        if let Some(Overlay::Pair(pair)) = &mut self.overlay
            && area.contains(place)
            && !pair.point(usize::from(place.y - area.y))
        {
            pair.toggle();
        }
    }

    /// Whether exactly two records are marked, which can be set side by side.
    #[must_use]
    pub fn has_pair(&self) -> bool {
        self.marked_records().take(3).count() == 2
    }

    fn marked_records(&self) -> impl Iterator<Item = (Seq, &Arrival)> {
        self.board.marked().filter_map(|(seq, entry)| Some((seq, entry.arrival()?)))
    }
}
