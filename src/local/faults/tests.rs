use bytes::Bytes;
use hyper::{HeaderMap, Method};

use super::super::wire::Request;
use super::*;

fn rule(text: &str) -> FaultRule {
    text.parse().unwrap()
}

fn faults(rules: &[&str]) -> Faults {
    Faults::new(7, rules.iter().map(|text| rule(text)).collect())
}

fn operation(name: &str) -> Operation {
    let mut headers = HeaderMap::new();
    headers.insert("x-amz-target", format!("Logs_20140328.{name}").parse().unwrap());
    let (method, path) = (Method::POST, "/".to_owned());
    Operation::of(&Request { method, path, query: Vec::new(), headers, body: Bytes::new(), id: String::new() })
}

#[test]
fn rules_are_displayed_as_they_are_written() {
    for text in [
        "throttle",
        "throttle=0.2@FilterLogEvents",
        "error=next:3@FilterLogEvents+Invoke",
        "denied@logs:StartLiveTail",
        "latency=400ms",
        "late=0.3:1000ms..4000ms",
        "bucket=5@FilterLogEvents",
        "page=50",
        "session=10000ms",
        "mask=EmailAddress",
        "mask=alice@example.com",
    ] {
        assert_eq!(rule(text).to_string(), text);
    }
    assert_eq!(rule("cut=20%"), rule("cut=0.2"));
    assert_eq!(rule("cut=1"), rule("cut"));
    assert_eq!(rule("late=1s..4s"), rule("late=1:1000ms..4000ms"));
}

#[test]
fn what_is_no_rule_says_why() {
    for (text, why) in [
        ("", "its kinds are"),
        ("flood", "its kinds are"),
        ("throttle=2", "how often is a part"),
        ("throttle=0", "how often is a part"),
        ("throttle=next:x", "how often is a part"),
        ("latency", "it needs a value"),
        ("mask=", "it needs a value"),
        ("latency=4", "a time is 400ms"),
        ("late=0.2:4s..1s", "the range ends before it begins"),
        ("bucket=0", "the value is a number above 0"),
    ] {
        let error = text.parse::<FaultRule>().unwrap_err().to_string();
        assert!(error.contains(why) && error.contains(&format!("{text:?}")), "{error}");
    }
}

#[test]
fn a_rule_strikes_only_its_operations_and_as_often_as_it_says() {
    let faults = faults(&["throttle=next:2@FilterLogEvents"]);
    let (filter, groups, now) = (operation("FilterLogEvents"), operation("DescribeLogGroups"), Instant::now());
    assert_eq!(faults.meet(&groups, now), Encounter::default());
    let refusals: Vec<_> = (0..3).map(|_| faults.meet(&filter, now).refusal).collect();
    assert_eq!(refusals, [Some(Refusal::Throttled), Some(Refusal::Throttled), None]);
    assert_eq!(faults.struck(), [(rule("throttle=next:2@FilterLogEvents"), 2)]);
}

#[test]
fn chance_follows_from_the_seed_and_keeps_its_share() {
    let luck = |seed| {
        let faults = Faults::new(seed, vec![rule("error=0.25")]);
        let now = Instant::now();
        (0..2_000).map(|_| faults.meet(&operation("X"), now).refusal.is_some()).collect::<Vec<bool>>()
    };
    assert_eq!(luck(1), luck(1));
    assert_ne!(luck(1), luck(2));
    let struck = luck(3).into_iter().filter(|struck| *struck).count();
    assert!((400..600).contains(&struck), "{struck} of 2000");
}

#[test]
fn delays_add_up_and_a_bad_ending_stays() {
    let faults = faults(&["latency=400ms", "latency=100ms", "slow=2s", "cut", "reset", "slow=1s"]);
    let met = faults.meet(&operation("X"), Instant::now());
    let expected = Encounter { delay: Duration::from_millis(500), refusal: None, ending: Ending::Cut };
    assert_eq!(met, expected);
}

#[test]
fn a_bucket_refills_with_time() {
    let faults = faults(&["bucket=2"]);
    let start = Instant::now();
    let admitted = |ms| faults.meet(&operation("X"), start + Duration::from_millis(ms)).refusal.is_none();
    let seen = [0, 0, 0, 400, 500, 600, 1000, 9000, 9000, 9000].map(admitted);
    assert_eq!(seen, [true, true, false, false, true, false, true, true, true, false]);
}

#[test]
fn lateness_comes_from_its_range() {
    let faults = faults(&["late=0.5:1s..4s"]);
    let late: Vec<i64> = (0..1_000).map(|_| faults.lateness()).collect();
    assert!(late.iter().all(|late| *late == 0 || (1_000..=4_000).contains(late)));
    let number = late.iter().filter(|late| **late > 0).count();
    assert!((400..600).contains(&number), "{number} of 1000");
    assert!(late.contains(&0) && late.iter().any(|late| *late > 3_000));
}

#[test]
fn sensitive_values_are_masked_character_by_character() {
    let faults = faults(&["mask=EmailAddress", "mask=søt"]);
    let shown = faults.masked("to alice@example.com, søt").unwrap();
    assert_eq!(shown, "to *****************, ***");
    assert_eq!(faults.masked("nothing"), None);
    assert!(faults.protects());
}
