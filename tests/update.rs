//! What keys, clicks and arrivals do to the state: no terminal, no runtime.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

mod common;

use std::sync::Arc;

use arrivals::app::document::{Ink, Paint};
use arrivals::app::jobs::{Answer, News, Order, ReplayRequest, Request};
use arrivals::app::message::{Effect, Message};
use arrivals::app::model::{Focus, Health, Model, Overlay, Place, Tab, TimeStyle};
use arrivals::aws::Identity;
use arrivals::board::{Entry, Pane};
use arrivals::source::{Batch, SourceUpdate, Status};
use arrivals::ui::{self, Background, Depth, Theme};
use common::{NOW, board_of, events, found, later_events, press, press_all, update};
use crossterm::event::{Event, KeyCode, KeyEvent, KeyModifiers, MouseButton, MouseEvent, MouseEventKind};
use ratatui::Terminal;
use ratatui::backend::TestBackend;
use ratatui::layout::Rect;

/// A board that has been drawn, so that it knows what lies where.
fn drawn(messages: &[String], width: u16, height: u16) -> Model {
    let mut model = board_of(messages);
    draw(&mut model, width, height);
    model
}

fn draw(model: &mut Model, width: u16, height: u16) {
    let theme = Theme::new(Depth::Ansi256, Background::Dark);
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    let mut geometry = None;
    terminal.draw(|frame| geometry = Some(ui::draw(frame, model, &theme))).unwrap();
    model.drawn(geometry.unwrap());
}

fn selected_id(model: &Model) -> String {
    let (_, entry) = model.open_entry().unwrap();
    match entry {
        Entry::Arrival(arrival) => arrival.record.request_id().unwrap().to_owned(),
        other => panic!("no arrival is open but {other:?}"),
    }
}

fn id(second: u32) -> String {
    format!("6f0d0c1e-3a77-4a0e-9a51-0b6a3b1f{second:04}")
}

fn notice(model: &Model) -> Option<String> {
    model.notice.as_ref().map(|notice| notice.text.clone())
}

fn tab(model: &Model) -> Tab {
    model.detail.tab(model.open_entry().map(|(_, entry)| entry))
}

fn mouse(model: &mut Model, kind: MouseEventKind, column: u16, row: u16) {
    let event = MouseEvent { kind, column, row, modifiers: KeyModifiers::NONE };
    update(model, Message::Terminal(Event::Mouse(event)));
}

fn arrive(model: &mut Model, messages: &[String]) {
    let batch = Batch { found: found(messages), events: messages.len() as u64, ..Batch::default() };
    update(model, Message::Source(SourceUpdate::Found(batch)));
}

const LEFT: MouseEventKind = MouseEventKind::Down(MouseButton::Left);

#[test]
fn it_opens_on_the_newest_failure_and_follows() {
    let mut model = drawn(&events()[..3], 120, 40);
    assert_eq!(selected_id(&model), id(1));
    arrive(&mut model, &events()[..6]);
    assert_eq!(selected_id(&model), id(5));
}

#[test]
fn who_moves_up_stays_there() {
    let mut model = drawn(&events()[..6], 120, 40);
    press(&mut model, KeyCode::Char('k'));
    assert_eq!(selected_id(&model), id(4));
    arrive(&mut model, &later_events());
    assert_eq!(selected_id(&model), id(4));
    assert_eq!(model.list(Pane::Failures).unseen(), 3);
    press(&mut model, KeyCode::Char('G'));
    assert!(model.list(Pane::Failures).following());
    assert_eq!(model.list(Pane::Failures).unseen(), 0);
}

#[test]
fn who_reads_the_detail_keeps_its_record() {
    for keys in ["3", "]", "\t\t"] {
        let mut model = drawn(&events()[..6], 120, 40);
        for key in keys.chars() {
            press(&mut model, if key == '\t' { KeyCode::Tab } else { KeyCode::Char(key) });
        }
        let before = model.open_entry().unwrap().0;
        arrive(&mut model, &later_events());
        assert_eq!(model.open_entry().unwrap().0, before, "{keys:?}");
    }
}

