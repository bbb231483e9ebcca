//! What the sender's own settings lead to.

use super::super::examine::Facts;
use super::super::finding::{Findings, Gravity};
use super::super::{Destination, Route, Sender};
use super::{quoted, span};

/// Both outcomes to one receiver.
const BOTH: &str = r#"'{"OnSuccess":{"Destination":"RECEIVER_ARN"},"OnFailure":{"Destination":"RECEIVER_ARN"}}'"#;
/// Seconds after which the first and the second retry run.
const RETRIES_RUN: [u32; 2] = [60, 180];

pub(super) fn look(facts: &Facts, findings: &mut Findings) {
    let sender = &facts.sender;
    let name = sender.name.as_str();
    if facts.reserved.get(name) == Some(&0) {
        findings.add(
            (Gravity::Fault, "no-concurrency"),
            name,
            "its reserved concurrency is 0",
            "no event runs: each ends at once as ZeroReservedConcurrency",
            &format!("aws lambda delete-function-concurrency --function-name {name}"),
        );
    }
    without_config(facts, findings);
    for route in &sender.routes {
        outcomes(sender, route, findings);
        retries(name, route, findings);
    }
    dead_letter(sender, findings);
}

/// Qualifiers that are invoked by a name of their own have a config of their own, or none.
fn without_config(facts: &Facts, findings: &mut Findings) {
    let name = facts.sender.name.as_str();
    let has = |qualifier: &str| facts.sender.routes.iter().any(|route| route.qualifier == qualifier);
    let all = || std::iter::once("$LATEST").chain(facts.aliases.iter().map(String::as_str)).collect();
    // The one that was named may be a version, too.
    let qualifiers = facts.sender.only.as_deref().map_or_else(all, |only| vec![only]);
    for qualifier in qualifiers.into_iter().filter(|qualifier| !has(qualifier)) {
        let others: Vec<&str> = facts.sender.routes.iter().map(|route| route.qualifier.as_str()).collect();
        let elsewhere =
            if others.is_empty() { String::new() } else { format!(", only {} has one", others.join(" and ")) };
        findings.add(
            (if others.is_empty() { Gravity::Fault } else { Gravity::Risk }, "no-config"),
            &format!("{name}:{qualifier}"),
            format!("it has no event-invoke config{elsewhere}"),
            "events that are sent to this qualifier leave no record, whether they succeed or fail",
            &configure("put", name, qualifier, &format!("--destination-config {BOTH}")),
        );
    }
}

/// The command that makes (`put`) or changes (`update`) the config of a qualifier.
fn configure(verb: &str, name: &str, qualifier: &str, what: &str) -> String {
    let qualifier = quoted(qualifier);
    format!("aws lambda {verb}-function-event-invoke-config --function-name {name} --qualifier {qualifier} {what}")
}

fn outcomes(sender: &Sender, route: &Route, findings: &mut Findings) {
    let subject = format!("{}:{}", sender.name, route.qualifier);
    let (gravity, code, found, consequence) = match (&route.on_success, &route.on_failure) {
        (None, None) => (
            Gravity::Fault,
            "no-destination",
            "its event-invoke config names no destination",
            "no event leaves a record, whether it succeeds or fails",
        ),
        (Some(_), None) => (
            Gravity::Fault,
            "no-failure-destination",
            "failures have no destination",
            "what fails leaves no record: an empty failure pane says nothing",
        ),
        (None, Some(_)) => (
            Gravity::Note,
            "no-success-destination",
            "successes have no destination",
            "only failures leave records; there is nothing to compare them with",
        ),
        (Some(_), Some(_)) => return,
    };
    let what = format!("--destination-config {}", completed(route));
    let mend = configure("update", &sender.name, &route.qualifier, &what);
    findings.add((gravity, code), &subject, found, consequence, &mend);
}

/// The destinations that are there, and a place to fill in for those that are not: they are replaced as a whole.
fn completed(route: &Route) -> String {
    let arn = |to: &Option<Destination>| to.as_ref().map_or_else(|| "RECEIVER_ARN".to_owned(), |to| to.arn.clone());
    let (success, failure) = (arn(&route.on_success), arn(&route.on_failure));
    format!(r#"'{{"OnSuccess":{{"Destination":"{success}"}},"OnFailure":{{"Destination":"{failure}"}}}}'"#)
}

fn retries(name: &str, route: &Route, findings: &mut Findings) {
    let (retries, age) = (route.retries.unwrap_or(2), route.age.unwrap_or(21_600));
    let subject = format!("{name}:{}", route.qualifier);
    if retries == 0 {
        findings.add(
            (Gravity::Note, "no-retry"),
            &subject,
            "it is not retried",
            "a failure is final at the first attempt, a passing one too",
            &configure("update", name, &route.qualifier, "--maximum-retry-attempts 2"),
        );
    }
    let fitting = RETRIES_RUN.iter().filter(|after| **after <= age).count().min(retries as usize) as u32;
    if fitting < retries {
        findings.add(
            (Gravity::Risk, "age-before-retries"),
            &subject,
            format!("events are given up after {}, before {} of its {retries} retries", span(age), retries - fitting),
            "failures end as EventAgeExceeded instead of RetriesExhausted, and are tried less often than configured",
            &configure("update", name, &route.qualifier, "--maximum-event-age-in-seconds 21600"),
        );
    }
}

fn dead_letter(sender: &Sender, findings: &mut Findings) {
    let Some(queue) = &sender.dead_letter else { return };
    let name = sender.name.as_str();
    let remove =
        format!("aws lambda update-function-configuration --function-name {name} --dead-letter-config TargetArn=");
    if sender.routes.iter().any(|route| route.on_failure.is_some()) {
        findings.add(
            (Gravity::Risk, "dead-letter-too"),
            name,
            format!("it has the dead-letter queue {queue} beside a failure destination"),
            "both get every failed event: whoever works through both does it twice",
            &remove,
        );
    } else {
        findings.add(
            (Gravity::Note, "dead-letter-only"),
            name,
            format!("its failed events go to the dead-letter queue {queue}"),
            "what lies there is the event itself, without the error and the attempts that a record tells of",
            "",
        );
    }
}
