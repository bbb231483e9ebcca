//! Masking values that nobody should read over a shoulder, in a ticket or in a chat.
//!
//! Strings become as many asterisks as they had characters, numbers as many nines as they had digits: types and lengths
//! stay. `true`, `false` and `null` are left alone, since their length tells them anyway. What is masked is always a copy:
//! a replay sends the record's own bytes.

use std::borrow::Cow;
use std::fmt::Write as _;

use regex::Regex;

use super::json::{self, TokenKind};
use super::{Arrival, InvocationRecord};
use crate::log::Text;

/// Strings within strings that are looked into.
const DEEPEST: usize = 8;

/// What keys of secrets end with, without case, `-` and `_`.
const KEY_ENDS: [&str; 20] = [
    "password",
    "passwd",
    "passphrase",
    "secret",
    "secretkey",
    "secretaccesskey",
    "apikey",
    "accesstoken",
    "refreshtoken",
    "idtoken",
    "sessiontoken",
    "authtoken",
    "bearertoken",
    "authorization",
    "privatekey",
    "cardnumber",
    "creditcard",
    "securitycode",
    "cvv",
    "cvc",
];

/// Keys of secrets that are longer names' ends by chance: `nextToken` is none.
const WHOLE_KEYS: [&str; 4] = ["token", "pwd", "cookie", "setcookie"];

/// Forms that secrets have by themselves: AWS key ids, JSON Web Tokens, bearer tokens, those of GitHub, Slack, Stripe and
/// Google, and private keys.
const VALUES: &str = concat!(
    r"(?-u:\b)(?:AKIA|ASIA)[0-9A-Z]{16}(?-u:\b)",
    r"|(?-u:\b)eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*",
    r"|(?-u:\b)[Bb]earer [A-Za-z0-9._~+/=-]{12,}",
    r"|(?-u:\b)gh[pousr]_[A-Za-z0-9]{36,}",
    r"|(?-u:\b)xox[abprs]-[A-Za-z0-9-]{10,}",
    r"|(?-u:\b)[rs]k_(?:live|test)_[0-9A-Za-z]{10,}",
    r"|(?-u:\b)AIza[0-9A-Za-z_-]{35}",
    r"|-----BEGIN [A-Z ]*PRIVATE KEY-----[^-]*(?:-----END [A-Z ]*PRIVATE KEY-----)?",
);

/// Numbers as the large card schemes give them out; their check digit is looked at besides.
const CARDS: &str = r"(?-u:\b(?:4\d{3}|5[1-5]\d{2}|2[2-7]\d{2}|3[47]\d{2}|6(?:011|5\d{2}))(?:[ -]?\d){9,15}\b)";

/// What is masked.
#[derive(Debug, Clone, Default)]
pub struct Masks {
    keys: bool,
    cards: Option<Regex>,
    values: Vec<Regex>,
    paths: Vec<Regex>,
}

impl Masks {
    /// Masks by the built-in rules or not, by paths of payload values as the filter takes them (`*` stands for any part),
    /// and by what regular expressions find.
    #[must_use]
    pub fn new(built_in: bool, paths: &[String], patterns: impl IntoIterator<Item = Regex>) -> Self {
        let known = |pattern: &str| built_in.then(|| Regex::new(pattern).ok()).flatten();
        Self {
            keys: built_in,
            cards: known(CARDS),
            values: known(VALUES).into_iter().chain(patterns).collect(),
            paths: paths.iter().filter_map(|path| path_pattern(path)).collect(),
        }
    }

    /// Whether there is nothing to mask.
    #[must_use]
    pub fn is_idle(&self) -> bool {
        !self.keys && self.values.is_empty() && self.paths.is_empty()
    }