#[test]
fn space_freezes_and_thaws() {
    let mut model = drawn(&events()[..6], 120, 40);
    press(&mut model, KeyCode::Char(' '));
    assert!(!model.list(Pane::Failures).following());
    press(&mut model, KeyCode::Char(' '));
    assert!(model.list(Pane::Failures).following());
}

#[test]
fn marks_are_set_down_the_list_and_taken_back_last() {
    let mut model = drawn(&events(), 120, 40);
    press_all(&mut model, "mm");
    assert_eq!(model.board.marked_len(Pane::Failures), 2);
    let marked: Vec<_> = model.board.marked().map(|(seq, _)| seq).collect();
    press_all(&mut model, "jjm");
    assert_eq!(model.board.marked().map(|(seq, _)| seq).collect::<Vec<_>>(), marked[..1]);
    press_all(&mut model, "/fn:thumb*");
    press(&mut model, KeyCode::Enter);
    press(&mut model, KeyCode::Esc);
    assert_eq!(model.board.marked_len(Pane::Failures), 1);
    press(&mut model, KeyCode::Esc);
    assert!(!model.board.clear_marks());
}

#[test]
fn tabs_are_remembered_apart_for_failures_and_successes() {
    let mut model = drawn(&events(), 120, 40);
    assert_eq!(tab(&model), Tab::Trace);
    press(&mut model, KeyCode::Char(']'));
    assert_eq!(tab(&model), Tab::Request);
    press(&mut model, KeyCode::Char('2'));
    assert_eq!(tab(&model), Tab::Response);
    press_all(&mut model, "]]");
    assert_eq!(tab(&model), Tab::Raw);
    press(&mut model, KeyCode::Char('1'));
    assert_eq!(tab(&model), Tab::Request);
}

#[test]
fn a_filter_narrows_as_it_is_typed_and_escape_takes_it_back() {
    let mut model = drawn(&events(), 120, 40);
    let all = model.board.view(Pane::Failures).len();
    press_all(&mut model, "/fn:thumb*");
    assert_eq!(model.board.view(Pane::Failures).len(), 1);
    assert_eq!(model.board.view(Pane::Successes).len(), 1);
    press(&mut model, KeyCode::Esc);
    assert_eq!(model.board.view(Pane::Failures).len(), all);
    press_all(&mut model, "/fn:thumb*");
    press(&mut model, KeyCode::Enter);
    assert!(model.overlay.is_none());
    assert_eq!(model.query().to_string(), "fn:thumb*");
    press(&mut model, KeyCode::Esc);
    assert!(model.query().is_all());
}

#[test]
fn a_filter_that_hides_the_row_for_a_while_does_not_lose_it() {
    let mut model = drawn(&events(), 120, 40);
    let open = |model: &Model| model.open_entry().map(|(seq, _)| seq);
    press_all(&mut model, "kkk");
    let before = open(&model);
    press_all(&mut model, "/zzzzz");
    assert_eq!(open(&model), None);
    press(&mut model, KeyCode::Esc);
    assert_eq!(open(&model), before);
    press_all(&mut model, "/fn:thumb*");
    assert_ne!(open(&model), before);
    press(&mut model, KeyCode::Esc);
    assert_eq!(open(&model), before);
}

#[test]
fn down_from_the_newest_row_goes_on_following() {
    let mut model = drawn(&events()[..6], 120, 40);
    press(&mut model, KeyCode::Char('j'));
    assert!(model.list(Pane::Failures).following());
}

#[test]
fn rows_that_come_are_counted_although_others_are_evicted() {
    let many = |from: u32| -> Vec<String> {
        (from..from + 40)
            .map(|n| common::record(n.into(), "f", "RetriesExhausted", 1, "\"requestPayload\":1"))
            .collect()
    };
    let mut model = common::board_within(36 * 1024, &many(0));
    draw(&mut model, 80, 24);
    press(&mut model, KeyCode::Char('k'));
    arrive(&mut model, &many(40));
    assert!(model.board.totals().evicted > 0);
    assert_eq!(model.list(Pane::Failures).unseen(), 40);
}

