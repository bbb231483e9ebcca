//! The payloads of two records, place by place: what only one of them has, what differs, and what is the same.
//!
//! Members of objects are matched by their keys, a doubled key by how often it was there before. Items of arrays are
//! matched so that as many as possible are equal (the longest common subsequence), what lies between in order; long
//! arrays that differ in their midst by their places. Strings are equal when they say the same, numbers when they are
//! written the same: 1.0 is not 1. Secrets are compared as they are, and shown as they are masked.

mod align;
mod document;
mod pairing;

use std::borrow::Cow;
use std::fmt::Write as _;

use crate::log::Text;
use crate::record::json;
use crate::record::{InvocationRecord, Masks};

use super::query::key_step;
use document::Document;
use pairing::Pairing;

/// One of the two records.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Side {
    /// The one that came first.
    Left,
    /// The other one.
    Right,
}

impl Side {
    /// Both, the left one first.
    pub const ALL: [Self; 2] = [Self::Left, Self::Right];

    /// What it is called.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Left => "left",
            Self::Right => "right",
        }
    }
}

/// How a place of one payload compares with that of the other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Verdict {
    /// Both say the same.
    Equal,
    /// Only one of them has it.
    Only(Side),
    /// Values of one type that differ.
    Changed,
    /// Values of two types.
    Retyped,
    /// Both are objects, or arrays, with differences within.
    Within,
}

impl Verdict {
    /// The verdict in words.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Equal => "equal",
            Self::Only(Side::Left) => "only left",
            Self::Only(Side::Right) => "only right",
            Self::Changed => "changed",
            Self::Retyped => "other type",
            Self::Within => "differences within",
        }
    }
}

/// A place in one of the payloads, or in both.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Place {
    /// How they compare.
    pub verdict: Verdict,
    /// Levels above it.
    pub depth: u32,
    /// How many places it and those within it are; those within follow it.
    pub size: u32,
    above: Option<u32>,
    left: Option<u32>,
    right: Option<u32>,
}

impl Place {
    fn node(&self, side: Side) -> Option<usize> {
        let node = match side {
            Side::Left => self.left,
            Side::Right => self.right,
        };
        node.map(|node| node as usize)
    }

    /// The place that it lies within.
    #[must_use]
    pub fn above(&self) -> Option<usize> {
        self.above.map(|above| above as usize)
    }
}

/// How many places compare in which way. What lies within a value that only one side has, or that has another type, is
/// not counted apart.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Values without anything within that are the same.
    pub equal: usize,
    /// Those that only the left one has.
    pub left: usize,
    /// Those that only the right one has.
    pub right: usize,
    /// Those of one type that differ.
    pub changed: usize,
    /// Those of two types.
    pub retyped: usize,
}

/// One payload of both records.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payloads {
    /// What the filter language calls it: `request`, `response`.
    pub name: &'static str,
    left: Option<Document>,
    right: Option<Document>,
    places: Vec<Place>,
}

/// The payloads of two records, compared.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Comparison {
    payloads: [Payloads; 2],
}

impl Comparison {
    /// Compares the payloads of two records, and shows them with their secrets masked; `None` when `is_stopped` says so
    /// meanwhile.
    #[must_use]
    pub fn of(records: [&InvocationRecord; 2], masks: &Masks, is_stopped: impl Fn() -> bool) -> Option<Self> {
        let share = |record: &InvocationRecord, part: Option<&str>| part.map(|part| record.text().share(part));
        let requests = records.map(|record| share(record, record.request_payload()));
        let responses = records.map(|record| share(record, record.response_payload()));
        let request = Payloads::of("request", requests, masks, &is_stopped)?;
        let response = Payloads::of("response", responses, masks, &is_stopped)?;
        Some(Self { payloads: [request, response] })
    }

    /// The request, then the response.
    #[must_use]
    pub fn payloads(&self) -> &[Payloads; 2] {
        &self.payloads
    }

    /// How both compare.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let [request, response] = self.payloads.each_ref().map(Payloads::tally);
        Tally {
            equal: request.equal + response.equal,
            left: request.left + response.left,
            right: request.right + response.right,
            changed: request.changed + response.changed,
            retyped: request.retyped + response.retyped,
        }
    }
}

impl Payloads {
    fn of(
        name: &'static str,
        [left, right]: [Option<Text>; 2],
        masks: &Masks,
        is_stopped: &dyn Fn() -> bool,
    ) -> Option<Self> {
        let both = |text: Option<Text>| text.and_then(|text| documents(text, name, masks));
        let (left, right) = (both(left), both(right));
        let compared =
            |both: &Option<(Document, Option<Document>)>| both.as_ref().map(|(compared, _)| compared.clone());
        let (a, b) = (compared(&left), compared(&right));
        let places = Pairing::places(a.as_ref(), b.as_ref(), is_stopped)?;
        let shown =
            |both: Option<(Document, Option<Document>)>| both.map(|(compared, shown)| shown.unwrap_or(compared));
        Some(Self { name, left: shown(left), right: shown(right), places })
    }

