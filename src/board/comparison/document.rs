//! A JSON text as a flat list of its values: each before those within it.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::ops::Range;

use crate::log::Text;
use crate::record::json::{self, TokenKind, ValueKind};

/// A text and its values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Document {
    text: Text,
    nodes: Vec<Node>,
}

/// One value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Node {
    /// First byte of the key and the byte after its last, quotes included; both 0 for an item.
    key: (u32, u32),
    /// First byte of the value and the byte after its last.
    value: (u32, u32),
    /// How many values it and all those within it are.
    size: u32,
    /// Its place among what lies beside it.
    number: u32,
    kind: ValueKind,
    /// Equal values have equal ones.
    print: u64,
}

impl Document {
    /// `None` when the text is no JSON value.
    pub(super) fn of(text: Text) -> Option<Self> {
        u32::try_from(text.len()).ok()?;
        let mut builder =
            Builder { text: &text, nodes: Vec::with_capacity(text.len() / 24), open: Vec::new(), key: None };
        for (kind, token) in json::tokens(&text) {
            builder.take(kind, token)?;
        }
        let (nodes, open) = (builder.nodes, builder.open);
        let whole = open.is_empty() && nodes.first().is_some_and(|root| root.size as usize == nodes.len());
        whole.then_some(Self { text, nodes })
    }

    /// Whether both have values of the same kinds in the same places.
    pub(super) fn has_shape_of(&self, other: &Self) -> bool {
        let shape = |node: &Node| (node.kind, node.size);
        self.nodes.iter().map(shape).eq(other.nodes.iter().map(shape))
    }

    pub(super) fn value(&self, node: usize) -> &str {
        piece(&self.text, self.nodes[node].value)
    }

    /// The key as it is written; `None` for an item and for the whole.
    pub(super) fn key(&self, node: usize) -> Option<&str> {
        Some(piece(&self.text, self.nodes[node].key)).filter(|key| !key.is_empty())
    }

    /// The place of a value among those beside it, counted from 0.
    pub(super) fn number(&self, node: usize) -> u32 {
        self.nodes[node].number
    }

    pub(super) fn kind(&self, node: usize) -> ValueKind {
        self.nodes[node].kind
    }

    pub(super) fn print(&self, node: usize) -> u64 {
        self.nodes[node].print
    }

    /// How many values it and all those within it are.
    pub(super) fn size(&self, node: usize) -> usize {
        self.nodes[node].size as usize
    }

    /// The values right within one.
    pub(super) fn children(&self, node: usize) -> impl Iterator<Item = usize> + '_ {
        children(&self.nodes, node)
    }

    /// The members of an object by what their keys say, and how often each key was there before.
    pub(super) fn members(&self, node: usize) -> Vec<((Cow<'_, str>, usize), usize)> {
        let mut seen: HashMap<Cow<'_, str>, usize> = HashMap::new();
        let named = self.children(node).map(|child| {
            let key = self.key(child).and_then(json::string).unwrap_or_default();
            let before = seen.entry(key.clone()).or_default();
            *before += 1;
            ((key, *before), child)
        });
        named.collect()
    }
}

fn piece(text: &str, (start, end): (u32, u32)) -> &str {
    text.get(start as usize..end as usize).unwrap_or_default()
}

fn children(nodes: &[Node], node: usize) -> impl Iterator<Item = usize> + '_ {
    let end = node + nodes[node].size as usize;
    let next = move |&at: &usize| Some(at + nodes[at].size as usize).filter(|at| *at < end);
    std::iter::successors(Some(node + 1).filter(|at| *at < end), next)
}

struct Builder<'a> {
    text: &'a str,
    nodes: Vec<Node>,
    /// Values whose brackets are open, and how many each holds so far.
    open: Vec<(usize, u32)>,
    /// The key whose value is awaited.
    key: Option<Range<usize>>,
}

impl Builder<'_> {
    /// `None` when a bracket closes what it did not open.
    fn take(&mut self, kind: TokenKind, token: Range<usize>) -> Option<()> {
        match (kind, self.text.as_bytes()[token.start]) {
            (TokenKind::Space, _) | (TokenKind::Punctuation, b':' | b',') => {}
            (TokenKind::Key, _) => self.key = Some(token),
            (TokenKind::Punctuation, b'{' | b'[') => {
                let node = self.push(token);
                self.open.push((node, 0));
            }
            (TokenKind::Punctuation, bracket) => self.close(token.end, bracket)?,
            (TokenKind::String | TokenKind::Number | TokenKind::Literal, _) => {
                let print = leaf_print(&self.text[token.clone()]);
                let node = self.push(token);
                self.nodes[node].print = print;
            }
        }
        Some(())
    }

    fn push(&mut self, token: Range<usize>) -> usize {
        let number = self.open.last_mut().map_or(0, |(_, held)| std::mem::replace(held, *held + 1));
        let span = |range: Range<usize>| (range.start as u32, range.end as u32);
        let kind = ValueKind::of(&self.text[token.clone()]);
        let key = self.key.take().map(span).unwrap_or_default();
        self.nodes.push(Node { key, value: span(token), size: 1, number, kind, print: 0 });
        self.nodes.len() - 1
    }

    fn close(&mut self, end: usize, bracket: u8) -> Option<()> {
        let (node, _) = self.open.pop()?;
        let opened = if bracket == b'}' { ValueKind::Object } else { ValueKind::Array };
        let size = (self.nodes.len() - node) as u32;
        let here = self.nodes.get_mut(node).filter(|node| node.kind == opened)?;
        (here.value.1, here.size) = (end as u32, size);
        self.nodes[node].print = self.print_of_held(node);
        Some(())
    }

    /// The order of an object's members does not matter, that of an array's items does.
    fn print_of_held(&self, node: usize) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.nodes[node].kind.hash(&mut hasher);
        let members = children(&self.nodes, node).fold(0_u64, |sum, child| {
            let child = &self.nodes[child];
            if child.key.1 == 0 {
                child.print.hash(&mut hasher);
                return sum;
            }
            sum.wrapping_add(hash_of(&(json::string(piece(self.text, child.key)), child.print)))
        });
        members.hash(&mut hasher);
        hasher.finish()
    }
}

fn leaf_print(value: &str) -> u64 {
    hash_of(&(ValueKind::of(value), json::string(value).unwrap_or(Cow::Borrowed(value))))
}

fn hash_of(value: &impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
