//! An endpoint with a long log in it, which fails as often as it is told to.

use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::script::{Answer, Asked, Script, answer, fault};

/// A log event of the archive.
#[derive(Clone)]
pub(crate) struct Logged {
    pub(crate) time: i64,
    pub(crate) stream: &'static str,
    pub(crate) message: String,
}

/// How an archive behaves.
#[derive(Clone, Default)]
pub(crate) struct Manners {
    /// Events on a page.
    pub(crate) page: usize,
    /// Of so many answers, one is a throttle, a failure, a cut one, an empty page; never where it is 0.
    pub(crate) trouble: u32,
    /// Of so many tokens, one has expired; never where it is 0.
    pub(crate) expiry: u32,
}

/// Answers FilterLogEvents from events in the order of time.
pub(crate) async fn archive(events: Vec<Logged>, manners: Manners) -> Script {
    let (answers, tokens) = (AtomicU32::new(0), AtomicU32::new(0));
    let expired = Mutex::new(std::collections::HashSet::new());
    Script::answering(0, false, move |asked| {
        let every = |counter: &AtomicU32, nth: u32| {
            nth > 0 && (counter.fetch_add(1, Ordering::Relaxed) + 1).is_multiple_of(nth)
        };
        let token = asked.body.get("nextToken").and_then(Value::as_str).map(str::to_owned);
        if let Some(token) = &token {
            // A token that has expired stays so.
            let mut expired = expired.lock().unwrap();
            if expired.contains(token) || every(&tokens, manners.expiry) {
                expired.insert(token.clone());
                return fault(400, "InvalidParameterException", "The specified nextToken is invalid.");
            }
        }
        let place = token.map(|token| token.split('/').next().unwrap().parse().unwrap());
        if every(&answers, manners.trouble) {
            let whole = page(&events, asked, place, &manners);
            return match answers.load(Ordering::Relaxed) / manners.trouble % 4 {
                0 => fault(400, "ThrottlingException", "Rate exceeded"),
                1 => fault(500, "InternalFailure", "oops"),
                2 => whole.broken(),
                _ => answer(
                    json!({"events": [], "nextToken": token_of(asked, place.unwrap_or_else(|| first(&events, asked)))}),
                ),
            };
        }
        page(&events, asked, place, &manners)
    })
    .await
}

fn first(events: &[Logged], asked: &Asked) -> usize {
    let start = asked.body["startTime"].as_i64().unwrap();
    events.partition_point(|event| event.time < start)
}

/// A token belongs to the range that it was given for.
fn token_of(asked: &Asked, place: usize) -> String {
    format!("{place}/{}/{}", asked.body["startTime"], asked.body["endTime"])
}

fn page(events: &[Logged], asked: &Asked, place: Option<usize>, manners: &Manners) -> Answer {
    let end = asked.body["endTime"].as_i64().unwrap_or(i64::MAX);
    let begin = place.unwrap_or_else(|| first(events, asked));
    let behind = events.partition_point(|event| event.time <= end);
    let stop = (begin + manners.page).min(behind);
    let found: Vec<Value> = (begin..stop)
        .map(|at| {
            let event = &events[at];
            json!({"timestamp": event.time, "ingestionTime": event.time + 1, "message": event.message,
                   "eventId": format!("{at:056}"), "logStreamName": event.stream})
        })
        .collect();
    let mut body = json!({"events": found});
    if stop < behind {
        body["nextToken"] = json!(token_of(asked, stop));
    }
    answer(body)
}
