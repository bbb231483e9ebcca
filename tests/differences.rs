//! What failures have in common: from the keys to the filter that it becomes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

mod common;

use arrivals::app::message::Effect;
use arrivals::app::model::{Model, Overlay};
use arrivals::board::Pane;
use common::screen::screen;
use common::{board_of, press, press_all, record};
use crossterm::event::KeyCode;
use insta::assert_snapshot;

/// Orders of a function, of which those without an amount have failed, and some of another function.
fn orders() -> Model {
    let order = |second: i64, amount: &str, failed: bool| {
        let rest = format!(
            r#""requestPayload":{{"order":{{"id":"A-{second}","amount":{amount}}},"channel":"web"}},"responseContext":{{"statusCode":200,"executedVersion":"7"}},"responsePayload":{}"#,
            if failed { r#"{"errorType":"TypeError","errorMessage":"no amount"}"# } else { "null" }
        );
        let condition = if failed { "RetriesExhausted" } else { "Success" };
        record(second, "order-intake:live", condition, 1, &rest)
    };
    let failures = (0..6).map(|second| order(second, "null", true));
    let successes = (10..40).map(|second| order(second, "12.50", false));
    let other = r#""requestPayload":{"return":"failure"},"responseContext":{"statusCode":404}"#;
    let others = (50..53).map(|second| record(second, "sender:1", "RetriesExhausted", 1, other));
    board_of(&failures.chain(successes).chain(others).collect::<Vec<_>>())
}

fn settle(model: &mut Model) {
    while model.advance(1000, &mut Vec::new()) {}
}

fn compared(query: &str) -> Model {
    let mut model = orders();
    press_all(&mut model, &format!("/{query}"));
    press(&mut model, KeyCode::Enter);
    settle(&mut model);
    press(&mut model, KeyCode::Char('D'));
    settle(&mut model);
    model
}

#[test]
fn the_list_of_what_is_different() {
    let mut model = compared("fn:order-intake");
    assert_snapshot!("differences_at_80_by_24", screen(&mut model, 80, 24));
    assert_snapshot!("differences_at_120_by_40", screen(&mut model, 120, 40));
    assert_snapshot!("differences_at_200_by_50", screen(&mut model, 200, 50));
}

#[test]
fn a_finding_becomes_a_filter_and_can_be_copied() {
    let mut model = compared("fn:order-intake");
    let effects = press(&mut model, KeyCode::Char('y'));
    let told = "request.order.amount is null in 6 of 6 failures and 0 of 30 successes";
    assert!(matches!(&effects[..], [Effect::Copy(text)] if text == told), "{effects:?}");
    press(&mut model, KeyCode::Enter);
    settle(&mut model);
    assert!(model.overlay.is_none());
    assert_eq!(model.query().to_string(), "fn:order-intake request.order.amount=null");
    assert_eq!(model.board.view(Pane::Failures).len(), 6);
}

/// Invoices, of which those without totals have failed; another version ran them, too.
fn invoices() -> Model {
    let order = |second: i64, version: &str, request: &str, failed: bool| {
        let payload = if failed { r#"{"errorType":"TypeError","errorMessage":"no total"}"# } else { "null" };
        let rest = format!(
            r#""requestPayload":{request},"responseContext":{{"statusCode":200,"executedVersion":"{version}"}},"responsePayload":{payload}"#
        );
        record(second, "invoice-render", if failed { "RetriesExhausted" } else { "Success" }, 1, &rest)
    };
    let failures = (0..4).map(|second| order(second, "$LATEST", r#"{"order":{}}"#, true));
    let successes = (10..20).map(|second| order(second, "7", r#"{"order":{"totals":{"total":9}}}"#, false));
    let mut model = board_of(&failures.chain(successes).collect::<Vec<_>>());
    settle(&mut model);
    press(&mut model, KeyCode::Char('D'));
    settle(&mut model);
    model
}

#[test]
fn what_is_true_of_the_same_records_is_shown_below_and_becomes_a_filter_too() {
    let mut model = invoices();
    let folded = screen(&mut model, 120, 40);
    assert!(folded.contains("Space more") && !folded.contains("and version is"), "{folded}");
    press(&mut model, KeyCode::Char(' '));
    let shown = screen(&mut model, 120, 40);
    let place = |words: &str| shown.find(words).unwrap_or_else(|| panic!("no {words} in\n{shown}"));
    let places =
        ["request.order.totals is missing", "and request.order is empty", "and version is \"$LATEST\""].map(place);
    assert!(places.is_sorted(), "{shown}");
    press_all(&mut model, "G");
    press(&mut model, KeyCode::Enter);
    settle(&mut model);
    assert_eq!(model.query().to_string(), "version:$LATEST");
}

#[test]
fn folding_what_is_alike_keeps_the_cursor_on_its_finding() {
    let mut model = invoices();
    let chosen = |model: &Model| match &model.overlay {
        Some(Overlay::Differences(list)) => list.chosen().unwrap().statement(),
        other => panic!("{other:?}"),
    };
    let lead = chosen(&model);
    press_all(&mut model, " j");
    assert_ne!(chosen(&model), lead);
    press(&mut model, KeyCode::Char(' '));
    assert_eq!(chosen(&model), lead);
}

#[test]
fn without_successes_it_says_what_to_do() {
    let mut model = compared("fn:sender");
    let shown = screen(&mut model, 120, 40);
    assert!(shown.contains("No success of sender was read"), "{shown}");
    press(&mut model, KeyCode::Enter);
    assert!(model.overlay.is_none());
}

#[test]
fn without_failures_there_is_nothing_to_compare() {
    let model = compared("nothing-has-this");
    assert!(model.overlay.is_none());
    assert!(model.notice.as_ref().is_some_and(|notice| notice.text.contains("no failure is in sight")));
}

#[test]
fn the_marked_failures_are_compared_when_there_are_any() {
    let mut model = orders();
    press_all(&mut model, "mmmD");
    settle(&mut model);
    let Some(Overlay::Differences(list)) = &model.overlay else { panic!("no list") };
    assert!(list.marked);
    assert_eq!(list.differences().functions(), ["sender"]);
}

#[test]
fn a_group_is_compared_from_its_row() {
    let mut model = orders();
    press(&mut model, KeyCode::Char('b'));
    settle(&mut model);
    press(&mut model, KeyCode::Char('D'));
    settle(&mut model);
    let Some(Overlay::Differences(list)) = &model.overlay else { panic!("no list") };
    assert_eq!((list.differences().functions(), list.differences().failures()), (vec!["order-intake"], (6, 6)));
    assert!(model.query().to_string().starts_with("fingerprint:"), "{}", model.query());
}

#[test]
fn the_readme_shows_the_real_screen() {
    let shown = screen(&mut compared("fn:order-intake"), 80, 24);
    assert!(include_str!("../README.md").contains(shown.trim_end()), "README.md lacks\n{shown}");
}
