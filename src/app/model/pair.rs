//! Two records side by side: what is folded, and where the cursor stands.

mod lines;
mod taken;

use std::collections::HashSet;

use super::Ticket;
use super::sight::Sight;
use crate::board::{Comparison, Payloads, Place, Seq, Verdict};

pub use lines::PairLine;
pub use taken::PairTaken;

/// Cells from which on both sides stand beside each other.
const WIDE: usize = 90;

/// Two records that are compared.
#[derive(Debug)]
pub struct Pair {
    /// Their entries, the older first.
    pub seqs: [Seq; 2],
    /// Whether the next key tells what to copy.
    pub copying: bool,
    /// The job that compares them, while it does.
    comparing: Option<Ticket>,
    found: Option<Result<Comparison, String>>,
    /// The places that make the difference, each with the number of its payload.
    changes: Vec<(usize, usize)>,
    /// Places that are folded or unfolded other than they are at first, each with the number of its payload.
    flipped: HashSet<(usize, usize)>,
    /// Equal places beside each other that are shown one by one, by the first of them.
    spread: HashSet<(usize, usize)>,
    lines: Vec<PairLine>,
    sight: Sight,
    width: usize,
}

impl Pair {
    /// Two records that a job compares.
    #[must_use]
    pub fn new(seqs: [Seq; 2], comparing: Ticket) -> Self {
        Self {
            seqs,
            copying: false,
            comparing: Some(comparing),
            found: None,
            changes: Vec::new(),
            flipped: HashSet::new(),
            spread: HashSet::new(),
            lines: Vec::new(),
            sight: Sight::new(usize::MAX),
            width: 80,
        }
    }

    /// The job that compares them, while it does.
    #[must_use]
    pub fn comparing(&self) -> Option<Ticket> {
        self.comparing
    }

    /// Takes what was found; the cursor goes to the first difference.
    pub fn learn(&mut self, found: Result<Comparison, String>) {
        self.comparing = None;
        self.changes = found.as_ref().map_or_else(|_| Vec::new(), changes);
        self.found = Some(found);
        self.lay_out();
        self.next_change(1);
    }

    /// The comparison, once there is one, or why there is none.
    #[must_use]
    pub fn found(&self) -> Option<Result<&Comparison, &str>> {
        self.found.as_ref().map(|found| found.as_ref().map_err(String::as_str))
    }

    fn comparison(&self) -> Option<&Comparison> {
        self.found.as_ref()?.as_ref().ok()
    }

    /// One of the payloads.
    #[must_use]
    pub fn payloads(&self, number: usize) -> Option<&Payloads> {
        self.comparison()?.payloads().get(number)
    }

    fn place(&self, (number, place): (usize, usize)) -> Option<&Place> {
        self.payloads(number)?.places().get(place)
    }

    /// Whether both sides stand beside each other.
    #[must_use]
    pub fn is_wide(&self) -> bool {
        self.width >= WIDE
    }

    /// Fits it to the room it has, in cells.
    pub fn resize(&mut self, width: usize, height: usize) {
        let was_wide = self.is_wide();
        self.width = width;
        self.sight.resize(height);
        if was_wide == self.is_wide() {
            self.sight.show_cursor(self.lines.len());
        } else {
            self.lay_out();
        }
    }

    /// The line that the cursor is on, and how many there are.
    #[must_use]
    pub fn position(&self) -> (usize, usize) {
        (self.sight.cursor, self.lines.len())
    }

