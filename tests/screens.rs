//! What the screen shows, at the sizes that matter, as text and as styles.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a test may fail by panicking")]

mod common;

use std::time::Duration;

use arrivals::app::message::{Effect, Message};
use arrivals::app::model::{Model, Place};
use arrivals::log::{Follow, Gap, Lateness, Origin, Traffic};
use arrivals::source::{Batch, Reach, SourceUpdate, Status};
use arrivals::ui::{Background, Depth, Theme};
use common::screen::{draw, screen, text, theme};
use common::{board_of, events, press, press_all, resize};
use crossterm::event::KeyCode;
use insta::assert_snapshot;
use ratatui::buffer::Buffer;
use ratatui::style::Style;

/// Every style on screen, with the first text that wears it.
fn styles(buffer: &Buffer) -> String {
    let mut seen: Vec<(Style, String)> = Vec::new();
    for cell in &buffer.content {
        let style = cell.style();
        match seen.iter_mut().find(|(known, _)| *known == style) {
            Some((_, sample)) if sample.chars().count() < 12 => sample.push_str(cell.symbol()),
            Some(_) => {}
            None => seen.push((style, cell.symbol().to_owned())),
        }
    }
    seen.iter().map(|(style, sample)| format!("{:<14} {style:?}", sample.trim())).collect::<Vec<_>>().join("\n")
}

#[test]
fn the_board_at_120_by_40() {
    assert_snapshot!(screen(&mut board_of(&events()), 120, 40));
}

#[test]
fn reading_back_tells_how_far_it_is_and_what_is_left() {
    let mut model = board_of(&events());
    let heard = |model: &mut Model, status| common::update(model, Message::Source(SourceUpdate::Status(status)));
    let left = Some(Duration::from_secs(150));
    let reach =
        Reach { to: common::NOW - 86_400_000, done: 0.43, is_halted: false, events: 123_456, per_second: 4_000, left };
    heard(&mut model, Status::Reaching(reach));
    let header = |model: &mut Model, width| screen(model, width, 24).lines().next().unwrap().to_owned();
    let wide = header(&mut model, 120);
    assert!(wide.ends_with("◐ back to 11-19 10:20 · 43 % · 123,456 events, 4,000/s · 3 min left"), "{wide}");
    let narrow = header(&mut model, 80);
    assert!(narrow.ends_with("◐ 43 % · 3 min left"), "{narrow}");
    // What is followed meanwhile is told beside it, until all is read.
    heard(&mut model, Status::Following { lag: None, next_poll: Duration::from_secs(2) });
    heard(&mut model, Status::Reaching(reach));
    let both = header(&mut model, 80);
    assert!(both.ends_with("● following · ◐ 43 % · 3 min left"), "{both}");
    // Stopping it is offered while it lasts.
    let footer = |model: &mut Model| screen(model, 120, 24).lines().last().unwrap().to_owned();
    assert!(footer(&mut model).contains("H stop/go on"), "{}", footer(&mut model));
    let halts = |model: &mut Model| {
        let effects = press(model, KeyCode::Char('H'));
        effects.into_iter().find_map(|effect| if let Effect::HaltReach(halt) = effect { Some(halt) } else { None })
    };
    assert_eq!(halts(&mut model), Some(true));
    let stopped = header(&mut model, 120);
    assert!(stopped.ends_with("‖ stopped at 11-19 10:20 · 43 %"), "{stopped}");
    assert_eq!(halts(&mut model), Some(false));
    heard(&mut model, Status::Reaching(Reach { done: 1.0, ..reach }));
    let over = header(&mut model, 80);
    assert!(over.ends_with("● following"), "{over}");
    assert!(!footer(&mut model).contains("H stop/go on"));
    assert_eq!(halts(&mut model), None);
}

