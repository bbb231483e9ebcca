//! Two marked records side by side: from the key to what is copied.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

mod common;

use arrivals::app::jobs::{Answer, CompareWanted, JobError, News, Request, Ticket};
use arrivals::app::keymap::Context;
use arrivals::app::message::{Effect, Message};
use arrivals::app::model::{Model, Overlay, Pair};
use arrivals::board::Comparison;
use common::screen::screen;
use common::{board_of, press, press_all, record, update};
use crossterm::event::KeyCode;
use insta::assert_snapshot;

const CUSTOMER: &str = r#"{"name":"Ann Ærø","mail":"ann@example.com","tier":"gold","password":"hunter2"}"#;

/// A failure and an older success of a function that takes orders.
fn orders() -> Model {
    let failure = format!(
        r#""requestPayload":{{"order":{{"id":"A-17","amount":null,"items":[{{"sku":"GIFT-1","n":1}},{{"sku":"KB-1","n":2}},{{"sku":"MO-9","n":1.0}}],"coupon":{{"code":"SPRING","percent":10}},"link":"https://shop.example.com/orders/2026/november/20/web/europe/denmark/details/0001-failed"}},"customer":{CUSTOMER},"channel":"web"}},"responseContext":{{"statusCode":200,"executedVersion":"8"}},"responsePayload":{{"errorType":"TypeError","errorMessage":"amount is null"}}"#
    );
    let success = format!(
        r#""requestPayload":{{"channel":"web","order":{{"id":"A-16","amount":12.50,"items":[{{"n":2,"sku":"KB-1"}},{{"sku":"MO-9","n":1}}],"link":"https://shop.example.com/orders/2026/november/20/web/europe/denmark/details/0002-done","gift":false}},"customer":{}}},"responseContext":{{"statusCode":200,"executedVersion":"7"}},"responsePayload":{{"id":"A-16"}}"#,
        CUSTOMER.replace("hunter2", "trustno1")
    );
    let other = r#""requestPayload":{"return":"failure"},"responseContext":{"statusCode":404}"#;
    board_of(&[
        record(1, "order-intake:live", "Success", 1, &success),
        record(2, "order-intake:live", "RetriesExhausted", 3, &failure),
        record(3, "sender:1", "RetriesExhausted", 3, other),
    ])
}

/// The failure of the orders and its older success are marked.
fn marked() -> Model {
    let mut model = orders();
    model.masks = std::sync::Arc::new(arrivals::record::Masks::new(true, &[], []));
    press_all(&mut model, "1km2m");
    model
}

fn wanted(effects: &[Effect]) -> Option<(Ticket, CompareWanted)> {
    effects.iter().find_map(|effect| match effect {
        Effect::Start { ticket, request: Request::Compare(wanted) } => Some((*ticket, wanted.clone())),
        _ => None,
    })
}

/// Sets the marked records side by side, as the loop and the job do.
fn compare(model: &mut Model) {
    let effects = press(model, KeyCode::Char('='));
    let (ticket, wanted) = wanted(&effects).unwrap();
    let records = wanted.records.each_ref().map(|arrival| &arrival.record);
    let comparison = Comparison::of(records, &wanted.masks, || false).unwrap();
    let news = News::Done(Ok(Answer::Compared(Box::new(comparison))));
    update(model, Message::Job { ticket, news });
}

fn compared(width: u16, height: u16) -> Model {
    let mut model = marked();
    screen(&mut model, width, height);
    compare(&mut model);
    screen(&mut model, width, height);
    model
}

fn pair(model: &Model) -> &Pair {
    match &model.overlay {
        Some(Overlay::Pair(pair)) => pair,
        other => panic!("{other:?}"),
    }
}

fn notice(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |notice| &notice.text)
}

fn copied(effects: Vec<Effect>) -> String {
    effects.into_iter().find_map(|effect| if let Effect::Copy(text) = effect { Some(text) } else { None }).unwrap()
}

#[test]
fn two_records_side_by_side() {
    assert_snapshot!("pair_at_80_by_24", screen(&mut compared(80, 24), 80, 24));
    assert_snapshot!("pair_at_120_by_40", screen(&mut compared(120, 40), 120, 40));
    assert_snapshot!("pair_at_200_by_50", screen(&mut compared(200, 50), 200, 50));
}

#[test]
fn the_differences_are_gone_through() {
    let mut model = compared(120, 40);
    let mut sentences = Vec::new();
    let (_, all) = pair(&model).change();
    for _ in 0..all {
        sentences.push(copied(press_all(&mut model, "yy")));
        press(&mut model, KeyCode::Char('n'));
    }
    assert_eq!(pair(&model).change().0, 1, "round the end");
    assert_snapshot!(sentences.join("\n"));
    assert_eq!(copied(press_all(&mut model, "ya")), sentences.join("\n"));
    press(&mut model, KeyCode::Char('N'));
    assert_eq!(pair(&model).change(), (all, all));
}

