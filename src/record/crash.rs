//! How a function that logs tells that it failed itself.
//!
//! Shapes: the platform's lines and the runtimes' own complaints about errors that nobody caught, in the text and in the
//! JSON log format. What a function logs by itself, at whatever level, is none.

use super::assemble::without_break;

/// What became of an invocation of the function that logs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Crash {
    /// It ran longer than it may.
    TimedOut,
    /// It raised an error that nobody caught.
    Failed,
    /// Its process ended.
    Exited,
}

/// What a log message tells of the invocation that it belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// It crashed.
    Crashed(Crash),
    /// It is over, and how is not told, or was well.
    Over,
}

impl Ending {
    /// Reads it from a log message; `None` for all others.
    #[must_use]
    pub fn of(message: &str) -> Option<Self> {
        let message = without_break(message);
        match message.as_bytes().first()? {
            b'R' if message.starts_with("REPORT RequestId: ") => Some(report(message)),
            b'R' if message.starts_with("RequestId: ") => exited(message),
            b'{' if message.contains("\"platform.report\"") => Some(json_report(message)),
            b'[' => python(message),
            b'0'..=b'9' => stamped(message),
            _ => None,
        }
    }
}

fn report(message: &str) -> Ending {
    let status = message.split('\t').find_map(|part| part.trim().strip_prefix("Status: "));
    status.map_or(Ending::Over, status_of)
}

fn json_report(message: &str) -> Ending {
    let status = message.split("\"status\"").nth(1).and_then(|rest| rest.split('"').nth(1));
    status.map_or(Ending::Over, status_of)
}

fn status_of(status: &str) -> Ending {
    match status {
        "timeout" => Ending::Crashed(Crash::TimedOut),
        "error" | "failure" => Ending::Crashed(Crash::Failed),
        _ => Ending::Over,
    }
}

/// `RequestId: … Error: Runtime exited with error: exit status 1`, or `… Process exited before completing request`.
fn exited(message: &str) -> Option<Ending> {
    let exited = ["Error: Runtime exited", "Process exited before completing request"];
    exited.iter().any(|words| message.contains(words)).then_some(Ending::Crashed(Crash::Exited))
}

/// `[ERROR] KeyError: 'x'`; what Python's logging writes has a tab behind the bracket.
fn python(message: &str) -> Option<Ending> {
    let (kind, _) = message.strip_prefix("[ERROR] ")?.split_once(':')?;
    let is_type = !kind.is_empty() && kind.chars().all(|c| c.is_alphanumeric() || c == '_' || c == '.');
    is_type.then_some(Ending::Crashed(Crash::Failed))
}

/// `2022-… ID Task timed out after 3.00 seconds`, and what Node.js writes when nobody caught an error.
fn stamped(message: &str) -> Option<Ending> {
    if message.trim_end().ends_with(" seconds") && message.contains(" Task timed out after ") {
        return Some(Ending::Crashed(Crash::TimedOut));
    }
    let uncaught = ["Invoke Error", "Uncaught Exception", "Unhandled Promise Rejection"];
    let text = message.split('\t').nth(3).filter(|_| message.split('\t').nth(2) == Some("ERROR"))?;
    uncaught.iter().any(|words| text.starts_with(words)).then_some(Ending::Crashed(Crash::Failed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn crashes_are_told_in_the_words_of_the_runtimes() {
        let id = "17b37350-871d-4d69-9b4f-a77c2ddd7fc9";
        let table = [
            (format!("2022-04-16T11:24:43.658Z {id} Task timed out after 3.00 seconds\n\n"), Crash::TimedOut),
            ("[ERROR] KeyError: 'x'\nTraceback (most recent call last):\n".to_owned(), Crash::Failed),
            (
                format!("2022-04-16T11:24:43.658Z\t{id}\tERROR\tInvoke Error \t{{\"errorType\":\"TypeError\"}}\n"),
                Crash::Failed,
            ),
            (
                format!("RequestId: {id} Error: Runtime exited with error: exit status 1\nRuntime.ExitError\n"),
                Crash::Exited,
            ),
            (
                format!("REPORT RequestId: {id}\tDuration: 1 ms\tBilled Duration: 2 ms\tStatus: timeout\n"),
                Crash::TimedOut,
            ),
            (r#"{"time":"t","type":"platform.report","record":{"status":"error"}}"#.to_owned(), Crash::Failed),
        ];
        for (message, crash) in table {
            assert_eq!(Ending::of(&message), Some(Ending::Crashed(crash)), "{message}");
        }
    }

    #[test]
    fn what_a_function_logs_by_itself_is_no_crash() {
        for message in [
            "[ERROR]\t2022-04-16T11:24:43.658Z\tid\tcould not read\n",
            "2022-04-16T11:24:43.658Z\tid\tERROR\tno such order\n",
            r#"{"requestContext":{"approximateInvokeCount":3},"responsePayload":"Task timed out after 3.00 seconds"}"#,
            "  \"errorMessage\": \"2022-04-16T11:24:43.658Z id Task timed out after 3.00 seconds\"\n",
            "",
        ] {
            assert_eq!(Ending::of(message), None, "{message}");
        }
        assert_eq!(Ending::of("REPORT RequestId: a\tDuration: 1 ms\t\n"), Some(Ending::Over));
    }
}