    /// The lines on screen, each with whether the cursor is on it.
    pub fn visible(&self) -> impl Iterator<Item = (PairLine, bool)> + '_ {
        self.sight.on_screen(self.lines.len()).map(|at| (self.lines[at], at == self.sight.cursor))
    }

    /// The line under the cursor.
    #[must_use]
    pub fn here(&self) -> Option<PairLine> {
        self.lines.get(self.sight.cursor).copied()
    }

    /// Moves the cursor by lines.
    pub fn step(&mut self, lines: isize) {
        self.sight.step(lines, self.lines.len());
    }

    /// Puts the cursor on a line of the screen; `false` when it is there already, or there is none.
    pub fn point(&mut self, line: usize) -> bool {
        self.sight.point(line, self.lines.len())
    }

    /// Goes to the next difference (`1`) or the one before (`-1`), round the ends; what it is folded into unfolds.
    pub fn next_change(&mut self, direction: isize) {
        let changes = &self.changes;
        let here = self.here().map(PairLine::place);
        let before = changes.partition_point(|change| here.is_some_and(|here| *change < here));
        let is_on = changes.get(before).is_some_and(|change| Some(*change) == here);
        let next = match direction {
            1.. => changes.get(before + usize::from(is_on)).or(changes.first()),
            _ => before.checked_sub(1).and_then(|at| changes.get(at)).or(changes.last()),
        };
        if let Some(&next) = next {
            self.reveal(next);
        }
    }

    /// Which of the differences the cursor is on, counted from 1 (0: on none), and how many there are.
    #[must_use]
    pub fn change(&self) -> (usize, usize) {
        let on = self.here().and_then(|here| self.changes.binary_search(&here.place()).ok());
        (on.map_or(0, |at| at + 1), self.changes.len())
    }

    fn reveal(&mut self, (number, place): (usize, usize)) {
        let above = |at: &(usize, usize)| Some((number, self.place(*at)?.above()?));
        let holders: Vec<_> = std::iter::successors(above(&(number, place)), above).collect();
        let folded: Vec<_> = holders.into_iter().filter(|holder| !self.is_open(*holder)).collect();
        for holder in &folded {
            self.flip(*holder);
        }
        if !folded.is_empty() {
            self.lay_out();
        }
        self.go_to((number, place));
    }

    /// Whether what lies within a place is shown: at first where there are differences.
    #[must_use]
    pub fn is_open(&self, place: (usize, usize)) -> bool {
        let at_first = self.place(place).is_some_and(|place| place.verdict == Verdict::Within);
        at_first != self.flipped.contains(&place)
    }

    /// Whether something lies within a place.
    #[must_use]
    pub fn is_foldable(&self, place: (usize, usize)) -> bool {
        self.place(place).is_some_and(|place| place.size > 1)
    }

    fn flip(&mut self, place: (usize, usize)) {
        if !self.flipped.remove(&place) {
            self.flipped.insert(place);
        }
    }

    /// Folds or unfolds what the cursor is on.
    pub fn toggle(&mut self) {
        match self.here() {
            Some(PairLine::Place { number, place, .. }) if self.is_foldable((number, place)) => {
                self.flip((number, place));
                self.lay_out();
            }
            Some(PairLine::Equal { .. }) => self.unfold(),
            _ => {}
        }
    }

    /// Unfolds what the cursor is on, or goes to the first thing within.
    pub fn unfold(&mut self) {
        match self.here() {
            Some(PairLine::Equal { number, first, .. }) => {
                self.spread.insert((number, first));
                self.lay_out();
            }
            Some(PairLine::Place { number, place, .. }) if self.is_foldable((number, place)) => {
                if self.is_open((number, place)) {
                    return self.step(1);
                }
                self.flip((number, place));
                self.lay_out();
            }
            _ => {}
        }
    }

    /// Folds what the cursor is on, gathers equal places again, or goes to what holds it.
    pub fn fold(&mut self) {
        let Some(here) = self.here().map(PairLine::place) else { return };
        if self.is_foldable(here) && self.is_open(here) {
            self.flip(here);
            return self.lay_out();
        }
        if let Some(run) = self.run_of(here).filter(|run| self.spread.remove(run)) {
            self.lay_out();
            return self.go_to(run);
        }
        if let Some(above) = self.place(here).and_then(Place::above) {
            self.go_to((here.0, above));
        }
    }

    /// Unfolds everything, or folds it as it was at first.
    pub fn fold_all(&mut self, folded: bool) {
        let here = self.here().map(PairLine::place);
        self.flipped.clear();
        self.spread.clear();
        if !folded {
            for number in 0..2 {
                let places = 0..self.payloads(number).map_or(0, |payloads| payloads.places().len());
                let closed = places.clone().map(|place| (number, place)).filter(|place| !self.is_open(*place));
                let closed: Vec<_> = closed.filter(|place| self.is_foldable(*place)).collect();
                self.flipped.extend(closed);
                self.spread.extend(places.map(|place| (number, place)));
            }
        }
        self.lay_out();
        if let Some(here) = here {
            self.go_to(here);
        }
    }

    /// Puts the cursor on a place, or on what it is folded into.
    fn go_to(&mut self, place: (usize, usize)) {
        let wanted = self.lines.partition_point(|line| line.place() < place);
        let is_there = self.lines.get(wanted).is_some_and(|line| line.place() == place);
        let line = if is_there { wanted } else { wanted.saturating_sub(1) };
        self.sight.go_to(line, self.lines.len());
    }
}

/// The places that make the difference, each with the number of its payload.
fn changes(comparison: &Comparison) -> Vec<(usize, usize)> {
    let payloads = comparison.payloads().iter().enumerate();
    payloads.flat_map(|(number, payloads)| payloads.changes().map(move |place| (number, place))).collect()
}
