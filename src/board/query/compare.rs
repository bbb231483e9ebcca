//! Comparisons, and the numbers, spans and times that they are with.

use std::cmp::Ordering;
use std::fmt;

use crate::record::epoch_millis;

/// How two values are compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Op {
    Equal,
    NotEqual,
    Less,
    AtMost,
    Greater,
    AtLeast,
}

impl Op {
    /// Longer ones first, so that the first that fits is the one that was written.
    const ALL: [Self; 6] = [Self::NotEqual, Self::AtMost, Self::AtLeast, Self::Equal, Self::Less, Self::Greater];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "=",
            Self::NotEqual => "!=",
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::Greater => ">",
            Self::AtLeast => ">=",
        }
    }

    /// The comparison that `text` begins with.
    pub(super) fn at_start_of(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|op| text.starts_with(op.as_str()))
    }

    pub(super) fn holds(self, ordering: Ordering) -> bool {
        match self {
            Self::Equal => ordering == Ordering::Equal,
            Self::NotEqual => ordering != Ordering::Equal,
            Self::Less => ordering == Ordering::Less,
            Self::AtMost => ordering != Ordering::Greater,
            Self::Greater => ordering == Ordering::Greater,
            Self::AtLeast => ordering != Ordering::Less,
        }
    }
}

/// A comparison with a number of milliseconds, kept as it was written for printing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Bound {
    pub(super) op: Op,
    pub(super) millis: i64,
    written: String,
}

impl Bound {
    /// A span such as `2h30m`; without a comparison it means less than that.
    pub(super) fn span(op: Option<Op>, written: &str) -> Result<Self, String> {
        let millis =
            span(written).ok_or_else(|| format!("`{written}` is not a span: write 90s, 15m, 2h30m, 1d or 1w"))?;
        Ok(Self { op: op.unwrap_or(Op::Less), millis, written: written.to_owned() })
    }

    /// A time in ISO 8601, UTC unless it says otherwise; without a comparison it means from then on.
    pub(super) fn time(op: Option<Op>, written: &str) -> Result<Self, String> {
        let whole = if written.len() == 10 { format!("{written}T00:00:00Z") } else { written.to_owned() };
        let millis = epoch_millis(&whole)
            .ok_or_else(|| format!("`{written}` is not a time: write 2026-04-01 or 2026-04-01T12:00:00Z"))?;
        Ok(Self { op: op.unwrap_or(Op::AtLeast), millis, written: written.to_owned() })
    }

    pub(super) fn holds(&self, millis: i64) -> bool {
        self.op.holds(millis.cmp(&self.millis))
    }
}

impl fmt::Display for Bound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.op.as_str(), self.written)
    }
}

/// Milliseconds of a span.
fn span(text: &str) -> Option<i64> {
    let mut rest = text;
    let mut total = 0_i64;
    while !rest.is_empty() {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let amount: i64 = rest[..digits].parse().ok()?;
        let letters = rest[digits..].bytes().take_while(u8::is_ascii_alphabetic).count();
        total = total.checked_add(amount.checked_mul(unit(&rest[digits..digits + letters])?)?)?;
        rest = &rest[digits + letters..];
    }
    (!text.is_empty()).then_some(total)
}

fn unit(name: &str) -> Option<i64> {
    Some(match name {
        "ms" => 1,
        "s" => 1_000,
        "m" => 60_000,
        "h" => 3_600_000,
        "d" => 86_400_000,
        "w" => 604_800_000,
        _ => return None,
    })
}

/// Compares two numbers as JSON writes them: whole ones exactly, others as floats.
pub(super) fn compare_numbers(a: &str, b: &str) -> Option<Ordering> {
    if let (Ok(a), Ok(b)) = (a.parse::<i128>(), b.parse::<i128>()) {
        return Some(a.cmp(&b));
    }
    a.parse::<f64>().ok()?.partial_cmp(&b.parse::<f64>().ok()?)
}

/// Whether a text is a number as JSON writes it.
pub(super) fn is_number(text: &str) -> bool {
    let digits = text.strip_prefix('-').unwrap_or(text);
    digits.starts_with(|c: char| c.is_ascii_digit())
        && text.parse::<f64>().is_ok()
        && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'-' | b'+' | b'.' | b'e' | b'E'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn spans_are_added_up() {
        for (text, millis) in [
            ("15m", Some(900_000)),
            ("2h30m", Some(9_000_000)),
            ("250ms", Some(250)),
            ("", None),
            ("5", None),
            ("5x", None),
            ("m", None),
        ] {
            assert_eq!(span(text), millis, "{text}");
        }
    }

    #[test]
    fn whole_numbers_are_compared_exactly() {
        assert_eq!(compare_numbers("9007199254740993", "9007199254740992"), Some(Ordering::Greater));
        assert_eq!(compare_numbers("1.0", "1"), Some(Ordering::Equal));
        assert_eq!(compare_numbers("1e400", "1"), Some(Ordering::Greater));
        assert_eq!(compare_numbers("x", "1"), None);
    }

    #[test]
    fn numbers_are_those_of_json() {
        for (text, is) in
            [("12", true), ("-1.5e3", true), ("inf", false), ("nan", false), ("", false), ("-", false), ("1a", false)]
        {
            assert_eq!(is_number(text), is, "{text}");
        }
    }
}
