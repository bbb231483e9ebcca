//! Reading back from now over several slices at once.

use std::collections::HashSet;
use std::time::Duration;

use arrivals::log::Ledger;
use arrivals::record::{Found, json};
use arrivals::source::limiter::Limiter;
use arrivals::source::{Reach, SourceError, SourceUpdate, Status, history, poll};
use serde_json::Value;
use tokio::time::timeout;

use super::archive::{Logged, Manners, archive};
use super::bench::{Bench, GROUP, OTHER, clients, now, options, record};
use super::script::Script;

const DEADLINE: Duration = Duration::from_mins(2);
const HOUR: i64 = 3_600_000;

/// What a source told, until it ended.
#[derive(Default)]
struct Heard {
    /// Request ids in the order in which they came, and when they were logged.
    ids: Vec<(String, i64)>,
    /// Which delivery each of them was.
    redeliveries: Vec<u32>,
    unreadable: usize,
    /// First and last time of what came at once.
    batches: Vec<(i64, i64)>,
    events: u64,
    repeated: u64,
    reaches: Vec<Reach>,
    retries: usize,
    requests: u64,
    gaps: usize,
    ended: Option<Result<(), SourceError>>,
}

impl Heard {
    fn note(&mut self, update: SourceUpdate) {
        match update {
            SourceUpdate::Found(batch) => {
                self.events += batch.events;
                self.repeated += batch.repeated;
                let times: Vec<i64> = batch.found.iter().map(Found::time).collect();
                assert!(times.is_sorted(), "{times:?}");
                self.batches.extend(times.first().copied().zip(times.last().copied()));
                for found in batch.found {
                    match found {
                        Found::Arrival(arrival) => {
                            self.redeliveries.push(arrival.redelivery);
                            self.ids.push((arrival.record.request_id().unwrap().to_owned(), arrival.time()));
                        }
                        Found::Unreadable(_) => self.unreadable += 1,
                    }
                }
            }
            SourceUpdate::Status(Status::Reaching(reach)) => self.reaches.push(reach),
            SourceUpdate::Status(Status::Retrying { .. }) => self.retries += 1,
            SourceUpdate::Traffic(traffic) => self.requests += traffic.requests,
            SourceUpdate::Status(_) | SourceUpdate::Filled(_) | SourceUpdate::Follow(_) => {}
            SourceUpdate::Gap(_) => self.gaps += 1,
            SourceUpdate::Ended(result) => self.ended = Some(result),
        }
    }

    fn sorted(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = self.ids.iter().map(|(id, _)| id.as_str()).collect();
        ids.sort_unstable();
        ids
    }
}

/// Reads a script's whole log, with these options.
async fn read(script: &Script, options: poll::Options) -> Heard {
    let clients = clients(&script.url).await;
    let mut updates = history::start(clients, Limiter::unlimited(), poll::Options { follow: false, ..options });
    let mut heard = Heard::default();
    let all = async {
        while heard.ended.is_none() {
            heard.note(updates.recv().await.unwrap());
        }
    };
    assert!(timeout(DEADLINE, all).await.is_ok(), "{:?} of {:?}", heard.events, heard.reaches.last());
    heard
}

/// A record every `step` milliseconds, to now.
fn evenly(count: i64, step: i64) -> Vec<Logged> {
    let start = now() - count * step;
    (0..count).map(|at| Logged { time: start + at * step, stream: "s", message: record(&format!("{at:06}")) }).collect()
}

fn since(time: i64) -> poll::Options {
    poll::Options { since: time, ..options(&["g"]) }
}

#[tokio::test]
async fn the_newest_come_first_and_every_event_once() {
    let events = evenly(5_000, 60_000);
    let expected: Vec<String> = (0..5_000).map(|at| format!("{at:06}")).collect();
    let script = archive(events, Manners { page: 100, ..Manners::default() }).await;
    let heard = read(&script, since(now() - 90 * 24 * HOUR)).await;
    assert!(matches!(heard.ended, Some(Ok(()))), "{:?}", heard.ended);
    assert_eq!(heard.sorted(), expected);
    assert_eq!((heard.events, heard.repeated), (5_000, 0));
    assert!(heard.batches.len() > 5, "{:?}", heard.batches);
    assert!(heard.batches.windows(2).all(|two| two[1].1 < two[0].0), "{:?}", heard.batches);
    let last = heard.reaches.last().unwrap();
    assert_eq!((last.done.to_bits(), last.events), (1.0_f32.to_bits(), 5_000));
    assert!(heard.reaches.iter().map(|reach| reach.done).is_sorted());
    assert!(heard.reaches.windows(2).all(|two| two[1].to <= two[0].to));
}

