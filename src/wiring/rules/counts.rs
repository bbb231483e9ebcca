//! What CloudWatch's counts of the last day say.

use super::super::examine::Facts;
use super::super::finding::{Findings, Gravity};
use super::super::metrics::Measure;
use super::super::{Kind, Sender};

pub(super) fn look(facts: &Facts, findings: &mut Findings) {
    let sender = &facts.sender;
    let of_sender = |measure| facts.counts.total(&sender.name, measure);
    undelivered(sender, of_sender(Measure::DeliveryFailures), findings);
    unburied(sender, of_sender(Measure::DeadLetterErrors), findings);
    unrecorded(sender, of_sender(Measure::Dropped), findings);
    let mut seen: Vec<&str> = Vec::new();
    for receiver in sender.destinations(None).flat_map(|destination| &destination.receivers) {
        let name = receiver.function.as_str();
        let errors = facts.counts.total(name, Measure::Errors);
        if errors > 0 && !seen.contains(&name) {
            findings.add(
                (Gravity::Risk, "receiver-fails"),
                name,
                format!("the receiver failed {errors} times within a day"),
                "a run that fails before it prints logs no record; one that fails after it prints again when it is retried",
                &format!("aws logs filter-log-events --log-group-name {} --filter-pattern ERROR", receiver.logging.group),
            );
        }
        seen.push(name);
    }
}

fn undelivered(sender: &Sender, failures: u64, findings: &mut Findings) {
    if failures == 0 {
        return;
    }
    findings.add(
        (Gravity::Fault, "delivery-fails"),
        &sender.name,
        format!("{failures} records could not be delivered within a day"),
        "they are lost: the function's role may not reach the destination, it does not exist, or a record was too large \
         for it (256 KB with a topic)",
        &permit(sender),
    );
}

/// The policy that lets the sender's role reach all its destinations.
fn permit(sender: &Sender) -> String {
    let role = sender.role.as_deref().map_or("ROLE", |role| role.rsplit('/').next().unwrap_or(role));
    let statements: Vec<String> = sender
        .destinations(None)
        .filter_map(|destination| {
            let resource = match destination.kind {
                Kind::Bucket => format!("{}/*", destination.arn),
                _ => destination.arn.clone(),
            };
            let action = destination.kind.action()?;
            Some(format!(r#"{{"Effect":"Allow","Action":"{action}","Resource":"{resource}"}}"#))
        })
        .collect();
    format!(
        r#"aws iam put-role-policy --role-name {role} --policy-name destinations --policy-document '{{"Version":"2012-10-17","Statement":[{}]}}'"#,
        statements.join(",")
    )
}

fn unburied(sender: &Sender, errors: u64, findings: &mut Findings) {
    let Some(queue) = sender.dead_letter.as_deref().filter(|_| errors > 0) else { return };
    let role = sender.role.as_deref().map_or("ROLE", |role| role.rsplit('/').next().unwrap_or(role));
    let action = Kind::of(queue).action().unwrap_or("sqs:SendMessage");
    findings.add(
        (Gravity::Fault, "dead-letter-fails"),
        &sender.name,
        format!("{errors} events could not be put on the dead-letter queue within a day"),
        "they are lost there: the role may not send to it, it does not exist, or they were too large for it",
        &format!(
            r#"aws iam put-role-policy --role-name {role} --policy-name dead-letters --policy-document '{{"Version":"2012-10-17","Statement":[{{"Effect":"Allow","Action":"{action}","Resource":"{queue}"}}]}}'"#
        ),
    );
}

/// Failures while no qualifier has a place for them.
fn unrecorded(sender: &Sender, dropped: u64, findings: &mut Findings) {
    if dropped > 0 && sender.routes.iter().all(|route| route.on_failure.is_none()) {
        findings.add(
            (Gravity::Fault, "unrecorded"),
            &sender.name,
            format!("{dropped} events failed within a day, and no qualifier has a failure destination"),
            "nothing is left of them but the function's own log",
            "",
        );
    }
}
