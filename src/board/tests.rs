use proptest::prelude::*;

use super::sample::{Sample, arrival, gap, unreadable};
use super::store::ENTRY;
use super::*;
use crate::log::Text;
use crate::record::Masks;

fn seqs(board: &Board, pane: Pane) -> Vec<u64> {
    board.view(pane).iter_from(0).map(|seq| seq.0).collect()
}

fn query(text: &str) -> Query {
    Query::parse(text).expect("a query")
}

fn success(time: i64) -> Entry {
    Sample { time, ..Sample::default() }.entry()
}

fn failure(time: i64) -> Entry {
    Sample { time, condition: "RetriesExhausted", ..Sample::default() }.entry()
}

/// Bytes of this many successes.
fn bytes_of(successes: usize) -> usize {
    Sample::default().json().len() * successes
}

/// As a bound: room for this many successes.
fn room_for(successes: usize) -> usize {
    bytes_of(successes) + successes * ENTRY
}

fn board_of(limit: usize, entries: impl IntoIterator<Item = Entry>) -> Board {
    let mut board = Board::new(limit);
    for entry in entries {
        board.append(entry);
    }
    board
}

#[test]
fn an_empty_board_is_settled() {
    let mut board = Board::new(1000);
    board.set_query(query("fn:x"));
    for pane in Pane::ALL {
        assert!(board.view(pane).is_empty());
        assert!(board.view(pane).settled());
    }
    assert!(!board.advance(10));
}

#[test]
fn rows_stand_by_time_in_their_pane() {
    let entries = [failure(30), success(20), unreadable(10), failure(5), gap(20, "sampled"), success(20)];
    let board = board_of(usize::MAX, entries);
    assert_eq!(seqs(&board, Pane::Failures), [3, 2, 4, 0]);
    assert_eq!(seqs(&board, Pane::Successes), [1, 5]);
    assert_eq!(board.totals(), &Totals { success: 2, failure: 2, unreadable: 1, gaps: 1, late: 0, evicted: 0 });
    assert_eq!(board.totals().arrivals(), 4);
}

#[test]
fn a_row_is_found_by_its_entry() {
    let mut board = board_of(usize::MAX, [failure(10), success(20), failure(30), failure(40)]);
    assert_eq!(board.position(Seq(2)), Some(1));
    assert_eq!(board.view(Pane::Failures).get(1), Some(Seq(2)));
    assert_eq!(board.rows_before(Pane::Failures, Seq(1)), 1);
    assert_eq!(board.rows_before(Pane::Successes, Seq(3)), 1);
    board.set_query(query("outcome:success"));
    assert!(!board.advance(10));
    assert_eq!(board.position(Seq(2)), None);
    assert_eq!(board.position(Seq(1)), Some(0));
    assert_eq!(board.position(Seq(99)), None);
}

#[test]
fn the_newest_are_looked_at_first() {
    let mut board = board_of(usize::MAX, (0..10).map(failure));
    board.set_query(query("sender"));
    assert!(board.view(Pane::Failures).is_empty());
    assert!(board.advance(3));
    assert_eq!(seqs(&board, Pane::Failures), [7, 8, 9]);
    assert!(!board.view(Pane::Failures).settled());
    assert_eq!(board.append(failure(11)), Seq(10));
    assert_eq!(board.append(failure(2)), Seq(11));
    assert_eq!(seqs(&board, Pane::Failures), [7, 8, 9, 10]);
    assert!(!board.advance(8));
    assert_eq!(seqs(&board, Pane::Failures), [0, 1, 2, 11, 3, 4, 5, 6, 7, 8, 9, 10]);
    assert!(board.view(Pane::Failures).settled());
}

#[test]
fn the_same_query_again_changes_nothing() {
    let mut board = board_of(usize::MAX, (0..3).map(failure));
    board.set_query(query(" "));
    assert_eq!(seqs(&board, Pane::Failures), [0, 1, 2]);
}

