//! One status for several groups.

use std::mem::discriminant;
use std::sync::Arc;

use super::Status;

/// What each group does, and what that comes to.
#[derive(Debug)]
pub(super) struct Merged {
    /// Without a status, a group is not read any further.
    groups: Vec<(Arc<str>, Option<Status>)>,
    told: Status,
}

impl Merged {
    pub(super) fn new(groups: &[Arc<str>]) -> Self {
        Self {
            groups: groups.iter().map(|name| (Arc::clone(name), Some(Status::Connecting))).collect(),
            told: Status::Connecting,
        }
    }

    /// Notes what a group does, and gives the status of the whole when that changes by it, or when a wait that
    /// is shown begins anew.
    pub(super) fn set(&mut self, group: usize, status: Status) -> Option<Status> {
        let own = discriminant(&status);
        let waits = matches!(status, Status::Following { .. } | Status::Retrying { .. });
        self.groups.get_mut(group)?.1 = Some(status);
        let whole = self.whole();
        if self.told == whole && !(waits && own == discriminant(&whole)) {
            return None;
        }
        self.told = whole.clone();
        Some(whole)
    }

    /// Notes that a group is not read any further, and gives the status of the others when that changes by it.
    pub(super) fn end(&mut self, group: usize) -> Option<Status> {
        self.groups.get_mut(group)?.1 = None;
        let is_last = self.statuses().next().is_none();
        let whole = self.whole();
        if is_last || self.told == whole {
            return None;
        }
        self.told = whole.clone();
        Some(whole)
    }

    fn statuses(&self) -> impl Iterator<Item = &Status> + Clone {
        self.groups.iter().filter_map(|(_, status)| status.as_ref())
    }

    /// Trouble comes first, then what is still to be read, then how the slowest of the groups does.
    fn whole(&self) -> Status {
        self.trouble().or_else(|| self.history()).unwrap_or_else(|| self.following())
    }

    fn trouble(&self) -> Option<Status> {
        self.groups.iter().find_map(|(name, status)| match status {
            Some(Status::Retrying { wait, reason, throttled }) => Some(Status::Retrying {
                wait: *wait,
                // An error names its group where that matters; with several, say at least whose it is.
                reason: if self.groups.len() > 1 && !reason.contains(&**name) {
                    format!("{name}: {reason}")
                } else {
                    reason.clone()
                },
                throttled: *throttled,
            }),
            _ => None,
        })
    }

    fn history(&self) -> Option<Status> {
        let done = |status: &Status| match status {
            Status::Connecting => 0.0,
            Status::History { done } => *done,
            _ => 1.0,
        };
        let reading = |status: &Status| matches!(status, Status::Connecting | Status::History { .. });
        if self.statuses().all(|status| *status == Status::Connecting) {
            return Some(Status::Connecting);
        }
        let sum: f32 = self.statuses().map(done).sum();
        self.statuses().any(reading).then(|| Status::History { done: sum / self.statuses().count() as f32 })
    }

    fn following(&self) -> Status {
        let following = self.statuses().filter_map(|status| match status {
            Status::Following { lag, next_poll } => Some((*lag, *next_poll)),
            _ => None,
        });
        let lag = following.clone().filter_map(|(lag, _)| lag).max();
        let next_poll = following.map(|(_, next_poll)| next_poll).min().unwrap_or_default();
        Status::Following { lag, next_poll }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn two() -> Merged {
        Merged::new(&[Arc::from("a"), Arc::from("b")])
    }

    fn following(lag: u64, next_poll: u64) -> Status {
        Status::Following { lag: Some(Duration::from_secs(lag)), next_poll: Duration::from_secs(next_poll) }
    }

    fn retrying(reason: &str) -> Status {
        Status::Retrying { wait: Duration::from_secs(1), reason: reason.into(), throttled: false }
    }

    #[test]
    fn the_history_of_all_counts() {
        let mut merged = two();
        assert_eq!(merged.set(0, Status::History { done: 0.5 }), Some(Status::History { done: 0.25 }));
        assert_eq!(merged.set(0, following(1, 2)), Some(Status::History { done: 0.5 }));
        assert_eq!(merged.set(1, following(3, 5)), Some(following(3, 2)));
    }

    #[test]
    fn trouble_in_one_group_is_named_and_told_once() {
        let mut merged = two();
        merged.set(0, following(1, 2));
        assert_eq!(merged.set(1, retrying("no route")), Some(retrying("b: no route")));
        assert_eq!(merged.set(0, following(2, 2)), None);
        assert_eq!(merged.set(1, retrying("no route")), Some(retrying("b: no route")));
        assert_eq!(merged.set(1, following(1, 2)), Some(following(2, 2)));
    }

    #[test]
    fn a_group_that_has_ended_counts_no_more() {
        let mut merged = two();
        merged.set(0, following(1, 2));
        merged.set(1, retrying("no route"));
        assert_eq!(merged.end(1), Some(following(1, 2)));
        assert_eq!(merged.end(0), None);
    }
}
