use super::*;
use crate::aws::LogPage;
use crate::log::{LogEvent, Origin, Text};

const NOW: i64 = 100 * FIRST;

fn page(times: impl IntoIterator<Item = i64>, is_last: bool) -> LogPage {
    let event = |time: i64| LogEvent {
        origin: Origin { timestamp: Some(time), event_id: Some(time.to_string().into()), ..Origin::default() },
        message: Text::from("m"),
    };
    LogPage { events: times.into_iter().map(event).collect(), next_token: (!is_last).then(|| "t".to_owned()) }
}

/// Asks for what is chosen; gives the slice's id, its first and its last millisecond.
fn ask(lane: &mut Lane, grain: Grain) -> Option<(u64, i64, i64)> {
    let choice = lane.choice(grain)?;
    let slice = lane.take(choice)?;
    slice.ask();
    Some((slice.id, slice.start, slice.end))
}

fn scarce() -> Grain {
    Grain::new(5, 24)
}

fn free() -> Grain {
    Grain::new(u32::MAX, 24)
}

#[test]
fn the_newest_hour_and_the_rest_are_asked_for_at_once_and_nothing_else() {
    let mut lane = Lane::new(0, None, NOW, 0);
    assert_eq!(ask(&mut lane, scarce()), Some((1, NOW - FIRST + 1, i64::MAX)));
    assert_eq!(ask(&mut lane, scarce()), Some((0, 0, NOW - FIRST)));
    assert_eq!(ask(&mut lane, scarce()), None);
    let mut short = Lane::new(NOW - FIRST, Some(NOW), NOW + 5, 0);
    assert_eq!(ask(&mut short, free()), Some((0, NOW - FIRST, NOW)));
    assert_eq!(ask(&mut short, free()), None);
}

#[test]
fn what_is_dense_is_cut_by_what_its_first_page_covers() {
    let mut lane = Lane::new(0, Some(NOW), NOW, 0);
    let (id, ..) = ask(&mut lane, scarce()).unwrap();
    // A page covers a hundredth of the hour: the rest of it is cut into portions of eight pages.
    let slice = lane.find(id).unwrap();
    let start = slice.start;
    assert_eq!(slice.take(page([start, start + FIRST / 100], false)), 2);
    let (_, from, to) = ask(&mut lane, scarce()).unwrap();
    assert_eq!(to, NOW);
    let pages = (to - from) as f64 / (FIRST / 100) as f64;
    assert!((7.5..8.0).contains(&pages), "{pages}");
    let (_, next, end) = ask(&mut lane, scarce()).unwrap();
    assert_eq!(end, from - 1);
    assert!(next < end);
}

#[test]
fn where_requests_cost_nothing_everything_is_read_at_once() {
    let mut lane = Lane::new(NOW - FIRST, Some(NOW), NOW, 0);
    let (id, start, _) = ask(&mut lane, free()).unwrap();
    lane.find(id).unwrap().take(page([start, start + FIRST / 30], false));
    let mut asked = 0;
    while asked < 24 && ask(&mut lane, free()).is_some() {
        asked += 1;
    }
    assert_eq!(asked, 24);
}

#[test]
fn what_comes_behind_a_cut_is_left_to_the_newer_slice() {
    let mut slice = Slice::new(0, 0, 1_000);
    slice.ask();
    slice.take(page([0, 100], false));
    slice.ask();
    let newer = slice.cut(400, 1).unwrap();
    assert_eq!((newer.start, newer.end, slice.end), (401, 1_000, 400));
    assert_eq!(slice.take(page([200, 400, 401, 500], false)), 2);
    assert!(slice.is_done);
    assert_eq!(slice.events.len(), 4);
    assert!(slice.cut(450, 2).is_none());
}

#[test]
fn a_refused_token_begins_again_at_the_last_time_seen() {
    let mut slice = Slice::new(0, 0, 1_000);
    slice.ask();
    slice.take(page([0, 100], false));
    assert_eq!(slice.ask().token.as_deref(), Some("t"));
    slice.start_again();
    let question = slice.ask();
    assert_eq!((question.start, question.end, question.token), (100, Some(1_000), None));
    assert_eq!(slice.take(page([100, 200], true)), 1);
    assert_eq!((slice.events.len(), slice.repeated, slice.is_done), (3, 1, true));
}

#[test]
fn an_empty_page_of_a_slice_that_was_cut_asks_for_what_is_left_of_it() {
    let mut slice = Slice::new(0, 0, 200_000);
    slice.ask();
    slice.take(page([], false));
    assert!(slice.is_lost_in_emptiness());
    slice.ask();
    slice.cut(100_000, 1).unwrap();
    slice.take(page([], false));
    let question = slice.ask();
    assert_eq!((question.start, question.end, question.token), (0, Some(100_000), None));
    slice.take(page([], true));
    assert!(slice.is_done);
}

#[test]
fn what_waits_for_a_newer_slice_is_bounded() {
    let mut lane = Lane::new(0, Some(NOW), NOW, 0);
    let (newest, ..) = ask(&mut lane, free()).unwrap();
    let (rest, start, _) = ask(&mut lane, free()).unwrap();
    lane.find(rest).unwrap().take(page([start, start + 1_000], false));
    (0..5).for_each(|_| assert!(ask(&mut lane, free()).is_some()));
    lane.find(rest).unwrap().bytes = WAITING + 1;
    // The newest is on its way, and only it and its neighbour may be read now.
    let (_, from, _) = ask(&mut lane, free()).unwrap_or_default();
    let neighbour = lane.slices[1].start;
    assert!(from == 0 || from >= neighbour, "{from} {neighbour}");
    lane.find(newest).unwrap().take(page([NOW], true));
    assert!(lane.whole().is_some());
}

#[test]
fn the_newest_slice_before_a_follow_is_not_cut_short() {
    let mut lane = Lane::new(NOW - FIRST, None, NOW, 60_000);
    let (id, start, _) = ask(&mut lane, free()).unwrap();
    lane.find(id).unwrap().take(page([start, NOW - 50_000, NOW - 49_900], false));
    while let Some((_, from, _)) = ask(&mut lane, free()) {
        assert!(from <= NOW - 60_000 + 1, "{}", NOW - from);
        if lane.slices.len() > 3 {
            break;
        }
    }
}
