//! Types of the errors that the service reports by message only.
//!
//! Recordings: a time-out was `<time> <id> Task timed out after 1.00 seconds` without a type until about 2024, and is
//! `Sandbox.Timedout` now; the death of the process and an oversized response had no type either.

/// The type that today's service gives such a message.
pub(super) fn error_type(message: &str) -> Option<&'static str> {
    const KNOWN: [(&str, &str); 4] = [
        ("Task timed out after ", "Sandbox.Timedout"),
        ("Process exited before completing request", "Runtime.ExitError"),
        ("Runtime exited with", "Runtime.ExitError"),
        ("Response payload size exceeded maximum allowed payload size", "Function.ResponseSizeTooLarge"),
    ];
    KNOWN.into_iter().find(|(text, _)| message.contains(text)).map(|(_, error_type)| error_type)
}
