use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::record::FunctionArn;
use crate::replay::Key;
use crate::replay::invoker::{Call, Kind};

fn item(number: usize, kind: &str, recorded: i64) -> Item {
    let target = "arn:aws:lambda:eu-central-1:123123123123:function:sender:$LATEST".to_owned();
    Item {
        key: Key::from(number.to_string().as_str()),
        function: FunctionArn::parse(&target),
        call: Call { target, payload: Bytes::from_static(b"{}"), kind: Kind::Event, tenant: None },
        edited: false,
        fingerprint: Some(kind.into()),
        recorded,
        redelivery: 0,
        recovered: false,
        sent_before: 0,
    }
}

fn run(kinds: &[&str], pace: Pace) -> Run {
    let items =
        kinds.iter().enumerate().zip(0_i64..).map(|((at, kind), second)| item(at, kind, 1000 * second)).collect();
    Run::new(Plan { items, skipped: Vec::new() }, pace)
}

fn fast() -> Pace {
    Pace { start: 1000.0, ceiling: 1000.0, ..Pace::default() }
}

fn at(millis: u64) -> Duration {
    Duration::from_millis(millis)
}

fn verdict(outcome: Outcome, same_fingerprint: Option<bool>) -> Verdict {
    let condition = if outcome == Outcome::Success { "Success" } else { "RetriesExhausted" };
    Verdict { outcome, condition: condition.to_owned(), same_fingerprint, millis: 1 }
}

fn success() -> Verdict {
    verdict(Outcome::Success, None)
}

fn failure() -> Verdict {
    verdict(Outcome::Failure, Some(true))
}

/// Sends whatever may be sent by `now` and gives the items.
fn sent(run: &mut Run, now: Duration) -> Vec<usize> {
    let mut sent = Vec::new();
    while let Step::Send(item) = run.next(now) {
        sent.push(item);
    }
    sent
}

fn accept(run: &mut Run, item: usize) {
    run.accepted(item, Some(format!("n{item}")), 0);
}

#[test]
fn payloads_go_in_order_at_the_rate() {
    let mut run = run(&["a"; 3], Pace { start: 2.0, ceiling: 2.0, ..Pace::default() });
    assert_eq!(run.next(at(0)), Step::Send(0));
    assert_eq!(run.next(at(0)), Step::Wait(at(500)));
    assert_eq!(run.next(at(500)), Step::Send(1));
    accept(&mut run, 0);
    accept(&mut run, 1);
    assert_eq!(sent(&mut run, at(1000)), [2]);
    assert_eq!(run.next(at(1000)), Step::Idle);
    accept(&mut run, 2);
    assert_eq!(run.next(at(1000)), Step::Over);
    assert_eq!(run.counts(), Counts { sent: 3, ..Counts::default() });
}

#[test]
fn a_throttled_payload_goes_again_more_slowly() {
    let mut run = run(&["a"; 2], Pace { start: 4.0, ceiling: 4.0, ..Pace::default() });
    assert_eq!(run.next(at(0)), Step::Send(0));
    run.throttled(0, "busy".to_owned(), at(10));
    assert!((run.rate() - 2.0).abs() < 1e-9);
    assert_eq!(run.next(at(10)), Step::Wait(at(510)));
    assert_eq!(run.next(at(510)), Step::Send(0));
    accept(&mut run, 0);
    assert_eq!(run.counts().queued, 1);
}

#[test]
fn who_is_not_patient_hears_of_a_throttle() {
    let mut run = run(&["a"], Pace { patient: false, ..Pace::default() });
    assert_eq!(run.next(at(0)), Step::Send(0));
    run.throttled(0, "busy".to_owned(), at(10));
    assert_eq!(run.states(), [State::Refused("busy".to_owned())]);
    assert_eq!(run.next(at(10)), Step::Over);
}