#[test]
fn the_oldest_successes_go_first() {
    let mut board = board_of(room_for(3), [success(10), success(5), success(30)]);
    assert_eq!(board.totals().evicted, 0);
    board.append(gap(1, "x"));
    assert_eq!(seqs(&board, Pane::Successes), [0, 2]);
    assert!(board.get(Seq(1)).is_none());
    assert_eq!(board.totals(), &Totals { success: 3, failure: 0, unreadable: 0, gaps: 1, late: 0, evicted: 1 });
    assert_eq!(board.kept(Pane::Successes), 2);
    assert_eq!((board.bytes(), board.memory()), (bytes_of(2) + 1, room_for(2) + ENTRY + 1));
}

#[test]
fn without_successes_the_oldest_of_the_rest_go() {
    let mut board = board_of(room_for(3), [gap(4, "x"), failure(3), failure(2), success(9)]);
    assert_eq!((board.kept(Pane::Failures), board.kept(Pane::Successes)), (3, 0));
    board.append(failure(1));
    assert_eq!(seqs(&board, Pane::Failures), [2, 1, 0]);
    assert_eq!(board.totals().evicted, 2);
}

#[test]
fn what_is_marked_goes_last() {
    let mut board = board_of(room_for(3), [success(1), failure(2)]);
    for seq in [Seq(0), Seq(1)] {
        board.set_state(seq, State { marked: true, ..State::default() });
    }
    for time in 3..9 {
        board.append(failure(time));
    }
    assert_eq!((seqs(&board, Pane::Successes), seqs(&board, Pane::Failures)), (vec![0], vec![1]));
    board.set_state(Seq(0), State::default());
    board.append(failure(9));
    assert_eq!((seqs(&board, Pane::Successes), seqs(&board, Pane::Failures)), (vec![], vec![1, 8]));
}

#[test]
fn records_of_one_message_count_once() {
    let body = Sample { condition: "RetriesExhausted", ..Sample::default() }.json();
    let message = Text::from("x".repeat(5000));
    let mut board = board_of(usize::MAX, (0..3).map(|_| arrival(10, &Text::from(body.as_str()), &message)));
    assert_eq!(board.kept(Pane::Failures), 3);
    assert_eq!(board.bytes(), message.len() + 3 * body.len());
    board.limit = board.memory();
    board.append(gap(20, "x"));
    assert_eq!(board.bytes(), message.len() + 2 * body.len() + 1);
    board.limit = message.len();
    board.append(gap(20, "y"));
    assert_eq!((board.bytes(), board.kept(Pane::Failures)), (2, 2));
}

#[test]
fn the_menu_counts_what_choosing_would_give() {
    let of = |time, condition, function| Sample { time, condition, function, ..Sample::default() }.entry();
    let mut board = board_of(
        usize::MAX,
        [
            of(1, "Success", "a:1"),
            of(2, "Success", "a:1"),
            of(3, "EventAgeExceeded", "a:1"),
            of(4, "RetriesExhausted", "a:1"),
            of(5, "RetriesExhausted", "b:1"),
            of(6, "RetriesExhausted", "b:1"),
            of(7, "NewOne", "a:1"),
        ],
    );
    let named = |board: &Board| -> Vec<(String, usize)> {
        board.condition_counts().into_iter().map(|(condition, count)| (condition.to_string(), count)).collect()
    };
    let expect = |counts: &[(&str, usize)]| -> Vec<(String, usize)> {
        counts.iter().map(|&(name, count)| (name.to_owned(), count)).collect()
    };
    let all = expect(&[("RetriesExhausted", 3), ("EventAgeExceeded", 1), ("NewOne", 1), ("Success", 2)]);
    assert_eq!(named(&board), all);
    board.set_query(query("condition:Success fn:a"));
    assert!(board.advance(3));
    assert_eq!(named(&board), expect(&[("NewOne", 1)]));
    assert!(!board.advance(30));
    let of_a = expect(&[("EventAgeExceeded", 1), ("NewOne", 1), ("RetriesExhausted", 1), ("Success", 2)]);
    assert_eq!(named(&board), of_a);
    assert_eq!(board.view(Pane::Successes).len(), 2);
    assert!(board.view(Pane::Failures).is_empty());
}