#[test]
fn the_menu_takes_the_row_under_the_cursor_unless_marks_were_set() {
    let mut model = drawn(&events(), 120, 40);
    press_all(&mut model, "c ");
    press(&mut model, KeyCode::Enter);
    let first = model.query().conditions();
    press_all(&mut model, "cj");
    press(&mut model, KeyCode::Enter);
    assert_eq!(model.query().conditions().len(), 1);
    assert_ne!(model.query().conditions(), first);
}

#[test]
fn the_filter_line_behaves_like_a_shell() {
    let mut model = drawn(&events(), 120, 40);
    press_all(&mut model, "/fn:sender abc");
    let ctrl = |c| Message::Terminal(Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)));
    update(&mut model, ctrl('w'));
    assert_eq!(model.query().to_string(), "fn:sender");
    update(&mut model, ctrl('u'));
    assert!(model.query().is_all());
    assert!(matches!(&model.overlay, Some(Overlay::Filter(line)) if line.text().is_empty()));
}

#[test]
fn leaving_a_record_gives_back_only_the_zoom_that_opening_took() {
    let mut model = drawn(&events(), 120, 40);
    press_all(&mut model, "z3");
    press(&mut model, KeyCode::Esc);
    assert!(model.zoomed && model.focus == Focus::List(Pane::Failures));
    press(&mut model, KeyCode::Esc);
    assert!(!model.zoomed);
}

#[test]
fn a_notice_goes_by_itself() {
    let mut model = drawn(&events(), 120, 40);
    press(&mut model, KeyCode::Char('Y'));
    model.update(Message::Tick, NOW + 1000);
    assert!(notice(&model).is_some());
    model.update(Message::Tick, NOW + 5000);
    assert!(notice(&model).is_none());
}

#[test]
fn a_filter_that_is_no_query_leaves_the_lists_alone() {
    let mut model = drawn(&events(), 120, 40);
    press_all(&mut model, "/fn:sender");
    let rows = model.board.view(Pane::Failures).len();
    press_all(&mut model, " (");
    assert_eq!(model.board.view(Pane::Failures).len(), rows);
    press(&mut model, KeyCode::Enter);
    assert!(matches!(&model.overlay, Some(Overlay::Filter(line)) if line.error().is_some()));
}

#[test]
fn keys_of_the_board_are_text_in_the_filter() {
    let mut model = drawn(&events(), 120, 40);
    assert_eq!(press_all(&mut model, "/quit?"), []);
    assert!(matches!(&model.overlay, Some(Overlay::Filter(line)) if line.text() == "quit?"));
}

#[test]
fn pasted_text_goes_into_the_filter_on_one_line() {
    let mut model = drawn(&events(), 120, 40);
    press(&mut model, KeyCode::Char('/'));
    update(&mut model, Message::Terminal(Event::Paste("fn:sender\n  outcome:failure\n".into())));
    assert_eq!(model.query().to_string(), "fn:sender outcome:failure");
}

#[test]
fn the_menu_filters_by_condition_and_keeps_the_rest_of_the_filter() {
    let mut model = drawn(&events(), 120, 40);
    press_all(&mut model, "/sender");
    press(&mut model, KeyCode::Enter);
    press(&mut model, KeyCode::Char('c'));
    press(&mut model, KeyCode::Enter);
    assert_eq!(model.query().conditions().len(), 1);
    assert!(model.query().to_string().contains("sender"));
    assert!(model.board.view(Pane::Successes).is_empty());
    press_all(&mut model, "ca");
    assert_eq!(model.query().to_string(), "sender");
}

#[test]
fn several_conditions_can_be_chosen() {
    let mut model = drawn(&events(), 120, 40);
    press_all(&mut model, "c j ");
    press(&mut model, KeyCode::Enter);
    assert_eq!(model.query().conditions().len(), 2);
}

#[test]
fn a_trace_that_is_none_is_copied_as_the_error_alone() {
    let mut model = drawn(&events()[..4], 120, 40);
    assert_eq!(selected_id(&model), id(3));
    let error =
        "Sandbox.Timedout: RequestId: 6f0d0c1e-3a77-4a0e-9a51-0b6a3b1f0003 Error: Task timed out after 3.00 seconds";
    assert_eq!(press(&mut model, KeyCode::Char('y')), [Effect::Copy(error.into())]);
}

