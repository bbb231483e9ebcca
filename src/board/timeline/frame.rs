//! A span of time cut into bars of one width.

/// Bars that lie beside each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TimeFrame {
    /// Where the first bar begins, in milliseconds since the Unix epoch.
    pub from: i64,
    /// Milliseconds of a bar.
    pub width: i64,
    /// Bars.
    pub bars: usize,
}

impl TimeFrame {
    /// Widths that a bar can have, in milliseconds: from a tenth of a second to thirty days.
    pub const WIDTHS: [i64; 24] = {
        const S: i64 = 1_000;
        const M: i64 = 60 * S;
        const H: i64 = 60 * M;
        const D: i64 = 24 * H;
        [
            100,
            200,
            500,
            S,
            2 * S,
            5 * S,
            10 * S,
            15 * S,
            30 * S,
            M,
            2 * M,
            5 * M,
            10 * M,
            15 * M,
            30 * M,
            H,
            2 * H,
            3 * H,
            6 * H,
            12 * H,
            D,
            2 * D,
            7 * D,
            30 * D,
        ]
    };

    /// The narrowest bars that show all from the first time to the last.
    #[must_use]
    pub fn whole(first: i64, last: i64, bars: usize) -> Self {
        let fits = |width: i64| (Self::align(last, width) - Self::align(first, width)) / width < signed(bars);
        let width = Self::WIDTHS.into_iter().find(|&width| fits(width));
        // Longer than anybody keeps logs: days are put together until they fit.
        let width = width.unwrap_or_else(|| (last - first) / signed(bars) + Self::WIDTHS[Self::WIDTHS.len() - 1]);
        Self { from: Self::align(first, width), width, bars }
    }

    /// Where the last bar ends.
    #[must_use]
    pub fn end(&self) -> i64 {
        self.from + self.width * signed(self.bars)
    }

    /// The bar of a time, as near as there is one.
    #[must_use]
    pub fn bar_of(&self, time: i64) -> usize {
        let at = (time - self.from).div_euclid(self.width);
        usize::try_from(at).unwrap_or(0).min(self.bars.saturating_sub(1))
    }

    /// Where a bar begins.
    #[must_use]
    pub fn time_of(&self, bar: usize) -> i64 {
        self.from + self.width * signed(bar)
    }

    /// Where the bar of a width that a time falls into begins.
    #[must_use]
    pub fn align(time: i64, width: i64) -> i64 {
        time.div_euclid(width) * width
    }
}

fn signed(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
