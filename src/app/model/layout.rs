//! How the screen was left, to be found again with the same source.

use serde::{Deserialize, Serialize};

use super::{Model, Split, Tab, TimeStyle};

/// What a reader has arranged.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Layout {
    wide: (u16, u16),
    stacked: (u16, u16),
    time: u8,
    /// The tabs that open for failures and for successes.
    tabs: Option<(Tab, Tab)>,
    /// Whether long lines are cut rather than wrapped.
    cuts: bool,
    /// The theme, when one was chosen for the source.
    theme: Option<String>,
}

impl Model {
    /// What is read, as layouts are kept by it; empty while nothing is.
    #[must_use]
    pub fn source_name(&self) -> String {
        self.source.place.names.join(" ")
    }

    /// What the reader has arranged.
    #[must_use]
    pub fn layout(&self) -> Layout {
        let time = match self.time {
            TimeStyle::Local => 0,
            TimeStyle::Utc => 1,
            TimeStyle::Relative => 2,
        };
        let shares = |split: Split| (split.failures, split.lists);
        Layout {
            wide: shares(self.wide),
            stacked: shares(self.stacked),
            time,
            tabs: Some(self.detail.tabs()),
            cuts: !self.detail.wraps(),
            theme: self.chosen_theme.clone(),
        }
    }

    /// Keeps how the screen is arranged for what is read.
    pub fn keep_layout(&mut self) {
        let name = self.source_name();
        if !name.is_empty() {
            let layout = self.layout();
            self.layouts.insert(name, layout);
        }
    }

    /// Arranges the screen as it was left for what is read now; without a memory of it, it stays as it is.
    pub fn recall_layout(&mut self) {
        if let Some(layout) = self.layouts.get(&self.source_name()).cloned() {
            self.arrange(layout);
        }
    }

    /// What cannot be arranged is left as it is.
    fn arrange(&mut self, layout: Layout) {
        let split = |(failures, lists): (u16, u16), now: Split| {
            let sound = Split::RANGE.contains(&failures) && Split::RANGE.contains(&lists);
            if sound { Split { failures, lists } } else { now }
        };
        (self.wide, self.stacked) = (split(layout.wide, self.wide), split(layout.stacked, self.stacked));
        self.time = match layout.time {
            1 => TimeStyle::Utc,
            2 => TimeStyle::Relative,
            _ => TimeStyle::Local,
        };
        if let Some(tabs) = layout.tabs {
            self.detail.open_on(tabs);
        }
        self.detail.set_wrap(!layout.cuts);
        let place = layout.theme.as_ref().and_then(|name| self.themes.iter().rposition(|known| known == name));
        if let Some(theme) = place {
            (self.theme, self.chosen_theme, self.by_background) = (theme, layout.theme, None);
        }
    }
}
