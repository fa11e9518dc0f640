//! The parts of one family, and what each of them serves: everything it has, but for rows that others won.
//!
//! Duplicates between parts are found by hash where their pieces overlap, and confirmed by their bytes. Only pieces that
//! changed are compared, and only pieces with a lost row are made anew without it; the part itself stays whole, so that
//! a row comes back the moment its winner lets go.

use std::ops::RangeInclusive;
use std::sync::Arc;

use crate::claims::{Claims, PartId};
use crate::piece::Piece;
use crate::rows::Mark;
use crate::splice::without;
use crate::text::Reader;
use crate::trie::{Difference, Node};

/// One part of a family.
pub(crate) struct Part {
    pub(crate) id: PartId,
    own: Arc<Node>,
    /// What others did not win: of the same shape as `own`, and the same node wherever nothing is lost.
    pub(crate) served: Arc<Node>,
}

impl Part {
    /// All rows.
    pub(crate) fn own(&self) -> &Arc<Node> {
        &self.own
    }

    /// All rows, and those of them that others won.
    pub(crate) fn rows_and_lost_rows(&self) -> (usize, usize) {
        let all = self.own.totals().rows;
        (all, all - self.served.totals().rows)
    }
}

/// All parts of one family.
#[derive(Default)]
pub(crate) struct Contest {
    /// In the order of the exposition.
    parts: Vec<Part>,
    claims: Claims,
}

/// A part whose served rows changed: what it served, and serves.
pub(crate) type ServedChange = (Option<Arc<Node>>, Arc<Node>);

impl Contest {
    pub(crate) fn parts(&self) -> &[Part] {
        &self.parts
    }

    pub(crate) fn part(&self, id: PartId) -> Option<&Part> {
        self.position(id).ok().map(|index| &self.parts[index])
    }

    /// The rows that are served.
    pub(crate) fn rows(&self) -> usize {
        self.parts.iter().map(|part| part.served.totals().rows).sum()
    }

    /// How many of `hashes`, which `id` has, others won.
    pub(crate) fn count_lost(&self, id: PartId, hashes: &[u64]) -> usize {
        if self.claims.is_empty() {
            return 0;
        }
        hashes.iter().filter(|hash| self.claims.loses(id, **hash)).count()
    }

    /// Replaces the part `id`, or takes it away. Returns the parts whose served rows changed and hold new pieces.
    pub(crate) fn replace(&mut self, id: PartId, own: Option<Arc<Node>>) -> Vec<ServedChange> {
        let position = self.position(id);
        let before = position.ok().map(|index| Arc::clone(&self.parts[index].own));
        let contested = self.settle_claims(id, before.as_ref(), own.as_ref());
        match (position, own) {
            (Ok(index), None) => drop(self.parts.remove(index)),
            (Ok(index), Some(own)) => self.parts[index].own = own,
            (Err(_), None) => {}
            (Err(index), Some(own)) => self.parts.insert(index, Part { id, served: Arc::clone(&own), own }),
        }
        let affected = |part: &Part| part.id == id || !contested.is_empty();
        let updates: Vec<(usize, Arc<Node>)> = (0..)
            .zip(&self.parts)
            .filter(|(_, part)| affected(part))
            .map(|(index, part)| {
                let before = if part.id == id { before.as_ref() } else { Some(&part.own) };
                let serving = Serving { contest: self, part: part.id, contested: &contested };
                (index, serving.node(&part.own, before.map(|own| (own, &part.served)), 0, 0))
            })
            .collect();
        updates
            .into_iter()
            .filter_map(|(index, served)| {
                let old = std::mem::replace(&mut self.parts[index].served, Arc::clone(&served));
                (!Arc::ptr_eq(&old, &served)).then_some((Some(old), served))
            })
            .collect()
    }

    fn position(&self, id: PartId) -> Result<usize, usize> {
        self.parts.binary_search_by_key(&id, |part| part.id)
    }

    /// Enters what the change of one part means for the claims; returns the hashes whose claimants changed, ascending.
    fn settle_claims(
        &mut self,
        id: PartId,
        before: Option<&Arc<Node>>,
        after: Option<&Arc<Node>>,
    ) -> Vec<u64> {
        if self.parts.iter().all(|part| part.id == id) {
            return Vec::new();
        }
        let difference = Difference::between(before, after);
        let mut contested = self.claims.release(&difference.removed, id);
        for part in self.parts.iter().filter(|part| part.id != id) {
            let Some(after) = after else { break };
            let (mut theirs, mut ours) = (Reader::default(), Reader::default());
            part.own.each_match(0, &difference.added, &mut |piece, mark| {
                let new = after.piece_of(mark.hash);
                if new.contains(&ours.text(new), mark.hash, mark.of(&theirs.text(piece))) {
                    self.claims.claim(mark.hash, part.id, id);
                    contested.push(mark.hash);
                }
            });
        }
        contested.sort_unstable();
        contested.dedup();
        contested
    }
}

/// Works out what one part serves.
struct Serving<'a> {
    contest: &'a Contest,
    part: PartId,
    /// The hashes whose claimants changed, ascending.
    contested: &'a [u64],
}

impl Serving<'_> {
    /// What is served of `node`, which is at `depth` where hashes begin with `prefix`. `before` is what was there, and
    /// what was served of it.
    fn node(
        &self,
        node: &Arc<Node>,
        before: Option<(&Arc<Node>, &Arc<Node>)>,
        depth: u32,
        prefix: u64,
    ) -> Arc<Node> {
        let range = prefix..=prefix | u64::MAX.checked_shr(depth).unwrap_or(0);
        if self.contest.claims.lost(self.part, range.clone()).next().is_none() {
            return Arc::clone(node);
        }
        if let Some((own, served)) = before
            && Arc::ptr_eq(own, node)
            && !self.is_contested(&range)
        {
            return Arc::clone(served);
        }
        match &**node {
            Node::Leaf(piece) => self.reduced(piece, range).map_or_else(|| Arc::clone(node), Node::leaf),
            Node::Split { low, high, .. } => {
                let before = before.and_then(|(own, served)| own.halves().zip(served.halves()));
                let (before_low, before_high) =
                    before.map(|(own, served)| ((own.0, served.0), (own.1, served.1))).unzip();
                let served_low = self.node(low, before_low, depth + 1, prefix);
                let high_prefix = prefix | (1 << 63 >> depth);
                let served_high = self.node(high, before_high, depth + 1, high_prefix);
                Node::with_halves(Some(node), served_low, served_high)
            }
        }
    }

    fn is_contested(&self, range: &RangeInclusive<u64>) -> bool {
        let first = self.contested.partition_point(|hash| hash < range.start());
        self.contested.get(first).is_some_and(|hash| hash <= range.end())
    }

    /// `piece` without the rows that others won, if there are any.
    fn reduced(&self, piece: &Piece, range: RangeInclusive<u64>) -> Option<Piece> {
        let lost: Vec<(u64, PartId)> = self.contest.claims.lost(self.part, range).collect();
        let mut winners = Reader::default();
        without(piece, |mark, row| {
            lost.binary_search_by_key(&mark.hash, |(hash, _)| *hash)
                .is_ok_and(|index| self.has_row(lost[index].1, mark, row, &mut winners))
        })
    }

    /// Whether the winner really has the row, and not only one with its hash.
    fn has_row<'b>(&'b self, winner: PartId, mark: &Mark, row: &[u8], texts: &mut Reader<'b>) -> bool {
        self.contest.part(winner).is_some_and(|part| {
            let piece = part.own.piece_of(mark.hash);
            piece.contains(&texts.text(piece), mark.hash, row)
        })
    }
}
