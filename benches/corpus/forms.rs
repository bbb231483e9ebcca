//! Files of the events of a corpus, in the forms that a reader is given.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::print::quoted;
use super::{Corpus, Event, STREAMS};

/// A form of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A message a line, one stream after the other.
    Lines,
    /// A log event a line, as JSON.
    JsonLines,
    /// What `aws logs filter-log-events` gives, page after page.
    Pages,
    /// What `aws logs tail` prints.
    Tail,
    /// The objects of an export to S3, one stream after the other.
    Export,
    /// What `aws logs get-query-results` gives.
    Results,
    /// The console's download of a query.
    Table,
    /// What a subscription filter sends.
    Batches,
}

/// All forms.
pub const FORMS: [Form; 8] =
    [Form::Lines, Form::JsonLines, Form::Pages, Form::Tail, Form::Export, Form::Results, Form::Table, Form::Batches];

/// Events of a page or a batch.
const PAGE: usize = 500;

impl Form {
    /// Writes the events of `corpus` in this form.
    pub fn write(self, corpus: &Corpus, out: &mut impl Write) -> io::Result<()> {
        let events = &corpus.events;
        match self {
            Self::Lines => by_stream(events).try_for_each(|event| writeln!(out, "{}", event.message)),
            Self::JsonLines => events.iter().try_for_each(|event| writeln!(out, "{}", object(event, true))),
            Self::Pages => events.chunks(PAGE).try_for_each(|page| {
                let objects: Vec<_> = page.iter().map(|event| object(event, true)).collect();
                writeln!(
                    out,
                    "{{\n    \"events\": [\n{}\n    ],\n    \"searchedLogStreams\": []\n}}",
                    objects.join(",\n")
                )
            }),
            Self::Tail => events.iter().try_for_each(|event| {
                writeln!(out, "{}000+00:00 {} {}", time(event.time, 'T'), stream(event.stream), event.message)
            }),
            Self::Export => {
                by_stream(events).try_for_each(|event| writeln!(out, "{}Z {}", time(event.time, 'T'), event.message))
            }
            Self::Results => events.chunks(PAGE).try_for_each(|page| {
                let rows: Vec<_> = newest_first(page).into_iter().map(row).collect();
                writeln!(out, "{{\"queryLanguage\":\"CWLI\",\"results\":[{}],\"status\":\"Complete\"}}", rows.join(","))
            }),
            Self::Table => {
                out.write_all(b"@timestamp,@message,@logStream\n")?;
                newest_first(events).into_iter().try_for_each(|event| {
                    writeln!(
                        out,
                        "{},\"{}\",{}",
                        time(event.time, ' '),
                        event.message.replace('"', "\"\""),
                        stream(event.stream)
                    )
                })
            }
            Self::Batches => events
                .chunks(PAGE)
                .try_for_each(|page| (0..STREAMS).try_for_each(|number| out.write_all(batch(page, number).as_bytes()))),
        }
    }
}

/// The events of one stream after those of the other, each in the order of their times: where a form names no stream.
fn by_stream(events: &[Event]) -> impl Iterator<Item = &Event> {
    let mut sorted: Vec<_> = events.iter().collect();
    sorted.sort_by_key(|event| (event.stream, event.time));
    sorted.into_iter()
}

fn newest_first(events: &[Event]) -> Vec<&Event> {
    let mut sorted: Vec<_> = events.iter().collect();
    sorted.sort_by_key(|event| event.time);
    sorted.reverse();
    sorted
}

fn stream(number: usize) -> String {
    format!("2026/11/20/[$LATEST]{number:032x}")
}

fn time(millis: i64, separator: char) -> String {
    let time = jiff::Timestamp::from_millisecond(millis).unwrap_or_default();
    time.strftime(&format!("%Y-%m-%d{separator}%H:%M:%S.%3f")).to_string()
}

fn object(event: &Event, has_stream: bool) -> String {
    let mut text = format!("{{\"timestamp\":{},\"message\":{}", event.time, quoted(&event.message));
    if has_stream {
        // Writing to a string cannot fail.
        let _ = write!(text, ",\"logStreamName\":\"{}\",\"ingestionTime\":{}", stream(event.stream), event.time + 300);
        let _ = write!(text, ",\"eventId\":\"{:056}\"", event.id);
    } else {
        let _ = write!(text, ",\"id\":\"{:056}\"", event.id);
    }
    text + "}"
}

fn row(event: &Event) -> String {
    format!(
        r#"[{{"field":"@timestamp","value":"{}"}},{{"field":"@message","value":{}}},{{"field":"@logStream","value":"{}"}},{{"field":"@ptr","value":"p{}"}}]"#,
        time(event.time, ' '),
        quoted(&event.message),
        stream(event.stream),
        event.id,
    )
}

fn batch(events: &[Event], number: usize) -> String {
    let objects: Vec<_> =
        events.iter().filter(|event| event.stream == number).map(|event| object(event, false)).collect();
    format!(
        r#"{{"messageType":"DATA_MESSAGE","owner":"1","logGroup":"/aws/lambda/receiver","logStream":"{}","subscriptionFilters":["f"],"logEvents":[{}]}}"#,
        stream(number),
        objects.join(","),
    )
}