#[test]
fn what_stands_in_for_aws_is_in_the_header_however_narrow_it_is() {
    let names = vec!["/aws/lambda/receiver".to_owned()];
    let (region, identity) = (Some("eu-central-1".to_owned()), Some("123123123123".to_owned()));
    let endpoint = Some("http://127.0.0.1:39393".to_owned());
    let mut model = common::board_from(Place { names, region, identity, endpoint, ..Place::default() }, &events());
    let heard = |model: &mut Model, status| common::update(model, Message::Source(SourceUpdate::Status(status)));
    let header = |model: &mut Model, width| screen(model, width, 24).lines().next().unwrap().to_owned();
    heard(&mut model, Status::Following { lag: None, next_poll: Duration::from_secs(2) });
    assert!(header(&mut model, 120).contains("receiver  http://127.0.0.1:39393  eu-central-1  123123123123 "));
    assert!(header(&mut model, 80).contains("/aws/lambda/receiver  http://127.0.0.1:39393 "));
    assert!(header(&mut model, 40).starts_with(" arrivals  127.0.0.1:39393 "), "{}", header(&mut model, 40));
    let wait = Duration::from_secs(9);
    heard(&mut model, Status::Retrying { wait, reason: "ThrottlingException".to_owned(), throttled: true });
    let throttled = header(&mut model, 80);
    assert!(throttled.contains("/aws/lambda/receiver  127.0.0.1:39393 "), "{throttled}");
    assert!(!throttled.contains("eu-central-1"), "{throttled}");
    let narrow = header(&mut model, 50);
    assert!(narrow.contains("127.0") && !narrow.contains("eu-central-1"), "{narrow}");
}

/// The lines at the bottom of the screen.
fn bottom(model: &mut Model, width: u16, height: u16, lines: usize) -> String {
    let shown = screen(model, width, height);
    let all: Vec<_> = shown.lines().collect();
    all[all.len() - lines..].join("\n")
}

#[test]
fn a_notice_is_read_to_its_end() {
    let mut model = board_of(&events());
    let path = "/home/somebody/.local/state/arrivals/reports/bulk-2026-11-26T07-08-54.jsonl";
    let words =
        format!("the report of what was sent and what became of it lies in {path}; open it with: arrivals read");
    common::update(&mut model, Message::Told(words.clone()));
    for (width, height) in [(80, 24), (120, 40), (40, 12)] {
        let told = bottom(&mut model, width, height, 6);
        let joined: String = told.split_whitespace().collect();
        assert!(joined.contains(&words.replace(' ', "")), "{told}");
        assert!(told.lines().last().unwrap().contains("? help"), "{told}");
    }
    // It stays for as long as it takes to read it, and goes with the next key.
    model.update(Message::Tick, common::NOW + 5_000);
    assert!(bottom(&mut model, 80, 24, 6).contains("arrivals read"));
    press(&mut model, KeyCode::Char('j'));
    assert!(!bottom(&mut model, 80, 24, 6).contains("arrivals read"));
    // What fits stands beside the keys.
    common::update(&mut model, Message::Told("copied the trace, 12 bytes".to_owned()));
    assert!(bottom(&mut model, 80, 24, 1).contains("copied the trace, 12 bytes"));
}

#[test]
fn trouble_that_does_not_fit_names_the_key_that_tells_it_in_full() {
    let mut model = board_of(&events());
    let reason = format!("cannot reach the service for logs:FilterLogEvents: {}; check the network", "x".repeat(60));
    let wait = Duration::from_secs(9);
    let retrying = Status::Retrying { wait, reason, throttled: false };
    common::update(&mut model, Message::Source(SourceUpdate::Status(retrying)));
    let told = bottom(&mut model, 120, 40, 1);
    assert!(told.contains("…  i in full  ? help"), "{told}");
    press(&mut model, KeyCode::Char('i'));
    let ledger = screen(&mut model, 120, 40);
    assert!(ledger.contains("check the") && ledger.contains("network"), "{ledger}");
}

#[test]
fn a_greeting_has_no_more_to_tell_in_the_ledger() {
    let mut model = board_of(&events());
    model.greet();
    let told = bottom(&mut model, 40, 12, 1);
    assert!(told.contains("new here?") && !told.contains("in full"), "{told}");
}

#[test]
fn what_is_wrong_with_a_filter_is_read_to_its_end() {
    let mut model = board_of(&events());
    press_all(&mut model, "/sku:KB-1");
    let shown = screen(&mut model, 80, 24);
    let words = shown.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("unknown field `sku`") && words.contains("quotes make it text"), "{shown}");
}

