//! Messages of dead-letter queues, which are no records.
//!
//! Lambda writes the event itself to such a queue or topic, with the attributes `RequestID`, `ErrorCode` and
//! `ErrorMessage` beside it (developer guide, "Dead-letter queues"). A reader of destinations can only say so.

use std::sync::LazyLock;

use memchr::memmem;

use super::json::{self, Members};

/// An attribute that hardly anything else spells so: the ids in platform lines are `RequestId`.
pub(super) const ATTRIBUTE: &str = "RequestID";

static QUOTED: LazyLock<memmem::Finder<'static>> = LazyLock::new(|| memmem::Finder::new("\"RequestID\""));

/// Whether it is worth while to count.
pub(super) fn may_be(text: &str) -> bool {
    QUOTED.find(text.as_bytes()).is_some()
}

/// How many messages of a dead-letter queue or topic the text holds.
pub(super) fn count(text: &str) -> usize {
    if !may_be(text) {
        return 0;
    }
    let keys = memmem::find_iter(text.as_bytes(), "essageAttributes\"");
    keys.filter(|at| are_attributes(&text[at + "essageAttributes\"".len()..])).count()
}

fn are_attributes(after_key: &str) -> bool {
    let Some(value) = after_key.trim_ascii_start().strip_prefix(':') else {
        return false;
    };
    let mut members = Members::new();
    json::read(value.trim_ascii_start(), &mut members).is_ok()
        && [ATTRIBUTE, "ErrorCode", "ErrorMessage"].iter().all(|name| json::find(&members, name).is_some())
}

#[cfg(test)]
mod tests {
    use super::count;

    #[test]
    fn messages_are_known_by_their_attributes() {
        let attribute = r#"{"stringValue":"x"}"#;
        let message = format!(
            r#"{{"body":"{{}}","messageAttributes": {{"RequestID":{attribute},"ErrorCode":{attribute},"ErrorMessage":{attribute}}}}}"#
        );
        assert_eq!(count(&format!("{{\"Records\":[{message},{message}]}}")), 2);
        assert_eq!(count(&message.replace("messageA", "MessageA")), 1);
        assert_eq!(count(&message.replace("ErrorCode", "Code")), 0);
        assert_eq!(count(&message[..message.len() - 40]), 0);
        assert_eq!(count(r#"{"messageAttributes":1,"RequestID":"x"}"#), 0);
    }
}
