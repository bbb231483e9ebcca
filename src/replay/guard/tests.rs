use bytes::Bytes;

use super::*;
use crate::replay::Key;
use crate::replay::facts::{EventConfig, Qualifier};
use crate::replay::invoker::Call;

const ARN: &str = "arn:aws:lambda:eu-central-1:123123123123:function:sender";
const RECORDED: i64 = 1_795_170_000_000;

fn item() -> Item {
    let target = format!("{ARN}:$LATEST");
    Item {
        key: Key::from("a"),
        function: FunctionArn::parse(&target),
        call: Call { target, payload: Bytes::from_static(b"{}"), kind: Kind::Event, tenant: None },
        edited: false,
        fingerprint: Some("Error@a.py:1".into()),
        recorded: RECORDED,
        redelivery: 0,
        recovered: false,
        sent_before: 0,
    }
}

fn facts() -> Facts {
    let receiver = Some("arn:aws:lambda:eu-central-1:123123123123:function:receiver".to_owned());
    Facts {
        identity: Ok(Identity {
            account: "123123123123".to_owned(),
            arn: "arn:aws:iam::123123123123:user/u".to_owned(),
        }),
        qualifiers: Ok(Vec::new()),
        config: Ok(EventConfig { on_success: receiver.clone(), on_failure: receiver, ..EventConfig::default() }),
        tenants: false,
        modified: Ok(RECORDED - 1),
        group: "/aws/lambda/sender".to_owned(),
        starts: vec!["receiver".to_owned()],
        region: "eu-central-1".to_owned(),
    }
}

fn told(item: &Item, facts: &Facts) -> Vec<String> {
    let watched = ["/aws/lambda/receiver".to_owned()];
    let context = Context { now: RECORDED + 60_000, last: None, facts: Some(facts), watched: &watched };
    warnings(item, &context).iter().map(|found| found.words(&TimeZone::UTC)).collect()
}

#[test]
fn an_ordinary_send_has_nothing_against_it() {
    assert_eq!(told(&item(), &facts()), [""; 0]);
}

#[test]
fn where_it_goes_is_compared_with_where_it_came_from() {
    let mut facts = facts();
    facts.identity = Ok(Identity { account: "999999999999".to_owned(), arn: String::new() });
    facts.region = "us-east-1".to_owned();
    let mut item = item();
    item.call.target = format!("{ARN}:7");
    assert_eq!(
        told(&item, &facts),
        [
            "the function is in account 123123123123, and 999999999999 sends",
            "the function is in eu-central-1, its log is read in us-east-1",
            "goes to 7 instead of $LATEST",
        ]
    );
}

#[test]
fn time_speaks_against_it() {
    let mut facts = facts();
    facts.modified = Ok(RECORDED + 1_000);
    facts.config = facts.config.map(|config| EventConfig { age: Duration::from_secs(59), ..config });
    let words = told(&item(), &facts);
    assert!(words[0].starts_with("$LATEST was changed at 2026-11-20 10:20:01"), "{words:?}");
    assert_eq!(words[1], "1 min old: older than the 59.0 s for which Lambda keeps an event");
    let mut item = item();
    item.call.target = format!("{ARN}:live");
    assert!(!told(&item, &facts).iter().any(|word| word.contains("$LATEST was changed")));
}

#[test]
fn what_was_done_to_the_payload_is_told() {
    let mut item = item();
    (item.edited, item.recovered, item.redelivery) = (true, true, 2);
    item.call.payload = Bytes::from(vec![b'1'; FORMER_LIMIT + 1]);
    assert_eq!(
        told(&item, &facts()),
        [
            "the payload was edited",
            "the payload was rebuilt from a print that was not JSON: its spelling is not the first one's",
            "this record was delivered 2 times before",
            "262145 bytes: an SNS destination would leave the payloads out",
        ]
    );
}

#[test]
fn what_becomes_of_it_is_told() {
    let mut facts = facts();
    facts.starts = vec!["receiver".to_owned(), "mailer".to_owned()];
    assert_eq!(told(&item(), &facts), ["a success starts mailer"]);
    facts.config = Ok(EventConfig::default());
    facts.starts = Vec::new();
    assert_eq!(told(&item(), &facts), ["no record will come of a success or failure: there is no destination for it"]);
    let mut synchronous = item();
    synchronous.call.kind = Kind::RequestResponse;
    assert_eq!(told(&synchronous, &facts), ["runs at once, and no destination hears of it"]);
    facts.config = Err("not allowed".to_owned());
    assert_eq!(told(&item(), &facts), ["what becomes of outcomes is not known: not allowed"]);
}

#[test]
fn a_version_or_alias_that_is_not_there_is_named_with_those_that_are() {
    let known = ["$LATEST", "live", "7"].map(|name| Qualifier { name: name.to_owned(), version: None });
    let facts = Facts { qualifiers: Ok(known.into()), config: Ok(EventConfig::default()), ..facts() };
    let mut item = item();
    item.call.target = format!("{ARN}:nope");
    assert_eq!(
        told(&item, &facts),
        [
            "sender has no version or alias nope, and Lambda will refuse it: it has $LATEST, live, 7",
            "goes to nope instead of $LATEST",
        ]
    );
}

#[test]
fn a_success_is_told() {
    let success = Item { fingerprint: None, ..item() };
    assert_eq!(told(&success, &facts()), ["the record tells of a success: what went well is done once more"]);
}