#[test]
fn entries_grow_out_of_an_age_and_into_one() {
    let mut board = board_of(usize::MAX, [failure(1000), failure(5000), failure(9000)]);
    board.set_now(10_000);
    board.set_query(query("age<5s"));
    assert!(!board.advance(10));
    assert_eq!(seqs(&board, Pane::Failures), [2]);
    assert_eq!(board.condition_counts().first().map(|(_, count)| *count), Some(1));
    board.append(failure(10_000));
    board.set_now(14_000);
    assert_eq!(seqs(&board, Pane::Failures), [3]);
    board.set_now(9000);
    assert_eq!(seqs(&board, Pane::Failures), [1, 2, 3]);
    board.set_query(query("age>5s age<=9s"));
    assert!(!board.advance(10));
    assert_eq!(seqs(&board, Pane::Failures), [0]);
    board.set_now(10_001);
    assert_eq!(seqs(&board, Pane::Failures), [1]);
    assert_eq!(board.condition_counts().first().map(|(_, count)| *count), Some(1));
}

#[test]
fn what_becomes_of_an_entry_filters_it_anew() {
    let mut board = board_of(usize::MAX, [failure(1), success(2)]);
    board.set_query(query("is:replayed or is:late"));
    assert!(!board.advance(10));
    assert!(board.view(Pane::Failures).is_empty());
    board.set_state(Seq(0), State { replayed: true, ..State::default() });
    board.set_state(Seq(1), State { late: true, ..State::default() });
    assert_eq!((seqs(&board, Pane::Failures), seqs(&board, Pane::Successes)), (vec![0], vec![1]));
    board.set_state(Seq(0), State::default());
    assert_eq!((board.view(Pane::Failures).len(), board.state(Seq(1)).late), (0, true));
    board.set_state(Seq(9), State::default());
}

#[test]
fn a_slow_query_looks_at_what_comes_when_it_is_its_turn() {
    let mut board = board_of(usize::MAX, [failure(1), success(2)]);
    board.set_query(query("jq:'.requestContext.condition == \"RetriesExhausted\"'"));
    assert!(!board.advance(10));
    board.append(failure(3));
    board.append(failure(0));
    assert_eq!(seqs(&board, Pane::Failures), [0]);
    assert!(!board.view(Pane::Failures).settled());
    assert!(board.advance(1));
    assert_eq!(seqs(&board, Pane::Failures), [0, 2]);
    assert!(!board.advance(10));
    assert_eq!(seqs(&board, Pane::Failures), [3, 0, 2]);
    assert!(board.view(Pane::Failures).settled());
    board.append(success(9));
    board.limit = 0;
    board.append(gap(1, "x"));
    assert!(board.is_empty() && !board.advance(10));
}