#[test]
fn a_run_that_is_only_throttled_stops_itself() {
    let mut run = run(&["a"], fast());
    let mut now = Duration::ZERO;
    for _ in 0..MOST_THROTTLES {
        now += Duration::from_secs(10);
        assert_eq!(sent(&mut run, now), [0]);
        run.throttled(0, "busy".to_owned(), now);
    }
    assert_eq!(run.mode(), &Mode::Stopped("throttled 100 times in a row".to_owned()));
    assert_eq!((run.next(now), run.counts().refused), (Step::Over, 1));
}

#[test]
fn the_rest_goes_when_its_canary_has_succeeded() {
    let mut run = run(&["a", "a", "b", "a", "b"], Pace { canary: true, ..fast() });
    assert_eq!(sent(&mut run, at(100)), [0, 2]);
    accept(&mut run, 0);
    accept(&mut run, 2);
    assert_eq!(sent(&mut run, at(200)), [0; 0]);
    assert_eq!((run.counts().held, run.asks()), (3, false));
    run.answered(2, &success(), at(300));
    assert_eq!(sent(&mut run, at(300)), [4]);
    run.answered(0, &failure(), at(400));
    accept(&mut run, 4);
    assert_eq!((run.next(at(400)), run.asks(), run.counts().held), (Step::Idle, true, 2));
    run.release();
    assert_eq!(sent(&mut run, at(2000)), [1, 3]);
}

#[test]
fn a_canary_that_is_refused_has_failed_and_a_throttled_one_is_chosen_anew() {
    let mut run = run(&["a", "a"], Pace { canary: true, ..fast() });
    assert_eq!(sent(&mut run, at(0)), [0]);
    run.throttled(0, "busy".to_owned(), at(0));
    assert_eq!(sent(&mut run, at(1000)), [0]);
    run.refused(0, "gone", "gone".to_owned(), at(1000));
    assert!(run.asks());
}

#[test]
fn patience_with_a_canary_has_an_end() {
    let mut run = run(&["a", "a"], Pace { canary: true, patience: at(5_000), ..fast() });
    assert_eq!(sent(&mut run, at(0)), [0]);
    accept(&mut run, 0);
    assert_eq!(run.next(at(10)), Step::Wait(at(5_000)));
    run.next(at(5_000));
    assert!(run.asks());
    // A record that comes all the same counts.
    run.answered(0, &success(), at(6_000));
    assert_eq!(sent(&mut run, at(6_000)), [1]);
}

#[test]
fn failures_of_one_kind_stop_it() {
    let mut run = run(&["a"; 5], Pace { stop_after: Some(2), ..fast() });
    assert_eq!(sent(&mut run, at(2)), [0, 1, 2]);
    (0..3).for_each(|item| accept(&mut run, item));
    run.answered(0, &failure(), at(3));
    run.answered(1, &verdict(Outcome::Failure, Some(false)), at(3));
    assert_eq!(run.mode(), &Mode::Running);
    run.answered(2, &failure(), at(3));
    assert_eq!(run.mode(), &Mode::Stopped("2 failures of one kind: RetriesExhausted, same fingerprint".to_owned()));
    assert_eq!(run.next(at(10_000)), Step::Over);
    let counts = run.counts();
    assert_eq!((counts.queued, counts.failed_again, counts.failed_otherwise), (2, 2, 1));
}

#[test]
fn spacing_is_kept_as_recorded() {
    let mut run = run(&["a"; 3], Pace { speed: Some(10.0), ..fast() });
    assert_eq!(sent(&mut run, at(0)), [0]);
    assert_eq!(run.next(at(0)), Step::Wait(at(100)));
    assert_eq!(sent(&mut run, at(100)), [1]);
    assert_eq!(run.next(at(100)), Step::Wait(at(200)));
}

#[test]
fn a_pause_ends_where_it_began() {
    let mut run = run(&["a"; 3], fast());
    assert_eq!(run.next(at(0)), Step::Send(0));
    run.pause();
    assert_eq!(run.next(at(1000)), Step::Idle);
    accept(&mut run, 0);
    assert_eq!(run.next(at(1000)), Step::Idle);
    run.resume();
    assert_eq!(run.next(at(1000)), Step::Send(1));
    run.cancel();
    assert_eq!(run.next(at(1000)), Step::Idle);
    accept(&mut run, 1);
    assert_eq!(run.next(at(1000)), Step::Over);
    run.resume();
    assert_eq!((run.mode(), run.counts().queued), (&Mode::Cancelled, 1));
}

