//! The names that can stand before a colon or a comparison.

use strsim::levenshtein;

/// What a `field:value` looks at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Field {
    Condition,
    Function,
    Id,
    Error,
    Outcome,
    Version,
    Count,
    Age,
    Time,
    Stream,
    Is,
    Fingerprint,
    Jq,
}

/// Words that people try, and the field that they mean.
const ALIASES: &[(&str, Field)] = &[
    ("function", Field::Function),
    ("lambda", Field::Function),
    ("name", Field::Function),
    ("requestid", Field::Id),
    ("reason", Field::Condition),
    ("message", Field::Error),
    ("type", Field::Error),
    ("status", Field::Outcome),
    ("result", Field::Outcome),
    ("attempts", Field::Count),
    ("tried", Field::Count),
    ("since", Field::Age),
    ("logstream", Field::Stream),
    ("group", Field::Fingerprint),
    ("has", Field::Is),
];

impl Field {
    pub(super) const ALL: [Self; 13] = [
        Self::Condition,
        Self::Function,
        Self::Id,
        Self::Error,
        Self::Outcome,
        Self::Version,
        Self::Count,
        Self::Age,
        Self::Time,
        Self::Stream,
        Self::Is,
        Self::Fingerprint,
        Self::Jq,
    ];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Condition => "condition",
            Self::Function => "fn",
            Self::Id => "id",
            Self::Error => "error",
            Self::Outcome => "outcome",
            Self::Version => "version",
            Self::Count => "count",
            Self::Age => "age",
            Self::Time => "time",
            Self::Stream => "stream",
            Self::Is => "is",
            Self::Fingerprint => "fingerprint",
            Self::Jq => "jq",
        }
    }

    /// What its value is, in words that follow "expected".
    pub(super) fn expects(self) -> &'static str {
        match self {
            Self::Condition => "a condition such as RetriesExhausted",
            Self::Function => "a function name, with * for any part",
            Self::Id => "the first characters of a request id",
            Self::Error => "a part of an error's type or message",
            Self::Outcome => "success or failure",
            Self::Version => "a version that ran, such as 7 or $LATEST",
            Self::Count => "a number of attempts, as in count>=3",
            Self::Age => "a span in s, m, h, d or w, as in age<15m",
            Self::Time => "an ISO 8601 time, as in time>=2026-04-01T12:00:00Z",
            Self::Stream => "a part of a log stream's name",
            Self::Is => "unreadable, gap, replayed, late, recovered, redelivered, replayable, masked or damaged",
            Self::Fingerprint => "the first characters of a failure's fingerprint",
            Self::Jq => "an expression, as in jq:'.requestPayload.items|length>3'",
        }
    }

    /// Whether `<`, `>=` and the like may stand in place of the colon.
    pub(super) fn is_compared(self) -> bool {
        matches!(self, Self::Count | Self::Age | Self::Time)
    }

    /// The field of that name, whatever its case.
    pub(super) fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|field| field.name().eq_ignore_ascii_case(name))
    }

    /// Says that `name` is no field, which ones there are, and which one may be meant.
    pub(super) fn unknown(name: &str) -> String {
        let known = Self::ALL.map(Self::name).join(", ");
        let meant =
            Self::nearest(name).map_or_else(String::new, |field| format!(" (did you mean `{}:`?)", field.name()));
        format!("unknown field `{name}`{meant}; fields are {known}, and quotes make it text")
    }

    fn nearest(name: &str) -> Option<Self> {
        let name = name.to_ascii_lowercase();
        let alias = ALIASES.iter().find(|(alias, _)| *alias == name).map(|&(_, field)| field);
        let abbreviated = || Self::ALL.into_iter().find(|field| field.name().starts_with(&name));
        alias.or_else(abbreviated).or_else(|| Self::least_edits(&name))
    }

    fn least_edits(name: &str) -> Option<Self> {
        let names = Self::ALL.into_iter().map(|field| (field.name(), field));
        let tried = names.chain(ALIASES.iter().copied()).map(|(known, field)| (levenshtein(name, known), known, field));
        let (edits, known, field) = tried.min_by_key(|&(edits, ..)| edits)?;
        (edits * 3 <= known.len()).then_some(field)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_field_is_found() {
        for (written, meant) in [
            ("cond", Some("condition")),
            ("conditon", Some("condition")),
            ("Function", Some("fn")),
            ("requestId", Some("id")),
            ("outcom", Some("outcome")),
            ("errr", Some("error")),
            ("functon", Some("fn")),
            ("attempts", Some("count")),
            ("payload", None),
        ] {
            assert_eq!(Field::nearest(written).map(Field::name), meant, "{written}");
        }
    }
}
