use std::collections::BTreeMap;

use proptest::prelude::*;
use serde_json::Value;

use super::*;

fn record(request: &str, response: &str) -> InvocationRecord {
    let text = format!(
        r#"{{"version":"1.0","requestContext":{{"requestId":"r","condition":"x"}},"requestPayload":{request},"responsePayload":{response}}}"#
    );
    InvocationRecord::read(&Text::from(text)).expect("a record")
}

fn compared(left: &str, right: &str) -> Payloads {
    let [left, right] = [left, right].map(|payload| record(payload, "null"));
    let comparison = Comparison::of([&left, &right], &Masks::new(true, &[], []), || false).expect("a comparison");
    comparison.payloads[0].clone()
}

/// Every change in a line: its path, how it compares, and both values.
fn told(payloads: &Payloads) -> Vec<String> {
    let value = |place, side| payloads.value(place, side).unwrap_or("-");
    let line = |place: usize| {
        let (left, right) = (value(place, Side::Left), value(place, Side::Right));
        format!("{} {:?} {left} {right}", payloads.path(place), payloads.places[place].verdict)
    };
    payloads.changes().map(line).collect()
}

#[test]
fn members_are_matched_by_their_keys() {
    let left = r#"{"order":{"id":"A-1","amount":null,"lines":3},"channel":"web","gone":[1]}"#;
    let right = r#"{"channel":"\u0077eb","order":{"amount":12.50,"id":"A-2","lines":3},"new":{"a":1}}"#;
    let payloads = compared(left, right);
    assert_eq!(
        told(&payloads),
        [
            r#"request.order.id Changed "A-1" "A-2""#,
            "request.order.amount Retyped null 12.50",
            "request.gone Only(Left) [1] -",
            r#"request.new Only(Right) - {"a":1}"#,
        ]
    );
    assert_eq!(payloads.tally(), Tally { equal: 2, left: 1, right: 1, changed: 1, retyped: 1 });
    assert_eq!((payloads.label(0).as_ref(), payloads.key_or_number(0)), ("request", None));
}

