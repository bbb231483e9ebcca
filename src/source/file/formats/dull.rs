//! Lines without a record's words that mean nothing by themselves: no document begins in them, they tell of no log event,
//! and leave no object open.

use super::fields::Field;
use super::plain::{begins_other, may_tell_of_event};
use crate::record::{self, DullObjects};
use crate::source::file::lines::Bracket;
use crate::source::file::sniff::{self, Sniff};

/// Tells what means nothing, and remembers what that was like.
#[derive(Debug, Default)]
pub(super) struct Dull {
    /// Objects that begin a line, …
    lines: DullObjects,
    /// … and others.
    others: DullObjects,
}

impl Dull {
    /// How much from a bracket on means nothing.
    pub(super) fn length(&mut self, bracket: Bracket<'_>) -> Option<usize> {
        let (rest, begins_line) = (bracket.rest(), bracket.begins_line());
        let may_matter = |next: &u8| match rest[0] {
            b'[' => begins_line && (matches!(next, b'[' | b'{') || next.is_ascii_whitespace()),
            _ => matches!(next, b'"' | b'\'' | b'\\') || next.is_ascii_whitespace(),
        };
        if !rest.get(1).is_some_and(may_matter) {
            return Some(1);
        }
        // Most lines with an object are one, which is told at a single look.
        self.object(rest, begins_line).or_else(|| {
            let (line, length) = bracket.line();
            is_dull(line).then_some(length)
        })
    }

    /// Length of the object that `rest` begins with, if it ends in its line and its keys show that it means nothing.
    fn object(&mut self, rest: &[u8], begins_line: bool) -> Option<usize> {
        if !begins_line {
            return self.others.length(rest, |_, _| Some(0));
        }
        let mut look = Look::First;
        self.lines.length(rest, |key, value| look.depends(key, value))
    }
}

/// What the keys of an object are looked at for.
enum Look {
    /// Whether a document begins with this one, or a log event has it.
    First,
    /// Whether a log event has this one.
    Next,
    /// Nothing any more.
    Over,
}

impl Look {
    /// How much of the value has to be as it is for the object not to be a document or a log event; `None` when it may be.
    fn depends(&mut self, key: &[u8], value: &[u8]) -> Option<usize> {
        match self {
            Self::First if begins_other(key) => *self = Self::Over,
            Self::First if sniff::may_be_first(key) => return None,
            Self::First => *self = Self::Next,
            Self::Next | Self::Over => {}
        }
        match (self, key) {
            (Self::Over, _) => Some(0),
            (_, b"timestamp" | b"@timestamp") => is_date(value).then_some(DATE),
            // Most keys are told apart by how they begin.
            (_, [b'l', b'o', ..] | [b'e', b'v', ..] | [b'i', b'n', ..] | [b'@', ..])
                if Field::written(key).is_some_and(Field::is_of_cloudwatch) =>
            {
                None
            }
            _ => Some(0),
        }
    }
}

/// So much shows that a value is a date: a quote, a year and a dash.
const DATE: usize = 6;

/// Whether the value is a time that is written out.
fn is_date(value: &[u8]) -> bool {
    let begins =
        |[quote, year @ .., dash]: &[u8; DATE]| *quote == b'"' && year.iter().all(u8::is_ascii_digit) && *dash == b'-';
    value.first_chunk().is_some_and(begins)
}

/// Whether a line means nothing.
fn is_dull(line: &[u8]) -> bool {
    let begins_document =
        || matches!(line.first(), Some(b'{' | b'[')) && sniff::document(line, false, false) != Sniff::No;
    let is_whole = |line: &str| !may_tell_of_event(line) && !record::may_begin(line);
    !begins_document() && std::str::from_utf8(line).is_ok_and(is_whole)
}

#[cfg(test)]
mod tests {
    use std::borrow::Cow;

    use proptest::prelude::*;

    use super::*;
    use crate::log::{LogEvent, Names, Origin, Text};
    use crate::record::Finder;
    use crate::source::file::formats::{lossy, plain, steps};
    use crate::source::file::lines::Lines;

    /// The numbers of the lines of a text that are passed over.
    fn passed(text: &[u8]) -> Vec<u64> {
        let mut lines = Lines::new(text, text.len() + 1);
        lines.fill().unwrap();
        let (mut dull, mut passed) = (Dull::default(), Vec::new());
        loop {
            let first = lines.number();
            let count = lines.pass(|bracket| dull.length(bracket)).lines;
            passed.extend(first..first + count);
            if lines.next_line().is_none() {
                return passed;
            }
        }
    }