#[test]
fn many_are_judged_by_two_threads_as_by_one() {
    let of = |time: i64| Sample { time, request: if time % 3 == 0 { r#"{"a":1}"# } else { "{}" }, ..Sample::default() };
    let mut board = board_of(usize::MAX, (0..3000).map(|time| of(time).entry()));
    for text in ["request.a=1", "jq:.requestPayload.a"] {
        board.set_query(query(text));
        assert!(board.advance(1700));
        assert!(!board.advance(1300));
        let expected: Vec<u64> = (0..3000).filter(|seq| seq % 3 == 0).collect();
        assert_eq!(seqs(&board, Pane::Successes), expected, "{text}");
    }
}

#[test]
fn values_seen_are_offered() {
    let of = |function, condition, request, response| {
        Sample { condition, function, request, response, ..Sample::default() }.entry()
    };
    let failed = r#"{"errorType":"Type Error","errorMessage":"x"}"#;
    let board = board_of(
        usize::MAX,
        [
            of("sender:1", "Success", r#"{"order":{"id":"A"}}"#, "1"),
            of("sender:1", "Success", r#"{"order":{"id":"A","odd key":1}}"#, "1"),
            of("resender:1", "RetriesExhausted", r#"{"order":{"id":"b c"},"items":[{"n":1},{"n":2}]}"#, failed),
        ],
    );
    let names = Names::from([("night".to_owned(), "fn:x".to_owned())]);
    let offered = |text: &str| -> Vec<(String, Option<usize>)> {
        let completion = board.complete(text, text.len(), &names, &Masks::default());
        completion.into_iter().flat_map(|it| it.candidates).map(|it| (it.text, it.count)).collect()
    };
    let expect = |list: &[(&str, Option<usize>)]| -> Vec<(String, Option<usize>)> {
        list.iter().map(|&(text, count)| (text.to_owned(), count)).collect()
    };
    for (text, expected) in [
        ("con", &[("condition:", None)][..]),
        ("fn:", &[("fn:sender", Some(2)), ("fn:resender", Some(1))]),
        ("x and not fn:sen", &[("fn:sender", Some(2)), ("fn:resender", Some(1))]),
        ("(send", &[("fn:sender", Some(2)), ("fn:resender", Some(1))]),
        ("condition:retr", &[("condition:RetriesExhausted", Some(1))]),
        ("error:", &[("error:\"Type Error\"", Some(1))]),
        ("error:\"type e", &[("error:\"Type Error\"", Some(1))]),
        ("outcome:", &[("outcome:failure", None), ("outcome:success", None)]),
        ("request.", &[("request.order", Some(3)), ("request.items", Some(1))]),
        ("request.order.", &[("request.order.id", Some(3)), ("request.order.\"odd key\"", Some(1))]),
        ("request.order.id=", &[("request.order.id=A", Some(2)), ("request.order.id=\"b c\"", Some(1))]),
        ("request.items[].", &[("request.items[].n", Some(1))]),
        ("request.items[].n>", &[("request.items[].n>1", Some(1)), ("request.items[].n>2", Some(1))]),
        ("@ni", &[("@night", None)]),
        ("jq:'.re", &[]),
        ("nothing-like-it", &[]),
        ("\"two words", &[]),
    ] {
        assert_eq!(offered(text), expect(expected), "{text}");
    }
    let completion = board.complete("a fn:s b", 6, &names, &Masks::default()).expect("a function");
    assert_eq!(completion.range, 2..6);
}

#[test]
fn what_is_masked_is_not_offered() {
    let of = |request, error: &str| {
        let response = format!(r#"{{"errorType":"{error}","errorMessage":"x"}}"#);
        Sample { condition: "RetriesExhausted", request, response: &response, ..Sample::default() }.entry()
    };
    let board = board_of(
        usize::MAX,
        [
            of(r#"{"token":"abc","user":"ann","keys":["sk_live_0123456789abc","open"]}"#, "E"),
            of(r#"{"token":"","user":"bob"}"#, "Bearer abcdefghijklmnop"),
        ],
    );
    let masks = Masks::new(true, &["request.user".to_owned()], []);
    for (text, expected) in [
        ("request.token=", &["request.token=\"\""][..]),
        ("request.user=", &[]),
        ("request.keys[]=", &["request.keys[]=open"]),
        ("request.to", &["request.token"]),
        ("error:", &["error:E"]),
    ] {
        let completion = board.complete(text, text.len(), &Names::default(), &masks);
        let offered: Vec<_> = completion.into_iter().flat_map(|it| it.candidates).map(|it| it.text).collect();
        assert_eq!(offered, expected, "{text}");
    }
}

/// What the model knows of an entry, from which it was made.
#[derive(Debug, Clone, Copy)]
struct Made {
    time: i64,
    /// `None` for an unreadable line, an empty name for a gap.
    condition: Option<&'static str>,
    function: &'static str,
}

impl Made {
    fn entry(self) -> Entry {
        match self.condition {
            None => unreadable(self.time),
            Some("") => gap(self.time, "sampled"),
            Some(condition) => {
                let (function, request_id) = (self.function, if self.function == "a" { "a3f8-1" } else { "a3f8-2" });
                Sample { time: self.time, condition, function, request_id, ..Sample::default() }.entry()
            }
        }
    }

    fn is_arrival(self) -> bool {
        self.condition.is_some_and(|name| !name.is_empty())
    }

    fn is_success(self) -> bool {
        self.condition == Some("Success")
    }

    fn is_of(self, function: &str) -> bool {
        self.is_arrival() && self.function == function
    }
}

type Matches = fn(Made) -> bool;

/// Queries with what they mean, and what they mean without their condition terms.
const QUERIES: &[(&str, Matches, Matches)] = &[
    ("", |_| true, |_| true),
    ("fn:a", |made| made.is_of("a"), |made| made.is_of("a")),
    ("not fn:a", |made| !made.is_of("a"), |made| !made.is_of("a")),
    ("condition:Success", Made::is_success, |_| true),
    ("condition:Aged fn:b", |made| made.condition == Some("Aged") && made.is_of("b"), |made| made.is_of("b")),
    (
        "condition:Aged or fn:b",
        |made| made.condition == Some("Aged") || made.is_of("b"),
        |made| made.condition == Some("Aged") || made.is_of("b"),
    ),
    ("sampled", |made| made.condition == Some(""), |made| made.condition == Some("")),
    ("outcome:failure", |made| made.is_arrival() && !made.is_success(), |made| made.is_arrival() && !made.is_success()),
    ("nothing-has-this", |_| false, |_| false),
    ("id:A3F8-1", |made| made.is_of("a"), |made| made.is_of("a")),
];

/// The empty query, which needs no look at anything.
const ALL: usize = 0;
/// The query by request id, which needs no look at the entries with another one.
const BY_ID: usize = QUERIES.len() - 1;

#[derive(Debug, Clone)]
enum Step {
    Append(Made),
    Query(usize),
    Advance(usize),
    /// The entry that was appended as the so-manieth, if it is kept.
    Mark(u64, bool),
}

fn step() -> impl Strategy<Value = Step> {
    let condition =
        prop::sample::select(vec![None, Some(""), Some("Success"), Some("Success"), Some("Retries"), Some("Aged")]);
    let made = (0i64..12, condition, prop::sample::select(vec!["a", "b"]))
        .prop_map(|(time, condition, function)| Made { time, condition, function });
    prop_oneof![
        6 => made.prop_map(Step::Append),
        1 => (0..QUERIES.len()).prop_map(Step::Query),
        2 => (0usize..6).prop_map(Step::Advance),
        2 => (0u64..40, any::<bool>()).prop_map(|(seq, marked)| Step::Mark(seq, marked)),
    ]
}

struct Kept {
    time: i64,
    seq: u64,
    made: Made,
    bytes: usize,
    /// Whether the query has been applied to it.
    looked_at: bool,
    marked: bool,
}

/// The board as anyone would write it down: a list, recomputed for every question.
struct Model {
    limit: usize,
    /// In the order of their time.
    kept: Vec<Kept>,
    /// The oldest place that the query has been applied to; nothing while it has not begun.
    reached: Option<(i64, u64)>,
    next: u64,
    evicted: u64,
    query: usize,
}

impl Model {
    fn append(&mut self, made: Made, bytes: usize) {
        let looked_at = self.query == BY_ID || self.reached.is_some_and(|reached| (made.time, self.next) >= reached);
        self.kept.push(Kept { time: made.time, seq: self.next, made, bytes, looked_at, marked: false });
        self.next += 1;
        self.kept.sort_by_key(|it| (it.time, it.seq));
        while self.kept.iter().map(|it| it.bytes + ENTRY).sum::<usize>() > self.limit {
            self.evict();
        }
    }

    fn evict(&mut self) {
        let wanted: [fn(&Kept) -> bool; 3] =
            [|it| !it.marked && it.made.is_success(), |it| !it.marked, |it| it.made.is_success()];
        let least_missed = wanted.into_iter().find_map(|wanted| self.kept.iter().position(wanted));
        self.kept.remove(least_missed.unwrap_or(0));
        self.evicted += 1;
    }

    fn mark(&mut self, seq: u64, marked: bool) {
        if let Some(it) = self.kept.iter_mut().find(|it| it.seq == seq) {
            it.marked = marked;
        }
    }

    fn set_query(&mut self, query: usize) {
        if query == self.query {
            return;
        }
        self.query = query;
        self.reached = None;
        for it in &mut self.kept {
            it.looked_at = query == ALL || query == BY_ID && !it.made.is_of("a");
        }
        self.settle_when_done();
    }

    fn advance(&mut self, budget: usize) -> bool {
        for it in self.kept.iter_mut().rev().filter(|it| !it.looked_at).take(budget) {
            it.looked_at = true;
            self.reached = Some((it.time, it.seq));
        }
        self.settle_when_done();
        self.kept.iter().any(|it| !it.looked_at)
    }

    fn settle_when_done(&mut self) {
        if self.kept.iter().all(|it| it.looked_at) {
            self.reached = Some((i64::MIN, 0));
        }
    }

    fn view(&self, successes: bool) -> Vec<u64> {
        let wanted = self
            .kept
            .iter()
            .filter(|it| it.looked_at && it.made.is_success() == successes && QUERIES[self.query].1(it.made));
        wanted.map(|it| it.seq).collect()
    }

    fn condition_counts(&self) -> Vec<(String, usize)> {
        let mut counts: Vec<(String, usize)> = Vec::new();
        for name in ["Aged", "Retries", "Success"] {
            let is_counted = |made: Made| made.condition == Some(name) && QUERIES[self.query].2(made);
            let count = self.kept.iter().filter(|it| it.looked_at && is_counted(it.made)).count();
            counts.push((name.to_owned(), count));
        }
        if counts[1].1 > counts[0].1 {
            counts.swap(0, 1);
        }
        counts.retain(|(_, count)| *count > 0);
        counts
    }

    fn agrees(&self, board: &Board) -> Result<(), TestCaseError> {
        prop_assert_eq!(seqs(board, Pane::Failures), self.view(false));
        prop_assert_eq!(seqs(board, Pane::Successes), self.view(true));
        let counts: Vec<_> =
            board.condition_counts().into_iter().map(|(name, count)| (name.to_string(), count)).collect();
        prop_assert_eq!(counts, self.condition_counts());
        prop_assert_eq!(board.bytes(), self.kept.iter().map(|it| it.bytes).sum::<usize>());
        prop_assert_eq!(board.totals().evicted, self.evicted);
        let successes = self.kept.iter().filter(|it| it.made.is_success()).count();
        prop_assert_eq!(board.kept(Pane::Successes), successes);
        prop_assert_eq!(board.kept(Pane::Failures), self.kept.len() - successes);
        for seq in 0..self.next {
            prop_assert_eq!(board.get(Seq(seq)).is_some(), self.kept.iter().any(|it| it.seq == seq));
        }
        Ok(())
    }
}

proptest! {
    #[test]
    fn any_sequence_equals_recomputing(steps in prop::collection::vec(step(), 0..80), room in 1usize..30) {
        let limit = room_for(room);
        let mut board = Board::new(limit);
        let reached = Some((i64::MIN, 0));
        let mut model = Model { limit, kept: Vec::new(), reached, next: 0, evicted: 0, query: 0 };
        for step in steps {
            match step {
                Step::Append(made) => {
                    let entry = made.entry();
                    let bytes = entry.message().map_or("sampled".len(), |message| message.len());
                    prop_assert_eq!(board.append(entry), Seq(model.next));
                    model.append(made, bytes);
                }
                Step::Query(index) => {
                    board.set_query(query(QUERIES[index].0));
                    model.set_query(index);
                }
                Step::Advance(budget) => prop_assert_eq!(board.advance(budget), model.advance(budget)),
                Step::Mark(seq, marked) => {
                    board.set_state(Seq(seq), State { marked, ..State::default() });
                    model.mark(seq, marked);
                }
            }
            model.agrees(&board)?;
        }
        prop_assert!(!board.advance(1000));
        model.advance(1000);
        model.agrees(&board)?;
        prop_assert!(Pane::ALL.iter().all(|&pane| board.view(pane).settled()));
    }
}
