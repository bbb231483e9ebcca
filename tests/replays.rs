//! What the board tells of replays: each sending with the outcome of its own.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

mod common;

use arrivals::app::jobs::{ReplayRequest, Ticket};
use arrivals::app::message::{Effect, Message};
use arrivals::app::model::Model;
use arrivals::board::{Pane, ReplayState};
use arrivals::replay::drive::{Progress, Told};
use arrivals::replay::invoker::Reply;
use arrivals::replay::run::{Counts, Mode};
use arrivals::source::{Batch, SourceUpdate};
use common::replay::{answer, attempt, facts, plan, runs, sheet_with, started, told};
use common::screen::screen;
use common::{NOW, events, found, press, press_all, record, update};
use crossterm::event::KeyCode;

/// Request id of the record of `record` with this second.
fn id(second: u32) -> String {
    format!("6f0d0c1e-3a77-4a0e-9a51-0b6a3b1f{second:04}")
}

/// The first record of the events fails as the events' own failures of the sender do.
fn failure(second: i64) -> String {
    let rest = &events()[1][events()[1].find("\"requestPayload\"").unwrap()..];
    record(second, "sender:$LATEST", "RetriesExhausted", 3, rest.strip_suffix('}').unwrap())
}

fn success(second: i64) -> String {
    record(second, "sender:$LATEST", "Success", 1, r#""requestPayload":{"return":"success"},"responsePayload":1"#)
}

fn arrive(model: &mut Model, message: String) {
    let batch = Batch { found: found(&[message]), events: 1, ..Batch::default() };
    update(model, Message::Source(SourceUpdate::Found(batch)));
}

/// Sends the record under the cursor; gives the run that does.
fn send(model: &mut Model) -> Ticket {
    let effects = press(model, KeyCode::Char('r'));
    answer(model, &effects, &facts());
    press_all(model, "s");
    runs(&press(model, KeyCode::Enter))[0].0
}

fn accept(model: &mut Model, ticket: Ticket, item: usize, second: u32, at: i64) {
    let reply = Reply { request_id: Some(id(second)), returned: None };
    told(model, ticket, Told::Accepted { item, attempt: Some(attempt()), reply, verdict: None, at });
}

/// The board with the cursor on the record of this second.
fn on(model: &mut Model, second: u32) -> String {
    let row = model.board.arrivals().find(|(_, arrival)| arrival.record.request_id() == Some(&id(second))).unwrap().0;
    let view = model.board.view(Pane::Failures);
    let place = (0..view.len()).find(|&place| view.get(place) == Some(row)).unwrap();
    press(model, KeyCode::Char('g'));
    (0..place).for_each(|_| drop(press(model, KeyCode::Char('j'))));
    screen(model, 80, 24)
}

/// A board on which a record was replayed, and the replay has failed as number 20.
fn failed_again() -> Model {
    let mut model = sheet_with(&facts());
    press(&mut model, KeyCode::Esc);
    let ticket = send(&mut model);
    accept(&mut model, ticket, 0, 20, NOW - 2000);
    arrive(&mut model, failure(20));
    model
}

#[test]
fn each_record_of_a_replay_tells_its_own_outcome() {
    let mut model = failed_again();
    let ticket = send(&mut model);
    accept(&mut model, ticket, 0, 21, NOW - 1000);
    arrive(&mut model, success(21));
    let shown = on(&mut model, 20);
    assert!(shown.contains(&format!("replay of {} → RetriesExhausted again", id(1))), "{shown}");
    let shown = on(&mut model, 1);
    assert!(shown.contains("→ Success after") && shown.contains("↻ ✓"), "{shown}");
}

#[test]
fn a_record_that_comes_late_answers_the_send_that_it_is_of() {
    let mut model = sheet_with(&facts());
    press(&mut model, KeyCode::Esc);
    for (second, at) in [(20, NOW - 2000), (21, NOW - 1000)] {
        let ticket = send(&mut model);
        accept(&mut model, ticket, 0, second, at);
    }
    arrive(&mut model, failure(20));
    let states: Vec<_> = model.board.replays().all_of(&id(1)).iter().map(|replay| &replay.state).collect();
    assert!(matches!(states[..], [ReplayState::Answered { .. }, ReplayState::Waiting { .. }]), "{states:?}");
}

#[test]
fn a_replay_that_was_replayed_tells_first_what_became_of_it() {
    let mut model = failed_again();
    on(&mut model, 20);
    let ticket = send(&mut model);
    accept(&mut model, ticket, 0, 21, NOW - 1000);
    arrive(&mut model, failure(21));
    let shown = on(&mut model, 20);
    assert!(shown.contains("↻ replayed 10:19:59 → RetriesExhausted again"), "{shown}");
    assert!(screen(&mut model, 120, 40).contains(&format!("↻ replay of {} → RetriesExhausted again", id(1))));
}

fn progress(model: &mut Model, ticket: Ticket, mode: Mode, counts: Counts) {
    told(model, ticket, Told::Progress(Progress { counts, mode, rate: 2.0, slowed: Some("failures"), asks: false }));
}

fn summary(model: &mut Model) -> String {
    let effects: Vec<Effect> = press(model, KeyCode::Char('w'));
    let saved = started(&effects).into_iter().find_map(|(_, request)| match request {
        ReplayRequest::Save(text) => Some(text.clone()),
        _ => None,
    });
    saved.unwrap()
}

#[test]
fn what_waits_for_its_turn_is_queued_and_not_replayed() {
    let mut model = plan();
    press_all(&mut model, "s");
    let sent = runs(&press(&mut model, KeyCode::Enter));
    let (ticket, items) = (sent[0].0, &sent[0].1.plan.items);
    let first = items[0].key.to_string();
    told(&mut model, ticket, Told::Sending { item: 0 });
    progress(&mut model, ticket, Mode::Running, Counts { queued: items.len() - 1, sending: 1, ..Counts::default() });
    assert!(summary(&mut model).lines().nth(2).unwrap().ends_with("queued, not sent yet"));
    press(&mut model, KeyCode::Esc);
    let shown = screen(&mut model, 120, 40);
    assert!(shown.contains(" queued│") && shown.contains("↻ queued 10:20:00, not sent yet"), "{shown}");
    assert_eq!(model.board.replays().of(&first).map(|replay| &replay.state), Some(&ReplayState::Sending));
    accept(&mut model, ticket, 0, 20, NOW);
    progress(&mut model, ticket, Mode::Cancelled, Counts { queued: items.len() - 1, sent: 1, ..Counts::default() });
    assert!(!screen(&mut model, 120, 40).contains("queued"));
    press(&mut model, KeyCode::Char('R'));
    let text = summary(&mut model);
    assert!(text.lines().nth(2).unwrap().ends_with("not sent: the run was cancelled"), "{text}");
    assert!(text.lines().nth(1).unwrap().ends_with("sent, no record yet"), "{text}");
}

#[test]
fn what_is_queued_again_keeps_what_became_of_it_before() {
    let mut model = sheet_with(&facts());
    press(&mut model, KeyCode::Esc);
    let ticket = send(&mut model);
    accept(&mut model, ticket, 0, 20, NOW - 2000);
    arrive(&mut model, success(20));
    let effects = press(&mut model, KeyCode::Char('r'));
    answer(&mut model, &effects, &facts());
    press_all(&mut model, "s");
    let ticket = runs(&press(&mut model, KeyCode::Enter))[0].0;
    assert!(on(&mut model, 1).contains("↻ ✓ queued"));
    progress(&mut model, ticket, Mode::Cancelled, Counts { queued: 1, ..Counts::default() });
    let shown = on(&mut model, 1);
    assert!(shown.contains("↻ ✓") && !shown.contains("queued"), "{shown}");
}

/// What the last row offers, and what is told above it.
fn footer(model: &mut Model) -> (String, String) {
    let shown = screen(model, 80, 24);
    let (above, last) = shown.rsplit_once('\n').unwrap();
    (last.to_owned(), above.to_owned())
}

#[test]
fn the_keys_of_a_run_are_those_that_do_something() {
    let mut model = plan();
    press_all(&mut model, "s");
    let ticket = runs(&press(&mut model, KeyCode::Enter))[0].0;
    let counts = Counts { queued: 4, sending: 1, ..Counts::default() };
    progress(&mut model, ticket, Mode::Running, counts);
    let (keys, told) = footer(&mut model);
    assert!(keys.contains("p pause  x cancel  w save"), "{keys}");
    assert!(told.contains("sending, 2.0 a second (slowed by failures), about 2.0 s to go"), "{told}");
    progress(&mut model, ticket, Mode::Paused, Counts { held: 2, ..counts });
    assert!(footer(&mut model).0.contains("p resume  x cancel  g send held  w save"));
    progress(&mut model, ticket, Mode::Cancelled, Counts { held: 2, ..counts });
    let (keys, told) = footer(&mut model);
    assert!(keys.starts_with(" w save  Esc back"), "{keys}");
    assert!(told.contains("unsent     4"), "{told}");
    assert!(press(&mut model, KeyCode::Char('g')).is_empty());
    assert!(footer(&mut model).0.contains("nothing more will be sent"));
}

#[test]
fn leaving_while_something_is_sent_names_the_keys() {
    let mut model = plan();
    press_all(&mut model, "s");
    press(&mut model, KeyCode::Enter);
    press(&mut model, KeyCode::Esc);
    press(&mut model, KeyCode::Char('q'));
    let (last, _) = footer(&mut model);
    assert!(last.contains("still sending: q again leaves it unfinished, R shows it"), "{last}");
}
