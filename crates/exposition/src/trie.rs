//! The trie of one source's part of one family: pieces by the leading bits of their rows' hashes.
//!
//! A small part is one leaf. A leaf that grows too large becomes two, by the next bit of the hash, so a row is always
//! found in the leaf that its hash leads to, and a change stays in that leaf. The trie is persistent: a change makes
//! a new leaf and the nodes above it; everything else is shared with the trie before.
//!
//! Invariants: leaves, left to right, are ordered by hash, and so are the marks in a leaf; an absent trie (`None`) and
//! one without rows mean the same, and only the former is kept.

use std::sync::Arc;

use crate::deflate::combine_crc;
use crate::piece::Piece;
use crate::rows::Mark;

/// A node of the trie; equal pointers mean equal rows.
pub(crate) enum Node {
    Leaf(Piece),
    Split { low: Arc<Self>, high: Arc<Self>, totals: Totals },
}

/// What is below a node.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Totals {
    pub(crate) rows: usize,
    pub(crate) bytes: usize,
    pub(crate) pieces: usize,
    /// The CRC-32 of the bodies, one after the other.
    pub(crate) crc: u32,
}

/// The bit that decides at `depth`, 0 for the lower half.
#[inline]
pub(crate) fn bit(hash: u64, depth: u32) -> bool {
    hash.checked_shl(depth).is_some_and(|rest| rest >> 63 == 1)
}

/// The first index of the upper half of `items`, which are ordered by hash and all below one node at `depth`.
pub(crate) fn middle<T>(items: &[T], depth: u32, hash: impl Fn(&T) -> u64) -> usize {
    items.partition_point(|item| !bit(hash(item), depth))
}

impl Node {
    pub(crate) fn leaf(piece: Piece) -> Arc<Self> {
        Arc::new(Self::Leaf(piece))
    }

    fn split(low: Arc<Self>, high: Arc<Self>) -> Arc<Self> {
        let (left, right) = (low.totals(), high.totals());
        let totals = Totals {
            rows: left.rows + right.rows,
            bytes: left.bytes + right.bytes,
            pieces: left.pieces + right.pieces,
            crc: combine_crc(left.crc, right.crc, right.bytes as u64),
        };
        Arc::new(Self::Split { low, high, totals })
    }

    pub(crate) fn totals(&self) -> Totals {
        match self {
            Self::Leaf(piece) => {
                Totals { rows: piece.marks().len(), bytes: piece.bytes(), pieces: 1, crc: piece.crc() }
            }
            Self::Split { totals, .. } => *totals,
        }
    }

    /// The halves, if it is split.
    pub(crate) fn halves(&self) -> Option<(&Arc<Self>, &Arc<Self>)> {
        match self {
            Self::Leaf(_) => None,
            Self::Split { low, high, .. } => Some((low, high)),
        }
    }

    /// This node, if these are still its halves, else a new one.
    pub(crate) fn with_halves(previous: Option<&Arc<Self>>, low: Arc<Self>, high: Arc<Self>) -> Arc<Self> {
        let same = previous
            .and_then(|node| node.halves())
            .is_some_and(|(old_low, old_high)| Arc::ptr_eq(old_low, &low) && Arc::ptr_eq(old_high, &high));
        match previous {
            Some(previous) if same => Arc::clone(previous),
            _ => Self::split(low, high),
        }
    }

    /// `None` if there are no rows.
    pub(crate) fn kept(self: Arc<Self>) -> Option<Arc<Self>> {
        (self.totals().rows > 0).then_some(self)
    }

    /// Calls `visit` with each piece, in order.
    pub(crate) fn each_piece<'a>(&'a self, visit: &mut impl FnMut(&'a Piece)) {
        match self {
            Self::Leaf(piece) => visit(piece),
            Self::Split { low, high, .. } => {
                low.each_piece(visit);
                high.each_piece(visit);
            }
        }
    }

    /// The piece that rows with this hash are in.
    pub(crate) fn piece_of(&self, hash: u64) -> &Piece {
        let (mut node, mut depth) = (self, 0);
        loop {
            match node {
                Self::Leaf(piece) => return piece,
                Self::Split { low, high, .. } => {
                    node = if bit(hash, depth) { high } else { low };
                    depth += 1;
                }
            }
        }
    }

