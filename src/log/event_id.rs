//! Ids of log events.

use std::borrow::Cow;
use std::fmt;
use std::sync::Arc;

/// Digits of an id as CloudWatch gives it.
const DIGITS: usize = 56;

/// CloudWatch's id of an event, a decimal string of 56 digits that does not fit a number.
///
/// Two digits are kept in a byte: every event has one, and it is the longest thing that is known of its origin. An id
/// of another form, which a file may give, is kept as it is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct EventId(Form);

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
enum Form {
    Digits([u8; DIGITS / 2]),
    Other(Arc<str>),
}

impl EventId {
    /// The id as it was given.
    #[must_use]
    pub fn text(&self) -> Cow<'_, str> {
        match &self.0 {
            Form::Digits(packed) => Cow::Owned(unpacked(packed)),
            Form::Other(text) => Cow::Borrowed(text),
        }
    }
}

impl From<&str> for EventId {
    fn from(text: &str) -> Self {
        Self(packed(text).map_or_else(|| Form::Other(Arc::from(text)), Form::Digits))
    }
}

impl From<String> for EventId {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

impl fmt::Display for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text())
    }
}

fn packed(text: &str) -> Option<[u8; DIGITS / 2]> {
    let digits: &[u8; DIGITS] = text.as_bytes().try_into().ok()?;
    let mut packed = [0; DIGITS / 2];
    for (byte, pair) in packed.iter_mut().zip(digits.as_chunks::<2>().0) {
        *byte = (pair[0] & 0xf) << 4 | pair[1] & 0xf;
    }
    digits.iter().all(u8::is_ascii_digit).then_some(packed)
}

fn unpacked(packed: &[u8]) -> String {
    packed.iter().flat_map(|byte| [byte >> 4, byte & 0xf]).map(|digit| char::from(b'0' + digit)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_id_is_given_back_as_it_came() {
        let given = "37159371946214138012054731563928475610293847561029384756";
        for text in [given, &given[1..], "0", "", "e9", &"0".repeat(DIGITS), &"9".repeat(DIGITS), &"٣".repeat(28)] {
            assert_eq!(EventId::from(text).text(), text);
            assert_eq!(EventId::from(text).to_string(), text);
        }
        assert!(matches!(EventId::from(given).0, Form::Digits(_)));
        assert!(matches!(EventId::from(&*given.replace('7', "a")).0, Form::Other(_)));
    }

    #[test]
    fn different_ids_differ() {
        let ids = ["1", "01", &format!("{:056}", 1), &format!("{:056}", 10), &format!("{:055}", 1)].map(EventId::from);
        for (at, id) in ids.iter().enumerate() {
            assert_eq!(ids.iter().position(|other| other == id), Some(at));
        }
    }
}
