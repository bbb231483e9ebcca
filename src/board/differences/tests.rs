use proptest::prelude::*;

use super::super::sample::{Sample, arrival};
use super::*;
use crate::log::Text;
use crate::record::FunctionArn;

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
    assert_eq!((findings[0].alike.len(), findings.len()), (1, 1), "{findings:?}");
    assert_eq!(findings[0].alike[0].statement(), "request.b.c is missing");
    assert_eq!(findings[0].query().as_deref(), Some("not request.b"));
}

#[test]
fn the_payload_is_told_before_the_version_that_goes_with_it() {
    let record = |version: &str, failed: bool, request: &str| {
        let condition = if failed { "RetriesExhausted" } else { "Success" };
        let json = Sample { condition, request, ..Sample::default() }.json();
        let text = Text::from(json.replace("$LATEST\"}", &format!("{version}\"}}")));
        arrival(0, &text, &text)
    };
    let mut board = Board::new(usize::MAX);
    for _ in 0..3 {
        board.append(record("8", true, r#"{"order":{"lines":1}}"#));
        board.append(record("7", false, r#"{"order":{"lines":1,"totals":{"total":2}}}"#));
    }
    let findings = compared(&board).findings();
    let statements: Vec<_> =
        findings.iter().chain(&findings[0].alike).map(super::finding::Finding::statement).collect();
    let expected = ["request.order.totals is missing", "request.order.totals.total is missing", "version is \"8\""];
    assert_eq!(statements, expected, "{findings:?}");
    assert_eq!(findings[0].alike[1].query().as_deref(), Some("version:\"8\""));
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

#[test]
fn several_functions_are_compared_each_with_its_own_successes() {
    let board = board_of([
        (true, "f", r#"{"a":1,"b":null}"#),
        (true, "f", r#"{"a":1,"b":null}"#),
        (true, "g", r#"{"c":"x"}"#),
        (true, "g", r#"{"c":"x"}"#),
        (true, "h", r#"{"c":"x"}"#),
        (false, "f", r#"{"a":1,"b":2}"#),
        (false, "g", r#"{"c":"y"}"#),
    ]);
    // What only parts one function from the other is no finding: `a` is in every record of `f`.
    let expected = [
        "request.b is null in 2 of 2 failures and 0 of 1 successes of f",
        r#"request.c is "x" in 2 of 2 failures and 0 of 1 successes of g"#,
    ];
    assert_eq!(told(&board), expected);
    let differences = compared(&board);
    assert_eq!((differences.without_successes(), differences.functions().len()), (vec!["h"], 3));
    let queries: Vec<_> = differences.findings().iter().filter_map(Finding::query).collect();
    assert_eq!(queries, ["fn:f request.b=null", "fn:g request.c=\"x\""]);
}

#[test]
fn every_record_is_looked_at_part_by_part() {
    let old = (0..40).map(|_| (true, "f", r#"{"k":"old"}"#)).chain((0..40).map(|_| (false, "f", r#"{"k":"good"}"#)));
    let new = (0..9).map(|_| (true, "f", r#"{"k":"new"}"#)).chain((0..9).map(|_| (false, "f", r#"{"k":"good"}"#)));
    let board = board_of(old.chain(new));
    let mut differences = Differences::new(board.failures_in_sight(), Arc::default());
    let mut first = None;
    let mut progress = vec![0];
    while differences.advance(&board, 4) {
        progress.push(differences.progress());
        if first.is_none() && differences.successes() >= 8 {
            first = differences.findings().first().map(ToString::to_string);
        }
    }
    assert_eq!(first.as_deref(), Some(r#"request.k is "new" in 8 of 8 failures and 0 of 8 successes"#));
    let last = differences.findings().iter().map(ToString::to_string).collect::<Vec<_>>();
    assert_eq!(last[0], r#"request.k is "old" in 40 of 49 failures and 0 of 49 successes"#);
    assert_eq!((differences.failures(), differences.successes()), ((49, 49), 49));
    assert!(progress.is_sorted() && progress.iter().all(|done| *done < 100) && differences.progress() == 100);
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
    fn counts_are_those_of_the_finding_as_a_filter(
        records in prop::collection::vec((any::<bool>(), any::<bool>(), request()), 1..40),
    ) {
        let name = |is_other: bool| if is_other { "g" } else { "f" };
        let board = board_of(records.iter().map(|(failed, other, request)| (*failed, name(*other), request.as_str())));
        let differences = compared(&board);
        for finding in differences.findings() {
            let Some(query) = finding.query() else { continue };
            let query = Query::parse(&query).expect("a query");
            let count = |failed: bool| {
                let of_side = board.arrivals().filter(|(seq, _)| {
                    let entry = board.get(*seq).expect("it is kept");
                    let of = entry.arrival().and_then(|arrival| arrival.record.function()).map(FunctionArn::name);
                    let is_compared = of.is_some_and(|name| differences.functions().contains(&name));
                    (entry.pane() == Pane::Failures) == failed && is_compared && query.matches(entry)
                });
                of_side.count()
            };
            prop_assert_eq!((count(true), count(false)), finding.counts, "{}", query);
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
