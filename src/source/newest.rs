//! Telling as one log what is read of several groups, the newest first.
//!
//! What was found is told once every group was read back that far, in the order of time within what is told at once. A record
//! that was delivered several times is numbered by time as well: so what is told waits until what lies a little before it
//! was read, since a delivery is repeated within minutes.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::sync::mpsc;

use super::extraction::Extraction;
use super::{Batch, SourceUpdate, UNTOLD};
use crate::record::Found;

/// What is told at once: a reader of the keyboard waits for it.
const BATCH: usize = 2_048;
/// Bytes of log events that may wait; memory comes before order.
const WAITING: usize = 32 << 20;

/// What was found by several tasks, and where it is told.
#[derive(Debug)]
pub(super) struct Telling {
    newest: Mutex<Newest>,
    updates: mpsc::Sender<SourceUpdate>,
}

impl Telling {
    /// Of so many groups; redeliveries are counted among all that `extraction` has seen.
    pub(super) fn new(groups: usize, extraction: Extraction, updates: mpsc::Sender<SourceUpdate>) -> Self {
        Self { newest: Mutex::new(Newest::new(groups, extraction)), updates }
    }

    /// Takes in what was found in a group, which has been read back to `reached` by that.
    pub(super) fn take(&self, group: usize, found: Vec<Found>, reached: i64) {
        self.newest().take(group, found, reached);
    }

    /// Tells what can be told, the first of it with the counts of `batch`; where nobody is `patient`, that is all that
    /// every group was read for.
    pub(super) async fn ripe(&self, batch: Batch, patient: bool) {
        let ripe = self.newest().ripe(patient);
        self.tell(batch, ripe).await;
    }

    /// Tells everything.
    pub(super) async fn rest(&self) {
        let rest = self.newest().rest();
        self.tell(Batch::default(), rest).await;
    }

    /// Tells everything, and what waits for further events: none are read any more.
    pub(super) async fn leave(&self) {
        let rest = {
            let mut newest = self.newest();
            let mut rest = newest.rest();
            rest.extend(newest.extraction.finish().found);
            rest
        };
        self.tell(Batch::default(), rest).await;
    }

    async fn tell(&self, batch: Batch, found: Vec<Found>) {
        for part in parts(batch, found) {
            // A closed channel needs no answer: whoever closed it also ends the task.
            let _ = self.updates.send(SourceUpdate::Found(part)).await;
        }
    }

    fn newest(&self) -> MutexGuard<'_, Newest> {
        self.newest.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What was found and is not told yet.
#[derive(Debug)]
struct Newest {
    extraction: Extraction,
    /// First millisecond of what was found, for every group.
    reached: Vec<i64>,
    waiting: Vec<Waiting>,
    /// How often each delivery waits.
    deliveries: HashMap<u64, u32>,
    bytes: usize,
}

#[derive(Debug)]
struct Waiting {
    found: Found,
    delivery: Option<u64>,
}

impl Newest {
    fn new(groups: usize, extraction: Extraction) -> Self {
        let (reached, deliveries) = (vec![i64::MAX; groups], HashMap::new());
        Self { extraction, reached, waiting: Vec::new(), deliveries, bytes: 0 }
    }

    fn take(&mut self, group: usize, found: Vec<Found>, reached: i64) {
        self.reached[group] = reached;
        let deliveries = self.extraction.deliveries(&found);
        for (found, delivery) in found.into_iter().zip(deliveries) {
            if let Some(delivery) = delivery {
                *self.deliveries.entry(delivery).or_default() += 1;
            }
            self.bytes += size(&found);
            self.waiting.push(Waiting { found, delivery });
        }
    }

    /// What can be told, in the order of time.
    fn ripe(&mut self, patient: bool) -> Vec<Found> {
        let reached = self.reached.iter().copied().max().unwrap_or(i64::MIN);
        let from = if patient { reached.saturating_add(UNTOLD) } else { reached };
        self.since(if self.bytes > WAITING { i64::MIN } else { from })
    }

    fn rest(&mut self) -> Vec<Found> {
        self.since(i64::MIN)
    }

    fn since(&mut self, from: i64) -> Vec<Found> {
        let mut ripe: Vec<Waiting> = self.waiting.extract_if(.., |waiting| waiting.found.time() >= from).collect();
        ripe.sort_by_key(|waiting| waiting.found.time());
        self.bytes -= ripe.iter().map(|waiting| size(&waiting.found)).sum::<usize>();
        self.number(&mut ripe);
        self.extraction.count(ripe.iter().filter_map(|waiting| waiting.delivery));
        ripe.into_iter().map(|waiting| waiting.found).collect()
    }

