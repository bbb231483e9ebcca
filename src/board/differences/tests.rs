use proptest::prelude::*;

use super::super::sample::Sample;
use super::*;

fn entry(time: i64, failed: bool, function: &str, request: &str) -> Entry {
    let condition = if failed { "RetriesExhausted" } else { "Success" };
    Sample { time, condition, function, request, ..Sample::default() }.entry()
}

fn board_of<'a>(records: impl IntoIterator<Item = (bool, &'a str, &'a str)>) -> Board {
    let mut board = Board::new(usize::MAX);
    for (time, (failed, function, request)) in (0..).zip(records) {
        board.append(entry(time, failed, function, request));
    }
    board
}

fn compared(board: &Board) -> Differences {
    let mut differences = Differences::new(board.failures_in_sight(), Arc::default());
    while differences.advance(board, 3) {}
    differences
}

fn told(board: &Board) -> Vec<String> {
    compared(board).findings().iter().map(ToString::to_string).collect()
}

#[test]
fn a_null_that_only_failures_have_is_told_first() {
    let failures = [r#"{"order":{"amount":null,"id":"a"}}"#, r#"{"order":{"amount":null,"id":"b"}}"#];
    let successes = [r#"{"order":{"amount":1.10,"id":"c"}}"#; 3];
    let board = board_of(
        failures
            .iter()
            .map(|request| (true, "f", *request))
            .chain(successes.iter().map(|request| (false, "f", *request))),
    );
    let told = told(&board);
    assert_eq!(told[0], "request.order.amount is null in 2 of 2 failures and 0 of 3 successes");
    let finding = &compared(&board).findings()[0];
    assert_eq!(finding.query().as_deref(), Some("request.order.amount=null"));
    assert!(told.iter().all(|words| !words.contains("number")), "{told:?}");
}

#[test]
fn what_is_missing_is_told_once_at_its_root() {
    let requests = [
        (true, r#"{"a":1}"#),
        (true, r#"{"a":1}"#),
        (false, r#"{"a":1,"b":{"c":2}}"#),
        (false, r#"{"a":1,"b":{"c":3}}"#),
    ];
    let board = board_of(requests.map(|(failed, request)| (failed, "f", request)));
    let findings = compared(&board).findings();
    assert_eq!(findings[0].statement(), "request.b is missing");
    assert_eq!((findings[0].alike, findings.len()), (1, 1), "{findings:?}");
    assert_eq!(findings[0].query().as_deref(), Some("not request.b"));
}

#[test]
fn only_successes_of_the_same_functions_are_compared() {
    let board = board_of([(true, "f", r#"{"a":1}"#), (true, "f", r#"{"a":1}"#), (false, "g", r#"{"a":2}"#)]);
    let differences = compared(&board);
    assert_eq!((differences.failures(), differences.successes()), ((2, 2), 0));
    assert_eq!(differences.functions(), ["f"]);
}

#[test]
fn values_that_differ_each_time_are_no_finding() {
    let failures: Vec<_> = (0..40).map(|number| format!(r#"{{"id":"f{number}","n":[{number}],"kind":"x"}}"#)).collect();
    let successes: Vec<_> =
        (0..40).map(|number| format!(r#"{{"id":"s{number}","n":[{number}],"kind":"y"}}"#)).collect();
    let board = board_of(
        (failures.iter().map(|request| (true, "f", request.as_str())))
            .chain(successes.iter().map(|request| (false, "f", request.as_str()))),
    );
    assert_eq!(told(&board), [r#"request.kind is "x" in 40 of 40 failures and 0 of 40 successes"#]);
}

#[test]
fn secrets_are_compared_as_they_are_masked() {
    let board = board_of([
        (true, "f", r#"{"password":"hunter2"}"#),
        (true, "f", r#"{"password":"hunter2"}"#),
        (false, "f", "{}"),
    ]);
    let mut differences = Differences::new(board.failures_in_sight(), Arc::new(Masks::new(true, &[], [])));
    while differences.advance(&board, 3) {}
    let findings = differences.findings();
    assert!(!findings.is_empty() && findings.iter().all(|finding| !finding.to_string().contains("hunter2")));
}

#[test]
fn odd_keys_and_kinds_become_filters() {
    let board = board_of([
        (true, "f", r#"{"a b":[{"c.d":"x"}]}"#),
        (true, "f", r#"{"a b":[{"c.d":"y"}]}"#),
        (false, "f", r#"{"a b":[{"c.d":1}]}"#),
        (false, "f", r#"{"a b":[{"c.d":2}]}"#),
    ]);
    let finding = compared(&board).findings().remove(0);
    assert_eq!(finding.statement(), r#"request."a b"[]."c.d" is a string"#);
    let query = Query::all().with_finding(&finding).expect("a filter");
    let matching = board.arrivals().filter(|(seq, _)| board.get(*seq).is_some_and(|entry| query.matches(entry)));
    assert_eq!(matching.count(), 2, "{query}");
}

#[test]
fn a_finding_narrows_every_alternative_of_the_filter() {
    let board = board_of([(true, "f", r#"{"a":null}"#), (true, "f", r#"{"a":null}"#), (false, "f", r#"{"a":1}"#)]);
    let finding = compared(&board).findings().remove(0);
    let either = Query::parse("fn:f or fn:g").expect("a query");
    let narrowed = either.with_finding(&finding).expect("a filter");
    assert_eq!(narrowed.to_string(), "(fn:f or fn:g) request.a=null");
}

fn request() -> impl Strategy<Value = String> {
    let leaf = prop::sample::select(vec!["null", "true", "1", "2.50", "\"x\"", "\"y z\"", "\"\"", "[]", "{}"]);
    let leaf = leaf.prop_map(str::to_owned);
    leaf.prop_recursive(3, 12, 3, |inner| {
        let member = (prop::sample::select(vec!["a", "b", "c d"]), inner.clone());
        prop_oneof![
            prop::collection::btree_map(prop::sample::select(vec!["a", "b", "c d"]), inner.clone(), 0..3).prop_map(
                |members| {
                    let members: Vec<_> = members.iter().map(|(key, value)| format!("\"{key}\":{value}")).collect();
                    format!("{{{}}}", members.join(","))
                }
            ),
            member.prop_map(|(key, value)| format!("{{\"{key}\":{value}}}")),
            prop::collection::vec(inner, 0..3).prop_map(|items| format!("[{}]", items.join(","))),
        ]
    })
}

proptest! {
    /// The filter of a finding, applied to every record, is the naïve recount.
    #[test]
    fn counts_are_those_of_the_finding_as_a_filter(records in prop::collection::vec((any::<bool>(), request()), 1..24)) {
        let board = board_of(records.iter().map(|(failed, request)| (*failed, "f", request.as_str())));
        let differences = compared(&board);
        for finding in differences.findings() {
            let Some(query) = finding.query() else { continue };
            let query = Query::parse(&query).expect("a query");
            let count = |failed: bool| {
                let of_side = board.arrivals().filter(|(seq, _)| {
                    let entry = board.get(*seq).expect("it is kept");
                    (entry.pane() == Pane::Failures) == failed && query.matches(entry)
                });
                of_side.count()
            };
            let successes = if differences.failures().0 == 0 { 0 } else { count(false) };
            prop_assert_eq!((count(true), successes), finding.counts, "{}", query);
        }
    }

    #[test]
    fn slices_do_not_matter(records in prop::collection::vec((any::<bool>(), request()), 1..24), budget in 1usize..9) {
        let board = board_of(records.iter().map(|(failed, request)| (*failed, "f", request.as_str())));
        let mut sliced = Differences::new(board.failures_in_sight(), Arc::default());
        while sliced.advance(&board, budget) {}
        prop_assert_eq!(sliced.findings(), compared(&board).findings());
    }
}
