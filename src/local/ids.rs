//! Random identifiers: request ids, execution environments, small delays.

use std::hash::{BuildHasher, RandomState};
use std::sync::atomic::{AtomicU64, Ordering};

/// A source of identifiers, unguessable enough to be unique on one machine; not for secrets.
#[derive(Debug, Default)]
pub(crate) struct Ids {
    keys: RandomState,
    next: AtomicU64,
}

impl Ids {
    fn word(&self) -> u64 {
        self.keys.hash_one(self.next.fetch_add(1, Ordering::Relaxed))
    }

    fn wide(&self) -> u128 {
        (u128::from(self.word()) << 64) | u128::from(self.word())
    }

    /// A version 4 UUID, as Lambda's request ids are.
    pub(crate) fn uuid(&self) -> String {
        let mut bytes = self.wide().to_be_bytes();
        bytes[6] = (bytes[6] & 0x0f) | 0x40;
        bytes[8] = (bytes[8] & 0x3f) | 0x80;
        let hex = format!("{:032x}", u128::from_be_bytes(bytes));
        format!("{}-{}-{}-{}-{}", &hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..])
    }

    /// 32 hexadecimal digits, the tail of a log stream's name.
    pub(crate) fn hex32(&self) -> String {
        format!("{:032x}", self.wide())
    }

    /// A number from 0 to `bound - 1`; 0 for a bound of 0.
    pub(crate) fn below(&self, bound: u64) -> u64 {
        self.word().checked_rem(bound).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn uuids_have_the_form_of_version_4_and_differ() {
        let ids = Ids::default();
        let (one, two) = (ids.uuid(), ids.uuid());
        assert_ne!(one, two);
        let form = regex::Regex::new("^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$").unwrap();
        assert!(form.is_match(&one), "{one}");
        assert_eq!(ids.hex32().len(), 32);
        assert!(ids.below(3) < 3);
        assert_eq!(ids.below(0), 0);
    }
}
