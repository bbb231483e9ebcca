//! A wiring as text for a reader, and as a JSON object on a line.

use std::io::{self, Write};

use serde_json::{Map, Value, json};

use crate::log::visible;
use crate::wiring::{Destination, Examined, Facts, Finding, Receiver, Route, Via, lines};

/// Writes one sender, its destinations and what was found, as text.
///
/// # Errors
/// When it cannot be written.
pub fn write_text(out: &mut impl Write, examined: &Examined) -> io::Result<()> {
    for line in lines(examined) {
        writeln!(out, "{}", visible(&line.text))?;
    }
    writeln!(out)
}

/// Writes one sender as a JSON object on a line.
///
/// # Errors
/// When it cannot be written.
pub fn write_jsonl(out: &mut impl Write, examined: &Examined) -> io::Result<()> {
    let facts = &examined.facts;
    let sender = &facts.sender;
    let object = json!({
        "functionName": sender.name,
        "functionArn": sender.arn,
        "reservedConcurrency": facts.reserved.get(&sender.name),
        "deadLetter": sender.dead_letter,
        "configs": sender.routes.iter().map(|route| config(facts, route)).collect::<Vec<_>>(),
        "findings": examined.findings.iter().map(finding_json).collect::<Vec<_>>(),
        "unread": sender.unread,
    });
    writeln!(out, "{object}")
}

fn config(facts: &Facts, route: &Route) -> Value {
    json!({
        "qualifier": route.qualifier,
        "maximumRetryAttempts": route.retries,
        "maximumEventAgeInSeconds": route.age,
        "onSuccess": route.on_success.as_ref().map(|to| destination(facts, to)),
        "onFailure": route.on_failure.as_ref().map(|to| destination(facts, to)),
    })
}

fn destination(facts: &Facts, to: &Destination) -> Value {
    json!({
        "arn": to.arn,
        "kind": to.kind.word(),
        "receivers": to.receivers.iter().map(|receiver| receiver_json(facts, receiver)).collect::<Vec<_>>(),
        "unknown": to.unknown.as_ref().map(ToString::to_string),
    })
}

fn receiver_json(facts: &Facts, receiver: &Receiver) -> Value {
    let logging = &receiver.logging;
    let mut object = Map::new();
    object.insert("functionName".into(), json!(receiver.function));
    object.insert("qualifier".into(), json!(receiver.qualifier));
    let (via, more) = match &receiver.via {
        Via::Directly => ("destination", None),
        Via::Mapping { uuid, state } => {
            ("event-source-mapping", Some(("mapping", json!({"uuid": uuid, "state": state}))))
        }
        Via::Topic => ("topic", None),
        Via::Rule(rule) => ("rule", Some(("rule", json!(rule)))),
    };
    object.insert("via".into(), json!(via));
    object.extend(more.map(|(key, value)| (key.to_owned(), value)));
    object.insert("logGroup".into(), json!(logging.group));
    if logging.known {
        object.insert("logFormat".into(), json!(if logging.json { "JSON" } else { "Text" }));
        object.insert("applicationLogLevel".into(), json!(logging.application));
    }
    if let Some(group) = facts.groups.get(&logging.group) {
        object.insert("logGroupExists".into(), json!(group.is_some()));
        object.insert("logGroupClass".into(), json!(group.as_ref().map(|group| &group.class)));
        object.insert("retentionInDays".into(), json!(group.as_ref().and_then(|group| group.retention)));
    }
    Value::Object(object)
}

fn finding_json(finding: &Finding) -> Value {
    json!({
        "gravity": finding.gravity.word(),
        "code": finding.code,
        "subject": finding.subject,
        "found": finding.found,
        "consequence": finding.consequence,
        "mend": finding.mend,
    })
}
