//! Claims: which parts have rows with the same labels in one family, and whose is served.
//!
//! Only rows that more than one part has are here; where sources do not overlap, nothing is. The first to publish a row
//! wins it and keeps it for as long as it has it, whatever the order of registration; then the next in line takes it.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;

/// One publisher's part: rows published as a whole and keyed ones are two. The order is that of the exposition.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct PartId {
    /// In order of registration.
    pub(crate) source: u32,
    pub(crate) keyed: bool,
}

/// The contested rows of one family.
#[derive(Debug, Default)]
pub(crate) struct Claims {
    /// Claimants by the hash of the row, the winner first; never fewer than two.
    rows: BTreeMap<u64, Vec<PartId>>,
}

impl Claims {
    pub(crate) fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// `newcomer` has a row that `holder` has too.
    pub(crate) fn claim(&mut self, hash: u64, holder: PartId, newcomer: PartId) {
        let claimants = self.rows.entry(hash).or_default();
        for part in [holder, newcomer] {
            if !claimants.contains(&part) {
                claimants.push(part);
            }
        }
    }

    /// `part` no longer has rows with these hashes. Returns those that were contested.
    pub(crate) fn release(&mut self, hashes: &[u64], part: PartId) -> Vec<u64> {
        let mut contested = Vec::new();
        if self.rows.is_empty() {
            return contested;
        }
        for hash in hashes {
            let Some(claimants) = self.rows.get_mut(hash) else { continue };
            claimants.retain(|claimant| *claimant != part);
            if claimants.len() < 2 {
                self.rows.remove(hash);
            }
            contested.push(*hash);
        }
        contested
    }

    /// The contested hashes in `range` that `part` claims and does not win, each with the winner; ascending.
    pub(crate) fn lost(
        &self,
        part: PartId,
        range: RangeInclusive<u64>,
    ) -> impl Iterator<Item = (u64, PartId)> {
        self.rows.range(range).filter_map(move |(hash, claimants)| {
            let winner = *claimants.first()?;
            (winner != part && claimants.contains(&part)).then_some((*hash, winner))
        })
    }

    /// Whether `part` claims a row with this hash that another wins.
    pub(crate) fn loses(&self, part: PartId, hash: u64) -> bool {
        self.lost(part, hash..=hash).next().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::{Claims, PartId};

    const A: PartId = PartId { source: 0, keyed: false };
    const B: PartId = PartId { source: 1, keyed: false };
    const C: PartId = PartId { source: 2, keyed: false };

    #[test]
    fn the_first_wins_until_it_lets_go_then_the_next() {
        let mut claims = Claims::default();
        claims.claim(7, B, A);
        claims.claim(7, B, C);
        claims.claim(7, A, C);
        assert_eq!(claims.lost(A, 0..=u64::MAX).collect::<Vec<_>>(), [(7, B)]);
        assert!(!claims.loses(B, 7) && claims.loses(C, 7));
        assert_eq!(claims.release(&[6, 7], B), [7]);
        assert!(!claims.loses(A, 7) && claims.loses(C, 7));
        claims.claim(7, A, B);
        assert!(claims.loses(B, 7), "who comes back is last in line");
        assert_eq!(claims.release(&[7], A), [7]);
        assert_eq!(claims.release(&[7], B), [7]);
        assert!(claims.is_empty());
    }
}
