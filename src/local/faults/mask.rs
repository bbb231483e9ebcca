//! Data protection: sensitive data in a log event is shown as asterisks to whoever may not unmask it.

use std::sync::LazyLock;

use regex::Regex;

/// Some of CloudWatch's managed data identifiers, each with what it finds.
static IDENTIFIERS: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let table = [
        ("EmailAddress", r"[A-Za-z0-9._%+-]+@[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)+"),
        ("IpAddress", r"\b(?:\d{1,3}\.){3}\d{1,3}\b"),
        ("CreditCardNumber", r"\b\d{4}[ -]?\d{4}[ -]?\d{4}[ -]?\d{4}\b"),
    ];
    table.into_iter().filter_map(|(name, pattern)| Some((name, Regex::new(pattern).ok()?))).collect()
});

/// The message with every occurrence replaced by as many asterisks; `None` without one.
pub(super) fn masked(message: &str, what: &str) -> Option<String> {
    let found: Vec<_> = match IDENTIFIERS.iter().find(|(name, _)| *name == what) {
        Some((_, pattern)) => pattern.find_iter(message).map(|found| found.range()).collect(),
        None => message.match_indices(what).map(|(at, text)| at..at + text.len()).collect(),
    };
    if found.is_empty() {
        return None;
    }
    let (mut out, mut done) = (String::with_capacity(message.len()), 0);
    for range in found {
        out.push_str(&message[done..range.start]);
        out.extend(message[range.clone()].chars().map(|_| '*'));
        done = range.end;
    }
    out.push_str(&message[done..]);
    Some(out)
}
