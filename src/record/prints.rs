//! Prints of records that are no JSON and reach the log a line an event, as `util.inspect` and `pp` lay them out.
//!
//! No line shows by itself what it is: the key `requestContext` stands in one, and `condition` in another.

use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::quality::RandomState;

use super::Reason;
use super::extract::lookalike;
use crate::log::{Hashed, LogEvent, StreamId};

/// Bytes within which the condition must come.
const MOST: usize = 2048;

/// Streams that may be in the middle of such a print at the same time.
const STREAMS: usize = 64;

/// Request contexts that are open at the end of what their streams have logged.
#[derive(Debug, Default)]
pub(super) struct Prints {
    open: HashMap<u64, Print, Hashed>,
    hasher: RandomState,
}

#[derive(Debug)]
struct Print {
    event: LogEvent,
    text: String,
}

impl Prints {
    /// Whether no stream has one open.
    pub(super) fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Whether that stream has one open.
    pub(super) fn is_open(&self, stream: &StreamId<'_>) -> bool {
        !self.is_empty() && self.open.contains_key(&self.hasher.hash_one(stream))
    }

    /// Takes an event in which nothing was found; gives the one that a print began in, and what it looks like.
    pub(super) fn push(&mut self, event: &LogEvent) -> Option<(LogEvent, Reason)> {
        if self.is_empty() && !lookalike::goes_on(&event.message) {
            return None;
        }
        let key = self.hasher.hash_one(StreamId::from(&event.origin));
        let print = match self.open.remove(&key) {
            Some(Print { event: first, mut text }) => {
                text.push('\n');
                text.push_str(&event.message);
                Print { event: first, text }
            }
            None => Print { event: event.clone(), text: event.message.as_str().to_owned() },
        };
        if let Some(reason) = lookalike::find(&print.text, &[]).next() {
            return Some((print.event, reason));
        }
        let goes_on = print.text.len() <= MOST && lookalike::goes_on(&print.text);
        if goes_on && self.open.len() < STREAMS {
            self.open.insert(key, print);
        }
        None
    }

    /// Forgets what the stream of an event has open: something else was found in it.
    pub(super) fn forget(&mut self, event: &LogEvent) {
        if !self.is_empty() {
            self.open.remove(&self.hasher.hash_one(StreamId::from(&event.origin)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Origin, Text};
    use crate::record::{Finder, Found};

    fn reasons(lines: &[&str]) -> Vec<(u64, Reason)> {
        let (mut finder, mut found) = (Finder::new(), Vec::new());
        for (number, line) in (1..).zip(lines) {
            let origin = Origin { file: Some("f".into()), line: Some(number), ..Origin::default() };
            finder.push(&LogEvent { origin, message: Text::from(*line) }, &mut found);
        }
        finder.finish(&mut found);
        let unreadable = found.iter().map(|found| match found {
            Found::Unreadable(unreadable) => (unreadable.origin.line.unwrap_or_default(), unreadable.reason),
            Found::Arrival(arrival) => panic!("{arrival:?}"),
        });
        unreadable.collect()
    }

    #[test]
    fn a_print_over_lines_counts_once() {
        let inspect = [
            "{",
            "  version: '1.0',",
            "  requestContext: {",
            "    requestId: 'r',",
            "    condition: 'RetriesExhausted'",
            "  },",
            "  requestPayload: { order: [Object] }",
            "}",
        ];
        assert_eq!(reasons(&inspect), [(3, Reason::Node)]);
        let pp = [
            "{\"version\"=>\"1.0\",",
            " \"requestContext\"=>",
            "  {\"requestId\"=>\"r\",",
            "   \"condition\"=>\"x\"},",
            " \"a\"=>1}",
        ];
        assert_eq!(reasons(&pp).len(), 1);
        assert_eq!(reasons(&[&inspect[..], &inspect].concat()), [(3, Reason::Node), (11, Reason::Node)]);
    }

    #[test]
    fn other_prints_count_nothing() {
        for lines in [
            ["requestContext: {", "  path: '/'", "}", "condition: 'x'"],
            ["requestContext: {", &"x".repeat(MOST), "condition: 'x'", ""],
            ["the requestContext", "condition: 'x'", "", ""],
        ] {
            assert_eq!(reasons(&lines), []);
        }
    }
}
