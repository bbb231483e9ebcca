//! What is left to be read of a log group, cut into slices, and which of them is read next.
//!
//! The newest hour and the rest are asked for at once; what their first pages tell of the density decides how they are
//! cut further. Every slice costs a page that is not full, so that there are no more of them than the permitted rate
//! can keep busy; and none is long, because it is handed on only when it is whole.

use std::collections::VecDeque;

use super::slice::Slice;

/// The newest part, which is asked for on its own.
const FIRST: i64 = 3_600_000;
/// Pages of the longest slice.
const LONGEST: f64 = 8.0;
/// What is left out of a slice, in pages, so that an estimate that is a little short costs no further page.
const MARGIN: f64 = 0.1;
/// Bytes that may wait for a newer slice. Beyond them only the [`HEAD`] newest slices are read.
const WAITING: u64 = 64 << 20;
const HEAD: usize = 2;

/// How finely a log is cut.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Grain {
    /// Slices that can be read at the same time.
    lanes: f64,
    /// Pages of the shortest slice.
    shortest: f64,
    /// Pages that must be left of a slice for half of them to be read beside it.
    worth: f64,
}

impl Grain {
    /// For so many requests within a second, and at the same time.
    pub(super) fn new(per_second: u32, at_once: usize) -> Self {
        let lanes = (f64::from(per_second) * 0.8).clamp(1.0, at_once as f64);
        // Where requests cost nothing, time is saved with every one that does not wait for another.
        let is_scarce = lanes < at_once as f64;
        let (shortest, worth) = if is_scarce { (2.0, 3.0) } else { (1.0, 1.0) };
        Self { lanes, shortest, worth }
    }

    /// Pages of a slice where so many are left.
    fn pages(&self, left: f64) -> f64 {
        (left / self.lanes).clamp(self.shortest, LONGEST).ceil()
    }
}

/// What to read next.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Choice {
    /// Place of the slice, the newest first.
    at: usize,
    /// Where it is cut before, so that its newer part is read.
    cut: Option<i64>,
    /// Whether nothing else reads it.
    is_idle: bool,
    /// The last millisecond of what is read.
    end: i64,
    /// Pages that are left in it.
    left: f64,
    /// Pages that the newer part is cut for.
    pages: f64,
}

impl Choice {
    /// The last millisecond of what is read.
    pub(super) fn end(&self) -> i64 {
        self.end
    }

    /// Whether this is to be read before `other`: what nobody reads goes first, the newest of it; then the longest.
    pub(super) fn is_before(&self, other: &Self) -> bool {
        let rank = |choice: &Self| (choice.is_idle, if choice.is_idle { choice.end as f64 } else { choice.left });
        rank(self) > rank(other)
    }
}

/// The slices of a group that were not handed on yet.
#[derive(Debug)]
pub(super) struct Lane {
    /// The newest first.
    slices: VecDeque<Slice>,
    since: i64,
    horizon: i64,
    /// Milliseconds up to the horizon that are never cut.
    newest: i64,
    next_id: u64,
}

impl Lane {
    /// From `since` to `until`, or to what is newer than `horizon`, the time by the reader's clock. The newest slice
    /// is at least `newest` milliseconds long.
    pub(super) fn new(since: i64, until: Option<i64>, horizon: i64, newest: i64) -> Self {
        let end = until.unwrap_or(i64::MAX);
        let horizon = until.unwrap_or(horizon).max(since);
        let mut lane = Self { slices: VecDeque::new(), since, horizon, newest, next_id: 1 };
        let mut whole = Slice::new(0, since, end);
        if horizon - since > 2 * FIRST {
            let newest = whole.cut(horizon - FIRST, 1);
            lane.slices.extend(newest);
            lane.next_id += 1;
        }
        lane.slices.push_back(whole);
        lane
    }

