//! The receiver's own crashes: one for each invocation, however often its log tells of it.

use std::collections::HashSet;
use std::hash::{BuildHasher, RandomState};

use crate::log::LogEvent;
use crate::record::{Ending, Found, Reason, Unreadable};

/// Streams of which it is known that the current invocation has crashed; beyond that, one may be told twice.
const STREAMS: usize = 4_096;

/// Streams whose current invocation has crashed, and was told.
#[derive(Debug, Default)]
pub(super) struct Crashes {
    told: HashSet<u64>,
    hasher: RandomState,
}

impl Crashes {
    /// The crash that an event tells of, unless it was told before.
    pub(super) fn look(&mut self, event: &LogEvent) -> Option<Found> {
        let ending = Ending::of(&event.message)?;
        let stream = self.hasher.hash_one((&event.origin.log_group, &event.origin.log_stream));
        let is_report = event.message.starts_with("REPORT ") || event.message.starts_with('{');
        let was_told = if is_report { self.told.remove(&stream) } else { self.told.contains(&stream) };
        let Ending::Crashed(crash) = ending else { return None };
        if was_told {
            return None;
        }
        if !is_report && self.told.len() < STREAMS {
            self.told.insert(stream);
        }
        let (origin, message) = (event.origin.clone(), event.message.clone());
        Some(Found::Unreadable(Unreadable { origin, message, reason: Reason::Crashed(crash) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Origin, Text};

    fn told(crashes: &mut Crashes, stream: &str, message: &str) -> bool {
        let origin = Origin { log_stream: Some(stream.into()), ..Origin::default() };
        crashes.look(&LogEvent { origin, message: Text::from(message) }).is_some()
    }

    #[test]
    fn an_invocation_crashes_once() {
        let mut crashes = Crashes::default();
        let (error, report) = ("[ERROR] KeyError: 'x'\n", "REPORT RequestId: a\tDuration: 1 ms\tStatus: error\n");
        assert!(told(&mut crashes, "a", error));
        assert!(told(&mut crashes, "b", error));
        assert!(!told(&mut crashes, "a", report));
        // The next invocation, of which only the report tells.
        assert!(told(&mut crashes, "a", report));
        assert!(told(&mut crashes, "a", error));
        assert!(!told(&mut crashes, "a", "REPORT RequestId: a\tDuration: 1 ms\t\n"));
        assert!(told(&mut crashes, "a", error));
    }
}
