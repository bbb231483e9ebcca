use super::*;
use crate::log::{LogEvent, Origin};
use crate::record::{Finder, Found};
use crate::replay::journal::{Begun, Intent, Journal};

const ARN: &str = "arn:aws:lambda:eu-central-1:123123123123:function:sender";

fn record(id: &str, condition: &str, rest: &str) -> String {
    format!(
        r#"{{"version":"1.0","timestamp":"2026-11-20T10:15:4{}.000Z","requestContext":{{"requestId":"{id}","functionArn":"{ARN}:$LATEST","condition":"{condition}","approximateInvokeCount":3}}{rest}}}"#,
        id.len() % 10
    )
}

fn arrivals(messages: &[String]) -> Vec<Arrival> {
    let (mut finder, mut found) = (Finder::new(), Vec::new());
    for message in messages {
        finder.push(&LogEvent { origin: Origin::default(), message: Text::from(message.as_str()) }, &mut found);
    }
    finder.finish(&mut found);
    let arrivals = found.into_iter().filter_map(|found| match found {
        Found::Arrival(arrival) => Some(arrival),
        Found::Unreadable(_) => None,
    });
    arrivals.collect()
}

fn options() -> Options<'static> {
    Options {
        kind: Kind::Event,
        qualifier: None,
        tenant: None,
        change: None,
        successes: false,
        answers: false,
        again: false,
    }
}

fn journal() -> (tempfile::TempDir, Journal) {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::open(&folder.path().join("replays.jsonl")).unwrap();
    (folder, journal)
}

