//! Finding the way on the board: the picker, the wiring page, CloudWatch's counts, and why nothing comes.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail by panicking")]

mod common;

use arrivals::app::jobs::{Answer, Glance, JobError, News, Preview, Request, Ticket};
use arrivals::app::message::{Effect, Message};
use arrivals::app::model::{Model, Overlay, Place};
use arrivals::aws::AwsError;
use arrivals::board::Pane;
use arrivals::log::{LogEvent, Origin, Text};
use arrivals::record::{Crash, Finder, Found, Reason, Unreadable};
use arrivals::source::{Batch, Reach, SourceUpdate, Status, UNTOLD};
use arrivals::ui::{self, Background, Depth, Theme};
use arrivals::wiring::{
    Counts, Destination, Gravity, Kind, Line, Logging, Measure, Receiver, Route, Sender, Via, Weight,
};
use common::{NOW, board_from, events, press, press_all, update};
use crossterm::event::KeyCode;
use ratatui::Terminal;
use ratatui::backend::TestBackend;

/// A sender whose failures go to a receiver, and whose successes go to a queue that nobody reads.
fn sender() -> Sender {
    let arn = "arn:aws:lambda:eu-central-1:1:function:receiver";
    let logging = Logging { group: "/aws/lambda/receiver".into(), known: true, ..Logging::default() };
    let receiver = Receiver { function: "receiver".into(), qualifier: None, via: Via::Directly, logging };
    let to = |arn: &str, receivers| Destination { arn: arn.into(), kind: Kind::of(arn), receivers, unknown: None };
    let live = Route {
        qualifier: "live".into(),
        on_failure: Some(to("arn:aws:sqs:eu-central-1:1:outcomes", Vec::new())),
        ..Route::default()
    };
    let latest = Route {
        qualifier: "$LATEST".into(),
        on_failure: Some(to(arn, vec![receiver])),
        on_success: Some(to("arn:aws:sqs:eu-central-1:1:outcomes", Vec::new())),
        ..Route::default()
    };
    Sender { name: "sender".into(), routes: vec![latest, live], ..Sender::default() }
}

fn following(names: &[&str], messages: &[String]) -> Model {
    let place = Place {
        names: names.iter().map(ToString::to_string).collect(),
        region: Some("eu-central-1".into()),
        ..Place::default()
    };
    let mut model = board_from(place, messages);
    follow(&mut model);
    model
}

fn follow(model: &mut Model) -> Vec<Effect> {
    let status = Status::Following { lag: None, next_poll: std::time::Duration::from_secs(2) };
    update(model, Message::Source(SourceUpdate::Status(status)))
}

fn started(effects: &[Effect]) -> Vec<(Ticket, Request)> {
    let start = |effect: &Effect| match effect {
        Effect::Start { ticket, request } => Some((*ticket, request.clone())),
        _ => None,
    };
    effects.iter().filter_map(start).collect()
}

fn tell(model: &mut Model, ticket: Ticket, news: News) -> Vec<Effect> {
    update(model, Message::Job { ticket, news })
}

/// A board whose picker has found a sender and its log groups.
fn picking(model: &mut Model) -> Vec<(Ticket, Request)> {
    let (search, request) = started(&press(model, KeyCode::Char('L'))).remove(0);
    assert_eq!(request, Request::Discover);
    let groups = ["/aws/lambda/receiver", "/ecs/web"].map(|name| (name.to_owned(), "STANDARD".to_owned()));
    let mut asked = started(&tell(model, search, News::Progress(Answer::Groups(groups.to_vec()))));
    asked.extend(started(&tell(model, search, News::Done(Ok(Answer::Senders(vec![sender()]))))));
    asked
}

