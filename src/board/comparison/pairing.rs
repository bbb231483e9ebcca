//! Going through two payloads at once.

use std::collections::HashMap;

use crate::record::json::{self, ValueKind};

use super::align::align;
use super::document::Document;
use super::{Place, Side, Verdict};

/// Objects and arrays within each other that are looked into; deeper ones are compared as they are written.
const DEEPEST: u32 = 128;

/// Two payloads, and the places that were found so far.
pub(super) struct Pairing<'a> {
    left: &'a Document,
    right: &'a Document,
    is_stopped: &'a dyn Fn() -> bool,
    places: Vec<Place>,
}

/// Compared no further: nobody waits for it.
struct Stopped;

impl<'a> Pairing<'a> {
    /// The places of two payloads, of which either may be missing; `None` when it was stopped.
    pub(super) fn places(
        left: Option<&'a Document>,
        right: Option<&'a Document>,
        is_stopped: &'a dyn Fn() -> bool,
    ) -> Option<Vec<Place>> {
        let (left, right) = match (left, right) {
            (Some(left), Some(right)) => (left, right),
            (Some(only), None) => return Some(alone(only, Side::Left)),
            (None, Some(only)) => return Some(alone(only, Side::Right)),
            (None, None) => return Some(Vec::new()),
        };
        let mut pairing = Self { left, right, is_stopped, places: Vec::new() };
        pairing.pair((0, 0), None).ok()?;
        Some(pairing.places)
    }

    /// Compares two values and what lies within them.
    fn pair(&mut self, nodes: (usize, usize), above: Option<u32>) -> Result<Verdict, Stopped> {
        if (self.is_stopped)() {
            return Err(Stopped);
        }
        let here = self.places.len();
        let depth = above.map_or(0, |above| self.places[above as usize].depth + 1);
        let (left, right) = (Some(nodes.0 as u32), Some(nodes.1 as u32));
        self.places.push(Place { verdict: Verdict::Equal, depth, size: 1, above, left, right });
        let verdict = self.verdict(here as u32, nodes)?;
        let size = (self.places.len() - here) as u32;
        self.places[here] = Place { verdict, size, ..self.places[here] };
        Ok(verdict)
    }

    fn verdict(&mut self, here: u32, (left, right): (usize, usize)) -> Result<Verdict, Stopped> {
        let kind = self.left.kind(left);
        if kind != self.right.kind(right) {
            for child in self.left.children(left) {
                only(&mut self.places, self.left, Side::Left, child, Some(here));
            }
            for child in self.right.children(right) {
                only(&mut self.places, self.right, Side::Right, child, Some(here));
            }
            return Ok(Verdict::Retyped);
        }
        let (a, b) = (self.left.value(left), self.right.value(right));
        let is_deep = self.places[here as usize].depth >= DEEPEST;
        match kind {
            ValueKind::Object if !is_deep => self.members(here, (left, right)),
            ValueKind::Array if !is_deep => self.items(here, (left, right)),
            ValueKind::String if json::string(a) == json::string(b) => Ok(Verdict::Equal),
            _ => Ok(if a == b { Verdict::Equal } else { Verdict::Changed }),
        }
    }

    /// The left one's members in their order, then what only the right one has.
    fn members(&mut self, here: u32, (left, right): (usize, usize)) -> Result<Verdict, Stopped> {
        let (mine, theirs) = (self.left.members(left), self.right.members(right));
        let mut left_over: HashMap<_, _> = theirs.into_iter().collect();
        let mut is_equal = true;
        for (key, node) in mine {
            let partner = left_over.remove(&key);
            is_equal &= self.beside(here, (Some(node), partner))?;
        }
        let mut rest: Vec<_> = left_over.into_values().collect();
        rest.sort_unstable();
        for node in rest {
            is_equal &= self.beside(here, (None, Some(node)))?;
        }
        Ok(if is_equal { Verdict::Equal } else { Verdict::Within })
    }

    fn items(&mut self, here: u32, (left, right): (usize, usize)) -> Result<Verdict, Stopped> {
        let items = |document: &Document, node| document.children(node).collect::<Vec<_>>();
        let (lefts, rights) = (items(self.left, left), items(self.right, right));
        let prints =
            |document: &Document, items: &[usize]| items.iter().map(|&item| document.print(item)).collect::<Vec<_>>();
        let mut is_equal = true;
        for (a, b) in align(&prints(self.left, &lefts), &prints(self.right, &rights)) {
            is_equal &= self.beside(here, (a.map(|at| lefts[at]), b.map(|at| rights[at])))?;
        }
        Ok(if is_equal { Verdict::Equal } else { Verdict::Within })
    }

    /// Two values that belong together, or one that stands alone; says whether they are equal.
    fn beside(&mut self, here: u32, nodes: (Option<usize>, Option<usize>)) -> Result<bool, Stopped> {
        match nodes {
            (Some(left), Some(right)) => return Ok(self.pair((left, right), Some(here))? == Verdict::Equal),
            (Some(left), None) => only(&mut self.places, self.left, Side::Left, left, Some(here)),
            (None, Some(right)) => only(&mut self.places, self.right, Side::Right, right, Some(here)),
            (None, None) => {}
        }
        Ok(false)
    }
}

/// A payload that the other record does not have.
fn alone(document: &Document, side: Side) -> Vec<Place> {
    let mut places = Vec::new();
    only(&mut places, document, side, 0, None);
    places
}

/// A value that only one side has, with everything within it. It may be nested however deep.
fn only(places: &mut Vec<Place>, document: &Document, side: Side, node: usize, above: Option<u32>) {
    let depth = above.map_or(0, |above| places[above as usize].depth + 1);
    let first = places.len();
    // Places that hold the next one, each with the node after its last.
    let mut open: Vec<(u32, usize)> = Vec::new();
    for at in node..node + document.size(node) {
        open.truncate(open.iter().rposition(|(_, end)| at < *end).map_or(0, |holder| holder + 1));
        let above = open.last().map(|(holder, _)| *holder).or(above);
        let number = Some(at as u32);
        let (left, right) = if side == Side::Left { (number, None) } else { (None, number) };
        let (depth, held) = (depth + open.len() as u32, document.size(at));
        places.push(Place { verdict: Verdict::Only(side), depth, size: held as u32, above, left, right });
        open.push(((first + at - node) as u32, at + held));
    }
}
