//! Patterns that stand in settings.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A name in which `*` stands for any text, also for none.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct NamePattern(String);

impl NamePattern {
    /// Whether the whole name fits.
    #[must_use]
    pub fn matches(&self, name: &str) -> bool {
        fits(&self.0, name)
    }
}

impl From<&str> for NamePattern {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl fmt::Display for NamePattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

fn fits(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(start) else { return false };
    let mut parts = rest.split('*').peekable();
    while let Some(part) = parts.next() {
        if parts.peek().is_none() {
            return left.ends_with(part);
        }
        let Some(at) = left.find(part) else { return false };
        left = &left[at + part.len()..];
    }
    true
}

/// A regular expression.
#[derive(Debug, Clone, Serialize, Deserialize, JsonSchema)]
#[serde(try_from = "String", into = "String")]
#[schemars(with = "String")]
pub struct TextPattern(regex::Regex);

impl TextPattern {
    /// The expression, ready to search with.
    #[must_use]
    pub fn regex(&self) -> &regex::Regex {
        &self.0
    }
}

impl TryFrom<String> for TextPattern {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        // The last line of a syntax error says what is wrong; those before it draw the place.
        regex::Regex::new(&text).map(Self).map_err(|error| {
            let words = error.to_string();
            let wrong = words.lines().last().unwrap_or_default();
            format!("no regular expression: {}", wrong.trim_start_matches("error: "))
        })
    }
}

impl From<TextPattern> for String {
    fn from(pattern: TextPattern) -> Self {
        pattern.0.as_str().to_owned()
    }
}

impl PartialEq for TextPattern {
    fn eq(&self, other: &Self) -> bool {
        self.0.as_str() == other.0.as_str()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stars_stand_for_any_text() {
        let cases = [
            ("prod", "prod", true),
            ("prod", "prod-eu", false),
            ("prod*", "prod", true),
            ("*prod*", "my-prod-eu", true),
            ("*prod", "prod-eu", false),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-c", false),
            ("*", "", true),
            ("ab*ba", "aba", false),
        ];
        for (pattern, name, wanted) in cases {
            assert_eq!(NamePattern::from(pattern).matches(name), wanted, "{pattern} {name}");
        }
    }

    #[test]
    fn a_broken_expression_says_why() {
        let error = TextPattern::try_from("a(".to_owned()).unwrap_err();
        assert!(error.contains("unclosed group"), "{error}");
    }
}
