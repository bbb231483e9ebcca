//! Finding records in the text of one log event.

use super::view::RecordView;
use super::{Envelope, Reason, json};

/// What the search came upon.
pub(super) enum Piece<'a> {
    /// A record: its text, what was read of it, and the layers around it.
    Record {
        text: &'a str,
        view: RecordView<'a>,
        envelope: Vec<Envelope>,
    },
    /// Something that looks like a record.
    Unreadable(Reason),
}

/// Calls `found` with every piece of `message`, in order.
pub(super) fn search(message: &str, found: &mut dyn FnMut(Piece<'_>)) {
    let Some(start) = message.find('{') else {
        return;
    };
    let mut members = json::Members::new();
    if let Ok(length) = json::read(&message[start..], &mut members)
        && let Ok(view) = RecordView::of(&members)
    {
        found(Piece::Record {
            text: &message[start..start + length],
            view,
            envelope: Vec::new(),
        });
    }
}
