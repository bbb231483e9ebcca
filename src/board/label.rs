//! What many entries share: condition, function and version, kept once and counted.

use std::collections::HashMap;
use std::sync::Arc;

use super::entry::Entry;
use crate::record::Label;

/// Place of a label; [`NO_LABEL`] for what is no arrival.
pub(super) type LabelId = u32;

/// The place that unreadable lines and gaps have.
pub(super) const NO_LABEL: LabelId = LabelId::MAX;

/// Every label in use, and how many entries have it.
#[derive(Debug, Default)]
pub(super) struct Labels {
    list: Vec<Option<(Arc<Label>, usize)>>,
    ids: HashMap<Arc<Label>, LabelId>,
    free: Vec<LabelId>,
    last: LabelId,
    /// Counts up whenever a place gets a new label.
    changes: u64,
}

impl Labels {
    /// Counts an entry, and gives the place of its label.
    pub(super) fn take(&mut self, entry: &Entry) -> LabelId {
        let Some(arrival) = entry.arrival() else { return NO_LABEL };
        let id = self.find(arrival.record.label());
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
            self.ids.remove(&*label);
            self.free.push(id);
        }
        true
    }

    pub(super) fn get(&self, id: LabelId) -> Option<&Label> {
        self.list.get(id as usize)?.as_ref().map(|(label, _)| &**label)
    }

    pub(super) fn changes(&self) -> u64 {
        self.changes
    }

    /// One more than the highest place.
    pub(super) fn len(&self) -> usize {
        self.list.len()
    }

    /// Every label with its place and the number of entries that have it.
    pub(super) fn iter(&self) -> impl Iterator<Item = (LabelId, &Label, usize)> {
        self.list.iter().enumerate().filter_map(|(id, place)| {
            let (label, count) = place.as_ref()?;
            Some((id as LabelId, &**label, *count))
        })
    }

    /// Neighbours are mostly alike.
    fn find(&mut self, label: &Arc<Label>) -> LabelId {
        let last = self.list.get(self.last as usize).and_then(Option::as_ref);
        if last.is_none_or(|(last, _)| !Arc::ptr_eq(last, label)) {
            self.last = self.ids.get(label).copied().unwrap_or_else(|| self.add(Arc::clone(label)));
        }
        self.last
    }

    fn add(&mut self, label: Arc<Label>) -> LabelId {
        self.changes += 1;
        let id = self.free.pop().unwrap_or(self.list.len() as LabelId);
        if id as usize == self.list.len() {
            self.list.push(None);
        }
        self.ids.insert(Arc::clone(&label), id);
        self.list[id as usize] = Some((label, 0));
        id
    }
}