#[test]
fn copies_are_what_came_byte_for_byte() {
    let mut model = drawn(&events(), 120, 40);
    press(&mut model, KeyCode::Char(']'));
    let copied = press(&mut model, KeyCode::Char('y'));
    let payload = r#"{"order":{"id":"A-1","big":12345678901234567890,"price":1.10}}"#;
    assert_eq!(copied, [Effect::Copy(payload.into())]);
    assert_eq!(
        notice(&model).as_deref(),
        Some(format!("copied the request payload, {} bytes", payload.len()).as_str())
    );
    let whole = press(&mut model, KeyCode::Char('Y'));
    assert_eq!(whole, [Effect::Copy(events().last().unwrap().clone())]);
}

#[test]
fn a_part_that_is_not_there_is_not_copied() {
    let mut model = drawn(&events()[..6], 120, 40);
    press_all(&mut model, "]]");
    assert_eq!(tab(&model), Tab::Response);
    assert_eq!(press(&mut model, KeyCode::Char('y')), []);
    assert!(notice(&model).as_deref().unwrap().starts_with("nothing to copy"));
}

#[test]
fn colours_of_a_document_that_is_gone_are_dropped() {
    let mut model = board_of(&[]);
    let batch = Batch { found: found(&events()), events: 1, ..Batch::default() };
    let effects = update(&mut model, Message::Source(SourceUpdate::Found(batch)));
    press(&mut model, KeyCode::Char(']'));
    let before = model.detail.paints().to_vec();
    let stale = Paint { range: 0..1, ink: Ink::Rgb([1, 2, 3]) };
    for effect in effects {
        if let Effect::Colour { generation, .. } = effect {
            update(&mut model, Message::Coloured { generation, colours: vec![stale.clone()] });
        }
    }
    assert_eq!(model.detail.paints(), before);
}

#[test]
fn escape_goes_back_step_by_step() {
    let mut model = drawn(&events(), 120, 40);
    press_all(&mut model, "/sender");
    press(&mut model, KeyCode::Enter);
    press(&mut model, KeyCode::Enter);
    assert!(model.zoomed && model.focus == Focus::Detail);
    press(&mut model, KeyCode::Esc);
    assert!(!model.zoomed && model.focus == Focus::List(Pane::Failures));
    assert!(!model.query().is_all());
    press(&mut model, KeyCode::Esc);
    assert!(model.query().is_all());
}

#[test]
fn times_go_round() {
    let mut model = drawn(&events(), 120, 40);
    let styles = [TimeStyle::Utc, TimeStyle::Relative, TimeStyle::Local];
    for style in styles {
        press(&mut model, KeyCode::Char('t'));
        assert_eq!(model.time, style);
    }
}

#[test]
fn quitting_and_suspending_are_left_to_the_loop() {
    let mut model = drawn(&events(), 120, 40);
    assert_eq!(press(&mut model, KeyCode::Char('q')), [Effect::Quit]);
    let ctrl = |c| Message::Terminal(Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)));
    assert_eq!(update(&mut model, ctrl('c')), [Effect::Quit]);
    assert_eq!(update(&mut model, ctrl('z')), [Effect::Suspend]);
    assert_eq!(press(&mut model, KeyCode::Char('M')), [Effect::CaptureMouse(false)]);
}

#[test]
fn a_click_selects_a_row_and_a_tab() {
    let mut model = drawn(&events(), 120, 40);
    let [failures, successes] = model.geometry.lists;
    mouse(&mut model, LEFT, failures.x + 3, failures.y + 1);
    assert_eq!(selected_id(&model), id(3));
    mouse(&mut model, LEFT, successes.x + 3, successes.y);
    assert_eq!((model.focus, selected_id(&model)), (Focus::List(Pane::Successes), id(2)));
    let (place, _) = model.geometry.tabs.iter().find(|(_, tab)| *tab == Tab::Request).copied().unwrap();
    mouse(&mut model, LEFT, place.x + 1, place.y);
    assert_eq!(tab(&model), Tab::Request);
}