/// Takes updates in until one tells what is looked for.
async fn until(
    updates: &mut tokio::sync::mpsc::Receiver<SourceUpdate>,
    heard: &mut Heard,
    ledger: &mut Ledger,
    done: impl Fn(&Heard, &Ledger) -> bool,
) {
    let all = async {
        while !done(heard, ledger) {
            let update = updates.recv().await.unwrap();
            update.enter(ledger);
            heard.note(update);
        }
    };
    let told = timeout(DEADLINE, all).await;
    assert!(told.is_ok(), "{:?} of {:?}", heard.events, heard.reaches.last());
}

#[tokio::test]
async fn it_stops_when_told_and_goes_on_where_it_was() {
    let script = archive(evenly(5_000, 60_000), Manners { page: 50, ..Manners::default() }).await;
    let options = poll::Options { follow: false, ..since(now() - 90 * 24 * HOUR) };
    let halt = options.halt.clone();
    let mut updates = history::start(clients(&script.url).await, Limiter::per_second(200), options);
    let (mut heard, mut ledger) = (Heard::default(), Ledger::default());
    until(&mut updates, &mut heard, &mut ledger, |heard, _| heard.events > 0).await;
    halt.set(true);
    until(&mut updates, &mut heard, &mut ledger, |heard, ledger| {
        ledger.open_gaps() == 1 && heard.reaches.last().is_some_and(|reach| reach.is_halted)
    })
    .await;
    let (asked, gap) = (script.asked().len(), ledger.gaps()[0].gap.clone());
    assert!(heard.events < 5_000 && asked < 100, "{} events, {asked} requests", heard.events);
    // Everything that was told is newer than the end of the gap.
    assert!(heard.ids.iter().all(|(_, time)| Some(*time) >= gap.to), "{gap:?}");
    halt.set(false);
    until(&mut updates, &mut heard, &mut ledger, |heard, _| heard.ended.is_some()).await;
    assert!(matches!(heard.ended, Some(Ok(()))), "{:?}", heard.ended);
    assert_eq!((heard.events, heard.repeated, heard.ids.len()), (5_000, 0, 5_000));
    assert_eq!((ledger.gap_count(), ledger.open_gaps()), (1, 0));
}

#[tokio::test]
async fn deliveries_of_a_record_are_numbered_by_time_across_slices() {
    // Every record is delivered three times, a minute and then two minutes apart.
    let mut events: Vec<Logged> = (0..2_000)
        .flat_map(|at| [0, 60_000, 180_000].map(|later| (at, later)))
        .map(|(at, later)| Logged {
            time: now() - 20 * HOUR + at * 30_000 + later,
            stream: "s",
            message: record(&format!("{at:06}")),
        })
        .collect();
    events.sort_by_key(|event| event.time);
    let script = archive(events, Manners { page: 50, ..Manners::default() }).await;
    let heard = read(&script, since(now() - 30 * 24 * HOUR)).await;
    assert!(heard.batches.len() > 5, "{:?}", heard.batches);
    assert!(heard.batches.windows(2).all(|two| two[1].1 < two[0].0), "{:?}", heard.batches);
    let mut deliveries: Vec<(&str, i64, u32)> =
        heard.ids.iter().zip(&heard.redeliveries).map(|((id, time), number)| (id.as_str(), *time, *number)).collect();
    deliveries.sort_unstable();
    assert_eq!(deliveries.len(), 6_000);
    for of_one in deliveries.chunks(3) {
        assert_eq!([of_one[0].2, of_one[1].2, of_one[2].2], [0, 1, 2], "{of_one:?}");
    }
}

#[tokio::test]
async fn several_groups_are_told_as_one_log_the_newest_first() {
    let bench = Bench::new().await;
    let time = now() - 20 * 60_000;
    for (group, first) in [(GROUP, 0), (OTHER, 500)] {
        bench.log(group, (0..1_000).map(|at| (time + first + at * 1_000, record(&format!("{group}{at:06}"))))).await;
    }
    let options =
        poll::Options { follow: false, page_limit: Some(50), since: now() - 5 * HOUR, ..options(&[GROUP, OTHER]) };
    let mut updates = history::start(bench.clients.clone(), Limiter::unlimited(), options);
    let mut heard = Heard::default();
    until(&mut updates, &mut heard, &mut Ledger::default(), |heard, _| heard.ended.is_some()).await;
    assert_eq!((heard.ids.len(), heard.events), (2_000, 2_000));
    // What is told at once is in order of time, and older than all that was told before.
    assert!(heard.batches.windows(2).all(|two| two[1].1 < two[0].0), "{:?}", heard.batches);
    let alternating = heard.ids.windows(2).filter(|two| two[0].0[..14] != two[1].0[..14]).count();
    assert!(alternating > 1_900, "{alternating}");
}

