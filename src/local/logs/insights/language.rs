//! The part of the query language that reads log events: `fields`, `filter … like`, `sort @timestamp` and `limit`.

use regex::Regex;

use super::PAGE;

/// A field that every log event has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Timestamp,
    IngestionTime,
    Message,
    LogStream,
    Log,
    Ptr,
}

impl Field {
    const ALL: [Self; 6] = [Self::Timestamp, Self::IngestionTime, Self::Message, Self::LogStream, Self::Log, Self::Ptr];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Timestamp => "@timestamp",
            Self::IngestionTime => "@ingestionTime",
            Self::Message => "@message",
            Self::LogStream => "@logStream",
            Self::Log => "@log",
            Self::Ptr => "@ptr",
        }
    }
}

/// A query that can be run.
#[derive(Debug)]
pub(super) struct Query {
    /// Fields of a row, without `@ptr`, which every row has.
    pub(super) fields: Vec<Field>,
    /// Whether the oldest come first.
    pub(super) ascending: bool,
    /// Most rows, where the query says so.
    pub(super) limit: Option<usize>,
    tests: Vec<(Field, Regex)>,
}

/// What cannot be run, and the characters that are to blame.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Malformed {
    pub(super) message: String,
    pub(super) start: usize,
    pub(super) end: usize,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Token {
    Word(String),
    Quoted(String),
    Pattern(String),
    Comma,
    Pipe,
}

/// A token with the characters that it takes.
type Placed = (Token, usize, usize);

impl Query {
    /// Reads a query; what is not offered here is refused as AWS refuses what it does not know.
    pub(super) fn parse(text: &str) -> Result<Self, Malformed> {
        let tokens = tokens(text)?;
        let mut query =
            Self { fields: vec![Field::Timestamp, Field::Message], ascending: false, limit: None, tests: Vec::new() };
        let end = text.chars().count();
        for command in tokens.split(|(token, ..)| *token == Token::Pipe) {
            query.take(Cursor { rest: command, end })?;
        }
        Ok(query)
    }

    pub(super) fn matches(&self, message: &str, stream: &str) -> bool {
        self.tests.iter().all(|(field, pattern)| match field {
            Field::LogStream => pattern.is_match(stream),
            _ => pattern.is_match(message),
        })
    }

    fn take(&mut self, mut command: Cursor<'_>) -> Result<(), Malformed> {
        let verb = command.word()?;
        match verb.as_str() {
            "fields" => self.fields = command.fields()?,
            "filter" => self.tests.extend(command.tests()?),
            "sort" => self.ascending = command.sort()?,
            "limit" => self.limit = Some(command.limit()?),
            other => return Err(command.fault(&format!("unexpected symbol found {other}"))),
        }
        command.done()
    }
}

/// The tokens of one command.
struct Cursor<'a> {
    rest: &'a [Placed],
    end: usize,
}

impl Cursor<'_> {
    fn next(&mut self) -> Option<Token> {
        let (first, rest) = self.rest.split_first()?;
        self.rest = rest;
        Some(first.0.clone())
    }

    /// A fault at what comes next.
    fn fault(&self, message: &str) -> Malformed {
        let (start, end) = self.rest.first().map_or((self.end, self.end), |(_, start, end)| (*start, *end));
        Malformed { message: message.to_owned(), start, end }
    }

    fn word(&mut self) -> Result<String, Malformed> {
        let fault = self.fault("a word was expected; this local endpoint offers fields, filter, sort and limit");
        match self.next() {
            Some(Token::Word(word)) => Ok(word),
            _ => Err(fault),
        }
    }

    fn field(&mut self) -> Result<Field, Malformed> {
        let fault = self.fault("only the fields that every log event has are offered by this local endpoint");
        let name = self.word()?;
        Field::ALL.into_iter().find(|field| field.name() == name).ok_or(fault)
    }

    fn fields(&mut self) -> Result<Vec<Field>, Malformed> {
        let mut fields = vec![self.field()?];
        while matches!(self.rest.first(), Some((Token::Comma, ..))) {
            self.next();
            fields.push(self.field()?);
        }
        fields.retain(|field| *field != Field::Ptr);
        Ok(fields)
    }

    fn tests(&mut self) -> Result<Vec<(Field, Regex)>, Malformed> {
        let mut tests = vec![self.test()?];
        while matches!(self.rest.first(), Some((Token::Word(word), ..)) if word == "and") {
            self.next();
            tests.push(self.test()?);
        }
        Ok(tests)
    }

    fn test(&mut self) -> Result<(Field, Regex), Malformed> {
        let fault = self.fault("only @message and @logStream can be filtered, and only by like");
        let field = self.field()?;
        if !matches!(field, Field::Message | Field::LogStream) || self.word()? != "like" {
            return Err(fault);
        }
        let fault = self.fault("like takes a text in quotes or a pattern between slashes");
        let pattern = match self.next() {
            Some(Token::Quoted(text)) => regex::escape(&text),
            Some(Token::Pattern(pattern)) => pattern,
            _ => return Err(fault),
        };
        Regex::new(&pattern).map(|pattern| (field, pattern)).map_err(|_| fault)
    }

    fn sort(&mut self) -> Result<bool, Malformed> {
        let fault = self.fault("only @timestamp can be sorted by");
        if self.field()? != Field::Timestamp {
            return Err(fault);
        }
        match self.rest.first() {
            Some((Token::Word(word), ..)) if word == "asc" || word == "desc" => {
                let ascending = word == "asc";
                self.next();
                Ok(ascending)
            }
            _ => Ok(false),
        }
    }

    fn limit(&mut self) -> Result<usize, Malformed> {
        let fault = self.fault("limit takes a number from 1 to 10000");
        let number = self.word()?.parse().ok().filter(|number| (1..=PAGE).contains(number));
        number.ok_or(fault)
    }

    fn done(&self) -> Result<(), Malformed> {
        if self.rest.is_empty() { Ok(()) } else { Err(self.fault("unexpected symbol found behind the command")) }
    }
}

