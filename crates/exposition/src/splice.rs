//! Changing single rows of a keyed part: only the pieces that hold a changed row are made anew.
//!
//! Rows in a keyed piece are ordered by their text, so that the bytes do not depend on the order of the changes, and
//! neighbours compress well. Removals and additions come ordered by hash; at each node of the trie they are parted by
//! the next bit, so what is not on the way to a change is never looked at.

use std::sync::Arc;

use crate::divide::copied;
use crate::piece::{MERGE_BELOW, Piece, SPLIT_ABOVE};
use crate::rows::{Mark, identity};
use crate::trie::{Node, middle};

/// A row that goes, known by its two hashes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Removal {
    pub(crate) hash: u64,
    pub(crate) check: u32,
}

/// A row that comes. Of several with the same labels the first wins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Addition<'a> {
    pub(crate) hash: u64,
    pub(crate) seniority: Seniority,
    /// Whose it is: a number that only the caller understands.
    pub(crate) owner: u32,
    pub(crate) row: &'a [u8],
}

/// Who wins among additions with the same labels: the first here.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Seniority {
    /// The owner had these labels before this change, and was served.
    Incumbent,
    /// The owner has been waiting for these labels.
    Waiting,
    /// The labels are new from this owner.
    New,
}

/// The result of a splice.
pub(crate) struct Spliced<'a> {
    /// `None` if there are no rows.
    pub(crate) root: Option<Arc<Node>>,
    /// Additions that are not in it, because a row of another owner has the same labels.
    pub(crate) losers: Vec<Addition<'a>>,
    /// Additions that are not in it, because their owner added the same labels before.
    pub(crate) repeated: Vec<Addition<'a>>,
}

/// Applies `removals`, ordered by hash, and `additions`, ordered by hash and seniority, to a part. An addition loses against a row that stays
/// and against an earlier addition. What of `root` nobody else holds goes piece by piece, as it is made anew.
pub(crate) fn splice<'a>(
    root: Option<Arc<Node>>,
    removals: &[Removal],
    additions: &[Addition<'a>],
) -> Spliced<'a> {
    let mut splicer = Splicer { losers: Vec::new(), repeated: Vec::new() };
    let root = if let Some(root) = root {
        splicer.node(root, removals, additions, 0)
    } else {
        let accepted = splicer.accept(None, &[], additions);
        grown(&accepted.iter().map(Entry::from).collect::<Vec<_>>(), 0)
    };
    Spliced { root: root.kept(), losers: splicer.losers, repeated: splicer.repeated }
}

struct Splicer<'a> {
    losers: Vec<Addition<'a>>,
    repeated: Vec<Addition<'a>>,
}

