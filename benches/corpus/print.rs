//! The forms in which a receiver's records reach its log.

use super::Mix;
use super::random::Random;
use super::record::{record, request_id};

/// What one print of a receiver becomes in its log.
#[derive(Debug, Default)]
pub struct Print {
    /// Messages in the order in which the service gives them, and by how much their times differ from that order.
    pub pieces: Vec<(i64, String)>,
    /// Request ids of the records in it.
    pub records: Vec<String>,
    /// Records in it that cannot be read.
    pub unreadable: usize,
}

impl Print {
    pub fn of(mix: Mix, random: &mut Random, number: u64) -> Self {
        let record = record(random, number);
        let id = request_id(number);
        if mix == Mix::Bare {
            return Self::whole(record, vec![id]);
        }
        match random.below(20) {
            0..3 => Self::whole(record, vec![id]),
            3 => Self::whole(
                format!("2026-11-20T10:15:44.001Z\t0d9b7a52-1111\tINFO\tgot {record} and [more] {{"),
                vec![id],
            ),
            4 => Self::whole(
                format!(r#"{{"timestamp":"2026-11-20T10:15:44.001Z","level":"INFO","message":{record}}}"#),
                vec![id],
            ),
            5 => Self::whole(format!(r#"{{"level":"INFO","message":{},"requestId":"x"}}"#, quoted(&record)), vec![id]),
            6 => Self::whole(sns(&record), vec![id]),
            7 | 8 => Self::batch(random, number, record),
            9 => Self::whole(
                format!(
                    r#"{{"version":"0","id":"1","detail-type":"Lambda Function Invocation Result - Failure","source":"lambda","region":"eu-central-1","resources":[],"detail":{record}}}"#
                ),
                vec![id],
            ),
            10 => Self::two(random, number, &record),
            // The receiver was tried again.
            11 => Self { pieces: vec![(0, record.clone()), (0, record)], records: vec![id.clone(), id], unreadable: 0 },
            12 => Self::lines(&record, id),
            13 => Self::whole(pretty(&record), vec![id]),
            14 => Self::cut(random, &record, id),
            15 => Self::overtaken(&record, id),
            16 => Self::whole(python(&record), vec![id]),
            17 => Self::whole(
                python(&format!(
                    r#"{{"Records":[{{"messageId":"m","eventSource":"aws:sqs","body":{}}}]}}"#,
                    quoted(&record)
                )),
                vec![id],
            ),
            18 => Self::unreadable(random, &id),
            _ => Self::whole(format!("event: {}", quoted(&record)), vec![id]),
        }
    }

    fn whole(message: String, records: Vec<String>) -> Self {
        Self { pieces: vec![(0, message)], records, unreadable: 0 }
    }

    fn batch(random: &mut Random, number: u64, first: String) -> Self {
        let mut bodies = vec![first];
        let mut records = vec![request_id(number)];
        for further in 1..=random.below(4) as u64 {
            // Numbers of prints are small.
            let number = (further << 40) | number;
            bodies.push(record(random, number));
            records.push(request_id(number));
        }
        let messages: Vec<_> = bodies
            .iter()
            .map(|body| format!(r#"{{"messageId":"m","receiptHandle":"h","body":{},"attributes":{{"ApproximateReceiveCount":"1"}},"eventSource":"aws:sqs"}}"#, quoted(body)))
            .collect();
        Self::whole(format!(r#"{{"Records": [{}]}}"#, messages.join(", ")), records)
    }

    fn two(random: &mut Random, number: u64, first: &str) -> Self {
        let other = (1 << 40) | number;
        Self::whole(format!("{first} {} rest", record(random, other)), vec![request_id(number), request_id(other)])
    }

    /// Pretty-printed, a line an event.
    fn lines(record: &str, id: String) -> Self {
        let pieces = pretty(record).lines().map(|line| (0, line.to_owned())).collect();
        Self { pieces, records: vec![id], unreadable: 0 }
    }

    /// Cut at a number of bytes.
    fn cut(random: &mut Random, record: &str, id: String) -> Self {
        let [first, second] = split(record, random);
        Self { pieces: vec![(0, first.to_owned()), (0, second.to_owned())], records: vec![id], unreadable: 0 }
    }

    /// Cut, and its middle arrives last.
    fn overtaken(record: &str, id: String) -> Self {
        let (first, rest) = record.split_at(record.find(",\"functionArn\"").unwrap_or_default());
        let (middle, last) = rest.split_at(rest.find("\"requestPayload\"").unwrap_or_default());
        // The clock goes on by one for each: the middle was logged before the last.
        let pieces = vec![(0, first.to_owned()), (1, last.to_owned()), (-1, middle.to_owned())];
        Self { pieces, records: vec![id], unreadable: 0 }
    }

    fn unreadable(random: &mut Random, id: &str) -> Self {
        let message = match random.below(4) {
            0 => format!(
                "{{ version: '1.0', requestContext: {{ requestId: '{id}', condition: 'Success' }}, requestPayload: {{ order: [Object] }} }}"
            ),
            1 => format!(
                "{{version=1.0, requestContext={{requestId={id}, condition=Success}}, requestPayload={{order=1}}}}"
            ),
            2 => format!(
                "map[requestContext:map[condition:Success requestId:{id}] requestPayload:map[order:1] version:1.0]"
            ),
            _ => format!(
                "{{\"version\" => \"1.0\", \"requestContext\" => {{\"requestId\" => \"{id}\", \"condition\" => \"Success\"}}}}"
            ),
        };
        Self { pieces: vec![(0, message)], records: Vec::new(), unreadable: 1 }
    }
}

pub fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

pub fn sns(record: &str) -> String {
    format!(
        r#"{{"Records":[{{"EventSource":"aws:sns","EventVersion":"1.0","Sns":{{"Type":"Notification","TopicArn":"t","Message":{},"Timestamp":"2026-11-20T10:15:44.001Z"}}}}]}}"#,
        quoted(record)
    )
}

fn pretty(record: &str) -> String {
    arrivals::record::json::pretty(record)
}

/// Two parts, neither of them short, cut between characters.
fn split<'a>(text: &'a str, random: &mut Random) -> [&'a str; 2] {
    let quarter = text.len() / 4;
    let (first, second) = text.split_at(text.floor_char_boundary(quarter + random.below(2 * quarter)));
    [first, second]
}

/// What Python's `print` shows of the same object.
fn python(json: &str) -> String {
    use arrivals::record::json::{TokenKind, tokens, unescape};
    tokens(json)
        .map(|(kind, range)| match (kind, &json[range]) {
            (TokenKind::Key | TokenKind::String, text) => repr(&unescape(&text[1..text.len() - 1])),
            (_, "true") => "True".to_owned(),
            (_, "false") => "False".to_owned(),
            (_, "null") => "None".to_owned(),
            (_, ":") => ": ".to_owned(),
            (_, ",") => ", ".to_owned(),
            (_, other) => other.to_owned(),
        })
        .collect()
}

fn repr(text: &str) -> String {
    let quote = if text.contains('\'') && !text.contains('"') { '"' } else { '\'' };
    let mut out = String::from(quote);
    for c in text.chars() {
        match c {
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\u{1b}' => out.push_str("\\x1b"),
            _ if c == quote => out.extend(['\\', c]),
            _ => out.push(c),
        }
    }
    out.push(quote);
    out
}