    /// Every place, each before what lies within it; the first is the whole payload. None when neither record has it.
    #[must_use]
    pub fn places(&self) -> &[Place] {
        &self.places
    }

    fn document(&self, side: Side) -> Option<&Document> {
        match side {
            Side::Left => self.left.as_ref(),
            Side::Right => self.right.as_ref(),
        }
    }

    /// The value of a place as it is written, its secrets masked.
    #[must_use]
    pub fn value(&self, place: usize, side: Side) -> Option<&str> {
        let node = self.places.get(place)?.node(side)?;
        Some(self.document(side)?.value(node))
    }

    /// How many values lie right within that of a place.
    #[must_use]
    pub fn held(&self, place: usize, side: Side) -> usize {
        let node = self.places.get(place).and_then(|place| place.node(side));
        node.zip(self.document(side)).map_or(0, |(node, document)| document.children(node).count())
    }

    /// What a place is called in what holds it: its key, or the number of an item in brackets, on both sides when they
    /// differ; the whole payload by its name.
    #[must_use]
    pub fn label(&self, place: usize) -> Cow<'_, str> {
        match (self.key(place), self.numbers(place)) {
            (Some(key), _) => key,
            (None, (Some(left), Some(right))) if left != right => Cow::Owned(format!("[{left}→{right}]")),
            (None, (Some(number), _) | (None, Some(number))) => Cow::Owned(format!("[{number}]")),
            (None, (None, None)) => Cow::Borrowed(self.name),
        }
    }

    /// The key, else the number of the item; `None` for the whole payload.
    #[must_use]
    pub fn key_or_number(&self, place: usize) -> Option<String> {
        let (left, right) = self.numbers(place);
        self.key(place).map(Cow::into_owned).or_else(|| left.or(right).map(|number| number.to_string()))
    }

    /// Where a place is, as the filter takes it: by the left one's numbers where both have it.
    #[must_use]
    pub fn path(&self, place: usize) -> String {
        let above = |place: &usize| self.places.get(*place).and_then(Place::above);
        let mut way: Vec<usize> = std::iter::successors(Some(place), above).collect();
        way.pop();
        let mut path = self.name.to_owned();
        for place in way.into_iter().rev() {
            let (left, right) = self.numbers(place);
            match self.key(place) {
                Some(key) => path.push_str(&key_step(&key)),
                // Writing to a string cannot fail.
                None => drop(write!(path, "[{}]", left.or(right).unwrap_or_default())),
            }
        }
        path
    }

    fn key(&self, place: usize) -> Option<Cow<'_, str>> {
        let place = self.places.get(place)?;
        let key = |side: Side| self.document(side)?.key(place.node(side)?);
        Side::ALL.into_iter().find_map(key).and_then(json::string)
    }

    /// The numbers of an item on both sides.
    fn numbers(&self, place: usize) -> (Option<u32>, Option<u32>) {
        let number = |side: Side| {
            let place = self.places.get(place).filter(|place| place.above.is_some())?;
            Some(self.document(side)?.number(place.node(side)?))
        };
        (number(Side::Left), number(Side::Right))
    }

    /// The places that make the difference, in order: not what lies within one.
    pub fn changes(&self) -> impl Iterator<Item = usize> + '_ {
        self.outermost().filter(|&at| !matches!(self.places[at].verdict, Verdict::Equal | Verdict::Within))
    }

    /// How the places compare.
    #[must_use]
    pub fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for place in self.outermost().map(|at| &self.places[at]) {
            match place.verdict {
                Verdict::Equal => tally.equal += usize::from(place.size == 1),
                Verdict::Only(Side::Left) => tally.left += 1,
                Verdict::Only(Side::Right) => tally.right += 1,
                Verdict::Changed => tally.changed += 1,
                Verdict::Retyped => tally.retyped += 1,
                Verdict::Within => {}
            }
        }
        tally
    }

    /// Every place but those within one that makes a difference.
    fn outermost(&self) -> impl Iterator<Item = usize> + '_ {
        let mut at = 0;
        std::iter::from_fn(move || {
            let place = self.places.get(at)?;
            let here = at;
            at += if matches!(place.verdict, Verdict::Equal | Verdict::Within) { 1 } else { place.size as usize };
            Some(here)
        })
    }

    /// How many values without anything within there are from one place to another.
    #[must_use]
    pub fn values(&self, places: std::ops::Range<usize>) -> usize {
        self.places.get(places).map_or(0, |places| places.iter().filter(|place| place.size == 1).count())
    }
}

/// A payload as it is compared, and as it is shown when that differs. What is masked keeps its shape; were it another,
/// what is shown is compared.
fn documents(text: Text, name: &str, masks: &Masks) -> Option<(Document, Option<Document>)> {
    let Cow::Owned(masked) = masks.json(&text, name) else { return Some((Document::of(text)?, None)) };
    let shown = Document::of(Text::from(masked))?;
    match Document::of(text).filter(|compared| compared.has_shape_of(&shown)) {
        Some(compared) => Some((compared, Some(shown))),
        None => Some((shown, None)),
    }
}

#[cfg(test)]
mod tests;
