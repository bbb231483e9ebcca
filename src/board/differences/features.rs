//! What can be said of the request payloads of one function, each thing by a number.

use std::borrow::Cow;
use std::collections::HashMap;

use foldhash::quality::RandomState;

use super::finding::What;
use crate::board::query::key_step;
use crate::record::json::{self, RawKey, ValueKind};
use crate::record::{Arrival, Masks};

/// Paths that are told apart.
const PATHS: usize = 5_000;
/// Values that are told apart at one path: one that has more is an id, a time or a measure.
const VALUES: usize = 500;
/// Values that are told apart at all paths together.
const ALL_VALUES: usize = 100_000;
/// Bytes of a value that is told.
const LONG: usize = 80;
/// Values of one payload that are looked at.
const NODES: usize = 2_000;
/// Items of an array that are looked at.
const ITEMS: usize = 50;
/// Arrays and objects within each other that are looked into.
const DEPTH: usize = 24;

/// The version that ran stands beside the paths.
const VERSION: usize = 0;
/// Path of the whole payload.
const REQUEST: usize = 1;

/// Something that is true of a record.
#[derive(Debug, Clone)]
enum Feature {
    /// There is a value at a path.
    There(usize),
    /// A value at a path is of a kind.
    Kind(usize, ValueKind),
    /// A list, object or string at a path has nothing in it.
    Empty(usize),
    /// A value at a path reads so, as JSON.
    Value(usize, Box<str>),
}

/// The paths that were met, and what is kept apart at each.
#[derive(Debug)]
pub(super) struct Features {
    paths: Vec<Path>,
    /// What each number stands for.
    known: Vec<Feature>,
    values: usize,
    capped: bool,
}

/// A path, the ones a step further, and the numbers of what can be said of it.
#[derive(Debug)]
struct Path {
    name: String,
    /// By their keys as JSON writes them in one way.
    members: HashMap<Box<str>, usize, RandomState>,
    items: Option<usize>,
    there: usize,
    /// Few of them.
    kinds: Vec<(ValueKind, usize)>,
    empty: Option<usize>,
    values: HashMap<Box<str>, usize, RandomState>,
}

impl Default for Features {
    fn default() -> Self {
        let mut features = Self { paths: Vec::new(), known: Vec::new(), values: 0, capped: false };
        features.path("version".to_owned());
        features.path("request".to_owned());
        features
    }
}

impl Features {
    /// Tells the number of every feature of an arrival, some of them more than once.
    pub(super) fn of(&mut self, arrival: &Arrival, masks: &Masks, mut tell: impl FnMut(usize)) {
        if let Some(version) = arrival.record.executed_version() {
            let quoted = serde_json::to_string(version).unwrap_or_default();
            self.value(VERSION, &quoted, &mut tell);
        }
        let Some(payload) = arrival.record.request_payload() else { return };
        let payload = masks.json(payload, "request");
        self.walk(&payload, REQUEST, (0, &mut { NODES }), &mut tell);
    }

    fn walk(&mut self, value: &str, path: usize, (depth, nodes): (usize, &mut usize), tell: &mut impl FnMut(usize)) {
        let Some(left) = nodes.checked_sub(1).filter(|_| depth < DEPTH) else {
            self.capped = true;
            return;
        };
        *nodes = left;
        let kind = ValueKind::of(value);
        tell(self.paths[path].there);
        tell(self.kind(path, kind));
        let mut is_empty = value == "\"\"";
        match kind {
            ValueKind::Object => {
                is_empty = true;
                for (key, value) in json::entries(value) {
                    is_empty = false;
                    if let Some(member) = self.member(path, key) {
                        self.walk(value, member, (depth + 1, nodes), tell);
                    }
                }
            }
            ValueKind::Array => {
                is_empty = true;
                for value in json::elements(value).take(ITEMS) {
                    is_empty = false;
                    if let Some(items) = self.items(path) {
                        self.walk(value, items, (depth + 1, nodes), tell);
                    }
                }
            }
            _ => self.value(path, value, tell),
        }
        if is_empty {
            tell(self.empty(path));
        }
    }

    /// A value counts as long as its path, and all together, do not have too many of them.
    fn value(&mut self, path: usize, value: &str, tell: &mut impl FnMut(usize)) {
        if value.len() > LONG {
            return;
        }
        let known = &self.paths[path].values;
        if let Some(&number) = known.get(value) {
            return tell(number);
        }
        if known.len() >= VALUES || self.values >= ALL_VALUES {
            self.capped = true;
            return;
        }
        self.values += 1;
        let number = self.number(Feature::Value(path, value.into()));
        self.paths[path].values.insert(value.into(), number);
        tell(number);
    }

    fn kind(&mut self, path: usize, kind: ValueKind) -> usize {
        if let Some(&(_, number)) = self.paths[path].kinds.iter().find(|(known, _)| *known == kind) {
            return number;
        }
        let number = self.number(Feature::Kind(path, kind));
        self.paths[path].kinds.push((kind, number));
        number
    }

    fn empty(&mut self, path: usize) -> usize {
        let number = self.paths[path].empty.unwrap_or_else(|| self.number(Feature::Empty(path)));
        self.paths[path].empty = Some(number);
        number
    }

    /// The path of a member; `None` when there are too many paths.
    fn member(&mut self, path: usize, key: RawKey<'_>) -> Option<usize> {
        let written = key.written();
        let key = if written.contains('\\') {
            Cow::Owned(serde_json::to_string(&key.decoded()).unwrap_or_default())
        } else {
            Cow::Borrowed(written)
        };
        if let Some(&member) = self.paths[path].members.get(&*key) {
            return Some(member);
        }
        let step = key_step(&json::string(&key).unwrap_or_default());
        let member = self.further(path, &step)?;
        self.paths[path].members.insert(key.into(), member);
        Some(member)
    }

    /// The path of every item of an array.
    fn items(&mut self, path: usize) -> Option<usize> {
        if self.paths[path].items.is_none() {
            self.paths[path].items = self.further(path, "[]");
        }
        self.paths[path].items
    }

    fn further(&mut self, path: usize, step: &str) -> Option<usize> {
        if self.paths.len() >= PATHS {
            self.capped = true;
            return None;
        }
        Some(self.path(format!("{}{step}", self.paths[path].name)))
    }

    fn path(&mut self, name: String) -> usize {
        let path = self.paths.len();
        let there = self.number(Feature::There(path));
        let (members, values) = (HashMap::default(), HashMap::default());
        self.paths.push(Path { name, members, items: None, there, kinds: Vec::new(), empty: None, values });
        path
    }

    fn number(&mut self, feature: Feature) -> usize {
        self.known.push(feature);
        self.known.len() - 1
    }

    pub(super) fn is_capped(&self) -> bool {
        self.capped
    }

    /// A feature in words' parts.
    pub(super) fn told(&self, number: usize) -> Option<(&str, What)> {
        let (path, what) = match self.known.get(number)? {
            Feature::There(path) => (path, What::There),
            Feature::Kind(path, kind) => (path, What::Kind(*kind)),
            Feature::Empty(path) => (path, What::Empty),
            Feature::Value(path, value) => (path, What::Value(value.to_string())),
        };
        Some((&self.paths.get(*path)?.name, what))
    }

    /// Whether a feature is that there is a value at a path, which other records may lack.
    pub(super) fn is_there(&self, number: usize) -> bool {
        matches!(self.known.get(number), Some(Feature::There(_)))
    }
}
