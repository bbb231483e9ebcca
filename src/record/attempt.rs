//! The attempts of an invocation, read from the log lines of the function that was invoked.
//!
//! Platform lines follow recordings of the service in both log formats: `START`, `END`, `REPORT` and `INIT_START` as text,
//! `platform.*` as JSON. An execution environment runs one invocation at a time, so that every line of its stream
//! between a start and its report belongs to that attempt.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use super::json;
use crate::log::LogEvent;

/// One run of a function for an invocation.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Attempt {
    /// Log stream of the execution environment.
    pub stream: Option<Arc<str>>,
    /// When it started, in milliseconds since the Unix epoch.
    pub started: i64,
    /// When it was reported, in milliseconds since the Unix epoch.
    pub ended: Option<i64>,
    /// How long it ran.
    pub duration: Option<Duration>,
    /// How long the environment took to start, when it was a new one.
    pub init: Option<Duration>,
    /// Whether the environment was a new one.
    pub cold: bool,
    /// Megabytes that the function may use.
    pub memory: Option<u64>,
    /// Megabytes that it used at most.
    pub used: Option<u64>,
    /// What went wrong, in the words of the runtime or the platform.
    pub error: Option<String>,
    /// Its lines, in order.
    pub lines: Vec<LogEvent>,
}

impl Attempt {
    /// How long after its end the next one started.
    #[must_use]
    pub fn wait_until(&self, next: &Self) -> Option<Duration> {
        u64::try_from(next.started - self.ended?).ok().map(Duration::from_millis)
    }
}

/// What a line of the platform says.
#[derive(Debug, Default)]
struct Platform {
    kind: Kind,
    duration: Option<Duration>,
    init: Option<Duration>,
    memory: Option<u64>,
    used: Option<u64>,
    /// `timeout`, `error` and the like.
    status: Option<String>,
}

#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// A new environment is started, for no invocation in particular.
    Init,
    Start,
    Report,
    /// Another line of the platform, or one of the function.
    #[default]
    Other,
}

/// The attempts for a request id in the lines of a function's log, in order of their time.
#[must_use]
pub fn attempts(events: &[LogEvent], request_id: &str) -> Vec<Attempt> {
    let mut streams: BTreeMap<Option<Arc<str>>, Vec<&LogEvent>> = BTreeMap::new();
    for event in events {
        streams.entry(event.origin.log_stream.clone()).or_default().push(event);
    }
    let mut found: Vec<Attempt> = streams.values().flat_map(|events| of_stream(events, request_id)).collect();
    found.sort_by_key(|attempt| attempt.started);
    found
}

fn of_stream(events: &[&LogEvent], request_id: &str) -> Vec<Attempt> {
    let mut reader = Reader::default();
    for event in events {
        reader.read(event, request_id);
    }
    reader.found.extend(reader.open);
    reader.found
}

/// Goes through the lines of one stream.
#[derive(Default)]
struct Reader {
    found: Vec<Attempt>,
    open: Option<Attempt>,
    /// The start of the environment, and lines of the invocation that were logged in the millisecond of its start.
    before: Vec<LogEvent>,
    cold: bool,
}

impl Reader {
    fn read(&mut self, event: &LogEvent, request_id: &str) {
        let named = event.message.contains(request_id);
        let line = platform(&event.message);
        match (line.kind, &mut self.open) {
            (Kind::Init, None) => {
                self.before = vec![event.clone()];
                self.cold = true;
            }
            (Kind::Start, _) if named => self.start(event),
            (Kind::Start, None) => {
                // Another invocation took the new environment.
                self.before.clear();
                self.cold = false;
            }
            (Kind::Report, Some(_)) if named => self.report(event, line),
            (_, Some(attempt)) => attempt.take(event),
            (_, None) if named => match self.found.last_mut().filter(|_| !self.cold) {
                Some(last) => last.take(event),
                None => self.before.push(event.clone()),
            },
            (_, None) => {}
        }
    }

    fn start(&mut self, event: &LogEvent) {
        self.found.extend(self.open.take());
        let mut attempt = Attempt {
            stream: event.origin.log_stream.clone(),
            started: event.origin.timestamp.unwrap_or_default(),
            cold: std::mem::take(&mut self.cold),
            ..Attempt::default()
        };
        self.before.drain(..).for_each(|early| attempt.take(&early));
        attempt.take(event);
        self.open = Some(attempt);
    }

    fn report(&mut self, event: &LogEvent, line: Platform) {
        let Some(mut attempt) = self.open.take() else { return };
        attempt.ended = event.origin.timestamp;
        attempt.cold |= line.init.is_some();
        (attempt.duration, attempt.init) = (line.duration, line.init);
        (attempt.memory, attempt.used) = (line.memory, line.used);
        let status = line.status.filter(|status| status != "success");
        attempt.error = attempt.error.take().or(status);
        attempt.lines.push(event.clone());
        self.found.push(attempt);
    }
}

