//! Each rule with the facts that call for it, and with those that do not.

use super::super::examine::{Facts, Group};
use super::super::metrics::Measure;
use super::super::{Destination, Kind, Logging, Receiver, Route, Sender, Unknown, Via};
use super::*;

const RECEIVER: &str = "arn:aws:lambda:eu-central-1:1:function:receiver";
const GROUP: &str = "/aws/lambda/receiver";

fn receiver(via: Via) -> Receiver {
    let logging = Logging { group: GROUP.into(), known: true, ..Logging::default() };
    Receiver { function: "receiver".into(), qualifier: None, via, logging }
}

fn to(arn: &str, receivers: Vec<Receiver>) -> Destination {
    Destination { arn: arn.into(), kind: Kind::of(arn), receivers, unknown: None }
}

/// A sender both of whose outcomes go to a receiver that logs as it should.
fn sound() -> Facts {
    let destination = to(RECEIVER, vec![receiver(Via::Directly)]);
    let route = Route {
        qualifier: "$LATEST".into(),
        retries: Some(2),
        age: Some(21_600),
        on_success: Some(destination.clone()),
        on_failure: Some(destination),
    };
    let sender = Sender {
        name: "sender".into(),
        arn: "arn:aws:lambda:eu-central-1:1:function:sender".into(),
        role: Some("arn:aws:iam::1:role/service/sender".into()),
        routes: vec![route],
        ..Sender::default()
    };
    let group = Group { class: "STANDARD".into(), retention: Some(30), protected: false };
    Facts {
        sender,
        groups: [(GROUP.into(), Some(group))].into(),
        flags: " --region eu-central-1".into(),
        ..Facts::default()
    }
}

/// Both outcomes go there instead.
fn sent_to(arn: &str, receivers: Vec<Receiver>) -> Facts {
    let mut facts = sound();
    facts.sender.routes[0].on_success = Some(to(arn, receivers.clone()));
    facts.sender.routes[0].on_failure = Some(to(arn, receivers));
    facts
}

fn codes(facts: &Facts) -> Vec<&'static str> {
    findings(facts).into_iter().map(|finding| finding.code).collect()
}

fn mend(facts: &Facts, code: &str) -> String {
    let found = findings(facts).into_iter().find(|finding| finding.code == code);
    found.and_then(|finding| finding.mend).unwrap_or_default()
}

#[test]
fn nothing_is_found_where_nothing_is_wrong() {
    assert_eq!(codes(&sound()), Vec::<&str>::new());
}

#[test]
fn a_qualifier_without_a_config_leaves_no_record() {
    let mut facts = sound();
    facts.aliases = vec!["live".into()];
    assert_eq!(codes(&facts), ["no-config"]);
    assert!(
        mend(&facts, "no-config").contains("put-function-event-invoke-config --function-name sender --qualifier live ")
    );
    facts.sender.routes.clear();
    assert_eq!(codes(&facts), ["no-config", "no-config"]);
    assert!(mend(&facts, "no-config").contains("--qualifier '$LATEST' "), "quoted for a shell");
}

#[test]
fn outcomes_without_a_destination_are_told_apart() {
    let mut facts = sound();
    facts.sender.routes[0].on_success = None;
    assert_eq!(codes(&facts), ["no-success-destination"]);
    facts.sender.routes[0].on_failure = None;
    assert_eq!(codes(&facts), ["no-destination"]);
    facts.sender.routes[0].on_success = Some(to(RECEIVER, vec![receiver(Via::Directly)]));
    assert_eq!(codes(&facts), ["no-failure-destination"]);
    assert_eq!(
        mend(&facts, "no-failure-destination"),
        "aws lambda update-function-event-invoke-config --function-name sender --qualifier '$LATEST' --destination-config \
         '{\"OnSuccess\":{\"Destination\":\"arn:aws:lambda:eu-central-1:1:function:receiver\"},\"OnFailure\":{\"Destination\":\"RECEIVER_ARN\"}}' \
         --region eu-central-1"
    );
}

#[test]
fn retries_need_time() {
    let with = |retries, age| {
        let mut facts = sound();
        (facts.sender.routes[0].retries, facts.sender.routes[0].age) = (Some(retries), Some(age));
        findings(&facts).into_iter().map(|finding| (finding.code, finding.found)).collect::<Vec<_>>()
    };
    assert_eq!(with(0, 60), [("no-retry", "it is not retried".to_owned())]);
    assert_eq!(with(1, 60), []);
    let late = "events are given up after 2 min, before 1 of its 2 retries".to_owned();
    assert_eq!(with(2, 120), [("age-before-retries", late)]);
    assert_eq!(with(2, 180), []);
}

#[test]
fn a_function_without_concurrency_never_runs() {
    let mut facts = sound();
    facts.reserved = [("sender".to_owned(), 0), ("receiver".to_owned(), 0)].into();
    assert_eq!(codes(&facts), ["no-concurrency", "receiver-no-concurrency"]);
    facts.reserved = [("sender".to_owned(), 1)].into();
    assert_eq!(codes(&facts), Vec::<&str>::new());
}

#[test]
fn a_dead_letter_queue_fires_as_well() {
    let mut facts = sound();
    facts.sender.dead_letter = Some("arn:aws:sqs:eu-central-1:1:dead".into());
    assert_eq!(codes(&facts), ["dead-letter-too"]);
    facts.sender.routes[0].on_failure = None;
    assert!(codes(&facts).contains(&"dead-letter-only"));
}