/// What the world does to a run.
#[derive(Debug, Clone, Copy)]
enum Event {
    Next,
    Accept(usize),
    Throttle(usize),
    Refuse(usize),
    Unknown(usize),
    Succeed(usize),
    Fail(usize),
    Pause,
    Resume,
    Release,
}

fn event() -> impl Strategy<Value = Event> {
    prop_oneof![
        6 => Just(Event::Next),
        4 => (0..8_usize).prop_map(Event::Accept),
        1 => (0..8_usize).prop_map(Event::Throttle),
        1 => (0..8_usize).prop_map(Event::Refuse),
        1 => (0..8_usize).prop_map(Event::Unknown),
        2 => (0..8_usize).prop_map(Event::Succeed),
        1 => (0..8_usize).prop_map(Event::Fail),
        1 => Just(Event::Pause),
        2 => Just(Event::Resume),
        1 => Just(Event::Release),
    ]
}

proptest! {
    /// Whatever happens, in whatever order: each payload leaves once, unless it was throttled, and all are accounted for.
    #[test]
    fn nothing_is_sent_twice_or_forgotten(
        events in prop::collection::vec(event(), 0..200),
        kinds in prop::collection::vec(prop_oneof![Just("a"), Just("b")], 8),
        canary: bool,
    ) {
        let mut run = run(&kinds, Pace { canary, stop_after: Some(3), ..fast() });
        let (mut under_way, mut left) = (vec![false; 8], vec![0; 8]);
        let mut now = Duration::ZERO;
        for event in events {
            now += Duration::from_secs(1);
            match event {
                Event::Next => if let Step::Send(item) = run.next(now) {
                    prop_assert!(!under_way[item]);
                    under_way[item] = true;
                    left[item] += 1;
                    prop_assert_eq!(left[item], 1, "item {} left twice", item);
                },
                Event::Accept(item) if under_way[item] => { under_way[item] = false; accept(&mut run, item); }
                Event::Throttle(item) if under_way[item] => {
                    (under_way[item], left[item]) = (false, 0);
                    run.throttled(item, String::new(), now);
                }
                Event::Refuse(item) if under_way[item] => { under_way[item] = false; run.refused(item, "x", String::new(), now); }
                Event::Unknown(item) if under_way[item] => { under_way[item] = false; run.unknown(item, String::new(), now); }
                Event::Succeed(item) => run.answered(item, &success(), now),
                Event::Fail(item) => run.answered(item, &failure(), now),
                Event::Pause => run.pause(),
                Event::Resume => run.resume(),
                Event::Release => run.release(),
                _ => {}
            }
            let counts = run.counts();
            let all = counts.queued + counts.sending + counts.sent + counts.succeeded + counts.failed_again
                + counts.failed_otherwise + counts.unanswered + counts.refused + counts.unknown;
            prop_assert_eq!(all, 8);
            prop_assert_eq!(counts.sending, under_way.iter().filter(|sending| **sending).count());
        }
    }

    /// When all goes well everything is sent, whatever the canaries.
    #[test]
    fn all_of_it_is_sent_when_all_goes_well(kinds in prop::collection::vec(prop_oneof![Just("a"), Just("b"), Just("c")], 0..20), canary: bool) {
        let mut run = run(&kinds, Pace { canary, ..fast() });
        let mut now = Duration::ZERO;
        for _ in 0..200 {
            now += Duration::from_millis(10);
            match run.next(now) {
                Step::Send(item) => {
                    accept(&mut run, item);
                    run.answered(item, &success(), now);
                }
                Step::Over => break,
                Step::Wait(_) | Step::Idle => {}
            }
        }
        prop_assert_eq!(run.counts().succeeded, kinds.len());
    }
}
