//! What stands in a file, told by how it begins.

use super::formats::is_event_field;

/// Bytes within which the kind of a document must show.
pub(super) const LOOKAHEAD: usize = 64 * 1024;

/// Keys that may come before the one that tells what a document is.
const LEADING: &[&str] = &[
    "ResponseMetadata",
    "encryptionKey",
    "nextBackwardToken",
    "nextForwardToken",
    "nextToken",
    "queryLanguage",
    "searchedLogStreams",
    "statistics",
    "status",
    "logGroup",
    "logStream",
    "owner",
    "subscriptionFilters",
];
/// Keys that tell what a document is.
const TELLING: &[&str] = &["awslogs", "events", "logEvents", "messageType", "Messages", "results"];
/// Keys that stand beside an empty array of events or rows.
const BESIDE: &[&str] =
    &["nextBackwardToken", "nextForwardToken", "nextToken", "searchedLogStreams", "statistics", "status"];
const MESSAGE: &[&str] = &["Attributes", "Body", "MD5OfBody", "MessageAttributes", "MessageId", "ReceiptHandle"];
const RECORD: &[&str] =
    &["requestContext", "requestPayload", "responseContext", "responsePayload", "timestamp", "version"];

/// What a JSON document is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// `{"events":[{…}]}`: a page of `filter-log-events` or `get-log-events`.
    Events,
    /// `{"results":[[{"field":…,"value":…}]]}`: results of an Insights query.
    Results,
    /// `{"Messages":[{…}]}`: messages of a queue.
    Messages,
    /// `[…]`: log events, batches, rows or records.
    Array,
    /// `{"messageType":…}` or `{"awslogs":…}`: what a subscription filter sends.
    Batch,
}

impl Kind {
    /// The key whose array holds the items, if it is not the document itself that is one.
    pub(super) fn key(self) -> Option<&'static str> {
        match self {
            Self::Events => Some("events"),
            Self::Results => Some("results"),
            Self::Messages => Some("Messages"),
            Self::Array | Self::Batch => None,
        }
    }
}

/// What can be told so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sniff {
    /// A document begins here.
    Document(Kind),
    /// A record over several lines begins here, which may be all there is.
    Record,
    /// None begins here.
    No,
    /// It cannot be told without more bytes.
    More,
}

/// Length of the byte order mark that `bytes` begin with.
pub(super) fn byte_order_mark(bytes: &[u8]) -> usize {
    if bytes.starts_with(b"\xef\xbb\xbf") { 3 } else { 0 }
}

/// The first line; `None` when it does not end in `bytes`, and they are not all there is.
pub(super) fn first_line(bytes: &[u8], is_all: bool) -> Option<&[u8]> {
    match memchr::memchr(b'\n', bytes) {
        Some(end) => Some(bytes[..end].strip_suffix(b"\r").unwrap_or(&bytes[..end])),
        None => is_all.then_some(bytes),
    }
}

/// Whether a document begins with `bytes`; at the beginning of a file it may also be one record or any array of objects.
pub(super) fn document(bytes: &[u8], is_all: bool, is_first: bool) -> Sniff {
    let mut walk = Walk { bytes, at: 0 };
    match walk.document(is_first) {
        Ok(sniff) => sniff,
        Err(Cut) if is_all => Sniff::No,
        Err(Cut) => Sniff::More,
    }
}

/// Whether a document may begin with this key.
pub(super) fn may_be_first(key: &[u8]) -> bool {
    is_one_of(key, TELLING) || is_one_of(key, LEADING)
}

/// The bytes ended.
struct Cut;

/// Goes through JSON a token at a time.
struct Walk<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl<'a> Walk<'a> {
    fn document(&mut self, is_first: bool) -> Result<Sniff, Cut> {
        match self.peek()? {
            b'{' => self.object(is_first),
            b'[' => self.array(is_first),
            _ => Ok(Sniff::No),
        }
    }