    /// Text with everything masked that gives itself away; text that is JSON is looked into.
    #[must_use]
    pub fn text<'a>(&self, text: &'a str) -> Cow<'a, str> {
        if self.is_idle() {
            return Cow::Borrowed(text);
        }
        if text.trim_start().starts_with(['{', '[']) { self.json(text, "") } else { self.plain(text) }
    }

    /// JSON text, or the beginning of one, with its secrets masked; `root` is what the filter calls the payload, empty for
    /// a whole record.
    #[must_use]
    pub fn json<'a>(&self, text: &'a str, root: &str) -> Cow<'a, str> {
        if self.is_idle() { Cow::Borrowed(text) } else { self.walk(text, root, 0) }
    }

    /// The arrival with its secrets masked, when it has any.
    #[must_use]
    pub fn arrival(&self, arrival: &Arrival) -> Option<Arrival> {
        let Cow::Owned(text) = self.json(arrival.record.text(), "") else { return None };
        let text = Text::from(text);
        let record = InvocationRecord::read(&text).ok()?;
        // Around the record stands what has the same secrets in another spelling, unless it is JSON too.
        let message = match self.walk(&arrival.message, "", 0) {
            _ if arrival.recovered => text,
            Cow::Owned(message) => Text::from(self.plain(&message).into_owned()),
            Cow::Borrowed(message) => Text::from(message),
        };
        Some(Arrival { record, message, redacted: true, ..arrival.clone() })
    }

    fn plain<'a>(&self, text: &'a str) -> Cow<'a, str> {
        let mut masked = Cow::Borrowed(text);
        for pattern in &self.values {
            if let Cow::Owned(next) = pattern.replace_all(&masked, |found: &regex::Captures<'_>| stars(&found[0])) {
                masked = Cow::Owned(next);
            }
        }
        let cards = self.cards.iter().filter(|cards| cards.find_iter(&masked).any(|found| is_card(found.as_str())));
        for cards in cards.collect::<Vec<_>>() {
            let star =
                |found: &regex::Captures<'_>| if is_card(&found[0]) { stars(&found[0]) } else { found[0].to_owned() };
            masked = Cow::Owned(cards.replace_all(&masked, star).into_owned());
        }
        masked
    }

    fn walk<'a>(&self, text: &'a str, root: &str, depth: usize) -> Cow<'a, str> {
        let forms = self.values.iter().chain(&self.cards).any(|pattern| pattern.is_match(text));
        let mut walk = Walk { masks: self, out: String::new(), copied: 0, place: Place::at(root), forms, depth };
        for (kind, range) in json::tokens(text) {
            walk.take(kind, text, range);
        }
        if walk.copied == 0 {
            return Cow::Borrowed(text);
        }
        walk.out.push_str(&text[walk.copied..]);
        Cow::Owned(walk.out)
    }

    fn is_secret_key(&self, key: &str) -> bool {
        if !self.keys {
            return false;
        }
        let plain: String = key.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
        KEY_ENDS.iter().any(|end| plain.ends_with(end)) || WHOLE_KEYS.contains(&plain.as_str())
    }

    fn is_secret_path(&self, path: &str) -> bool {
        self.paths.iter().any(|pattern| pattern.is_match(path))
    }
}

/// A path with `*` for any text and `[]` for any item, also for what lies below it.
fn path_pattern(path: &str) -> Option<Regex> {
    let plain = regex::escape(path.trim()).replace(r"\*", ".*").replace(r"\[\]", r"\[\d+\]");
    Regex::new(&format!(r"^(?:{plain})(?:$|[.\[])")).ok().filter(|_| !path.trim().is_empty())
}

fn stars(text: &str) -> String {
    text.chars().map(|c| if c.is_whitespace() { c } else { '*' }).collect()
}

/// Luhn's check digit.
fn is_card(text: &str) -> bool {
    let digits: Vec<u32> = text.chars().filter_map(|c| c.to_digit(10)).collect();
    let sum: u32 = digits
        .iter()
        .rev()
        .enumerate()
        .map(|(at, &digit)| match (at % 2, digit * 2) {
            (0, _) => digit,
            (_, twice @ 10..) => twice - 9,
            (_, twice) => twice,
        })
        .sum();
    (13..=19).contains(&digits.len()) && sum.is_multiple_of(10)
}

