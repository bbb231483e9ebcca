use std::collections::HashMap;

use proptest::prelude::*;

use super::*;
use crate::log::{Origin, Text};

const OVERLAP: Duration = Duration::from_mins(1);

fn event(id: Option<&str>, time: i64, message: &str) -> LogEvent {
    LogEvent {
        origin: Origin {
            timestamp: Some(time),
            ingestion_time: Some(time + 1_000),
            event_id: id.map(Arc::from),
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
    assert_eq!(window.admit(&event(Some("2"), 50_000, "a")), Admit::Late);
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
    assert_eq!(window.seen.len(), 0);
}

/// An event of the model's log: without an id, two may be alike.
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
    let logged = (any::<bool>(), 0..400_i64, 0..55_000_i64);
    prop::collection::vec(logged, 0..120).prop_map(|events| {
        events
            .into_iter()
            .enumerate()
            .map(|(number, (has_id, step, late))| {
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
            let start = window.next_start();
            let bound = log.iter().filter(|event| event.time >= start).count();
            prop_assert!(window.seen.len() <= bound);
        }
        let mut expected: HashMap<_, u32> = HashMap::new();
        for logged in &log {
            *expected.entry(logged.face()).or_default() += 1;
        }
        prop_assert_eq!(shown, expected);
    }
}