#[test]
fn the_borders_can_be_dragged() {
    let mut model = drawn(&events(), 120, 40);
    let wide = |model: &Model| model.geometry.lists[0].width;
    let (before, failures) = (wide(&model), model.geometry.lists[0]);
    mouse(&mut model, LEFT, failures.right(), failures.y + 2);
    mouse(&mut model, MouseEventKind::Drag(MouseButton::Left), failures.right() - 20, failures.y + 2);
    mouse(&mut model, MouseEventKind::Up(MouseButton::Left), failures.right() - 20, failures.y + 2);
    draw(&mut model, 120, 40);
    assert!(wide(&model).abs_diff(before - 20) <= 1, "{} {before}", wide(&model));
    let Rect { x, y, .. } = model.geometry.detail_pane;
    mouse(&mut model, LEFT, x + 70, y);
    mouse(&mut model, MouseEventKind::Drag(MouseButton::Left), x + 70, y + 6);
    draw(&mut model, 120, 40);
    assert!(model.geometry.detail_pane.y.abs_diff(y + 6) <= 1, "{:?}", model.geometry.detail_pane);
}

#[test]
fn the_wheel_scrolls_what_is_under_it() {
    let many: Vec<_> =
        (0..60).map(|second| common::record(second, "f", "RetriesExhausted", 1, "\"requestPayload\":1")).collect();
    let mut model = drawn(&many, 80, 24);
    let failures = model.geometry.lists[0];
    let top = |model: &Model| model.list(Pane::Failures).window(&model.board, usize::from(failures.height)).top;
    let before = top(&model);
    mouse(&mut model, MouseEventKind::ScrollUp, failures.x, failures.y);
    assert_eq!(top(&model), before - 3);
    assert!(!model.list(Pane::Failures).following());
    mouse(&mut model, MouseEventKind::ScrollDown, failures.x, failures.y);
    assert_eq!(top(&model), before);
}

#[test]
fn pages_move_by_what_is_on_screen() {
    let many: Vec<_> =
        (0..60).map(|second| common::record(second, "f", "RetriesExhausted", 1, "\"requestPayload\":1")).collect();
    let mut model = drawn(&many, 80, 24);
    let height = u32::from(model.geometry.lists[0].height);
    press(&mut model, KeyCode::PageUp);
    assert_eq!(selected_id(&model), id(59 - (height - 1)));
    press(&mut model, KeyCode::Home);
    assert_eq!(selected_id(&model), id(0));
    press(&mut model, KeyCode::PageDown);
    assert_eq!(selected_id(&model), id(height - 1));
}

#[test]
fn the_source_tells_how_it_is() {
    let mut model = board_of(&[]);
    let wait = std::time::Duration::from_secs(3);
    let retrying = Status::Retrying { wait, reason: "refused".into(), throttled: false };
    update(&mut model, Message::Source(SourceUpdate::Status(retrying)));
    assert_eq!(model.source.health, Health::Retrying { at: NOW + 3000, reason: "refused".into(), throttled: false });
    update(&mut model, Message::Source(SourceUpdate::Ended(Ok(()))));
    assert_eq!(model.source.health, Health::Ended);
}

#[test]
fn who_reads_is_asked_once_it_is_known_where() {
    let mut model = drawn(&events(), 120, 40);
    let place = Place { names: vec!["group".into()], identity: Some("dev".into()), ..Place::default() };
    let effects = model.update(Message::Place(place), NOW);
    let [Effect::Start { ticket, request: Request::Identity }] = effects[..] else { panic!("{effects:?}") };
    let found = |account: &str| {
        News::Done(Ok(Answer::Identity(Identity { account: account.into(), arn: "arn:aws:iam::1:user/u".into() })))
    };
    let stranger = model.tickets.take();
    model.update(Message::Job { ticket: stranger, news: found("000000000000") }, NOW);
    assert_eq!(model.source.place.identity.as_deref(), Some("dev"));
    model.update(Message::Job { ticket, news: found("123123123123") }, NOW);
    assert_eq!(model.source.place.identity.as_deref(), Some("dev/123123123123"));
    model.update(Message::Job { ticket, news: found("000000000000") }, NOW);
    assert_eq!(model.source.place.identity.as_deref(), Some("dev/123123123123"));
}

