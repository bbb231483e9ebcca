//! How far what comes is behind the log.

use std::collections::VecDeque;
use std::time::Duration;

/// Reads that count.
const READS: usize = 15;

/// The lags of the last reads that brought anything.
#[derive(Debug, Clone, Default)]
pub(super) struct Lag {
    recent: VecDeque<Duration>,
}

impl Lag {
    /// Notes the lag of the newest event of a read.
    pub(super) fn note(&mut self, lag: Duration) {
        if self.recent.len() == READS {
            self.recent.pop_front();
        }
        self.recent.push_back(lag);
    }

    /// The median, which a few late events do not move; none before the first read.
    pub(super) fn median(&self) -> Option<Duration> {
        let mut sorted: Vec<Duration> = self.recent.iter().copied().collect();
        sorted.sort_unstable();
        sorted.get(sorted.len().saturating_sub(1) / 2).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(seconds: &[u64]) -> Option<u64> {
        let mut lag = Lag::default();
        for seconds in seconds {
            lag.note(Duration::from_secs(*seconds));
        }
        lag.median().map(|lag| lag.as_secs())
    }

    #[test]
    fn a_late_event_does_not_move_it() {
        assert_eq!(
            [of(&[]), of(&[3]), of(&[1, 900]), of(&[1, 2, 900]), of(&[900, 1, 2, 1])],
            [None, Some(3), Some(1), Some(2), Some(1)]
        );
    }

    #[test]
    fn what_was_long_ago_counts_no_more() {
        assert_eq!(of(&[[900; READS], [2; READS]].concat()), Some(2));
    }
}
