//! What can be said of one request payload.

use std::collections::{HashMap, HashSet};

use super::finding::What;
use crate::board::query::key_step;
use crate::record::json::{self, ValueKind};
use crate::record::{Arrival, Masks};

/// Paths that are told apart.
const PATHS: usize = 5_000;
/// Values that are told apart at one path: one that has more is an id, a time or a measure.
const VALUES: usize = 500;
/// Bytes of a value that is told.
const LONG: usize = 80;
/// Values of one payload that are looked at.
const NODES: usize = 2_000;
/// Items of an array that are looked at.
const ITEMS: usize = 50;
/// Arrays and objects within each other that are looked into.
const DEPTH: usize = 24;

/// The version that ran stands beside the paths.
const VERSION: &str = "version";

/// Something that is true of a record.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Feature {
    /// There is a value at a path.
    There(u32),
    /// A value at a path is of a kind.
    Kind(u32, ValueKind),
    /// A list, object or string at a path has nothing in it.
    Empty(u32),
    /// A value at a path reads so, as JSON.
    Value(u32, Box<str>),
}

/// The paths that were met, and what is kept apart at each.
#[derive(Debug, Default)]
pub(super) struct Features {
    names: Vec<String>,
    ids: HashMap<String, u32>,
    values: Vec<HashSet<Box<str>>>,
    capped: bool,
}

impl Features {
    /// Tells every feature of an arrival, some of them more than once.
    pub(super) fn of(&mut self, arrival: &Arrival, masks: &Masks, mut tell: impl FnMut(Feature)) {
        if let Some(version) = arrival.record.executed_version() {
            let quoted = serde_json::to_string(version).unwrap_or_default();
            if let Some(id) = self.id(VERSION) {
                self.value(id, &quoted, &mut tell);
            }
        }
        let Some(payload) = arrival.record.request_payload() else { return };
        let payload = masks.json(payload, "request");
        let mut walk = Walk { path: "request".to_owned(), nodes: NODES };
        self.walk(&payload, &mut walk, 0, &mut tell);
    }

    fn walk(&mut self, value: &str, walk: &mut Walk, depth: usize, tell: &mut impl FnMut(Feature)) {
        let Some(left) = walk.nodes.checked_sub(1).filter(|_| depth < DEPTH) else {
            self.capped = true;
            return;
        };
        walk.nodes = left;
        let Some(id) = self.id(&walk.path) else { return };
        let kind = ValueKind::of(value);
        tell(Feature::There(id));
        tell(Feature::Kind(id, kind));
        let length = walk.path.len();
        let mut is_empty = value == "\"\"";
        match kind {
            ValueKind::Object => {
                is_empty = true;
                for (key, value) in json::entries(value) {
                    is_empty = false;
                    walk.path.push_str(&key_step(&key.decoded()));
                    self.walk(value, walk, depth + 1, tell);
                    walk.path.truncate(length);
                }
            }
            ValueKind::Array => {
                is_empty = true;
                walk.path.push_str("[]");
                for value in json::elements(value).take(ITEMS) {
                    is_empty = false;
                    self.walk(value, walk, depth + 1, tell);
                }
                walk.path.truncate(length);
            }
            _ => self.value(id, value, tell),
        }
        if is_empty {
            tell(Feature::Empty(id));
        }
    }

    /// A value counts as long as its path does not have too many of them.
    fn value(&mut self, id: u32, value: &str, tell: &mut impl FnMut(Feature)) {
        let known = &mut self.values[id as usize];
        if value.len() > LONG {
            return;
        }
        if !known.contains(value) {
            if known.len() >= VALUES {
                self.capped = true;
                return;
            }
            known.insert(value.into());
        }
        tell(Feature::Value(id, value.into()));
    }

    fn id(&mut self, path: &str) -> Option<u32> {
        if let Some(&id) = self.ids.get(path) {
            return Some(id);
        }
        if self.names.len() >= PATHS {
            self.capped = true;
            return None;
        }
        let id = self.names.len() as u32;
        self.names.push(path.to_owned());
        self.values.push(HashSet::new());
        self.ids.insert(path.to_owned(), id);
        Some(id)
    }

    pub(super) fn is_capped(&self) -> bool {
        self.capped
    }

    /// A feature in words' parts.
    pub(super) fn told(&self, feature: &Feature) -> (String, What) {
        let (id, what) = match feature {
            Feature::There(id) => (id, What::There),
            Feature::Kind(id, kind) => (id, What::Kind(*kind)),
            Feature::Empty(id) => (id, What::Empty),
            Feature::Value(id, value) => (id, What::Value(value.to_string())),
        };
        (self.names.get(*id as usize).cloned().unwrap_or_default(), what)
    }
}

/// A way through one payload.
struct Walk {
    path: String,
    nodes: usize,
}
