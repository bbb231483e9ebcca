//! The lines of two records that are not folded away.

use std::ops::Range;

use super::Pair;
use crate::board::{Payloads, Place, Side, Verdict};

/// One line on screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PairLine {
    /// A place of a payload.
    Place {
        /// Number of the payload: 0 for the request.
        number: usize,
        /// Number of the place in it.
        place: usize,
        /// The side that is shown, where they do not stand beside each other and differ.
        side: Option<Side>,
    },
    /// Equal places beside each other, gathered.
    Equal {
        /// Number of the payload.
        number: usize,
        /// The first of the places.
        first: usize,
        /// The place after the last and what lies within it.
        end: usize,
    },
    /// Neither record has the payload of this number.
    Nothing(usize),
}

impl PairLine {
    /// The payload and the place that it stands for, or begins with.
    #[must_use]
    pub fn place(self) -> (usize, usize) {
        match self {
            Self::Place { number, place, .. } => (number, place),
            Self::Equal { number, first, .. } => (number, first),
            Self::Nothing(number) => (number, 0),
        }
    }
}

impl Pair {
    /// Finds the lines anew; the cursor stays on its place.
    pub(super) fn lay_out(&mut self) {
        let here = self.here().map(PairLine::place);
        let mut lines = Vec::new();
        for number in 0..2 {
            if let Some(payloads) = self.payloads(number) {
                self.lay_out_payload(number, payloads, &mut lines);
            }
        }
        self.lines = lines;
        match here {
            Some(here) => self.go_to(here),
            None => self.sight.show_cursor(self.lines.len()),
        }
    }

    fn lay_out_payload(&self, number: usize, payloads: &Payloads, lines: &mut Vec<PairLine>) {
        let places = payloads.places();
        if places.is_empty() {
            lines.push(PairLine::Nothing(number));
        }
        // Up to where equal places are shown one by one.
        let mut spread = 0;
        let mut at = 0;
        while let Some(place) = places.get(at) {
            if place.verdict == Verdict::Equal && at >= spread && place.above().is_some() {
                let run = run_from(payloads, at);
                if self.spread.contains(&(number, at)) {
                    spread = run.end;
                } else {
                    lines.push(PairLine::Equal { number, first: run.start, end: run.end });
                    at = run.end;
                    continue;
                }
            }
            self.lay_out_place(number, at, place.verdict, lines);
            let is_open = self.is_open((number, at));
            if is_open && place.verdict == Verdict::Equal {
                spread = spread.max(at + place.size as usize);
            }
            at += if is_open { 1 } else { place.size as usize };
        }
    }

    /// A place that differs takes a line for each side where they do not stand beside each other.
    fn lay_out_place(&self, number: usize, place: usize, verdict: Verdict, lines: &mut Vec<PairLine>) {
        let line = |side| PairLine::Place { number, place, side };
        match verdict {
            Verdict::Changed | Verdict::Retyped if !self.is_wide() => {
                lines.extend(Side::ALL.map(|side| line(Some(side))));
            }
            Verdict::Only(side) => lines.push(line(Some(side).filter(|_| !self.is_wide()))),
            _ => lines.push(line(None)),
        }
    }

    /// The first of the equal places that one of them would be gathered with.
    pub(super) fn run_of(&self, (number, place): (usize, usize)) -> Option<(usize, usize)> {
        let payloads = self.payloads(number)?;
        let places = payloads.places();
        let above = |place: &usize| places.get(*place)?.above();
        let within = |place: &usize| above(place).is_some_and(|above| places[above].verdict == Verdict::Within);
        let outermost = std::iter::successors(Some(place), above).find(within)?;
        let mut at = above(&outermost)? + 1;
        while places.get(at)?.verdict != Verdict::Equal || !run_from(payloads, at).contains(&outermost) {
            at = if places[at].verdict == Verdict::Equal {
                run_from(payloads, at).end
            } else {
                at + places[at].size as usize
            };
            if at > outermost {
                return None;
            }
        }
        Some((number, at))
    }
}

/// The equal places beside each other, and what lies within them, from one of them on.
fn run_from(payloads: &Payloads, first: usize) -> Range<usize> {
    let places = payloads.places();
    let above = places.get(first).and_then(Place::above);
    let mut end = first;
    while let Some(place) = places.get(end).filter(|it| it.verdict == Verdict::Equal && it.above() == above) {
        end += place.size as usize;
    }
    first..end
}
