//! Why something that looks like a record could not be read.

use std::fmt;

use super::{Crash, NotARecord};

/// What an unreadable record looks like. Displayed, it also tells the receiver's author how to log it instead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Reason {
    /// JSON that does not end in this log event.
    Cut,
    /// Nearly JSON.
    Broken,
    /// JSON that lacks a field which every record has.
    Incomplete(NotARecord),
    /// A Python dict or object, printed.
    Python,
    /// A JavaScript object as `console.log` shows it, with parts left out.
    Node,
    /// A Java object or `Map`, turned to a string.
    Java,
    /// A Ruby hash, inspected.
    Ruby,
    /// A Go map, printed with `%v`.
    Go,
    /// So many layers or brackets that the search was given up.
    Tangled,
    /// A line too long to be kept.
    TooLong,
    /// No record at all, but a message of a dead-letter queue or topic: the event that failed, and why.
    DeadLetter,
    /// No record at all: the function that logs here has itself failed.
    Crashed(Crash),
}

impl Reason {
    /// What it looks like.
    #[must_use]
    pub fn looks_like(self) -> &'static str {
        match self {
            Self::Cut => "an invocation record that is cut off: its JSON does not end in this log event",
            Self::Broken => "an invocation record in broken JSON",
            Self::Incomplete(_) => "an invocation record that lacks a field",
            Self::Python => "an invocation record printed as a Python object",
            Self::Node => "an invocation record printed with util.inspect, which leaves parts of it out",
            Self::Java => "an invocation record printed as a Java object",
            Self::Ruby => "an invocation record printed as a Ruby hash",
            Self::Go => "an invocation record printed as a Go map",
            Self::Tangled => "an invocation record below more layers than are searched",
            Self::DeadLetter => {
                "a message of a dead-letter queue, which holds the event itself and no invocation record; \
                 only a destination (DestinationConfig of the event invoke config) is sent those"
            }
            Self::Crashed(Crash::TimedOut) => {
                "the function that logs here has run out of time: a record that it was to print may be missing"
            }
            Self::Crashed(Crash::Failed) => {
                "the function that logs here has raised an error: a record that it was to print may be missing"
            }
            Self::Crashed(Crash::Exited) => {
                "the process of the function that logs here has ended: a record that it was to print may be missing"
            }
            Self::TooLong => "a line of more than 8 MiB, which is too long to be searched",
        }
    }

    /// The word for it: `unreadable`, or `dead letter` or `crash` for what never was a record.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::DeadLetter => "dead letter",
            Self::Crashed(_) => "crash",
            _ => "unreadable",
        }
    }

    /// Whether it is a record that could not be read, rather than something else that is worth a row.
    #[must_use]
    pub fn is_unreadable(self) -> bool {
        !matches!(self, Self::DeadLetter | Self::Crashed(_))
    }

    /// The one line of code that makes the receiver log records that can be read, where the language is known.
    #[must_use]
    pub fn remedy(self) -> Option<&'static str> {
        match self {
            Self::Python => Some("print(json.dumps(event))"),
            Self::Node => Some("console.log(JSON.stringify(event))"),
            Self::Java => Some("System.out.println(new com.google.gson.Gson().toJson(event))"),
            Self::Ruby => Some("puts JSON.generate(event)"),
            Self::Go => Some("json.NewEncoder(os.Stdout).Encode(event)"),
            Self::Cut
            | Self::Broken
            | Self::Incomplete(_)
            | Self::Tangled
            | Self::TooLong
            | Self::DeadLetter
            | Self::Crashed(_) => None,
        }
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.looks_like())?;
        if let Self::Incomplete(missing) = self {
            write!(f, ": {missing}")?;
        }
        match self.remedy() {
            Some(line) => write!(f, "; log it with {line}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_printer_comes_with_its_remedy() {
        assert_eq!(
            Reason::Python.to_string(),
            "an invocation record printed as a Python object; log it with print(json.dumps(event))"
        );
        assert_eq!(
            Reason::Incomplete(NotARecord::NoVersion).to_string(),
            "an invocation record that lacks a field: no version"
        );
    }
}