#[test]
fn a_word_is_completed_and_filters_at_once() {
    let mut model = drawn(&events(), 120, 40);
    press(&mut model, KeyCode::Char('/'));
    press_all(&mut model, "fn:geo");
    assert!(model.board.view(Pane::Failures).is_empty());
    press(&mut model, KeyCode::Tab);
    assert_eq!(model.query().to_string(), "fn:geo-enrich");
    assert_eq!(model.board.view(Pane::Failures).len(), 1);
    press(&mut model, KeyCode::Enter);
    assert!(model.overlay.is_none());
}

#[test]
fn a_query_that_cannot_be_read_leaves_the_list_alone() {
    let mut model = drawn(&events(), 120, 40);
    press(&mut model, KeyCode::Char('/'));
    press_all(&mut model, "count>=3");
    let rows = model.board.view(Pane::Failures).len();
    press_all(&mut model, " (");
    assert_eq!(model.board.view(Pane::Failures).len(), rows);
    assert!(matches!(&model.overlay, Some(Overlay::Filter(line)) if line.error().is_some()));
    press_all(&mut model, "request.order.price=1.1)");
    assert_eq!(model.board.view(Pane::Failures).len(), 2);
}

#[test]
fn filters_that_were_kept_come_back() {
    let mut model = drawn(&events(), 120, 40);
    model.history = vec!["fn:sender".into(), "condition:Success".into()];
    press(&mut model, KeyCode::Char('/'));
    press_all(&mut model, "typed");
    let shown = |model: &Model| model.query().to_string();
    press(&mut model, KeyCode::Up);
    assert_eq!(shown(&model), "condition:Success");
    press(&mut model, KeyCode::Up);
    press(&mut model, KeyCode::Up);
    assert_eq!(shown(&model), "fn:sender");
    let effects = press(&mut model, KeyCode::Enter);
    assert_eq!(effects, [Effect::Remember("fn:sender".into())]);
    assert_eq!(model.history, ["condition:Success", "fn:sender"]);
    press(&mut model, KeyCode::Char('/'));
    press_all(&mut model, "x");
    press(&mut model, KeyCode::Up);
    press(&mut model, KeyCode::Down);
    assert_eq!(shown(&model), "fn:senderx");
}

#[test]
fn the_account_is_guarded_once_it_is_known() {
    let mut model = board_of(&[]);
    let config = "[production]\naccounts = ['1111*']\n[profile.dev]\nread-only = true\n";
    model.configure(std::sync::Arc::new(toml::from_str(config).unwrap()));
    assert!(!model.guard.read_only && !model.guard.confirm_by_name);
    let place = Place { identity: Some("dev".into()), ..Place::default() };
    let effects = update(&mut model, Message::Place(place));
    let Some(Effect::Start { ticket, .. }) = effects.first() else { panic!("nobody asks who reads: {effects:?}") };
    assert!(model.guard.read_only && !model.guard.confirm_by_name);
    let identity = Identity { account: "111122223333".into(), arn: String::new() };
    update(&mut model, Message::Job { ticket: *ticket, news: News::Done(Ok(Answer::Identity(identity))) });
    assert!(model.guard.read_only && model.guard.confirm_by_name);
    assert_eq!(model.source.place.identity.as_deref(), Some("dev/111122223333"));
}

/// The runs that effects start.
fn runs(effects: &[Effect]) -> Vec<&Order> {
    let orders = effects.iter().filter_map(|effect| match effect {
        Effect::Start { request: Request::Replay(ReplayRequest::Run(order)), .. } => Some(order),
        _ => None,
    });
    orders.collect()
}