    fn object(&mut self, is_first: bool) -> Result<Sniff, Cut> {
        self.at += 1;
        let mut lead = 0;
        while let Some(key) = self.key()? {
            let kind = match key {
                b"events" => self.page(Kind::Events, is_event_field)?,
                b"results" => self.page(Kind::Results, |key| is_one_of(key, &["field", "value"]))?,
                b"Messages" => self.page(Kind::Messages, |key| is_one_of(key, MESSAGE))?,
                b"messageType" => self.one_of(&["DATA_MESSAGE", "CONTROL_MESSAGE"])?.then_some(Kind::Batch),
                b"awslogs" => Some(Kind::Batch),
                b"logEvents" => self.opens(is_event_field)?.then_some(Kind::Batch),
                key if is_one_of(key, LEADING) => {
                    self.skip()?;
                    lead += 1;
                    if lead < LEADING.len() && self.peek()? == b',' {
                        self.at += 1;
                        continue;
                    }
                    None
                }
                key if lead == 0 && is_first && is_one_of(key, RECORD) => {
                    return Ok(if self.goes_on_in_next_line()? { Sniff::Record } else { Sniff::No });
                }
                _ => None,
            };
            return Ok(kind.map_or(Sniff::No, Sniff::Document));
        }
        Ok(Sniff::No)
    }

    fn array(&mut self, is_first: bool) -> Result<Sniff, Cut> {
        let is_item = |key: &[u8]| is_first || is_event_field(key) || is_one_of(key, &["field", "messageType"]);
        Ok(if self.opens(is_item)? { Sniff::Document(Kind::Array) } else { Sniff::No })
    }

    /// The array of a page: its first item must look like one, or the next key must be of such a page.
    fn page(&mut self, kind: Kind, is_item: impl Fn(&[u8]) -> bool) -> Result<Option<Kind>, Cut> {
        let start = self.at;
        if self.opens(is_item)? {
            return Ok(Some(kind));
        }
        self.at = start;
        if self.peek()? != b'[' {
            return Ok(None);
        }
        self.at += 1;
        if self.peek()? != b']' {
            return Ok(None);
        }
        self.at += 1;
        if self.peek()? != b',' {
            return Ok(None);
        }
        self.at += 1;
        Ok(self.key()?.filter(|key| is_one_of(key, BESIDE)).map(|_| kind))
    }

    /// Whether an array opens here, of objects with such a first key, or of arrays of them.
    fn opens(&mut self, is_item: impl Fn(&[u8]) -> bool) -> Result<bool, Cut> {
        if self.peek()? != b'[' {
            return Ok(false);
        }
        for _ in 0..3 {
            match self.peek()? {
                b'[' => self.at += 1,
                b'{' => {
                    self.at += 1;
                    return Ok(self.key()?.is_some_and(is_item));
                }
                _ => return Ok(false),
            }
        }
        Ok(false)
    }

    /// Whether the object that was begun is still open where its first line ends.
    fn goes_on_in_next_line(&mut self) -> Result<bool, Cut> {
        let end = memchr::memchr(b'\n', self.bytes).ok_or(Cut)?;
        let mut line = Walk { bytes: &self.bytes[..end], at: 0 };
        Ok(line.skip().is_err())
    }

    fn one_of(&mut self, values: &[&str]) -> Result<bool, Cut> {
        Ok(self.peek()? == b'"' && is_one_of(self.string()?, values))
    }