fn tokens(text: &str) -> Result<Vec<Placed>, Malformed> {
    let chars: Vec<char> = text.chars().collect();
    let (mut tokens, mut at) = (Vec::new(), 0);
    while let Some(&c) = chars.get(at) {
        let start = at;
        let token = match c {
            _ if c.is_whitespace() => {
                at += 1;
                continue;
            }
            '|' => Token::Pipe,
            ',' => Token::Comma,
            '"' | '\'' => Token::Quoted(enclosed(&chars, &mut at)?),
            '/' => Token::Pattern(enclosed(&chars, &mut at)?),
            _ => Token::Word(word(&chars, &mut at)),
        };
        at += 1;
        tokens.push((token, start, at));
    }
    Ok(tokens)
}

/// What stands between the character at `at` and the next like it; `at` is there afterwards.
fn enclosed(chars: &[char], at: &mut usize) -> Result<String, Malformed> {
    let (start, mark) = (*at, chars[*at]);
    let mut text = String::new();
    loop {
        *at += 1;
        match chars.get(*at) {
            Some(&c) if c == mark => return Ok(text),
            Some('\\') if chars.get(*at + 1) == Some(&mark) => {
                *at += 1;
                text.push(mark);
            }
            Some(&c) => text.push(c),
            None => {
                return Err(Malformed { message: format!("{mark} is not closed"), start, end: chars.len() });
            }
        }
    }
}

/// Characters up to a space, comma or pipe; `at` is on the last of them afterwards.
fn word(chars: &[char], at: &mut usize) -> String {
    let rest = &chars[*at..];
    let length = rest.iter().take_while(|c| !c.is_whitespace() && !matches!(c, ',' | '|')).count();
    *at += length - 1;
    rest[..length].iter().collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_reads_events_is_understood() {
        let query = Query::parse(
            "fields @timestamp, @message,@ptr\n| filter @message like \"a|b\" and @message like /x[0-9]+\\/y/ | sort @timestamp asc | limit 20",
        )
        .unwrap();
        assert_eq!(query.fields, [Field::Timestamp, Field::Message]);
        assert_eq!((query.ascending, query.limit), (true, Some(20)));
        assert!(query.matches("a|b x12/y", "s"));
        assert!(!query.matches("a|b x/y", "s") && !query.matches("ab x12/y", "s"));
        let query = Query::parse("filter @logStream like 'one'").unwrap();
        assert!(query.matches("m", "stream one") && !query.matches("one", "two") && !query.ascending);
    }

    #[test]
    fn everything_else_is_malformed_at_its_place() {
        for (text, start, end) in [
            ("stats count(*)", 6, 14),
            ("fields @message | parse @message \"*\" as x", 24, 32),
            ("filter @message = \"x\"", 7, 15),
            ("filter level like \"x\"", 7, 12),
            ("filter @message like \"x", 21, 23),
            ("filter @message like /(/", 21, 24),
            ("sort @message", 5, 13),
            ("limit 10001", 6, 11),
            ("limit 5 6", 8, 9),
            ("fields", 6, 6),
            ("", 0, 0),
        ] {
            let malformed = Query::parse(text).unwrap_err();
            assert_eq!((malformed.start, malformed.end), (start, end), "{text}: {}", malformed.message);
        }
    }
}
