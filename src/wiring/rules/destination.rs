//! What the kinds of destinations and their readers lead to.

use super::super::arn::{self, Kind};
use super::super::examine::Facts;
use super::super::finding::{Findings, Gravity};
use super::super::{Destination, Sender, Unknown, Via};

pub(super) fn look(facts: &Facts, findings: &mut Findings) {
    let sender = &facts.sender;
    for destination in sender.destinations(None) {
        fifo(destination, findings);
        if let Some(why) = &destination.unknown {
            unknown(destination, why, findings);
            continue;
        }
        match destination.kind {
            Kind::Queue => queue(destination, findings),
            Kind::Topic => topic(destination, findings),
            Kind::Bus => bus(destination, findings),
            Kind::Bucket => bucket(sender, destination, findings),
            Kind::Function | Kind::Other => {}
        }
    }
}

fn fifo(destination: &Destination, findings: &mut Findings) {
    if !arn::is_fifo(&destination.arn) {
        return;
    }
    let word = destination.kind.word();
    findings.add(
        (Gravity::Fault, "fifo"),
        &destination.arn,
        format!("the destination is a FIFO {word}"),
        format!(
            "Lambda refuses FIFO {word}s as destinations today, and sends nothing to one that was configured earlier"
        ),
        "",
    );
}

fn unknown(destination: &Destination, why: &Unknown, findings: &mut Findings) {
    let (kind, consequence) = match why {
        Unknown::Gone(_) => ((Gravity::Fault, "receiver-gone"), "records for it cannot be delivered and are lost"),
        Unknown::Unread(_) => {
            ((Gravity::Note, "receivers-unknown"), "whether its records reach a log, and which, cannot be told")
        }
    };
    findings.add(kind, &destination.arn, format!("its readers cannot be found: {why}"), consequence, "");
}

fn queue(destination: &Destination, findings: &mut Findings) {
    if destination.receivers.is_empty() {
        findings.add(
            (Gravity::Risk, "queue-unread"),
            &destination.arn,
            "no event source mapping reads the queue",
            "records wait there until they expire, unless something other than Lambda reads them; no log has them",
            &format!(
                "aws lambda create-event-source-mapping --function-name RECEIVER --event-source-arn {}",
                destination.arn
            ),
        );
    }
    for receiver in &destination.receivers {
        if let Via::Mapping { uuid, state } = &receiver.via
            && !matches!(state.as_str(), "Enabled" | "Enabling" | "Creating" | "Updating")
        {
            findings.add(
                (Gravity::Fault, "mapping-disabled"),
                &destination.arn,
                format!("the event source mapping to {} is {}", receiver.label(), state.to_lowercase()),
                "records wait in the queue and reach no log",
                &format!("aws lambda update-event-source-mapping --uuid {uuid} --enabled"),
            );
        }
    }
    if destination.receivers.len() > 1 {
        let names: Vec<String> = destination.receivers.iter().map(super::super::Receiver::label).collect();
        findings.add(
            (Gravity::Note, "queue-shared"),
            &destination.arn,
            format!("{} read the same queue", names.join(" and ")),
            "each record reaches one of them only: all their log groups have to be read",
            "",
        );
    }
}

fn topic(destination: &Destination, findings: &mut Findings) {
    if destination.receivers.is_empty() {
        findings.add(
            (Gravity::Risk, "topic-unread"),
            &destination.arn,
            "no function's policy lets the topic invoke it",
            "no function logs its records; whether another subscriber gets them is known to SNS alone",
            &format!("aws sns list-subscriptions-by-topic --topic-arn {}", destination.arn),
        );
    }
}

fn bus(destination: &Destination, findings: &mut Findings) {
    let name = arn::name(&destination.arn);
    if destination.receivers.is_empty() {
        findings.add(
            (Gravity::Risk, "bus-unread"),
            &destination.arn,
            "no function's policy names a rule of the bus",
            "no function logs its records; what else its rules reach is known to EventBridge alone",
            &format!("aws events list-rules --event-bus-name {name}"),
        );
    }
    for receiver in &destination.receivers {
        let Via::Rule(rule) = &receiver.via else { continue };
        findings.add(
            (Gravity::Note, "rule-may-cut"),
            &destination.arn,
            format!("the rule {rule} invokes {}", receiver.label()),
            "what it matches, and whether it passes the whole record, cannot be seen from Lambda; with an input path such as \
             $.detail.responsePayload (CDK's responseOnly) the log has no record",
            &format!("aws events list-targets-by-rule --rule {rule} --event-bus-name {name}"),
        );
    }
}

/// Lambda names the objects `aws/lambda/async/FUNCTION/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-UUID`.
fn bucket(sender: &Sender, destination: &Destination, findings: &mut Findings) {
    let bucket = arn::name(&destination.arn);
    findings.add(
        (Gravity::Note, "bucket"),
        &destination.arn,
        "failures go to a bucket, each to an object aws/lambda/async/FUNCTION/YYYY/MM/DD/YYYY-MM-DDTHH.MM.SS-UUID",
        "they are in no log and not on the board; copied to a folder, `arrivals read FOLDER` shows them",
        &format!("aws s3 cp --recursive s3://{bucket}/aws/lambda/async/{}/ FOLDER", sender.name),
    );
}