#[test]
fn keys_that_do_nothing_are_not_offered() {
    let mut model = board_of(&events());
    // The record of a function that may not run: no error, no frames.
    press_all(&mut model, "/condition:Zero");
    press(&mut model, KeyCode::Enter);
    press(&mut model, KeyCode::Enter);
    let trace = bottom(&mut model, 120, 40, 1);
    assert!(!trace.contains("code") && !trace.contains("edit"), "{trace}");
    let effects = press(&mut model, KeyCode::Char('y'));
    let copied = effects.iter().find_map(|effect| if let Effect::Copy(text) = effect { Some(text) } else { None });
    assert!(copied.is_some_and(|text| text == "The function never ran."), "{effects:?}");
    press_all(&mut model, "]]]");
    let attempts = bottom(&mut model, 120, 40, 1);
    assert!(attempts.contains("ask the log") && !attempts.contains("log lines"), "{attempts}");
    press(&mut model, KeyCode::Esc);
    assert!(bottom(&mut model, 120, 40, 1).contains("r replay"));
    model.guard.read_only = true;
    assert!(!bottom(&mut model, 120, 40, 1).contains("r replay"));
}

#[test]
fn who_and_when_heads_the_detail_whatever_was_done_to_the_record() {
    let mut model = board_of(&events());
    press_all(&mut model, "aseen before, told the team");
    press(&mut model, KeyCode::Enter);
    let shown = screen(&mut model, 80, 24);
    let id = "6f0d0c1e-3a77-4a0e-9a51-0b6a3b1f0011";
    assert!(shown.contains(id) && shown.contains("✎ seen before, told the team"), "{shown}");
    press(&mut model, KeyCode::Enter);
    for (width, height) in [(80, 24), (120, 40)] {
        let whole = screen(&mut model, width, height);
        let joined: String = whole.split(['│', '\n']).map(str::trim).collect::<Vec<_>>().join(" ");
        assert!(
            joined.contains("recorded 2026-11-20") && joined.contains("[$LATEST]0123456789abcdef0123456789abcdef"),
            "{whole}"
        );
    }
}

#[test]
fn the_counts_leave_room_for_the_filter() {
    let mut model = board_of(&events());
    press_all(&mut model, "/condition:Retries");
    press(&mut model, KeyCode::Enter);
    let line = screen(&mut model, 40, 12).lines().nth(1).unwrap().to_owned();
    assert!(line.starts_with(" filter ▏condi") && line.contains(" of 13"), "{line}");
}

