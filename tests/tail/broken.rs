//! Answers that break off.

use arrivals::source::{Status, poll};

use super::bench::{Tail, clients, now, options, tail};
use super::script::{Answer, Script, page};

fn following(since: i64) -> poll::Options {
    poll::Options { since, ..options(&["g"]) }
}

async fn retried(tail: &mut Tail, from: usize) {
    let retrying = |status: &Status| {
        matches!(status, Status::Retrying { reason, throttled: false, .. }
            if reason.starts_with("cannot reach the service for logs:FilterLogEvents: "))
    };
    tail.until("retrying", |tail| tail.statuses[from..].iter().any(retrying)).await;
}

async fn breaks_off_once(resets: bool) {
    let time = now() - 1_000;
    let first = page(&[(time, "a")], None);
    let second = page(&[(time, "a"), (time + 1, "b"), (time + 2, "c")], None);
    let answers: std::sync::Mutex<Vec<Answer>> = std::sync::Mutex::new(vec![second.clone().broken(), first]);
    let script =
        Script::answering(0, resets, move |_| answers.lock().unwrap().pop().unwrap_or_else(|| second.clone())).await;
    let mut tail = tail(&clients(&script.url).await, following(time - 1_000));
    tail.until_ids(1).await;
    retried(&mut tail, 0).await;
    tail.until_ids(3).await;
    tail.polls(3).await;
    assert_eq!(tail.ids, ["a", "b", "c"]);
}

#[tokio::test]
async fn an_answer_that_breaks_off_is_asked_for_again() {
    breaks_off_once(false).await;
}

#[tokio::test]
async fn a_connection_that_is_reset_in_mid_answer_is_made_again() {
    breaks_off_once(true).await;
}

#[tokio::test]
async fn an_endpoint_that_dies_while_it_sends_a_page_is_found_again() {
    let time = now() - 1_000;
    let whole = page(&[(time, "a"), (time + 1, "b")], None);
    let script = Script::of([page(&[(time, "a")], None), whole.clone().stuck()]).await;
    let port = script.port();
    let mut tail = tail(&clients(&script.url).await, following(time - 1_000));
    tail.until_ids(1).await;
    while script.asked().len() < 2 {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
    let seen = tail.statuses.len();
    drop(script);
    retried(&mut tail, seen).await;
    let _script = Script::at(port, [whole]).await;
    tail.until_ids(2).await;
    tail.polls(3).await;
    assert_eq!(tail.ids, ["a", "b"]);
}
