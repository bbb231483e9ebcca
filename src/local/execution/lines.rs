//! The lines around a run: as text, or as JSON when the function's log format says so.

use serde::Serialize;

use super::super::clock::{iso_millis, now_ms};
use super::super::deployment::{Level, Logging};
use super::super::wire::to_json;

/// A line of the service, kept when its level is not below the function's.
pub(super) struct Line<'a, T> {
    /// Its text form, with its line break.
    pub(super) text: String,
    /// Type of its JSON form, such as `start` of `platform.start`; none for what only the text form has.
    pub(super) kind: Option<&'static str>,
    /// How grave it is.
    pub(super) level: Level,
    /// What its JSON form tells.
    pub(super) record: &'a T,
}

#[derive(Serialize)]
struct Platform<'a, T> {
    time: String,
    r#type: String,
    record: &'a T,
}

/// The service's line as it is logged; `None` when it is dropped.
pub(super) fn system<T: Serialize>(logging: &Logging, line: Line<'_, T>) -> Option<String> {
    let Some(levels) = logging.levels else { return Some(line.text) };
    let kind = line.kind.filter(|_| line.level >= levels.system)?;
    let record = Platform { time: iso_millis(now_ms()), r#type: format!("platform.{kind}"), record: line.record };
    Some(to_json(&record))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Complaint<'a> {
    timestamp: String,
    level: Level,
    request_id: &'a str,
    message: &'a str,
}

/// What a runtime logs of a failure, as it is logged; `None` when it is dropped.
pub(super) fn complaint(logging: &Logging, request_id: &str, text: &str) -> Option<String> {
    match logging.levels {
        None => Some(format!("{text}\n")),
        Some(levels) if levels.application > Level::Error => None,
        Some(_) => {
            let timestamp = iso_millis(now_ms());
            Some(to_json(&Complaint { timestamp, level: Level::Error, request_id, message: text.trim_end() }))
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn logged(format: &str, level: Level) -> Option<String> {
        let line = Line { text: "START\n".to_owned(), kind: Some("start"), level, record: &[1] };
        let wanted = serde_json::from_value(json!({"LogFormat": format})).unwrap();
        system(&Logging::default().with(wanted).unwrap(), line)
    }

    #[test]
    fn lines_of_the_service_follow_the_format_and_the_level() {
        assert_eq!(logged("Text", Level::Debug).as_deref(), Some("START\n"));
        let json = logged("JSON", Level::Info).unwrap();
        assert!(json.ends_with(r#"Z","type":"platform.start","record":[1]}"#), "{json}");
        assert_eq!(logged("JSON", Level::Debug), None);
    }
}
