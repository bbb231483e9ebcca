//! The sheet of one replay and the plan of several: what they show, and what their keys do.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

mod common;

use std::sync::Arc;

use arrivals::app::jobs::{Answer, News, ReplayAnswer, ReplayRequest, Ticket};
use arrivals::app::message::Effect;
use arrivals::app::model::Model;
use arrivals::aws::ExitKind;
use arrivals::board::{Pane, Query};
use arrivals::config::Config;
use arrivals::replay::Verdict;
use arrivals::replay::drive::{Progress, Told};
use arrivals::replay::facts::Facts;
use arrivals::replay::invoker::{Kind, Reply, Returned};
use arrivals::replay::run::{Counts, Mode, State};
use common::replay::{answer, attempt, facts, filtered, plan, runs, sheet_with, started, tell};
use common::screen::screen;
use common::{NOW, board_of, events, press, press_all};
use crossterm::event::KeyCode;
use insta::assert_snapshot;

#[test]
fn the_sheet() {
    let mut model = sheet_with(&facts());
    assert_snapshot!("the_sheet_at_80_by_24", screen(&mut model, 80, 24));
    assert_snapshot!("the_sheet_at_120_by_40", screen(&mut model, 120, 40));
}

#[test]
fn the_plan() {
    let mut model = plan();
    assert_snapshot!("the_plan_at_80_by_24", screen(&mut model, 80, 24));
    assert_snapshot!("the_plan_at_120_by_40", screen(&mut model, 120, 40));
}

