//! The identity and place of a log event, and its 56-digit form.
//!
//! CloudWatch's ids are decimal numbers whose upper bits are the event's timestamp: the id that AWS's documentation
//! shows for 1396035378988 is that number shifted by 144 bits, plus something. Here that something is a sequence number.

use std::fmt::Write as _;

/// Order of a log event in its group: by timestamp, then as it was taken in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct EventId {
    /// Milliseconds since the Unix epoch, 0 to [`LATEST`].
    pub(crate) timestamp: i64,
    /// Place among all events that this endpoint took in.
    pub(crate) sequence: u64,
}

/// Latest timestamp whose id has 56 digits, rounded down: a day in 2109.
pub(crate) const LATEST: i64 = 4_400_000_000_000;
const BILLION: u64 = 1_000_000_000;

impl EventId {
    /// Before every event at or after `timestamp`.
    pub(crate) fn first_at(timestamp: i64) -> Self {
        Self { timestamp: timestamp.clamp(0, LATEST), sequence: 0 }
    }

    /// The place right behind this event.
    pub(crate) fn next(self) -> Self {
        Self { sequence: self.sequence.saturating_add(1), ..self }
    }

    /// 56 decimal digits, growing with the timestamp and then with the sequence.
    pub(crate) fn to_digits(self) -> String {
        let mut limbs = self.limbs();
        let mut chunks = [0_u64; 7];
        for chunk in &mut chunks {
            *chunk = divide(&mut limbs);
        }
        let mut digits = String::with_capacity(63);
        for chunk in chunks.iter().rev() {
            // Writing to a String cannot fail.
            let _ = write!(digits, "{chunk:09}");
        }
        digits.split_off(7)
    }

    /// Reads back what [`Self::to_digits`] wrote; `None` for anything else.
    pub(crate) fn from_digits(digits: &str) -> Option<Self> {
        if digits.len() != 56 {
            return None;
        }
        let mut limbs = [0_u32; 6];
        for byte in digits.bytes() {
            let digit = byte.is_ascii_digit().then(|| byte - b'0')?;
            multiply_add(&mut limbs, digit)?;
        }
        let sequence = u64::from(limbs[1]) << 32 | u64::from(limbs[0]);
        let timestamp = (u64::from(limbs[5]) << 32 | u64::from(limbs[4])) >> 16;
        let read = Self { timestamp: i64::try_from(timestamp).ok()?, sequence };
        (read.limbs() == limbs).then_some(read)
    }

    /// `timestamp << 144 | sequence`, lowest limb first.
    fn limbs(self) -> [u32; 6] {
        let high = u64::try_from(self.timestamp.clamp(0, LATEST)).unwrap_or(0) << 16;
        let (low, mask) = (self.sequence, u64::from(u32::MAX));
        [(low & mask) as u32, (low >> 32) as u32, 0, 0, (high & mask) as u32, (high >> 32) as u32]
    }
}

/// Divides in place by a billion and gives the remainder.
fn divide(limbs: &mut [u32; 6]) -> u64 {
    let mut rest = 0_u64;
    for limb in limbs.iter_mut().rev() {
        let value = rest << 32 | u64::from(*limb);
        *limb = (value / BILLION) as u32;
        rest = value % BILLION;
    }
    rest
}

/// Appends a decimal digit in place; `None` when the number outgrows its limbs.
fn multiply_add(limbs: &mut [u32; 6], digit: u8) -> Option<()> {
    let mut carry = u64::from(digit);
    for limb in limbs {
        let value = u64::from(*limb) * 10 + carry;
        *limb = (value & u64::from(u32::MAX)) as u32;
        carry = value >> 32;
    }
    (carry == 0).then_some(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_timestamp_makes_the_leading_digits_that_aws_documents() {
        let id = EventId { timestamp: 1_396_035_378_988, sequence: 0 };
        assert!(id.to_digits().starts_with("3113262927494551977"), "{}", id.to_digits());
    }

    #[test]
    fn ids_grow_and_come_back() {
        let ids = [(0, 0), (0, 7), (1, 0), (1_650_108_283_658, u64::MAX), (1_650_108_283_659, 1), (LATEST, 0)];
        let written: Vec<String> =
            ids.iter().map(|&(timestamp, sequence)| EventId { timestamp, sequence }.to_digits()).collect();
        assert!(written.is_sorted());
        for (text, (timestamp, sequence)) in written.iter().zip(ids) {
            assert_eq!(text.len(), 56);
            assert_eq!(EventId::from_digits(text), Some(EventId { timestamp, sequence }));
        }
    }

    #[test]
    fn what_is_no_id_is_refused() {
        for text in ["", "12", &"9".repeat(56), &"x".repeat(56), &format!("{}é", "1".repeat(54)), &"1".repeat(56)] {
            assert_eq!(EventId::from_digits(text), None, "{text}");
        }
    }
}
