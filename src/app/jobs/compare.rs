//! Comparing the payloads of two records, which takes time when they are long.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use crate::board::Comparison;
use crate::record::{Arrival, Masks};

use super::{Answer, JobError, blocking};

/// Two records that are to be compared.
#[derive(Debug, Clone)]
pub struct CompareWanted {
    /// The records, the left one first.
    pub records: Arc<[Arrival; 2]>,
    /// What is masked in what is shown of them.
    pub masks: Arc<Masks>,
}

impl PartialEq for CompareWanted {
    fn eq(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.records, &other.records)
    }
}

impl Eq for CompareWanted {}

/// Tells a thread, once it is dropped, that nobody waits for its work any more.
#[derive(Debug, Default)]
struct Waiting {
    is_over: Arc<AtomicBool>,
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.is_over.store(true, Ordering::Relaxed);
    }
}

/// Compares them on a thread of its own, which ends soon after the job does.
pub(super) async fn compare(wanted: CompareWanted) -> Result<Answer, JobError> {
    let waiting = Waiting::default();
    let is_over = Arc::clone(&waiting.is_over);
    blocking(move || {
        let records = wanted.records.each_ref().map(|arrival| &arrival.record);
        let compared = Comparison::of(records, &wanted.masks, || is_over.load(Ordering::Relaxed));
        compared.map(|compared| Answer::Compared(Box::new(compared))).ok_or_else(|| "stopped".to_owned())
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn the_thread_learns_that_nobody_waits() {
        let waiting = Waiting::default();
        let is_over = Arc::clone(&waiting.is_over);
        let job = tokio::spawn(async move {
            let _waiting = waiting;
            std::future::pending::<()>().await;
        });
        job.abort();
        assert!(job.await.is_err_and(|error| error.is_cancelled()) && is_over.load(Ordering::Relaxed));
    }
}
