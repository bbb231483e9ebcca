//! What many records share, kept once.

use std::sync::Arc;

use super::view::RecordView;
use super::{Condition, FunctionArn};
use crate::log::Copies;

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

/// Keeps one copy of every label.
#[derive(Debug, Default)]
pub(super) struct Labels(Copies<Label>);

impl Labels {
    /// The one copy of a record's label.
    pub(super) fn shared(&mut self, view: &RecordView<'_>) -> Arc<Label> {
        let parts = (&view.condition, &view.function_arn, &view.executed_version);
        self.0.shared(parts, |known| known.is_of(view), || Label::of(view))
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
        for number in 0..150_000 {
            labels.shared(&view(&number.to_string()));
        }
        assert!(labels.0.len() <= 64 * 1024);
    }
}
