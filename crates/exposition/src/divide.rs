//! Publishing a whole part: encoded rows divided into pieces, with what did not change kept.
//!
//! The split follows that of the part before (a leaf splits above one size, two leaves merge below a much smaller one),
//! so rows stay in their pieces from publish to publish. Rows keep their order of emission within a piece. A piece whose
//! bytes are those of its predecessor *is* its predecessor.
//!
//! How it is fast: one pass counts bytes by leading bits, the split is decided on the counts, one pass distributes
//! the index. The text is touched once more, to compare it with the piece before or to copy it into a new one.

use std::ops::Range;
use std::sync::Arc;

use crate::piece::{MERGE_BELOW, Piece, SPLIT_ABOVE};
use crate::rows::{Mark, identity};
use crate::trie::{Node, bit};

/// The result of dividing one family's rows.
pub(crate) struct Divided {
    /// `None` if there are no rows.
    pub(crate) root: Option<Arc<Node>>,
    /// Rows left out because an earlier one has the same labels.
    pub(crate) duplicates: usize,
    /// The identity of the first of them, for the log.
    pub(crate) example: Option<Box<[u8]>>,
}

/// Divides the rows that `marks` describe in `body`, along the lines of the part before.
pub(crate) fn divide(body: &[u8], marks: &[Mark], previous: Option<&Arc<Node>>) -> Divided {
    let mut divider = Divider { body, duplicates: 0, example: None };
    let root = match counted_bits(body.len()) {
        0 => divider.node(marks, 0, previous),
        bits => divider.counted(marks, bits, previous),
    };
    Divided { root: root.kept(), duplicates: divider.duplicates, example: divider.example }
}

/// How many leading bits to count by: enough for pieces well below the limit, 0 for a small part.
fn counted_bits(bytes: usize) -> u32 {
    let pieces = bytes.div_ceil(SPLIT_ABOVE);
    if pieces <= 1 { 0 } else { (pieces.next_power_of_two().ilog2() + 3).min(16) }
}

/// Whether `bytes` below a node make it split, given what it was.
fn splits(bytes: usize, previous: Option<&Arc<Node>>) -> bool {
    match previous.and_then(|node| node.halves()) {
        Some(_) => bytes >= MERGE_BELOW,
        None => bytes > SPLIT_ABOVE,
    }
}

fn halves(previous: Option<&Arc<Node>>) -> (Option<&Arc<Node>>, Option<&Arc<Node>>) {
    previous.and_then(|node| node.halves()).unzip()
}

struct Divider<'a> {
    body: &'a [u8],
    duplicates: usize,
    example: Option<Box<[u8]>>,
}

impl Divider<'_> {
    /// The general case: decides and distributes bit by bit.
    fn node(&mut self, marks: &[Mark], depth: u32, previous: Option<&Arc<Node>>) -> Arc<Node> {
        let bytes = marks.iter().map(|mark| mark.length as usize).sum();
        // Rows with one hash cannot be told apart by it: one huge row, or duplicates that the leaf will find.
        let one_hash = marks.iter().all(|mark| mark.hash == marks[0].hash);
        if one_hash || !splits(bytes, previous) {
            return self.leaf(marks, previous);
        }
        let (high, low): (Vec<Mark>, Vec<Mark>) = marks.iter().partition(|mark| bit(mark.hash, depth));
        let (previous_low, previous_high) = halves(previous);
        let low = self.node(&low, depth + 1, previous_low);
        let high = self.node(&high, depth + 1, previous_high);
        Node::with_halves(previous, low, high)
    }

    /// The same for many rows, with the first levels decided on counts.
    fn counted(&mut self, marks: &[Mark], bits: u32, previous: Option<&Arc<Node>>) -> Arc<Node> {
        let counts = Counts::new(marks, bits);
        let mut leaves = Vec::new();
        counts.lay_out(0..1 << bits, 0, previous, &mut leaves);
        let distributed = counts.distribute(marks, &leaves);
        self.assemble(&mut leaves.into_iter().peekable(), &distributed, bits, 0, previous)
    }

    fn assemble(
        &mut self,
        leaves: &mut std::iter::Peekable<impl Iterator<Item = LeafPlan>>,
        distributed: &[Mark],
        bits: u32,
        depth: u32,
        previous: Option<&Arc<Node>>,
    ) -> Arc<Node> {
        if let Some(plan) = leaves.next_if(|plan| plan.depth == depth) {
            let marks = &distributed[plan.rows];
            // At the last counted level nothing was decided yet.
            return if depth == bits {
                self.node(marks, depth, previous)
            } else {
                self.leaf(marks, previous)
            };
        }
        let (previous_low, previous_high) = halves(previous);
        let low = self.assemble(leaves, distributed, bits, depth + 1, previous_low);
        let high = self.assemble(leaves, distributed, bits, depth + 1, previous_high);
        Node::with_halves(previous, low, high)
    }

    fn leaf(&mut self, marks: &[Mark], previous: Option<&Arc<Node>>) -> Arc<Node> {
        if let Some(node) = previous
            && let Node::Leaf(piece) = &**node
        {
            if self.is_same(marks, piece) {
                return Arc::clone(node);
            }
            let built = self.piece(marks);
            // Equal after all, but for duplicates that were left out.
            let is_equal =
                built.bytes() == piece.bytes() && built.crc() == piece.crc() && built.text() == piece.text();
            return if is_equal { Arc::clone(node) } else { Node::leaf(built) };
        }
        Node::leaf(self.piece(marks))
    }

    /// Whether `marks` are the rows of `piece`, byte by byte and in its order. If so they hold no duplicates either.
    fn is_same(&self, marks: &[Mark], piece: &Piece) -> bool {
        if marks.len() != piece.marks().len() || self.crc(marks) != piece.crc() {
            return false;
        }
        let text = piece.text();
        let mut rest = &text[..];
        for mark in marks {
            let Some(after) = rest.strip_prefix(mark.of(self.body)) else { return false };
            rest = after;
        }
        rest.is_empty()
    }

    /// The CRC-32 of the rows, one after the other: what has changed is seldom inflated for the comparison.
    fn crc(&self, marks: &[Mark]) -> u32 {
        let mut crc = crc32fast::Hasher::new();
        for mark in marks {
            crc.update(mark.of(self.body));
        }
        crc.finalize()
    }

    fn piece(&mut self, marks: &[Mark]) -> Piece {
        let (body, mut placed) = copied(self.body, marks.iter());
        placed.sort_unstable_by_key(|mark| (mark.hash, mark.start));
        let duplicates = duplicates(&body, &placed);
        if duplicates.is_empty() {
            return Piece::new(body, placed);
        }
        self.duplicates += duplicates.len();
        let example = duplicates[0].of(&body);
        self.example.get_or_insert_with(|| identity(example).into());
        let place = |mark: &Mark| (mark.hash, mark.start);
        placed.retain(|mark| duplicates.binary_search_by_key(&place(mark), place).is_err());
        placed.sort_unstable_by_key(|mark| mark.start);
        let (body, mut placed) = copied(&body, placed.iter());
        placed.sort_unstable_by_key(|mark| (mark.hash, mark.start));
        Piece::new(body, placed)
    }
}

