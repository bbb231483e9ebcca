use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::log::{EventId, Origin, Text};

const OVERLAP: Duration = Duration::from_mins(1);

fn event(id: Option<&str>, time: i64, message: &str) -> LogEvent {
    LogEvent {
        origin: Origin {
            timestamp: Some(time),
            ingestion_time: Some(time + 1_000),
            event_id: id.map(EventId::from),
            ..Origin::default()
        },
        message: Text::from(message),
    }
}

#[test]
fn an_event_is_let_through_once() {
    let mut window = Window::new(0, OVERLAP);
    assert_eq!(window.admit(&event(Some("1"), 5_000, "a")), Admit::New);
    window.begin_pass();
    assert_eq!(window.admit(&event(Some("1"), 5_000, "a")), Admit::Repeated);
    assert_eq!(window.admit(&event(Some("2"), 5_000, "a")), Admit::New);
}

#[test]
fn an_event_that_is_older_than_the_newest_is_late() {
    let mut window = Window::new(0, OVERLAP);
    window.admit(&event(Some("1"), 90_000, "a"));
    window.begin_pass();
    assert_eq!(window.next_start(), 30_000);
    assert_eq!(window.admit(&event(Some("2"), 50_000, "a")), Admit::Late(Duration::from_secs(40)));
    assert_eq!(window.newest(), Some(90_000));
}

#[test]
fn equal_events_without_an_id_are_counted() {
    let mut window = Window::new(0, OVERLAP);
    let twin = event(None, 1_000, "same");
    assert_eq!([window.admit(&twin), window.admit(&twin)], [Admit::New, Admit::New]);
    window.begin_pass();
    assert_eq!([window.admit(&twin), window.admit(&twin)], [Admit::Repeated, Admit::Repeated]);
    assert_eq!(window.admit(&twin), Admit::New);
}

#[test]
fn the_window_never_begins_before_since() {
    let mut window = Window::new(80_000, OVERLAP);
    assert_eq!(window.next_start(), 80_000);
    window.admit(&event(Some("1"), 90_000, "a"));
    assert_eq!(window.next_start(), 80_000);
}

#[test]
fn a_clock_that_runs_ahead_does_not_move_the_window() {
    let mut window = Window::new(0, OVERLAP);
    let mut ahead = event(Some("1"), 7_200_000, "a");
    ahead.origin.ingestion_time = Some(100_000);
    assert_eq!(window.admit(&ahead), Admit::New);
    assert_eq!(window.next_start(), 40_000);
    window.begin_pass();
    assert_eq!(window.admit(&ahead), Admit::Repeated);
}

#[test]
fn a_quiet_log_is_not_read_from_the_start_again() {
    let mut window = Window::new(0, OVERLAP);
    window.admit(&event(Some("1"), 10_000, "a"));
    window.read_through(86_400_000);
    assert_eq!(window.next_start(), 86_400_000 - 3_600_000);
    assert_eq!(window.remembered(), 0);
}

#[test]
fn the_window_grows_with_the_lateness_and_shrinks_when_it_is_gone() {
    let mut window = Window::new(0, OVERLAP);
    window.admit(&event(Some("1"), 3_600_000, "a"));
    assert_eq!(window.overlap(), OVERLAP);
    window.learn(Duration::from_secs(90));
    assert_eq!(window.overlap(), Duration::from_secs(135));
    assert_eq!(window.next_start(), 3_600_000 - 135_000);
    window.learn(Duration::from_hours(2));
    assert_eq!(window.overlap(), Duration::from_mins(10));
    for now in [0, 600_000, 1_200_000] {
        window.read_through(now);
    }
    assert_eq!(window.overlap(), OVERLAP);
}

#[test]
fn a_sweep_reads_what_lies_before_the_window_and_tells_it_once() {
    let mut window = Window::new(0, OVERLAP).swept(Duration::from_hours(1));
    assert_eq!(window.begin_sweep(), None);
    window.admit(&event(Some("1"), 5_000_000, "a"));
    window.admit(&event(Some("2"), 7_200_000, "a"));
    assert_eq!(window.begin_sweep(), Some((3_600_000, 7_139_999)));
    window.begin_pass();
    assert_eq!(window.admit(&event(Some("1"), 5_000_000, "a")), Admit::Repeated);
    assert_eq!(window.admit(&event(Some("3"), 5_000_000, "b")), Admit::Late(Duration::from_secs(2_200)));
    // Meanwhile the log goes on, and what the sweep still reads is not forgotten.
    window.admit(&event(Some("4"), 10_000_000, "a"));
    window.begin_pass();
    assert_eq!(window.admit(&event(Some("3"), 5_000_000, "b")), Admit::Repeated);
    window.end_sweep();
    assert_eq!(window.begin_sweep(), Some((6_400_000, 9_939_999)));
}