impl Attempt {
    fn take(&mut self, event: &LogEvent) {
        if self.error.is_none() {
            self.error = complaint(&event.message);
        }
        self.lines.push(event.clone());
    }
}

fn platform(message: &str) -> Platform {
    let kind = match message.split_once([' ', '\t']).map(|(word, _)| word) {
        Some("INIT_START") => Kind::Init,
        Some("START") => Kind::Start,
        Some("REPORT") => return report(message),
        _ if message.trim_start().starts_with('{') => return json_platform(message).unwrap_or_default(),
        _ => Kind::Other,
    };
    Platform { kind, ..Platform::default() }
}

/// `REPORT RequestId: …\tDuration: 2.03 ms\tBilled Duration: 82 ms\tMemory Size: 128 MB\tMax Memory Used: 37 MB\t…`.
fn report(message: &str) -> Platform {
    let field = |name: &str| message.split('\t').find_map(|field| field.trim().strip_prefix(name)).map(str::trim);
    let millis = |name: &str| field(name)?.strip_suffix(" ms").and_then(duration);
    let megabytes = |name: &str| field(name)?.strip_suffix(" MB")?.parse().ok();
    Platform {
        kind: Kind::Report,
        duration: millis("Duration: "),
        init: millis("Init Duration: "),
        memory: megabytes("Memory Size: "),
        used: megabytes("Max Memory Used: "),
        status: field("Status: ").map(str::to_owned),
    }
}

fn json_platform(message: &str) -> Option<Platform> {
    let line = json::members(message)?;
    let kind = match &*json::unquote(json::find(&line, "type")?.get())? {
        "platform.initStart" => Kind::Init,
        "platform.start" => Kind::Start,
        "platform.report" => Kind::Report,
        _ => Kind::Other,
    };
    let record = json::find(&line, "record").and_then(|record| json::members(record.get())).unwrap_or_default();
    let metrics = json::find(&record, "metrics").and_then(|metrics| json::members(metrics.get())).unwrap_or_default();
    let number = |key: &str| json::find(&metrics, key).map(json::Raw::get);
    Some(Platform {
        kind,
        duration: number("durationMs").and_then(duration),
        init: number("initDurationMs").and_then(duration),
        memory: number("memorySizeMB").and_then(|number| number.parse().ok()),
        used: number("maxMemoryUsedMB").and_then(|number| number.parse().ok()),
        status: json::find(&record, "status").and_then(|status| json::unquote(status.get())).map(Into::into),
    })
}

/// Milliseconds with a fraction, to the microsecond.
fn duration(millis: &str) -> Option<Duration> {
    let seconds = millis.parse::<f64>().ok()? / 1000.0;
    Duration::try_from_secs_f64(seconds).ok()
}

/// What a line complains of, when it is the runtime's or the platform's word on a failed run.
fn complaint(message: &str) -> Option<String> {
    for told in ["Task timed out after ", "Runtime exited with"] {
        if let Some(at) = message.find(told) {
            return message[at..].lines().next().map(|line| line.trim_end_matches(['"', '}']).to_owned());
        }
    }
    // Python writes its exceptions so, and its log lines with a tab after the level.
    if let Some(exception) = message.strip_prefix("[ERROR] ") {
        return exception.lines().next().map(str::to_owned);
    }
    if message.contains("\"errorType\"") {
        return json_complaint(message);
    }
    // Java repeats its class after the message, then writes both again as `printStackTrace` does.
    let lines: Vec<_> = message.lines().take(3).collect();
    match lines.as_slice() {
        [_, named, frame] if frame.starts_with("\tat ") => Some((*named).to_owned()),
        _ => None,
    }
}