    /// Calls `visit` with each row that has one of `hashes`, which are ascending and all below this node at `depth`.
    /// The cost is that of the smaller side.
    pub(crate) fn each_match<'a>(
        &'a self,
        depth: u32,
        hashes: &[u64],
        visit: &mut impl FnMut(&'a Piece, Mark),
    ) {
        match self {
            _ if hashes.is_empty() => {}
            Self::Split { low, high, .. } => {
                let (left, right) = hashes.split_at(middle(hashes, depth, |hash| *hash));
                low.each_match(depth + 1, left, visit);
                high.each_match(depth + 1, right, visit);
            }
            Self::Leaf(piece) => {
                let mut marks = piece.marks();
                for hash in hashes {
                    // Gallop: a few hashes skip far, many hashes step.
                    let mut step = 1;
                    while marks.get(step).is_some_and(|mark| mark.hash < *hash) {
                        step *= 2;
                    }
                    let reach = &marks[..marks.len().min(step + 1)];
                    marks = &marks[reach.partition_point(|mark| mark.hash < *hash)..];
                    for mark in marks.iter().take_while(|mark| mark.hash == *hash) {
                        visit(piece, *mark);
                    }
                }
            }
        }
    }
}

/// Calls `visit` with each piece of `new` that is not at the same place in `old`, without walking what both share.
pub(crate) fn each_new_piece<'a>(
    old: Option<&Arc<Node>>,
    new: &'a Arc<Node>,
    visit: &mut impl FnMut(&'a Piece),
) {
    if old.is_some_and(|old| Arc::ptr_eq(old, new)) {
        return;
    }
    match (old.map(|old| &**old), &**new) {
        (_, Node::Leaf(piece)) => visit(piece),
        (Some(Node::Split { low: old_low, high: old_high, .. }), Node::Split { low, high, .. }) => {
            each_new_piece(Some(old_low), low, visit);
            each_new_piece(Some(old_high), high, visit);
        }
        (_, Node::Split { low, high, .. }) => {
            each_new_piece(None, low, visit);
            each_new_piece(None, high, visit);
        }
    }
}

/// The hashes that only one of two tries has, ascending.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Difference {
    pub(crate) added: Vec<u64>,
    pub(crate) removed: Vec<u64>,
}

impl Difference {
    /// From `old` to `new`, without walking what both share.
    pub(crate) fn between(old: Option<&Arc<Node>>, new: Option<&Arc<Node>>) -> Self {
        let mut difference = Self::default();
        difference.extend(old, new);
        difference
    }

    fn extend(&mut self, old: Option<&Arc<Node>>, new: Option<&Arc<Node>>) {
        match (old, new) {
            (Some(old), Some(new)) if Arc::ptr_eq(old, new) => {}
            (Some(old), Some(new)) => match (&**old, &**new) {
                (Node::Split { low: old_low, high: old_high, .. }, Node::Split { low, high, .. }) => {
                    self.extend(Some(old_low), Some(low));
                    self.extend(Some(old_high), Some(high));
                }
                _ => self.merge(&hashes(Some(old)), &hashes(Some(new))),
            },
            _ => self.merge(&hashes(old), &hashes(new)),
        }
    }

    fn merge(&mut self, mut old: &[u64], mut new: &[u64]) {
        while let ([a, old_rest @ ..], [b, new_rest @ ..]) = (old, new) {
            if a <= b {
                old = old_rest;
            }
            if b <= a {
                new = new_rest;
            }
            match a.cmp(b) {
                std::cmp::Ordering::Less => self.removed.push(*a),
                std::cmp::Ordering::Greater => self.added.push(*b),
                std::cmp::Ordering::Equal => {}
            }
        }
        self.removed.extend_from_slice(old);
        self.added.extend_from_slice(new);
    }
}

/// Every hash below a node once, ascending.
fn hashes(node: Option<&Arc<Node>>) -> Vec<u64> {
    let mut hashes = Vec::with_capacity(node.map_or(0, |node| node.totals().rows));
    if let Some(node) = node {
        node.each_piece(&mut |piece| hashes.extend(piece.marks().iter().map(|mark| mark.hash)));
    }
    hashes.dedup();
    hashes
}
