//! Following the nesting of JSON over any cut of its bytes.

/// Where in the nesting of a JSON text a reader stands. It never looks into what it passes.
#[derive(Debug, Default)]
pub(super) struct Nesting {
    depth: u64,
    in_string: bool,
    /// Whether the last byte was a backslash that takes the next one with it.
    escaped: bool,
}

/// What the last byte of a step was.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// A brace or bracket that opened; the depth inside.
    Open(u64),
    /// A brace or bracket that closed; the depth outside.
    Close(u64),
    /// The quote that begins a string.
    StringBegins,
    /// The quote that ends a string.
    StringEnds,
}

impl Nesting {
    /// How deep it stands.
    pub(super) fn depth(&self) -> u64 {
        self.depth
    }

    /// Leaves what was opened last, all of which was passed by other means.
    pub(super) fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
    }

    /// Passes bytes up to and with the next mark: how many, and which mark unless the bytes ended before.
    pub(super) fn next(&mut self, bytes: &[u8]) -> (usize, Option<Mark>) {
        if self.in_string { self.string(bytes) } else { self.outside(bytes) }
    }

    fn string(&mut self, bytes: &[u8]) -> (usize, Option<Mark>) {
        let mut at = usize::from(std::mem::take(&mut self.escaped) && !bytes.is_empty());
        while let Some(found) = bytes.get(at..).and_then(|rest| memchr::memchr2(b'"', b'\\', rest)) {
            at += found;
            if bytes[at] == b'"' {
                self.in_string = false;
                return (at + 1, Some(Mark::StringEnds));
            }
            at += 2;
        }
        self.escaped = at > bytes.len();
        (bytes.len(), None)
    }

    fn outside(&mut self, bytes: &[u8]) -> (usize, Option<Mark>) {
        let Some(at) = bytes.iter().position(|byte| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']')) else {
            return (bytes.len(), None);
        };
        let mark = match bytes[at] {
            b'"' => {
                self.in_string = true;
                Mark::StringBegins
            }
            b'{' | b'[' => {
                self.depth += 1;
                Mark::Open(self.depth)
            }
            _ => {
                self.depth = self.depth.saturating_sub(1);
                Mark::Close(self.depth)
            }
        };
        (at + 1, Some(mark))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn marks(text: &[u8], step: usize) -> Vec<(usize, Mark)> {
        let (mut nesting, mut marks) = (Nesting::default(), Vec::new());
        for (index, chunk) in text.chunks(step).enumerate() {
            let mut at = 0;
            while at < chunk.len() {
                let (passed, mark) = nesting.next(&chunk[at..]);
                at += passed;
                marks.extend(mark.map(|mark| (index * step + at, mark)));
            }
        }
        marks
    }

    #[test]
    fn strings_hide_what_they_hold() {
        use Mark::{Close, Open, StringBegins, StringEnds};
        let expected = [
            (1, Open(1)),
            (2, StringBegins),
            (8, StringEnds),
            (10, Open(2)),
            (11, Close(1)),
            (12, Close(0)),
            (13, Close(0)),
        ];
        assert_eq!(marks(br#"{"\"{\\":[]}}"#, 99), expected);
    }

    proptest! {
        #[test]
        fn cuts_do_not_matter(text in r#"[\\"{}\[\]a]{0,60}"#, step in 1..9_usize) {
            prop_assert_eq!(marks(text.as_bytes(), step), marks(text.as_bytes(), 1000));
        }
    }
}