    /// Whatever still waits was delivered before these, which come in the order of time.
    fn number(&mut self, ripe: &mut [Waiting]) {
        for waiting in ripe.iter_mut().rev() {
            let (Some(delivery), Found::Arrival(arrival)) = (waiting.delivery, &mut waiting.found) else { continue };
            let left = self.deliveries.get(&delivery).copied().unwrap_or_default().saturating_sub(1);
            arrival.redelivery = left;
            if left == 0 {
                self.deliveries.remove(&delivery);
            } else {
                self.deliveries.insert(delivery, left);
            }
        }
    }
}

/// What was found, a part at a time, the first with the counts of `batch`; nothing when there is nothing to tell.
fn parts(batch: Batch, found: Vec<Found>) -> impl Iterator<Item = Batch> {
    let (mut found, mut counts) = (found.into_iter(), Some(batch));
    std::iter::from_fn(move || {
        let found: Vec<Found> = found.by_ref().take(BATCH).collect();
        let batch = counts.take().unwrap_or_default();
        (!found.is_empty() || batch.events + batch.repeated > 0).then_some(Batch { found, ..batch })
    })
}

fn size(found: &Found) -> usize {
    let message = match found {
        Found::Arrival(arrival) => &arrival.message,
        Found::Unreadable(unreadable) => &unreadable.message,
    };
    message.len() + size_of::<Waiting>()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::log::{LogEvent, Origin, Text};
    use crate::record::Finder;

    const MINUTE: i64 = 60_000;

    /// A record that was logged at a minute.
    fn record(id: &str, minute: i64) -> Found {
        let message = format!(
            r#"{{"version":"1.0","requestContext":{{"requestId":"{id}","functionArn":"f","condition":"Success","approximateInvokeCount":1}}}}"#
        );
        let origin = Origin { timestamp: Some(minute * MINUTE), ..Origin::default() };
        let (mut finder, mut found) = (Finder::new(), Vec::new());
        finder.push(&LogEvent { origin, message: Text::from(message) }, &mut found);
        found.remove(0)
    }

    fn told(found: &[Found]) -> Vec<(String, i64, u32)> {
        let arrival = |found: &Found| match found {
            Found::Arrival(arrival) => {
                (arrival.record.request_id().unwrap().to_owned(), arrival.time() / MINUTE, arrival.redelivery)
            }
            Found::Unreadable(_) => panic!("{found:?}"),
        };
        found.iter().map(arrival).collect()
    }

    fn expected(told: &[(&str, i64, u32)]) -> Vec<(String, i64, u32)> {
        told.iter().map(|(id, minute, redelivery)| ((*id).to_owned(), *minute, *redelivery)).collect()
    }

    #[test]
    fn deliveries_are_numbered_by_time_though_the_newest_are_read_first() {
        let mut newest = Newest::new(1, Extraction::default());
        newest.take(0, vec![record("a", 100), record("b", 101)], 99 * MINUTE);
        assert_eq!(told(&newest.ripe(true)), expected(&[]));
        newest.take(0, vec![record("a", 90), record("a", 97)], 85 * MINUTE);
        assert_eq!(told(&newest.ripe(true)), expected(&[("a", 100, 2), ("b", 101, 0)]));
        newest.take(0, Vec::new(), i64::MIN);
        assert_eq!(told(&newest.ripe(true)), expected(&[("a", 90, 0), ("a", 97, 1)]));
    }

    #[test]
    fn groups_are_told_in_the_order_of_time_as_far_as_all_were_read() {
        let mut newest = Newest::new(2, Extraction::default());
        newest.take(0, vec![record("a", 70), record("c", 90)], 60 * MINUTE);
        assert_eq!(newest.ripe(true).len(), 0);
        newest.take(1, vec![record("b", 80)], 50 * MINUTE);
        assert_eq!(told(&newest.ripe(true)), expected(&[("b", 80, 0), ("c", 90, 0)]));
        assert_eq!(told(&newest.ripe(false)), expected(&[("a", 70, 0)]));
        newest.take(1, vec![record("d", 40)], i64::MIN);
        assert_eq!(newest.ripe(false).len(), 0);
        assert_eq!(told(&newest.rest()), expected(&[("d", 40, 0)]));
    }
}