/// The rows of `marks`, one after the other, and where they are now.
pub(crate) fn copied<'a>(body: &[u8], marks: impl Iterator<Item = &'a Mark> + Clone) -> (Vec<u8>, Vec<Mark>) {
    let mut copy = Vec::with_capacity(marks.clone().map(|mark| mark.length as usize).sum());
    let mut placed = Vec::with_capacity(marks.size_hint().0);
    for mark in marks {
        #[allow(clippy::cast_possible_truncation)] // a part of a body whose positions are 32-bit
        placed.push(Mark { start: copy.len() as u32, ..*mark });
        copy.extend_from_slice(mark.of(body));
    }
    (copy, placed)
}

/// Those of `marks`, which are ordered by hash and place, that an earlier row with the same labels makes superfluous;
/// in the same order.
fn duplicates(body: &[u8], marks: &[Mark]) -> Vec<Mark> {
    let mut duplicates = Vec::new();
    if marks.windows(2).all(|pair| pair[0].hash != pair[1].hash) {
        return duplicates;
    }
    for group in marks.chunk_by(|a, b| a.hash == b.hash).filter(|group| group.len() > 1) {
        let mut distinct: Vec<&[u8]> = Vec::new();
        for mark in group {
            let identity = identity(mark.of(body));
            if distinct.contains(&identity) {
                duplicates.push(*mark);
            } else {
                distinct.push(identity);
            }
        }
    }
    duplicates
}

/// A leaf that was decided on counts.
struct LeafPlan {
    depth: u32,
    buckets: Range<usize>,
    /// Its rows among the distributed ones.
    rows: Range<usize>,
}

/// How many rows and bytes begin with each value of the leading bits.
struct Counts {
    bits: u32,
    /// Rows and bytes before each bucket, and of all.
    before: Vec<(usize, usize)>,
}

impl Counts {
    fn new(marks: &[Mark], bits: u32) -> Self {
        let mut before = vec![(0, 0); (1 << bits) + 1];
        for mark in marks {
            let (rows, bytes) = &mut before[bucket(mark.hash, bits) + 1];
            *rows += 1;
            *bytes += mark.length as usize;
        }
        let mut all = (0, 0);
        for (rows, bytes) in &mut before {
            all = (all.0 + *rows, all.1 + *bytes);
            (*rows, *bytes) = all;
        }
        Self { bits, before }
    }

    /// Decides the leaves below the node of `buckets`, left to right.
    fn lay_out(
        &self,
        buckets: Range<usize>,
        depth: u32,
        previous: Option<&Arc<Node>>,
        leaves: &mut Vec<LeafPlan>,
    ) {
        let (first, last) = (self.before[buckets.start], self.before[buckets.end]);
        if depth == self.bits || last.0 - first.0 <= 1 || !splits(last.1 - first.1, previous) {
            leaves.push(LeafPlan { depth, buckets, rows: first.0..last.0 });
            return;
        }
        let middle = usize::midpoint(buckets.start, buckets.end);
        let (previous_low, previous_high) = halves(previous);
        self.lay_out(buckets.start..middle, depth + 1, previous_low, leaves);
        self.lay_out(middle..buckets.end, depth + 1, previous_high, leaves);
    }

    /// The marks leaf by leaf, in order of emission within each.
    fn distribute(&self, marks: &[Mark], leaves: &[LeafPlan]) -> Vec<Mark> {
        let mut next: Vec<usize> = leaves.iter().map(|leaf| leaf.rows.start).collect();
        let mut leaf_of = vec![0_u32; 1 << self.bits];
        for (number, leaf) in (0_u32..).zip(leaves) {
            leaf_of[leaf.buckets.clone()].fill(number);
        }
        let mut distributed = vec![Mark { hash: 0, start: 0, length: 0 }; marks.len()];
        for mark in marks {
            let place = &mut next[leaf_of[bucket(mark.hash, self.bits)] as usize];
            distributed[*place] = *mark;
            *place += 1;
        }
        distributed
    }
}

#[allow(clippy::cast_possible_truncation)] // at most 16 bits
fn bucket(hash: u64, bits: u32) -> usize {
    (hash >> (64 - bits)) as usize
}