#[test]
fn destinations_without_readers_are_told_of() {
    for (arn, code) in [
        ("arn:aws:sqs:eu-central-1:1:q", "queue-unread"),
        ("arn:aws:sns:eu-central-1:1:t", "topic-unread"),
        ("arn:aws:events:eu-central-1:1:event-bus/b", "bus-unread"),
        ("arn:aws:s3:::bucket", "bucket"),
    ] {
        assert_eq!(codes(&sent_to(arn, Vec::new())), [code], "{arn}");
    }
    let bucket = sent_to("arn:aws:s3:::bucket", Vec::new());
    assert!(mend(&bucket, "bucket").starts_with("aws s3 cp --recursive s3://bucket/aws/lambda/async/sender/ FOLDER"));
}

#[test]
fn fifo_queues_and_topics_are_refused() {
    for arn in ["arn:aws:sqs:eu-central-1:1:q.fifo", "arn:aws:sns:eu-central-1:1:t.fifo"] {
        assert_eq!(codes(&sent_to(arn, vec![receiver(Via::Topic)]))[0], "fifo");
    }
}

#[test]
fn a_mapping_has_to_be_enabled_and_a_rule_may_cut() {
    let mapping = |state: &str| receiver(Via::Mapping { uuid: "u-1".into(), state: state.into() });
    let queue = "arn:aws:sqs:eu-central-1:1:q";
    assert_eq!(codes(&sent_to(queue, vec![mapping("Enabled")])), Vec::<&str>::new());
    let disabled = sent_to(queue, vec![mapping("Disabled")]);
    assert_eq!(codes(&disabled), ["mapping-disabled"]);
    assert!(mend(&disabled, "mapping-disabled").contains("--uuid u-1 --enabled"));
    assert_eq!(codes(&sent_to(queue, vec![mapping("Enabled"), mapping("Enabled")])), ["queue-shared"]);
    let bus = sent_to("arn:aws:events:eu-central-1:1:event-bus/b", vec![receiver(Via::Rule("all".into()))]);
    assert_eq!(codes(&bus), ["rule-may-cut"]);
}

#[test]
fn a_receiver_that_is_gone_is_a_fault() {
    let mut facts = sent_to(RECEIVER, Vec::new());
    let why = "lambda:GetFunctionConfiguration found no receiver: Function not found";
    if let Some(to) = &mut facts.sender.routes[0].on_failure {
        to.unknown = Some(Unknown::Gone(why.into()));
    }
    assert_eq!(codes(&facts), ["receiver-gone"]);
}

#[test]
fn a_level_above_info_drops_what_is_printed() {
    let with = |json, level: &str| {
        let mut reader = receiver(Via::Directly);
        (reader.logging.json, reader.logging.application) = (json, Some(level.into()));
        codes(&sent_to(RECEIVER, vec![reader]))
    };
    assert_eq!(with(true, "WARN"), ["level-drops-records"]);
    assert_eq!(with(true, "INFO"), Vec::<&str>::new());
    assert_eq!(with(false, "WARN"), Vec::<&str>::new(), "levels count in JSON only");
}

#[test]
fn groups_are_looked_at() {
    let with = |group: Option<Group>| {
        let mut facts = sound();
        facts.groups = [(GROUP.to_owned(), group)].into();
        codes(&facts)
    };
    let group = |class: &str, retention, protected| Some(Group { class: class.into(), retention, protected });
    assert_eq!(with(None), ["no-group"]);
    assert_eq!(with(group("INFREQUENT_ACCESS", Some(30), false)), ["group-class"]);
    assert_eq!(with(group("STANDARD", None, true)), ["kept-for-ever", "masked"]);
    assert_eq!(with(group("STANDARD", Some(1), false)), ["kept-briefly"]);
    assert_eq!(with(group("STANDARD", Some(7), false)), Vec::<&str>::new());
}

#[test]
fn counts_tell_what_was_lost() {
    let mut facts = sound();
    facts.counts.add("sender", Measure::DeliveryFailures, 0, 3);
    facts.counts.add("receiver", Measure::Errors, 0, 2);
    assert_eq!(codes(&facts), ["delivery-fails", "receiver-fails"]);
    assert_eq!(
        mend(&facts, "delivery-fails"),
        "aws iam put-role-policy --role-name sender --policy-name destinations --policy-document \
         '{\"Version\":\"2012-10-17\",\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"lambda:InvokeFunction\",\
         \"Resource\":\"arn:aws:lambda:eu-central-1:1:function:receiver\"}]}' --region eu-central-1"
    );
    let mut facts = sound();
    facts.counts.add("sender", Measure::Dropped, 0, 2);
    assert_eq!(codes(&facts), Vec::<&str>::new(), "they have a destination");
    facts.sender.routes[0].on_failure = None;
    assert!(codes(&facts).contains(&"unrecorded"));
    facts.sender.dead_letter = Some("arn:aws:sqs:eu-central-1:1:dead".into());
    facts.counts.add("sender", Measure::DeadLetterErrors, 0, 1);
    assert!(codes(&facts).contains(&"dead-letter-fails"));
}