#[test]
fn only_whole_payloads_of_failures_are_sent_each_once() {
    let messages = [
        record("aaaa", "RetriesExhausted", r#","requestPayload":{"n": 1.0}"#),
        record("b", "RetriesExhausted", r#","requestPayload":{"n": 1.0}"#),
        record("b", "RetriesExhausted", r#","requestPayload":{"n": 1.0}"#),
        record("cc", "RetriesExhausted", ""),
        record("dd", "RetriesExhausted", r#","requestPayload":{"card":"****"}"#),
        record("ee", "Success", r#","requestPayload":1"#),
        record("ff", "RetriesExhausted", r#","requestPayload":null"#),
        r#"{"version":"1.0","requestContext":{"requestId":"gg","condition":"x"},"requestPayload":1}"#.to_owned(),
    ];
    let plan = Plan::of(&arrivals(&messages), &options(), &History::default());
    let sent: Vec<_> = plan.items.iter().map(|item| (item.key.as_str(), &item.call.payload[..])).collect();
    assert_eq!(sent, [("b", &b"{\"n\": 1.0}"[..]), ("ff", b"null"), ("aaaa", b"{\"n\": 1.0}")]);
    assert!(plan.items.iter().all(|item| item.call.target == format!("{ARN}:$LATEST") && !item.edited));
    let skipped: Vec<_> = plan.skipped.iter().map(|skipped| (skipped.key.as_str(), skipped.why.cause())).collect();
    assert_eq!(
        skipped,
        [
            ("b", "a redelivery of one that is sent".to_owned()),
            ("cc", "no request payload".to_owned()),
            ("dd", "values are masked".to_owned()),
            ("ee", "a success".to_owned()),
            ("gg", "no function is named".to_owned()),
        ]
    );
    assert_eq!((plan.distinct_payloads(), plan.targets().len(), plan.bytes()), (2, 1, 24));
}

#[test]
fn what_was_sent_before_is_sent_again_only_when_asked() {
    let (_folder, mut journal) = journal();
    for (key, fate) in [
        ("a", Some(Fate::Sent { new_request_id: Some("n".to_owned()) })),
        ("b", None),
        ("c", Some(Fate::Refused { why: "gone".to_owned() })),
    ] {
        let target = ARN.to_owned();
        let intent = Intent { key: Key::from(key), target, bytes: 1, edited: false, fingerprint: None, known: 0 };
        let Begun::May(id) = journal.begin(&intent).unwrap() else { panic!("taken") };
        if let Some(fate) = fate {
            journal.note(&id, &fate).unwrap();
        }
    }
    let messages = ["a", "b", "c"].map(|id| record(id, "RetriesExhausted", r#","requestPayload":1"#));
    let plan = Plan::of(&arrivals(&messages), &options(), journal.history());
    assert_eq!(plan.items.iter().map(|item| item.key.as_str()).collect::<Vec<_>>(), ["c"]);
    let words: Vec<_> = plan.skipped.iter().map(|skipped| skipped.why.to_string()).collect();
    assert!(words[0].starts_with("already replayed at 2") && words[0].ends_with(" as n"), "{words:?}");
    assert!(words[1].starts_with("unknown: a send was begun at 2"), "{words:?}");
    let again = Plan::of(&arrivals(&messages), &Options { again: true, ..options() }, journal.history());
    let known: Vec<_> = again.items.iter().map(|item| (item.key.as_str(), item.sent_before)).collect();
    assert_eq!(known, [("a", 1), ("b", 1), ("c", 0)]);
}

#[test]
fn what_came_of_a_replay_is_not_sent_as_something_new() {
    let (_folder, mut journal) = journal();
    for (key, new) in [("first", "second"), ("second", "third"), ("gone", "lonely"), ("gone", "later")] {
        let (key, target) = (Key::from(key), ARN.to_owned());
        let known = journal.history().sends_of(&key).count();
        let intent = Intent { key, target, bytes: 1, edited: false, fingerprint: None, known };
        let Begun::May(id) = journal.begin(&intent).unwrap() else { panic!("taken") };
        journal.note(&id, &Fate::Sent { new_request_id: Some(new.to_owned()) }).unwrap();
    }
    let messages = ["third", "second", "first", "lonely", "later", "new"]
        .map(|id| record(id, "RetriesExhausted", r#","requestPayload":1"#));
    let sent = |options: &Options<'_>| {
        let plan = Plan::of(&arrivals(&messages), options, journal.history());
        let mut keys: Vec<_> = plan.items.iter().map(|item| item.key.to_string()).collect();
        keys.sort();
        (keys.join(" "), plan)
    };
    let (keys, plan) = sent(&options());
    assert_eq!(keys, "new");
    assert_eq!(plan.causes()[0], ("what came of a replay".to_owned(), 4));
    assert_eq!(plan.skipped[0].why.to_string(), "what came of a replay: it has the payload of first");
    // One event goes once, however many records tell of it.
    assert_eq!(sent(&Options { again: true, ..options() }).0, "first lonely new");
    assert_eq!(sent(&Options { answers: true, ..options() }).0, "later lonely new third");
}

#[test]
fn payloads_can_be_changed_and_sent_elsewhere() {
    let messages = [record("a", "RetriesExhausted", r#","requestPayload":{"a":1}"#)];
    let change = |payload: &str| Ok(payload.replace('1', "2"));
    let changed = Options { change: Some(&change), qualifier: Some("live"), ..options() };
    let plan = Plan::of(&arrivals(&messages), &changed, &History::default());
    assert_eq!(plan.items[0].call.target, format!("{ARN}:live"));
    assert_eq!((&plan.items[0].call.payload[..], plan.items[0].edited), (&b"{\"a\":2}"[..], true));
    let same = |payload: &str| Ok(payload.to_owned());
    let plan = Plan::of(&arrivals(&messages), &Options { change: Some(&same), ..options() }, &History::default());
    assert!(!plan.items[0].edited);
    let fails = |_: &str| Err("cannot".to_owned());
    let plan = Plan::of(&arrivals(&messages), &Options { change: Some(&fails), ..options() }, &History::default());
    assert_eq!(plan.causes(), [("cannot".to_owned(), 1)]);
}

#[test]
fn a_payload_of_more_than_a_megabyte_is_too_large_for_an_event() {
    let payload = |bytes: usize| format!(r#","requestPayload":"{}""#, "x".repeat(bytes - 2));
    let messages =
        [record("a", "RetriesExhausted", &payload(1 << 20)), record("b", "RetriesExhausted", &payload((1 << 20) + 1))];
    let plan = Plan::of(&arrivals(&messages), &options(), &History::default());
    assert_eq!(
        (plan.items.len(), plan.skipped[0].why.to_string().as_str()),
        (1, "1048577 bytes are too large: Lambda takes 1048576")
    );
    let synchronous = Options { kind: Kind::RequestResponse, ..options() };
    assert_eq!(Plan::of(&arrivals(&messages), &synchronous, &History::default()).items.len(), 2);
}

#[test]
fn a_qualifier_replaces_the_records_own() {
    for (function, qualifier, expected) in [
        ("arn:aws:lambda:eu-central-1:1:function:f:$LATEST", Some("7"), "arn:aws:lambda:eu-central-1:1:function:f:7"),
        ("arn:aws:lambda:eu-central-1:1:function:f", Some("7"), "arn:aws:lambda:eu-central-1:1:function:f:7"),
        ("arn:aws:lambda:eu-central-1:1:function:f:live", None, "arn:aws:lambda:eu-central-1:1:function:f:live"),
        ("f", Some("live"), "f:live"),
    ] {
        assert_eq!(target(&FunctionArn::parse(function), qualifier), expected);
    }
}

#[test]
fn what_is_sent_is_told_in_words() {
    let payload = |n: u32| format!(r#","requestPayload":{n}"#);
    let failed = |id: &str, n: u32| record(id, "RetriesExhausted", &payload(n));
    let success = record("s", "Success", &payload(1));
    let chosen = Options { successes: true, ..options() };
    for (messages, expected) in [
        (vec![failed("a", 1)], "1 payload, 1 byte, 1 kind of failure"),
        (vec![failed("a", 1), failed("b", 1)], "2 payloads, all the same, 2 bytes, 1 kind of failure"),
        (vec![failed("a", 1), failed("b", 2)], "2 payloads, all different, 2 bytes, 1 kind of failure"),
        (vec![success.clone()], "1 payload, 1 byte, 1 success"),
        (
            vec![failed("a", 1), failed("b", 2), success],
            "3 payloads, 2 of them different, 3 bytes, 1 kind of failure, 1 success",
        ),
    ] {
        assert_eq!(Plan::of(&arrivals(&messages), &chosen, &History::default()).words(), expected);
    }
}