impl<'a> Splicer<'a> {
    fn node(
        &mut self,
        node: Arc<Node>,
        removals: &[Removal],
        additions: &[Addition<'a>],
        depth: u32,
    ) -> Arc<Node> {
        if removals.is_empty() && additions.is_empty() {
            return node;
        }
        let (low, high) = match &*node {
            Node::Leaf(piece) => return self.leaf(&node, piece, removals, additions, depth),
            Node::Split { low, high, .. } => (Arc::clone(low), Arc::clone(high)),
        };
        // One that nobody else holds goes here, so that each of its halves can go when it has been made anew.
        let shared = (Arc::strong_count(&node) > 1).then_some(node);
        let (low_removals, high_removals) =
            removals.split_at(middle(removals, depth, |removal| removal.hash));
        let (low_additions, high_additions) =
            additions.split_at(middle(additions, depth, |addition| addition.hash));
        let low = self.node(low, low_removals, low_additions, depth + 1);
        let high = self.node(high, high_removals, high_additions, depth + 1);
        if let (Node::Leaf(left), Node::Leaf(right)) = (&*low, &*high)
            && left.bytes() + right.bytes() < MERGE_BELOW
        {
            let (left_text, right_text) = (left.text(), right.text());
            return Node::leaf(written(left.rows(&left_text).chain(right.rows(&right_text)).collect()));
        }
        Node::with_halves(shared.as_ref(), low, high)
    }

    fn leaf(
        &mut self,
        node: &Arc<Node>,
        piece: &Piece,
        removals: &[Removal],
        additions: &[Addition<'a>],
        depth: u32,
    ) -> Arc<Node> {
        let text = &piece.text()[..];
        let mut gone: Vec<Mark> = removals.iter().filter_map(|removal| find(piece, text, *removal)).collect();
        let mut come = self.accept(Some((piece, text)), &gone, additions);
        forget_unchanged(text, &mut gone, &mut come);
        if gone.is_empty() && come.is_empty() {
            return Arc::clone(node);
        }
        let lost: usize = gone.iter().map(|mark| mark.length as usize).sum();
        let gained: usize = come.iter().map(|addition| addition.row.len()).sum();
        if piece.bytes() - lost + gained > SPLIT_ABOVE {
            let mut rows: Vec<Entry<'_>> = piece
                .marks()
                .iter()
                .filter(|mark| !has(&gone, mark))
                .map(|mark| Entry { hash: mark.hash, row: mark.of(text) })
                .chain(come.iter().map(Entry::from))
                .collect();
            rows.sort_by_key(|row| row.hash);
            return grown(&rows, depth);
        }
        come.sort_unstable_by_key(|addition| addition.row);
        Node::leaf(patched(piece, text, &gone, &come))
    }

    /// The additions that win over each other and over the rows of a piece, in their order.
    fn accept(
        &mut self,
        present: Option<(&Piece, &[u8])>,
        gone: &[Mark],
        additions: &[Addition<'a>],
    ) -> Vec<Addition<'a>> {
        let mut accepted: Vec<Addition<'a>> = Vec::with_capacity(additions.len());
        for addition in additions {
            let stays = present.is_some_and(|(piece, text)| {
                piece
                    .with_hash(addition.hash)
                    .iter()
                    .any(|mark| identity(mark.of(text)) == identity(addition.row) && !has(gone, mark))
            });
            let earlier = accepted
                .iter()
                .rev()
                .take_while(|earlier| earlier.hash == addition.hash)
                .find(|earlier| identity(earlier.row) == identity(addition.row));
            match earlier {
                Some(earlier) if earlier.owner == addition.owner => self.repeated.push(*addition),
                Some(_) => self.losers.push(*addition),
                None if stays => self.losers.push(*addition),
                None => accepted.push(*addition),
            }
        }
        accepted
    }
}

/// Takes out what goes and comes back with the same bytes. Both are ordered by hash.
fn forget_unchanged(text: &[u8], gone: &mut Vec<Mark>, come: &mut Vec<Addition<'_>>) {
    let mut unchanged = vec![false; come.len()];
    gone.retain(|mark| {
        let first = come.partition_point(|addition| addition.hash < mark.hash);
        let same = come[first..]
            .iter()
            .take_while(|addition| addition.hash == mark.hash)
            .position(|addition| addition.row == mark.of(text));
        same.map(|index| unchanged[first + index] = true).is_none()
    });
    let mut unchanged = unchanged.into_iter();
    come.retain(|_| unchanged.next() != Some(true));
}

/// The mark of the row to remove. Where several rows have its hash, the second hash tells which.
fn find(piece: &Piece, text: &[u8], removal: Removal) -> Option<Mark> {
    match piece.with_hash(removal.hash) {
        [] => None,
        [only] => Some(*only),
        several => several
            .iter()
            .find(|mark| crate::hash::check_hash(identity(mark.of(text))) == removal.check)
            .copied(),
    }
}

/// Whether `mark` is in `marks`, which are ordered by hash.
fn has(marks: &[Mark], mark: &Mark) -> bool {
    let first = marks.partition_point(|other| other.hash < mark.hash);
    marks[first..].iter().take_while(|other| other.hash == mark.hash).any(|other| other == mark)
}

/// A row on its way into a new piece.
#[derive(Clone, Copy)]
pub(crate) struct Entry<'a> {
    pub(crate) hash: u64,
    pub(crate) row: &'a [u8],
}

impl<'a> From<&Addition<'a>> for Entry<'a> {
    fn from(addition: &Addition<'a>) -> Self {
        Self { hash: addition.hash, row: addition.row }
    }
}

