//! What is taken along from the board: commands that send a payload again, test events, files, and a note on an incident.

mod command;
pub mod note;

use crate::record::{Arrival, json};

pub use command::{curl, invoke};

/// A record's JSON, or those of several as an array with one on each line.
#[must_use]
pub fn records(arrivals: &[Arrival]) -> String {
    let texts: Vec<_> = arrivals.iter().map(|arrival| json::one_line(arrival.record.text())).collect();
    match texts.as_slice() {
        [one] => one.to_string(),
        several => format!("[\n{}\n]", several.join(",\n")),
    }
}

/// The payload laid out over lines, as `sam local invoke --event` and the console's test tab take it; `None` without one.
#[must_use]
pub fn test_event(arrival: &Arrival) -> Option<String> {
    arrival.record.request_payload().map(json::pretty)
}

/// What the files of a record are called, without extension: function and request id, as far as a file's name can say them.
#[must_use]
pub fn stem(arrival: &Arrival) -> String {
    let record = &arrival.record;
    let function = record.function().map_or("record", |arn| arn.name());
    let name = format!("{function}-{}", record.request_id().unwrap_or("without-id"));
    name.chars().take(120).map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' }).collect()
}

#[cfg(test)]
mod tests;
