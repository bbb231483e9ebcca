//! How the screen was left, to be found again with the same source.

use serde::{Deserialize, Serialize};

use super::{Model, Split, TimeStyle};

/// What a reader has arranged.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Layout {
    wide: (u16, u16),
    stacked: (u16, u16),
    time: u8,
}

impl Model {
    /// What the reader has arranged.
    #[must_use]
    pub fn layout(&self) -> Layout {
        let time = match self.time {
            TimeStyle::Local => 0,
            TimeStyle::Utc => 1,
            TimeStyle::Relative => 2,
        };
        let shares = |split: Split| (split.failures, split.lists);
        Layout { wide: shares(self.wide), stacked: shares(self.stacked), time }
    }

    /// Arranges the screen as it was left; what cannot be is left as it is.
    pub fn arrange(&mut self, layout: Layout) {
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
    }
}
