//! `{ $.a.b = "x" && … }`: comparisons inside a message that is JSON.

use regex::Regex;
use serde_json::value::RawValue;

use super::super::super::json::Json;
use super::{delimited_regex, quoted};

/// What has to hold.
#[derive(Debug)]
pub(in crate::local::logs) enum Expression {
    Any(Vec<Expression>),
    All(Vec<Expression>),
    Test(Vec<Step>, Test),
}

/// A step from a value to one inside it.
#[derive(Debug)]
pub(in crate::local::logs) enum Step {
    Member(String),
    Element(usize),
}

/// What is asked of the selected value.
#[derive(Debug)]
pub(in crate::local::logs) enum Test {
    NotExists,
    Is(Json),
    Number(&'static str, f64),
    Text { equal: bool, pattern: Regex },
}

impl Expression {
    /// Whether the message is JSON as a whole, and this holds in it.
    pub(super) fn holds_in(&self, message: &str) -> bool {
        let text = message.trim();
        let is_json = text.starts_with(['{', '[']) && serde_json::from_str::<&RawValue>(text).is_ok();
        is_json && Json::parse(text).is_some_and(|json| self.holds(&json))
    }

    fn holds(&self, json: &Json) -> bool {
        match self {
            Self::Any(parts) => parts.iter().any(|part| part.holds(json)),
            Self::All(parts) => parts.iter().all(|part| part.holds(json)),
            Self::Test(path, test) => test.holds(select(json, path)),
        }
    }
}

fn select<'a>(json: &'a Json, path: &[Step]) -> Option<&'a Json> {
    path.iter().try_fold(json, |value, step| match step {
        Step::Member(name) => value.get(name),
        Step::Element(at) => value.list()?.get(*at),
    })
}

impl Test {
    fn holds(&self, value: Option<&Json>) -> bool {
        match (self, value) {
            (Self::NotExists, value) => value.is_none(),
            (_, None) => false,
            (Self::Is(wanted), Some(value)) => value == wanted,
            (Self::Number(operator, wanted), Some(value)) => {
                value.number().is_some_and(|number| compare(number, operator, *wanted))
            }
            (Self::Text { equal, pattern }, Some(value)) => match value {
                Json::Text(text) => pattern.is_match(text) == *equal,
                Json::Bool(flag) => pattern.is_match(if *flag { "true" } else { "false" }) == *equal,
                _ => !equal,
            },
        }
    }
}

/// Equality is exact: the pattern and the message wrote the same number.
#[expect(clippy::float_cmp, reason = "both sides are parsed from text, none is computed")]
fn compare(number: f64, operator: &str, wanted: f64) -> bool {
    match operator {
        "=" => number == wanted,
        "!=" => number != wanted,
        "<" => number < wanted,
        "<=" => number <= wanted,
        ">" => number > wanted,
        _ => number >= wanted,
    }
}