#[test]
fn a_replay_takes_more_than_one_key_and_sends_the_records_own_bytes() {
    let mut model = drawn(&events(), 120, 40);
    for key in "rsRsx".chars() {
        assert!(runs(&press(&mut model, KeyCode::Char(key))).is_empty(), "{key}");
    }
    let mut model = drawn(&events(), 120, 40);
    press_all(&mut model, "rs");
    let effects = press(&mut model, KeyCode::Enter);
    let [order] = runs(&effects)[..] else { panic!("{effects:?}") };
    let own = model.open_entry().and_then(|(_, entry)| entry.arrival()).unwrap().record.request_payload().unwrap();
    assert_eq!((order.plan.items.len(), &order.plan.items[0].call.payload[..]), (1, own.as_bytes()));
    assert!(!order.plan.items[0].edited && model.overlay.is_none());
}

#[test]
fn production_wants_the_name_typed_on_the_sheet_too() {
    let mut model = drawn(&events(), 120, 40);
    model.guard.confirm_by_name = true;
    press_all(&mut model, "rs");
    assert!(runs(&press(&mut model, KeyCode::Enter)).is_empty());
    let name =
        model.open_entry().and_then(|(_, entry)| entry.arrival()).unwrap().record.function().unwrap().name().to_owned();
    press_all(&mut model, &name);
    assert_eq!(runs(&press(&mut model, KeyCode::Enter)).len(), 1);
}

#[test]
fn read_only_takes_replay_away() {
    let mut model = drawn(&events(), 120, 40);
    model.guard.read_only = true;
    for key in ['r', 'R'] {
        press(&mut model, KeyCode::Char(key));
        assert!(model.overlay.is_none());
        assert!(notice(&model).unwrap().starts_with("read-only"), "{:?}", notice(&model));
    }
}