#[test]
fn a_window_that_is_swept_from_now_on_is_swept_as_far_as_it_remembers() {
    let mut window = Window::new(0, OVERLAP);
    window.admit(&event(Some("1"), 7_200_000, "a"));
    let mut window = window.swept(Duration::from_hours(1));
    assert_eq!(window.begin_sweep(), None);
    window.admit(&event(Some("2"), 7_260_000, "a"));
    assert_eq!(window.begin_sweep(), Some((7_140_000, 7_199_999)));
}

#[test]
fn what_live_tail_told_is_matched_with_the_ids_that_are_read() {
    let mut window = Window::new(0, OVERLAP);
    let session = window.begin_session();
    assert_eq!(window.admit_told(&event(None, 1_000, "twin"), session), Admit::New);
    assert_eq!(window.admit_told(&event(None, 1_000, "twin"), session), Admit::New);
    // The session that takes over tells some of it again.
    let next = window.begin_session();
    assert_eq!(window.admit_told(&event(None, 1_000, "twin"), next), Admit::Repeated);
    window.begin_pass();
    let read = |window: &mut Window, id: &str| window.admit(&event(Some(id), 1_000, "twin"));
    assert_eq!([read(&mut window, "1"), read(&mut window, "2")], [Admit::Repeated, Admit::Repeated]);
    assert_eq!(read(&mut window, "3"), Admit::New);
    assert_eq!(window.admit_told(&event(None, 1_000, "twin"), next), Admit::Repeated);
    assert_eq!(window.admit_told(&event(None, 1_000, "twin"), next), Admit::Repeated);
    assert_eq!(window.admit_told(&event(None, 1_000, "twin"), next), Admit::New);
}

#[test]
fn a_twin_that_no_session_told_is_let_through_by_its_id() {
    let mut window = Window::new(0, OVERLAP);
    let session = window.begin_session();
    assert_eq!(window.admit_told(&event(None, 1_000, "twin"), session), Admit::New);
    window.begin_pass();
    assert_eq!(window.admit(&event(Some("1"), 1_000, "twin")), Admit::Repeated);
    let next = window.begin_session();
    assert_eq!(window.admit_told(&event(None, 1_000, "twin"), next), Admit::Repeated);
    window.begin_pass();
    assert_eq!(window.admit(&event(Some("1"), 1_000, "twin")), Admit::Repeated);
    assert_eq!(window.admit(&event(Some("2"), 1_000, "twin")), Admit::New);
}

#[test]
fn what_only_sweeps_read_again_is_settled_and_still_known() {
    let mut window = Window::new(0, OVERLAP).swept(Duration::from_hours(1));
    let logged = |number: i64| event(Some(&number.to_string()), 3_600_000 + number * 1_000, "a");
    for number in 0..3_000 {
        assert_eq!(window.admit(&logged(number)), Admit::New);
    }
    for _ in 0..20 {
        window.read_through(7_000_000);
    }
    assert_eq!(window.remembered(), 3_000);
    window.begin_pass();
    assert!((0..3_000).all(|number| window.admit(&logged(number)) == Admit::Repeated));
    // A twin is no other, whoever tells of it first.
    let late = |id| event(id, 3_600_000, "a");
    assert!(matches!(window.admit(&late(Some("twin"))), Admit::Late(_)));
    let session = window.begin_session();
    assert_eq!(window.admit_told(&late(None), session), Admit::Repeated);
    assert!(matches!(window.admit(&late(Some("other twin"))), Admit::Late(_)));
    assert!(matches!(window.admit_told(&event(None, 3_660_000, "a"), session), Admit::Late(_)));
    assert_eq!(window.admit(&event(Some("told before"), 3_660_000, "a")), Admit::Repeated);
}

/// An event of the model's log: without an id, two may be alike. A reader gives ids to all or to none.
#[derive(Debug, Clone)]
struct Logged {
    number: usize,
    has_id: bool,
    time: i64,
    taken_in: i64,
}

impl Logged {
    fn event(&self) -> LogEvent {
        let id = self.has_id.then(|| format!("{:056}", self.number));
        let mut event = event(id.as_deref(), self.time, &format!("message {}", self.number % 3));
        event.origin.ingestion_time = Some(self.taken_in);
        event
    }

    /// What can be told of it from outside.
    fn face(&self) -> (i64, Option<usize>, usize) {
        (self.time, self.has_id.then_some(self.number), self.number % 3)
    }
}

fn log() -> impl Strategy<Value = Vec<Logged>> {
    // Few distinct milliseconds, so that many are shared; lateness within the overlap.
    let logged = (0..400_i64, 0..55_000_i64);
    (any::<bool>(), prop::collection::vec(logged, 0..120)).prop_map(|(has_id, events)| {
        events
            .into_iter()
            .enumerate()
            .map(|(number, (step, late))| {
                let time = 1_000_000 + step * 500;
                Logged { number, has_id, time, taken_in: time + late }
            })
            .collect()
    })
}