    fn lines() -> impl Strategy<Value = Vec<u8>> {
        let pieces: Vec<&[u8]> = vec![
            b"{",
            b"}",
            b"[",
            b"]",
            b",",
            b":",
            b"\"",
            b"\\\"",
            b"'",
            b"x ",
            b" ",
            b"\r",
            b"\n",
            b"\n",
            b"\r\n",
            b"\x0c",
            b"\xc3\xbc",
            b"\xff",
            b"1",
            b"{\"",
            b"\"}\n",
            b"{\"a\":1}",
            b"{\"a\":\"\xff\\u00fc\\\"{\",",
            b"{\"\\u0065vents\":[",
            b"\n{\"a\":[{}],\"",
            b"\n{\"events\":[{\"message\":\"m\"",
            b"\n{\"nextToken\":[},",
            b"\n{\"status\":1,\"events\":[{\"message\":1}]}",
            b"\n[[{\"field\":",
            b"\n[{\"message\":1,\"timestamp\":1}]\n",
            b"\n[ ",
            b"\n{\"messageType\":\"DATA_MESSAGE\"",
            b"\n{\"message\":\"m\",\"timestamp\":",
            b"\n{\"message\":\"m\",\"timestamp\":\"\",\"x-y\":1}",
            b"\n{\"message\":\"m\",\"t\\u0069mestamp\":1}",
            b"\n{\"time\":\"2026-11-20T10:15:44Z\",\"type\":\"platform.report\"}",
            b"\n{\"timestamp\":\"2026-11-20T10:15:44Z\",\"message\":\"{done}\",",
            b"\"timestamp\":1,",
            b"\"@timestamp\":null}",
            b"\"eventId\":\"1\",",
            b"\"@logStream\":\"s\"}",
            b"\"logStream\":\"s\",\"message\":\"m\"",
            b"\"messageAttributes\":{\"RequestID\":1,\"ErrorCode\":1,\"ErrorMessage\":1}}",
            b"messageAttributes\":",
            b"{\"RequestID\":1,\"Error\\u0043ode\":1,\"ErrorMessage\":1}",
            b"{'condition': ",
            b"requestPayload",
            b"requestContext",
        ];
        prop::collection::vec(prop::sample::select(pieces), 0..12).prop_map(|pieces| pieces.concat())
    }

    fn means_something(line: &[u8]) -> bool {
        let (line, _) = lossy(line);
        let place = steps::place();
        let event = plain::event(Cow::Borrowed(&line), place.at(1)).into_event(&mut Names::default());
        let alone = LogEvent {
            origin: Origin { line: Some(1), file: Some(place.file), ..Origin::default() },
            message: Text::from(&*line),
        };
        let (mut finder, mut found) = (Finder::new(), Vec::new());
        finder.push(&alone, &mut found);
        event != alone || !finder.is_idle() || !found.is_empty()
    }

    /// Lines of objects that differ in little.
    fn alike() -> impl Strategy<Value = Vec<u8>> {
        let value = r#"("x"|"x"|"2026-1"|"2026-1"|"2026-\\\""|""|"\n"|1|null|\{\})"#;
        let last = r#"("x"|1|\{"RequestID":1,"ErrorCode":1,"ErrorMessage":1\})"#;
        let members = format!(
            r#""(a|timestamp)":{value},"(b|message)":{value},"(c|@timestamp|logStream|messageAttributes)":{last}"#
        );
        let line = prop::string::string_regex(&format!(r#"(x )?\{{{members}\}}( \{{"b":(1|\}}))?\n"#)).unwrap();
        prop::collection::vec(line, 1..16).prop_map(|lines| lines.concat().into_bytes())
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2048, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn a_dull_line_means_nothing(text in prop_oneof![lines(), alike()], at_end: bool) {
            let begins: Vec<usize> = std::iter::once(0).chain(memchr::memchr_iter(b'\n', &text).map(|at| at + 1)).collect();
            for number in passed(&text) {
                let (begin, end) = (begins[number as usize - 1], begins[number as usize]);
                let line = &text[begin..end - 1];
                prop_assert!(!means_something(line.strip_suffix(b"\r").unwrap_or(line)));
                if let [b'{' | b'[', ..] = line {
                    prop_assert_eq!(sniff::document(&text[begin..], at_end, false), Sniff::No);
                }
            }
        }
    }

    #[test]
    fn lines_that_mean_something_are_not_dull() {
        for line in [
            "{",
            "[",
            "x {\"version\":\"1.0\",",
            "{'version': '1.0',",
            r#"{"events":[{"message":"m"}]}"#,
            r#"[{"message":"m","timestamp":1}]"#,
            r#"{"message":"m","timestamp":1}"#,
            r#"{"message":"m","@timestamp":1}"#,
            r#"{"message":"m","timestamp":"","x-y":1}"#,
            r#"{"message":"m","x":1,"eventId":"1"}"#,
            r#"{"timestamp":"2026-11-20T10:15:44Z","logStream":"s","message":"m"}"#,
            r#"{"a":1} {"b":"#,
            r#"{"a":{"messageAttributes":{"RequestID":"1","ErrorCode":"2","ErrorMessage":"3"}}}"#,
        ] {
            assert_eq!(passed(format!("x\n{line}\nx\n").as_bytes()), [1, 3], "{line}");
        }
    }

    #[test]
    fn lines_that_log_formats_write_are_dull() {
        for line in [
            "[INFO] x",
            "[]",
            "got {17}",
            "got [{\"a\":1}, {}] {x}",
            "{\"a\":1} [",
            r#"{"time":"2026-11-20T10:15:44Z","type":"platform.report","record":{}}"#,
            r#"{"timestamp":"2026-11-20T10:15:44Z","level":"INFO","message":"{done}"}"#,
            r#"{"level":"INFO","message":"\"{\"","event":{"timestamp":1,"logStream":"s"},"logger":"l"}"#,
        ] {
            for end in ["\n", "\r\n"] {
                assert_eq!(passed(format!("x\n{line}{end}x\n").as_bytes()), [1, 2, 3], "{line}");
            }
        }
        assert_eq!(passed(b"{\"a\":\"\xff\"}\n[\xff]\n"), [1, 2]);
    }
}
