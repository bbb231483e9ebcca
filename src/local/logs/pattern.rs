//! CloudWatch's filter patterns: terms, and comparisons inside a message that is JSON.
//!
//! Terms match anywhere in a message, with their case. Of the language, `[a, b]` patterns of columns are not here.

mod json;

use regex::Regex;

use self::json::Expression;

/// Characters of a pattern.
const LONGEST: usize = 1024;

/// A parsed filter pattern.
#[derive(Debug)]
pub(super) enum Pattern {
    /// Every message.
    All,
    /// Messages with these words.
    Terms(Terms),
    /// Messages that are JSON for which this holds.
    Json(Expression),
}

/// Words of a pattern.
#[derive(Debug, Default)]
pub(super) struct Terms {
    all: Vec<Term>,
    any: Vec<Term>,
    none: Vec<Term>,
}

/// One word.
#[derive(Debug)]
enum Term {
    Text(String),
    Regex(Regex),
}

impl Pattern {
    /// Parses a pattern; the error is a sentence for the caller.
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text.chars().count() > LONGEST {
            return Err(format!(
                "Value at 'filterPattern' failed to satisfy constraint: Member must have length less than or equal to {LONGEST}"
            ));
        }
        match text.chars().next() {
            None => Ok(Self::All),
            Some('{') => json::parse(text).map(Self::Json),
            Some('[') => Err("Invalid filter pattern: this local endpoint has no patterns of columns".to_owned()),
            Some(_) => Terms::parse(text).map(Self::Terms),
        }
    }

    /// Whether a message matches.
    pub(super) fn matches(&self, message: &str) -> bool {
        match self {
            Self::All => true,
            Self::Terms(terms) => terms.match_in(message),
            Self::Json(expression) => expression.holds_in(message),
        }
    }
}

impl Terms {
    fn parse(text: &str) -> Result<Self, String> {
        let (mut terms, mut rest) = (Self::default(), text);
        while !rest.is_empty() {
            let list = match rest.as_bytes()[0] {
                b'?' => &mut terms.any,
                b'-' => &mut terms.none,
                _ => &mut terms.all,
            };
            let word = rest.strip_prefix(['?', '-']).unwrap_or(rest);
            let (term, after) = Term::read(word)?;
            list.push(term);
            rest = after.trim_start();
        }
        Ok(terms)
    }

    /// AWS ignores `?term` beside other terms.
    fn match_in(&self, message: &str) -> bool {
        let is_in = |term: &Term| term.is_in(message);
        if self.all.is_empty() && self.none.is_empty() {
            return self.any.iter().any(is_in);
        }
        self.all.iter().all(is_in) && !self.none.iter().any(is_in)
    }
}

impl Term {
    /// The term that the text begins with, and what follows it.
    fn read(text: &str) -> Result<(Self, &str), String> {
        if text.starts_with('"') {
            let (inside, rest) = quoted(text)?;
            return Ok((Self::Text(inside), rest));
        }
        if text.starts_with('%') {
            let (regex, rest) = delimited_regex(text)?;
            return Ok((Self::Regex(regex), rest));
        }
        let (word, rest) = text.split_at(text.find(char::is_whitespace).unwrap_or(text.len()));
        let is_plain = !word.is_empty() && word.chars().all(|c| c.is_alphanumeric() || c == '_');
        if is_plain {
            Ok((Self::Text(word.to_owned()), rest))
        } else {
            Err(format!("Invalid character(s) in term '{word}'"))
        }
    }

    fn is_in(&self, message: &str) -> bool {
        match self {
            Self::Text(text) => message.contains(text.as_str()),
            Self::Regex(regex) => regex.is_match(message),
        }
    }
}

/// The text of a leading `"…"`, in which `\` escapes, and what follows it.
fn quoted(text: &str) -> Result<(String, &str), String> {
    let mut inside = String::new();
    let mut chars = text.char_indices().skip(1);
    while let Some((at, c)) = chars.next() {
        match c {
            '"' => return Ok((inside, &text[at + 1..])),
            '\\' => inside.extend(chars.next().map(|(_, escaped)| escaped)),
            other => inside.push(other),
        }
    }
    Err(format!("Invalid filter pattern: unclosed quote in {text}"))
}

