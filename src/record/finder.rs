//! From log events to what was found in them.

use super::extract::{self, Piece};
use super::names::Names;
use super::{Arrival, Found, InvocationRecord, Unreadable};
use crate::log::LogEvent;

/// Finds the records in log events, and remembers what it needs of earlier events.
#[derive(Debug, Default)]
pub struct Finder {
    names: Names,
    repeated: u64,
}

impl Finder {
    /// Starts without any memory.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds what `event` holds to `found`, in the order it stands there.
    pub fn push(&mut self, event: &LogEvent, found: &mut Vec<Found>) {
        extract::search(&event.message, &mut |piece| {
            found.push(match piece {
                Piece::Record {
                    text,
                    view,
                    envelope,
                } => Found::Arrival(Arrival {
                    record: InvocationRecord::of(
                        event.message.share(text),
                        text,
                        &view,
                        &mut self.names,
                    ),
                    origin: event.origin.clone(),
                    message: event.message.clone(),
                    envelope: envelope.into(),
                    redelivery: 0,
                    recovered: false,
                    redacted: false,
                }),
                Piece::Unreadable(reason) => Found::Unreadable(Unreadable {
                    origin: event.origin.clone(),
                    message: event.message.clone(),
                    reason,
                }),
            });
        });
    }

    /// Adds what was still waiting for a later event; call it when no more events come.
    pub fn finish(&mut self, _found: &mut Vec<Found>) {}

    /// How many arrivals were left out because our own JSON lines had already brought them.
    #[must_use]
    pub fn repeated(&self) -> u64 {
        self.repeated
    }
}
