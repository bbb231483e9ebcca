//! Patterns in which `*` stands for any run of characters.

/// A pattern that must fit a whole name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Glob {
    written: String,
    any_case: bool,
}

impl Glob {
    /// A pattern that takes case as written.
    pub(super) fn exact_case(written: &str) -> Self {
        Self { written: written.to_owned(), any_case: false }
    }

    /// A pattern that takes ASCII letters in any case.
    pub(super) fn any_case(written: &str) -> Self {
        Self { written: written.to_owned(), any_case: true }
    }

    pub(super) fn written(&self) -> &str {
        &self.written
    }

    pub(super) fn fits(&self, name: &str) -> bool {
        self.fits_bytes(self.written.as_bytes(), name.as_bytes())
    }

    /// Goes back to the last star only, which is enough and keeps it from being exponential.
    fn fits_bytes(&self, pattern: &[u8], name: &[u8]) -> bool {
        let (mut p, mut n) = (0, 0);
        let mut star = None;
        while n < name.len() {
            if pattern.get(p) == Some(&b'*') {
                star = Some((p, n));
                p += 1;
            } else if pattern.get(p).is_some_and(|&wanted| self.same(wanted, name[n])) {
                p += 1;
                n += 1;
            } else if let Some((at, taken)) = star {
                star = Some((at, taken + 1));
                p = at + 1;
                n = taken + 1;
            } else {
                return false;
            }
        }
        pattern[p..].iter().all(|&byte| byte == b'*')
    }

    fn same(&self, a: u8, b: u8) -> bool {
        a == b || self.any_case && a.eq_ignore_ascii_case(&b)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_any_run() {
        for (pattern, name, fits) in [
            ("sender", "sender", true),
            ("sender", "sender2", false),
            ("sender", "Sender", false),
            ("send*", "sender", true),
            ("*er", "sender", true),
            ("s*d*r", "sender", true),
            ("s*x*r", "sender", false),
            ("*", "", true),
            ("", "", true),
            ("", "a", false),
            ("*a*b", "aaab", true),
            ("*ab", "abaab", true),
            ("a*a", "a", false),
        ] {
            assert_eq!(Glob::exact_case(pattern).fits(name), fits, "{pattern} on {name}");
        }
    }

    #[test]
    fn any_case_is_any_case() {
        assert!(Glob::any_case("retries*").fits("RetriesExhausted"));
        assert!(!Glob::exact_case("retries*").fits("RetriesExhausted"));
    }
}
