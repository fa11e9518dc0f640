//! A piece: the unit of change, of comparison and of compression.
//!
//! A piece never changes. What is published anew with the same bytes keeps its piece, and with it the compressed form.
//! Compression happens once, on the publisher's side, before the piece is in a snapshot; see [`Piece::deflated`].
//! Whether the text itself is at hand, [`Text`] knows.

use bytes::Bytes;

use crate::deflate::Compressors;
use crate::rows::{Mark, identity};
use crate::text::Text;

/// The largest body of a piece of more than one row, bytes. Tests of this package use small pieces, so that a few rows
/// split and merge.
pub(crate) const SPLIT_ABOVE: usize = if cfg!(test) { 512 } else { 256 * 1_024 };
/// Neighbours that together have fewer bytes than this become one piece again. Far below half of [`SPLIT_ABOVE`], so
/// that a size that wavers does not split and merge at each publish.
pub(crate) const MERGE_BELOW: usize = SPLIT_ABOVE / 4;

/// Some rows of one source's part of one family.
pub(crate) struct Piece {
    text: Text,
    /// One per row, ordered by hash.
    marks: Box<[Mark]>,
    crc: u32,
}

impl Piece {
    /// A piece of rows that lie in `body` without gaps; `marks` are ordered by hash, then place, and no two rows
    /// have the same labels.
    pub(crate) fn new(body: Vec<u8>, marks: Vec<Mark>) -> Self {
        debug_assert!(marks.is_sorted_by_key(|mark| (mark.hash, mark.start)), "marks are ordered");
        let crc = crc32fast::hash(&body);
        Self { text: Text::new(body), marks: marks.into(), crc }
    }

    /// The rows, which may have to be inflated.
    pub(crate) fn text(&self) -> Bytes {
        self.text.get()
    }

    /// The rows, which stay at hand.
    pub(crate) fn kept_text(&self) -> Bytes {
        self.text.keep()
    }

    /// Lets the text go, now that it is compressed.
    pub(crate) fn let_go(&self) {
        self.text.let_go();
    }

    /// The length of the text, bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.text.bytes()
    }

    /// One per row, ordered by hash.
    pub(crate) fn marks(&self) -> &[Mark] {
        &self.marks
    }

    /// The CRC-32 of the text.
    pub(crate) fn crc(&self) -> u32 {
        self.crc
    }

    /// The rows with this hash: one, or in theory several.
    pub(crate) fn with_hash(&self, hash: u64) -> &[Mark] {
        let first = self.marks.partition_point(|mark| mark.hash < hash);
        let count = self.marks[first..].iter().take_while(|mark| mark.hash == hash).count();
        &self.marks[first..first + count]
    }

    /// Whether a row with the hash and labels of `row` is here, in `text`, which is this piece's.
    pub(crate) fn contains(&self, text: &[u8], hash: u64, row: &[u8]) -> bool {
        self.with_hash(hash).iter().any(|mark| identity(mark.of(text)) == identity(row))
    }

    pub(crate) fn is_deflated(&self) -> bool {
        self.text.is_deflated()
    }

    /// The compressed text. The publisher asks first, so a scrape finds it made; only a scrape that overtakes a
    /// publisher between the two would make it, once.
    pub(crate) fn deflated(&self, compressors: &Compressors) -> &Bytes {
        self.text.deflated(compressors)
    }
}