fn json_complaint(message: &str) -> Option<String> {
    let start = message.find('{')?;
    let mut members = json::Members::new();
    json::read(&message[start..], &mut members).ok()?;
    let inner = json::find(&members, "message").and_then(|inner| json::members(inner.get()));
    let members = if json::find(&members, "errorType").is_some() { members } else { inner? };
    let text = |key: &str| json::find(&members, key).and_then(|value| json::unquote(value.get()));
    let words = [text("errorType"), text("errorMessage")];
    let words: Vec<_> = words.into_iter().flatten().filter(|word| !word.is_empty()).collect();
    (!words.is_empty()).then(|| words.join(": ").lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{Origin, Text};

    const ID: &str = "17b37350-871d-4d69-9b4f-a77c2ddd7fc9";

    fn events(stream: &str, lines: &[(i64, &str)]) -> Vec<LogEvent> {
        let event = |(time, message): &(i64, &str)| LogEvent {
            origin: Origin { log_stream: Some(Arc::from(stream)), timestamp: Some(*time), ..Origin::default() },
            message: Text::from(message.replace("ID", ID)),
        };
        lines.iter().map(event).collect()
    }

    #[test]
    fn attempts_of_all_streams_come_in_order() {
        let mut all = events(
            "b",
            &[
                (60_000, "START RequestId: ID Version: $LATEST\n"),
                (
                    60_040,
                    "2026-11-20T10:15:44Z\tID\tERROR\tInvoke Error \t{\"errorType\":\"TypeError\",\"errorMessage\":\"no total\",\"stack\":[]}\n",
                ),
                (60_041, "END RequestId: ID\n"),
                (
                    60_041,
                    "REPORT RequestId: ID\tDuration: 41.00 ms\tBilled Duration: 41 ms\tMemory Size: 256 MB\tMax Memory Used: 70 MB\t\n",
                ),
            ],
        );
        all.extend(events(
            "a",
            &[
                (100, "START RequestId: other Version: $LATEST\n"),
                (110, "REPORT RequestId: other\tDuration: 1 ms\t\n"),
                (900, "INIT_START Runtime Version: nodejs:22\n"),
                (1_000, "START RequestId: ID Version: $LATEST\n"),
                (1_001, "a print without the id\n"),
                (1_500, "2026-11-20T10:15:44Z ID Task timed out after 3.00 seconds\n"),
                (1_500, "REPORT RequestId: ID\tDuration: 500.50 ms\tBilled Duration: 600 ms\tMemory Size: 256 MB\tMax Memory Used: 70 MB\tInit Duration: 148.25 ms\tStatus: timeout\n"),
                (1_600, "START RequestId: next Version: $LATEST\n"),
            ],
        ));
        let found = attempts(&all, ID);
        let told: Vec<_> =
            found.iter().map(|attempt| (attempt.started, attempt.cold, attempt.error.as_deref())).collect();
        assert_eq!(
            told,
            [(1_000, true, Some("Task timed out after 3.00 seconds")), (60_000, false, Some("TypeError: no total"))]
        );
        assert_eq!(found[0].duration, Some(Duration::from_micros(500_500)));
        assert_eq!(found[0].init, Some(Duration::from_micros(148_250)));
        assert_eq!((found[0].memory, found[0].used), (Some(256), Some(70)));
        assert_eq!((found[0].lines.len(), found[1].lines.len()), (5, 4));
        assert_eq!(found[0].wait_until(&found[1]), Some(Duration::from_millis(58_500)));
    }

    #[test]
    fn the_json_format_tells_the_same() {
        let found = attempts(
            &events(
                "s",
                &[
                    (1, r#"{"time":"t","type":"platform.initStart","record":{"runtimeVersion":"x"}}"#),
                    (5, r#"{"time":"t","type":"platform.start","record":{"requestId":"ID","version":"7"}}"#),
                    (
                        6,
                        r#"{"timestamp":"t","level":"ERROR","requestId":"ID","message":{"errorType":"Error","errorMessage":"no stock"}}"#,
                    ),
                    (
                        9,
                        r#"{"time":"t","type":"platform.report","record":{"requestId":"ID","status":"error","metrics":{"durationMs":4.5,"billedDurationMs":5,"memorySizeMB":128,"maxMemoryUsedMB":40,"initDurationMs":80.1}}}"#,
                    ),
                ],
            ),
            ID,
        );
        assert_eq!(found.len(), 1);
        assert_eq!(
            (found[0].cold, found[0].error.as_deref(), found[0].used),
            (true, Some("Error: no stock"), Some(40))
        );
        assert_eq!(found[0].duration, Some(Duration::from_micros(4500)));
    }

    #[test]
    fn every_runtime_complains_in_its_own_way() {
        for (message, told) in [
            ("[ERROR] ValueError: bad\nTraceback (most recent call last):", Some("ValueError: bad")),
            ("[ERROR]\t2026-11-20T10:15:44Z\tID\ta logged error", None),
            (
                "no items: com.example.Rejected\ncom.example.Rejected: no items\n\tat com.example.A.b(A.java:1)",
                Some("com.example.Rejected: no items"),
            ),
            (
                "{\"errorMessage\":\"index out of range\",\"errorType\":\"boundsError\",\"stackTrace\":[]}",
                Some("boundsError: index out of range"),
            ),
            (
                "RequestId: ID Error: Runtime exited with error: exit status 1",
                Some("Runtime exited with error: exit status 1"),
            ),
            ("INFO all is well", None),
        ] {
            assert_eq!(complaint(message).as_deref(), told, "{message}");
        }
    }

    #[test]
    fn an_attempt_that_is_not_over_is_one() {
        let found = attempts(&events("s", &[(7, "START RequestId: ID Version: 1\n"), (8, "working\n")]), ID);
        assert_eq!((found.len(), found[0].ended, found[0].lines.len()), (1, None, 2));
    }
}