impl Piece {
    fn rows<'a>(&self, text: &'a [u8]) -> impl Iterator<Item = Entry<'a>> {
        self.marks().iter().map(|mark| Entry { hash: mark.hash, row: mark.of(text) })
    }
}

/// A node of `rows`, which are ordered by hash, split as often as needed.
fn grown(rows: &[Entry<'_>], depth: u32) -> Arc<Node> {
    let bytes: usize = rows.iter().map(|row| row.row.len()).sum();
    let one_hash = rows.first().map(|row| row.hash) == rows.last().map(|row| row.hash);
    if bytes <= SPLIT_ABOVE || one_hash {
        return Node::leaf(written(rows.to_vec()));
    }
    let (low, high) = rows.split_at(middle(rows, depth, |row| row.hash));
    Node::with_halves(None, grown(low, depth + 1), grown(high, depth + 1))
}

/// A piece of `rows`, ordered by text.
fn written(mut rows: Vec<Entry<'_>>) -> Piece {
    rows.sort_unstable_by_key(|row| row.row);
    let mut writer = Writer::new(rows.iter().map(|row| row.row.len()).sum(), rows.len());
    for row in rows {
        writer.push(row.hash, row.row);
    }
    writer.finish()
}

/// `piece`, whose text this is, without `gone` and with `come`, which is ordered by text.
fn patched(piece: &Piece, text: &[u8], gone: &[Mark], come: &[Addition<'_>]) -> Piece {
    let mut by_text = piece.marks().to_vec();
    by_text.sort_unstable_by_key(|mark| mark.start);
    let gained: usize = come.iter().map(|addition| addition.row.len()).sum();
    let lost: usize = gone.iter().map(|mark| mark.length as usize).sum();
    let mut writer = Writer::new(text.len() + gained - lost, by_text.len() + come.len() - gone.len());
    let mut rest = &by_text[..];
    for addition in come {
        let (before, after) = rest.split_at(rest.partition_point(|mark| mark.of(text) < addition.row));
        writer.push_kept(text, before, gone);
        writer.push(addition.hash, addition.row);
        rest = after;
    }
    writer.push_kept(text, rest, gone);
    writer.finish()
}

struct Writer {
    body: Vec<u8>,
    marks: Vec<Mark>,
}

impl Writer {
    fn new(bytes: usize, rows: usize) -> Self {
        Self { body: Vec::with_capacity(bytes), marks: Vec::with_capacity(rows) }
    }

    #[allow(clippy::cast_possible_truncation)] // a piece, and the body that the row came from, are far smaller
    fn push(&mut self, hash: u64, row: &[u8]) {
        self.marks.push(Mark { hash, start: self.body.len() as u32, length: row.len() as u32 });
        self.body.extend_from_slice(row);
    }

    fn push_kept(&mut self, text: &[u8], marks: &[Mark], gone: &[Mark]) {
        for mark in marks {
            if gone.is_empty() || !has(gone, mark) {
                self.push(mark.hash, mark.of(text));
            }
        }
    }

    fn finish(mut self) -> Piece {
        self.marks.sort_unstable_by_key(|mark| (mark.hash, mark.start));
        Piece::new(self.body, self.marks)
    }
}

/// `piece` without the rows that `lost` says; itself stays as it is.
pub(crate) fn without(piece: &Piece, mut lost: impl FnMut(&Mark, &[u8]) -> bool) -> Option<Piece> {
    let text = piece.text();
    let mut kept: Vec<Mark> =
        piece.marks().iter().filter(|mark| !lost(mark, mark.of(&text))).copied().collect();
    if kept.len() == piece.marks().len() {
        return None;
    }
    kept.sort_unstable_by_key(|mark| mark.start);
    let (body, mut placed) = copied(&text, kept.iter());
    placed.sort_unstable_by_key(|mark| (mark.hash, mark.start));
    Some(Piece::new(body, placed))
}
