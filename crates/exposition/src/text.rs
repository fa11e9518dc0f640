//! The text of a piece: at hand while somebody asks for it plain, else only its compressed form is kept.
//!
//! Scrapers ask for gzip, so of a text that is a sixth of its size compressed, nobody needs the rest: at a hundred thousand
//! certificates it is half of the process's memory. Where rows are changed, their piece is inflated for the moment.
//!
//! Invariant: a text is at hand or compressed, or both; it is let go only when it is compressed.
//!
//! How to get it wrong: asking for the text row by row. Each time the whole piece may be inflated; ask once and hold on to it, or
//! use a [`Reader`].

use std::sync::OnceLock;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;

use crate::deflate::{Compressors, inflate, shared};
use crate::piece::Piece;

/// The text of a piece. It does not change, however it is kept.
pub(crate) struct Text {
    bytes: usize,
    at_hand: Mutex<Option<Bytes>>,
    deflated: OnceLock<Bytes>,
}

impl Text {
    pub(crate) fn new(text: Vec<u8>) -> Self {
        let bytes = text.len();
        Self { bytes, at_hand: Mutex::new(Some(shared(text))), deflated: OnceLock::new() }
    }

    /// Its length, bytes.
    pub(crate) fn bytes(&self) -> usize {
        self.bytes
    }

    /// The text, which stays as it is kept.
    pub(crate) fn get(&self) -> Bytes {
        if let Some(text) = &*self.at_hand.lock().unwrap_or_else(PoisonError::into_inner) {
            return text.clone();
        }
        self.deflated.get().map_or_else(Bytes::new, |deflated| shared(inflate(deflated, self.bytes)))
    }

    /// The text, which is at hand from now on.
    pub(crate) fn keep(&self) -> Bytes {
        let text = self.get();
        let mut at_hand = self.at_hand.lock().unwrap_or_else(PoisonError::into_inner);
        at_hand.get_or_insert(text).clone()
    }

    /// Lets the text go, if there is a compressed one that is much smaller.
    pub(crate) fn let_go(&self) {
        let mut at_hand = self.at_hand.lock().unwrap_or_else(PoisonError::into_inner);
        if self.deflated.get().is_some_and(|deflated| deflated.len() < self.bytes / 2) {
            let text = at_hand.take();
            // Freed, and with it wiped, outside of the lock.
            drop(at_hand);
            drop(text);
        }
    }

    pub(crate) fn is_deflated(&self) -> bool {
        self.deflated.get().is_some()
    }

    /// The compressed text, made if it is not there yet.
    pub(crate) fn deflated(&self, compressors: &Compressors) -> &Bytes {
        self.deflated.get_or_init(|| compressors.with(|compressor| compressor.deflate(&self.get())))
    }
}

/// Reads rows of many pieces, in an order in which the next row is mostly in the same piece.
#[derive(Default)]
pub(crate) struct Reader<'a> {
    last: Option<(&'a Piece, Bytes)>,
}

impl<'a> Reader<'a> {
    /// The text of `piece`.
    pub(crate) fn text(&mut self, piece: &'a Piece) -> Bytes {
        match &self.last {
            Some((last, text)) if std::ptr::eq(*last, piece) => text.clone(),
            _ => {
                let text = piece.text();
                self.last = Some((piece, text.clone()));
                text
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn repetitive() -> Vec<u8> {
        b"one line like the other\n".repeat(500)
    }

    #[test]
    fn a_text_that_was_let_go_is_the_same() {
        let text = Text::new(repetitive());
        text.deflated(&Compressors::default());
        text.let_go();
        assert!(text.at_hand.lock().unwrap().is_none());
        assert_eq!((text.get(), text.bytes()), (repetitive().into(), repetitive().len()));
        assert!(text.at_hand.lock().unwrap().is_none(), "looking at it keeps nothing");
        let kept = text.keep();
        assert_eq!((kept.as_ptr(), &kept[..]), (text.get().as_ptr(), &repetitive()[..]));
    }

    #[test]
    fn a_text_that_is_not_compressed_yet_is_not_let_go() {
        let text = Text::new(repetitive());
        text.let_go();
        assert_eq!(text.get(), repetitive());
    }

    #[test]
    fn a_text_that_compresses_badly_stays_at_hand() {
        for short in [&b""[..], b"x 1\n"] {
            let text = Text::new(short.to_vec());
            text.deflated(&Compressors::default());
            text.let_go();
            assert!(text.at_hand.lock().unwrap().is_some());
        }
    }
}
