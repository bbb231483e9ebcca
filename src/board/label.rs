//! What many entries share: condition, function and version, kept once and counted.

use std::collections::HashMap;

use super::entry::Entry;
use crate::record::{Arrival, Condition, FunctionArn};

/// Place of a label; [`NO_LABEL`] for what is no arrival.
pub(super) type LabelId = u32;

/// The place that unreadable lines and gaps have.
pub(super) const NO_LABEL: LabelId = LabelId::MAX;

/// The parts of an arrival that take few values over a million of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) struct Label {
    pub(super) condition: Condition,
    pub(super) function: Option<FunctionArn>,
    /// Version that ran.
    pub(super) version: Option<Box<str>>,
}

impl Label {
    fn of(arrival: &Arrival) -> Self {
        let record = &arrival.record;
        Self {
            condition: record.condition().clone(),
            function: record.function().cloned(),
            version: record.executed_version().map(Box::from),
        }
    }

    fn is_of(&self, arrival: &Arrival) -> bool {
        let record = &arrival.record;
        self.version.as_deref() == record.executed_version()
            && self.function.as_ref() == record.function()
            && self.condition == *record.condition()
    }
}

/// Every label in use, and how many entries have it.
#[derive(Debug, Default)]
pub(super) struct Labels {
    list: Vec<Option<(Label, usize)>>,
    ids: HashMap<Label, LabelId>,
    free: Vec<LabelId>,
    last: LabelId,
    /// Counts up whenever a place gets a new label.
    changes: u64,
}

impl Labels {
    /// Counts an entry, and gives the place of its label.
    pub(super) fn take(&mut self, entry: &Entry) -> LabelId {
        let Some(arrival) = entry.arrival() else { return NO_LABEL };
        let id = self.find(arrival);
        if let Some(Some((_, count))) = self.list.get_mut(id as usize) {
            *count += 1;
        }
        id
    }

    /// Takes one entry off a label; true when that was the last, and its place may get another label.
    pub(super) fn release(&mut self, id: LabelId) -> bool {
        let Some(place) = self.list.get_mut(id as usize) else { return false };
        let Some((_, count)) = place else { return false };
        *count -= 1;
        if *count > 0 {
            return false;
        }
        if let Some((label, _)) = place.take() {
            self.ids.remove(&label);
            self.free.push(id);
        }
        true
    }

    pub(super) fn get(&self, id: LabelId) -> Option<&Label> {
        self.list.get(id as usize)?.as_ref().map(|(label, _)| label)
    }

    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    /// One more than the highest place.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Every label with the number of entries that have it.
    pub(super) fn iter(&self) -> impl Iterator<Item = (&Label, usize)> {
        self.list.iter().flatten().map(|(label, count)| (label, *count))
    }

    /// Neighbours are mostly alike.
    fn find(&mut self, arrival: &Arrival) -> LabelId {
        if self.get(self.last).is_some_and(|label| label.is_of(arrival)) {
            return self.last;
        }
        let label = Label::of(arrival);
        self.last = match self.ids.get(&label) {
            Some(&id) => id,
            None => self.add(label),
        };
        self.last
    }

    fn add(&mut self, label: Label) -> LabelId {
        self.changes += 1;
        let id = self.free.pop().unwrap_or(self.list.len() as LabelId);
        if id as usize == self.list.len() {
            self.list.push(None);
        }
        self.ids.insert(label.clone(), id);
        self.list[id as usize] = Some((label, 0));
        id
    }
}
