//! What follows from the facts. Every rule is a function of them; none asks anything.

mod counts;
mod destination;
mod receiver;
mod sender;

#[cfg(test)]
mod tests;

use super::examine::Facts;
use super::finding::{Finding, Findings};

pub(super) use receiver::dropping;

/// Everything that is wrong or worth knowing, the gravest first.
pub(super) fn findings(facts: &Facts) -> Vec<Finding> {
    let mut findings = Findings::new(&facts.flags);
    sender::look(facts, &mut findings);
    destination::look(facts, &mut findings);
    receiver::look(facts, &mut findings);
    counts::look(facts, &mut findings);
    findings.sorted()
}

/// A name in a command, quoted where a shell would read more into it.
fn quoted(word: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || "-_./:=,@".contains(c);
    if word.chars().all(plain) { word.to_owned() } else { format!("'{}'", word.replace('\'', r"'\''")) }
}

/// A number of seconds as people say it.
fn span(seconds: u32) -> String {
    match seconds {
        0..60 => format!("{seconds} s"),
        60..3600 => format!("{} min", seconds / 60),
        _ => format!("{} h", f64::from(seconds / 360) / 10.0),
    }
}
