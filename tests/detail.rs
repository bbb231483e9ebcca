//! The open record: payloads as trees, traces as frames, attempts, and what is taken along.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by panicking")]

use std::time::Duration;

mod common;
#[path = "common/generate.rs"]
mod generate;

use arrivals::app::document::{Excerpt, Rows};
use arrivals::app::jobs::{Answer, AttemptsFound, JobError, News, Request, SaveWanted, SourceWanted, Ticket};
use arrivals::app::message::{Effect, Message};
use arrivals::app::model::{Model, Overlay};
use arrivals::log::{LogEvent, Origin, Text};
use arrivals::record::json::{self, TokenKind};
use arrivals::record::{Attempt, Kept, Masks};
use common::screen::screen;
use common::{board_of, events, press, press_all};
use crossterm::event::KeyCode;
use insta::assert_snapshot;
use proptest::prelude::*;

/// A board on one failure with this request payload, the request being read on the whole screen.
fn reading(payload: &str) -> Model {
    let rest = format!(r#""requestPayload":{payload},"responseContext":{{"statusCode":404}}"#);
    let mut model = board_of(&[common::record(1, "sender:$LATEST", "RetriesExhausted", 1, &rest)]);
    press(&mut model, KeyCode::Enter);
    press(&mut model, KeyCode::Char(']'));
    screen(&mut model, 100, 30);
    model
}

fn notice(model: &Model) -> &str {
    model.notice.as_ref().map_or("", |notice| &notice.text)
}

const ORDER: &str = r#"{"order":{"id":"A-1","big":12345678901234567890,"price":1.10,"items":[{"sku":"KB-1","note":"left at the door, rung twice, nobody came, tried the neighbour who was not there either, came back"}]},"body":"{\"retry\":[1e400,null]}"}"#;

#[test]
fn a_payload_is_a_tree() {
    let mut model = reading(ORDER);
    press_all(&mut model, "jj");
    assert_snapshot!(screen(&mut model, 100, 30));
}

#[test]
fn strings_are_opened_in_place() {
    let mut model = reading(ORDER);
    press_all(&mut model, "G");
    press_all(&mut model, "kl");
    press_all(&mut model, "kkkk");
    press(&mut model, KeyCode::Enter);
    assert_snapshot!(screen(&mut model, 80, 24));
}

#[test]
fn the_search_shows_what_it_found() {
    let mut model = reading(ORDER);
    press_all(&mut model, "/sku");
    assert!(matches!(model.overlay, Some(Overlay::Search(_))));
    assert_snapshot!(screen(&mut model, 80, 24));
    press(&mut model, KeyCode::Enter);
    press_all(&mut model, "yp");
    assert_eq!(notice(&model), "copied request.order.items[0].sku");
    press_all(&mut model, "/nowhere");
    press(&mut model, KeyCode::Enter);
    assert_eq!(notice(&model), "nowhere is not in this payload");
}

#[test]
fn every_tab_can_be_searched() {
    let mut model = board_of(&events());
    press_all(&mut model, "1");
    press(&mut model, KeyCode::Enter);
    screen(&mut model, 100, 30);
    press_all(&mut model, "/index");
    assert_snapshot!(screen(&mut model, 100, 30));
    let on = |model: &Model| model.detail.matches();
    let (_, all) = on(&model).unwrap();
    assert!(all > 1);
    press(&mut model, KeyCode::Enter);
    press_all(&mut model, "n");
    assert_eq!(on(&model), Some((2, all)));
    press_all(&mut model, "NN");
    assert_eq!(on(&model), Some((all, all)), "round the ends");
    // The cursor of the trace goes along: what it is on is opened by `Enter`.
    assert!(!press(&mut model, KeyCode::Enter).is_empty());
    press_all(&mut model, "]]]]/requestcontext");
    assert_eq!(on(&model), Some((1, 1)), "without capitals they do not matter");
    press(&mut model, KeyCode::Enter);
    press_all(&mut model, "/requestcontexT");
    press(&mut model, KeyCode::Enter);
    assert_eq!(notice(&model), "requestcontexT is not in this text");
    press_all(&mut model, "/x");
    press(&mut model, KeyCode::Esc);
    assert_eq!(on(&model), None);
    press_all(&mut model, "n");
    assert_eq!(notice(&model), "nothing is looked for yet");
}

#[test]
fn a_place_that_was_found_is_scrolled_to() {
    let lines: Vec<_> = (0..300).map(|line| format!("line {line}")).collect();
    let rest = format!(r#""requestPayload":{}"#, serde_json::to_string(&lines).unwrap());
    let message = common::record(1, "sender:$LATEST", "RetriesExhausted", 1, &rest);
    let mut model = board_of(&[message.replace("\",\"", "\",\n\"")]);
    press(&mut model, KeyCode::Enter);
    press_all(&mut model, "[");
    screen(&mut model, 80, 24);
    for found in ["/line 250", "/line 17\""] {
        press_all(&mut model, found);
        let wanted = &found[1..];
        assert!(screen(&mut model, 80, 24).contains(wanted), "{wanted}");
        press(&mut model, KeyCode::Enter);
    }
    press_all(&mut model, "w/line 299");
    assert!(screen(&mut model, 80, 24).contains("line 299"));
}

#[test]
fn what_can_be_copied_is_offered() {
    let mut model = reading(ORDER);
    press_all(&mut model, "jjjy");
    assert_snapshot!(screen(&mut model, 80, 24));
    assert_eq!(press(&mut model, KeyCode::Char('v')), [Effect::Copy("12345678901234567890".into())]);
    assert_eq!(press_all(&mut model, "yk"), [Effect::Copy("big".into())]);
    assert_eq!(press_all(&mut model, "yp"), [Effect::Copy("request.order.big".into())]);
    press_all(&mut model, "kk");
    let order = &ORDER[ORDER.find(r#"{"id""#).unwrap()..ORDER.find(r#","body""#).unwrap()];
    assert_eq!(press_all(&mut model, "yy"), [Effect::Copy(order.into())]);
    assert_eq!(press_all(&mut model, "ya"), [Effect::Copy(ORDER.into())]);
    assert_eq!(press_all(&mut model, "yx"), []);
    assert!(model.overlay.is_none());
}

#[test]
fn folds_stay_when_the_reader_comes_back_and_when_more_arrives() {
    let mut model = board_of(&events());
    press(&mut model, KeyCode::Char('2'));
    press_all(&mut model, "3jhh");
    screen(&mut model, 100, 30);
    let folded = screen(&mut model, 100, 30);
    assert!(folded.contains("▸"), "{folded}");
    let more =
        arrivals::source::Batch { found: common::found(&common::later_events()), events: 3, ..Default::default() };
    common::update(&mut model, arrivals::app::message::Message::Source(arrivals::source::SourceUpdate::Found(more)));
    let detail = |screen: &str| screen.lines().skip(15).map(str::to_owned).collect::<Vec<_>>();
    assert_eq!(detail(&screen(&mut model, 100, 30)), detail(&folded));
    press_all(&mut model, "2kj3");
    assert_eq!(detail(&screen(&mut model, 100, 30)), detail(&folded));
}

/// A failure with frames of its own, of libraries and of the runtime, and with a cause.
const JAVA: &str = r#""requestPayload":{"orderId":"O-7"},"responseContext":{"statusCode":200,"executedVersion":"7","functionError":"Unhandled"},"responsePayload":{"errorMessage":"Order O-7 cannot be met","errorType":"com.example.orders.OrderRejectedException","stackTrace":["com.example.orders.Intake.reserve(Intake.java:3)","com.example.orders.Intake.handleRequest(Intake.java:44)","com.fasterxml.jackson.databind.ObjectMapper.readValue(ObjectMapper.java:91)","java.base/java.lang.reflect.Method.invoke(Method.java:580)"],"cause":{"errorMessage":"bolt-m4: 140 wanted","errorType":"com.example.stock.OutOfStockException","stackTrace":["com.example.stock.Warehouse.take(Warehouse.java:112)"]}}"#;

/// A board on that failure, its trace being read on the whole screen.
fn tracing() -> Model {
    let mut model = board_of(&[common::record(1, "orders:live", "RetriesExhausted", 3, JAVA)]);
    press(&mut model, KeyCode::Enter);
    screen(&mut model, 100, 30);
    model
}

fn asked_for(effects: &[Effect]) -> (Ticket, SourceWanted) {
    let wanted = effects.iter().find_map(|effect| match effect {
        Effect::Start { ticket, request: Request::Source(wanted) } => Some((*ticket, (**wanted).clone())),
        _ => None,
    });
    wanted.expect("a file is looked for")
}

fn excerpt() -> Excerpt {
    let lines =
        ["class Intake {", "  void reserve(Order order) {", "    /* all of it */ stock.take(order);", "  }", "}"];
    Excerpt { path: "/src/orders/Intake.java".into(), line: 3, first: 1, lines: lines.map(str::to_owned).into() }
}

fn answer(model: &mut Model, ticket: Ticket, done: Result<Answer, JobError>) -> Vec<Effect> {
    common::update(model, Message::Job { ticket, news: News::Done(done) })
}

#[test]
fn frames_of_others_are_folded_and_causes_follow() {
    let mut model = tracing();
    assert_snapshot!(screen(&mut model, 100, 30));
    press_all(&mut model, "jj");
    press(&mut model, KeyCode::Enter);
    let unfolded = screen(&mut model, 100, 30);
    assert!(unfolded.contains("▾ 2 runtime and library frames"), "{unfolded}");
    assert!(unfolded.contains("ObjectMapper.java:91"), "{unfolded}");
}

#[test]
fn the_code_around_a_frame_is_shown() {
    let mut model = tracing();
    let (ticket, wanted) = asked_for(&press(&mut model, KeyCode::Enter));
    assert_eq!((wanted.function.as_str(), wanted.frame.line), ("orders", Some(3)));
    assert!(screen(&mut model, 100, 30).contains("looking for the file"));
    let effects = answer(&mut model, ticket, Ok(Answer::Source(excerpt())));
    assert!(matches!(effects.as_slice(), [Effect::Colour { .. }]));
    assert_snapshot!(screen(&mut model, 100, 30));
    let edit = Effect::Edit { path: "/src/orders/Intake.java".into(), line: 3 };
    assert_eq!(press_all(&mut model, "e"), [edit]);
    press(&mut model, KeyCode::Enter);
    assert!(!screen(&mut model, 100, 30).contains("stock.take"));
}

#[test]
fn a_frame_without_a_file_says_what_to_do() {
    let mut model = tracing();
    let (ticket, _) = asked_for(&press(&mut model, KeyCode::Enter));
    let missing = "no Intake.java below /home/me: start arrivals in the checkout";
    answer(&mut model, ticket, Err(JobError::Told(missing.into())));
    assert!(screen(&mut model, 100, 30).contains(missing));
    let (ticket, _) = asked_for(&press_all(&mut model, "e"));
    answer(&mut model, ticket, Err(JobError::Told(missing.into())));
    assert_eq!(notice(&model), missing);
}

#[test]
fn the_answer_finds_its_trace_also_when_another_record_is_open() {
    let mut model = tracing();
    let (ticket, _) = asked_for(&press(&mut model, KeyCode::Enter));
    press_all(&mut model, "]");
    answer(&mut model, ticket, Ok(Answer::Source(excerpt())));
    press_all(&mut model, "[");
    assert!(screen(&mut model, 100, 30).contains("stock.take"));
}

fn attempt(started: i64, millis: u64, cold: bool, error: &str) -> Attempt {
    let event = |time: i64, message: &str| LogEvent {
        origin: Origin { timestamp: Some(time), ..Origin::default() },
        message: Text::from(message),
    };
    let lines =
        ["START RequestId: r Version: $LATEST\n", "loading order O-7\n", "REPORT RequestId: r\tDuration: 9 ms\n"];
    Attempt {
        started,
        ended: Some(started + i64::try_from(millis).unwrap()),
        duration: Some(Duration::from_millis(millis)),
        init: cold.then(|| Duration::from_micros(148_250)),
        cold,
        memory: Some(256),
        used: Some(77),
        error: Some(error.to_owned()),
        lines: (0..).zip(lines).map(|(at, line)| event(started + at, line)).collect(),
        ..Attempt::default()
    }
}

/// A board on a failure, its attempts being asked for, and the job that does.
fn asking() -> (Model, Ticket) {
    let mut model = board_of(&[common::record(250, "orders:live", "RetriesExhausted", 3, JAVA)]);
    press(&mut model, KeyCode::Enter);
    press_all(&mut model, "]]]");
    screen(&mut model, 100, 30);
    let effects = press(&mut model, KeyCode::Enter);
    let asked = effects.iter().find_map(|effect| match effect {
        Effect::Start { ticket, request: Request::Attempts(wanted) } => Some((*ticket, wanted.function.clone())),
        _ => None,
    });
    let (ticket, function) = asked.expect("the log is asked");
    assert_eq!(function, "arn:aws:lambda:eu-central-1:111122223333:function:orders:live");
    (model, ticket)
}

#[test]
fn attempts_are_asked_for_once_and_shown_with_their_waits() {
    let (mut model, ticket) = asking();
    assert!(screen(&mut model, 100, 30).contains("asking the function's log"));
    assert_eq!(press(&mut model, KeyCode::Enter), [], "one question at a time");
    let start = common::NOW - 300_000;
    let attempts = vec![
        attempt(start + 60_000, 212, true, "OrderRejectedException: no stock"),
        attempt(start + 120_400, 41, false, "OrderRejectedException: no stock"),
        attempt(start + 240_000, 39, false, "Task timed out after 3.00 seconds"),
    ];
    let receiver = attempt(start + 250_010, 3, false, "x").lines;
    let found = AttemptsFound { group: "/aws/lambda/orders".into(), attempts, receiver, ..AttemptsFound::default() };
    answer(&mut model, ticket, Ok(Answer::Attempts(Box::new(found))));
    press(&mut model, KeyCode::Enter);
    assert_snapshot!(screen(&mut model, 100, 30));
}

#[test]
fn a_permission_that_lacks_is_named_beside_what_was_found() {
    let (mut model, ticket) = asking();
    let denied = "not allowed to logs:FilterLogEvents on /aws/lambda/orders: no";
    let found =
        AttemptsFound { group: "/aws/lambda/orders".into(), trouble: Some(denied.into()), ..AttemptsFound::default() };
    answer(&mut model, ticket, Ok(Answer::Attempts(Box::new(found))));
    let shown = screen(&mut model, 100, 30);
    assert!(shown.contains(denied) && shown.contains("record made 10:19:10.000"), "{shown}");
    let (mut model, ticket) = asking();
    answer(&mut model, ticket, Err(JobError::Told("the SSO session has expired".into())));
    let shown = screen(&mut model, 100, 30);
    assert!(shown.contains("the SSO session has expired") && shown.contains("↵ asks"), "{shown}");
    assert!(!press(&mut model, KeyCode::Enter).is_empty(), "it can be asked again");
}

fn saving(effects: &[Effect]) -> SaveWanted {
    let wanted = effects.iter().find_map(|effect| match effect {
        Effect::Start { request: Request::Save(wanted), .. } => Some((**wanted).clone()),
        _ => None,
    });
    wanted.expect("something is saved")
}

fn copied(effects: &[Effect]) -> String {
    let text = effects.iter().find_map(|effect| match effect {
        Effect::Copy(text) => Some(text.clone()),
        _ => None,
    });
    text.expect("something is copied")
}

#[test]
fn what_is_taken_along_is_offered() {
    let mut model = board_of(&events());
    press_all(&mut model, "mmx");
    assert_snapshot!(screen(&mut model, 80, 24));
    press(&mut model, KeyCode::Tab);
    assert!(screen(&mut model, 80, 24).contains("[filtered 13]"));
    assert_eq!(saving(&press(&mut model, KeyCode::Char('s'))).luggage.arrivals.len(), 12);
    press_all(&mut model, "x");
    press(&mut model, KeyCode::Esc);
    assert!(model.overlay.is_none());
}

#[test]
fn many_records_are_gathered_without_holding_up_the_keyboard() {
    let failure = |second| common::record(second, "f", "RetriesExhausted", 1, "\"requestPayload\":1");
    let mut model = board_of(&(0..2500).map(failure).collect::<Vec<_>>());
    press_all(&mut model, "x");
    press(&mut model, KeyCode::Tab);
    let key = |c| Message::Terminal(crossterm::event::Event::Key(KeyCode::Char(c).into()));
    let (mut effects, mut turns) = (model.update(key('s'), common::NOW), 0);
    while !effects.iter().any(|effect| matches!(effect, Effect::Start { request: Request::Save(_), .. })) {
        assert!(!model.is_at_rest());
        // A second save waits for the first.
        let second = ['x', 's'].map(|c| model.update(key(c), common::NOW));
        assert!(
            second.iter().all(Vec::is_empty) && notice(&model).contains("still being gathered"),
            "{}",
            notice(&model)
        );
        model.advance(1000, &mut effects);
        turns += 1;
    }
    assert_eq!((turns, saving(&effects).luggage.arrivals.len()), (2, 2500));
    assert!(model.is_at_rest());
}

#[test]
fn records_are_copied_in_every_form() {
    let mut model = board_of(&events()[..2]);
    let record: serde_json::Value = serde_json::from_str(&copied(&press_all(&mut model, "xj"))).unwrap();
    assert_eq!(record["requestPayload"]["return"], "failure");
    let line = copied(&press_all(&mut model, "xi"));
    assert!(line.starts_with("aws lambda invoke --function-name 'arn:aws:lambda:eu-central-1:111122223333:function:sender:$LATEST' --region eu-central-1 --invocation-type Event"), "{line}");
    assert!(copied(&press_all(&mut model, "xc")).starts_with("curl "));
    assert_eq!(copied(&press_all(&mut model, "xt")), "{\n  \"return\": \"failure\"\n}");
    let mut model = board_of(&events());
    press_all(&mut model, "mmmm");
    let records: serde_json::Value = serde_json::from_str(&copied(&press_all(&mut model, "xj"))).unwrap();
    assert_eq!(records.as_array().map(Vec::len), Some(3), "an unreadable line is no record");
}

#[test]
fn notes_are_written_shown_and_taken_along() {
    let mut model = board_of(&events());
    press_all(&mut model, "athe stock was off");
    press(&mut model, KeyCode::Enter);
    press_all(&mut model, "m");
    assert!(screen(&mut model, 120, 40).contains("✎ ◆"), "{}", screen(&mut model, 120, 40));
    let wanted = saving(&press_all(&mut model, "xs"));
    let kept = wanted.luggage.arrivals[0].kept.clone();
    assert_eq!(kept.as_deref(), Some(&Kept { marked: true, note: Some("the stock was off".into()) }));
    let mut lines = Vec::new();
    arrivals::output::jsonl::write(&mut lines, &wanted.luggage.arrivals[0]).unwrap();
    let origin = Origin { file: Some("session.jsonl".into()), ..Origin::default() };
    let mut found = Vec::new();
    let message = Text::from(String::from_utf8(lines).unwrap());
    arrivals::record::Finder::new().push(&LogEvent { origin, message }, &mut found);
    let mut again = board_of(&[]);
    let batch = arrivals::source::Batch { found, events: 1, ..Default::default() };
    common::update(&mut again, Message::Source(arrivals::source::SourceUpdate::Found(batch)));
    assert_eq!(again.board.marked().count(), 1);
    press(&mut again, KeyCode::Enter);
    assert!(screen(&mut again, 120, 40).contains("✎ the stock was off"));
}

#[test]
fn secrets_are_masked_on_screen_and_in_copies() {
    let rest = r#""requestPayload":{"password":"geheim-77","card":4111111111111111},"responsePayload":{"errorType":"E","errorMessage":"sk_live_0123456789abc is refused"}"#;
    let mut model = board_of(&[common::record(1, "sender:$LATEST", "RetriesExhausted", 1, rest)]);
    model.configure(std::sync::Arc::default());
    press_all(&mut model, "]");
    for tab in ["", "]", "]", "]"] {
        press_all(&mut model, tab);
        let shown = screen(&mut model, 120, 40);
        for secret in ["geheim", "4111111111111111", "sk_live"] {
            assert!(!shown.contains(secret), "{shown}");
        }
    }
    let copies = [
        press_all(&mut model, "y"),
        press_all(&mut model, "Y"),
        press_all(&mut model, "xj"),
        press_all(&mut model, "xi"),
    ];
    for copy in copies {
        assert!(!copied(&copy).contains("geheim"), "{copy:?}");
    }
    let (_, entry) = model.open_entry().unwrap();
    assert!(
        entry.arrival().unwrap().record.request_payload().unwrap().contains("geheim-77"),
        "a replay sends what came"
    );
    assert!(entry.arrival().unwrap().replayable());
}

/// Tokens without white space.
fn sequence(text: &str) -> Vec<(TokenKind, &str)> {
    json::tokens(text).filter(|(kind, _)| *kind != TokenKind::Space).map(|(kind, range)| (kind, &text[range])).collect()
}

proptest! {
    /// The rows in order are the text, byte for byte; and what they show of it is all of it but white space.
    #[test]
    fn rows_print_the_text_back(text in generate::value()) {
        let rows = Rows::of(&text).expect("JSON has rows");
        let whole: String = (0..rows.len()).map(|row| &text[rows.span(row, &text)]).collect();
        prop_assert_eq!(&whole, &text);
        let mut shown = String::new();
        for (number, row) in rows.iter().enumerate() {
            if let Some(key) = rows.key(number, &text) {
                shown.push_str(&text[key]);
                shown.push(':');
            }
            shown.push_str(&text[row.value()]);
            shown.push_str(if row.comma { "," } else { "" });
        }
        prop_assert_eq!(sequence(&shown), sequence(&text));
    }

    /// What is masked keeps its type and length, and what is not stays as it is.
    #[test]
    fn masking_keeps_types_and_lengths(text in generate::value(), key in "[ab]|password") {
        let masks = Masks::new(true, &["request.a".to_owned(), "*.b".to_owned()], []);
        let text = format!("{{\"{key}\":{text},\"other\":[1,\"x\"]}}");
        let masked = masks.json(&text, "request");
        let (before, after) = (sequence(&text), sequence(&masked));
        prop_assert_eq!(before.len(), after.len());
        for ((kind, was), (still, is)) in before.into_iter().zip(after) {
            prop_assert_eq!(kind, still);
            if kind == TokenKind::String {
                let chars = |text: &str| json::unescape(&text[1..text.len() - 1]).chars().count();
                prop_assert_eq!(chars(was), chars(is));
            } else {
                prop_assert_eq!(was.len(), is.len());
            }
        }
        prop_assert_eq!(masks.json(&masked, "request"), masked.clone(), "masking twice is masking once");
    }

    /// Whatever is folded and opened, there is a cursor, and every row can be found again.
    #[test]
    fn folding_never_loses_anything(text in generate::value(), keys in "[jkhlECnN]{0,40}") {
        let Some(mut tree) = arrivals::app::model::Tree::new(Text::from(text.as_str())) else { return Ok(()) };
        tree.resize(30, 8);
        tree.search("a");
        for key in keys.chars() {
            match key {
                'j' => tree.step(1),
                'k' => tree.step(-1),
                'h' => tree.fold(),
                'l' => tree.descend(),
                'E' => tree.expand_all(),
                'C' => tree.fold_all(),
                'n' => tree.next_match(1),
                _ => tree.next_match(-1),
            }
            prop_assert_eq!(tree.visible().filter(|(_, selected)| *selected).count(), 1);
        }
        tree.expand_all();
        prop_assert!(tree.position().1 >= Rows::of(&text).unwrap().len());
    }
}