/// What a request at `now` gives: all that was taken in by then, by time, in pages that may be empty.
fn pages(log: &[Logged], start: i64, now: i64, size: usize) -> Vec<Vec<Logged>> {
    let mut found: Vec<Logged> =
        log.iter().filter(|event| event.taken_in <= now && event.time >= start).cloned().collect();
    found.sort_by_key(|event| (event.time, event.taken_in, event.number));
    let mut pages: Vec<Vec<Logged>> = found.chunks(size).map(<[Logged]>::to_vec).collect();
    pages.insert(pages.len() / 2, Vec::new());
    pages
}

proptest! {
    /// However events come in and wherever a read is cut off, each is let through once.
    #[test]
    fn every_event_once(
        log in log(),
        polls in prop::collection::vec((0..20_000_i64, prop::option::of(0..4_usize)), 1..40),
        size in 1..30_usize,
    ) {
        let mut window = Window::new(1_000_000, OVERLAP);
        let mut shown: HashMap<_, u32> = HashMap::new();
        let mut now = 1_000_000;
        let last = (400_000, None);
        for (pause, cut) in polls.into_iter().chain([last]) {
            now += pause;
            window.begin_pass();
            for page in pages(&log, window.next_start(), now, size).iter().take(cut.unwrap_or(usize::MAX)) {
                for logged in page {
                    if window.admit(&logged.event()) != Admit::Repeated {
                        *shown.entry(logged.face()).or_default() += 1;
                    }
                }
            }
            if cut.is_none() {
                window.read_through(now);
            }
            // What is forgotten is forgotten by half minutes.
            let start = window.next_start() - 30_000;
            let bound = log.iter().filter(|event| event.time >= start).count();
            prop_assert!(window.remembered() <= bound);
        }
        let mut expected: HashMap<_, u32> = HashMap::new();
        for logged in &log {
            *expected.entry(logged.face()).or_default() += 1;
        }
        prop_assert_eq!(shown, expected);
    }
}

/// What a live-tail session tells: what was taken in after it began, in the order in which it was, with holes.
fn told(log: &[Logged], from: i64, to: i64, hole: usize) -> Vec<Logged> {
    let mut told: Vec<Logged> =
        log.iter().filter(|event| event.taken_in > from && event.taken_in <= to).cloned().collect();
    told.sort_by_key(|event| (event.taken_in, event.number));
    told.into_iter().enumerate().filter(|(at, _)| at % (hole + 2) != hole).map(|(_, event)| event).collect()
}

proptest! {
    /// Whatever live tail tells, leaves out or tells twice at a hand-over: with the reads behind it, each event is let
    /// through once.
    #[test]
    fn every_event_once_with_live_tail(
        log in log(),
        turns in prop::collection::vec((1..20_000_i64, 0..6_usize, any::<bool>()), 1..30),
        size in 1..30_usize,
    ) {
        let log: Vec<Logged> = log.into_iter().map(|event| Logged { has_id: true, ..event }).collect();
        let mut window = Window::new(1_000_000, OVERLAP);
        let mut shown: HashMap<_, u32> = HashMap::new();
        let (mut now, mut session) = (1_000_000, window.begin_session());
        let mut began = now;
        for (pause, hole, renews) in turns.into_iter().chain([(400_000, 0, false)]) {
            let before = now;
            now += pause;
            for logged in told(&log, began.max(before), now, hole) {
                let event = Logged { has_id: false, ..logged.clone() }.event();
                if window.admit_told(&event, session) != Admit::Repeated {
                    *shown.entry((logged.time, logged.number % 3)).or_default() += 1;
                }
            }
            if renews {
                // The new session begins while the old one goes on: the last second is told twice.
                session = window.begin_session();
                began = now - 1_000;
                for logged in told(&log, began, now, hole) {
                    let event = Logged { has_id: false, ..logged.clone() }.event();
                    if window.admit_told(&event, session) != Admit::Repeated {
                        *shown.entry((logged.time, logged.number % 3)).or_default() += 1;
                    }
                }
            }
            window.begin_pass();
            for logged in pages(&log, window.next_start(), now, size).iter().flatten() {
                if window.admit(&logged.event()) != Admit::Repeated {
                    *shown.entry((logged.time, logged.number % 3)).or_default() += 1;
                }
            }
            window.read_through(now);
        }
        let mut expected: HashMap<_, u32> = HashMap::new();
        for logged in &log {
            *expected.entry((logged.time, logged.number % 3)).or_default() += 1;
        }
        prop_assert_eq!(shown, expected);
    }
}