#[test]
fn what_comes_late_is_counted_as_the_filter_shows_it_and_what_is_read_back_is_in_time() {
    let mut model = board_of(&events());
    let heard = |model: &mut Model, status| common::update(model, Message::Source(SourceUpdate::Status(status)));
    let arrive = |model: &mut Model, second: i64| {
        let record = common::record(second, "sender:1", "Success", 1, r#""requestPayload":{}"#);
        let batch = Batch { found: common::found(&[record]), events: 1, ..Batch::default() };
        common::update(model, Message::Source(SourceUpdate::Found(batch)));
    };
    heard(&mut model, Status::Following { lag: None, next_poll: Duration::from_secs(2) });
    let reach = Reach { to: common::NOW, done: 0.4, is_halted: false, events: 9, per_second: 9, left: None };
    heard(&mut model, Status::Reaching(reach));
    arrive(&mut model, 1);
    assert_eq!(model.board.totals().late, 0);
    heard(&mut model, Status::Reaching(Reach { done: 1.0, ..reach }));
    arrive(&mut model, 2);
    assert_eq!(model.board.totals().late, 1);
    press_all(&mut model, "/is:late");
    press(&mut model, KeyCode::Enter);
    let shown = screen(&mut model, 120, 40);
    assert!(shown.lines().nth(1).unwrap().contains("1 of 15 · late 1 · "), "{shown}");
}

#[test]
fn an_empty_log_tells_from_when_on_it_was_read() {
    let place =
        Place { names: vec!["/aws/lambda/receiver".into()], since: Some(common::NOW - 600_000), ..Place::default() };
    let mut model = common::board_from(place, &[]);
    let following = Status::Following { lag: None, next_poll: Duration::from_secs(2) };
    common::update(&mut model, Message::Source(SourceUpdate::Status(following)));
    let empty = screen(&mut model, 120, 24);
    assert!(empty.contains("No log event since 10:10:00; new ones show up by themselves."), "{empty}");
    let batch = Batch { events: 7, ..Batch::default() };
    common::update(&mut model, Message::Source(SourceUpdate::Found(batch)));
    let events = screen(&mut model, 120, 24);
    assert!(events.contains("No failure in 7 log events since 10:10:00; new ones"), "{events}");
}

#[test]
fn a_filter_that_shows_nothing_blames_the_term_that_finds_nothing() {
    let mut model = board_of(&events());
    let shown = |model: &mut Model, filter: &str| {
        press(model, KeyCode::Char('/'));
        press_all(model, filter);
        press(model, KeyCode::Enter);
        let shown = screen(model, 200, 24);
        press(model, KeyCode::Esc);
        shown
    };
    let both = shown(&mut model, "fn:sender count>=9");
    assert!(both.contains("matches the filter. Esc takes it back.") && !both.contains("whole name"), "{both}");
    assert!(both.contains("Nothing matches the filter."), "{both}");
    let part = shown(&mut model, "fn:send");
    assert!(part.contains("No record has fn:send. It means a whole name, such as sender;"), "{part}");
    let condition = shown(&mut model, "condition:Retry");
    assert!(condition.contains("No record has condition:Retry; there are RetryAttemptsExhausted,"), "{condition}");
}

#[test]
fn the_board_at_80_by_24() {
    assert_snapshot!(screen(&mut board_of(&events()), 80, 24));
}

#[test]
fn the_board_at_200_by_50() {
    assert_snapshot!(screen(&mut board_of(&events()), 200, 50));
}

#[test]
fn the_board_at_its_smallest() {
    assert_snapshot!(screen(&mut board_of(&events()), 40, 12));
}

#[test]
fn a_screen_that_is_too_small_says_so() {
    assert_snapshot!(screen(&mut board_of(&events()), 39, 11));
}

#[test]
fn styles_of_the_board() {
    assert_snapshot!(styles(&draw(&mut board_of(&events()), 120, 40, &theme())));
}

#[test]
fn without_colour_there_is_none() {
    let buffer = draw(&mut board_of(&events()), 120, 40, &Theme::new(Depth::Mono, Background::Dark));
    let coloured =
        |style: Style| [style.fg, style.bg].into_iter().flatten().any(|colour| colour != ratatui::style::Color::Reset);
    assert!(!buffer.content.iter().any(|cell| coloured(cell.style())));
    assert_eq!(text(&buffer), screen(&mut board_of(&events()), 120, 40));
}

#[test]
fn a_success_is_open() {
    let mut model = board_of(&events());
    press(&mut model, KeyCode::Char('2'));
    press(&mut model, KeyCode::Enter);
    assert_snapshot!(screen(&mut model, 80, 24));
}

#[test]
fn a_failure_has_the_whole_screen() {
    let mut model = board_of(&events());
    press(&mut model, KeyCode::Enter);
    assert_snapshot!(screen(&mut model, 120, 40));
}

/// A board on a log that had its troubles, with the ledger open.
fn troubled() -> Model {
    let mut model = board_of(&events());
    let mut late = Lateness::default();
    for seconds in [0, 0, 2, 40, 2_000] {
        late.note(Duration::from_secs(seconds));
    }
    let gap = |from: i64, reason: &str| Gap {
        origin: Origin::default(),
        from: Some(common::NOW - from),
        to: Some(common::NOW - from + 1_000),
        reason: reason.to_owned(),
    };
    let sampled = gap(60_000, "live tail told only a sample of more than 500 events a second; the rest is read");
    let live = Duration::from_secs(754);
    let traffic = Traffic {
        requests: 1_204,
        throttled: 7,
        failed: 2,
        sweeps: 3,
        sessions: 2,
        live,
        queries: 12,
        scanned: 3_400_000_000,
    };
    for update in [
        SourceUpdate::Found(Batch { repeated: 4_711, late, swept: 1, ..Batch::default() }),
        SourceUpdate::Gap(sampled.clone()),
        SourceUpdate::Gap(gap(30_000, "the log group is gone")),
        SourceUpdate::Filled(sampled),
        SourceUpdate::Follow(Follow::Live),
        SourceUpdate::Traffic(traffic),
        SourceUpdate::Status(Status::Following {
            lag: Some(Duration::from_millis(1_100)),
            next_poll: Duration::from_secs(30),
        }),
    ] {
        common::update(&mut model, Message::Source(update));
    }
    press(&mut model, KeyCode::Char('i'));
    model
}

#[test]
fn the_ledger() {
    assert_snapshot!("ledger_80x24", screen(&mut troubled(), 80, 24));
    assert_snapshot!("ledger_120x40", screen(&mut troubled(), 120, 40));
}

#[test]
fn the_help() {
    let mut model = board_of(&events());
    press(&mut model, KeyCode::Char('?'));
    assert_snapshot!(screen(&mut model, 120, 60));
}

#[test]
fn the_condition_menu() {
    let mut model = board_of(&events());
    press(&mut model, KeyCode::Char('c'));
    assert_snapshot!(screen(&mut model, 80, 24));
}

#[test]
fn a_filter_error_is_shown_at_its_place() {
    let mut model = board_of(&events());
    press_all(&mut model, "/fn:sender (");
    assert_snapshot!(screen(&mut model, 80, 24));
}

#[test]
fn a_filter_that_matches_nothing() {
    let mut model = board_of(&events());
    press_all(&mut model, "/condition:Nope");
    press(&mut model, KeyCode::Enter);
    assert_snapshot!(screen(&mut model, 80, 24));
}

#[test]
fn an_empty_board_tells_what_it_waits_for() {
    let mut model = board_of(&[]);
    assert_snapshot!(screen(&mut model, 80, 24));
}

#[test]
fn retrying_is_said_in_the_header() {
    let mut model = board_of(&events());
    let status = Status::Retrying {
        wait: std::time::Duration::from_secs(4),
        reason: "connection refused".into(),
        throttled: false,
    };
    model.update(Message::Source(SourceUpdate::Status(status)), common::NOW);
    let screen = screen(&mut model, 80, 24);
    assert!(screen.lines().next().unwrap().ends_with("◌ retrying, again in 4 s"), "{screen}");
    assert!(screen.lines().last().unwrap().starts_with(" connection refused "), "{screen}");
}

#[test]
fn nothing_from_a_log_reaches_the_terminal_as_a_command() {
    let nasty = "\u{1b}[2J\u{1b}]0;owned\u{7}\u{202e}evil\u{9b}31m\u{0}\r\n\t日本語 e\u{301} שלום";
    let payload = serde_json::to_string(nasty).unwrap();
    let message = format!(
        r#"{{"version":"1.0","timestamp":"2026-11-20T10:15:43.658Z","requestContext":{{"requestId":"{}","functionArn":"arn:aws:lambda:eu-central-1:111122223333:function:a\u001b[31m\u202eb:$LATEST","condition":"Odd\u001b]0;x\u0007","approximateInvokeCount":1}},"requestPayload":{payload},"responsePayload":{{"errorType":{payload},"errorMessage":{payload},"stackTrace":[{payload}]}}}}{nasty}"#,
        "id\\u001b[0m",
    );
    let mut model = board_of(&[message]);
    for key in ["", "z", "]", "]", "]", "c"] {
        press_all(&mut model, key);
        for (width, height) in [(40, 12), (120, 40)] {
            let shown = screen(&mut model, width, height);
            assert_clean(&shown);
        }
    }
}

#[test]
fn nothing_from_outside_the_log_reaches_the_terminal_as_a_command() {
    let nasty = "a\u{1b}[31m\u{202e}b\u{9b}c";
    let place = Place {
        names: vec![nasty.into()],
        region: Some(nasty.into()),
        identity: Some(nasty.into()),
        endpoint: Some(nasty.into()),
        ..Place::default()
    };
    let mut model = common::board_from(place, &[]);
    let retrying = Status::Retrying { wait: std::time::Duration::from_secs(1), reason: nasty.into(), throttled: false };
    model.update(Message::Source(SourceUpdate::Status(retrying)), common::NOW);
    assert_clean(&screen(&mut model, 120, 40));
    let failed = arrivals::source::SourceError::Internal(nasty.into());
    model.update(Message::Source(SourceUpdate::Ended(Err(failed))), common::NOW);
    assert_clean(&screen(&mut model, 120, 40));
    press(&mut model, KeyCode::Char('/'));
    common::update(&mut model, Message::Terminal(crossterm::event::Event::Paste(nasty.into())));
    press(&mut model, KeyCode::Char('\u{202e}'));
    assert_clean(&screen(&mut model, 120, 40));
}

fn assert_clean(shown: &str) {
    let bad = shown.chars().find(|c| (c.is_control() && *c != '\n') || arrivals::log::is_bidi_control(*c));
    assert_eq!(bad, None, "{shown}");
}

#[test]
fn rows_under_the_cursor_stay_when_others_arrive() {
    let events = events();
    let mut model = board_of(&events);
    screen(&mut model, 120, 40);
    press_all(&mut model, "kk");
    let selected = |screen: &str| screen.lines().position(|line| line.contains('▌')).unwrap();
    let before = screen(&mut model, 120, 40);
    let line = before.lines().nth(selected(&before)).unwrap().to_owned();
    let more = Batch { found: common::found(&common::later_events()), events: 3, ..Batch::default() };
    model.update(Message::Source(SourceUpdate::Found(more)), common::NOW);
    let after = screen(&mut model, 120, 40);
    assert_eq!(selected(&after), selected(&before));
    let failures = |line: &str| line.chars().take(68).collect::<String>();
    assert_eq!(failures(after.lines().nth(selected(&after)).unwrap()), failures(&line));
    assert!(after.contains("new · G follows"), "{after}");
    press(&mut model, KeyCode::Char('G'));
    assert!(!screen(&mut model, 120, 40).contains("new · G follows"));
}

#[test]
fn any_size_can_be_drawn() {
    let mut model = board_of(&events());
    for width in [1, 2, 39, 40, 41, 60, 99, 100, 130, 250] {
        for height in [1, 2, 11, 12, 13, 20, 29, 30, 60] {
            for key in ["", "z", "z", "c"] {
                press_all(&mut model, key);
                resize(&mut model, width, height);
                screen(&mut model, width, height);
            }
            press(&mut model, KeyCode::Esc);
        }
    }
}

#[test]
fn the_source_is_named() {
    let place = Place {
        names: vec!["/aws/lambda/receiver".into(), "/aws/lambda/other".into()],
        region: Some("eu-central-1".into()),
        identity: Some("dev/123123123123".into()),
        ..Place::default()
    };
    let mut model = common::board_from(place, &[]);
    let first = screen(&mut model, 120, 40).lines().next().unwrap().to_owned();
    assert_eq!(
        first,
        " arrivals  /aws/lambda/receiver +1  eu-central-1  dev/123123123123                                          ○ connecting"
    );
}

#[test]
fn values_are_offered_under_the_filter() {
    let mut model = board_of(&events());
    press(&mut model, KeyCode::Char('/'));
    press_all(&mut model, "not fn:e");
    press(&mut model, KeyCode::Tab);
    press(&mut model, KeyCode::Tab);
    assert_snapshot!(screen(&mut model, 80, 24));
}

#[test]
fn fields_are_offered_with_what_they_take() {
    let mut model = board_of(&events());
    press(&mut model, KeyCode::Char('/'));
    press(&mut model, KeyCode::Tab);
    assert_snapshot!(screen(&mut model, 80, 24));
}

#[test]
fn a_profile_of_production_stands_out() {
    let place =
        Place { names: vec!["/aws/lambda/receiver".into()], identity: Some("prod-eu".into()), ..Place::default() };
    let config = "[profile.'prod*']\nread-only = true\nheader = 'red'\n";
    let mut model = common::board_from(place, &[]);
    model.configure(std::sync::Arc::new(toml::from_str(config).unwrap()));
    let buffer = draw(&mut model, 120, 40, &theme());
    let first = text(&buffer).lines().next().unwrap().to_owned();
    assert!(first.starts_with(" arrivals  read-only  /aws/lambda/receiver  prod-eu"), "{first}");
    assert!((0..120).all(|x| buffer[(x, 0)].bg == ratatui::style::Color::Red));
    assert!(buffer[(0, 1)].bg == ratatui::style::Color::Reset);
}

#[test]
fn failures_are_gathered_into_groups() {
    let mut model = board_of(&events());
    press(&mut model, KeyCode::Char('b'));
    assert_snapshot!(screen(&mut model, 120, 40));
}