    /// What to read next; nothing when everything is read or being read.
    pub(super) fn choice(&self, grain: Grain) -> Option<Choice> {
        let waiting: u64 = self.slices.iter().map(|slice| slice.bytes).sum();
        let within = if waiting > WAITING { HEAD } else { self.slices.len() };
        let open = self.slices.iter().enumerate().take(within).filter(|(_, slice)| !slice.is_done);
        let (flying, idle): (Vec<_>, Vec<_>) = open.partition(|(_, slice)| slice.is_flying);
        if let Some((at, slice)) = idle.first() {
            return Some(self.portion(*at, slice, grain));
        }
        let beside = flying.into_iter().filter_map(|(at, slice)| self.half(at, slice, grain));
        beside.max_by(|one, other| one.left.total_cmp(&other.left))
    }

    /// As much of the newer end of a slice as one reader should read.
    fn portion(&self, at: usize, slice: &Slice, grain: Grain) -> Choice {
        let left = slice.pages_left(self.horizon).unwrap_or(0.0);
        let pages = grain.pages(left);
        let cut = self.before_pages(slice, pages);
        let is_long = left > slice.meant.unwrap_or(pages) * 1.5 && cut > slice.read_to;
        Choice { at, cut: is_long.then_some(cut), is_idle: true, end: slice.end, left, pages }
    }

    /// The newer half of what is left of a slice behind the page that is on its way.
    fn half(&self, at: usize, slice: &Slice, grain: Grain) -> Option<Choice> {
        let end = slice.reckoned_end(self.horizon);
        let (left, cut) = match slice.pages_left(self.horizon) {
            Some(left) => (left - 1.0, self.before_pages(slice, ((left - 1.0) / 2.0).ceil())),
            None if slice.is_lost_in_emptiness() => (grain.worth, self.allowed(slice.read_to.midpoint(end))),
            None => return None,
        };
        let may_cut = left >= grain.worth && slice.read_to < cut && cut < end;
        let pages = (left / 2.0).ceil();
        may_cut.then_some(Choice { at, cut: Some(cut), is_idle: false, end: slice.end, left, pages })
    }

    /// Where a slice is cut for so many pages at its newer end.
    fn before_pages(&self, slice: &Slice, pages: f64) -> i64 {
        let time = (pages - MARGIN) * slice.pace.unwrap_or(0.0);
        self.allowed(slice.reckoned_end(self.horizon) - time as i64)
    }

    /// A cut that leaves the newest slice long enough.
    fn allowed(&self, cut: i64) -> i64 {
        cut.min(self.horizon - self.newest)
    }

    /// The slice that was chosen, cut as it was.
    pub(super) fn take(&mut self, choice: Choice) -> Option<&mut Slice> {
        let id = self.next_id;
        let newer = self.slices.get_mut(choice.at).and_then(|slice| slice.cut(choice.cut?, id));
        if let Some(mut newer) = newer {
            self.next_id += 1;
            newer.meant = Some(choice.pages);
            self.slices.insert(choice.at, newer);
        }
        self.slices.get_mut(choice.at)
    }

    /// The slice of that id.
    pub(super) fn find(&mut self, id: u64) -> Option<&mut Slice> {
        self.slices.iter_mut().find(|slice| slice.id == id)
    }

    /// The newest slice, if it is whole, to be handed on.
    pub(super) fn whole(&mut self) -> Option<Slice> {
        self.slices.pop_front_if(|slice| slice.is_done)
    }

    /// What was read of the newest slice that is not whole and never will be, and of those behind it.
    pub(super) fn rest(&mut self) -> Vec<Slice> {
        self.slices.drain(..).collect()
    }

    pub(super) fn is_over(&self) -> bool {
        self.slices.is_empty()
    }

    pub(super) fn since(&self) -> i64 {
        self.since
    }

    /// Milliseconds that are to be read, and those of them that were.
    pub(super) fn covered(&self) -> (i64, i64) {
        let left: i64 = self
            .slices
            .iter()
            .filter(|slice| !slice.is_done)
            .map(|slice| slice.reckoned_end(self.horizon) - slice.read_to)
            .sum();
        let all = self.horizon - self.since;
        (all, all - left)
    }

    /// The first millisecond of which everything newer was handed on.
    pub(super) fn reached(&self) -> i64 {
        self.slices.front().map_or(self.since, |slice| slice.reckoned_end(self.horizon))
    }
}

#[cfg(test)]
mod tests;