/// Where in a JSON text a token stands.
struct Place {
    /// The path of the next value.
    path: String,
    /// For each bracket that is open: its path, whether everything in it is masked, and the place of the next item of an
    /// array.
    open: Vec<(String, bool, Option<usize>)>,
    /// Whether the value that follows its key is masked.
    secret: bool,
}

impl Place {
    fn at(root: &str) -> Self {
        Self { path: root.to_owned(), open: Vec::new(), secret: false }
    }

    /// Goes from what was there to what stands in the innermost bracket.
    fn rewind(&mut self) {
        if let Some((path, ..)) = self.open.last() {
            self.path.clone_from(path);
        }
    }

    fn is_masked(&self) -> bool {
        self.secret || self.open.last().is_some_and(|(_, masked, _)| *masked)
    }
}

struct Walk<'m> {
    masks: &'m Masks,
    out: String,
    /// Bytes of the text that are in `out`, masked where they have to be; 0 while nothing was masked.
    copied: usize,
    place: Place,
    /// Whether a secret in the text gives itself away by its form.
    forms: bool,
    depth: usize,
}

impl Walk<'_> {
    fn take(&mut self, kind: TokenKind, text: &str, range: std::ops::Range<usize>) {
        let token = &text[range.clone()];
        match kind {
            TokenKind::Key => self.key(token),
            TokenKind::Punctuation => self.punctuation(token),
            TokenKind::String | TokenKind::Number => {
                self.item();
                if let Some(masked) = self.masked(kind, token) {
                    self.out.push_str(&text[self.copied..range.start]);
                    self.out.push_str(&masked);
                    self.copied = range.end;
                }
                self.place.secret = false;
            }
            TokenKind::Literal => {
                self.item();
                self.place.secret = false;
            }
            TokenKind::Space => {}
        }
    }

    fn key(&mut self, token: &str) {
        let key = json::unquote(token).unwrap_or_default();
        self.place.rewind();
        match &*key {
            "requestPayload" => "request".clone_into(&mut self.place.path),
            "responsePayload" => "response".clone_into(&mut self.place.path),
            key => {
                if !self.place.path.is_empty() {
                    self.place.path.push('.');
                }
                self.place.path.push_str(key);
            }
        }
        self.place.secret = self.masks.is_secret_key(&key) || self.masks.is_secret_path(&self.place.path);
    }

    /// A value that follows no key is an item of an array, or the whole text.
    fn item(&mut self) {
        if let Some((_, _, Some(place))) = self.place.open.last_mut() {
            let at = std::mem::replace(place, *place + 1);
            self.place.rewind();
            // Writing to a string cannot fail.
            let _ = write!(self.place.path, "[{at}]");
            self.place.secret = self.masks.is_secret_path(&self.place.path);
        }
    }

    fn punctuation(&mut self, token: &str) {
        match token {
            "{" | "[" => {
                self.item();
                let masked = self.place.is_masked();
                let items = (token == "[").then_some(0);
                self.place.open.push((self.place.path.clone(), masked, items));
                self.place.secret = false;
            }
            "}" | "]" => {
                self.place.open.pop();
                self.place.secret = false;
            }
            _ => {}
        }
    }

    fn masked(&self, kind: TokenKind, token: &str) -> Option<String> {
        let whole = self.place.is_masked();
        if kind == TokenKind::Number {
            let card = self.masks.cards.as_ref().is_some_and(|cards| cards.is_match(token) && is_card(token));
            return (whole || card).then(|| token.chars().map(|c| if c.is_ascii_digit() { '9' } else { c }).collect());
        }
        let said = json::unquote(token)?;
        if whole {
            let stars: String = said.chars().map(|_| '*').collect();
            return (!said.is_empty()).then(|| format!("\"{stars}\""));
        }
        let nested = said.contains('"') && said.trim_start().starts_with(['{', '[']) && self.depth < DEEPEST;
        if !nested && !self.forms {
            return None;
        }
        let masked =
            if nested { self.masks.walk(&said, &self.place.path, self.depth + 1) } else { self.masks.plain(&said) };
        match masked {
            Cow::Owned(masked) => serde_json::to_string(&masked).ok(),
            Cow::Borrowed(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn built_in() -> Masks {
        Masks::new(true, &[], [])
    }

    #[test]
    fn secrets_are_known_by_their_keys() {
        for (text, masked) in [
            (r#"{"user":"ann","password":"grün 1"}"#, r#"{"user":"ann","password":"******"}"#),
            (r#"{"x-api-key":"a\u00fcb","nextToken":"abc"}"#, r#"{"x-api-key":"***","nextToken":"abc"}"#),
            (
                r#"{"client_secret":{"a":["x",-12.5,null]},"b":"x"}"#,
                r#"{"client_secret":{"a":["*",-99.9,null]},"b":"x"}"#,
            ),
            (r#"{"body":"{\"token\":\"abc\",\"n\":1}"}"#, r#"{"body":"{\"token\":\"***\",\"n\":1}"}"#),
            (r#"{"Authorization": "Basic abc" }"#, r#"{"Authorization": "*********" }"#),
            (r#"{"secret":true,"pwd":"","cvv":123}"#, r#"{"secret":true,"pwd":"","cvv":999}"#),
        ] {
            assert_eq!(built_in().json(text, "request"), masked);
        }
    }

    #[test]
    fn secrets_are_known_by_their_form() {
        for (text, masked) in [
            (r#"["key AKIAIOSFODNN7EXAMPLE used"]"#, r#"["key ******************** used"]"#),
            (r#"["card 4111 1111 1111 1111"]"#, r#"["card **** **** **** ****"]"#),
            ("[4111111111111111]", "[9999999999999999]"),
            (r#"["sk_live_0123456789abc"]"#, r#"["*********************"]"#),
        ] {
            assert_eq!(built_in().json(text, ""), masked);
        }
        assert_eq!(built_in().text("Bearer abcdefghijklmnop failed"), "****** **************** failed");
    }

    #[test]
    fn what_is_no_secret_is_borrowed() {
        for text in [
            r#"{"big":9007199254740993,"id":"17b37350-871d-4d69-9b4f-a77c2ddd7fc9","time":1650108283658}"#,
            r#"{"card":"4111111111111112","tokens":3}"#,
            "not json at all",
        ] {
            assert!(matches!(built_in().json(text, ""), Cow::Borrowed(same) if same == text), "{text}");
        }
    }

    #[test]
    fn paths_and_patterns_are_the_users() {
        let paths = ["request.card.number", "*.email", "response.items[].sku"].map(str::to_owned);
        let masks = Masks::new(false, &paths, [Regex::new("A-[0-9]+").unwrap()]);
        let record = r#"{"requestPayload":{"card":{"number":{"a":"xy"},"name":"n"},"user":{"email":"e"},"password":"p"},"responsePayload":{"items":[{"sku":"s"}],"order":"is A-77."}}"#;
        let masked = r#"{"requestPayload":{"card":{"number":{"a":"**"},"name":"n"},"user":{"email":"*"},"password":"p"},"responsePayload":{"items":[{"sku":"*"}],"order":"is ****."}}"#;
        assert_eq!(masks.json(record, ""), masked);
        assert!(Masks::default().is_idle());
    }

    #[test]
    fn an_arrival_is_masked_as_a_copy() {
        let message = r#"got {"version":"1.0","requestContext":{"requestId":"r","condition":"x"},"requestPayload":{"password":"abcd"}}"#;
        let mut found = Vec::new();
        let event = crate::log::LogEvent { origin: crate::log::Origin::default(), message: Text::from(message) };
        crate::record::Finder::new().push(&event, &mut found);
        let Some(crate::record::Found::Arrival(arrival)) = found.pop() else { panic!("no arrival") };
        let masked = built_in().arrival(&arrival).expect("a secret");
        assert_eq!(masked.record.request_payload(), Some(r#"{"password":"****"}"#));
        assert!(!masked.message.contains("abcd") && masked.redacted && !masked.replayable());
        assert_eq!(arrival.record.request_payload(), Some(r#"{"password":"abcd"}"#));
    }
}
