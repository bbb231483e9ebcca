//! What becomes of a record in the receiver and its log group.

use super::super::examine::{Facts, Group};
use super::super::finding::{Findings, Gravity};
use super::super::{Logging, Receiver};

/// Levels at which what a function prints is kept.
const KEEPING: [&str; 3] = ["TRACE", "DEBUG", "INFO"];

pub(super) fn look(facts: &Facts, findings: &mut Findings) {
    let mut seen: Vec<(&str, &Logging)> = Vec::new();
    for receiver in facts.sender.destinations(None).flat_map(|destination| &destination.receivers) {
        let one = (receiver.function.as_str(), &receiver.logging);
        if seen.contains(&one) {
            continue;
        }
        seen.push(one);
        switched_off(facts, receiver, findings);
        levels(receiver, findings);
        match facts.groups.get(&receiver.logging.group) {
            Some(Some(group)) => kept(receiver, group, findings),
            Some(None) => missing(receiver, findings),
            None => {}
        }
    }
}

fn switched_off(facts: &Facts, receiver: &Receiver, findings: &mut Findings) {
    let name = receiver.function.as_str();
    if name != facts.sender.name && facts.reserved.get(name) == Some(&0) {
        findings.add(
            (Gravity::Fault, "receiver-no-concurrency"),
            name,
            "the receiver's reserved concurrency is 0",
            "it never runs, so that no record is logged",
            &format!("aws lambda delete-function-concurrency --function-name {name}"),
        );
    }
}

/// The level from which on a function logs, when that leaves out what it prints: a line without a level counts as INFO.
pub(in super::super) fn dropping(logging: &Logging) -> Option<&str> {
    logging.application.as_deref().filter(|level| logging.json && !KEEPING.contains(level))
}

fn levels(receiver: &Receiver, findings: &mut Findings) {
    let logging = &receiver.logging;
    if let Some(level) = dropping(logging) {
        findings.add(
            (Gravity::Fault, "level-drops-records"),
            &receiver.function,
            format!("the receiver logs JSON from {level} on"),
            "a record that it prints counts as INFO and is dropped: the log stays empty",
            &format!(
                "aws lambda update-function-configuration --function-name {} --logging-config LogFormat=JSON,ApplicationLogLevel=INFO,LogGroup={}",
                receiver.function, logging.group
            ),
        );
    }
}

fn missing(receiver: &Receiver, findings: &mut Findings) {
    let known = if receiver.logging.known { "" } else { " (its usual name, its settings may not be read)" };
    findings.add(
        (Gravity::Risk, "no-group"),
        &receiver.logging.group,
        format!("the log group of {} does not exist{known}", receiver.label()),
        "the receiver has never run, or its role may not create the group and write to it",
        &format!("aws logs create-log-group --log-group-name {}", receiver.logging.group),
    );
}

fn kept(receiver: &Receiver, group: &Group, findings: &mut Findings) {
    let name = receiver.logging.group.as_str();
    if group.class != "STANDARD" {
        findings.add(
            (Gravity::Fault, "group-class"),
            name,
            format!("the log group is of the class {}", group.class),
            "FilterLogEvents refuses it, so that the board cannot follow it; the class cannot be changed, only another group be used",
            &format!(
                "aws lambda update-function-configuration --function-name {} --logging-config LogGroup={name}-standard",
                receiver.function
            ),
        );
    }
    match group.retention {
        None => findings.add(
            (Gravity::Note, "kept-for-ever"),
            name,
            "its events are kept for ever",
            "payloads stay there, and are paid for, until somebody deletes them",
            &format!("aws logs put-retention-policy --log-group-name {name} --retention-in-days 30"),
        ),
        Some(days @ 1..=3) => findings.add(
            (Gravity::Risk, "kept-briefly"),
            name,
            format!("its events are kept for {days} day{}", if days == 1 { "" } else { "s" }),
            "what failed on a Friday evening is gone on Monday, and cannot be replayed from here",
            &format!("aws logs put-retention-policy --log-group-name {name} --retention-in-days 14"),
        ),
        Some(_) => {}
    }
    if group.protected {
        findings.add(
            (Gravity::Note, "masked"),
            name,
            "a data protection policy masks values in it",
            "records with masked values cannot be replayed, unless read with --unmask and the permission logs:Unmask",
            &format!("aws logs get-data-protection-policy --log-group-identifier {name}"),
        );
    }
}