fn sent_at_once(model: &mut Model) -> Ticket {
    press_all(model, "ts");
    let effects = press(model, KeyCode::Enter);
    let [(ticket, order)] = &runs(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(order.plan.items[0].call.kind, Kind::RequestResponse);
    *ticket
}

#[test]
fn a_synchronous_replay_shows_what_came_back_and_the_end_of_the_log() {
    let mut model = sheet_with(&facts());
    let ticket = sent_at_once(&mut model);
    assert!(screen(&mut model, 80, 24).contains("running…"));
    let returned = Returned {
        function_error: Some("Unhandled".into()),
        payload: r#"{"errorType":"RuntimeError"}"#.into(),
        log: "START RequestId: 1\n[ERROR] still broken\n".into(),
        version: Some("7".into()),
    };
    let reply = Reply { request_id: Some("1".into()), returned: Some(returned) };
    let verdict = Some(Verdict {
        condition: "Unhandled".into(),
        outcome: arrivals::record::Outcome::Failure,
        same_fingerprint: Some(true),
        millis: 6,
    });
    let told = Told::Accepted { item: 0, attempt: Some(attempt()), reply, verdict, at: NOW };
    tell(&mut model, ticket, News::Progress(Answer::Replay(ReplayAnswer::Told(Box::new(told)))));
    let shown = screen(&mut model, 80, 24);
    for part in ["[ERROR] still broken", r#""errorType": "RuntimeError""#, "Unhandled", "Esc close"] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    press(&mut model, KeyCode::Esc);
    assert!(model.overlay.is_none());
}

#[test]
fn a_synchronous_replay_that_is_refused_can_be_sent_again() {
    let mut model = sheet_with(&facts());
    let ticket = sent_at_once(&mut model);
    let state = State::Refused("the login has expired, run: aws sso login --profile ada; nothing was sent".into());
    let told = Told::Failed { item: 0, state, cause: ExitKind::Configuration };
    tell(&mut model, ticket, News::Progress(Answer::Replay(ReplayAnswer::Told(Box::new(told)))));
    assert!(model.notice.as_ref().is_some_and(|notice| notice.text.contains("aws sso login --profile ada")));
    press_all(&mut model, "s");
    assert_eq!(runs(&press(&mut model, KeyCode::Enter)).len(), 1);
}

#[test]
fn a_tenant_is_asked_for_where_tenants_are_kept_apart() {
    let mut model = sheet_with(&Facts { tenants: true, ..facts() });
    assert!(screen(&mut model, 80, 24).contains("none (i names one)"));
    assert!(screen(&mut model, 120, 40).contains("Lambda will refuse it"));
    press_all(&mut model, "iblue");
    press(&mut model, KeyCode::Enter);
    assert!(!screen(&mut model, 120, 40).contains("Lambda will refuse it"));
    press_all(&mut model, "s");
    let effects = press(&mut model, KeyCode::Enter);
    assert_eq!(runs(&effects)[0].1.plan.items[0].call.tenant.as_deref(), Some("blue"));
}

#[test]
fn a_dry_run_leaves_the_sheet_open() {
    let mut model = sheet_with(&facts());
    press_all(&mut model, "tts");
    let effects = press(&mut model, KeyCode::Enter);
    assert_eq!(runs(&effects)[0].1.plan.items[0].call.kind, Kind::DryRun);
    assert!(model.overlay.is_some());
}

#[test]
fn a_dry_run_takes_nothing_from_what_is_known_of_an_earlier_send() {
    let told = |told| News::Progress(Answer::Replay(ReplayAnswer::Told(Box::new(told))));
    let reply = |id: &str| Reply { request_id: Some(id.into()), returned: None };
    let mut model = sheet_with(&facts());
    press_all(&mut model, "s");
    let sent = runs(&press(&mut model, KeyCode::Enter));
    let record = sent[0].1.plan.items[0].key.to_string();
    let accepted = Told::Accepted { item: 0, attempt: Some(attempt()), reply: reply("new"), verdict: None, at: NOW };
    tell(&mut model, sent[0].0, told(accepted));
    let known = model.board.replays().of(&record).cloned();
    assert!(known.as_ref().is_some_and(|replay| replay.new_request_id.as_deref() == Some("new")));
    let may = Told::Accepted { item: 0, attempt: None, reply: reply("dry"), verdict: None, at: NOW };
    let state = State::Refused("nobody may invoke it".into());
    for outcome in [may, Told::Failed { item: 0, state, cause: ExitKind::Service }] {
        let effects = press(&mut model, KeyCode::Char('r'));
        answer(&mut model, &effects, &facts());
        press_all(&mut model, "tts");
        let asked = runs(&press(&mut model, KeyCode::Enter));
        tell(&mut model, asked[0].0, told(outcome));
        press(&mut model, KeyCode::Esc);
        assert_eq!(model.board.replays().of(&record), known.as_ref());
    }
}

#[test]
fn nothing_is_sent_while_its_payload_is_changed() {
    let mut model = sheet_with(&facts());
    press_all(&mut model, "x.n=1");
    let effects = press(&mut model, KeyCode::Enter);
    let [(ticket, ReplayRequest::Change { program, .. })] = &started(&effects)[..] else { panic!("{effects:?}") };
    assert_eq!(program, ".n=1");
    press(&mut model, KeyCode::Char('s'));
    assert!(runs(&press(&mut model, KeyCode::Enter)).is_empty());
    let changed = ReplayAnswer::Changed(Ok(r#"{"return":"failure","n":1}"#.into()));
    tell(&mut model, *ticket, News::Done(Ok(Answer::Replay(changed))));
    press(&mut model, KeyCode::Char('s'));
    let effects = press(&mut model, KeyCode::Enter);
    assert_eq!(runs(&effects)[0].1.plan.items[0].call.payload, r#"{"return":"failure","n":1}"#);
}

const WHY: &str = "jq: .order.totals is missing here, and so are its parts; a longer reason does not fit on one line";

/// Types an expression; gives the job that tries it.
fn expression(model: &mut Model, text: &str) -> Ticket {
    press_all(model, text);
    let effects = press(model, KeyCode::Enter);
    let [(ticket, _)] = started(&effects)[..] else { panic!("{effects:?}") };
    ticket
}

/// What is seen of the reason that an expression failed, and that no key sends anything then.
fn stays_open(model: &mut Model, typed: &str) {
    let shown = screen(model, 80, 24);
    let line = format!("jq: {typed}");
    for part in ["does not fit on", "one line", &line, "↵ apply"] {
        assert!(shown.contains(part), "{part} is not in\n{shown}");
    }
    press(model, KeyCode::Char('s'));
    assert!(runs(&press(model, KeyCode::Enter)).is_empty());
    assert!(screen(model, 80, 24).contains(&format!("{line}s")));
    press(model, KeyCode::Esc);
    press(model, KeyCode::Char('x'));
    assert!(!screen(model, 80, 24).contains(typed), "what failed is not offered again");
}

#[test]
fn an_expression_that_fails_stays_with_its_reason() {
    let mut model = sheet_with(&facts());
    let ticket = expression(&mut model, "x.a.b=1");
    tell(&mut model, ticket, News::Done(Ok(Answer::Replay(ReplayAnswer::Changed(Err(WHY.into()))))));
    stays_open(&mut model, ".a.b=1");
}

#[test]
fn an_expression_that_changes_no_payload_of_a_plan_stays_with_its_reason() {
    for of_all in [true, false] {
        let mut model = plan();
        press_all(&mut model, "x.a.b=1");
        let effects = press(&mut model, KeyCode::Enter);
        let [(ticket, ReplayRequest::ChangeAll { payloads, .. })] = &started(&effects)[..] else {
            panic!("{effects:?}")
        };
        let each = payloads.iter().map(|payload| (payload.clone(), Err(WHY.to_owned()))).collect();
        let made = if of_all { Err(WHY.to_owned()) } else { Ok(Arc::new(each)) };
        tell(&mut model, *ticket, News::Done(Ok(Answer::Replay(ReplayAnswer::ChangedAll(made)))));
        stays_open(&mut model, ".a.b=1");
    }
}

#[test]
fn the_records_own_payload_comes_without_the_expression() {
    let mut model = sheet_with(&facts());
    let ticket = expression(&mut model, "x.n=1");
    let made = ReplayAnswer::Changed(Ok(r#"{"return":"failure","n":1}"#.into()));
    tell(&mut model, ticket, News::Done(Ok(Answer::Replay(made))));
    press_all(&mut model, "ox");
    assert!(!screen(&mut model, 80, 24).contains(".n=1"));
}

#[test]
fn production_is_asked_for_by_who_sends_and_where_to() {
    for config in ["[production]\naccounts = ['1111*']", "[production]\nprofiles = ['*prod*']"] {
        let mut model = sheet_with(&facts());
        assert!(!model.guard.confirm_by_name);
        model.config = Arc::new(toml::from_str::<Config>(config).unwrap());
        model.replays.profile = Some("prod-sender".into());
        press_all(&mut model, "s");
        assert!(runs(&press(&mut model, KeyCode::Enter)).is_empty(), "{config}");
        press_all(&mut model, "sender");
        assert_eq!(runs(&press(&mut model, KeyCode::Enter)).len(), 1, "{config}");
    }
}

#[test]
fn a_profile_that_sends_can_be_read_only() {
    let config = Arc::new(toml::from_str::<Config>("[profile.prod]\nread-only = true").unwrap());
    for (mut model, key) in [(sheet_with(&facts()), 's'), (plan(), 's')] {
        model.config = Arc::clone(&config);
        model.replays.profile = Some("prod".into());
        press(&mut model, KeyCode::Char(key));
        assert!(model.notice.as_ref().is_some_and(|notice| notice.text.contains("read-only")));
        assert!(runs(&press(&mut model, KeyCode::Enter)).is_empty());
    }
}

#[test]
fn a_plan_can_stop_later_or_never() {
    let mut model = plan();
    assert!(screen(&mut model, 120, 40).contains("after 10 failures of one kind (n)"));
    press_all(&mut model, "nnn");
    assert!(screen(&mut model, 120, 40).contains("never (n)"));
    press_all(&mut model, "s");
    let effects = press(&mut model, KeyCode::Enter);
    assert_eq!(runs(&effects)[0].1.pace.stop_after, None);
}

#[test]
fn a_plan_goes_to_one_version_when_asked_to() {
    let mut model = plan();
    press_all(&mut model, "vlive");
    let effects = press(&mut model, KeyCode::Enter);
    assert!(started(&effects).iter().any(|(_, request)| matches!(request, ReplayRequest::Facts(_))));
    assert!(screen(&mut model, 120, 40).contains("goes to live instead of"));
    press_all(&mut model, "s");
    let effects = press(&mut model, KeyCode::Enter);
    assert!(runs(&effects)[0].1.plan.items.iter().all(|item| item.call.target.ends_with(":live")));
}

#[test]
fn every_payload_of_a_plan_is_changed_by_one_expression() {
    let mut model = plan();
    press_all(&mut model, "x.n=1");
    let effects = press(&mut model, KeyCode::Enter);
    let [(ticket, ReplayRequest::ChangeAll { program, payloads })] = &started(&effects)[..] else {
        panic!("{effects:?}")
    };
    assert_eq!(program, ".n=1");
    press(&mut model, KeyCode::Char('s'));
    assert!(runs(&press(&mut model, KeyCode::Enter)).is_empty(), "while jq is at work");
    let changes = payloads.iter().map(|payload| (payload.clone(), Ok(format!("[{payload}]")))).collect();
    let answer = ReplayAnswer::ChangedAll(Ok(Arc::new(changes)));
    tell(&mut model, *ticket, News::Done(Ok(Answer::Replay(answer))));
    assert!(screen(&mut model, 120, 40).contains("all: the payload was edited"));
    press(&mut model, KeyCode::Char('s'));
    let effects = press(&mut model, KeyCode::Enter);
    let items = &runs(&effects)[0].1.plan.items;
    assert!(!items.is_empty() && items.iter().all(|item| item.edited && item.call.payload.starts_with(b"[")));
}

#[test]
fn marks_are_gone_from_the_filter_too_once_they_are_sent() {
    let mut model = board_of(&events());
    press_all(&mut model, "mR");
    press_all(&mut model, "s");
    press(&mut model, KeyCode::Enter);
    press(&mut model, KeyCode::Esc);
    model.board.set_query(Query::parse("is:marked").unwrap());
    while model.advance(100, &mut Vec::new()) {}
    assert_eq!(model.board.view(Pane::Failures).len(), 0);
}

#[test]
fn with_production_accounts_nothing_is_sent_before_it_is_known_who_sends() {
    let mut model = filtered("fn:sender condition:RetriesExhausted");
    model.config = Arc::new(toml::from_str::<Config>("[production]\naccounts = ['9999*']").unwrap());
    let effects = press(&mut model, KeyCode::Char('r'));
    press_all(&mut model, "s");
    assert!(runs(&press(&mut model, KeyCode::Enter)).is_empty());
    answer(&mut model, &effects, &facts());
    press_all(&mut model, "s");
    assert_eq!(runs(&press(&mut model, KeyCode::Enter)).len(), 1);
}

#[test]
fn leaving_a_run_that_is_paused_is_warned_of() {
    let mut model = plan();
    press_all(&mut model, "s");
    let effects = press(&mut model, KeyCode::Enter);
    let counts = Counts { queued: 3, ..Counts::default() };
    let progress = Progress { counts, mode: Mode::Paused, rate: 2.0, slowed: None, asks: false };
    let told = Box::new(Told::Progress(progress));
    tell(&mut model, runs(&effects)[0].0, News::Progress(Answer::Replay(ReplayAnswer::Told(told))));
    press(&mut model, KeyCode::Esc);
    assert!(!press(&mut model, KeyCode::Char('q')).contains(&Effect::Quit));
    assert!(press(&mut model, KeyCode::Char('q')).contains(&Effect::Quit));
}

#[test]
fn a_plan_that_is_longer_than_the_screen_can_be_scrolled() {
    let mut model = plan();
    let shown = screen(&mut model, 60, 16);
    assert!(shown.contains("lines 1–") && shown.contains("j and k scroll"), "{shown}");
    assert!(!shown.contains("what was sent before is left out"), "{shown}");
    press_all(&mut model, &"j".repeat(40));
    let shown = screen(&mut model, 60, 16);
    assert!(shown.contains("what was sent before is left out") && shown.contains("failures (- +)"), "{shown}");
    press_all(&mut model, "kkk");
    assert!(!screen(&mut model, 60, 16).contains("what was sent before is left out"), "no press was lost at the end");
}

#[test]
fn a_payload_that_goes_on_says_so() {
    let mut model = sheet_with(&facts());
    assert!(!screen(&mut model, 80, 24).contains(" · lines "));
    let mut model = filtered("fn:invoice-render:live condition:RetriesExhausted is:redelivered");
    let effects = press(&mut model, KeyCode::Char('r'));
    answer(&mut model, &effects, &facts());
    let shown = screen(&mut model, 80, 15);
    assert!(shown.contains("── payload · lines 1–"), "{shown}");
}

#[test]
fn where_a_summary_was_saved_is_shown_whole() {
    let mut model = plan();
    press_all(&mut model, "s");
    press(&mut model, KeyCode::Enter);
    let effects = press(&mut model, KeyCode::Char('w'));
    let path = format!("/home/{}/.local/state/arrivals/replay.txt", "a-name-that-is-long/".repeat(4));
    let ticket = started(&effects)[0].0;
    tell(&mut model, ticket, News::Done(Ok(Answer::Replay(ReplayAnswer::Saved(path.clone().into())))));
    let shown = screen(&mut model, 80, 24);
    assert!(shown.contains("saved as   /home/a-name") && shown.contains(".local/state/arrivals/replay.txt"), "{shown}");
}