#[test]
fn items_are_matched_by_what_they_are() {
    let payloads = compared(r#"[{"sku":"a","n":1},"x",2]"#, r#"["new",{"n":1,"sku":"a"},"y",2]"#);
    assert_eq!(told(&payloads), [r#"request[0] Only(Right) - "new""#, r#"request[1] Changed "x" "y""#]);
    let labels: Vec<_> = (1..payloads.places().len()).map(|place| payloads.label(place).into_owned()).collect();
    assert_eq!(labels, ["[0]", "[0→1]", "sku", "n", "[1→2]", "[2→3]"]);
}

#[test]
fn numbers_are_equal_when_they_are_written_the_same() {
    let left = r#"{"a":1.0,"b":9007199254740993,"c":1e400,"d":0}"#;
    let payloads = compared(left, r#"{"a":1,"b":9007199254740992,"c":1e400,"d":-0}"#);
    let expected = ["a Changed 1.0 1", "b Changed 9007199254740993 9007199254740992", "d Changed 0 -0"];
    assert_eq!(told(&payloads), expected.map(|line| format!("request.{line}")));
}

#[test]
fn doubled_keys_are_matched_in_their_order() {
    let payloads = compared(r#"{"a":1,"a":2}"#, r#"{"a":1,"a":3,"a b":4}"#);
    assert_eq!(told(&payloads), ["request.a Changed 2 3", r#"request."a b" Only(Right) - 4"#]);
}

#[test]
fn secrets_that_differ_are_told_apart_and_not_shown() {
    let payloads = compared(r#"{"password":"abcd","pin":"x"}"#, r#"{"password":"wxyz","pin":"x"}"#);
    assert_eq!(told(&payloads), [r#"request.password Changed "****" "****""#]);
    let payloads = compared(r#"{"token":"abcd"}"#, r#"{"token":12}"#);
    assert_eq!(told(&payloads), [r#"request.token Retyped "****" 99"#]);
}

#[test]
fn a_payload_that_only_one_record_has_is_one_difference() {
    let text = r#"{"version":"1.0","requestContext":{"requestId":"r","condition":"x"}}"#;
    let without = InvocationRecord::read(&Text::from(text)).expect("a record");
    let comparison =
        Comparison::of([&without, &record(r#"{"a":[1,2]}"#, "1")], &Masks::default(), || false).expect("a comparison");
    let [request, response] = comparison.payloads();
    assert_eq!(told(request), [r#"request Only(Right) - {"a":[1,2]}"#]);
    assert_eq!(
        request.places().iter().map(|place| (place.depth, place.size)).collect::<Vec<_>>(),
        [(0, 4), (1, 3), (2, 1), (2, 1)]
    );
    assert_eq!((told(response).len(), comparison.tally().right), (1, 2));
    let neither = Comparison::of([&without, &without], &Masks::default(), || false).expect("a comparison");
    assert!(neither.payloads().iter().all(|payloads| payloads.places().is_empty()));
}

#[test]
fn deep_nesting_does_not_overflow() {
    let deep = |leaf: &str| format!("{}{leaf}{}", "[".repeat(50_000), "]".repeat(50_000));
    assert_eq!(compared(&deep("1"), &deep("1")).tally(), Tally { equal: 1, ..Tally::default() });
    assert_eq!(compared(&deep("1"), &deep("2")).tally(), Tally { changed: 1, ..Tally::default() });
    assert_eq!(compared(&deep("1"), "{}").places().len(), 50_001);
}

#[test]
fn it_stops_when_nobody_waits_any_more() {
    let asked = std::cell::Cell::new(0);
    let is_stopped = || asked.replace(asked.get() + 1) == 3;
    let both = [&record("[1,2,3,4,5]", "1"), &record("[1,2,3,4,6]", "1")];
    assert_eq!(Comparison::of(both, &Masks::default(), is_stopped), None);
    assert_eq!(asked.get(), 4);
}

/// A JSON value without doubled keys, and with numbers that are written in one way only.
fn value() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec!["a", "b", "c d", "\"", ""]);
    let leaf = prop_oneof![
        (0..4_u64).prop_map(Value::from),
        prop::sample::select(vec!["", "x", "é\n"]).prop_map(Value::from),
        any::<bool>().prop_map(Value::from),
        Just(Value::Null),
    ];
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::btree_map(key.clone().prop_map(str::to_owned), inner, 0..4)
                .prop_map(|members| Value::Object(members.into_iter().collect())),
        ]
    })
}

/// What differs between values whose arrays are compared as wholes, by path.
fn differing(left: &Value, right: &Value, path: &str, found: &mut BTreeMap<String, (bool, bool)>) {
    let (Value::Object(a), Value::Object(b)) = (left, right) else {
        if left != right {
            found.insert(path.to_owned(), (true, true));
        }
        return;
    };
    for key in a.keys().chain(b.keys()) {
        let path = format!("{path}{}", key_step(key));
        match (a.get(key), b.get(key)) {
            (Some(a), Some(b)) => differing(a, b, &path, found),
            (a, b) => drop(found.insert(path, (a.is_some(), b.is_some()))),
        }
    }
}

/// The outermost arrays stand for what differs within them.
fn of_arrays(payloads: &Payloads, place: usize) -> usize {
    let above = |place: &usize| payloads.places[*place].above();
    let ways = std::iter::successors(Some(place), above).collect::<Vec<_>>();
    let is_pair_of_arrays = |&place: &usize| {
        Side::ALL.iter().all(|side| payloads.value(place, *side).is_some_and(|it| it.starts_with('[')))
    };
    ways.into_iter().rev().find(is_pair_of_arrays).unwrap_or(place)
}

proptest! {
    #[test]
    fn differences_are_those_found_by_hand(left in value(), right in value()) {
        let payloads = compared(&left.to_string(), &right.to_string());
        let mut expected = BTreeMap::new();
        differing(&left, &right, "request", &mut expected);
        let sides = |place: usize| (payloads.places[place].left.is_some(), payloads.places[place].right.is_some());
        let found: BTreeMap<_, _> = payloads
            .changes()
            .map(|place| of_arrays(&payloads, place))
            .map(|place| (payloads.path(place), sides(place)))
            .collect();
        prop_assert_eq!(found, expected);
    }

    #[test]
    fn every_value_of_both_sides_has_its_place(left in value(), right in value()) {
        let payloads = compared(&left.to_string(), &right.to_string());
        for (side, document) in [(Side::Left, &payloads.left), (Side::Right, &payloads.right)] {
            let mut nodes: Vec<_> = payloads.places.iter().filter_map(|place| place.node(side)).collect();
            nodes.sort_unstable();
            let all = document.as_ref().expect("a payload").size(0);
            prop_assert_eq!(nodes, (0..all).collect::<Vec<_>>());
        }
        for (at, place) in payloads.places.iter().enumerate() {
            let value = |side| payloads.value(at, side).map(|text| serde_json::from_str::<Value>(text).expect("JSON"));
            let (left, right) = (value(Side::Left), value(Side::Right));
            prop_assert_eq!(place.verdict == Verdict::Equal, left == right);
            prop_assert_eq!(matches!(place.verdict, Verdict::Only(_)), left.is_none() || right.is_none());
            let within = payloads.places[at..at + place.size as usize].iter().skip(1);
            prop_assert!(within.clone().all(|inner| inner.depth > place.depth));
            prop_assert!(place.above().is_none_or(|above| payloads.places[above].depth + 1 == place.depth));
        }
    }

    #[test]
    fn nothing_panics(left in "[{}\\[\\],:\" \\\\a0é]{0,24}", right in "[{}\\[\\],:\" \\\\a0é]{0,24}") {
        let documents = [left, right].map(|text| Document::of(Text::from(text)));
        let [a, b] = documents.each_ref().map(Option::as_ref);
        prop_assert!(Pairing::places(a, b, &|| false).is_some());
    }
}
