//! Origins as they are kept for a million arrivals.

use std::hash::BuildHasher;
use std::num::NonZeroU64;
use std::sync::{Arc, LazyLock};

use foldhash::quality::RandomState;

use super::{Copies, EventId, Moment, Origin};

/// What an [`Origin`] tells, in half of its room: the names stand together, once for all that share them, and what is
/// not known takes no room for that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeptOrigin {
    names: Arc<Names>,
    timestamp: Option<Moment>,
    ingestion_time: Option<Moment>,
    event_id: Option<EventId>,
    /// One more than the line.
    line: Option<NonZeroU64>,
}

/// Log group, log stream and file.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Names {
    log_group: Option<Arc<str>>,
    log_stream: Option<Arc<str>>,
    file: Option<Arc<str>>,
    hash: u64,
}

static HASHER: LazyLock<RandomState> = LazyLock::new(RandomState::default);

impl KeptOrigin {
    fn with(names: Arc<Names>, origin: &Origin) -> Self {
        Self {
            names,
            timestamp: origin.timestamp.and_then(Moment::of),
            ingestion_time: origin.ingestion_time.and_then(Moment::of),
            event_id: origin.event_id.clone(),
            line: origin.line.and_then(|line| NonZeroU64::new(line.wrapping_add(1))),
        }
    }

    /// Name of the CloudWatch log group.
    #[must_use]
    pub fn log_group(&self) -> Option<&str> {
        self.names.log_group.as_deref()
    }

    /// Name of the log stream in that group.
    #[must_use]
    pub fn log_stream(&self) -> Option<&str> {
        self.names.log_stream.as_deref()
    }

    /// The file it was read from; `-` for standard input.
    #[must_use]
    pub fn file(&self) -> Option<&str> {
        self.names.file.as_deref()
    }

    /// What is the same, while the program runs, for all origins with these three names.
    #[must_use]
    pub fn names_hash(&self) -> u64 {
        self.names.hash
    }

    /// When the event happened by its writer's clock, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn timestamp(&self) -> Option<i64> {
        self.timestamp.map(Moment::millis)
    }

    /// When CloudWatch took the event in, in milliseconds since the Unix epoch.
    #[must_use]
    pub fn ingestion_time(&self) -> Option<i64> {
        self.ingestion_time.map(Moment::millis)
    }

    /// CloudWatch's id of the event.
    #[must_use]
    pub fn event_id(&self) -> Option<&EventId> {
        self.event_id.as_ref()
    }

    /// Line in the file, counted from 1.
    #[must_use]
    pub fn line(&self) -> Option<u64> {
        self.line.map(|line| line.get() - 1)
    }

    /// The same so many lines further down.
    pub fn move_down(&mut self, lines: u64) {
        self.line = self.line.and_then(|line| line.checked_add(lines));
    }
}

impl From<&Origin> for KeptOrigin {
    fn from(origin: &Origin) -> Self {
        Self::with(Arc::new(Names::of(origin)), origin)
    }
}

impl From<&KeptOrigin> for Origin {
    fn from(kept: &KeptOrigin) -> Self {
        let Names { log_group, log_stream, file, .. } = (*kept.names).clone();
        Self {
            log_group,
            log_stream,
            timestamp: kept.timestamp(),
            ingestion_time: kept.ingestion_time(),
            event_id: kept.event_id.clone(),
            file,
            line: kept.line(),
        }
    }
}

impl Names {
    fn of(origin: &Origin) -> Self {
        let Origin { log_group, log_stream, file, .. } = origin;
        let hash = HASHER.hash_one((log_group, log_stream, file));
        Self { log_group: log_group.clone(), log_stream: log_stream.clone(), file: file.clone(), hash }
    }

    fn are_of(&self, origin: &Origin) -> bool {
        self.log_stream == origin.log_stream && self.log_group == origin.log_group && self.file == origin.file
    }
}

impl Default for Names {
    fn default() -> Self {
        Self::of(&Origin::default())
    }
}

/// Keeps one copy of the names that many origins share.
#[derive(Debug, Default)]
pub struct Origins {
    last: Arc<Names>,
    known: Copies<Names>,
}

impl Origins {
    /// The origin as it is kept. Neighbours mostly come from one stream.
    #[must_use]
    pub fn kept(&mut self, origin: &Origin) -> KeptOrigin {
        if !self.last.are_of(origin) {
            let parts = (&origin.log_group, &origin.log_stream, &origin.file);
            self.last = self.known.shared(parts, |known| known.are_of(origin), || Names::of(origin));
        }
        KeptOrigin::with(Arc::clone(&self.last), origin)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of_stream(stream: &str) -> Origin {
        Origin { log_group: Some("g".into()), log_stream: Some(stream.into()), ..Origin::default() }
    }

    #[test]
    fn an_origin_is_given_back() {
        let whole = Origin {
            timestamp: Some(0),
            ingestion_time: Some(-1),
            event_id: Some("e9".into()),
            file: Some("f".into()),
            line: Some(0),
            ..of_stream("s")
        };
        for origin in [whole, Origin::default(), of_stream("")] {
            assert_eq!(Origin::from(&KeptOrigin::from(&origin)), origin);
            assert_eq!(Origin::from(&Origins::default().kept(&origin)), origin);
        }
        assert_eq!(size_of::<KeptOrigin>(), 64);
    }

    #[test]
    fn names_are_kept_once() {
        let mut origins = Origins::default();
        let [one, other, again] = ["a", "b", "a"].map(|stream| origins.kept(&of_stream(stream)));
        assert!(Arc::ptr_eq(&one.names, &again.names));
        assert_eq!((one.log_stream(), other.log_stream()), (Some("a"), Some("b")));
        for number in 0..150_000 {
            let _ = origins.kept(&of_stream(&number.to_string()));
        }
        assert!(origins.known.len() <= 64 * 1024);
    }
}