#[tokio::test]
async fn a_read_that_is_stopped_tells_what_waits_and_what_is_open() {
    let bench = Bench::new().await;
    let text = record("never ends");
    bench.record(GROUP, now() - 2_000, "whole").await;
    bench.log(GROUP, [(now(), text[..text.len() - 30].to_owned())]).await;
    let options = poll::Options { since: now() - 5 * HOUR, ..options(&[GROUP]) };
    let stopper = options.stopper.clone();
    let mut updates = history::start(bench.clients.clone(), Limiter::unlimited(), options);
    let (mut heard, mut ledger) = (Heard::default(), Ledger::default());
    until(&mut updates, &mut heard, &mut ledger, |heard, _| heard.events == 2).await;
    stopper.stop();
    until(&mut updates, &mut heard, &mut ledger, |heard, _| heard.ended.is_some()).await;
    assert!(matches!(heard.ended, Some(Ok(()))), "{:?}", heard.ended);
    assert_eq!((ledger.records, ledger.unreadable), (1, 1));
}

#[tokio::test]
async fn a_sparse_log_costs_two_requests() {
    let script = archive(evenly(20, HOUR), Manners { page: 1_000, ..Manners::default() }).await;
    let heard = read(&script, since(now() - 30 * 24 * HOUR)).await;
    assert_eq!((heard.events, heard.requests, script.asked().len()), (20, 2, 2));
}

#[tokio::test]
async fn a_dense_stretch_is_parted_and_an_empty_one_is_not() {
    // All within the last 20 seconds of a month.
    let script = archive(evenly(4_000, 5), Manners { page: 100, ..Manners::default() }).await;
    let heard = read(&script, since(now() - 30 * 24 * HOUR)).await;
    assert_eq!(heard.events, 4_000);
    let starts: HashSet<i64> = script.asked().iter().map(|asked| asked["startTime"].as_i64().unwrap()).collect();
    assert!(starts.len() > 8, "{starts:?}");
    assert!(script.asked().len() < 80, "{} requests for 40 pages", script.asked().len());
}

#[tokio::test]
async fn many_events_of_one_millisecond_are_read_by_their_pages() {
    let time = now() - HOUR;
    let events = (0..1_000).map(|at| Logged { time, stream: "s", message: record(&format!("{at:06}")) }).collect();
    let script = archive(events, Manners { page: 50, ..Manners::default() }).await;
    let heard = read(&script, since(now() - 3 * HOUR)).await;
    assert_eq!((heard.events, heard.sorted().len()), (1_000, 1_000));
}

#[tokio::test]
async fn no_fault_loses_or_repeats_anything() {
    let events = evenly(6_000, 20_000);
    let expected: Vec<String> = (0..6_000).map(|at| format!("{at:06}")).collect();
    let script = archive(events, Manners { page: 60, trouble: 7, expiry: 9 }).await;
    let heard = read(&script, since(now() - 60 * 24 * HOUR)).await;
    assert!(matches!(heard.ended, Some(Ok(()))), "{:?}", heard.ended);
    assert_eq!(heard.sorted(), expected);
    assert_eq!(heard.events, 6_000);
    assert!(heard.retries > 3, "{} retries", heard.retries);
}

#[tokio::test]
async fn what_was_read_is_not_read_again() {
    let events = evenly(3_000, 30_000);
    let script = archive(events, Manners { page: 50, trouble: 5, expiry: 6 }).await;
    let heard = read(&script, since(now() - 30 * 24 * HOUR)).await;
    assert_eq!(heard.events, 3_000);
    // A range is begun again only behind an expired token, and then with the last event that was read.
    let asked = script.asked();
    let restarts = asked.iter().filter(|asked| asked.get("nextToken").is_none()).count() as u64;
    assert!(heard.repeated <= restarts, "{} repeated, {restarts} begun", heard.repeated);
    // A request that failed is made again as it was: the same place is never asked for under another name.
    let tokens: Vec<&Value> = asked.iter().filter_map(|asked| asked.get("nextToken")).collect();
    let distinct: HashSet<String> = tokens.iter().map(ToString::to_string).collect();
    assert!(distinct.len() < tokens.len(), "something was asked for twice, since something failed");
}

/// Records that are logged over several events, in several streams, across all borders.
fn broken() -> (Vec<Logged>, Vec<String>) {
    let (mut events, mut ids) = (Vec::new(), Vec::new());
    let start = now() - 2 * HOUR;
    for (at, stream) in (0..1_500_i64).zip(["a", "b", "c"].into_iter().cycle()) {
        let id = format!("{at:06}");
        // The lines of a record lie seconds apart, so that those of other streams come between.
        let lines = json::pretty(&record(&id));
        let lines: Vec<&str> = lines.lines().collect();
        let gap = if at % 5 == 0 { 200 } else { 4 };
        for (line, text) in (0_i64..).zip(&lines) {
            let time = start + at * 1_000 * 3 + line * gap;
            events.push(Logged { time, stream, message: format!("{text}\n") });
        }
        ids.push(id);
    }
    events.sort_by_key(|event| event.time);
    (events, ids)
}