/// Parses a pattern that begins with a brace.
pub(super) fn parse(text: &str) -> Result<Expression, String> {
    let mut parser = Parser { rest: text };
    parser.expect("{")?;
    let expression = parser.any()?;
    parser.expect("}")?;
    let rest = parser.rest.trim();
    if rest.is_empty() { Ok(expression) } else { Err(format!("Invalid filter pattern: '{rest}' after }}")) }
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn any(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.all()?];
        while self.eat("||") {
            parts.push(self.all()?);
        }
        Ok(Expression::Any(parts))
    }

    fn all(&mut self) -> Result<Expression, String> {
        let mut parts = vec![self.one()?];
        while self.eat("&&") {
            parts.push(self.one()?);
        }
        Ok(Expression::All(parts))
    }

    fn one(&mut self) -> Result<Expression, String> {
        if self.eat("(") {
            let inside = self.any()?;
            self.expect(")")?;
            return Ok(inside);
        }
        let path = self.path()?;
        let test = self.test()?;
        Ok(Expression::Test(path, test))
    }

    fn path(&mut self) -> Result<Vec<Step>, String> {
        self.expect("$")?;
        let mut path = Vec::new();
        loop {
            if let Some(after) = self.rest.strip_prefix('.') {
                self.rest = after;
                path.push(Step::Member(self.word(|c| c.is_alphanumeric() || "_-$@".contains(c))?));
            } else if let Some(after) = self.rest.strip_prefix('[') {
                self.rest = after;
                path.push(self.index()?);
                self.expect("]")?;
            } else {
                return Ok(path);
            }
        }
    }

    fn index(&mut self) -> Result<Step, String> {
        if self.rest.starts_with('"') {
            return self.quoted().map(Step::Member);
        }
        let digits = self.word(|c| c.is_ascii_digit())?;
        digits.parse().map(Step::Element).map_err(|_| self.wanted("an index"))
    }

    fn test(&mut self) -> Result<Test, String> {
        if self.eat("NOT EXISTS") {
            return Ok(Test::NotExists);
        }
        if self.eat("IS") {
            let values = [("NULL", Json::Null), ("TRUE", Json::Bool(true)), ("FALSE", Json::Bool(false))];
            let found = values.into_iter().find(|(word, _)| self.eat(word)).map(|(_, value)| Test::Is(value));
            return found.ok_or_else(|| self.wanted("NULL, TRUE or FALSE"));
        }
        let operators = ["!=", "<=", ">=", "=", "<", ">"];
        let operator = operators.into_iter().find(|operator| self.eat(operator));
        let operator = operator.ok_or_else(|| self.wanted("an operator"))?;
        self.value(operator)
    }

    fn value(&mut self, operator: &'static str) -> Result<Test, String> {
        self.rest = self.rest.trim_start();
        let is_equality = matches!(operator, "=" | "!=");
        let equal = operator == "=";
        if self.rest.starts_with('%') && is_equality {
            let (pattern, rest) = delimited_regex(self.rest)?;
            self.rest = rest;
            return Ok(Test::Text { equal, pattern });
        }
        let is_quoted = self.rest.starts_with('"');
        let text = if is_quoted { self.quoted()? } else { self.bare()? };
        match text.parse::<f64>() {
            Ok(number) if !is_quoted => Ok(Test::Number(operator, number)),
            _ if is_equality => Ok(Test::Text { equal, pattern: wildcards(&text)? }),
            _ => Err(format!("Invalid filter pattern: {operator} needs a number, not '{text}'")),
        }
    }

    fn bare(&mut self) -> Result<String, String> {
        let word = self.word(|c| !c.is_whitespace() && !"{}()&|=<>!\"".contains(c));
        word.map_err(|_| self.wanted("a value"))
    }

    fn quoted(&mut self) -> Result<String, String> {
        let (inside, rest) = quoted(self.rest)?;
        self.rest = rest;
        Ok(inside)
    }

    /// The characters from here on that belong to a word.
    fn word(&mut self, belongs: impl Fn(char) -> bool) -> Result<String, String> {
        let (word, rest) = self.rest.split_at(self.rest.find(|c| !belongs(c)).unwrap_or(self.rest.len()));
        if word.is_empty() {
            return Err(self.wanted("a name"));
        }
        self.rest = rest;
        Ok(word.to_owned())
    }

    fn eat(&mut self, token: &str) -> bool {
        let after = self.rest.trim_start().strip_prefix(token);
        self.rest = after.unwrap_or(self.rest);
        after.is_some()
    }

    fn expect(&mut self, token: &str) -> Result<(), String> {
        if self.eat(token) { Ok(()) } else { Err(self.wanted(token)) }
    }

    fn wanted(&self, what: &str) -> String {
        format!("Invalid filter pattern: expected {what} at '{}'", self.rest.trim())
    }
}

/// A text in which `*` stands for anything.
fn wildcards(text: &str) -> Result<Regex, String> {
    let parts: Vec<String> = text.split('*').map(regex::escape).collect();
    Regex::new(&format!("(?s)^{}$", parts.join(".*"))).map_err(|error| error.to_string())
}
