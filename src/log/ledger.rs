//! The account of a read: what was read, what came late or twice, what is missing, and what it took.

use std::time::Duration;

use super::Gap;

/// Gaps that are kept with their spans; of further ones only the number.
const GAPS: usize = 200;

/// Counts since the start of a read.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ledger {
    /// Log events that were read for the first time.
    pub events: u64,
    /// Bytes of their messages.
    pub bytes: u64,
    /// Invocation records in them.
    pub records: u64,
    /// Of these, those in which values are masked.
    pub masked: u64,
    /// What looked like a record and could not be read.
    pub unreadable: u64,
    /// Crashes of the receiver itself.
    pub crashes: u64,
    /// Log events that had been read before.
    pub repeated: u64,
    /// Log events that were older than others already read, by how much.
    pub late: Lateness,
    /// Of these, those that only a sweep has found.
    pub swept: u64,
    /// What was asked of the service.
    pub traffic: Traffic,
    /// How what comes is learnt.
    pub follow: Follow,
    /// How long after being logged the newest event of a read arrived, the median of the last reads that brought any.
    pub lag: Option<Duration>,
    gaps: Vec<NotedGap>,
    gap_count: u64,
}

/// How what comes is learnt.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub enum Follow {
    /// By asking again and again.
    #[default]
    Polling,
    /// By a live-tail session, and by asking now and then.
    Live,
    /// By asking, until live tail can be had again; the reason is why it cannot.
    Interrupted(String),
    /// By asking, since live tail was refused; the reason is why.
    Refused(String),
}

impl Follow {
    /// What live tail costs: <https://aws.amazon.com/cloudwatch/pricing>.
    pub const PRICE: &str = "AWS bills it by the minute: about USD 0.01, after 1,800 free minutes a month";
}

/// A gap, and whether it was filled since.
#[derive(Debug, Clone, PartialEq)]
pub struct NotedGap {
    /// The gap.
    pub gap: Gap,
    /// Whether what was missing has been read.
    pub filled: bool,
}

/// Requests and what became of them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Traffic {
    /// Requests that were sent, live-tail sessions among them.
    pub requests: u64,
    /// Of these, those that were throttled.
    pub throttled: u64,
    /// Those that failed otherwise.
    pub failed: u64,
    /// Sweeps that were finished.
    pub sweeps: u64,
    /// Live-tail sessions that began.
    pub sessions: u64,
    /// How long live-tail sessions lasted together.
    pub live: Duration,
    /// Queries of Logs Insights that ended.
    pub queries: u64,
    /// Bytes that they went through, which AWS bills.
    pub scanned: u64,
}

/// Bytes of what AWS bills queries by.
const GIGABYTE: f64 = (1_u64 << 30) as f64;

/// US dollars that AWS asks for queries that go through so many bytes: 0.005 for a gigabyte in us-east-1, by
/// <https://aws.amazon.com/cloudwatch/pricing>; other regions differ a little.
#[must_use]
pub fn query_price(bytes: u64) -> f64 {
    bytes as f64 / GIGABYTE * 0.005
}

/// How late events came.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Lateness {
    counts: [u64; Self::BOUNDS.len() + 1],
    longest: Duration,
}

impl Ledger {
    /// Notes a gap.
    pub fn note_gap(&mut self, gap: &Gap) {
        self.gap_count += 1;
        if self.gaps.len() < GAPS {
            self.gaps.push(NotedGap { gap: gap.clone(), filled: false });
        }
    }

    /// Notes that what a gap had left out has been read.
    pub fn fill(&mut self, gap: &Gap) {
        if let Some(noted) = self.gaps.iter_mut().find(|noted| !noted.filled && noted.gap == *gap) {
            noted.filled = true;
        }
    }

    /// The gaps, the first 200 of them.
    #[must_use]
    pub fn gaps(&self) -> &[NotedGap] {
        &self.gaps
    }

    /// How many gaps there were.
    #[must_use]
    pub fn gap_count(&self) -> u64 {
        self.gap_count
    }

    /// How many of them were not filled.
    #[must_use]
    pub fn open_gaps(&self) -> u64 {
        self.gap_count - self.gaps.iter().filter(|noted| noted.filled).count() as u64
    }
}

impl Traffic {
    /// Adds what has come since.
    pub fn add(&mut self, more: Self) {
        self.requests += more.requests;
        self.throttled += more.throttled;
        self.failed += more.failed;
        self.sweeps += more.sweeps;
        self.sessions += more.sessions;
        self.live += more.live;
        self.queries += more.queries;
        self.scanned += more.scanned;
    }
}

impl Lateness {
    /// Upper bounds of the parts, each but the last.
    pub const BOUNDS: [Duration; 6] = [
        Duration::from_secs(1),
        Duration::from_secs(5),
        Duration::from_secs(30),
        Duration::from_mins(1),
        Duration::from_mins(10),
        Duration::from_hours(1),
    ];

    /// Counts an event that came so late.
    pub fn note(&mut self, late: Duration) {
        let part = Self::BOUNDS.iter().position(|bound| late < *bound).unwrap_or(Self::BOUNDS.len());
        self.counts[part] += 1;
        self.longest = self.longest.max(late);
    }

    /// Adds the counts of another.
    pub fn add(&mut self, other: &Self) {
        for (count, more) in self.counts.iter_mut().zip(other.counts) {
            *count += more;
        }
        self.longest = self.longest.max(other.longest);
    }

    /// How many there were in each part: below each bound, and beyond the last.
    #[must_use]
    pub fn counts(&self) -> &[u64] {
        &self.counts
    }

    /// How many there were.
    #[must_use]
    pub fn total(&self) -> u64 {
        self.counts.iter().sum()
    }

    /// The longest; zero when there was none.
    #[must_use]
    pub fn longest(&self) -> Duration {
        self.longest
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::Origin;

    #[test]
    fn lateness_is_counted_by_its_length() {
        let mut late = Lateness::default();
        for millis in [1, 999, 1_000, 59_999, 3_600_000] {
            late.note(Duration::from_millis(millis));
        }
        assert_eq!(late.counts(), [2, 1, 0, 1, 0, 0, 1]);
        let mut both = late;
        both.add(&late);
        assert_eq!((both.total(), both.longest()), (10, Duration::from_hours(1)));
    }

    #[test]
    fn a_gap_that_is_filled_is_open_no_more() {
        let gap =
            |from| Gap { origin: Origin::default(), from: Some(from), to: Some(from + 1), reason: "sampled".into() };
        let mut ledger = Ledger::default();
        ledger.note_gap(&gap(1));
        ledger.note_gap(&gap(2));
        ledger.fill(&gap(2));
        assert_eq!((ledger.gap_count(), ledger.open_gaps()), (2, 1));
        assert!(ledger.gaps()[1].filled && !ledger.gaps()[0].filled);
    }
}