fn screen(model: &mut Model, width: u16, height: u16) -> String {
    let mut terminal = Terminal::new(TestBackend::new(width, height)).unwrap();
    for _ in 0..2 {
        let mut geometry = None;
        let theme = Theme::new(Depth::Ansi256, Background::Dark);
        terminal.draw(|frame| geometry = Some(ui::draw(frame, model, &theme))).unwrap();
        model.drawn(geometry.unwrap());
    }
    let buffer = terminal.backend().buffer();
    let row = |y| (0..width).map(|x| buffer[(x, y)].symbol()).collect::<String>().trim_end().to_owned();
    (0..height).map(row).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_picker_shows_functions_then_groups_and_a_last_record() {
    let mut model = following(&["/aws/lambda/other"], &[]);
    let peeks = picking(&mut model);
    let glance = Glance {
        time: Some(NOW),
        function: "sender:$LATEST".into(),
        succeeded: false,
        words: "RetriesExhausted  RuntimeError  I'm supposed to fail here".into(),
    };
    let preview = Preview { group: "/aws/lambda/receiver".into(), last: Ok(Some(glance)) };
    assert_eq!(peeks[0].1, Request::Preview("/aws/lambda/receiver".into()));
    tell(&mut model, peeks[0].0, News::Done(Ok(Answer::Preview(preview))));
    insta::assert_snapshot!(screen(&mut model, 120, 16));
    insta::assert_snapshot!("picker_narrow", screen(&mut model, 80, 14));
}

#[test]
fn what_is_picked_is_read_instead() {
    let mut model = following(&["/aws/lambda/other"], &events());
    model.metering.undelivered = 3;
    assert!(model.board.kept(Pane::Failures) > 0);
    picking(&mut model);
    let effects = press(&mut model, KeyCode::Enter);
    assert!(effects.contains(&Effect::Tail(vec!["/aws/lambda/receiver".into()])), "{effects:?}");
    assert!(model.overlay.is_none());
    assert_eq!((model.board.kept(Pane::Failures), model.metering.undelivered), (0, 0));
    assert_eq!(model.source.place.names, ["/aws/lambda/receiver"]);
}

#[test]
fn typing_finds_a_group_and_escape_leaves_the_board_alone() {
    let mut model = following(&["/aws/lambda/other"], &events());
    let kept = model.board.kept(Pane::Failures);
    picking(&mut model);
    press_all(&mut model, "ecsweb");
    let Some(Overlay::Picker(picker)) = &model.overlay else { panic!("no picker") };
    assert_eq!(picker.picked().unwrap().name, "/ecs/web");
    press(&mut model, KeyCode::Esc);
    assert!(model.overlay.is_none());
    assert_eq!(model.board.kept(Pane::Failures), kept);
}

#[test]
fn without_a_source_escape_leaves() {
    let mut model = board_from(Place::default(), &[]);
    let effects = model.open_picker();
    assert_eq!(started(&effects).len(), 1);
    assert!(press(&mut model, KeyCode::Esc).contains(&Effect::Quit));
}

#[test]
fn who_is_new_is_told_of_the_keys_of_the_board_once_it_is_there() {
    let mut model = board_from(Place::default(), &[]);
    model.greet();
    let search = started(&model.open_picker()).remove(0).0;
    let groups = vec![("/ecs/web".to_owned(), "STANDARD".to_owned())];
    tell(&mut model, search, News::Progress(Answer::Groups(groups)));
    let picker = screen(&mut model, 80, 24);
    assert!(picker.contains("↵ read its log") && !picker.contains("new here?"), "{picker}");
    assert!(picker.lines().next().unwrap().ends_with("○ nothing is read yet"), "{picker}");
    // Typing is no key of the board.
    press_all(&mut model, "web");
    press(&mut model, KeyCode::Enter);
    let board = screen(&mut model, 80, 24);
    let greeting = "new here? ? shows every key, : finds any action, / filters";
    assert!(board.contains(greeting) && board.contains("○ connecting"), "{board}");
    press(&mut model, KeyCode::Char('2'));
    assert!(!screen(&mut model, 80, 24).contains("new here?"));
}

#[test]
fn where_it_is_searched_is_told_before_anything_is_picked() {
    let mut model = board_from(Place::default(), &[]);
    let search = started(&model.open_picker()).remove(0).0;
    let place = Place {
        region: Some("eu-central-1".into()),
        endpoint: Some("http://127.0.0.1:4566".into()),
        ..Place::default()
    };
    tell(&mut model, search, News::Progress(Answer::At(place.clone())));
    let head = screen(&mut model, 80, 24).lines().next().unwrap().to_owned();
    assert!(head.starts_with(" arrivals  http://127.0.0.1:4566  eu-central-1 "), "{head}");
    // A board that has a source keeps it.
    let mut model = following(&["/aws/lambda/other"], &[]);
    let search = started(&press(&mut model, KeyCode::Char('L'))).remove(0).0;
    tell(&mut model, search, News::Progress(Answer::At(place)));
    assert_eq!(model.source.place.names, ["/aws/lambda/other"]);
}

#[test]
fn trouble_of_the_search_can_be_read_to_its_end() {
    let mut model = board_from(Place::default(), &[]);
    let search = started(&model.open_picker()).remove(0).0;
    let problem = "no AWS credentials were found".to_owned();
    let mend = "run: aws configure, or choose a profile with --profile or AWS_PROFILE".to_owned();
    tell(&mut model, search, News::Done(Err(JobError::Aws(AwsError::Credentials { problem, mend }))));
    let shown = screen(&mut model, 80, 24);
    assert!(shown.contains("no AWS credentials were found") && shown.contains("or AWS_PROFILE"), "{shown}");
}

#[test]
fn the_wiring_leads_back_to_the_picker_as_it_was_left() {
    let mut model = following(&["/aws/lambda/other"], &[]);
    let (search, _) = started(&press(&mut model, KeyCode::Char('L'))).remove(0);
    let progress = Answer::Senders(vec![sender()]);
    tell(&mut model, search, News::Progress(progress));
    press_all(&mut model, "sender");
    press(&mut model, KeyCode::Down);
    let picker = |model: &Model| match &model.overlay {
        Some(Overlay::Picker(picker)) => (picker.typed().to_owned(), picker.cursor(), picker.total()),
        other => panic!("{other:?}"),
    };
    assert_eq!(picker(&model), ("sender".to_owned(), 1, 2));
    let effects = press(&mut model, KeyCode::Tab);
    assert!(!effects.iter().any(|effect| matches!(effect, Effect::Cancel(ticket) if *ticket == search)), "{effects:?}");
    // What is found meanwhile is not lost.
    let groups = vec![("/aws/lambda/sender".to_owned(), "STANDARD".to_owned())];
    tell(&mut model, search, News::Progress(Answer::Groups(groups)));
    assert!(matches!(model.overlay, Some(Overlay::Wiring(_))));
    press(&mut model, KeyCode::Esc);
    assert_eq!(picker(&model), ("sender".to_owned(), 1, 3));
    press(&mut model, KeyCode::Esc);
    assert!(model.overlay.is_none());
}

#[test]
fn a_function_without_a_log_leads_to_its_wiring() {
    let mut model = following(&["/aws/lambda/other"], &[]);
    picking(&mut model);
    press_all(&mut model, "sender:live");
    let asked = started(&press(&mut model, KeyCode::Enter));
    assert_eq!(asked[0].1, Request::Examine("sender".into()));
    assert!(matches!(&model.overlay, Some(Overlay::Wiring(page)) if page.function == "sender"));
}

#[test]
fn the_wiring_page_tells_what_to_type_and_copies_it() {
    let mut model = following(&["/aws/lambda/receiver"], &events());
    let (ticket, request) = started(&press(&mut model, KeyCode::Char('W'))).remove(0);
    assert!(matches!(&request, Request::Examine(_)), "{request:?}");
    let line = |weight, text: &str| Line { text: text.into(), weight };
    let command = format!("      $ aws lambda put-something --function-name sender --with {}", "x".repeat(90));
    let lines = vec![
        line(Weight::Head, "sender"),
        line(Weight::Plain, "  $LATEST  2 retries, events live 6 h"),
        line(Weight::Finding(Gravity::Fault), "  ✗ sender:live: it has no event-invoke config, only $LATEST has one"),
        line(
            Weight::Aside,
            "      events that are sent to this qualifier leave no record, whether they succeed or fail",
        ),
        line(Weight::Command, &command),
    ];
    tell(&mut model, ticket, News::Done(Ok(Answer::Examined(lines))));
    insta::assert_snapshot!(screen(&mut model, 80, 14));
    let effects = press(&mut model, KeyCode::Char('y'));
    assert_eq!(effects, [Effect::Copy(command.trim_start().trim_start_matches("$ ").to_owned())]);
    press(&mut model, KeyCode::Esc);
    assert!(model.overlay.is_none());
}

#[test]
fn an_error_of_the_search_is_told_in_the_picker() {
    let mut model = following(&["/aws/lambda/other"], &[]);
    let (search, _) = started(&press(&mut model, KeyCode::Char('L'))).remove(0);
    let error =
        AwsError::Network { action: "lambda:ListFunctions".into(), detail: "unreachable".into(), mend: "check".into() };
    tell(&mut model, search, News::Done(Err(JobError::Aws(error))));
    assert!(screen(&mut model, 120, 16).contains("cannot reach the service for lambda:ListFunctions"));
}

/// A board that knows since when it reads everything.
fn counting(messages: &[String]) -> (Model, Vec<(Ticket, Request)>) {
    let since = Some(NOW - 3_600_000);
    let place = Place {
        names: vec!["/aws/lambda/receiver".into()],
        region: Some("eu-central-1".into()),
        counted_since: since,
        ..Place::default()
    };
    let mut model = board_from(place, messages);
    let asked = started(&follow(&mut model));
    (model, asked)
}

#[test]
fn counts_are_asked_for_once_the_history_is_read() {
    let (_, asked) = counting(&events());
    let Some((_, Request::Measure { functions, from, to })) = asked.first() else { panic!("{asked:?}") };
    assert!(functions.contains(&"sender".to_owned()) && functions.contains(&"receiver".to_owned()), "{functions:?}");
    assert!(!functions.contains(&"orders-stream".to_owned()), "an event source mapping has no such counts");
    assert_eq!((*from, *to), (NOW - 3_600_000, NOW));
}

#[test]
fn failures_that_left_no_record_are_told_in_the_header() {
    let (mut model, asked) = counting(&events());
    let mut counts = Counts::default();
    // Ten minutes ago; the events hold two failures of the sender, minutes later.
    counts.add("sender", Measure::Dropped, NOW - 600_000, 9);
    counts.add("sender", Measure::DeliveryFailures, NOW - 600_000, 4);
    tell(&mut model, asked[0].0, News::Done(Ok(Answer::Counted(counts))));
    let shown = screen(&mut model, 160, 30);
    assert!(shown.contains("7 failures more than records: see wiring (W) · undelivered 4"), "{shown}");
    press(&mut model, KeyCode::Char('i'));
    let ledger = screen(&mut model, 160, 30);
    assert!(ledger.contains("0 events received, 9 ended without a success; the longest wait for a run"), "{ledger}");
    assert!(ledger.contains("was 0.0 s; 4 records undelivered, 0 dead letters lost"), "{ledger}");
    model.replays.time_scale = 60.0;
    let scaled = screen(&mut model, 160, 30);
    assert!(scaled.contains("was 0.0 s by the endpoint's clock, 60 times as fast as this one;"), "{scaled}");
    press(&mut model, KeyCode::Esc);
    let again = started(&update(&mut model, Message::Tick));
    assert!(again.is_empty(), "once a minute: {again:?}");
    let later = model.update(Message::Tick, NOW + 60_001);
    assert!(matches!(started(&later)[0].1, Request::Measure { .. }));
}

/// What a receiver logs to a group that it shares.
fn of_receiver(name: &str, message: &str) -> LogEvent {
    let origin = Origin {
        log_group: Some("/shared/outcomes".into()),
        log_stream: Some(format!("2026/11/20/{name}[$LATEST][0123456789abcdef0123456789abcdef]").into()),
        timestamp: Some(NOW - 60_000),
        ..Origin::default()
    };
    LogEvent { origin, message: Text::from(message) }
}

#[test]
fn receivers_that_share_a_group_are_told_apart_and_their_errors_counted() {
    let place = Place {
        names: vec!["/shared/outcomes".into()],
        region: Some("eu-central-1".into()),
        receivers: vec!["audit".into()],
        counted_since: Some(NOW - 3_600_000),
        ..Place::default()
    };
    let mut model = board_from(place, &[]);
    let (crash, record) = ("REPORT RequestId: a\tDuration: 1 ms\tStatus: timeout\n", &events()[1]);
    let (mut finder, mut found) = (Finder::new(), Vec::new());
    let crashed = of_receiver("billing", crash);
    let reason = Reason::Crashed(Crash::TimedOut);
    found.push(Found::Unreadable(Unreadable { origin: crashed.origin, message: crashed.message, reason }));
    finder.push(&of_receiver("archive", record), &mut found);
    update(&mut model, Message::Source(SourceUpdate::Found(Batch { found, events: 2, ..Batch::default() })));
    let asked = started(&follow(&mut model));
    let Some((ticket, Request::Measure { functions, .. })) = asked.first() else { panic!("{asked:?}") };
    assert_eq!(functions, &["archive", "audit", "billing", "sender"]);
    let mut counts = Counts::default();
    for (receiver, errors) in [("archive", 1), ("audit", 2), ("billing", 4), ("sender", 8)] {
        counts.add(receiver, Measure::Errors, NOW - 600_000, errors);
    }
    tell(&mut model, *ticket, News::Done(Ok(Answer::Counted(counts))));
    let shown = screen(&mut model, 140, 30);
    assert!(shown.contains("receiver errors 7"), "{shown}");
    assert!(shown.contains("? crash billing"), "{shown}");
    assert!(shown.contains("logged by archive") || shown.contains("logged by billing"), "{shown}");
}

#[test]
fn what_is_still_being_read_back_is_not_counted_as_missing() {
    let place = Place {
        names: vec!["/aws/lambda/receiver".into()],
        counted_since: Some(NOW - 30 * 86_400_000),
        ..Place::default()
    };
    let mut model = board_from(place, &events());
    let reach = Reach { to: NOW - 3_600_000, done: 0.2, is_halted: true, events: 9, per_second: 1, left: None };
    update(&mut model, Message::Source(SourceUpdate::Status(Status::Reaching(reach))));
    let asked = started(&follow(&mut model));
    let Some((_, Request::Measure { from, .. })) = asked.first() else { panic!("{asked:?}") };
    assert_eq!(*from, NOW - 3_600_000 + UNTOLD + 120_000);
}

#[test]
fn nothing_is_counted_unless_it_is_wanted() {
    let place = Place { names: vec!["/aws/lambda/receiver".into()], ..Place::default() };
    let mut model = board_from(place, &events());
    let asked = started(&follow(&mut model));
    assert!(!asked.iter().any(|(_, request)| matches!(request, Request::Measure { .. })), "{asked:?}");
}

#[test]
fn without_the_permission_it_says_so_once_and_goes_on() {
    let (mut model, asked) = counting(&events());
    let denied = AwsError::Denied {
        action: "cloudwatch:GetMetricData".into(),
        target: "m".into(),
        detail: "no".into(),
        policy: None,
    };
    tell(&mut model, asked[0].0, News::Done(Err(JobError::Aws(denied))));
    assert!(model.notice.as_ref().unwrap().text.contains("cloudwatch:GetMetricData"));
    assert!(started(&model.update(Message::Tick, NOW + 600_000)).is_empty());
}

#[test]
fn an_empty_log_is_explained() {
    let mut model = board_from(Place { region: Some("r".into()), names: vec!["g".into()], ..Place::default() }, &[]);
    let (ticket, request) = started(&follow(&mut model)).remove(0);
    assert_eq!(request, Request::WhyEmpty { function: None, groups: vec!["g".into()] });
    let reasons = vec!["receiver logs JSON from WARN on: a record that it prints counts as INFO and is dropped".into()];
    tell(&mut model, ticket, News::Done(Ok(Answer::Reasons(reasons))));
    let shown = screen(&mut model, 120, 30);
    assert!(shown.contains("receiver logs JSON from WARN on"), "{shown}");
    assert!(shown.contains("L lists the functions and where their outcomes go"), "{shown}");
    model.source.place.function = Some("sender".into());
    assert!(screen(&mut model, 120, 30).contains("W shows the wiring, with the commands that mend it"));
    let asked = started(&press(&mut model, KeyCode::Char('W')));
    assert!(asked.iter().any(|(_, request)| *request == Request::Examine("sender".into())), "{asked:?}");
    press(&mut model, KeyCode::Esc);
    assert!(started(&follow(&mut model)).is_empty(), "it is asked once");
}
