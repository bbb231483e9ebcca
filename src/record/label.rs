//! What many records share, kept once.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

use super::view::RecordView;
use super::{Condition, FunctionArn};

/// The parts of a record that take few values over a million of them.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Label {
    /// Why the record was written.
    pub condition: Condition,
    /// The function that was invoked.
    pub function: Option<FunctionArn>,
    /// Version that ran.
    pub version: Option<Box<str>>,
}

impl Label {
    pub(super) fn of(view: &RecordView<'_>) -> Self {
        Self {
            condition: Condition::from(&*view.condition),
            function: view.function_arn.as_deref().map(FunctionArn::parse),
            version: view.executed_version.as_deref().map(Box::from),
        }
    }

    fn is_of(&self, view: &RecordView<'_>) -> bool {
        self.version.as_deref() == view.executed_version.as_deref()
            && self.function.as_ref().map(FunctionArn::as_str) == view.function_arn.as_deref()
            && self.condition.as_str() == view.condition
    }
}

/// So many labels are remembered at most: records may be made up.
const MOST: usize = 64 * 1024;

/// Keeps one copy of every label, by its hash.
#[derive(Debug, Default)]
pub(super) struct Labels {
    known: HashMap<u64, Arc<Label>>,
    hasher: RandomState,
}

impl Labels {
    /// The one copy of a record's label.
    pub(super) fn shared(&mut self, view: &RecordView<'_>) -> Arc<Label> {
        let hash = self.hasher.hash_one((&view.condition, &view.function_arn, &view.executed_version));
        if let Some(known) = self.known.get(&hash).filter(|known| known.is_of(view)) {
            return Arc::clone(known);
        }
        if self.known.len() >= MOST {
            self.known.clear();
        }
        let new = Arc::new(Label::of(view));
        self.known.insert(hash, Arc::clone(&new));
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(version: &str) -> RecordView<'_> {
        RecordView { condition: "Success".into(), executed_version: Some(version.into()), ..RecordView::default() }
    }

    #[test]
    fn a_label_is_kept_once() {
        let mut labels = Labels::default();
        let (one, other) = (labels.shared(&view("7")), labels.shared(&view("7")));
        assert!(Arc::ptr_eq(&one, &other));
        assert_ne!(labels.shared(&view("8")), one);
        for number in 0..2 * MOST {
            labels.shared(&view(&number.to_string()));
        }
        assert!(labels.known.len() <= MOST);
    }
}