#[tokio::test]
async fn records_that_straddle_slices_are_joined() {
    let (events, ids) = broken();
    let count = events.len() as u64;
    let script = archive(events, Manners { page: 37, trouble: 11, expiry: 13 }).await;
    let heard = read(&script, since(now() - 20 * 24 * HOUR)).await;
    assert_eq!((heard.events, heard.unreadable), (count, 0));
    assert_eq!(heard.sorted(), ids);
}

#[tokio::test]
async fn following_goes_on_where_reading_back_began() {
    let bench = Bench::new().await;
    let time = now() - 10 * 60_000;
    for group in [GROUP, OTHER] {
        bench.log(group, (0..2_000).map(|at| (time + at * 250, record(&format!("{group}{at:06}"))))).await;
    }
    let options = poll::Options { page_limit: Some(50), ..options(&[GROUP, OTHER]) };
    let mut updates = history::start(bench.clients.clone(), Limiter::unlimited(), options);
    let mut heard = Heard::default();
    let mut logged = 4_000;
    let all = async {
        // While it reads back, and after that, more is logged: also late.
        for round in 0..30_i64 {
            let late = now() - (round % 4) * 10_000;
            bench.log(GROUP, [(late, record(&format!("late{round:06}")))]).await;
            logged += 1;
            heard.note(updates.recv().await.unwrap());
        }
        while heard.ids.len() < logged {
            heard.note(updates.recv().await.unwrap());
        }
    };
    assert!(timeout(DEADLINE, all).await.is_ok(), "{} of {logged}", heard.ids.len());
    // A little longer, for what might come twice.
    let more = tokio::time::sleep(Duration::from_millis(500));
    tokio::pin!(more);
    loop {
        tokio::select! {
            update = updates.recv() => heard.note(update.unwrap()),
            () = &mut more => break,
        }
    }
    let distinct: HashSet<&str> = heard.ids.iter().map(|(id, _)| id.as_str()).collect();
    assert_eq!((heard.ids.len(), distinct.len(), heard.events), (logged, logged, logged as u64));
}

#[tokio::test]
async fn a_record_that_is_open_when_following_begins_is_completed_by_it() {
    let bench = Bench::new().await;
    let text = json::pretty(&record("straddling"));
    let (first, second) = text.split_at(text.len() / 2);
    bench.log(GROUP, [(now(), first.to_owned())]).await;
    let mut updates = history::start(bench.clients.clone(), Limiter::unlimited(), options(&[GROUP]));
    let mut heard = Heard::default();
    let all = async {
        while heard.events == 0 {
            heard.note(updates.recv().await.unwrap());
        }
        bench.log(GROUP, [(now(), second.to_owned())]).await;
        while heard.ids.is_empty() {
            heard.note(updates.recv().await.unwrap());
        }
    };
    assert!(timeout(DEADLINE, all).await.is_ok(), "{} events", heard.events);
    assert_eq!((heard.sorted(), heard.unreadable), (vec!["straddling"], 0));
}

#[tokio::test]
async fn a_group_that_is_not_there_leaves_the_others() {
    let bench = Bench::new().await;
    bench.record(GROUP, now() - 1_000, "a").await;
    let options = poll::Options { follow: false, ..options(&["/not/there", GROUP]) };
    let mut updates = history::start(bench.clients.clone(), Limiter::unlimited(), options);
    let mut heard = Heard::default();
    while heard.ended.is_none() {
        heard.note(timeout(DEADLINE, updates.recv()).await.unwrap().unwrap());
    }
    assert_eq!((heard.sorted(), heard.gaps), (vec!["a"], 1));
    assert!(heard.ended.unwrap().unwrap_err().to_string().starts_with("there is no log group /not/there"));
}

#[tokio::test]
async fn a_service_that_is_gone_ends_it_with_what_was_read() {
    let events = evenly(2_000, 10_000);
    let script = archive(events, Manners { page: 40, trouble: 1, ..Manners::default() }).await;
    let clients = clients(&script.url).await;
    // The waits between attempts pass at once.
    tokio::time::pause();
    let options = poll::Options { follow: false, ..since(now() - 24 * HOUR) };
    let mut updates = history::start(clients, Limiter::unlimited(), options);
    drop(script);
    let mut heard = Heard::default();
    while heard.ended.is_none() {
        heard.note(timeout(DEADLINE, updates.recv()).await.unwrap().unwrap());
    }
    let error = heard.ended.unwrap().unwrap_err();
    assert!(error.to_string().starts_with("cannot reach the service for logs:FilterLogEvents: "), "{error}");
    assert!((5..20).contains(&heard.retries), "{} retries", heard.retries);
}