    /// The key that stands here, and its colon; `None` when there is none.
    fn key(&mut self) -> Result<Option<&'a [u8]>, Cut> {
        if self.peek()? != b'"' {
            return Ok(None);
        }
        let key = self.string()?;
        if self.peek()? != b':' {
            return Ok(None);
        }
        self.at += 1;
        Ok(Some(key))
    }

    fn string(&mut self) -> Result<&'a [u8], Cut> {
        let start = self.at + 1;
        let mut at = start;
        loop {
            let rest = self.bytes.get(at..).ok_or(Cut)?;
            at += memchr::memchr2(b'"', b'\\', rest).ok_or(Cut)?;
            if self.bytes[at] == b'"' {
                self.at = at + 1;
                return Ok(&self.bytes[start..at]);
            }
            at += 2;
        }
    }

    /// Passes a value.
    fn skip(&mut self) -> Result<(), Cut> {
        let mut depth = 0_u32;
        loop {
            match self.peek()? {
                b'"' => drop(self.string()?),
                b'{' | b'[' => {
                    depth += 1;
                    self.at += 1;
                }
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    self.at += 1;
                }
                b',' | b':' => self.at += 1,
                _ => self.at += self.bytes[self.at..].iter().take_while(|byte| is_literal(**byte)).count().max(1),
            }
            if depth == 0 {
                return Ok(());
            }
        }
    }

    /// The next byte that is no white space.
    fn peek(&mut self) -> Result<u8, Cut> {
        while let Some(byte) = self.bytes.get(self.at) {
            if !byte.is_ascii_whitespace() {
                return Ok(*byte);
            }
            self.at += 1;
        }
        Err(Cut)
    }
}

fn is_literal(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'+' | b'.')
}

fn is_one_of(key: &[u8], names: &[&str]) -> bool {
    names.iter().any(|name| name.as_bytes() == key)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(text: &str) -> Option<Kind> {
        match document(text.as_bytes(), true, true) {
            Sniff::Document(kind) => Some(kind),
            _ => None,
        }
    }

    #[test]
    fn documents_are_told_by_their_keys() {
        for (text, expected) in [
            ("{\n  \"events\": [\n {\n \"logStreamName\": \"s\"", Kind::Events),
            (r#"{"events":[],"nextForwardToken":"f/1"}"#, Kind::Events),
            (r#"{"nextToken":"a","searchedLogStreams":[{"x":[1]}],"events":[{"message":"#, Kind::Events),
            (r#"{"queryLanguage":"CWLI","results":[[{"field":"@ptr""#, Kind::Results),
            (r#"{"Messages":[{"MessageId":"1""#, Kind::Messages),
            (r#"{"messageType":"DATA_MESSAGE""#, Kind::Batch),
            (r#"{"logStream":"s","logEvents":[{"id":"1""#, Kind::Batch),
            (r#"{"awslogs":{"data":""#, Kind::Batch),
            (r#"[{"timestamp":1"#, Kind::Array),
            ("[\n[{\"field\":1", Kind::Array),
        ] {
            assert_eq!(kind(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn a_record_on_several_lines_is_told_at_the_beginning_of_a_file() {
        for text in ["{\n\"version\":\"1.0\",", "{\"version\":\"1.0\",\"requestPayload\":{\n}}"] {
            assert_eq!(document(text.as_bytes(), true, true), Sniff::Record, "{text}");
            assert_eq!(document(text.as_bytes(), true, false), Sniff::No, "{text}");
        }
    }

    #[test]
    fn other_lines_are_no_documents() {
        for text in [
            r#"{"version":"1.0","timestamp":"x"}"#,
            "{\"version\":\"1.0\"}\n{\n",
            r#"{"events":[{"type":"click"}]}"#,
            r#"{"events":[],"record":{}}"#,
            r#"{"results":[1,2]}"#,
            r#"{"events":{"message":"m"}}"#,
            r#"{"logEvents":{"message":"m"}}"#,
            r#"{"messageType":"hello"}"#,
            r#"{"level":"INFO"}"#,
            "[INFO]\t2026",
            "[]",
            "{",
            "",
        ] {
            assert_eq!(kind(text), None, "{text}");
        }
    }

    #[test]
    fn a_cut_asks_for_more() {
        let text = r#"{"nextToken":"a","events":[{"message":1"#;
        for end in 0..text.len() - 2 {
            assert_eq!(document(&text.as_bytes()[..end], false, false), Sniff::More, "{end}");
        }
    }
}