#[test]
fn what_is_folded_unfolds_for_a_difference_within() {
    let mut model = compared(80, 24);
    press_all(&mut model, "gh");
    assert!(!screen(&mut model, 80, 24).contains("customer"));
    press(&mut model, KeyCode::Char('n'));
    assert_eq!(pair(&model).change().0, 1);
    assert!(screen(&mut model, 80, 24).contains("request.order.id"));
}

#[test]
fn equal_places_are_spread_and_gathered_again() {
    let mut model = compared(120, 40);
    let all = pair(&model).position().1;
    press_all(&mut model, "gj");
    while !pair(&model).here().is_some_and(|line| matches!(line, arrivals::app::model::PairLine::Equal { .. })) {
        press(&mut model, KeyCode::Char('j'));
    }
    press(&mut model, KeyCode::Enter);
    let spread = pair(&model).position().1;
    press(&mut model, KeyCode::Char('h'));
    assert_eq!(pair(&model).position().1, all);
    press(&mut model, KeyCode::Char('E'));
    assert!(pair(&model).position().1 >= spread && spread >= all);
    press(&mut model, KeyCode::Char('C'));
    assert_eq!(pair(&model).position().1, all);
}

#[test]
fn values_keys_and_paths_are_copied() {
    let mut model = compared(120, 40);
    press(&mut model, KeyCode::Char('n'));
    press(&mut model, KeyCode::Char('y'));
    assert_snapshot!(screen(&mut model, 80, 24));
    let mut model = compared(120, 40);
    let texts = ["yv", "yV", "yk", "yp"].map(|keys| copied(press_all(&mut model, keys)));
    assert_eq!(texts, ["A-16", "A-17", "id", "request.order.id"]);
    assert_eq!(press_all(&mut model, "yx"), []);
    press_all(&mut model, "nn");
    assert_eq!((press_all(&mut model, "yv"), model.context()), (vec![], Context::Pair));
    assert_eq!(notice(&model), "nothing to copy: the left value is not there");
}

#[test]
fn secrets_that_differ_are_not_shown() {
    let mut model = compared(120, 40);
    let shown = screen(&mut model, 120, 40);
    assert!(shown.contains("password") && !shown.contains("hunter2") && !shown.contains("trustno1"), "{shown}");
    assert!(!copied(press_all(&mut model, "ya")).contains("trustno1"));
}

#[test]
fn it_takes_exactly_two() {
    let mut model = orders();
    for (keys, told) in [
        ("=", "no record is marked: m marks one, = compares two"),
        ("1m=", "one record is marked: = compares two, m marks another one"),
        ("m2m=", "3 records are marked: = compares two, m takes a mark away"),
    ] {
        assert_eq!(wanted(&press_all(&mut model, keys)), None);
        assert_eq!((notice(&model), model.overlay.is_some()), (told, false));
    }
}

#[test]
fn leaving_it_ends_the_job_and_keeps_the_marks() {
    let mut model = marked();
    let (ticket, _) = wanted(&press(&mut model, KeyCode::Char('='))).unwrap();
    assert!(screen(&mut model, 80, 24).contains("Comparing…"));
    assert_eq!(press(&mut model, KeyCode::Esc), [Effect::Cancel(ticket)]);
    assert!(model.overlay.is_none() && model.board.marked().count() == 2);
}

#[test]
fn a_defect_is_told() {
    let mut model = marked();
    let (ticket, _) = wanted(&press(&mut model, KeyCode::Char('='))).unwrap();
    let news = News::Done(Err(JobError::Panicked("index out of bounds".to_owned())));
    update(&mut model, Message::Job { ticket, news });
    assert!(screen(&mut model, 80, 24).contains("a defect in arrivals: index out of bounds"));
}

#[test]
fn the_footer_offers_it_while_two_are_marked() {
    let footer = |model: &mut Model| screen(model, 120, 40).lines().last().unwrap().to_owned();
    assert!(!footer(&mut orders()).contains("compare"));
    assert!(footer(&mut marked()).contains("= compare"));
    assert!(screen(&mut marked(), 80, 24).lines().last().unwrap().contains("= compare"));
}

#[test]
fn a_megabyte_of_fifty_thousand_values_is_shown_line_by_line() {
    let payload = |n: u32| {
        let items = (0..50_000).map(|at| format!(r#"{{"n":{}}}"#, if at % 100 == 0 { at + n } else { at }));
        format!(r#""requestPayload":[{}],"responseContext":{{"statusCode":200}}"#, items.collect::<Vec<_>>().join(","))
    };
    let mut model = board_of(&[0, 1].map(|n| record(i64::from(n), "f", "RetriesExhausted", 1, &payload(n))));
    press_all(&mut model, "mm");
    compare(&mut model);
    assert_eq!(pair(&model).change().1, 500);
    press_all(&mut model, "EG");
    assert!(screen(&mut model, 120, 40).contains("[49999]"));
}