#[test]
fn what_is_masked_or_has_no_payload_is_not_replayed() {
    let masked = common::record(30, "sender:1", "RetriesExhausted", 1, r#""requestPayload":{"card":"****"}"#);
    let bare = common::record(31, "sender:1", "RetriesExhausted", 1, r#""responseContext":{"statusCode":404}"#);
    for (message, why) in [(masked, "values are masked"), (bare, "no request payload")] {
        let mut model = drawn(&[message], 120, 40);
        press(&mut model, KeyCode::Char('r'));
        assert!(model.overlay.is_none());
        assert_eq!(notice(&model).unwrap(), format!("{why}, so it cannot be replayed"));
    }
}

#[test]
fn a_group_is_opened_as_a_filter() {
    let mut model = drawn(&events(), 120, 40);
    press(&mut model, KeyCode::Char('b'));
    let Some(Overlay::Groups(list)) = &model.overlay else { panic!("no groups") };
    assert!(list.groups().settled());
    let (fingerprint, count) = list.chosen().map(|group| (group.fingerprint, group.count)).unwrap();
    press(&mut model, KeyCode::Enter);
    assert_eq!(model.query().to_string(), format!("fingerprint:{fingerprint}"));
    assert_eq!(model.board.view(Pane::Failures).len(), count);
    press(&mut model, KeyCode::Esc);
    assert!(model.query().is_all());
}

#[test]
fn groups_go_on_counting_without_moving() {
    let mut model = drawn(&events(), 120, 40);
    press_all(&mut model, "bj");
    let rows = |model: &Model| {
        let Some(Overlay::Groups(list)) = &model.overlay else { panic!("no groups") };
        let rows: Vec<_> = list.rows().map(|group| (group.fingerprint, group.count, group.last)).collect();
        (rows, list.cursor())
    };
    let (before, cursor) = rows(&model);
    let name = |rows: &[(_, usize, i64)], at: usize| rows[at].0;
    // The last group comes more often than all others, and a failure that nobody knew.
    let last = common::record(
        4,
        "sender:$LATEST",
        "RetriesExhausted",
        3,
        r#""responsePayload":{"errorType":"X","errorMessage":"new 1"}"#,
    );
    let again = events()[1].clone();
    arrive(&mut model, &[vec![again; 9], vec![last]].concat());
    let (after, cursor_after) = rows(&model);
    assert_eq!((after.len(), cursor_after), (before.len() + 1, cursor));
    assert!((0..before.len()).all(|at| name(&before, at) == name(&after, at)));
    assert_eq!(after.iter().map(|row| row.1).sum::<usize>(), before.iter().map(|row| row.1).sum::<usize>() + 10);
    assert!(model.is_at_rest());
    // Sorting is asked for by a key, and the cursor goes with its group.
    press(&mut model, KeyCode::Char('b'));
    let (sorted, cursor_sorted) = rows(&model);
    assert!(sorted.is_sorted_by(|a, b| a.1 >= b.1) && sorted[0].1 == 10);
    assert_eq!(name(&sorted, cursor_sorted), name(&before, cursor));
}

#[test]
fn who_looks_here_again_is_told_what_came_meanwhile() {
    let mut model = drawn(&events(), 120, 40);
    let focus = |gained| Message::Terminal(if gained { Event::FocusGained } else { Event::FocusLost });
    update(&mut model, focus(false));
    update(&mut model, focus(true));
    assert_eq!(notice(&model), None, "nothing came");
    arrive(&mut model, &later_events());
    update(&mut model, focus(false));
    arrive(&mut model, &later_events());
    assert_eq!(notice(&model), None, "nobody looks");
    update(&mut model, focus(true));
    assert_eq!(notice(&model).as_deref(), Some("while you looked elsewhere: 3 failures, 0 successes"));
}

#[test]
fn lines_scroll_under_a_cursor_that_stays() {
    let control = |c| Message::Terminal(Event::Key(KeyEvent::new(KeyCode::Char(c), KeyModifiers::CONTROL)));
    let many: Vec<_> =
        (0..60).map(|second| common::record(second, "f", "RetriesExhausted", 1, "\"requestPayload\":1")).collect();
    let mut model = drawn(&many, 80, 24);
    update(&mut model, control('e'));
    assert!(model.list(Pane::Failures).following(), "there is nothing below the newest row");
    press_all(&mut model, "4k");
    let top =
        |model: &Model| model.list(Pane::Failures).window(&model.board, model.geometry.list_height(Pane::Failures)).top;
    let (before, chosen) = (top(&model), selected_id(&model));
    update(&mut model, control('y'));
    assert_eq!((top(&model), selected_id(&model)), (before - 1, chosen.clone()));
    update(&mut model, control('e'));
    assert_eq!((top(&model), selected_id(&model)), (before, chosen));
    press_all(&mut model, "030");
    update(&mut model, control('y'));
    assert_eq!(top(&model), before - 30);
}

#[test]
fn a_background_chooses_a_theme_until_somebody_does() {
    let mut model = drawn(&events(), 120, 40);
    model.themes = ["dark", "light", "mine"].map(str::to_owned).to_vec();
    model.by_background = Some([0, 1]);
    update(&mut model, Message::Background { is_light: true });
    assert_eq!(model.theme, 1);
    press_all(&mut model, "Tj");
    press(&mut model, KeyCode::Enter);
    assert_eq!((model.theme, model.chosen_theme.as_deref()), (2, Some("mine")));
    update(&mut model, Message::Background { is_light: false });
    assert_eq!(model.theme, 2);
}

#[test]
fn a_named_filter_is_completed() {
    let mut model = drawn(&events(), 120, 40);
    let filters = [("night", "fn:sender"), ("nightly", "condition:RetriesExhausted fn:sender")];
    model.names = Arc::new(filters.map(|(name, text)| (name.to_owned(), text.to_owned())).into());
    press_all(&mut model, "/@ni");
    let Some(Overlay::Filter(line)) = &model.overlay else { panic!("no filter line") };
    let offer = line.offer().unwrap().completion();
    let told: Vec<_> = offer.candidates.iter().map(|it| (it.text.as_str(), it.hint.as_str())).collect();
    assert_eq!(told, [("@night", filters[0].1), ("@nightly", filters[1].1)]);
    press(&mut model, KeyCode::Tab);
    let Some(Overlay::Filter(line)) = &model.overlay else { panic!("no filter line") };
    assert_eq!(line.text(), "@night");
    press(&mut model, KeyCode::Enter);
    assert_eq!(model.query().to_string(), "fn:sender");
    assert!(model.board.view(Pane::Successes).iter_from(0).all(|seq| {
        let function = model.board.get(seq).and_then(Entry::arrival).and_then(|arrival| arrival.record.function());
        function.is_some_and(|function| function.name() == "sender")
    }));
}