/// The expression of a leading `%…%`, and what follows it.
fn delimited_regex(text: &str) -> Result<(Regex, &str), String> {
    let inside = text.strip_prefix('%').and_then(|rest| rest.split_once('%'));
    let (source, rest) = inside.ok_or_else(|| format!("Invalid filter pattern: unclosed % in {text}"))?;
    let regex = Regex::new(source).map_err(|_| format!("Invalid filter pattern: invalid regex %{source}%"))?;
    Ok((regex, rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(pattern: &str, message: &str, expected: bool) {
        let parsed = Pattern::parse(pattern).unwrap_or_else(|error| panic!("{pattern}: {error}"));
        assert_eq!(parsed.matches(message), expected, "{pattern} on {message}");
    }

    #[test]
    fn terms_are_all_in_the_message() {
        let message = "[ERROR] RuntimeError: I'm supposed to fail here";
        let table = [
            ("", true),
            ("  ", true),
            ("ERROR", true),
            ("error", false),
            ("ERROR fail", true),
            ("ERROR success", false),
            ("\"supposed to fail\"", true),
            ("\"fail supposed\"", false),
            ("\"[ERROR]\" -success", true),
            ("ERROR -fail", false),
            ("-\"not there\"", true),
            ("?success ?fail", true),
            ("?success ?there", false),
            ("ERROR ?success", true),
            ("%Run.*fail%", true),
            ("%^Run%", false),
        ];
        for (pattern, expected) in table {
            check(pattern, message, expected);
        }
        check(r#""\"condition\":""#, r#"{"condition":"Success"}"#, true);
    }

    #[test]
    fn comparisons_look_into_json() {
        let message = r#"{"requestContext": {"condition": "RetriesExhausted", "approximateInvokeCount": 3}, "list": [{"a": 1.5}], "no": null, "yes": true}"#;
        let table = [
            (r#"{ $.requestContext.condition = "RetriesExhausted" }"#, true),
            (r#"{$.requestContext.condition="Success"}"#, false),
            (r#"{ $.requestContext.condition != "Success" }"#, true),
            (r"{ $.requestContext.condition = Retries* }", true),
            (r#"{ $.requestContext.condition = "*Exhausted" }"#, true),
            (r#"{ $.requestContext.condition = "*Age*" }"#, false),
            (r"{ $.requestContext.condition = %^Retries% }", true),
            ("{ $.requestContext.approximateInvokeCount = 3 }", true),
            ("{ $.requestContext.approximateInvokeCount >= 4 }", false),
            ("{ $.requestContext.approximateInvokeCount < 4 }", true),
            (r#"{ $.requestContext.approximateInvokeCount = "3" }"#, false),
            (r#"{ $["list"][0].a > 1 }"#, true),
            ("{ $.list[1].a > 1 }", false),
            ("{ $.no IS NULL }", true),
            ("{ $.yes IS TRUE && $.no IS NULL }", true),
            ("{ $.yes IS FALSE || $.no IS NULL }", true),
            ("{ $.missing NOT EXISTS }", true),
            ("{ $.yes NOT EXISTS }", false),
            (r#"{ $.missing != "x" }"#, false),
            (r"{ ($.yes IS TRUE || $.yes IS FALSE) && $.missing NOT EXISTS }", true),
            ("{ $.yes = true }", true),
        ];
        for (pattern, expected) in table {
            check(pattern, message, expected);
        }
    }

    #[test]
    fn only_a_whole_message_counts_as_json() {
        let pattern = r#"{ $.condition = "Success" }"#;
        check(pattern, "{\"condition\": \"Success\"}\n", true);
        check(pattern, "received {\"condition\": \"Success\"}", false);
        check(pattern, "{\"condition\": \"Success\"} and more", false);
        check(pattern, "\"Success\"", false);
    }

    #[test]
    fn what_is_no_pattern_is_refused_with_a_reason() {
        let table = [
            ("/aws", "Invalid character(s) in term '/aws'"),
            ("a-b", "Invalid character(s) in term 'a-b'"),
            ("\"open", "unclosed quote"),
            ("%open", "unclosed %"),
            ("%(%", "invalid regex"),
            ("[a, b]", "columns"),
            ("{ $.a = 1", "expected }"),
            ("{ a = 1 }", "expected $"),
            ("{ $.a ~ 1 }", "expected an operator"),
            ("{ $.a = }", "expected a value"),
            ("{ $.a < x }", "needs a number"),
            ("{ $.a = 1 } x", "after }"),
            ("-", "Invalid character(s)"),
        ];
        for (pattern, reason) in table {
            let error = Pattern::parse(pattern).expect_err(pattern);
            assert!(error.contains(reason), "{pattern}: {error}");
        }
        assert!(Pattern::parse(&"x".repeat(1025)).is_err());
    }
}
